#include "base/attributes.h"
#include "check/totp.h"
#include "crypto/crypto.h"

#include <criterion/criterion.h>
#include <liboath/oath.h>
#include <string.h>

static void set_up(void)
{
	cr_assert_eq(crypto_start(), 0);
	cr_assert_eq(totp_start(), 0);
}

TestSuite(totp, .init = set_up);

enum {
	PERIOD = 30,
	NOW = 1800000000,		/* the first second of a step */
	HERE = NOW / PERIOD,
};

static const struct totp_limits limits = { .window = 1, .drift_max = 2 };
static const struct totp_limits exact = { .window = 0, .drift_max = 0 };

/* The seed of RFC 6238, appendix B, repeated as the errata have it. */
static struct totp_token token_of(enum totp_algorithm algorithm, int digits)
{
	struct totp_token token = { .algorithm = algorithm, .digits = digits, .period_s = PERIOD, .last_step = -1 };

	token.secret.len = totp_secret_size(algorithm);
	for (size_t i = 0; i < token.secret.len; i++)
		token.secret.bytes[i] = (unsigned char)('0' + (i + 1) % 10);
	return token;
}

static struct secret typed(const char *text)
{
	struct secret secret;

	cr_assert_eq(secret_set(&secret, text, strlen(text)), 0);
	return secret;
}

/* The right code at a step, by liboath itself. */
static struct secret code_at(const struct totp_token *token, int64_t step)
{
	static const int flags[] = { 0, 0, OATH_TOTP_HMAC_SHA256, OATH_TOTP_HMAC_SHA512 };
	char code[16] = "";

	cr_assert_eq(oath_totp_generate2((const char *)token->secret.bytes, token->secret.len,
	    (time_t)(step * token->period_s), (unsigned)token->period_s, 0, (unsigned)token->digits,
	    flags[token->algorithm], code), OATH_OK);
	return typed(code);
}

static enum totp_result check_at(const struct totp_token *token, const struct secret *code,
    const struct totp_limits *by, int64_t now)
{
	int64_t step = -77, drift = -77;
	enum totp_result result = totp_check(token, code, by, now, &step, &drift);

	if (result != TOTP_RIGHT)
		cr_expect(step == -77 && drift == -77, "nothing is said of a step to burn");
	return result;
}

Test(totp, computes_the_vectors_of_rfc_6238)
{
	static const struct {
		int64_t now;
		const char *codes[3];
	} vectors[] = {
		{ 59, { "94287082", "46119246", "90693936" } },
		{ 1111111109, { "07081804", "68084774", "25091201" } },
		{ 1111111111, { "14050471", "67062674", "99943326" } },
		{ 1234567890, { "89005924", "91819424", "93441116" } },
		{ 2000000000, { "69279037", "90698825", "38618901" } },
		{ INT64_C(20000000000), { "65353130", "77737706", "47863826" } },
	};

	for (size_t i = 0; i < COUNT_OF(vectors); i++)
		for (int algorithm = TOTP_SHA1; algorithm <= TOTP_SHA512; algorithm++) {
			struct totp_token token = token_of((enum totp_algorithm)algorithm, 8);
			struct secret code = typed(vectors[i].codes[algorithm - 1]);
			struct secret six = typed(vectors[i].codes[algorithm - 1] + 2);
			int64_t step = 0, drift = 77;

			cr_expect_eq(totp_check(&token, &code, &exact, vectors[i].now, &step, &drift), TOTP_RIGHT,
			    "vector %zu, algorithm %d", i, algorithm);
			cr_expect_eq(step, vectors[i].now / PERIOD);
			cr_expect_eq(drift, 0);
			token.digits = 6;
			cr_expect_eq(totp_check(&token, &six, &exact, vectors[i].now, &step, &drift), TOTP_RIGHT,
			    "vector %zu, algorithm %d, 6 digits", i, algorithm);
			cr_expect_eq(check_at(&token, &code, &exact, vectors[i].now), TOTP_WRONG);
			code.bytes[7] = code.bytes[7] == '0' ? '1' : '0';
			token.digits = 8;
			cr_expect_eq(check_at(&token, &code, &exact, vectors[i].now), TOTP_WRONG);
		}
}

Test(totp, takes_the_steps_of_its_window_and_no_others)
{
	struct totp_token token = token_of(TOTP_SHA1, 8);

	for (int64_t window = 0; window <= 2; window++)
		for (int64_t off = -4; off <= 4; off++) {
			struct totp_limits by = { .window = window, .drift_max = 2 };
			struct secret code = code_at(&token, HERE + off);
			int64_t step = 0, drift = 0;
			bool inside = off >= -window && off <= window;
			enum totp_result result = totp_check(&token, &code, &by, NOW, &step, &drift);

			cr_expect_eq(result, inside ? TOTP_RIGHT : TOTP_WRONG, "window %d, off %d", (int)window, (int)off);
			if (inside)
				cr_expect(step == HERE + off && drift == off, "window %d, off %d", (int)window, (int)off);
		}
}

Test(totp, changes_its_step_with_the_last_second)
{
	struct totp_token token = token_of(TOTP_SHA1, 8);
	struct secret code = code_at(&token, HERE);

	cr_expect_eq(check_at(&token, &code, &exact, NOW - 1), TOTP_WRONG);
	cr_expect_eq(check_at(&token, &code, &exact, NOW), TOTP_RIGHT);
	cr_expect_eq(check_at(&token, &code, &exact, NOW + PERIOD - 1), TOTP_RIGHT);
	cr_expect_eq(check_at(&token, &code, &exact, NOW + PERIOD), TOTP_WRONG);
}

Test(totp, says_used_for_a_right_code_of_a_burnt_step)
{
	static const struct {
		int64_t last, off;
		enum totp_result result;
	} cases[] = {
		{ -2, -1, TOTP_RIGHT }, { -1, -1, TOTP_USED }, { 0, -1, TOTP_USED }, { 5, -1, TOTP_USED },
		{ -1, 0, TOTP_RIGHT }, { 0, 0, TOTP_USED }, { 1, 0, TOTP_USED },
		{ 0, 1, TOTP_RIGHT }, { 1, 1, TOTP_USED }, { 2, 1, TOTP_USED },
		{ 0, 2, TOTP_WRONG }, { 5, 2, TOTP_WRONG }, { 5, -2, TOTP_WRONG },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct totp_token token = token_of(TOTP_SHA256, 8);
		struct secret code = code_at(&token, HERE + cases[i].off);

		token.last_step = HERE + cases[i].last;
		cr_expect_eq(check_at(&token, &code, &limits, NOW), cases[i].result, "case %zu", i);
	}
}

Test(totp, follows_a_drift_as_far_as_it_may)
{
	static const struct {
		int64_t drift, drift_max, off;
		bool right;
		int64_t remembered;
	} cases[] = {
		{ 0, 2, 1, true, 1 },
		{ 1, 2, 2, true, 2 },
		{ 2, 2, 3, true, 2 },		/* three ahead, but two are remembered */
		{ 2, 2, 4, false, 0 },
		{ 9, 2, 3, true, 2 },		/* the limit was narrowed since */
		{ 9, 2, 4, false, 0 },
		{ 2, 2, 0, true, 0 },		/* the clock was mended since */
		{ -1, 2, -2, true, -2 },
		{ -2, 2, -3, true, -2 },
		{ -9, 2, -4, false, 0 },
		{ 2, 0, 1, true, 0 },
		{ 2, 0, 2, false, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct totp_token token = token_of(TOTP_SHA512, 8);
		struct totp_limits by = { .window = 1, .drift_max = cases[i].drift_max };
		struct secret code = code_at(&token, HERE + cases[i].off);
		int64_t step = 0, drift = 0;

		token.drift = cases[i].drift;
		cr_expect_eq(totp_check(&token, &code, &by, NOW, &step, &drift),
		    cases[i].right ? TOTP_RIGHT : TOTP_WRONG, "case %zu", i);
		cr_expect_eq(drift, cases[i].remembered, "case %zu: %d", i, (int)drift);
		cr_expect_eq(step, cases[i].right ? HERE + cases[i].off : 0, "case %zu", i);
	}
}

Test(totp, refuses_anything_but_the_digits_as_they_are)
{
	struct totp_token token = token_of(TOTP_SHA1, 6);
	struct secret right = code_at(&token, HERE), code;

	cr_assert_eq(check_at(&token, &right, &limits, NOW), TOTP_RIGHT);
	for (size_t len = 0; len <= 9; len++) {
		code = right;
		memset(code.bytes + right.len, '0', 4);
		code.len = len;
		cr_expect_eq(check_at(&token, &code, &limits, NOW), len == 6 ? TOTP_RIGHT : TOTP_WRONG, "%zu long", len);
	}
	for (size_t at = 0; at < right.len; at++)
		for (int byte = 0; byte <= UINT8_MAX; byte++) {
			code = right;
			code.bytes[at] = (unsigned char)byte;
			if (byte >= '0' && byte <= '9')
				continue;
			cr_expect_eq(check_at(&token, &code, &limits, NOW), TOTP_WRONG, "byte %d at %zu", byte, at);
		}
	code = right;
	memmove(code.bytes + 1, code.bytes, 6);
	code.bytes[0] = ' ';
	code.len = 7;
	cr_expect_eq(check_at(&token, &code, &limits, NOW), TOTP_WRONG);
	memset(&code, 0xff, sizeof(code));
	code.len = SECRET_MAX;
	cr_expect_eq(check_at(&token, &code, &limits, NOW), TOTP_WRONG);
}

Test(totp, works_beyond_2038_and_2106)
{
	static const int64_t times[] = { INT32_MAX, INT64_C(1) + INT32_MAX, UINT32_MAX, INT64_C(1) + UINT32_MAX,
		INT64_C(253402300799) };

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		struct totp_token token = token_of(TOTP_SHA1, 8);
		struct secret code = code_at(&token, times[i] / PERIOD);
		int64_t step = 0, drift = 0;

		cr_expect_eq(totp_check(&token, &code, &limits, times[i], &step, &drift), TOTP_RIGHT, "case %zu", i);
		cr_expect_eq(step, times[i] / PERIOD);
		token.last_step = step;
		cr_expect_eq(check_at(&token, &code, &limits, times[i]), TOTP_USED);
		cr_expect_eq(check_at(&token, &code, &limits, times[i] + 3600), TOTP_WRONG);
	}
}

Test(totp, has_no_step_before_the_first)
{
	struct totp_token token = token_of(TOTP_SHA1, 8);
	struct secret code = code_at(&token, 0);

	cr_expect_eq(check_at(&token, &code, &limits, 0), TOTP_RIGHT);
	cr_expect_eq(check_at(&token, &code, &limits, -3600), TOTP_WRONG);
}

Test(totp, is_wrong_for_a_token_that_cannot_be_computed)
{
	static const struct {
		int algorithm, digits;
		int64_t period_s;
	} cases[] = {
		{ 0, 6, PERIOD }, { 4, 6, PERIOD }, { -1, 6, PERIOD }, { TOTP_SHA1, 7, PERIOD }, { TOTP_SHA1, 0, PERIOD },
		{ TOTP_SHA1, 9, PERIOD }, { TOTP_SHA1, -6, PERIOD }, { TOTP_SHA1, 6, 0 }, { TOTP_SHA1, 6, -30 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct totp_token token = token_of(TOTP_SHA1, 6);
		struct secret code = code_at(&token, HERE);

		token.algorithm = (enum totp_algorithm)cases[i].algorithm;
		token.digits = cases[i].digits;
		token.period_s = cases[i].period_s;
		cr_expect_eq(check_at(&token, &code, &limits, NOW), TOTP_WRONG, "case %zu", i);
	}
}

Test(totp, knows_its_algorithms_by_name_and_size)
{
	cr_expect_eq(totp_algorithm("sha1"), TOTP_SHA1);
	cr_expect_eq(totp_algorithm("sha256"), TOTP_SHA256);
	cr_expect_eq(totp_algorithm("sha512"), TOTP_SHA512);
	cr_expect_eq(totp_algorithm("SHA1"), 0);
	cr_expect_eq(totp_algorithm("md5"), 0);
	cr_expect_eq(totp_algorithm(""), 0);
	cr_expect_eq(totp_secret_size(TOTP_SHA1), 20);
	cr_expect_eq(totp_secret_size(TOTP_SHA256), 32);
	cr_expect_eq(totp_secret_size(TOTP_SHA512), 64);
}
