#ifndef STORE_PERSON_H
#define STORE_PERSON_H

#include "store/store.h"

/*
 * Persons: random numbers. Who a number is stands in a keyed hash of the identity (for a local account
 * "local:UID:NAME") and in the sealed name, so that the trail can be kept without saying who.
 */

enum {
	PERSON_NOBODY = 0, /* no person: an unknown name, or sluisd itself */
};

/* Finds the person, or makes a number for it. Returns 0 or -errno. */
int person_get(struct txn *txn, const char *identity, const char *name, int64_t *ret);
/* Finds only. Returns 0, -ENOENT or another -errno. */
int person_find(struct txn *txn, const char *identity, int64_t *ret);
/* The name of a person, or its number as "#N" where the name was erased; "" for PERSON_NOBODY. */
void person_name(struct txn *txn, int64_t person, char *out, size_t size);

/* Last login, for notices and status: at is 0 where there was none. */
struct person_login {
	int64_t at;
	char service[64];
	char source[272];
	int64_t failures; /* wrong tries since then */
};

/* The newest login and what came before it. */
int person_logins(struct txn *txn, int64_t person, struct person_login *ret_last,
    struct person_login *ret_before);
int person_add_login(struct txn *txn, int64_t person, const char *service, const char *source);
int person_add_failure(struct txn *txn, int64_t person);

#endif
