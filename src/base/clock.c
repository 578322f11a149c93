#include "base/clock.h"

#include <string.h>
#include <time.h>

int64_t clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
	return now.tv_sec;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_text(int64_t when, char out[CLOCK_TEXT_SIZE])
{
	time_t seconds = (time_t)when;
	struct tm utc;

	if (!gmtime_r(&seconds, &utc) ||
	    strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		memcpy(out, "-", 2);
}
