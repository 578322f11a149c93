#ifndef POLICY_ATTEMPT_H
#define POLICY_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The rule of lockout, for an auditor: within one window at most `failures` guesses at one person are
 * judged from one source, and at most `stranger_failures` from all sources together that are not
 * known for that person; when a limit is reached, that source (or all strangers) is held until the
 * newest failure is hold_s old and the window has room again. An open attempt counts as a failure
 * until it is settled.
 */

struct attempt_limits {
	int64_t failures;
	int64_t stranger_failures;
	int64_t window_s;
	int64_t hold_s;
};

/* Attempts that count against one limit. "Last" is the window that ends with the newest of them. */
struct attempt_tally {
	int64_t now_failed, now_open;   /* newer than now - window_s */
	int64_t last_failed, last_open; /* newer than newest - window_s */
	int64_t newest;                 /* when the newest was opened; 0: there is none */
};

struct attempt_record {
	bool known_source;              /* this source is known for this person */
	struct attempt_tally here;      /* from this source */
	struct attempt_tally strangers; /* from all sources unknown for this person */
};

enum attempt_ruling {
	ATTEMPT_HELD = 0, /* refuse, unjudged */
	ATTEMPT_WAIT,     /* only open attempts stand in the way: one may close soon */
	ATTEMPT_MAY_OPEN = 0x5a3c,
};

enum attempt_ruling attempt_rule(const struct attempt_limits *limits,
    const struct attempt_record *record, int64_t now);

enum {
	ATTEMPT_LIFE_S = 120, /* an attempt older than this can no longer be settled with yes */
	ATTEMPT_STALE_S = 10, /* open for longer: abandoned, so a later success forgives it as well */
	CLOCK_TOLERANCE_S = 60,
};

/* A clock this far behind the newest committed time makes every code doubtful: codes are refused. */
bool attempt_clock_is_back(int64_t now, int64_t newest_committed);

#endif
