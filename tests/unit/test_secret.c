#include "base/secret.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static bool is_blank(const struct secret *secret)
{
	static const struct secret blank;

	return memcmp(secret, &blank, sizeof(blank)) == 0;
}

Test(secret, holds_any_bytes_up_to_its_limit)
{
	unsigned char bytes[SECRET_MAX];
	struct secret secret;

	memset(bytes, 0xff, sizeof(bytes));
	bytes[1] = 0;
	cr_assert_eq(secret_set(&secret, bytes, sizeof(bytes)), 0);
	cr_expect_eq(secret.len, SECRET_MAX);
	cr_expect_arr_eq(secret.bytes, bytes, sizeof(bytes));
}

Test(secret, is_blank_after_more_than_its_limit)
{
	unsigned char bytes[SECRET_MAX + 1] = "secret";
	struct secret secret;

	cr_assert_eq(secret_set(&secret, "earlier", 7), 0);
	cr_expect_eq(secret_set(&secret, bytes, sizeof(bytes)), -EMSGSIZE);
	cr_expect(is_blank(&secret));
}

Test(secret, keeps_nothing_of_a_longer_one_before_it)
{
	struct secret secret, fresh = { .len = 1, .bytes = "x" };

	cr_assert_eq(secret_set(&secret, "a long secret", 13), 0);
	cr_assert_eq(secret_set(&secret, "x", 1), 0);
	cr_expect_arr_eq(secret.bytes, fresh.bytes, sizeof(fresh.bytes));
	cr_assert_eq(secret_set(&secret, NULL, 0), 0);
	cr_expect(is_blank(&secret));
}

Test(secret, is_wiped_as_a_whole)
{
	struct secret secret = { .len = SECRET_MAX };

	memset(secret.bytes, 0xaa, sizeof(secret.bytes));
	secret_wipe(&secret);
	cr_expect(is_blank(&secret));
}
