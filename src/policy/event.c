#include "policy/event.h"

#include "base/attributes.h"

enum {
	LOGIN = HOLDS_ACTOR | HOLDS_SUBJECT | HOLDS_SERVICE | HOLDS_SOURCE,
	WITH_NOTE = LOGIN | HOLDS_NOTE,
	READING = HOLDS_ACTOR | HOLDS_NOTE,
	ABOUT = HOLDS_ACTOR | HOLDS_SUBJECT,
};

/* clang-format off */
static const struct event_rule rules[EVENT_COUNT] = {
	/* event                       name                   may hold    kept for              who is told */
	[EVENT_LOGIN_ACCEPTED]     = { "login.accepted",      WITH_NOTE,  RETENTION_ROUTINE,    0 },
	[EVENT_LOGIN_REFUSED]      = { "login.refused",       WITH_NOTE,  RETENTION_ROUTINE,    0 },
	[EVENT_LOGIN_HELD]         = { "login.held",          LOGIN,      RETENTION_ROUTINE,    0 },
	[EVENT_LOGIN_ABANDONED]    = { "login.abandoned",     LOGIN,      RETENTION_ROUTINE,    0 },
	[EVENT_LOGIN_OBSERVED]     = { "login.observed",      LOGIN,      RETENTION_ROUTINE,    0 },
	[EVENT_ACCOUNT_REFUSED]    = { "account.refused",     LOGIN,      RETENTION_ROUTINE,    0 },
	[EVENT_CODE_USED_AGAIN]    = { "code.used-again",     LOGIN,      RETENTION_ROUTINE,    0 },
	[EVENT_RECOVERY_CODE_USED] = { "recovery-code.used",  LOGIN,      RETENTION_PRIVILEGED, ROLE_SUBJECT },
	[EVENT_FACTOR_OFFERED]     = { "factor.offered",      LOGIN,      RETENTION_PRIVILEGED, 0 },
	[EVENT_FACTOR_ENROLLED]    = { "factor.enrolled",     LOGIN,      RETENTION_PRIVILEGED, ROLE_SUBJECT },
	[EVENT_FACTOR_REFUSED]     = { "factor.refused",      LOGIN,      RETENTION_PRIVILEGED, 0 },
	[EVENT_STATUS_READ]        = { "status.read",         ABOUT,      RETENTION_PRIVILEGED, 0 },
	[EVENT_TRAIL_READ]         = { "trail.read",          READING,    RETENTION_PRIVILEGED, 0 },
	[EVENT_TRAIL_VERIFIED]     = { "trail.verified",      READING,    RETENTION_PRIVILEGED, 0 },
	[EVENT_STORE_RESTORED]     = { "store.restored",      HOLDS_NOTE, RETENTION_EMERGENCY,  ROLE_ADMIN | ROLE_DPO },
	[EVENT_CLOCK_ACCEPTED]     = { "clock.accepted",      READING,    RETENTION_PRIVILEGED, ROLE_ADMIN },
	[EVENT_DISK_FULL]          = { "disk.full",           HOLDS_NOTE, RETENTION_PRIVILEGED, ROLE_ADMIN },
	[EVENT_SERVICE_STARTED]    = { "service.started",     HOLDS_NOTE, RETENTION_PRIVILEGED, 0 },
};
/* clang-format on */

const struct event_rule *event_rule(enum event event)
{
	return &rules[event];
}
