#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/record.h"
#include "crypto/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The state: one SQLite database with one writer at a time. Acts that arrive together share one durable
 * commit; store_commit() returns when it is on disk, so every answer that depends on it is true.
 */

struct store;
struct txn; /* an act's view of the database; valid only inside the act */

struct store_setup {
	const char *dir;         /* holds state.db, epoch and reserve */
	const struct keys *keys; /* outlives the store */
	int64_t reserve_kib;
	int64_t (*clock)(void); /* seconds UTC; each commit takes its time from it once */
	void (*alarm)(const char *text); /* one sentence for the log, level alert; any thread */
};

/* What was noticed at the opening. */
enum store_state {
	STORE_SOUND,
	STORE_NEW,      /* made just now */
	STORE_RESTORED, /* an older database stands here than the epoch file remembers */
};

/*
 * Opens or makes the database, and brings its schema up to date. Returns 0,
 * -EBADMSG (damaged, or of a later version), -EKEYREJECTED (made with another key), or another -errno.
 */
int store_open(const struct store_setup *setup, struct store **ret, enum store_state *ret_state);

/* Carries out what is queued and writes the epoch. Takes NULL. */
void store_close(struct store *store);

/* Part of one transaction. Returns 0 or more to keep what it did, or -errno to undo it. */
typedef int store_act(struct txn *txn, void *argument);

/*
 * Runs act in the next commit and waits until that is durable. Returns what act returned, or -ENOSPC,
 * -EIO, -ENOMEM, -EBADMSG, -ECANCELED (stopping), -EPROTO (TRAIL_WITH and no row).
 */
int store_commit(struct store *store, enum record record, store_act *act, void *argument);

/* Runs act on a snapshot that it cannot change, beside the writer; for short questions: one at a time. */
int store_read(struct store *store, store_act *act, void *argument);

/* The same on a connection of its own, for readings that take long: nobody waits for them. */
int store_scan(struct store *store, store_act *act, void *argument);

/* The newest time that was ever committed. */
int64_t store_newest(struct store *store);

/*
 * The clock was ahead and was set right: records from the future no longer bind it, and attempts from there
 * are gone. Codes of the future that were burnt stay burnt. actor stands in the row. *ret_ahead_s is by how much.
 */
int store_accept_clock(struct txn *txn, int64_t actor, int64_t *ret_ahead_s);

/* The newest row of the trail that was made durable: a trail that ends earlier was cut. */
int64_t store_head(struct store *store);

/* Housekeeping, about once a minute: abandoned attempts, retention, epoch, the reserve. */
struct store_upkeep {
	int64_t attempt_memory_s; /* how long failures can still matter: window and hold */
	int64_t known_source_s;
	int64_t retention_s[3]; /* by enum retention */
};
int store_upkeep(struct store *store, const struct store_upkeep *upkeep);

/* Numbers for the doctor. */
struct store_health {
	bool reserve_whole;
	int64_t free_percent;
	bool restored; /* an older database was put back, and nobody accepted that yet */
};
int store_health(struct store *store, struct store_health *ret);

/* The time of this transaction, seconds UTC. */
int64_t txn_now(const struct txn *txn);
/* The newest time committed before it. */
int64_t txn_newest(const struct txn *txn);
const struct keys *txn_keys(const struct txn *txn);

#endif
