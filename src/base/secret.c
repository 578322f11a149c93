#include "base/secret.h"

#include <errno.h>
#include <string.h>

void secret_wipe(struct secret *secret)
{
	explicit_bzero(secret, sizeof(*secret));
}

int secret_set(struct secret *secret, const void *bytes, size_t len)
{
	secret_wipe(secret);
	if (len > sizeof(secret->bytes))
		return -EMSGSIZE;
	if (len > 0)
		memcpy(secret->bytes, bytes, len);
	secret->len = len;
	return 0;
}
