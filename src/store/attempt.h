#ifndef STORE_ATTEMPT_H
#define STORE_ATTEMPT_H

#include "policy/attempt.h"
#include "store/store.h"

/*
 * Attempts to log in. Opening one is a durable failure; only closing it with success takes it away.
 * policy/attempt.h has the rule.
 */

enum {
	ATTEMPT_ID_SIZE = 16,
	ATTEMPT_SERVICE_SIZE = 64,
	ATTEMPT_ABANDON_MAX = 100,
};

struct attempt {
	unsigned char id[ATTEMPT_ID_SIZE]; /* random: who knows it may settle it */
	int64_t person;                    /* PERSON_NOBODY: nobody of that name */
	unsigned char source[CRYPTO_HASH_SIZE];
	bool known_source;
	int64_t peer; /* uid of the process that opened it */
	char service[ATTEMPT_SERVICE_SIZE];
	int64_t opened_at;
};

/* Fills the keyed hash of a source. */
void attempt_source(const struct keys *keys, const char *source_key,
    unsigned char out[CRYPTO_HASH_SIZE]);

/* Counts what the rule needs for this person and source. */
int attempt_tally(struct txn *txn, int64_t person, const unsigned char source[CRYPTO_HASH_SIZE],
    const struct attempt_limits *limits, struct attempt_record *ret);

/* Records attempt as open; the id is made here. */
int attempt_open(struct txn *txn, struct attempt *attempt);

/*
 * Finds an open attempt of that peer at that service. Returns 0, -ENOENT (none: settled, of another, or too old)
 * or another -errno.
 */
int attempt_find(struct txn *txn, const unsigned char id[ATTEMPT_ID_SIZE], int64_t peer,
    const char *service, struct attempt *ret);

/* Closes it as a failure. */
int attempt_close_failed(struct txn *txn, const struct attempt *attempt);

/*
 * Closes it with success: it never was a failure, and earlier failures of this person, source and peer
 * are forgiven; without a code only those at the same service, or a known password would buy new guesses at
 * codes. With a code the source becomes known, where the peer is root. -ENOENT: it was not open.
 */
int attempt_close_accepted(struct txn *txn, const struct attempt *attempt, bool with_code);

/*
 * Closes attempts that were opened before that time and never settled as failures, each with its row in the
 * trail: those of person, or of anybody for PERSON_NOBODY. Returns how many, ATTEMPT_ABANDON_MAX at most, or
 * -errno.
 */
int attempt_abandon(struct txn *txn, int64_t person, int64_t opened_before);

/* Forgets failures that can no longer matter, and sources not seen for that long. */
int attempt_forget(struct txn *txn, int64_t opened_before, int64_t source_seen_before);

#endif
