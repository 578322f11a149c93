#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

enum {
	SECRET_MAX = 512, /* PAM_MAX_RESP_SIZE: the longest answer a person can give */
};

/* Bytes that must not outlive their use: a password, a code, a token's secret. */
struct secret {
	size_t len;
	unsigned char bytes[SECRET_MAX];
};

#define auto_secret __attribute__((cleanup(secret_wipe)))

void secret_wipe(struct secret *secret);

/* Copies len bytes. Returns 0, or -EMSGSIZE and leaves secret empty. */
int secret_set(struct secret *secret, const void *bytes, size_t len);

#endif
