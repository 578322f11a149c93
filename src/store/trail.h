#ifndef STORE_TRAIL_H
#define STORE_TRAIL_H

#include "policy/event.h"
#include "store/store.h"

/*
 * The trail: a chain of rows, each with the hash of the one before. A row holds numbers of persons, the
 * event, the service and the result; where from and why stand beside it (trail_side), and the row
 * holds only a salted commitment to them: erasing the side keeps the chain whole.
 */

struct trail_entry {
	enum event event;
	int64_t actor; /* person; PERSON_NOBODY for sluisd itself or a stranger */
	int64_t subject;
	const char *service; /* "" where there is none; may be NULL, as all texts here */
	const char *result;
	const char *source;
	const char *note;
};

/*
 * Appends a row, and a row of the outbox for whoever is told. A field that the event may not hold
 * is -EINVAL. Nothing is appended then.
 */
int trail_append(struct txn *txn, const struct trail_entry *entry);

struct trail_row {
	int64_t seq, at;
	int64_t actor, subject;
	char event[64], service[64], result[64];
	char source[272], note[256]; /* empty once erased */
};

/* The first row after seq. -ENOENT: there is none. */
int trail_next(struct txn *txn, int64_t seq, struct trail_row *ret);

struct trail_proof {
	int64_t rows;
	int64_t broken_at; /* the first row that does not fit; 0: all fit */
};

/* Proves the chain from its first row to its last. Returns 0 (see broken_at) or -errno. */
int trail_verify(struct txn *txn, struct trail_proof *ret);

/* The newest row. Returns 0, -ENOENT (empty) or -errno. */
int trail_head(struct txn *txn, int64_t *ret_seq, unsigned char ret_hash[CRYPTO_HASH_SIZE]);
/* The hash of row seq, same errors. */
int trail_hash(struct txn *txn, int64_t seq, unsigned char ret[CRYPTO_HASH_SIZE]);

enum {
	TRAIL_RETAIN_ROWS = 2000, /* looked at in one act, of each class */
};

/*
 * Erases the sides of rows that are older than their class is kept, and stale outbox rows. It goes on where it
 * stopped the time before, a bounded number of rows at a time.
 */
int trail_retain(struct txn *txn, const int64_t retention_s[3]);

#endif
