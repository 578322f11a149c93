#include "base/attributes.h"
#include "crypto/crypto.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <string.h>

static struct keys *keys;

static void set_up(void)
{
	cr_assert_eq(crypto_start(), 0);
	cr_assert_eq(keys_make(&keys), 0);
}

static void tear_down(void)
{
	keys_free(keys);
}

TestSuite(crypto, .init = set_up, .fini = tear_down);

static const char plain[] = "twenty bytes of seed";

enum {
	PLAIN_SIZE = sizeof(plain) - 1,
	SEALED_SIZE = PLAIN_SIZE + CRYPTO_SEAL_EXTRA,
};

Test(crypto, unseals_what_it_sealed)
{
	unsigned char sealed[SEALED_SIZE], again[SEALED_SIZE], out[PLAIN_SIZE];

	crypto_seal(keys, CRYPTO_TOKEN, 7, plain, PLAIN_SIZE, sealed);
	cr_assert_eq(crypto_unseal(keys, CRYPTO_TOKEN, 7, sealed, sizeof(sealed), out), 0);
	cr_expect_arr_eq(out, plain, PLAIN_SIZE);
	crypto_seal(keys, CRYPTO_TOKEN, 7, plain, PLAIN_SIZE, again);
	cr_expect_arr_neq(again, sealed, sizeof(sealed), "the same text is never sealed to the same bytes");
	cr_expect_null(memmem(sealed, sizeof(sealed), plain, 4));
}

Test(crypto, unseals_nothing_at_all_too)
{
	unsigned char sealed[CRYPTO_SEAL_EXTRA], out[1];

	crypto_seal(keys, CRYPTO_NAME, 7, "", 0, sealed);
	cr_expect_eq(crypto_unseal(keys, CRYPTO_NAME, 7, sealed, sizeof(sealed), out), 0);
}

Test(crypto, unseals_for_the_same_purpose_and_id_and_key_only)
{
	unsigned char sealed[SEALED_SIZE], out[PLAIN_SIZE];
	struct keys *other;

	cr_assert_eq(keys_make(&other), 0);
	crypto_seal(keys, CRYPTO_TOKEN, 7, plain, PLAIN_SIZE, sealed);
	for (int purpose = CRYPTO_TOKEN; purpose < CRYPTO_PURPOSES; purpose++)
		for (int64_t id = 6; id <= 8; id++)
			cr_expect_eq(crypto_unseal(keys, (enum crypto_purpose)purpose, id, sealed, sizeof(sealed), out),
			    purpose == CRYPTO_TOKEN && id == 7 ? 0 : -EBADMSG, "purpose %d, id %d", purpose, (int)id);
	cr_expect_eq(crypto_unseal(other, CRYPTO_TOKEN, 7, sealed, sizeof(sealed), out), -EBADMSG);
	cr_expect_eq(crypto_unseal(keys, CRYPTO_TOKEN, -7, sealed, sizeof(sealed), out), -EBADMSG);
	keys_free(other);
}

Test(crypto, refuses_a_seal_with_any_bit_flipped)
{
	unsigned char sealed[SEALED_SIZE], out[PLAIN_SIZE];

	crypto_seal(keys, CRYPTO_TOKEN, 7, plain, PLAIN_SIZE, sealed);
	for (size_t i = 0; i < sizeof(sealed) * 8; i++) {
		sealed[i / 8] ^= (unsigned char)(1 << i % 8);
		cr_expect_eq(crypto_unseal(keys, CRYPTO_TOKEN, 7, sealed, sizeof(sealed), out), -EBADMSG, "bit %zu", i);
		sealed[i / 8] ^= (unsigned char)(1 << i % 8);
	}
	cr_expect_eq(crypto_unseal(keys, CRYPTO_TOKEN, 7, sealed, sizeof(sealed), out), 0);
}

Test(crypto, refuses_a_seal_of_any_other_length)
{
	unsigned char sealed[SEALED_SIZE + 1] = { 0 }, out[PLAIN_SIZE + 1];

	crypto_seal(keys, CRYPTO_TOKEN, 7, plain, PLAIN_SIZE, sealed);
	for (size_t size = 0; size <= sizeof(sealed); size++)
		cr_expect_eq(crypto_unseal(keys, CRYPTO_TOKEN, 7, sealed, size, out),
		    size == SEALED_SIZE ? 0 : -EBADMSG, "%zu bytes", size);
}

Test(crypto, makes_hashes_that_differ_by_purpose_id_text_and_key)
{
	static const struct {
		int64_t id;
		const char *text;
	} cases[] = { { 1, "a" }, { 2, "a" }, { 1, "b" }, { 1, "" }, { 1, "aa" } };
	unsigned char hashes[COUNT_OF(cases) * CRYPTO_PURPOSES][CRYPTO_HASH_SIZE], again[CRYPTO_HASH_SIZE];
	struct keys *other;
	size_t count = 0;

	for (int purpose = CRYPTO_TOKEN; purpose < CRYPTO_PURPOSES; purpose++)
		for (size_t i = 0; i < COUNT_OF(cases); i++)
			crypto_mac(keys, (enum crypto_purpose)purpose, cases[i].id, cases[i].text,
			    strlen(cases[i].text), hashes[count++]);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_arr_neq(hashes[i], hashes[k], CRYPTO_HASH_SIZE, "%zu and %zu", i, k);
	crypto_mac(keys, CRYPTO_TOKEN, 1, "a", 1, again);
	cr_expect_arr_eq(again, hashes[0], CRYPTO_HASH_SIZE, "and are the same for the same");
	cr_assert_eq(keys_make(&other), 0);
	crypto_mac(other, CRYPTO_TOKEN, 1, "a", 1, again);
	cr_expect_arr_neq(again, hashes[0], CRYPTO_HASH_SIZE);
	keys_free(other);
}

Test(crypto, makes_no_two_lists_of_parts_the_same)
{
	static const struct {
		struct crypto_part parts[3];
		size_t count;
	} lists[] = {
		{ { { "ab", 2 }, { "c", 1 } }, 2 },
		{ { { "a", 1 }, { "bc", 2 } }, 2 },
		{ { { "abc", 3 } }, 1 },
		{ { { "abc", 3 }, { "", 0 } }, 2 },
		{ { { "", 0 }, { "abc", 3 } }, 2 },
		{ { { "ab", 2 }, { "", 0 }, { "c", 1 } }, 3 },
		{ { { "\0\0\0\0\0\0\0\1a", 9 } }, 1 },	/* a part that looks like a length and a part */
		{ { { "a", 1 } }, 1 },
		{ { { NULL, 0 } }, 1 },
		{ { { NULL, 0 } }, 0 },
	};
	unsigned char hashes[COUNT_OF(lists)][CRYPTO_HASH_SIZE], again[CRYPTO_HASH_SIZE];

	for (size_t i = 0; i < COUNT_OF(lists); i++)
		crypto_chain(lists[i].parts, lists[i].count, hashes[i]);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		for (size_t k = 0; k < i; k++)
			cr_expect_arr_neq(hashes[i], hashes[k], CRYPTO_HASH_SIZE, "%zu and %zu", i, k);
	crypto_chain(lists[0].parts, lists[0].count, again);
	cr_expect_arr_eq(again, hashes[0], CRYPTO_HASH_SIZE);
}

Test(crypto, compares_all_of_it)
{
	unsigned char one[64] = { 0 }, other[64] = { 0 };

	cr_expect(crypto_equal(one, other, sizeof(one)));
	for (size_t i = 0; i < sizeof(one); i++) {
		other[i] = 0x80;
		cr_expect_not(crypto_equal(one, other, sizeof(one)), "byte %zu", i);
		other[i] = 0;
	}
	cr_expect(crypto_equal("ab", "ac", 1));
}

Test(crypto, makes_random_numbers_that_json_can_carry)
{
	int64_t all = 0, before = 0;

	for (int i = 0; i < 1000; i++) {
		int64_t id = crypto_random_id();

		cr_assert(id >= 1 && id <= (INT64_C(1) << 53) - 1);
		cr_assert_neq(id, before);
		before = id;
		all |= id;
	}
	cr_expect_eq(all, (INT64_C(1) << 53) - 1, "every bit is used");
}

static unsigned char master[CRYPTO_KEY_SIZE + 1] = "0123456789abcdef0123456789ABCDEF";

static int load(const struct scratch *scratch, const char *name, struct keys **ret)
{
	char path[PATH_MAX];

	return keys_load(scratch_path(scratch, name, path), geteuid(), ret);
}

Test(crypto, loads_the_same_keys_from_the_same_file)
{
	unsigned char one[CRYPTO_HASH_SIZE], other[CRYPTO_HASH_SIZE];
	struct keys *first = NULL, *second = NULL;
	struct scratch scratch;

	scratch_make(&scratch);
	scratch_write(&scratch, "key", master, CRYPTO_KEY_SIZE);
	cr_assert_eq(load(&scratch, "key", &first), 0);
	cr_assert_eq(load(&scratch, "key", &second), 0);
	crypto_mac(first, CRYPTO_PERSON, 0, "x", 1, one);
	crypto_mac(second, CRYPTO_PERSON, 0, "x", 1, other);
	cr_expect_arr_eq(one, other, sizeof(one));
	keys_free(second);

	master[CRYPTO_KEY_SIZE - 1] ^= 1;
	scratch_write(&scratch, "key", master, CRYPTO_KEY_SIZE);
	cr_assert_eq(load(&scratch, "key", &second), 0);
	crypto_mac(second, CRYPTO_PERSON, 0, "x", 1, other);
	cr_expect_arr_neq(one, other, sizeof(one), "another file, other keys");
	keys_free(first);
	keys_free(second);
	scratch_remove(&scratch);
}

Test(crypto, refuses_a_key_file_that_is_not_one)
{
	static const struct {
		const char *name;
		size_t size;
		mode_t mode;
		int rc;
	} cases[] = {
		{ "good", CRYPTO_KEY_SIZE, 0400, 0 },
		{ "empty", 0, 0400, -EBADMSG },
		{ "short", CRYPTO_KEY_SIZE - 1, 0400, -EBADMSG },
		{ "long", CRYPTO_KEY_SIZE + 1, 0400, -EBADMSG },
		{ "readable", CRYPTO_KEY_SIZE, 0404, -EPERM },
		{ "group-writable", CRYPTO_KEY_SIZE, 0420, -EPERM },
		{ "writable", CRYPTO_KEY_SIZE, 0402, -EPERM },
		{ "executable", CRYPTO_KEY_SIZE, 0410, -EPERM },
	};
	struct scratch scratch;
	char path[PATH_MAX], other[PATH_MAX];

	scratch_make(&scratch);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct keys *loaded = NULL;

		scratch_write(&scratch, cases[i].name, master, cases[i].size);
		cr_assert_eq(chmod(scratch_path(&scratch, cases[i].name, path), cases[i].mode), 0);
		cr_expect_eq(load(&scratch, cases[i].name, &loaded), cases[i].rc, "%s", cases[i].name);
		cr_expect_eq(loaded != NULL, cases[i].rc == 0);
		if (loaded)
			keys_free(loaded);
	}
	cr_assert_eq(symlink(scratch_path(&scratch, "good", path), scratch_path(&scratch, "link", other)), 0);
	cr_expect_eq(load(&scratch, "link", &keys), -EPERM);
	cr_expect_eq(load(&scratch, "missing", &keys), -ENOENT);
	scratch_remove(&scratch);
}

Test(crypto, takes_the_group_bit_of_roots_own_file_only)
{
	struct scratch scratch;
	struct keys *loaded = NULL;
	char path[PATH_MAX];

	scratch_make(&scratch);
	scratch_write(&scratch, "key", master, CRYPTO_KEY_SIZE);
	(void)scratch_path(&scratch, "key", path);
	cr_assert_eq(chmod(path, 0440), 0);
	if (geteuid() != 0) {
		cr_expect_eq(load(&scratch, "key", &loaded), -EPERM);
	} else {
		cr_assert_eq(load(&scratch, "key", &loaded), 0, "a credential of systemd");
		keys_free(loaded);
		cr_assert_eq(chown(path, 0, 4711), 0);
		cr_expect_eq(load(&scratch, "key", &loaded), -EPERM);
		cr_assert_eq(chown(path, 4711, 0), 0);
		cr_expect_eq(keys_load(path, 4711, &loaded), -EPERM);
	}
	scratch_remove(&scratch);
}
