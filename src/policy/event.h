#ifndef POLICY_EVENT_H
#define POLICY_EVENT_H

#include "policy/roles.h"

/* Everything that can stand in the trail. THE table in event.c says what each may hold and who is told. */
enum event {
	EVENT_LOGIN_ACCEPTED = 1,
	EVENT_LOGIN_REFUSED,   /* judged, and wrong */
	EVENT_LOGIN_HELD,      /* refused unjudged */
	EVENT_LOGIN_ABANDONED, /* opened and never settled: counted as wrong */
	EVENT_LOGIN_OBSERVED,  /* what would have been ruled */
	EVENT_ACCOUNT_REFUSED, /* a block at the account phase */
	EVENT_CODE_USED_AGAIN,
	EVENT_RECOVERY_CODE_USED,
	EVENT_FACTOR_OFFERED, /* a secret was made and shown, and awaits its first code */
	EVENT_FACTOR_ENROLLED,
	EVENT_FACTOR_REFUSED, /* the first code was wrong */
	EVENT_STATUS_READ,    /* somebody looked at another's factors and logins */
	EVENT_TRAIL_READ,
	EVENT_TRAIL_VERIFIED,
	EVENT_STORE_RESTORED, /* an older database was put back */
	EVENT_CLOCK_ACCEPTED, /* records of a clock that was ahead no longer bind the one of now */
	EVENT_DISK_FULL,      /* the reserve was released */
	EVENT_SERVICE_STARTED,
	EVENT_COUNT,
};

enum event_field {
	HOLDS_ACTOR = 1,
	HOLDS_SUBJECT = 2,
	HOLDS_SERVICE = 4,
	HOLDS_SOURCE = 8, /* erasable */
	HOLDS_NOTE = 16,  /* erasable */
};

enum retention {
	RETENTION_ROUTINE,
	RETENTION_PRIVILEGED,
	RETENTION_EMERGENCY,
};

struct event_rule {
	const char *name; /* as stored and shown; never changes its meaning */
	unsigned fields;  /* enum event_field: what it may hold */
	enum retention retention;
	unsigned told; /* enum role: who gets a row in the outbox */
};

/* The rule of an event; never NULL for a value of enum event. */
const struct event_rule *event_rule(enum event event);

#endif
