#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* The only place that asks what time it is; everything else is given the time. */

/* Seconds since 1970-01-01 UTC. */
int64_t clock_now(void);

/* Milliseconds that never jump, for waits and deadlines. */
int64_t clock_monotonic_ms(void);

enum {
	CLOCK_TEXT_SIZE = 21, /* "2026-01-31T08:55:00Z" and its NUL */
};

/* Writes when as RFC 3339 text in UTC. */
void clock_text(int64_t when, char out[CLOCK_TEXT_SIZE]);

#endif
