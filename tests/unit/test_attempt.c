#include "base/attributes.h"
#include "policy/attempt.h"

#include <criterion/criterion.h>

static const struct attempt_limits limits = {
	.failures = 5, .stranger_failures = 10, .window_s = 900, .hold_s = 60,
};

/* An attempt as the store keeps it. */
struct try {
	int64_t at;
	bool open;
};

/* Counts as the header of the rule has it. */
static struct attempt_tally tally_of(const struct try *tries, size_t count, int64_t window_s, int64_t now)
{
	struct attempt_tally tally = { 0 };

	for (size_t i = 0; i < count; i++)
		if (tries[i].at > tally.newest)
			tally.newest = tries[i].at;
	for (size_t i = 0; i < count; i++) {
		tally.now_failed += tries[i].at > now - window_s && !tries[i].open;
		tally.now_open += tries[i].at > now - window_s && tries[i].open;
		tally.last_failed += tries[i].at > tally.newest - window_s && !tries[i].open;
		tally.last_open += tries[i].at > tally.newest - window_s && tries[i].open;
	}
	return tally;
}

static enum attempt_ruling rule_here(const struct attempt_limits *by, const struct try *tries, size_t count,
    int64_t now)
{
	struct attempt_record record = { .known_source = true,
		.here = tally_of(tries, count, by->window_s, now) };

	return attempt_rule(by, &record, now);
}

Test(attempt, may_open_until_the_limit_is_reached)
{
	struct try tries[6] = { { 1000, false }, { 1001, false }, { 1002, false }, { 1003, false },
		{ 1004, false }, { 1005, false } };

	for (size_t count = 0; count <= COUNT_OF(tries); count++)
		cr_expect_eq(rule_here(&limits, tries, count, 1006),
		    count < 5 ? ATTEMPT_MAY_OPEN : ATTEMPT_HELD, "%zu failures", count);
}

Test(attempt, is_held_until_the_last_second_of_the_window)
{
	const struct try tries[] = { { 1000, false }, { 1200, false }, { 1400, false }, { 1600, false },
		{ 1800, false } };

	cr_expect_eq(rule_here(&limits, tries, 5, 1801), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&limits, tries, 5, 1860), ATTEMPT_HELD, "the hold is over, the window is full");
	cr_expect_eq(rule_here(&limits, tries, 5, 1899), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&limits, tries, 5, 1900), ATTEMPT_MAY_OPEN, "the first failure left the window");
}

Test(attempt, is_held_until_the_last_second_of_the_hold)
{
	const struct attempt_limits patient = { .failures = 3, .stranger_failures = 10, .window_s = 60,
		.hold_s = 900 };
	const struct try tries[] = { { 1000, false }, { 1001, false }, { 1002, false } };

	cr_expect_eq(rule_here(&patient, tries, 3, 1003), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&patient, tries, 3, 1062), ATTEMPT_HELD, "the window is empty, the hold is not over");
	cr_expect_eq(rule_here(&patient, tries, 3, 1901), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&patient, tries, 3, 1902), ATTEMPT_MAY_OPEN);
}

Test(attempt, is_held_only_when_one_window_held_them_all)
{
	const struct attempt_limits patient = { .failures = 3, .stranger_failures = 10, .window_s = 60,
		.hold_s = 900 };
	const struct try slow[] = { { 1000, false }, { 1030, false }, { 1060, false } };
	const struct try quick[] = { { 1001, false }, { 1030, false }, { 1060, false } };

	cr_expect_eq(rule_here(&patient, slow, 3, 1060), ATTEMPT_MAY_OPEN);
	cr_expect_eq(rule_here(&patient, quick, 3, 1060), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&patient, quick, 3, 1061), ATTEMPT_HELD);
}

Test(attempt, lets_no_more_through_in_any_window_however_they_are_spread)
{
	struct try tries[2048];
	size_t count = 0;

	for (int64_t now = 1000; now < 20000; now += 7)
		if (rule_here(&limits, tries, count, now) == ATTEMPT_MAY_OPEN)
			tries[count++] = (struct try){ now, false };
	for (size_t i = 0; i + 5 < count; i++)
		cr_assert_geq(tries[i + 5].at - tries[i].at, limits.window_s);
	cr_expect_gt(count, 50);
}

Test(attempt, waits_where_only_open_attempts_stand_in_the_way)
{
	static const struct {
		int64_t failed, open;
		enum attempt_ruling ruling;
	} cases[] = {
		{ 0, 4, ATTEMPT_MAY_OPEN }, { 4, 0, ATTEMPT_MAY_OPEN }, { 2, 2, ATTEMPT_MAY_OPEN },
		{ 0, 5, ATTEMPT_WAIT }, { 4, 1, ATTEMPT_WAIT }, { 1, 40, ATTEMPT_WAIT },
		{ 5, 0, ATTEMPT_HELD }, { 5, 1, ATTEMPT_HELD }, { 6, 40, ATTEMPT_HELD },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct attempt_tally tally = { .now_failed = cases[i].failed, .now_open = cases[i].open,
			.last_failed = cases[i].failed, .last_open = cases[i].open, .newest = 1000 };
		struct attempt_record record = { .known_source = true, .here = tally };

		cr_expect_eq(attempt_rule(&limits, &record, 1000), cases[i].ruling, "case %zu", i);
	}
}

/* A tally that by itself leads to the ruling, under the limit. */
static struct attempt_tally tally_for(enum attempt_ruling ruling, int64_t limit)
{
	int64_t failed = ruling == ATTEMPT_HELD ? limit : 0, open = ruling == ATTEMPT_WAIT ? limit : 0;

	return (struct attempt_tally){ .now_failed = failed, .now_open = open, .last_failed = failed,
		.last_open = open, .newest = 1000 };
}

Test(attempt, counts_strangers_together_but_never_against_a_known_source)
{
	static const enum attempt_ruling all[] = { ATTEMPT_MAY_OPEN, ATTEMPT_WAIT, ATTEMPT_HELD };
	static const enum attempt_ruling unknown[3][3] = {
		/* here            strangers may open   wait           held */
		/* may open */	{ ATTEMPT_MAY_OPEN, ATTEMPT_WAIT, ATTEMPT_HELD },
		/* wait */	{ ATTEMPT_WAIT, ATTEMPT_WAIT, ATTEMPT_HELD },
		/* held */	{ ATTEMPT_HELD, ATTEMPT_HELD, ATTEMPT_HELD },
	};

	for (size_t here = 0; here < 3; here++)
		for (size_t strangers = 0; strangers < 3; strangers++) {
			struct attempt_record record = { .here = tally_for(all[here], limits.failures),
				.strangers = tally_for(all[strangers], limits.stranger_failures) };

			cr_expect_eq(attempt_rule(&limits, &record, 1001), unknown[here][strangers],
			    "unknown: here %zu, strangers %zu", here, strangers);
			record.known_source = true;
			cr_expect_eq(attempt_rule(&limits, &record, 1001), all[here],
			    "known: here %zu, strangers %zu", here, strangers);
		}
}

Test(attempt, holds_strangers_at_their_own_limit)
{
	for (int64_t failed = 0; failed <= 12; failed++) {
		struct attempt_record record = { .strangers = { .now_failed = failed, .last_failed = failed,
			.newest = 1000 } };

		cr_expect_eq(attempt_rule(&limits, &record, 1001), failed < 10 ? ATTEMPT_MAY_OPEN : ATTEMPT_HELD);
	}
}

Test(attempt, is_not_freed_by_a_clock_that_is_put_back)
{
	const struct try tries[] = { { 5000, false }, { 5001, false }, { 5002, false }, { 5003, false },
		{ 5004, false } };

	cr_expect_eq(rule_here(&limits, tries, 5, 4000), ATTEMPT_HELD);
	cr_expect_eq(rule_here(&limits, tries, 5, 1), ATTEMPT_HELD);
}

Test(attempt, notices_a_clock_more_than_a_minute_behind)
{
	cr_expect_not(attempt_clock_is_back(1000, 1000));
	cr_expect_not(attempt_clock_is_back(940, 1000));
	cr_expect(attempt_clock_is_back(939, 1000));
	cr_expect(attempt_clock_is_back(0, 1000));
	cr_expect_not(attempt_clock_is_back(2000, 1000));
	cr_expect_not(attempt_clock_is_back(0, 0));
}
