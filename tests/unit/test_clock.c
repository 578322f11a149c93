#include "base/attributes.h"
#include "base/clock.h"

#include <criterion/criterion.h>

Test(clock, writes_times_as_utc)
{
	static const struct {
		int64_t when;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 1769849700, "2026-01-31T08:55:00Z" },
		{ INT32_MAX, "2038-01-19T03:14:07Z" },
		{ INT64_C(1) + INT32_MAX, "2038-01-19T03:14:08Z" },
		{ UINT32_MAX, "2106-02-07T06:28:15Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), "-" },		/* the year 10000 has no room */
		{ INT64_MAX, "-" },
		{ INT64_MIN, "-" },
	};
	char text[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		clock_text(cases[i].when, text);
		cr_expect_str_eq(text, cases[i].text);
	}
}

Test(clock, does_not_go_back_where_waits_are_measured)
{
	int64_t before = clock_monotonic_ms();

	for (int i = 0; i < 1000; i++) {
		int64_t now = clock_monotonic_ms();

		cr_assert_geq(now, before);
		before = now;
	}
	cr_expect_gt(clock_now(), INT64_C(1700000000));
}
