#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* Bounds that an option has and that something else must stay ahead of. */
enum {
	LIMIT_WINDOW_STEPS = 2, /* mfa.window at the most */
	LIMIT_DRIFT_STEPS = 10, /* mfa.drift_max at the most */
};

#endif
