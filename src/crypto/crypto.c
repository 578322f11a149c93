#include "crypto/crypto.h"

#include "base/attributes.h"
#include "base/file.h"

#include <endian.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

_Static_assert(CRYPTO_KEY_SIZE == crypto_kdf_KEYBYTES, "master key");
_Static_assert(CRYPTO_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "sealing key");
_Static_assert(CRYPTO_SEAL_EXTRA ==
	crypto_aead_xchacha20poly1305_ietf_NPUBBYTES + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    "sealed size");

enum {
	NONCE_SIZE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
};

struct keys {
	unsigned char of[CRYPTO_PURPOSES][CRYPTO_KEY_SIZE];
};

int crypto_start(void)
{
	return sodium_init() < 0 ? -EIO : 0;
}

static int derive(const unsigned char master[CRYPTO_KEY_SIZE], struct keys **ret)
{
	struct keys *keys = sodium_malloc(sizeof(*keys));

	if (!keys)
		return -ENOMEM;
	for (unsigned i = 0; i < CRYPTO_PURPOSES; i++)
		(void)crypto_kdf_derive_from_key(keys->of[i], CRYPTO_KEY_SIZE, i, "sluiskey",
		    master);
	(void)sodium_mprotect_readonly(keys); /* a hardening that may be missing */
	*ret = keys;
	return 0;
}

int keys_load(const char *path, uid_t owner, struct keys **ret)
{
	unsigned char master[CRYPTO_KEY_SIZE];
	auto_close int fd = file_open_trusted(path, owner);
	struct stat is;
	ssize_t size;
	int rc;

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0)
		return -errno;
	if (is.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP) ||
	    ((is.st_mode & S_IRGRP) && (is.st_uid != 0 || is.st_gid != 0)))
		return -EPERM;
	size = file_read(fd, master, sizeof(master));
	rc = size == sizeof(master)    ? derive(master, ret) :
	    size < 0 && size != -EFBIG ? (int)size :
					 -EBADMSG;
	explicit_bzero(master, sizeof(master));
	return rc;
}

int keys_make(struct keys **ret)
{
	unsigned char master[CRYPTO_KEY_SIZE];
	int rc;

	crypto_kdf_keygen(master);
	rc = derive(master, ret);
	explicit_bzero(master, sizeof(master));
	return rc;
}

void keys_free(struct keys *keys)
{
	sodium_free(keys);
}

void crypto_seal(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const void *plain, size_t size, unsigned char *out)
{
	uint64_t bound = htobe64((uint64_t)id);

	randombytes_buf(out, NONCE_SIZE);
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(out + NONCE_SIZE, NULL, plain, size,
	    (const unsigned char *)&bound, sizeof(bound), NULL, out, keys->of[purpose]);
}

int crypto_unseal(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const unsigned char *sealed, size_t size, void *out)
{
	uint64_t bound = htobe64((uint64_t)id);

	if (size < CRYPTO_SEAL_EXTRA)
		return -EBADMSG;
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + NONCE_SIZE,
		size - NONCE_SIZE, (const unsigned char *)&bound, sizeof(bound), sealed,
		keys->of[purpose]) < 0)
		return -EBADMSG;
	return 0;
}

void crypto_mac(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const void *bytes, size_t size, unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_generichash_state state;
	uint64_t bound = htobe64((uint64_t)id);

	(void)crypto_generichash_init(&state, keys->of[purpose], CRYPTO_KEY_SIZE,
	    CRYPTO_HASH_SIZE);
	(void)crypto_generichash_update(&state, (const unsigned char *)&bound, sizeof(bound));
	(void)crypto_generichash_update(&state, bytes, size);
	(void)crypto_generichash_final(&state, out, CRYPTO_HASH_SIZE);
	sodium_memzero(&state, sizeof(state));
}

void crypto_chain(const struct crypto_part *parts, size_t count,
    unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, NULL, 0, CRYPTO_HASH_SIZE);
	for (size_t i = 0; i < count; i++) {
		uint64_t size = htobe64(parts[i].size);

		(void)crypto_generichash_update(&state, (const unsigned char *)&size,
		    sizeof(size));
		if (parts[i].size > 0)
			(void)crypto_generichash_update(&state, parts[i].bytes, parts[i].size);
	}
	(void)crypto_generichash_final(&state, out, CRYPTO_HASH_SIZE);
}

bool crypto_equal(const void *one, const void *other, size_t size)
{
	return sodium_memcmp(one, other, size) == 0;
}

void crypto_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

int64_t crypto_random_id(void)
{
	int64_t id = 0;

	while (id == 0) {
		randombytes_buf(&id, sizeof(id));
		id &= (INT64_C(1) << 53) - 1;
	}
	return id;
}
