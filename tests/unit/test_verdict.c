#include "base/attributes.h"
#include "base/verdict.h"
#include "check/totp.h"
#include "policy/attempt.h"
#include "policy/login.h"

#include <criterion/criterion.h>
#include <string.h>

static const int all[] = {
	VERDICT_REFUSE, VERDICT_ACCEPT, VERDICT_GO_ON, VERDICT_HELD, VERDICT_USED, VERDICT_UNENROLLED,
	VERDICT_NOT_FOUND, VERDICT_FORBIDDEN, VERDICT_BAD_REQUEST, VERDICT_FAULT,
};

static int bits_apart(int one, int other)
{
	return __builtin_popcount((unsigned)(one ^ other));
}

Test(verdict, lies_three_flipped_bits_or_more_from_any_other)
{
	for (size_t i = 0; i < COUNT_OF(all); i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_geq(bits_apart(all[i], all[k]), 3, "%s and %s", verdict_name(all[i]),
			    verdict_name(all[k]));
}

Test(verdict, lies_four_flipped_bits_or_more_from_a_yes)
{
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (all[i] != VERDICT_ACCEPT)
			cr_expect_geq(bits_apart(all[i], VERDICT_ACCEPT), 4, "%s", verdict_name(all[i]));
}

Test(verdict, is_no_when_nothing_was_ruled)
{
	enum verdict verdict;

	memset(&verdict, 0, sizeof(verdict));
	cr_expect_eq(verdict, VERDICT_REFUSE);
}

Test(verdict, has_a_word_of_its_own)
{
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		cr_expect_str_neq(verdict_name(all[i]), "unknown");
		for (size_t k = 0; k < i; k++)
			cr_expect_str_neq(verdict_name(all[i]), verdict_name(all[k]));
	}
	cr_expect_str_eq(verdict_name(VERDICT_ACCEPT), "accepted");
	cr_expect_str_eq(verdict_name(1), "unknown");
	cr_expect_str_eq(verdict_name(-1), "unknown");
	cr_expect_str_eq(verdict_name(VERDICT_ACCEPT | 0x10000), "unknown");
}

/* The rulings below a verdict keep the same distance between their yes and all else. */
Test(verdict, is_built_on_rulings_that_lie_as_far_apart)
{
	cr_expect_geq(bits_apart(ATTEMPT_MAY_OPEN, ATTEMPT_HELD), 4);
	cr_expect_geq(bits_apart(ATTEMPT_MAY_OPEN, ATTEMPT_WAIT), 4);
	cr_expect_geq(bits_apart(NEED_NOTHING, NEED_REFUSAL), 4);
	cr_expect_geq(bits_apart(NEED_NOTHING, NEED_CODE), 4);
	cr_expect_geq(bits_apart(NEED_WORD, NEED_REFUSAL), 4);
	cr_expect_geq(bits_apart(NEED_WORD, NEED_CODE), 4);
	cr_expect_geq(bits_apart(TOTP_RIGHT, TOTP_WRONG), 4);
	cr_expect_geq(bits_apart(TOTP_RIGHT, TOTP_USED), 4);
}

Test(verdict, is_read_from_all_of_a_number_only)
{
	cr_expect_eq(verdict_read(0), VERDICT_REFUSE);
	cr_expect_eq(verdict_read(0x6c59), VERDICT_ACCEPT);
	for (int bit = 0; bit < 63; bit++)
		cr_expect_neq(verdict_read(INT64_C(0x6c59) ^ (INT64_C(1) << bit)), VERDICT_ACCEPT, "bit %d", bit);
	cr_expect_eq(verdict_read(INT64_C(0x100006c59)), VERDICT_FAULT);
	cr_expect_eq(verdict_read(-1), VERDICT_FAULT);
}
