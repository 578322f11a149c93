#include "base/clock.h"

#include "base/attributes.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/*
 * Another link of base/clock.h, for tests of whole programs; never installed. The time of day is moved by the
 * seconds in the file that SLUIS_TEST_CLOCK names: a whole number, perhaps negative, read at each call.
 * Waits and deadlines are not moved, as when a real clock is set.
 */

static int64_t offset_s(void)
{
	const char *path = getenv("SLUIS_TEST_CLOCK");
	auto_fclose FILE *file = path ? fopen(path, "re") : NULL;
	int64_t offset;

	return file && fscanf(file, "%" SCNd64, &offset) == 1 ? offset : 0;
}

int64_t clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec + offset_s();
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

	if (!gmtime_r(&seconds, &utc) || strftime(out, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		memcpy(out, "-", 2);
}
