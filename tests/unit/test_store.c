#include "tests/support/rig.h"

#include "base/attributes.h"
#include "store/sql.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

TestSuite(store, .init = rig_make, .fini = rig_done);

Test(store, says_when_it_is_new_and_when_it_is_not)
{
	cr_expect_eq(rig.state, STORE_NEW);
	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
	rig_reopen();
	cr_expect_eq(rig.state, STORE_SOUND);
	cr_expect_eq(rig_verify(), 1);
}

Test(store, keeps_its_files_to_itself)
{
	static const char *const files[] = { "state.db", "epoch", "reserve" };
	char path[PATH_MAX];
	struct stat is;

	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
	rig_reopen();
	for (size_t i = 1; i < COUNT_OF(files); i++) {
		cr_assert_eq(stat(scratch_path(&rig.folder, files[i], path), &is), 0, "%s", path);
		cr_expect_eq(is.st_mode & 07777u, 0600u, "%s", files[i]);
	}
}

Test(store, brings_its_schema_up_to_date)
{
	int64_t newest = rig_number("PRAGMA user_version");

	cr_expect_geq(newest, 1);
	rig_close();
	/* an empty database of no version at all, as from a crash before the first migration */
	cr_assert_eq(truncate(scratch_path(&rig.folder, "state.db", (char[PATH_MAX]){ 0 }), 0), 0);
	cr_assert_eq(rig_open(), 0);
	cr_expect_eq(rig_number("PRAGMA user_version"), newest);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), 0);
}

Test(store, does_half_a_migration_never)
{
	rig_close();
	cr_assert_eq(truncate(scratch_path(&rig.folder, "state.db", (char[PATH_MAX]){ 0 }), 0), 0);
	{
		sqlite3 *db = rig_connect();

		cr_assert_eq(sqlite3_exec(db, "CREATE TABLE outbox (in_the_way)", NULL, NULL, NULL), SQLITE_OK);
		(void)sqlite3_close(db);
	}
	cr_expect_lt(rig_open(), 0);
	cr_expect_null(rig.store);
	cr_expect_eq(rig_number("PRAGMA user_version"), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM sqlite_schema"), 1, "all of it was undone");
}

Test(store, refuses_a_database_of_a_later_version)
{
	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
	rig_close();
	(void)rig_sql("PRAGMA user_version = 1000");
	cr_expect_eq(rig_open(), -EBADMSG);
	cr_expect_null(rig.store);
	cr_expect_eq(rig_number("PRAGMA user_version"), 1000);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), 1);
}

Test(store, refuses_a_damaged_database)
{
	static const struct {
		off_t at;
		size_t size;
	} holes[] = { { 0, 16 }, { 0, 4096 }, { 16, 84 }, { 100, 3996 } };
	char path[PATH_MAX], junk[4096];

	memset(junk, 'j', sizeof(junk));
	for (size_t i = 0; i < COUNT_OF(holes); i++) {
		int fd;

		rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
		rig_close();
		fd = open(scratch_path(&rig.folder, "state.db", path), O_WRONLY | O_CLOEXEC);
		cr_assert_eq(pwrite(fd, junk, holes[i].size, holes[i].at), (ssize_t)holes[i].size);
		(void)close(fd);
		cr_expect_eq(rig_open(), -EBADMSG, "hole %zu", i);
		cr_assert_null(rig.store);
		cr_assert_eq(unlink(path), 0);
		cr_assert_eq(rig_open(), 0);
	}
}

Test(store, belongs_to_its_key)
{
	struct keys *right = rig.keys;

	(void)rig_person("jan");
	rig_close();
	cr_assert_eq(keys_make(&rig.keys), 0);
	cr_expect_eq(rig_open(), -EKEYREJECTED, "with another key nobody would be enrolled");
	keys_free(rig.keys);
	rig.keys = right;
	cr_expect_eq(rig_open(), 0);
	rig_close();
	(void)rig_sql("DELETE FROM note_of_state WHERE name = 'key'");
	cr_expect_eq(rig_open(), -EKEYREJECTED, "persons without a mark are not taken over");
}

Test(store, needs_its_folder)
{
	struct store_setup setup = rig_setup();
	struct store *store = NULL;
	enum store_state state;
	char path[PATH_MAX];

	setup.dir = scratch_path(&rig.folder, "none", path);
	cr_expect_lt(store_open(&setup, &store, &state), 0);
	cr_expect_null(store);
	store_close(NULL);
}

static int act_two_steps_and_fail(struct txn *txn, void *argument)
{
	int rc = rig_act_person(txn, argument);

	return rc < 0 ? rc : -ERANGE;
}

Test(store, undoes_an_act_that_fails)
{
	struct rig_person person = { .name = "jan" };

	cr_expect_eq(rig_do(act_two_steps_and_fail, &person), -ERANGE);
	cr_expect_eq(rig_number("SELECT count(*) FROM person"), 0);
	cr_expect_eq(rig_do(rig_act_person, &person), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM person"), 1);
}

static int act_recorded(struct txn *txn, void *argument)
{
	int rc = rig_act_person(txn, argument);

	return rc < 0 ? rc : trail_append(txn, &(struct trail_entry){ .event = EVENT_SERVICE_STARTED });
}

static int act_nothing(struct txn *txn, void *argument)
{
	(void)txn;
	(void)argument;
	return 0;
}

Test(store, undoes_an_act_that_changes_something_without_its_row)
{
	struct rig_person person = { .name = "jan" };

	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, rig_act_person, &person), -EPROTO);
	cr_expect_eq(rig_number("SELECT count(*) FROM person"), 0);
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_recorded, &person), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM person"), 1);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), 1);
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, act_nothing, NULL), 0, "what changes nothing needs no row");
	person.name = "piet";
	cr_expect_eq(store_commit(rig.store, TRAIL_WITH, rig_act_person, &person), -EPROTO, "each act its own row");
	cr_expect_eq(store_commit(rig.store, TRAIL_NONE, rig_act_person, &person), 0);
}

Test(store, changes_nothing_in_a_reading)
{
	struct rig_person person = { .name = "jan" };

	cr_expect_lt(store_read(rig.store, rig_act_person, &person), 0);
	cr_expect_lt(store_scan(rig.store, rig_act_person, &person), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM person"), 0);
	cr_expect_eq(rig_do(rig_act_person, &person), 0, "and goes on");
}

enum {
	NEIGHBOURS = 16,
	ROUNDS = 20,
};

static int act_append_or_fail(struct txn *txn, void *argument)
{
	const bool *fails = argument;
	int rc = trail_append(txn, &(struct trail_entry){ .event = EVENT_SERVICE_STARTED,
	    .result = *fails ? "undone" : "kept" });

	return rc < 0 ? rc : *fails ? -ERANGE : 0;
}

static void *neighbour(void *argument)
{
	for (int i = 0; i < ROUNDS; i++) {
		bool fails = (i + (int)(intptr_t)argument) % 2;
		int rc = rig_do(act_append_or_fail, &fails);

		cr_assert_eq(rc, fails ? -ERANGE : 0);
	}
	return NULL;
}

Test(store, shares_a_commit_among_acts_but_not_their_faults)
{
	pthread_t threads[NEIGHBOURS];

	rig_commits = 0;
	for (intptr_t i = 0; i < NEIGHBOURS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, neighbour, (void *)i), 0);
	for (size_t i = 0; i < NEIGHBOURS; i++)
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
	cr_expect_lt(rig_commits, NEIGHBOURS * ROUNDS, "%d commits for all", (int)rig_commits);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail WHERE result = 'kept'"), NEIGHBOURS * ROUNDS / 2);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), NEIGHBOURS * ROUNDS / 2);
	cr_expect_eq(rig_verify(), NEIGHBOURS * ROUNDS / 2);
}

static int act_times(struct txn *txn, void *argument)
{
	int64_t *times = argument;

	times[0] = txn_now(txn);
	times[1] = txn_newest(txn);
	cr_expect_eq(txn_keys(txn), rig.keys);
	return 0;
}

Test(store, knows_the_newest_time_it_ever_committed)
{
	int64_t times[2];

	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
	cr_expect_eq(store_newest(rig.store), RIG_START);
	rig_now = RIG_START - 1000;
	cr_assert_eq(rig_do(act_times, times), 0);
	cr_expect_eq(times[0], RIG_START - 1000);
	cr_expect_eq(times[1], RIG_START);
	cr_expect_eq(store_newest(rig.store), RIG_START);
	rig_reopen();
	cr_expect_eq(store_newest(rig.store), RIG_START);
	rig_now = RIG_START + 5;
	cr_assert_eq(rig_do(act_times, times), 0);
	cr_expect_eq(times[1], RIG_START);
	cr_expect_eq(store_newest(rig.store), RIG_START + 5);
	cr_assert_eq(store_read(rig.store, act_times, times), 0);
	cr_expect_eq(times[1], RIG_START + 5);
}

static sqlite3 *full_db;

/* As a disk that is full: the database may not grow. */
static int act_fill_disk(struct txn *txn, void *argument)
{
	(void)argument;
	full_db = txn->db;
	return sql_script(txn->db, "PRAGMA max_page_count = 1");
}

static int act_append_much(struct txn *txn, void *argument)
{
	char note[200];

	(void)argument;
	memset(note, 'n', sizeof(note) - 1);
	note[sizeof(note) - 1] = '\0';
	for (int i = 0; i < 200; i++) {
		int rc = trail_append(txn, &(struct trail_entry){ .event = EVENT_SERVICE_STARTED, .note = note });

		if (rc < 0)
			return rc;
	}
	return 0;
}

static bool frees_room;

/* The writer calls this between two transactions. */
static void alarm_and_make_room(const char *text)
{
	rig_alarm(text);
	if (frees_room)
		cr_assert_eq(sql_script(full_db, "PRAGMA max_page_count = 1000000"), 0);
}

static void open_with_alarm(void)
{
	struct store_setup setup = rig_setup();

	rig_close();
	setup.alarm = alarm_and_make_room;
	cr_assert_eq(store_open(&setup, &rig.store, &rig.state), 0);
	cr_assert_eq(rig_do(act_fill_disk, NULL), 0);
}

Test(store, gives_its_reserve_when_the_disk_is_full_and_goes_on)
{
	frees_room = true;
	open_with_alarm();
	cr_expect(scratch_has(&rig.folder, "reserve"));
	cr_expect_eq(rig_do(act_append_much, NULL), 0);
	cr_expect_eq(rig_alarms, 1);
	cr_expect_not(scratch_has(&rig.folder, "reserve"));
	cr_expect_eq(rig_verify(), 201);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail WHERE event = 'disk.full'"), 1);
}

Test(store, refuses_when_the_disk_stays_full)
{
	frees_room = false;
	open_with_alarm();
	cr_expect_eq(rig_do(act_append_much, NULL), -ENOSPC);
	cr_expect_eq(rig_alarms, 1);
	cr_expect_eq(rig_do(act_append_much, NULL), -ENOSPC);
	cr_expect_eq(rig_alarms, 1, "there is no second reserve");
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), 0, "nothing of it stays");
	cr_assert_eq(sql_script(full_db, "PRAGMA max_page_count = 1000000"), 0);
	cr_expect_eq(rig_do(act_append_much, NULL), 0);
	cr_expect_eq(rig_verify(), 200);
}

static const struct store_upkeep upkeep = {
	.attempt_memory_s = 1000, .known_source_s = 5000, .retention_s = { 10000, 20000, 30000 },
};

Test(store, makes_its_reserve_again_at_the_next_upkeep)
{
	struct store_health health;
	char path[PATH_MAX];

	cr_assert_eq(store_health(rig.store, &health), 0);
	cr_expect(health.reserve_whole);
	cr_assert_eq(unlink(scratch_path(&rig.folder, "reserve", path)), 0);
	cr_assert_eq(store_health(rig.store, &health), 0);
	cr_expect_not(health.reserve_whole);
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_assert_eq(store_health(rig.store, &health), 0);
	cr_expect(health.reserve_whole);
	cr_expect(health.free_percent >= 0 && health.free_percent <= 100);
	cr_expect_not(health.restored);
}

Test(store, counts_abandoned_attempts_as_failures_and_says_so_once)
{
	int64_t jan = rig_person("jan");

	(void)rig_attempt(jan, "192.0.2.7", 0);
	(void)rig_attempt(PERSON_NOBODY, "192.0.2.7", 0);
	rig_now = RIG_START + ATTEMPT_LIFE_S;
	(void)rig_attempt(jan, "192.0.2.7", 0);
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), 0, "not before their time");
	rig_now = RIG_START + ATTEMPT_LIFE_S + 1;
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail WHERE event = 'login.abandoned'"), 2);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt WHERE closed_at IS NULL"), 1);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt WHERE closed_at IS NOT NULL"), 1,
	    "nobody's failures count against nobody");
}

Test(store, forgets_what_can_no_longer_matter)
{
	struct attempt attempt = rig_attempt(rig_person("jan"), "192.0.2.7", 0);

	cr_assert_eq(rig_do(rig_act_fail, &attempt), 0);
	attempt = rig_attempt(attempt.person, "192.0.2.8", 0);
	cr_assert_eq(rig_do(rig_act_accept_code, &attempt), 0);
	rig_now = RIG_START + upkeep.attempt_memory_s;
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt"), 1);
	rig_now++;
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM attempt"), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM known_source"), 1);
	rig_now = RIG_START + upkeep.known_source_s + 1;
	cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
	cr_expect_eq(rig_number("SELECT count(*) FROM known_source"), 0);
}
