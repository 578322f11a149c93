#include "tests/support/rig.h"

#include "base/attributes.h"

#include <errno.h>

TestSuite(epoch, .init = rig_make, .fini = rig_done);

enum {
	STEP = RIG_START / 30,
	SIZE = 4 << 20,
};

/* Copies a file of the store, which must be closed. */
static void copy(const char *from, const char *to)
{
	char *bytes = malloc(SIZE);
	size_t size;

	cr_assert(bytes);
	size = scratch_read(&rig.folder, from, bytes, SIZE);
	scratch_write(&rig.folder, to, bytes, size);
	free(bytes);
}

static void forget(const char *name)
{
	char path[PATH_MAX];

	cr_assert_eq(unlink(scratch_path(&rig.folder, name, path)), 0);
}

static void append(int count)
{
	for (int i = 0; i < count; i++)
		rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
}

static int act_codes(struct txn *txn, void *argument)
{
	static const struct secret codes[] = { { 16, "ABCDEFGHIJKLMNOP" }, { 16, "BBCDEFGHIJKLMNOP" } };
	const int64_t *person = argument;

	return recovery_replace(txn, *person, codes, COUNT_OF(codes));
}

Test(epoch, notices_an_older_database_and_trusts_no_code_it_may_have_seen)
{
	int64_t jan = rig_person("jan");
	struct token token = rig_token(jan, STEP);
	struct attempt attempt;
	struct store_health health;

	cr_assert_eq(rig_do(act_codes, &jan), 0);
	append(3);
	rig_close();
	copy("state.db", "older.db");
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_SOUND);
	attempt = rig_attempt(jan, "192.0.2.7", 0);
	cr_assert_eq(rig_burn_step(&token, STEP + 1, &attempt), 0);
	append(2);
	rig_close();
	copy("older.db", "state.db");
	cr_assert_eq(rig_open(), 0);

	cr_expect_eq(rig.state, STORE_RESTORED);
	cr_expect_eq(rig_number("SELECT count(*) FROM recovery WHERE used_at = 0"), 0);
	cr_expect_geq(rig_number("SELECT step FROM token"), STEP + 4);
	attempt = rig_attempt(jan, "192.0.2.7", 0);
	for (int64_t step = STEP - 3; step <= STEP + 3; step++)
		cr_expect_eq(rig_burn_step(&token, step, &attempt), -ENOENT, "step %d", (int)(step - STEP));
	cr_expect_eq(rig_number("SELECT count(*) FROM trail WHERE event = 'store.restored'"), 1);
	cr_expect_eq(rig_verify(), 4);
	cr_assert_eq(store_health(rig.store, &health), 0);
	cr_expect(health.restored);
	cr_expect_eq(rig_number("SELECT count(*) FROM outbox WHERE event = 'store.restored'"), 1);

	append(1);
	rig_reopen();
	cr_expect_eq(rig.state, STORE_SOUND, "said once");
	cr_assert_eq(store_health(rig.store, &health), 0);
	cr_expect(health.restored, "but it stays so until it is accepted");
}

Test(epoch, notices_another_database_of_the_same_length)
{
	append(3);
	rig_close();
	copy("state.db", "older.db");
	cr_assert_eq(rig_open(), 0);
	append(2);
	rig_close();
	copy("epoch", "epoch-of-five");
	copy("older.db", "state.db");
	forget("epoch");
	cr_assert_eq(rig_open(), 0);
	append(2);
	rig_close();
	copy("epoch-of-five", "epoch");		/* as long, but other rows */
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_RESTORED);
}

Test(epoch, notices_that_the_last_row_was_taken_off)
{
	append(3);
	rig_close();
	cr_assert_eq(rig_sql("DELETE FROM trail WHERE seq = 3"), 1);
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_RESTORED);
}

Test(epoch, notices_an_empty_database_where_there_was_another)
{
	append(3);
	rig_close();
	forget("state.db");
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_RESTORED);
}

Test(epoch, takes_a_missing_or_damaged_memory_for_the_worst)
{
	static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";
	char texts[9][256] = { "", "\n", "3", "3 abc 1800000000\n", "x " };

	(void)snprintf(texts[5], sizeof(texts[5]), "3 %s 1800000000", zeros);		/* no end of line */
	(void)snprintf(texts[6], sizeof(texts[6]), "3 %s -1\n", zeros);
	(void)snprintf(texts[7], sizeof(texts[7]), "3 %s 1800000000\nmore\n", zeros);
	(void)snprintf(texts[8], sizeof(texts[8]), "3 %s 1800000000\n", zeros);		/* another hash */
	append(3);
	rig_close();
	forget("epoch");
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_RESTORED, "missing");
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		rig_close();
		scratch_write(&rig.folder, "epoch", texts[i], strlen(texts[i]));
		cr_assert_eq(rig_open(), 0);
		cr_expect_eq(rig.state, STORE_RESTORED, "case %zu", i);
	}
	rig_close();
	{
		char longer[4096];

		memset(longer, '1', sizeof(longer));
		scratch_write(&rig.folder, "epoch", longer, sizeof(longer));
	}
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_RESTORED, "too long");
	rig_reopen();
	cr_expect_eq(rig.state, STORE_SOUND, "and it is written anew");
}

Test(epoch, is_nothing_that_anybody_may_write)
{
	char path[PATH_MAX];

	append(1);
	rig_close();
	cr_assert_eq(chmod(scratch_path(&rig.folder, "epoch", path), 0666), 0);
	cr_expect_eq(rig_open(), -EPERM);
	cr_expect_null(rig.store);
}

Test(epoch, lags_behind_without_harm_after_a_crash)
{
	append(1);
	rig_reopen();
	append(5);
	rig_close();
	copy("epoch", "newer");
	scratch_write(&rig.folder, "epoch", "", 0);
	forget("epoch");
	cr_assert_eq(rig_open(), 0);		/* makes a row of its own: a chain goes on */
	append(1);
	rig_close();
	copy("newer", "epoch");			/* as it was before the last rows */
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig.state, STORE_SOUND);
}

Test(epoch, is_written_at_once_and_then_at_the_commit_after_an_upkeep)
{
	static const struct store_upkeep upkeep = { 1000, 1000, { 1000, 1000, 1000 } };
	char first[256] = "", later[256] = "";

	(void)scratch_read(&rig.folder, "epoch", first, sizeof(first));
	cr_expect(strncmp(first, "0 ", 2) == 0, "%s", first);
	append(2);
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	append(1);		/* by now what came after the upkeep is written */
	(void)scratch_read(&rig.folder, "epoch", later, sizeof(later));
	cr_expect(strncmp(later, "2 ", 2) == 0, "%s", later);
}

Test(epoch, notices_that_it_was_lost_with_an_empty_database)
{
	rig_close();
	forget("epoch");
	cr_assert_eq(rig_open(), 0);
	cr_expect_neq(rig.state, STORE_SOUND);
}

Test(epoch, remembers_the_time_beside_the_database)
{
	append(1);
	rig_close();
	copy("state.db", "older.db");
	cr_assert_eq(rig_open(), 0);
	rig_now = RIG_START + 5000;
	append(1);
	rig_close();
	copy("older.db", "state.db");
	rig_now = RIG_START;
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(store_newest(rig.store), RIG_START + 5000);
}
