#include "check/totp.h"

#include "base/attributes.h"
#include "crypto/crypto.h"

#include <errno.h>
#include <liboath/oath.h>
#include <string.h>

enum {
	CODE_SIZE = 9, /* 8 digits and a NUL */
};

static const struct {
	enum totp_algorithm algorithm;
	const char *name;
	oath_totp_flags flags;
	size_t size;
} algorithms[] = {
	{ TOTP_SHA1, "sha1", 0, 20 },
	{ TOTP_SHA256, "sha256", OATH_TOTP_HMAC_SHA256, 32 },
	{ TOTP_SHA512, "sha512", OATH_TOTP_HMAC_SHA512, 64 },
};

int totp_start(void)
{
	return oath_init() == OATH_OK ? 0 : -EIO;
}

enum totp_algorithm totp_algorithm(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(algorithms); i++)
		if (strcmp(algorithms[i].name, name) == 0)
			return algorithms[i].algorithm;
	return 0;
}

size_t totp_secret_size(enum totp_algorithm algorithm)
{
	return algorithms[algorithm - 1].size;
}

/* True when code is the token's code at step. Always the same work. */
static bool matches(const struct totp_token *token, const struct secret *code, int64_t step)
{
	char right[CODE_SIZE] = "";
	bool same = false;

	if (oath_totp_generate2((const char *)token->secret.bytes, token->secret.len,
		(time_t)(step * token->period_s), (unsigned)token->period_s, 0,
		(unsigned)token->digits, (int)algorithms[token->algorithm - 1].flags,
		right) == OATH_OK)
		same = code->len == (size_t)token->digits &&
		    crypto_equal(right, code->bytes, (size_t)token->digits);
	explicit_bzero(right, sizeof(right));
	return same;
}

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

static int64_t most(int64_t one, int64_t other)
{
	return one > other ? one : other;
}

static int64_t within(int64_t value, int64_t bound)
{
	return least(most(value, -bound), bound);
}

enum totp_result totp_check(const struct totp_token *token, const struct secret *code,
    const struct totp_limits *limits, int64_t now, int64_t *ret_step, int64_t *ret_drift)
{
	enum totp_result result = TOTP_WRONG;
	int64_t here, expected;

	if (token->algorithm < TOTP_SHA1 || token->algorithm > TOTP_SHA512 ||
	    (token->digits != 6 && token->digits != 8) || token->period_s < 1)
		return TOTP_WRONG;
	here = now / token->period_s;
	expected = here + within(token->drift, limits->drift_max);
	for (int64_t step = least(here, expected) - limits->window;
	     step <= most(here, expected) + limits->window; step++) {
		bool same = step >= 0 && matches(token, code, step);

		if (same && step > token->last_step) {
			result = TOTP_RIGHT;
			*ret_step = step;
			*ret_drift = within(step - here, limits->drift_max);
		} else if (same && result == TOTP_WRONG) {
			result = TOTP_USED;
		}
	}
	return result;
}
