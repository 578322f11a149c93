#include "check/recovery.h"

#include "crypto/crypto.h"

#include <errno.h>
#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

enum {
	GROUP = 4,
};

int recovery_make(struct secret *ret)
{
	unsigned char bytes[RECOVERY_BYTES];
	char *text = NULL;
	size_t len = 0;

	crypto_random(bytes, sizeof(bytes));
	if (oath_base32_encode((const char *)bytes, sizeof(bytes), &text, &len) != OATH_OK ||
	    len != RECOVERY_CHARS) {
		free(text);
		return -ENOMEM;
	}
	secret_wipe(ret);
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && i % GROUP == 0)
			ret->bytes[ret->len++] = '-';
		ret->bytes[ret->len++] = (unsigned char)text[i];
	}
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text, len);
	free(text);
	return 0;
}

static int base32_char(unsigned char c)
{
	if (c >= 'a' && c <= 'z')
		c = (unsigned char)(c - 'a' + 'A');
	return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7') ? c : -1;
}

int recovery_normalise(const struct secret *typed, struct secret *ret)
{
	secret_wipe(ret);
	for (size_t i = 0; i < typed->len; i++) {
		int c = base32_char(typed->bytes[i]);

		if (typed->bytes[i] == '-' || typed->bytes[i] == ' ')
			continue;
		if (c < 0 || ret->len == RECOVERY_CHARS) {
			secret_wipe(ret);
			return -EINVAL;
		}
		ret->bytes[ret->len++] = (unsigned char)c;
	}
	return ret->len == RECOVERY_CHARS ? 0 : -EINVAL;
}
