#include "policy/attempt.h"

static bool is_held(int64_t limit, int64_t in_now, int64_t in_last,
    const struct attempt_tally *tally, const struct attempt_limits *limits, int64_t now)
{
	return in_now >= limit || (in_last >= limit && now < tally->newest + limits->hold_s);
}

static enum attempt_ruling rule_one(int64_t limit, const struct attempt_tally *tally,
    const struct attempt_limits *limits, int64_t now)
{
	if (!is_held(limit, tally->now_failed + tally->now_open,
		tally->last_failed + tally->last_open, tally, limits, now))
		return ATTEMPT_MAY_OPEN;
	if (!is_held(limit, tally->now_failed, tally->last_failed, tally, limits, now))
		return ATTEMPT_WAIT;
	return ATTEMPT_HELD;
}

enum attempt_ruling attempt_rule(const struct attempt_limits *limits,
    const struct attempt_record *record, int64_t now)
{
	enum attempt_ruling here = rule_one(limits->failures, &record->here, limits, now);
	enum attempt_ruling strangers = ATTEMPT_MAY_OPEN;

	if (!record->known_source)
		strangers = rule_one(limits->stranger_failures, &record->strangers, limits, now);
	if (here == ATTEMPT_MAY_OPEN)
		return strangers;
	if (strangers == ATTEMPT_MAY_OPEN || strangers == here)
		return here;
	return ATTEMPT_HELD;
}

bool attempt_clock_is_back(int64_t now, int64_t newest_committed)
{
	return now < newest_committed - CLOCK_TOLERANCE_S;
}
