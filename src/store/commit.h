#ifndef STORE_COMMIT_H
#define STORE_COMMIT_H

#include "store/sql.h"

/*
 * Group commit: acts that arrive while one transaction is being made durable share the next one. There is one
 * writer at a time, and it is the first thread that waits: nobody is handed over to another thread.
 */

struct commits;

struct commits_setup {
	struct txn *txn; /* the writing connection: only used here from now on */
	int64_t (*clock)(void);
	void (*alarm)(const char *text);
	const char *reserve, *epoch; /* paths; outlive this */
	int64_t newest;              /* the newest time that was ever committed */
};

/* Returns 0 or -errno. */
int commits_make(const struct commits_setup *setup, struct commits **ret);
/* Waits until all acts are through, takes no more, and writes the epoch. Takes NULL. */
void commits_free(struct commits *commits);

/* As store_commit(). */
int commits_do(struct commits *commits, enum record record, store_act *act, void *argument);

int64_t commits_newest(struct commits *commits);
/* The newest row of the trail that was made durable. */
int64_t commits_head(struct commits *commits);
/* The epoch file is written with the next commit. */
void commits_epoch_is_due(struct commits *commits);

#endif
