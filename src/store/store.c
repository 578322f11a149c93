#include "store/store.h"

#include "base/attributes.h"
#include "policy/attempt.h"
#include "store/attempt.h"
#include "store/commit.h"
#include "store/person.h"
#include "store/sql.h"
#include "store/token.h"
#include "store/trail.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

struct store {
	struct store_setup setup;
	char dir[PATH_MAX], database[PATH_MAX], epoch[PATH_MAX], reserve[PATH_MAX];

	struct txn write; /* belongs to commits */
	struct commits *commits;

	pthread_mutex_t reading; /* one reader at a time */
	struct txn read;
};

int64_t txn_now(const struct txn *txn)
{
	return txn->now;
}

int64_t txn_newest(const struct txn *txn)
{
	return txn->newest;
}

const struct keys *txn_keys(const struct txn *txn)
{
	return txn->keys;
}

int store_commit(struct store *store, enum record record, store_act *act, void *argument)
{
	return commits_do(store->commits, record, act, argument);
}

static int read_with(struct store *store, struct txn *txn, store_act *act, void *argument)
{
	int rc;

	txn->keys = store->setup.keys;
	txn->now = store->setup.clock();
	txn->newest = store_newest(store);
	rc = sql_do(txn, "BEGIN");
	if (rc < 0)
		return rc;
	rc = act(txn, argument);
	(void)sql_do(txn, "ROLLBACK"); /* nothing was written */
	return rc;
}

int store_read(struct store *store, store_act *act, void *argument)
{
	int rc;

	(void)pthread_mutex_lock(&store->reading);
	rc = read_with(store, &store->read, act, argument);
	(void)pthread_mutex_unlock(&store->reading);
	return rc;
}

int store_scan(struct store *store, store_act *act, void *argument)
{
	auto_free struct txn *txn = calloc(1, sizeof(*txn));
	int rc = txn ? sql_open(store->database, false, &txn->db) : -ENOMEM;

	if (rc < 0)
		return rc;
	rc = read_with(store, txn, act, argument);
	sql_close(txn);
	return rc;
}

int64_t store_newest(struct store *store)
{
	return commits_newest(store->commits);
}

int64_t store_head(struct store *store)
{
	return commits_head(store->commits);
}

static int act_upkeep(struct txn *txn, void *argument)
{
	const struct store_upkeep *upkeep = argument;
	int rc = attempt_forget(txn, txn->now - upkeep->attempt_memory_s,
	    txn->now - upkeep->known_source_s);

	return rc < 0 ? rc : trail_retain(txn, upkeep->retention_s);
}

/* Returns how many it closed. */
static int act_abandoned(struct txn *txn, void *argument)
{
	(void)argument;
	return attempt_abandon(txn, PERSON_NOBODY, txn->now - ATTEMPT_LIFE_S);
}

int store_upkeep(struct store *store, const struct store_upkeep *upkeep)
{
	struct store_upkeep copy = *upkeep;
	int rc;

	do {
		rc = store_commit(store, TRAIL_WITH, act_abandoned, NULL);
	} while (rc == ATTEMPT_ABANDON_MAX);
	commits_epoch_is_due(store->commits);
	if (rc >= 0)
		rc = store_commit(store, TRAIL_NONE, act_upkeep, &copy);
	return rc < 0 ? rc : reserve_make(store->reserve, store->setup.reserve_kib);
}

static int act_restored(struct txn *txn, void *argument)
{
	(void)argument;
	return sql_number(txn, argument,
	    "SELECT count(*) FROM note_of_state WHERE name = 'restored'", "");
}

int store_health(struct store *store, struct store_health *ret)
{
	struct statvfs disk;
	int64_t restored = 0;
	int rc = store_read(store, act_restored, &restored);

	if (rc < 0)
		return rc;
	if (statvfs(store->setup.dir, &disk) < 0)
		return -errno;
	ret->restored = restored > 0;
	ret->free_percent = disk.f_blocks ? (int64_t)(disk.f_bavail * 100 / disk.f_blocks) : 100;
	ret->reserve_whole = reserve_is_whole(store->reserve, store->setup.reserve_kib);
	return 0;
}

static int act_distrust(struct txn *txn, void *argument)
{
	int rc = token_distrust(txn);

	(void)argument;
	if (rc == 0)
		rc = sql_change(txn,
		    "INSERT OR REPLACE INTO note_of_state VALUES ('restored', ?)", "i",
		    txn->now);
	if (rc < 0)
		return rc;
	return trail_append(txn,
	    &(struct trail_entry){ .event = EVENT_STORE_RESTORED,
		.note = "codes that may have been used since are void" });
}

/* The newest time the database knows of, since a clock was accepted the last time. */
static int read_newest(struct txn *txn, int64_t *ret)
{
	return sql_number(txn, ret,
	    "SELECT max(coalesce((SELECT max(at) FROM trail WHERE seq >= coalesce("
	    "(SELECT value FROM note_of_state WHERE name = 'clock-accepted'), 0)), 0),"
	    " coalesce((SELECT max(opened_at) FROM attempt), 0))",
	    "");
}

int store_accept_clock(struct txn *txn, int64_t actor, int64_t *ret_ahead_s)
{
	char note[64];
	int rc = sql_change(txn, "DELETE FROM attempt WHERE opened_at > ?", "i", txn->now);

	*ret_ahead_s = txn->newest > txn->now ? txn->newest - txn->now : 0;
	(void)snprintf(note, sizeof(note), "records were %" PRId64 " s ahead", *ret_ahead_s);
	if (rc >= 0)
		rc = trail_append(txn,
		    &(struct trail_entry){
			.event = EVENT_CLOCK_ACCEPTED, .actor = actor, .note = note });
	if (rc >= 0)
		rc = sql_change(txn,
		    "INSERT OR REPLACE INTO note_of_state SELECT 'clock-accepted', max(seq) FROM trail",
		    "");
	if (rc < 0)
		return rc;
	txn->clock_accepted = true;
	return 0;
}

static int open_paths(struct store *store)
{
	const char *dir = store->setup.dir;

	store->setup.dir = store->dir; /* the caller's may go */
	if (snprintf(store->dir, PATH_MAX, "%s", dir) >= PATH_MAX ||
	    snprintf(store->database, PATH_MAX, "%s/state.db", dir) >= PATH_MAX ||
	    snprintf(store->epoch, PATH_MAX, "%s/epoch", dir) >= PATH_MAX ||
	    snprintf(store->reserve, PATH_MAX, "%s/reserve", dir) >= PATH_MAX)
		return -ENAMETOOLONG;
	return 0;
}

/*
 * A database belongs to its key: with another one nobody in it would be known, and nobody enrolled or blocked. The
 * mark is part of a keyed hash; a database without persons takes the key that it is given.
 */
static int check_key(struct txn *txn)
{
	static const char text[] = "the key of this database";
	unsigned char hash[CRYPTO_HASH_SIZE];
	int64_t mark = 0, stored = 0, persons = 0;
	int rc;

	crypto_mac(txn->keys, CRYPTO_PERSON, 0, text, sizeof(text), hash);
	memcpy(&mark, hash, sizeof(mark));
	rc = sql_number(txn, &stored, "SELECT value FROM note_of_state WHERE name = 'key'", "");
	if (rc == 0)
		return stored == mark ? 0 : -EKEYREJECTED;
	if (rc == -ENOENT)
		rc = sql_number(txn, &persons, "SELECT count(*) FROM person", "");
	if (rc == 0 && persons > 0)
		return -EKEYREJECTED;
	if (rc == 0)
		rc = sql_change(txn, "INSERT INTO note_of_state VALUES ('key', ?)", "i", mark);
	return rc < 0 ? rc : 0;
}

static int open_database(struct store *store, enum store_state *ret_state, int64_t *ret_newest)
{
	int64_t remembered = 0;
	int rc = sql_open(store->database, true, &store->write.db);

	if (rc == 0)
		rc = schema_migrate(store->write.db);
	if (rc == 0)
		rc = check_key(&store->write);
	if (rc == 0)
		rc = sql_open(store->database, false, &store->read.db);
	if (rc == 0)
		rc = read_newest(&store->write, ret_newest);
	if (rc == 0)
		rc = epoch_check(&store->write, store->epoch, ret_state, &remembered);
	if (rc == 0 && *ret_state == STORE_NEW)
		rc = epoch_write(&store->write,
		    store->epoch); /* from now on, none means it was lost */
	if (remembered > *ret_newest)
		*ret_newest = remembered;
	return rc;
}

static int start_commits(struct store *store, int64_t newest)
{
	const struct commits_setup setup = { .txn = &store->write,
		.clock = store->setup.clock,
		.alarm = store->setup.alarm,
		.reserve = store->reserve,
		.epoch = store->epoch,
		.newest = newest };

	return commits_make(&setup, &store->commits);
}

int store_open(const struct store_setup *setup, struct store **ret, enum store_state *ret_state)
{
	struct store *store = calloc(1, sizeof(*store));
	enum store_state state = STORE_SOUND;
	int64_t newest = 0;
	int rc;

	if (!store)
		return -ENOMEM;
	store->setup = *setup;
	store->write.keys = setup->keys;
	(void)pthread_mutex_init(&store->reading, NULL); /* cannot fail on Linux */
	rc = open_paths(store);
	if (rc == 0)
		rc = open_database(store, &state, &newest);
	if (rc == 0)
		rc = start_commits(store, newest);
	if (rc == 0 && state == STORE_RESTORED)
		rc = store_commit(store, TRAIL_WITH, act_distrust, NULL);
	if (rc < 0) {
		store_close(store);
		return rc;
	}
	(void)reserve_make(store->reserve,
	    setup->reserve_kib); /* the doctor says when it is missing */
	*ret = store;
	*ret_state = state;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	commits_free(store->commits);
	sql_close(&store->read);
	sql_close(&store->write);
	free(store);
}
