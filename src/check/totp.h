#ifndef CHECK_TOTP_H
#define CHECK_TOTP_H

#include "base/secret.h"

#include <stdbool.h>
#include <stdint.h>

/* One-time codes by time, RFC 6238, computed by liboath. */

/* Once per process, before anything else. Returns 0 or -EIO. */
int totp_start(void);

enum totp_algorithm {
	TOTP_SHA1 = 1,
	TOTP_SHA256,
	TOTP_SHA512,
};

struct totp_token {
	struct secret secret;
	enum totp_algorithm algorithm;
	int digits; /* 6 or 8 */
	int64_t period_s;
	int64_t last_step; /* the newest step that was used; -1: none */
	int64_t drift;     /* steps the token's clock was ahead of ours when it was last used */
};

struct totp_limits {
	int64_t window;    /* steps before and after the expected one */
	int64_t drift_max; /* the most steps of drift that are remembered */
};

enum totp_result {
	TOTP_WRONG = 0,
	TOTP_USED = 0x1ce7, /* right, but its step or a later one was used */
	TOTP_RIGHT = 0x63a9,
};

/* "sha1", "sha256" or "sha512"; 0 for anything else. */
enum totp_algorithm totp_algorithm(const char *name);
/* How many random bytes a new secret has: the output size of the hash (RFC 4226 §4, R6). */
size_t totp_secret_size(enum totp_algorithm algorithm);

/*
 * Compares code with each step of the window, around now and around now as the token's remembered drift has it (a
 * mended clock must not lock it out), in constant time, without an early end. On TOTP_RIGHT
 * *ret_step is the step to burn and *ret_drift the drift to remember. A token that liboath cannot
 * compute is always wrong.
 */
enum totp_result totp_check(const struct totp_token *token, const struct secret *code,
    const struct totp_limits *limits, int64_t now, int64_t *ret_step, int64_t *ret_drift);

#endif
