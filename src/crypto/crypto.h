#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What libsodium does for us: sealing, keyed hashes, the hash of the chain, random numbers. */

enum {
	CRYPTO_KEY_SIZE = 32,
	CRYPTO_HASH_SIZE = 32,
	CRYPTO_SEAL_EXTRA = 24 + 16, /* nonce and tag: a sealed text is that much longer */
};

/* Once per process, before anything else. Returns 0 or -EIO. */
int crypto_start(void);

/* One sub-key for each purpose, so that a value of one purpose means nothing to another. */
enum crypto_purpose {
	CRYPTO_TOKEN = 1, /* sealed: secrets of tokens */
	CRYPTO_NAME,      /* sealed: names of persons */
	CRYPTO_PERSON,    /* hash: identities */
	CRYPTO_SOURCE,    /* hash: sources of attempts */
	CRYPTO_RECOVERY,  /* hash: recovery codes */
	CRYPTO_STRANGER,  /* hash: names of nobody, under a key that is not kept */
	CRYPTO_PURPOSES,
};

struct keys;

/*
 * Reads the master key, CRYPTO_KEY_SIZE bytes, from path: owned by root or owner, and nobody else's to
 * read or write. (root's own file may have its group bit set: systemd hands credentials over so, as the
 * mask of an access list.) The keys lie in locked memory where the limits allow that. Returns 0, -EPERM,
 * -EBADMSG (not that long) or -errno.
 */
int keys_load(const char *path, uid_t owner, struct keys **ret);
/* Keys from a random master that nobody keeps. Returns 0 or -ENOMEM. */
int keys_make(struct keys **ret);
void keys_free(struct keys *keys);

/*
 * XChaCha20-Poly1305 under the purpose's key, bound to id. out is size + CRYPTO_SEAL_EXTRA bytes.
 */
void crypto_seal(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const void *plain, size_t size, unsigned char *out);
/* The reverse; out is size - CRYPTO_SEAL_EXTRA bytes. Returns 0 or -EBADMSG (changed, or another id's). */
int crypto_unseal(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const unsigned char *sealed, size_t size, void *out);

/* Keyed BLAKE2b of the bytes, bound to id. */
void crypto_mac(const struct keys *keys, enum crypto_purpose purpose, int64_t id,
    const void *bytes, size_t size, unsigned char out[CRYPTO_HASH_SIZE]);

struct crypto_part {
	const void *bytes;
	size_t size;
};

/* BLAKE2b of all parts, each with its length in front: no two lists of parts hash the same text. */
void crypto_chain(const struct crypto_part *parts, size_t count,
    unsigned char out[CRYPTO_HASH_SIZE]);

/* Compares in a time that depends on size alone. */
bool crypto_equal(const void *one, const void *other, size_t size);

void crypto_random(void *out, size_t size);
/* A random number from 1 to 2^53 - 1: what JSON can carry. */
int64_t crypto_random_id(void);

#endif
