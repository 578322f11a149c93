#ifndef CHECK_RECOVERY_H
#define CHECK_RECOVERY_H

#include "base/secret.h"

/* Recovery codes: 80 random bits as 16 base32 characters (RFC 4648), printed in groups of four. */

enum {
	RECOVERY_COUNT = 10, /* codes in one set */
	RECOVERY_BYTES = 10,
	RECOVERY_CHARS = 16,
};

/* Makes a new code, printed form, into ret. Returns 0 or -ENOMEM. */
int recovery_make(struct secret *ret);

/*
 * Brings what was typed to its one form: upper case, no hyphens or blanks. Returns 0, or -EINVAL when
 * it cannot be a recovery code.
 */
int recovery_normalise(const struct secret *typed, struct secret *ret);

#endif
