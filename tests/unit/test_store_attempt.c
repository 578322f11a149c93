#include "tests/support/rig.h"

#include "base/attributes.h"
#include "base/text.h"

#include <errno.h>

TestSuite(store_attempt, .init = rig_make, .fini = rig_done);

static const struct attempt_limits limits = {
	.failures = 3, .stranger_failures = 6, .window_s = 900, .hold_s = 60,
};

struct tally {
	int64_t person;
	unsigned char source[CRYPTO_HASH_SIZE];
	struct attempt_record record;
};

static int act_tally(struct txn *txn, void *argument)
{
	struct tally *tally = argument;

	return attempt_tally(txn, tally->person, tally->source, &limits, &tally->record);
}

static struct attempt_record tally_of(int64_t person, const char *source)
{
	struct tally tally = { .person = person };

	memset(&tally.record, 0xff, sizeof(tally.record));
	attempt_source(rig.keys, source, tally.source);
	cr_assert_eq(store_read(rig.store, act_tally, &tally), 0);
	return tally.record;
}

static void expect_tally(struct attempt_tally is, struct attempt_tally wanted, const char *which)
{
	cr_expect_eq(is.now_failed, wanted.now_failed, "%s: now failed %d", which, (int)is.now_failed);
	cr_expect_eq(is.now_open, wanted.now_open, "%s: now open %d", which, (int)is.now_open);
	cr_expect_eq(is.last_failed, wanted.last_failed, "%s: last failed %d", which, (int)is.last_failed);
	cr_expect_eq(is.last_open, wanted.last_open, "%s: last open %d", which, (int)is.last_open);
	cr_expect_eq(is.newest, wanted.newest, "%s: newest %lld", which, (long long)is.newest);
}

static void fail(struct attempt attempt)
{
	cr_assert_eq(rig_do(rig_act_fail, &attempt), 0);
}

Test(store_attempt, counts_nothing_where_there_was_nothing)
{
	struct attempt_record record = tally_of(rig_person("jan"), "192.0.2.7");

	expect_tally(record.here, (struct attempt_tally){ 0 }, "here");
	expect_tally(record.strangers, (struct attempt_tally){ 0 }, "strangers");
	cr_expect_not(record.known_source);
}

Test(store_attempt, counts_open_and_failed_ones_by_person_and_source)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct attempt_record record;

	fail(rig_attempt(jan, "192.0.2.7", 0));
	(void)rig_attempt(jan, "192.0.2.7", 0);
	fail(rig_attempt(jan, "192.0.2.8", 0));
	fail(rig_attempt(piet, "192.0.2.7", 0));
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 1, 1, 1, 1, RIG_START }, "here");
	expect_tally(record.strangers, (struct attempt_tally){ 2, 1, 2, 1, RIG_START }, "strangers");
	record = tally_of(piet, "192.0.2.8");
	expect_tally(record.here, (struct attempt_tally){ 0 }, "here");
	expect_tally(record.strangers, (struct attempt_tally){ 1, 0, 1, 0, RIG_START }, "strangers");
}

Test(store_attempt, counts_the_window_that_ends_now_and_the_one_that_ends_with_the_newest)
{
	int64_t jan = rig_person("jan");
	struct attempt_record record;

	fail(rig_attempt(jan, "192.0.2.7", 0));
	rig_now = RIG_START + 1;
	fail(rig_attempt(jan, "192.0.2.7", 0));
	rig_now = RIG_START + 899;
	fail(rig_attempt(jan, "192.0.2.7", 0));
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 3, 0, 3, 0, RIG_START + 899 }, "at the newest");
	rig_now = RIG_START + 900;
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 2, 0, 3, 0, RIG_START + 899 }, "a second later");
	rig_now = RIG_START + 901;
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 1, 0, 3, 0, RIG_START + 899 }, "two seconds later");
	rig_now = RIG_START + 5000;
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 0, 0, 3, 0, RIG_START + 899 }, "long after");
}

Test(store_attempt, knows_a_source_after_a_code_from_there_by_root)
{
	int64_t jan = rig_person("jan");
	struct attempt attempt = rig_attempt(jan, "192.0.2.7", 0);

	cr_assert_eq(rig_do(rig_act_accept, &attempt), 0);
	cr_expect_not(tally_of(jan, "192.0.2.7").known_source, "without a code");
	attempt = rig_attempt(jan, "192.0.2.7", 1000);
	cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	cr_expect_not(tally_of(jan, "192.0.2.7").known_source, "by another peer than root");
	attempt = rig_attempt(jan, "192.0.2.7", 0);
	cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	cr_expect(tally_of(jan, "192.0.2.7").known_source);
	cr_expect_not(tally_of(jan, "192.0.2.8").known_source);
	cr_expect_not(tally_of(rig_person("piet"), "192.0.2.7").known_source);
}

Test(store_attempt, does_not_count_a_known_source_among_strangers)
{
	int64_t jan = rig_person("jan");
	struct attempt known = { .person = jan, .service = "sshd", .known_source = true };
	struct attempt_record record;

	attempt_source(rig.keys, "192.0.2.7", known.source);
	cr_assert_eq(rig_do(rig_act_open, &known), 0);
	fail(rig_attempt(jan, "192.0.2.8", 0));
	record = tally_of(jan, "192.0.2.9");
	expect_tally(record.strangers, (struct attempt_tally){ 1, 0, 1, 0, RIG_START }, "strangers");
	record = tally_of(jan, "192.0.2.7");
	expect_tally(record.here, (struct attempt_tally){ 0, 1, 0, 1, RIG_START }, "here");
}

Test(store_attempt, knows_three_sources_of_a_person_and_no_more)
{
	static const char *const sources[] = { "192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.1", "192.0.2.4" };
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct attempt attempt = rig_attempt(piet, "192.0.2.9", 0);

	cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	for (size_t i = 0; i < COUNT_OF(sources); i++) {
		rig_now = RIG_START + (int64_t)i;
		attempt = rig_attempt(jan, sources[i], 0);
		cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	}
	cr_expect(tally_of(jan, "192.0.2.1").known_source, "seen again");
	cr_expect_not(tally_of(jan, "192.0.2.2").known_source, "the oldest makes room");
	cr_expect(tally_of(jan, "192.0.2.3").known_source);
	cr_expect(tally_of(jan, "192.0.2.4").known_source);
	cr_expect(tally_of(piet, "192.0.2.9").known_source, "each person his own three");
	cr_expect_eq(rig_number("SELECT count(*) FROM known_source"), 4);
}

Test(store_attempt, forgives_with_success_what_the_same_peer_saw_fail_there)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct attempt good;

	fail(rig_attempt(jan, "192.0.2.7", 0));
	fail(rig_attempt(jan, "192.0.2.7", 0));
	fail(rig_attempt(jan, "192.0.2.7", 1000));
	fail(rig_attempt(jan, "192.0.2.8", 0));
	fail(rig_attempt(piet, "192.0.2.7", 0));
	(void)rig_attempt(jan, "192.0.2.7", 0);		/* open still: another login at the same time */
	good = rig_attempt(jan, "192.0.2.7", 0);
	cr_assert_eq(rig_do(rig_act_accept, &good), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt"), 4);
	cr_expect_eq(tally_of(jan, "192.0.2.7").here.now_failed, 1, "what a plain peer saw is not root's to forgive");
	cr_expect_eq(tally_of(jan, "192.0.2.7").here.now_open, 1);
	cr_expect_eq(tally_of(jan, "192.0.2.8").here.now_failed, 1);
	cr_expect_eq(tally_of(piet, "192.0.2.7").here.now_failed, 1);

	good = rig_attempt(jan, "192.0.2.8", 1000);
	cr_assert_eq(rig_do(rig_act_accept, &good), 0);
	cr_expect_eq(tally_of(jan, "192.0.2.8").here.now_failed, 1, "nor root's a plain peer's");
}

Test(store_attempt, buys_no_new_guesses_with_a_success_without_a_code_elsewhere)
{
	int64_t jan = rig_person("jan");
	struct attempt attempt = rig_attempt(jan, "192.0.2.7", 0);

	fail(attempt);
	attempt = rig_attempt(jan, "192.0.2.7", 0);
	(void)rig_sql("UPDATE attempt SET service = 'locker' WHERE closed_at IS NULL");
	(void)text_copy(attempt.service, sizeof(attempt.service), "locker");
	cr_assert_eq(rig_do(rig_act_accept, &attempt), 0);
	cr_expect_eq(tally_of(jan, "192.0.2.7").here.now_failed, 1, "the wrong code at the other service still counts");
	attempt = rig_attempt(jan, "192.0.2.7", 0);
	(void)rig_sql("UPDATE attempt SET service = 'locker' WHERE closed_at IS NULL");
	(void)text_copy(attempt.service, sizeof(attempt.service), "locker");
	cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	cr_expect_eq(tally_of(jan, "192.0.2.7").here.now_failed, 0, "a code forgives all of them");
}

struct found {
	struct attempt attempt;
	int64_t peer;
};

static int act_find(struct txn *txn, void *argument)
{
	struct found *found = argument;
	unsigned char id[ATTEMPT_ID_SIZE];

	memcpy(id, found->attempt.id, sizeof(id));
	return attempt_find(txn, id, found->peer, found->attempt.service, &found->attempt);
}

Test(store_attempt, is_found_by_its_id_and_its_peer_while_it_is_open_and_young)
{
	struct attempt attempt = rig_attempt(rig_person("jan"), "192.0.2.7", 1000);
	struct found found = { .attempt = attempt, .peer = 1000 };

	cr_assert_eq(store_read(rig.store, act_find, &found), 0);
	cr_expect_arr_eq(found.attempt.id, attempt.id, sizeof(attempt.id));
	cr_expect_arr_eq(found.attempt.source, attempt.source, sizeof(attempt.source));
	cr_expect_eq(found.attempt.person, attempt.person);
	cr_expect_eq(found.attempt.peer, 1000);
	cr_expect_eq(found.attempt.opened_at, RIG_START);
	cr_expect_str_eq(found.attempt.service, "sshd");
	found.peer = 0;
	cr_expect_eq(store_read(rig.store, act_find, &found), -ENOENT, "another peer's");
	found.peer = 1000;
	found.attempt.id[0] ^= 1;
	cr_expect_eq(store_read(rig.store, act_find, &found), -ENOENT, "another id");
	found.attempt.id[0] ^= 1;
	rig_now = RIG_START + ATTEMPT_LIFE_S - 1;
	cr_expect_eq(store_read(rig.store, act_find, &found), 0);
	rig_now = RIG_START + ATTEMPT_LIFE_S;
	cr_expect_eq(store_read(rig.store, act_find, &found), -ENOENT, "too old");
	rig_now = RIG_START;
	fail(attempt);
	cr_expect_eq(store_read(rig.store, act_find, &found), -ENOENT, "settled");
}

Test(store_attempt, is_settled_once)
{
	struct attempt attempt = rig_attempt(rig_person("jan"), "192.0.2.7", 0);

	cr_expect_eq(rig_do(rig_act_fail, &attempt), 0);
	cr_expect_eq(rig_do(rig_act_fail, &attempt), -ENOENT);
	cr_expect_eq(rig_do(rig_act_accept, &attempt), -ENOENT, "what failed is never a success");
	cr_expect_eq(tally_of(attempt.person, "192.0.2.7").here.now_failed, 1);
	attempt = rig_attempt(attempt.person, "192.0.2.7", 0);
	cr_expect_eq(rig_do(rig_act_accept, &attempt), 0);
	cr_expect_eq(rig_do(rig_act_accept, &attempt), -ENOENT);
	cr_expect_eq(rig_do(rig_act_fail, &attempt), -ENOENT);
}

Test(store_attempt, has_an_id_that_nobody_guesses)
{
	struct attempt one = rig_attempt(rig_person("jan"), "192.0.2.7", 0), other = rig_attempt(one.person, "192.0.2.7", 0);

	cr_expect_arr_neq(one.id, other.id, sizeof(one.id));
}

Test(store_attempt, counts_at_nobody_for_nobody)
{
	struct attempt attempt = rig_attempt(PERSON_NOBODY, "192.0.2.7", 0);
	struct found found = { .attempt = attempt, .peer = 0 };

	cr_assert_eq(store_read(rig.store, act_find, &found), 0);
	cr_expect_eq(found.attempt.person, PERSON_NOBODY);
	cr_assert_eq(rig_do(rig_act_fail, &attempt), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt"), 0);
	cr_expect_eq(rig_do(rig_act_fail, &attempt), -ENOENT);
}

Test(store_attempt, survives_a_restart_open_as_it_was)
{
	int64_t jan = rig_person("jan");

	(void)rig_attempt(jan, "192.0.2.7", 0);
	fail(rig_attempt(jan, "192.0.2.7", 0));
	rig_reopen();
	expect_tally(tally_of(jan, "192.0.2.7").here, (struct attempt_tally){ 1, 1, 1, 1, RIG_START }, "here");
}

Test(store_attempt, keeps_no_address)
{
	static const char *const files[] = { "state.db", "state.db-wal" };
	enum { SIZE = 8 << 20 };
	char *bytes = malloc(SIZE);

	cr_assert(bytes);
	(void)rig_attempt(rig_person("jan"), "198.51.100.77", 0);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		size_t size = scratch_read(&rig.folder, files[i], bytes, SIZE);

		cr_expect_null(memmem(bytes, size, "198.51.100.77", 13), "%s", files[i]);
	}
	free(bytes);
}

struct abandon {
	int64_t person, opened_before;
};

static int act_abandon(struct txn *txn, void *argument)
{
	const struct abandon *abandon = argument;

	return attempt_abandon(txn, abandon->person, abandon->opened_before);
}

Test(store_attempt, is_abandoned_as_a_failure_with_its_row)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct abandon abandon = { .person = jan, .opened_before = RIG_START };
	struct attempt settled = rig_attempt(jan, "192.0.2.7", 0), found;

	fail(settled);
	found = rig_attempt(jan, "192.0.2.7", 0);
	(void)rig_attempt(piet, "192.0.2.7", 0);
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_abandon, &abandon), 0, "none is older");
	abandon.opened_before++;
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_abandon, &abandon), 1, "his one that was open");
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_abandon, &abandon), 0, "once");
	expect_tally(tally_of(jan, "192.0.2.7").here, (struct attempt_tally){ 2, 0, 2, 0, RIG_START }, "his");
	expect_tally(tally_of(piet, "192.0.2.7").here, (struct attempt_tally){ 0, 1, 0, 1, RIG_START }, "another's");
	cr_expect_eq(rig_number("SELECT count(*) FROM trail WHERE event = 'login.abandoned'"), 1);
	cr_expect_eq(rig_do(rig_act_accept, &found), -ENOENT, "too late to settle");
	abandon.person = PERSON_NOBODY;
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_abandon, &abandon), 1, "anybody's");
}

Test(store_attempt, is_abandoned_with_no_more_than_so_many_others_at_a_time)
{
	struct abandon abandon = { .opened_before = RIG_START + 1 };
	int64_t jan = rig_person("jan");

	for (int i = 0; i < ATTEMPT_ABANDON_MAX + 3; i++)
		(void)rig_attempt(jan, "192.0.2.7", 0);
	cr_expect_eq(rig_do(act_abandon, &abandon), ATTEMPT_ABANDON_MAX);
	cr_expect_eq(rig_do(act_abandon, &abandon), 3);
	cr_expect_eq(rig_do(act_abandon, &abandon), 0);
}
