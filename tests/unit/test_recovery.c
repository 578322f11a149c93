#include "base/attributes.h"
#include "check/recovery.h"
#include "crypto/crypto.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static void set_up(void)
{
	cr_assert_eq(crypto_start(), 0);
}

TestSuite(recovery, .init = set_up);

static struct secret typed(const char *text, size_t len)
{
	struct secret secret;

	cr_assert_eq(secret_set(&secret, text, len), 0);
	return secret;
}

Test(recovery, makes_codes_in_four_groups_of_four)
{
	struct secret code;

	for (int i = 0; i < 100; i++) {
		cr_assert_eq(recovery_make(&code), 0);
		cr_assert_eq(code.len, 19);
		for (size_t k = 0; k < code.len; k++) {
			unsigned char c = code.bytes[k];

			if (k % 5 == 4)
				cr_expect_eq(c, '-');
			else
				cr_expect((c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'), "%c", c);
		}
	}
}

Test(recovery, makes_no_code_twice)
{
	static struct secret codes[200];

	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		cr_assert_eq(recovery_make(&codes[i]), 0);
		for (size_t k = 0; k < i; k++)
			cr_assert_arr_neq(codes[i].bytes, codes[k].bytes, 19);
	}
}

Test(recovery, takes_a_code_however_it_is_typed)
{
	static const char *const ways[] = {
		"ABCD-EFGH-2345-67QZ", "ABCDEFGH234567QZ", "abcd-efgh-2345-67qz", "abcd efgh 2345 67qz",
		"AbCd-eFgH 234567qZ", "  ABCDEFGH234567QZ  ", "A-B-C-D-E-F-G-H-2-3-4-5-6-7-Q-Z",
	};

	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		struct secret code = typed(ways[i], strlen(ways[i])), plain;

		memset(&plain, 0xff, sizeof(plain));
		cr_expect_eq(recovery_normalise(&code, &plain), 0, "%s", ways[i]);
		cr_expect_eq(plain.len, RECOVERY_CHARS);
		cr_expect_arr_eq(plain.bytes, "ABCDEFGH234567QZ", RECOVERY_CHARS, "%s", ways[i]);
	}
}

Test(recovery, takes_its_own_codes)
{
	struct secret code, plain;

	for (int i = 0; i < 100; i++) {
		cr_assert_eq(recovery_make(&code), 0);
		cr_expect_eq(recovery_normalise(&code, &plain), 0);
		cr_expect_eq(plain.len, RECOVERY_CHARS);
		cr_expect_arr_eq(plain.bytes, code.bytes, 4);
		cr_expect_arr_eq(plain.bytes + 4, code.bytes + 5, 4);
	}
}

Test(recovery, refuses_what_cannot_be_a_code)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {
		{ "", 0 }, { "----", 4 }, { "123456", 6 }, { "ABCDEFGH234567Q", 15 }, { "ABCDEFGH234567QZA", 17 },
		{ "ABCDEFGH234567Q0", 16 }, { "ABCDEFGH234567Q1", 16 }, { "ABCDEFGH234567Q8", 16 },
		{ "ABCDEFGH234567Q9", 16 }, { "ABCDEFGH234567Q=", 16 }, { "ABCDEFGH234567Q\0", 16 },
		{ "ABCDEFGH234567QZ\0", 17 }, { "ABCDEFGH234567QZ\n", 17 }, { "\xff\xff\xff\xff", 4 },
		{ "ABCDEFGH234567Q\xc3\xa9", 17 }, { "ABCDEFGH_234567QZ", 17 }, { "@BCDEFGH234567QZ", 16 },
		{ "[BCDEFGH234567QZ", 16 }, { "`BCDEFGH234567QZ", 16 }, { "{BCDEFGH234567QZ", 16 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct secret code = typed(cases[i].text, cases[i].len), plain;

		cr_expect_eq(recovery_normalise(&code, &plain), -EINVAL, "case %zu", i);
	}
}

Test(recovery, refuses_the_longest_answer_there_is)
{
	struct secret code = { .len = SECRET_MAX }, plain;

	memset(code.bytes, 'A', sizeof(code.bytes));
	cr_expect_eq(recovery_normalise(&code, &plain), -EINVAL);
	memset(code.bytes, '-', sizeof(code.bytes));
	cr_expect_eq(recovery_normalise(&code, &plain), -EINVAL);
}
