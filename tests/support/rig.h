#ifndef TESTS_SUPPORT_RIG_H
#define TESTS_SUPPORT_RIG_H

#include "crypto/crypto.h"
#include "store/attempt.h"
#include "store/person.h"
#include "store/store.h"
#include "store/token.h"
#include "store/trail.h"
#include "tests/support/scratch.h"

#include <sqlite3.h>
#include <string.h>

/*
 * A store in a folder of its own, with a clock that the test sets, and a connection beside it for what no
 * function of the store does.
 */

enum {
	RIG_START = 1800000000,
	RIG_RESERVE_KIB = 64,
};

struct rig {
	struct scratch folder;
	struct keys *keys;
	struct store *store;
	enum store_state state;
};

static struct rig rig;
static _Atomic int64_t rig_now = RIG_START;
static _Atomic int rig_commits;		/* how often the clock was asked: once for each commit or reading */
static _Atomic int rig_alarms;

static inline int64_t rig_clock(void)
{
	rig_commits++;
	return rig_now;
}

static inline void rig_alarm(const char *text)
{
	(void)text;
	rig_alarms++;
}

static inline struct store_setup rig_setup(void)
{
	return (struct store_setup){ .dir = rig.folder.path, .keys = rig.keys, .reserve_kib = RIG_RESERVE_KIB,
		.clock = rig_clock, .alarm = rig_alarm };
}

/* Opens the store. Returns what store_open() returned. */
static inline int rig_open(void)
{
	struct store_setup setup = rig_setup();

	return store_open(&setup, &rig.store, &rig.state);
}

static inline void rig_close(void)
{
	store_close(rig.store);
	rig.store = NULL;
}

static inline void rig_reopen(void)
{
	rig_close();
	cr_assert_eq(rig_open(), 0);
}

static inline void rig_make(void)
{
	cr_assert_eq(crypto_start(), 0);
	scratch_make(&rig.folder);
	cr_assert_eq(keys_make(&rig.keys), 0);
	cr_assert_eq(rig_open(), 0);
}

static inline void rig_done(void)
{
	rig_close();
	keys_free(rig.keys);
	scratch_remove(&rig.folder);
}

/* Does act in a commit of its own. Returns what store_commit() returned. */
static inline int rig_do(store_act *act, void *argument)
{
	return store_commit(rig.store, TRAIL_NONE, act, argument);
}

static inline sqlite3 *rig_connect(void)
{
	char path[PATH_MAX];
	sqlite3 *db = NULL;

	cr_assert_eq(sqlite3_open_v2(scratch_path(&rig.folder, "state.db", path), &db, SQLITE_OPEN_READWRITE, NULL),
	    SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 2000);
	return db;
}

/* Does statements beside the store. Returns how many rows the last one changed. */
static inline int rig_sql(const char *text)
{
	sqlite3 *db = rig_connect();
	char *why = NULL;
	int changes;

	cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &why), SQLITE_OK, "%s: %s", text, why);
	changes = sqlite3_changes(db);
	(void)sqlite3_close(db);
	return changes;
}

/* The one number that a query gives. */
static inline int64_t rig_number(const char *text)
{
	sqlite3 *db = rig_connect();
	sqlite3_stmt *row = NULL;
	int64_t number;

	cr_assert_eq(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK, "%s: %s", text, sqlite3_errmsg(db));
	cr_assert_eq(sqlite3_step(row), SQLITE_ROW, "%s", text);
	number = sqlite3_column_int64(row, 0);
	(void)sqlite3_finalize(row);
	(void)sqlite3_close(db);
	return number;
}

struct rig_person {
	const char *name;
	int64_t id;
};

static inline int rig_act_person(struct txn *txn, void *argument)
{
	struct rig_person *person = argument;
	char identity[128];

	(void)snprintf(identity, sizeof(identity), "local:1000:%s", person->name);
	return person_get(txn, identity, person->name, &person->id);
}

/* The number of a person of that name. */
static inline int64_t rig_person(const char *name)
{
	struct rig_person person = { .name = name };

	cr_assert_eq(rig_do(rig_act_person, &person), 0);
	return person.id;
}

static inline int rig_act_open(struct txn *txn, void *argument)
{
	return attempt_open(txn, argument);
}

/* An open attempt at person from a source, by a peer. */
static inline struct attempt rig_attempt(int64_t person, const char *source, int64_t peer)
{
	struct attempt attempt = { .person = person, .peer = peer, .service = "sshd" };

	attempt_source(rig.keys, source, attempt.source);
	cr_assert_eq(rig_do(rig_act_open, &attempt), 0);
	return attempt;
}

static inline int rig_act_fail(struct txn *txn, void *argument)
{
	return attempt_close_failed(txn, argument);
}

static inline int rig_act_accept(struct txn *txn, void *argument)
{
	return attempt_close_accepted(txn, argument, false);
}

static inline int rig_act_accept_code(struct txn *txn, void *argument)
{
	return attempt_close_accepted(txn, argument, true);
}

static inline int rig_act_offer(struct txn *txn, void *argument)
{
	return token_offer(txn, argument);
}

struct rig_burn {
	struct token token;
	struct attempt attempt;
	struct secret code;
	int64_t step, drift;
};

static inline int rig_act_activate(struct txn *txn, void *argument)
{
	const struct rig_burn *burn = argument;

	return token_activate(txn, burn->token.id, burn->step, burn->drift);
}

static inline int rig_act_burn(struct txn *txn, void *argument)
{
	const struct rig_burn *burn = argument;

	return token_burn(txn, &burn->token, burn->step, burn->drift, &burn->attempt);
}

static inline int rig_act_burn_code(struct txn *txn, void *argument)
{
	const struct rig_burn *burn = argument;

	return recovery_burn(txn, &burn->code, &burn->attempt);
}

/* An offered token of person. */
static inline struct token rig_offer(int64_t person)
{
	struct token token = { .person = person, .kind = "totp", .label = "phone", .algorithm = "sha1",
		.digits = 6, .period_s = 30, .made_by = 0, .secret = { 20, "12345678901234567890" } };

	cr_assert_eq(rig_do(rig_act_offer, &token), 0);
	return token;
}

/* An active token of person, of which step was the first that was burnt. */
static inline struct token rig_token(int64_t person, int64_t step)
{
	struct rig_burn burn = { .token = rig_offer(person), .step = step };

	cr_assert_eq(rig_do(rig_act_activate, &burn), 0);
	burn.token.step = step;
	return burn.token;
}

/* Burns a step by an attempt. Returns 0 or -errno. */
static inline int rig_burn_step(const struct token *token, int64_t step, const struct attempt *attempt)
{
	struct rig_burn burn = { .token = *token, .step = step, .attempt = *attempt };

	return rig_do(rig_act_burn, &burn);
}

static inline int rig_act_append(struct txn *txn, void *argument)
{
	return trail_append(txn, argument);
}

/* A row of the trail. */
static inline void rig_append(struct trail_entry entry)
{
	cr_assert_eq(rig_do(rig_act_append, &entry), 0);
}

static inline int rig_act_verify(struct txn *txn, void *argument)
{
	return trail_verify(txn, argument);
}

/* Proves the trail. Returns how many rows it has, or minus the first that does not fit. */
static inline int64_t rig_verify(void)
{
	struct trail_proof proof = { .rows = -77, .broken_at = -77 };

	cr_assert_eq(store_scan(rig.store, rig_act_verify, &proof), 0);
	return proof.broken_at ? -proof.broken_at : proof.rows;
}

#endif
