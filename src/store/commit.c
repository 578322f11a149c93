#include "store/commit.h"

#include "store/trail.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
	QUEUE_MAX = 1024,  /* acts that wait for their commit */
	EPOCH_ROWS = 4096, /* trail rows between two writings of the epoch file, at most */
};

/* An act that waits for its commit; it lives on the stack of the thread that waits. */
struct job {
	struct job *next;
	store_act *act;
	void *argument;
	enum record record;
	int result;
	bool done;
	pthread_cond_t turn; /* it is done, or it is this thread's turn to write */
};

struct commits {
	struct commits_setup setup;
	pthread_mutex_t lock; /* guards what follows, up to the writer's own */
	pthread_cond_t idle;
	struct job *first, **last;
	size_t queue_size;
	bool writing, stopping, epoch_due;
	int64_t newest, durable_head;

	/* The writer's own: whoever set writing. */
	int64_t head; /* where the trail ends, and the hash there */
	unsigned char head_hash[CRYPTO_HASH_SIZE];
	int64_t rows_since_epoch;
};

/*
 * Runs one act inside the open transaction; what it did is undone unless it succeeds. Returns 0, or why the
 * whole transaction is lost: the disk is full, SQLite gave it up, or the act cannot be undone by itself.
 */
static int run_job(struct txn *txn, struct job *job)
{
	int64_t changes = sqlite3_total_changes64(txn->db);
	int rc = sql_do(txn, "SAVEPOINT act"), ended;

	if (rc < 0)
		return rc;
	txn->trail_rows = 0;
	rc = job->act(txn, job->argument);
	if (rc >= 0 && job->record == TRAIL_WITH && txn->trail_rows == 0 &&
	    sqlite3_total_changes64(txn->db) != changes)
		rc = -EPROTO; /* no record, no act */
	job->result = rc;
	ended = rc < 0 ? sql_do(txn, "ROLLBACK TO act") : 0;
	if (ended == 0)
		ended = sql_do(txn, "RELEASE act");
	if (rc == -ENOSPC || ended < 0)
		return rc < 0 ? rc : ended;
	return 0;
}

/* The trail must end where the last commit left it: else somebody took rows off under us. */
static int check_head(struct commits *commits)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	int64_t seq = 0;
	int rc = trail_head(commits->setup.txn, &seq, hash);

	if (rc < 0 && rc != -ENOENT)
		return rc;
	if (seq == commits->head && memcmp(hash, commits->head_hash, sizeof(hash)) == 0)
		return 0;
	commits->setup
	    .alarm("the trail does not end where the last commit left it: somebody changed the database");
	return -EBADMSG;
}

/* One transaction for all jobs of the list. Returns 0, or why none of them is committed. */
static int run_batch(struct commits *commits, struct job *first, int64_t *ret_rows)
{
	struct txn *txn = commits->setup.txn;
	int rc = sql_do(txn, "BEGIN IMMEDIATE");
	int64_t rows = 0;

	if (rc == 0)
		rc = check_head(commits);
	for (struct job *job = first; job && rc == 0; job = job->next) {
		rc = run_job(txn, job);
		rows += job->result < 0 ? 0 : txn->trail_rows;
	}
	if (rc == 0)
		rc = sql_do(txn, "COMMIT");
	if (rc < 0 && !sqlite3_get_autocommit(txn->db))
		(void)sql_do(txn, "ROLLBACK"); /* the first error is the one that counts */
	if (rc == 0 && rows > 0)
		rc = trail_head(txn, &commits->head, commits->head_hash);
	*ret_rows = rc < 0 ? 0 : rows;
	return rc;
}

static int record_disk_full(struct txn *txn, void *argument)
{
	(void)argument;
	return trail_append(txn,
	    &(struct trail_entry){
		.event = EVENT_DISK_FULL, .note = "the reserve was released" });
}

/* Once the disk is full the reserve is given back, and the batch has one more try. */
static int run_batch_or_release(struct commits *commits, struct job *first, int64_t *ret_rows)
{
	struct job full = { .act = record_disk_full };
	int64_t rows;
	int rc = run_batch(commits, first, ret_rows);

	if (rc != -ENOSPC || reserve_release(commits->setup.reserve) < 0)
		return rc;
	commits->setup
	    .alarm("the disk is full and the reserve was released: make room now, or logins will be refused");
	rc = run_batch(commits, first, ret_rows);
	if (rc == 0 && run_batch(commits, &full, &rows) == 0)
		*ret_rows += rows;
	return rc;
}

/* Only between transactions: the epoch must never be ahead of what is committed. */
static void remember_epoch(struct commits *commits, int64_t rows, bool due)
{
	commits->rows_since_epoch += rows;
	if (commits->rows_since_epoch == 0 || (!due && commits->rows_since_epoch < EPOCH_ROWS))
		return;
	if (epoch_write(commits->setup.txn, commits->setup.epoch) == 0)
		commits->rows_since_epoch = 0; /* else tried again at the next occasion: it only lags */
}

/* Tells the threads of a batch what became of it; their jobs are gone once the lock is released. */
static void finish_batch(struct commits *commits, struct job *first, int rc)
{
	struct txn *txn = commits->setup.txn;

	if (rc == 0 && (txn->now > commits->newest || txn->clock_accepted))
		commits->newest = txn->now;
	if (rc == 0 && txn->clock_accepted)
		commits->epoch_due = true;
	txn->clock_accepted = false;
	txn->newest = commits->newest;
	commits->durable_head = commits->head;
	for (struct job *job = first; job; job = job->next) {
		if (rc < 0)
			job->result = rc;
		job->done = true;
		(void)pthread_cond_signal(&job->turn);
	}
}

/* Writes all that is queued. Called and left with the lock held; the lock is free meanwhile. */
static void write_queue(struct commits *commits)
{
	struct job *first = commits->first;
	bool epoch_due = commits->epoch_due;
	int64_t rows = 0;
	int rc;

	commits->writing = true;
	commits->first = NULL;
	commits->last = &commits->first;
	commits->queue_size = 0;
	commits->epoch_due = false;
	(void)pthread_mutex_unlock(&commits->lock);
	commits->setup.txn->now = commits->setup.clock();
	rc = run_batch_or_release(commits, first, &rows);
	(void)pthread_mutex_lock(&commits->lock);
	finish_batch(commits, first, rc);
	if (rc == 0 && (epoch_due || commits->rows_since_epoch + rows >= EPOCH_ROWS)) {
		(void)pthread_mutex_unlock(&commits->lock); /* those who wait have their answer already */
		remember_epoch(commits, rows, epoch_due);
		(void)pthread_mutex_lock(&commits->lock);
	} else {
		commits->rows_since_epoch += rows;
	}
	commits->writing = false;
	if (commits->first)
		(void)pthread_cond_signal(&commits->first->turn);
	else
		(void)pthread_cond_broadcast(&commits->idle);
}

int commits_do(struct commits *commits, enum record record, store_act *act, void *argument)
{
	struct job job = {
		.act = act, .argument = argument, .record = record, .result = -ECANCELED
	};

	(void)pthread_cond_init(&job.turn, NULL);
	(void)pthread_mutex_lock(&commits->lock);
	if (!commits->stopping && commits->queue_size < QUEUE_MAX) {
		*commits->last = &job;
		commits->last = &job.next;
		commits->queue_size++;
		while (!job.done) {
			if (commits->writing)
				(void)pthread_cond_wait(&job.turn, &commits->lock);
			else
				write_queue(commits);
		}
	}
	(void)pthread_mutex_unlock(&commits->lock);
	(void)pthread_cond_destroy(&job.turn);
	return job.result;
}

int64_t commits_newest(struct commits *commits)
{
	int64_t newest;

	(void)pthread_mutex_lock(&commits->lock);
	newest = commits->newest;
	(void)pthread_mutex_unlock(&commits->lock);
	return newest;
}

int64_t commits_head(struct commits *commits)
{
	int64_t head;

	(void)pthread_mutex_lock(&commits->lock);
	head = commits->durable_head;
	(void)pthread_mutex_unlock(&commits->lock);
	return head;
}

void commits_epoch_is_due(struct commits *commits)
{
	(void)pthread_mutex_lock(&commits->lock);
	commits->epoch_due = true;
	(void)pthread_mutex_unlock(&commits->lock);
}

int commits_make(const struct commits_setup *setup, struct commits **ret)
{
	struct commits *commits = calloc(1, sizeof(*commits));
	int rc;

	if (!commits)
		return -ENOMEM;
	commits->setup = *setup;
	commits->newest = setup->txn->newest = setup->newest;
	commits->last = &commits->first;
	(void)pthread_mutex_init(&commits->lock, NULL); /* neither can fail on Linux */
	(void)pthread_cond_init(&commits->idle, NULL);
	rc = trail_head(setup->txn, &commits->head, commits->head_hash);
	commits->durable_head = commits->head;
	if (rc < 0 && rc != -ENOENT) {
		free(commits);
		return rc;
	}
	*ret = commits;
	return 0;
}

void commits_free(struct commits *commits)
{
	if (!commits)
		return;
	(void)pthread_mutex_lock(&commits->lock);
	commits->stopping = true;
	while (commits->writing || commits->first)
		(void)pthread_cond_wait(&commits->idle, &commits->lock);
	(void)pthread_mutex_unlock(&commits->lock);
	remember_epoch(commits, 0, true);
	free(commits);
}
