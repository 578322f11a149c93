#include "store/store.h"

#include "base/attributes.h"
#include "policy/attempt.h"
#include "store/attempt.h"
#include "store/person.h"
#include "store/sql.h"
#include "store/token.h"
#include "store/trail.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

enum {
	QUEUE_MAX = 1024,	/* acts that wait for the writer */
	EPOCH_ROWS = 4096,	/* trail rows between two writings of the epoch file, at most */
};

/* An act that waits for its commit; it lives on the stack of the thread that waits. */
struct job {
	struct job *next;
	store_act *act;
	void *argument;
	enum record record;
	int result;
	bool done;
	pthread_cond_t finished;
};

struct store {
	struct store_setup setup;
	char dir[PATH_MAX], database[PATH_MAX], epoch[PATH_MAX], reserve[PATH_MAX];

	pthread_t writer;
	pthread_mutex_t lock;		/* guards the queue, newest and stopping */
	pthread_cond_t queued;
	struct job *first, **last;
	size_t queue_size;
	bool stopping, started, epoch_due;
	int64_t newest;

	struct txn write;		/* the writer's alone */
	int64_t rows_since_epoch;

	pthread_mutex_t reading;	/* one reader at a time */
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

/*
 * Runs one act inside the open transaction; what it did is undone unless it succeeds. Returns 0, or why the
 * whole transaction is lost: the disk is full, SQLite gave it up, or the act cannot be undone by itself.
 */
static int run_job(struct txn *txn, struct job *job)
{
	int64_t changes = sqlite3_total_changes64(txn->db);
	int rc = sql_script(txn->db, "SAVEPOINT act"), ended;

	if (rc < 0)
		return rc;
	txn->trail_rows = 0;
	rc = job->act(txn, job->argument);
	if (rc >= 0 && job->record == TRAIL_WITH && txn->trail_rows == 0 &&
	    sqlite3_total_changes64(txn->db) != changes)
		rc = -EPROTO;	/* no record, no act */
	job->result = rc;
	ended = sql_script(txn->db, rc < 0 ? "ROLLBACK TO act; RELEASE act" : "RELEASE act");
	if (rc == -ENOSPC || ended < 0)
		return rc < 0 ? rc : ended;
	return 0;
}

/* One transaction for all jobs of the list. Returns 0, or why none of them is committed. */
static int run_batch(struct store *store, struct job *first, int64_t *ret_rows)
{
	struct txn *txn = &store->write;
	int rc = sql_script(txn->db, "BEGIN IMMEDIATE");
	int64_t rows = 0;

	for (struct job *job = first; job && rc == 0; job = job->next) {
		rc = run_job(txn, job);
		rows += job->result < 0 ? 0 : txn->trail_rows;
	}
	if (rc == 0)
		rc = sql_script(txn->db, "COMMIT");
	if (rc < 0 && !sqlite3_get_autocommit(txn->db))
		(void)sql_script(txn->db, "ROLLBACK");	/* the first error is the one that counts */
	*ret_rows = rc < 0 ? 0 : rows;
	return rc;
}

static int record_disk_full(struct txn *txn, void *argument)
{
	(void)argument;
	return trail_append(txn, &(struct trail_entry){ .event = EVENT_DISK_FULL, .note = "the reserve was released" });
}

/* Once the disk is full the reserve is given back, and the batch has one more try. */
static int run_batch_or_release(struct store *store, struct job *first, int64_t *ret_rows)
{
	struct job full = { .act = record_disk_full };
	int64_t rows;
	int rc = run_batch(store, first, ret_rows);

	if (rc != -ENOSPC || reserve_release(store->reserve) < 0)
		return rc;
	store->setup.alarm("the disk is full and the reserve was released: make room now, or logins will be refused");
	rc = run_batch(store, first, ret_rows);
	if (rc == 0 && run_batch(store, &full, &rows) == 0)
		*ret_rows += rows;
	return rc;
}

/* Only between transactions: the epoch must never be ahead of what is committed. */
static void remember_epoch(struct store *store, int64_t rows, bool due)
{
	store->rows_since_epoch += rows;
	if (store->rows_since_epoch == 0 || (!due && store->rows_since_epoch < EPOCH_ROWS))
		return;
	if (epoch_write(&store->write, store->epoch) == 0)
		store->rows_since_epoch = 0;	/* else tried again at the next occasion: it only lags */
}

/* Waits for work. NULL: the store is stopping and nothing is queued. */
static struct job *take_queue(struct store *store, bool *ret_epoch_due)
{
	struct job *first;

	(void)pthread_mutex_lock(&store->lock);
	while (!store->first && !store->stopping)
		(void)pthread_cond_wait(&store->queued, &store->lock);
	first = store->first;
	store->first = NULL;
	store->last = &store->first;
	store->queue_size = 0;
	*ret_epoch_due = store->epoch_due;
	store->epoch_due = false;
	(void)pthread_mutex_unlock(&store->lock);
	return first;
}

static void finish_batch(struct store *store, struct job *first, int rc)
{
	(void)pthread_mutex_lock(&store->lock);
	if (rc == 0 && store->write.now > store->newest)
		store->newest = store->write.now;
	store->write.newest = store->newest;
	for (struct job *job = first, *next; job; job = next) {
		next = job->next;	/* the job is gone once the lock is released */
		if (rc < 0)
			job->result = rc;
		job->done = true;
		(void)pthread_cond_signal(&job->finished);
	}
	(void)pthread_mutex_unlock(&store->lock);
}

static void *writer_main(void *argument)
{
	struct store *store = argument;
	struct job *first;
	bool epoch_due;

	while ((first = take_queue(store, &epoch_due))) {
		int64_t rows = 0;
		int rc;

		store->write.now = store->setup.clock();
		rc = run_batch_or_release(store, first, &rows);
		finish_batch(store, first, rc);
		remember_epoch(store, rows, epoch_due);
	}
	return NULL;
}

int store_commit(struct store *store, enum record record, store_act *act, void *argument)
{
	struct job job = { .act = act, .argument = argument, .record = record, .result = -ECANCELED };

	(void)pthread_cond_init(&job.finished, NULL);
	(void)pthread_mutex_lock(&store->lock);
	if (!store->stopping && store->queue_size < QUEUE_MAX) {
		*store->last = &job;
		store->last = &job.next;
		store->queue_size++;
		(void)pthread_cond_signal(&store->queued);
		while (!job.done)
			(void)pthread_cond_wait(&job.finished, &store->lock);
	}
	(void)pthread_mutex_unlock(&store->lock);
	(void)pthread_cond_destroy(&job.finished);
	return job.result;
}

static int read_with(struct store *store, struct txn *txn, store_act *act, void *argument)
{
	int rc;

	txn->keys = store->setup.keys;
	txn->now = store->setup.clock();
	txn->newest = store_newest(store);
	rc = sql_script(txn->db, "BEGIN");
	if (rc < 0)
		return rc;
	rc = act(txn, argument);
	(void)sql_script(txn->db, "ROLLBACK");	/* nothing was written */
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
	int64_t newest;

	(void)pthread_mutex_lock(&store->lock);
	newest = store->newest;
	(void)pthread_mutex_unlock(&store->lock);
	return newest;
}

static int act_upkeep(struct txn *txn, void *argument)
{
	const struct store_upkeep *upkeep = argument;
	int rc = attempt_forget(txn, txn->now - upkeep->attempt_memory_s, txn->now - upkeep->known_source_s);

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
	(void)pthread_mutex_lock(&store->lock);
	store->epoch_due = true;
	(void)pthread_mutex_unlock(&store->lock);
	if (rc >= 0)
		rc = store_commit(store, TRAIL_NONE, act_upkeep, &copy);
	return rc < 0 ? rc : reserve_make(store->reserve, store->setup.reserve_kib);
}

static int act_restored(struct txn *txn, void *argument)
{
	(void)argument;
	return sql_number(txn, argument, "SELECT count(*) FROM note_of_state WHERE name = 'restored'", "");
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
		rc = sql_change(txn, "INSERT OR REPLACE INTO note_of_state VALUES ('restored', ?)", "i", txn->now);
	if (rc < 0)
		return rc;
	return trail_append(txn, &(struct trail_entry){ .event = EVENT_STORE_RESTORED,
	    .note = "codes that may have been used since are void" });
}

/* The newest time the database knows of. */
static int read_newest(struct txn *txn, int64_t *ret)
{
	return sql_number(txn, ret,
	    "SELECT max(coalesce((SELECT max(at) FROM trail), 0), coalesce((SELECT max(opened_at) FROM attempt), 0))",
	    "");
}

static int open_paths(struct store *store)
{
	const char *dir = store->setup.dir;

	store->setup.dir = store->dir;	/* the caller's may go */
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

static int open_database(struct store *store, enum store_state *ret_state)
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
		rc = read_newest(&store->write, &store->newest);
	if (rc == 0)
		rc = epoch_check(&store->write, store->epoch, ret_state, &remembered);
	if (rc == 0 && *ret_state == STORE_NEW)
		rc = epoch_write(&store->write, store->epoch);	/* from now on, none means it was lost */
	if (remembered > store->newest)
		store->newest = remembered;
	store->write.newest = store->newest;
	return rc;
}

static int start_writer(struct store *store)
{
	int rc = -pthread_create(&store->writer, NULL, writer_main, store);

	store->started = rc == 0;
	return rc;
}

int store_open(const struct store_setup *setup, struct store **ret, enum store_state *ret_state)
{
	struct store *store = calloc(1, sizeof(*store));
	enum store_state state = STORE_SOUND;
	int rc;

	if (!store)
		return -ENOMEM;
	store->setup = *setup;
	store->last = &store->first;
	store->write.keys = setup->keys;
	(void)pthread_mutex_init(&store->lock, NULL);	/* none of these can fail on Linux */
	(void)pthread_mutex_init(&store->reading, NULL);
	(void)pthread_cond_init(&store->queued, NULL);
	rc = open_paths(store);
	if (rc == 0)
		rc = open_database(store, &state);
	if (rc == 0)
		rc = start_writer(store);
	if (rc == 0 && state == STORE_RESTORED)
		rc = store_commit(store, TRAIL_WITH, act_distrust, NULL);
	if (rc < 0) {
		store_close(store);
		return rc;
	}
	(void)reserve_make(store->reserve, setup->reserve_kib);	/* the doctor says when it is missing */
	*ret = store;
	*ret_state = state;
	return 0;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	(void)pthread_mutex_lock(&store->lock);
	store->stopping = true;
	(void)pthread_cond_signal(&store->queued);
	(void)pthread_mutex_unlock(&store->lock);
	if (store->started) {
		(void)pthread_join(store->writer, NULL);
		remember_epoch(store, 0, true);
	}
	sql_close(&store->read);
	sql_close(&store->write);
	free(store);
}
