#ifndef STORE_TOKEN_H
#define STORE_TOKEN_H

#include "base/secret.h"
#include "store/attempt.h"
#include "store/store.h"

/* Second factors: tokens with a sealed secret, and recovery codes as keyed hashes. */

enum {
	TOKEN_TEXT_SIZE = 64,
	TOKENS_MAX = 8,      /* active ones of one person */
	TOKEN_TRIES_MAX = 5, /* wrong first codes before an offered secret is void */
	TOKEN_OFFER_S = 900, /* how long an offered secret waits for its first code */
};

struct token {
	int64_t id;
	int64_t person;
	char kind[TOKEN_TEXT_SIZE]; /* "totp" */
	char label[TOKEN_TEXT_SIZE];
	char algorithm[TOKEN_TEXT_SIZE];
	struct secret secret;
	int64_t digits, period_s;
	int64_t step, drift;
	int64_t tries;
	int64_t made_by; /* uid of the peer to which it was offered */
	int64_t made_at, used_at;
};

void token_wipe(struct token *token);
#define auto_token __attribute__((cleanup(token_wipe)))

/* Stores a new secret as offered; the id is made here. Earlier offers to this person are void. */
int token_offer(struct txn *txn, struct token *token);
/* Finds a live offer. Returns 0, -ENOENT, -EBADMSG (seal broken) or another -errno. */
int token_offered(struct txn *txn, int64_t id, int64_t person, int64_t made_by,
    struct token *ret);
/* Counts a wrong first code. */
int token_offer_failed(struct txn *txn, int64_t id);
/* The first code was right: the token is active and step is burnt. -ENOENT: it was no live offer. */
int token_activate(struct txn *txn, int64_t id, int64_t step, int64_t drift);

/* The index-th active token of person, oldest first. -ENOENT after the last. */
int token_active(struct txn *txn, int64_t person, int64_t index, struct token *ret);
/* How many active tokens and unused recovery codes there are. */
int token_count(struct txn *txn, int64_t person, int64_t *ret_tokens, int64_t *ret_codes);

/*
 * Burns step in one conditional write: only if the token is active, nothing from step on was used, the
 * attempt is open and no block stands in the way. Returns 0 or -ENOENT.
 */
int token_burn(struct txn *txn, const struct token *token, int64_t step, int64_t drift,
    const struct attempt *attempt);

/* Replaces the recovery codes of person by these, normalised. */
int recovery_replace(struct txn *txn, int64_t person, const struct secret *codes, size_t count);
/* Burns a code, normalised, under the same conditions as token_burn(). Returns 0 or -ENOENT. */
int recovery_burn(struct txn *txn, const struct secret *code, const struct attempt *attempt);

/* After an older database was put back: nothing that may have been used since is good any more. */
int token_distrust(struct txn *txn);

#endif
