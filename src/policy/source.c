#include "policy/source.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	KEY_BITS_V6 = 64,
	SHOWN_BITS_V4 = 24,
	SHOWN_BITS_V6 = 48,
};

struct address {
	int family; /* AF_INET, AF_INET6, or 0: not an address */
	unsigned char bytes[16];
	size_t size;
};

static struct address address_read(const char *text)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	struct address address = { 0 };

	if (inet_pton(AF_INET, text, address.bytes) == 1) {
		address.family = AF_INET;
		address.size = 4;
	} else if (inet_pton(AF_INET6, text, address.bytes) == 1) {
		address.family = AF_INET6;
		address.size = 16;
		if (memcmp(address.bytes, mapped, sizeof(mapped)) == 0) {
			memmove(address.bytes, address.bytes + sizeof(mapped), 4);
			address.family = AF_INET;
			address.size = 4;
		}
	}
	return address;
}

/* Writes the first bits of address; "/bits" is added when that is not all of it. */
static void address_write(const struct address *address, size_t bits, char out[SOURCE_SIZE])
{
	struct address cut = *address;
	char text[INET6_ADDRSTRLEN];

	for (size_t i = bits / 8; i < cut.size; i++)
		cut.bytes[i] = 0;
	if (!inet_ntop(cut.family, cut.bytes, text, sizeof(text)))
		text[0] = '\0';
	if (bits == cut.size * 8)
		(void)snprintf(out, SOURCE_SIZE, "%s", text);
	else
		(void)snprintf(out, SOURCE_SIZE, "%s/%zu", text, bits);
}

static void from_remote(const char *rhost, struct source *ret)
{
	struct address address = address_read(rhost);

	ret->remote = true;
	if (address.family == 0) {
		(void)snprintf(ret->full, sizeof(ret->full), "host:%s", rhost);
		memcpy(ret->key, ret->full, sizeof(ret->key));
		return;
	}
	address_write(&address, address.size * 8, ret->full);
	address_write(&address, address.family == AF_INET6 ? KEY_BITS_V6 : address.size * 8,
	    ret->key);
}

void source_from(const struct source_facts *facts, struct source *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (facts->peer_uid == 0 && facts->rhost[0] != '\0') {
		from_remote(facts->rhost, ret);
		return;
	}
	if (facts->peer_uid != 0)
		(void)snprintf(ret->full, sizeof(ret->full), "local:%" PRId64, facts->peer_uid);
	else if (facts->ruid != 0)
		(void)snprintf(ret->full, sizeof(ret->full), "local:%" PRId64, facts->ruid);
	else if (facts->ruser_uid >= 0)
		(void)snprintf(ret->full, sizeof(ret->full), "local:%" PRId64, facts->ruser_uid);
	else
		(void)snprintf(ret->full, sizeof(ret->full), "tty:%s", facts->tty);
	memcpy(ret->key, ret->full, sizeof(ret->key));
}

void source_show(const struct source *source, enum source_detail detail, char out[SOURCE_SIZE])
{
	struct address address = address_read(source->full);

	if (detail == SOURCE_SHOW_FULL)
		memcpy(out, source->full, SOURCE_SIZE);
	else if (detail == SOURCE_SHOW_TRUNCATED && address.family != 0)
		address_write(&address,
		    address.family == AF_INET ? SHOWN_BITS_V4 : SHOWN_BITS_V6, out);
	else
		(void)snprintf(out, SOURCE_SIZE, "%s", source->remote ? "remote" : "local");
}
