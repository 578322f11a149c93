#ifndef CLI_OTPAUTH_H
#define CLI_OTPAUTH_H

#include "proto/message.h"

/* An offered factor as authenticator applications take it: base32 and the otpauth address. */

enum {
	OTPAUTH_SECRET_SIZE = (SECRET_MAX + 4) / 5 * 8 + 1,
	OTPAUTH_URI_SIZE = 2048,
};

struct otpauth {
	char secret[OTPAUTH_SECRET_SIZE]; /* base32 (RFC 4648) without padding */
	char uri[OTPAUTH_URI_SIZE];
};

void otpauth_wipe(struct otpauth *otpauth);
#define auto_otpauth __attribute__((cleanup(otpauth_wipe)))

/* Fills ret for the offer to user. Returns 0 or -EMSGSIZE. */
int otpauth_make(const struct tell_enrolment *offer, const char *user, struct otpauth *ret);

#endif
