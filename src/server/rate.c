#include "server/rate.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum {
	MINUTE_MS = 60000,
};

struct row {
	int64_t minute; /* counted from 1; 0: never used */
	uid_t uid;
	int count;
};

struct rate {
	pthread_mutex_t lock;
	struct row rows[RATE_UIDS];
};

int rate_make(struct rate **ret)
{
	struct rate *rate = calloc(1, sizeof(*rate));

	if (!rate)
		return -ENOMEM;
	(void)pthread_mutex_init(&rate->lock, NULL); /* cannot fail on Linux */
	*ret = rate;
	return 0;
}

void rate_free(struct rate *rate)
{
	free(rate);
}

/* The row of uid in this minute, made if there is room; NULL: there is none. */
static struct row *row_of(struct rate *rate, uid_t uid, int64_t minute)
{
	struct row *room = NULL;

	for (struct row *row = rate->rows; row < rate->rows + RATE_UIDS; row++) {
		if (row->minute == minute && row->uid == uid)
			return row;
		if (row->minute != minute && !room)
			room = row;
	}
	if (room)
		*room = (struct row){ .minute = minute, .uid = uid };
	return room;
}

bool rate_take(struct rate *rate, uid_t uid, int most, int64_t now_ms)
{
	struct row *row;
	bool taken;

	(void)pthread_mutex_lock(&rate->lock);
	row = row_of(rate, uid, now_ms / MINUTE_MS + 1);
	taken = row && row->count < most;
	if (taken)
		row->count++;
	(void)pthread_mutex_unlock(&rate->lock);
	return taken;
}
