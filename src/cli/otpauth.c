#include "cli/otpauth.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	BYTE_BITS = 8,
	CHAR_BITS = 5,
	ESCAPE_SIZE = 3, /* "%2F" */
};

void otpauth_wipe(struct otpauth *otpauth)
{
	explicit_bzero(otpauth, sizeof(*otpauth));
}

/* Here and not by liboath: its copies on the heap cannot be wiped. */
static void base32(const struct secret *secret, char out[OTPAUTH_SECRET_SIZE])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t bits = secret->len * BYTE_BITS, len = 0;

	for (size_t at = 0; at < bits; at += CHAR_BITS) {
		size_t byte = at / BYTE_BITS;
		unsigned low = byte + 1 < secret->len ? secret->bytes[byte + 1] : 0;
		unsigned pair = (unsigned)secret->bytes[byte] << BYTE_BITS | low;
		size_t below = 2 * BYTE_BITS - CHAR_BITS - at % BYTE_BITS;

		out[len++] = alphabet[pair >> below & 31];
	}
	out[len] = '\0';
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    strchr("-._~", c);
}

/* As RFC 3986 section 2.1 has it. */
static void percent_encode(const char *text, char *out, size_t size)
{
	size_t len = 0;

	for (; *text && len + ESCAPE_SIZE < size; text++) {
		if (is_unreserved(*text))
			out[len++] = *text;
		else
			len += (size_t)snprintf(out + len, size - len, "%%%02X",
			    (unsigned char)*text);
	}
	out[len] = '\0';
}

/* "sha1" is "SHA1" there. */
static void upper(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

int otpauth_make(const struct tell_enrolment *offer, const char *user, struct otpauth *ret)
{
	char issuer[ESCAPE_SIZE * PROTO_WORD_SIZE + 1],
	    account[ESCAPE_SIZE * PROTO_TEXT_SIZE + 1];
	char algorithm[ESCAPE_SIZE * PROTO_WORD_SIZE + 1];
	int len;

	if (offer->secret.len > SECRET_MAX)
		return -EMSGSIZE;
	base32(&offer->secret, ret->secret);
	percent_encode(offer->issuer, issuer, sizeof(issuer));
	percent_encode(user, account, sizeof(account));
	percent_encode(offer->algorithm, algorithm, sizeof(algorithm));
	upper(algorithm);
	len = snprintf(ret->uri, sizeof(ret->uri),
	    "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=%s&digits=%" PRId64
	    "&period=%" PRId64,
	    issuer, account, ret->secret, issuer, algorithm, offer->digits, offer->period_s);
	return len < (int)sizeof(ret->uri) ? 0 : -EMSGSIZE;
}
