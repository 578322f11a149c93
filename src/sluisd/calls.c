#include "sluisd/answers.h"

enum {
	READERS = ROLE_REVIEWER | ROLE_DPO,
	CARERS = ROLE_SERVICEDESK | ROLE_ADMIN,
	LOGIN = MAY_SELF | MAY_PEER,
	WRITES = 60,
};

/*
 * Root may ask everything. An open attempt has no row: it is counted, and its end is the row. A refusal in account
 * and a look at another's status leave one.
 */
/* clang-format off */
const struct call daemon_calls[] = {
	/* call               who may ask    about others       record        a minute, plain   answered by */
	{ ASK_POLICY,         MAY_ANYBODY,   0,                 TRAIL_NONE,   0,                answer_policy },
	{ ASK_OPEN,           LOGIN,         0,                 TRAIL_NONE,   WRITES,           answer_open },
	{ ASK_JUDGE,          LOGIN,         0,                 TRAIL_WITH,   WRITES,           answer_judge },
	{ ASK_SETTLE,         LOGIN,         0,                 TRAIL_WITH,   WRITES,           answer_settle },
	{ ASK_OBSERVE,        LOGIN,         0,                 TRAIL_WITH,   WRITES,           answer_observe },
	{ ASK_ACCOUNT,        LOGIN,         0,                 TRAIL_NONE,   WRITES,           answer_account },
	{ ASK_ENROLLED,       LOGIN,         0,                 TRAIL_NONE,   0,                answer_enrolled },
	{ ASK_NOTICES,        MAY_SELF,      0,                 TRAIL_NONE,   0,                answer_notices },
	{ ASK_ENROLL,         MAY_SELF,      0,                 TRAIL_WITH,   WRITES,           answer_enroll },
	{ ASK_CONFIRM,        MAY_SELF,      0,                 TRAIL_WITH,   WRITES,           answer_confirm },
	{ ASK_STATUS,         MAY_SELF,      CARERS,            TRAIL_NONE,   WRITES,           answer_status },
	{ ASK_TRAIL_SHOW,     0,             READERS,           TRAIL_FIRST,  WRITES,           answer_trail_show },
	{ ASK_TRAIL_VERIFY,   0,             READERS,           TRAIL_FIRST,  WRITES,           answer_trail_verify },
	{ ASK_POLICY_SHOW,    MAY_ANYBODY,   0,                 TRAIL_NONE,   0,                answer_policy_show },
	{ ASK_HEALTH,         0,             ROLE_ADMIN,        TRAIL_NONE,   0,                answer_health },
	{ ASK_CLOCK_ACCEPT,   0,             0,                 TRAIL_WITH,   0,                answer_clock_accept },
};
/* clang-format on */

const size_t daemon_call_count = sizeof(daemon_calls) / sizeof(daemon_calls[0]);
