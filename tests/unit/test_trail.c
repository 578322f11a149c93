#include "tests/support/rig.h"

#include "base/attributes.h"
#include "store/sql.h"

#include <errno.h>

TestSuite(trail, .init = rig_make, .fini = rig_done);

/* Five rows of several kinds: with and without sides, subjects and services. */
enum {
	ROWS = 5,
};

static void append_rows(void)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");

	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED, .note = "version 1" });
	rig_append((struct trail_entry){ .event = EVENT_LOGIN_ACCEPTED, .actor = jan, .subject = jan,
		.service = "sshd", .result = "accepted", .source = "192.0.2.0/24" });
	rig_append((struct trail_entry){ .event = EVENT_LOGIN_REFUSED, .subject = piet, .service = "login",
		.result = "refused", .source = "local", .note = "n" });
	rig_append((struct trail_entry){ .event = EVENT_TRAIL_READ, .actor = piet, .result = "accepted" });
	rig_append((struct trail_entry){ .event = EVENT_FACTOR_ENROLLED, .actor = jan, .subject = jan,
		.service = "sluis", .source = "local" });
	cr_assert_eq(rig_verify(), ROWS);
}

static void fill_entry(struct trail_entry *entry, unsigned fields)
{
	*entry = (struct trail_entry){ .event = entry->event, .result = "any" };
	if (fields & HOLDS_ACTOR)
		entry->actor = 7;
	if (fields & HOLDS_SUBJECT)
		entry->subject = 7;
	if (fields & HOLDS_SERVICE)
		entry->service = "sshd";
	if (fields & HOLDS_SOURCE)
		entry->source = "local";
	if (fields & HOLDS_NOTE)
		entry->note = "note";
}

Test(trail, holds_of_each_event_what_it_may_and_nothing_else)
{
	int64_t rows = 0;

	for (int event = EVENT_LOGIN_ACCEPTED; event < EVENT_COUNT; event++)
		for (unsigned fields = 0; fields < 2 * HOLDS_NOTE; fields++) {
			struct trail_entry entry = { .event = (enum event)event };
			bool may = (fields & ~event_rule((enum event)event)->fields) == 0;

			fill_entry(&entry, fields);
			cr_expect_eq(rig_do(rig_act_append, &entry), may ? 0 : -EINVAL, "%s, fields %u",
			    event_rule((enum event)event)->name, fields);
			rows += may;
		}
	cr_expect_eq(rig_verify(), rows, "nothing is appended of what it refuses");
}

struct found {
	int64_t after;
	struct trail_row row;
};

static int act_next(struct txn *txn, void *argument)
{
	struct found *found = argument;

	return trail_next(txn, found->after, &found->row);
}

Test(trail, shows_its_rows_in_order)
{
	struct found found = { .after = 0 };

	cr_expect_eq(store_read(rig.store, act_next, &found), -ENOENT);
	append_rows();
	cr_assert_eq(store_read(rig.store, act_next, &found), 0);
	cr_expect_eq(found.row.seq, 1);
	cr_expect_str_eq(found.row.event, "service.started");
	cr_expect_str_eq(found.row.note, "version 1");
	cr_expect_eq(found.row.subject, PERSON_NOBODY);
	found.after = 2;
	cr_assert_eq(store_read(rig.store, act_next, &found), 0);
	cr_expect_eq(found.row.seq, 3);
	cr_expect_eq(found.row.at, RIG_START);
	cr_expect_str_eq(found.row.event, "login.refused");
	cr_expect_str_eq(found.row.service, "login");
	cr_expect_str_eq(found.row.result, "refused");
	cr_expect_str_eq(found.row.source, "local");
	cr_expect_str_eq(found.row.note, "n");
	cr_expect_eq(found.row.subject, rig_person("piet"));
	found.after = ROWS;
	cr_expect_eq(store_read(rig.store, act_next, &found), -ENOENT);
}

Test(trail, tells_whom_the_event_names)
{
	append_rows();
	cr_expect_eq(rig_number("SELECT count(*) FROM outbox"), 1);
	cr_expect_eq(rig_number("SELECT seq FROM outbox"), 5);
	cr_expect_eq(rig_number("SELECT told FROM outbox"), ROLE_SUBJECT);
	cr_expect_eq(rig_number("SELECT subject FROM outbox"), rig_person("jan"));
}

Test(trail, verifies_when_it_is_empty_and_after_a_restart)
{
	cr_expect_eq(rig_verify(), 0);
	append_rows();
	rig_reopen();
	cr_expect_eq(rig_verify(), ROWS);
	rig_append((struct trail_entry){ .event = EVENT_SERVICE_STARTED });
	cr_expect_eq(rig_verify(), ROWS + 1);
}

/* Proves the trail as it would be after some statements. Returns the first row that does not fit, or 0. */
static int64_t broken_by(const char *statements)
{
	struct trail_proof proof = { .broken_at = -77 };
	struct txn txn = { .db = rig_connect() };
	char *why = NULL;

	cr_assert_eq(sql_script(txn.db, "BEGIN IMMEDIATE"), 0);
	cr_assert_eq(sqlite3_exec(txn.db, statements, NULL, NULL, &why), SQLITE_OK, "%s: %s", statements, why);
	cr_assert_gt(sqlite3_total_changes(txn.db), 0, "%s", statements);
	cr_assert_eq(trail_verify(&txn, &proof), 0);
	cr_assert_eq(sql_script(txn.db, "ROLLBACK"), 0);
	sql_close(&txn);
	return proof.broken_at;
}

Test(trail, finds_any_column_of_any_row_that_was_changed)
{
	static const char *const changes[] = {
		"at = at + 1", "at = at - 1", "event = 'login.accepted '", "event = ''", "actor = actor + 1",
		"subject = subject + 1", "subject = 0 - subject - 1", "service = service || 'x'",
		"result = result || 'x'", "service = service || char(0)", "event = service, service = event",
		"service = result || 'y', result = service", "commitment = zeroblob(32)", "commitment = x''",
		"commitment = zeroblob(33)", "prev = hash", "prev = randomblob(32)", "hash = randomblob(32)",
		"hash = substr(hash, 1, 31)", "hash = zeroblob(33)", "seq = seq + 100", "seq = -seq",
	};
	char sql[256];

	append_rows();
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		for (int64_t row = 1; row <= ROWS; row++) {
			int64_t at;

			(void)snprintf(sql, sizeof(sql), "UPDATE trail SET %s WHERE seq = %lld", changes[i], (long long)row);
			at = broken_by(sql);
			if (strncmp(changes[i], "seq", 3) == 0)
				cr_expect_neq(at, 0, "row %d: %s", (int)row, changes[i]);
			else
				cr_expect_eq(at, row, "row %d: %s: %d", (int)row, changes[i], (int)at);
		}
	cr_expect_eq(rig_verify(), ROWS);
}

Test(trail, finds_a_side_that_was_changed_added_or_lent)
{
	static const struct {
		const char *sql;
		int64_t at;
	} cases[] = {
		{ "UPDATE trail_side SET source = 'remote' WHERE seq = 2", 2 },
		{ "UPDATE trail_side SET source = '' WHERE seq = 2", 2 },
		{ "UPDATE trail_side SET note = 'another' WHERE seq = 1", 1 },
		{ "UPDATE trail_side SET note = note || 'x' WHERE seq = 3", 3 },
		{ "UPDATE trail_side SET source = note, note = source WHERE seq = 3", 3 },
		{ "UPDATE trail_side SET source = source || note, note = '' WHERE seq = 3", 3 },
		{ "UPDATE trail_side SET salt = randomblob(16) WHERE seq = 3", 3 },
		{ "UPDATE trail_side SET salt = x'' WHERE seq = 3", 3 },
		{ "INSERT INTO trail_side VALUES (4, randomblob(16), 'local', '')", 4 },
		{ "UPDATE trail_side SET seq = 4 WHERE seq = 3", 4 },
		{ "INSERT INTO trail_side SELECT 4, salt, source, note FROM trail_side WHERE seq = 5", 4 },
	};

	append_rows();
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(broken_by(cases[i].sql), cases[i].at, "%s", cases[i].sql);
}

Test(trail, finds_rows_deleted_inserted_and_reordered)
{
	static const char *const cases[] = {
		"DELETE FROM trail WHERE seq = 1",
		"DELETE FROM trail WHERE seq = 3",
		"DELETE FROM trail WHERE seq = 3; UPDATE trail SET seq = seq - 1 WHERE seq > 3",
		"DELETE FROM trail WHERE seq = 1; UPDATE trail SET seq = seq - 1",
		"UPDATE trail SET seq = -1 WHERE seq = 2; UPDATE trail SET seq = 2 WHERE seq = 3;"
		" UPDATE trail SET seq = 3 WHERE seq = -1",
		"INSERT INTO trail SELECT 6, at, event, actor, subject, service, result, commitment, prev, hash"
		" FROM trail WHERE seq = 5",
		"INSERT INTO trail SELECT 6, at, event, actor, subject, service, result, commitment, hash, hash"
		" FROM trail WHERE seq = 5",
		"INSERT INTO trail SELECT 6, at, event, actor, subject, service, result, commitment, hash,"
		" randomblob(32) FROM trail WHERE seq = 5",
		"INSERT INTO trail SELECT 0, at, event, actor, subject, service, result, commitment, prev, hash"
		" FROM trail WHERE seq = 1",
	};

	append_rows();
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_neq(broken_by(cases[i]), 0, "%s", cases[i]);
	cr_expect_eq(broken_by("DELETE FROM trail WHERE seq = 5"), 0,
	    "a chain does not know its end: the epoch file and checkpoints do");
}

Test(trail, keeps_its_proof_when_sides_are_erased)
{
	struct found found = { .after = 2 };

	append_rows();
	cr_assert_eq(rig_sql("DELETE FROM trail_side WHERE seq = 3"), 1);
	cr_expect_eq(rig_verify(), ROWS);
	cr_assert_eq(store_read(rig.store, act_next, &found), 0);
	cr_expect_str_eq(found.row.source, "");
	cr_expect_str_eq(found.row.note, "");
	cr_expect_str_eq(found.row.event, "login.refused");
	cr_assert_gt(rig_sql("DELETE FROM trail_side"), 0);
	cr_expect_eq(rig_verify(), ROWS);
}

Test(trail, commits_to_a_side_that_cannot_be_guessed_from_the_row)
{
	/* two rows with the same side: without a salt their commitments would be the same */
	for (int i = 0; i < 2; i++)
		rig_append((struct trail_entry){ .event = EVENT_LOGIN_REFUSED, .result = "refused", .source = "local" });
	cr_expect_eq(rig_number("SELECT count(DISTINCT commitment) FROM trail"), 2);
}

Test(trail, goes_on_from_a_damaged_head_with_nothing)
{
	struct trail_entry entry = { .event = EVENT_SERVICE_STARTED };

	append_rows();
	cr_assert_eq(rig_sql("UPDATE trail SET hash = x'00' WHERE seq = 5"), 1);
	cr_expect_eq(rig_do(rig_act_append, &entry), -EBADMSG);
	cr_expect_eq(rig_number("SELECT count(*) FROM trail"), ROWS);
}

Test(trail, erases_sides_by_the_class_of_their_event)
{
	static const struct store_upkeep upkeep = {
		.attempt_memory_s = 1000, .known_source_s = 1000, .retention_s = { 100, 200, 300 },
	};
	static const struct {
		int64_t later, sides, told;
	} cases[] = {
		{ 100, 3, 2 },		/* nothing is older than its class is kept */
		{ 101, 2, 2 },		/* routine */
		{ 200, 2, 2 },
		{ 201, 1, 0 },		/* privileged, and what was to be told */
		{ 300, 1, 0 },
		{ 301, 0, 0 },		/* emergency */
	};

	rig_append((struct trail_entry){ .event = EVENT_LOGIN_REFUSED, .source = "local" });
	rig_append((struct trail_entry){ .event = EVENT_FACTOR_ENROLLED, .source = "local" });
	rig_append((struct trail_entry){ .event = EVENT_STORE_RESTORED, .note = "note" });
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		rig_now = RIG_START + cases[i].later;
		cr_assert_eq(store_upkeep(rig.store, &upkeep), 0);
		cr_expect_eq(rig_number("SELECT count(*) FROM trail_side"), cases[i].sides, "after %d s", (int)cases[i].later);
		cr_expect_eq(rig_number("SELECT count(*) FROM outbox"), cases[i].told, "after %d s", (int)cases[i].later);
		cr_expect_eq(rig_verify(), 3);
	}
}

Test(trail, finds_a_row_that_was_forged_with_a_right_hash_of_its_own)
{
	struct trail_entry forged = { .event = EVENT_SERVICE_STARTED, .result = "forged" };
	struct trail_proof proof = { .broken_at = -77 };
	struct txn txn = { .now = RIG_START };

	append_rows();
	txn.db = rig_connect();
	cr_assert_eq(sql_script(txn.db, "BEGIN IMMEDIATE; CREATE TEMP TABLE later AS SELECT * FROM trail WHERE seq > 3;"
	    "DELETE FROM trail WHERE seq >= 3; DELETE FROM trail_side WHERE seq = 3"), 0);
	cr_assert_eq(trail_append(&txn, &forged), 0);
	cr_assert_eq(trail_verify(&txn, &proof), 0);
	cr_expect_eq(proof.broken_at, 0, "by itself it looks right");
	cr_assert_eq(sql_script(txn.db, "INSERT INTO trail SELECT * FROM later"), 0);
	cr_assert_eq(trail_verify(&txn, &proof), 0);
	cr_expect_eq(proof.broken_at, 4, "but the next row does not follow it: %d", (int)proof.broken_at);
	cr_assert_eq(sql_script(txn.db, "ROLLBACK"), 0);
	sql_close(&txn);
}
