#ifndef SERVER_RATE_H
#define SERVER_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* How often each plain uid asked what leaves a trace, by the minute. Safe from any thread. */

enum {
	RATE_UIDS = 1024, /* uids in one minute; more are refused */
};

struct rate;

/* Returns 0 or -ENOMEM. */
int rate_make(struct rate **ret);
void rate_free(struct rate *rate);

/* Counts one question of uid at now_ms; true while it is among the first `most` of its minute. */
bool rate_take(struct rate *rate, uid_t uid, int most, int64_t now_ms);

#endif
