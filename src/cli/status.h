#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli/arguments.h"
#include "proto/message.h"

enum {
	STATUS_FACTORS_MAX = 32,
};

/* What sluisd says of one person. */
struct status {
	struct tell_factor factors[STATUS_FACTORS_MAX];
	size_t factor_count;
	struct tell_notice last; /* at is 0: never logged in */
	int64_t failures;        /* since then */
	int64_t verdict; /* VERDICT_ACCEPT, VERDICT_HELD (blocked) or a refusal to say */
};

/* Asks in silence. Returns 0 (see verdict) or as ask(). */
int status_ask(const struct arguments *arguments, const struct origin *who, struct status *ret);

#endif
