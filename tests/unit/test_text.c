#include "base/attributes.h"
#include "base/text.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(text, reads_whole_decimal_numbers_within_bounds_only)
{
	static const struct {
		const char *text;
		int64_t least, most;
		int rc;
		int64_t value;
	} cases[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 0, 10 },
		{ "007", 0, 10, 0, 7 },
		{ "11", 0, 10, -ERANGE, 0 },
		{ "1", 2, 10, -ERANGE, 0 },
		{ "9223372036854775807", 0, INT64_MAX, 0, INT64_MAX },
		{ "9223372036854775808", 0, INT64_MAX, -ERANGE, 0 },
		{ "18446744073709551621", 0, INT64_MAX, -ERANGE, 0 },
		{ "99999999999999999999999999", 0, INT64_MAX, -ERANGE, 0 },
		{ "", 0, 10, -EINVAL, 0 },
		{ "-1", -5, 10, -EINVAL, 0 },
		{ "+1", 0, 10, -EINVAL, 0 },
		{ " 1", 0, 10, -EINVAL, 0 },
		{ "1 ", 0, 10, -EINVAL, 0 },
		{ "1\n", 0, 10, -EINVAL, 0 },
		{ "3abc", 0, 10, -EINVAL, 0 },
		{ "0x1", 0, 10, -EINVAL, 0 },
		{ "1e1", 0, 10, -EINVAL, 0 },
		{ "1.0", 0, 10, -EINVAL, 0 },
		{ "\xd9\xa1", 0, 10, -EINVAL, 0 },	/* a digit, but not one of ours */
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t value = -77;
		int rc = text_number(cases[i].text, cases[i].least, cases[i].most, &value);

		cr_expect_eq(rc, cases[i].rc, "\"%s\": %d", cases[i].text, rc);
		cr_expect_eq(value, rc == 0 ? cases[i].value : -77, "\"%s\"", cases[i].text);
	}
}

Test(text, reads_durations_with_their_unit_within_bounds_only)
{
	static const struct {
		const char *text;
		int64_t least, most;
		int rc;
		int64_t value;
	} cases[] = {
		{ "0", 0, 10, 0, 0 },
		{ "0s", 0, 10, 0, 0 },
		{ "0d", 0, 10, 0, 0 },
		{ "15min", 0, 3600, 0, 900 },
		{ "60min", 0, 3600, 0, 3600 },
		{ "61min", 0, 3600, -ERANGE, 0 },
		{ "2h", 0, 7200, 0, 7200 },
		{ "1d", 0, 86400, 0, 86400 },
		{ "1d", 0, 86399, -ERANGE, 0 },
		{ "1s", 2, 10, -ERANGE, 0 },
		{ "0", 1, 10, -ERANGE, 0 },
		{ "106751991167300d", 0, INT64_MAX, 0, 106751991167300 * 86400 },
		{ "106751991167301d", 0, INT64_MAX, -ERANGE, 0 },
		{ "9223372036854775808s", 0, INT64_MAX, -ERANGE, 0 },
		{ "15", 0, 3600, -EINVAL, 0 },
		{ "", 0, 3600, -EINVAL, 0 },
		{ "min", 0, 3600, -EINVAL, 0 },
		{ "1m", 0, 3600, -EINVAL, 0 },
		{ "1 s", 0, 3600, -EINVAL, 0 },
		{ "1S", 0, 3600, -EINVAL, 0 },
		{ "1ms", 0, 3600, -EINVAL, 0 },
		{ "1h30min", 0, 36000, -EINVAL, 0 },
		{ "-1s", 0, 3600, -EINVAL, 0 },
		{ "1.5h", 0, 36000, -EINVAL, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t value = -77;
		int rc = text_duration(cases[i].text, cases[i].least, cases[i].most, &value);

		cr_expect_eq(rc, cases[i].rc, "\"%s\": %d", cases[i].text, rc);
		cr_expect_eq(value, rc == 0 ? cases[i].value : -77, "\"%s\"", cases[i].text);
	}
}

Test(text, prints_durations_in_the_largest_unit_that_divides_them)
{
	static const struct {
		int64_t seconds;
		const char *text;
	} cases[] = {
		{ 0, "0s" }, { 1, "1s" }, { 59, "59s" }, { 60, "1min" }, { 61, "61s" }, { 900, "15min" },
		{ 3600, "1h" }, { 5400, "90min" }, { 86400, "1d" }, { 90000, "25h" },
		{ INT64_MAX, "9223372036854775807s" },
	};
	char text[24];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t again = -1;

		text_duration_print(cases[i].seconds, text, sizeof(text));
		cr_expect_str_eq(text, cases[i].text);
		cr_expect_eq(text_duration(text, 0, INT64_MAX, &again), 0);
		cr_expect_eq(again, cases[i].seconds);
	}
}

Test(text, copies_what_fits_and_nothing_else)
{
	char out[4] = "xyz";

	cr_expect_eq(text_copy(out, sizeof(out), "abc"), 0);
	cr_expect_str_eq(out, "abc");
	cr_expect_eq(text_copy(out, sizeof(out), "abcd"), -ENOSPC);
	cr_expect_str_eq(out, "");
	cr_expect_eq(text_copy(out, sizeof(out), ""), 0);
	cr_expect_str_eq(out, "");
}

Test(text, knows_well_formed_utf8)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "", true },
		{ "plain", true },
		{ "\x7f", true },
		{ "\xc2\x80", true },			/* the first of two bytes, */
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },		/* of three */
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xf0\x90\x80\x80", true },		/* and of four */
		{ "\xf4\x8f\xbf\xbf", true },		/* the last code point */
		{ "Ren\xc3\xa9", true },
		{ "\x80", false },			/* goes on with nothing */
		{ "\xc3", false },			/* cut short */
		{ "\xe2\x82", false },
		{ "\xf0\x9f\x98", false },
		{ "\xc3(", false },
		{ "\xe2(\xa1", false },
		{ "\xe2\x82(", false },
		{ "\xc0\xaf", false },			/* longer than it need be */
		{ "\xc1\xbf", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xed\xa0\x80", false },		/* surrogates */
		{ "\xed\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false },		/* beyond the last code point */
		{ "\xf8\x88\x80\x80\x80", false },
		{ "\xfe", false },
		{ "\xff", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(text_is_utf8(cases[i].text, strlen(cases[i].text)), cases[i].good, "case %zu", i);
	cr_expect_not(text_is_utf8("a\0b", 3), "a NUL is no text");
	cr_expect(text_is_utf8("\xc3\xa9\xff", 2), "looks no further than it is told");
}

Test(text, knows_what_can_stand_on_one_line)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "", true }, { "a b", true }, { "~", true }, { "\xc2\xa0", true }, { "\xc3\xa9", true },
		{ "a\nb", false }, { "a\rb", false }, { "\t", false }, { "\x1b[2J", false }, { "\x7f", false },
		{ "\x01", false }, { "\xc2\x80", false }, { "\xc2\x9b" "2J", false }, { "\xc2\x9f", false },
		{ "\xff", false }, { "\xc2", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(text_is_plain(cases[i].text), cases[i].good, "case %zu", i);
}

Test(text, knows_what_may_be_a_login_name)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "a", true }, { "_apt", true }, { "Jan.de-Vries_2", true }, { "machine$", true },
		{ "abcdefghijklmnopqrstuvwxyz012345", true },		/* 32 */
		{ "abcdefghijklmnopqrstuvwxyz0123456", false },		/* 33 */
		{ "", false }, { "-a", false }, { "1a", false }, { ".a", false }, { "$", false }, { "a$b", false },
		{ "a b", false }, { "a:b", false }, { "a/b", false }, { "a\n", false }, { "Ren\xc3\xa9", false },
		{ "a\\b", false }, { "a@b", false }, { "*", false }, { "a,b", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(text_is_name(cases[i].text), cases[i].good, "\"%s\"", cases[i].text);
}

Test(text, knows_how_a_text_starts)
{
	cr_expect(text_starts("user:jan", "user:"));
	cr_expect(text_starts("user:", "user:"));
	cr_expect(text_starts("x", ""));
	cr_expect_not(text_starts("user", "user:"));
	cr_expect_not(text_starts("", "user:"));
	cr_expect_not(text_starts("User:jan", "user:"));
}

Test(text, writes_and_reads_hex_of_exactly_that_size)
{
	static const unsigned char bytes[] = { 0x00, 0x0f, 0xa5, 0xff };
	static const char *const bad[] = {
		"", "000fa5f", "000fa5ff0", "000fa5fg", "0x0fa5ff", "000fa5f ", " 00fa5ff", "000fa5ff00",
	};
	unsigned char back[4];
	char text[9];

	text_hex(bytes, sizeof(bytes), text);
	cr_expect_str_eq(text, "000fa5ff");
	cr_expect_eq(text_unhex("000FA5fF", back, sizeof(back)), 0);
	cr_expect_arr_eq(back, bytes, sizeof(bytes));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		cr_expect_eq(text_unhex(bad[i], back, sizeof(back)), -EINVAL, "\"%s\"", bad[i]);
	text_hex(bytes, 0, text);
	cr_expect_str_eq(text, "");
	cr_expect_eq(text_unhex("", back, 0), 0);
}
