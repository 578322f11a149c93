#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct unit {
	const char *name;
	int64_t seconds;
} units[] = {
	{ "d", 86400 },
	{ "h", 3600 },
	{ "min", 60 },
	{ "s", 1 },
};

/* Reads the digits at the start of text; *rest is what follows them. */
static int read_digits(const char *text, int64_t *ret, const char **rest)
{
	int64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		int digit = *at - '0';

		if (value > (INT64_MAX - digit) / 10)
			return -ERANGE;
		value = value * 10 + digit;
	}
	if (at == text)
		return -EINVAL;
	*ret = value;
	*rest = at;
	return 0;
}

int text_number(const char *text, int64_t least, int64_t most, int64_t *ret)
{
	const char *rest;
	int64_t value;
	int rc = read_digits(text, &value, &rest);

	if (rc < 0)
		return rc;
	if (*rest != '\0')
		return -EINVAL;
	if (value < least || value > most)
		return -ERANGE;
	*ret = value;
	return 0;
}

static int64_t unit_seconds(const char *name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].seconds;
	return 0;
}

int text_duration(const char *text, int64_t least_s, int64_t most_s, int64_t *ret_s)
{
	const char *rest;
	int64_t value, unit;
	int rc = read_digits(text, &value, &rest);

	if (rc < 0)
		return rc;
	unit = value == 0 && *rest == '\0' ? 1 : unit_seconds(rest);
	if (unit == 0)
		return -EINVAL;
	if (value > most_s / unit || value * unit < least_s)
		return -ERANGE;
	*ret_s = value * unit;
	return 0;
}

void text_duration_print(int64_t duration_s, char *out, size_t size)
{
	size_t i = 0;

	while (units[i].seconds > 1 && (duration_s == 0 || duration_s % units[i].seconds != 0))
		i++;
	(void)snprintf(out, size, "%" PRId64 "%s", duration_s / units[i].seconds, units[i].name);
}

int text_copy(char *out, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size) {
		out[0] = '\0';
		return -ENOSPC;
	}
	memcpy(out, from, len + 1);
	return 0;
}

/* How many bytes the sequence that starts with lead has, and the least code point it may encode. */
static int sequence_length(unsigned char lead, uint32_t *least)
{
	static const uint32_t smallest[] = { 0, 1, 0x80, 0x800, 0x10000 };
	int len = lead < 0x80     ? 1 :
	    (lead & 0xe0) == 0xc0 ? 2 :
	    (lead & 0xf0) == 0xe0 ? 3 :
	    (lead & 0xf8) == 0xf0 ? 4 :
				    0;

	*least = smallest[len];
	return len;
}

bool text_is_utf8(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t i = 0; i < len;) {
		uint32_t least, point;
		int size = sequence_length(bytes[i], &least);

		if (size == 0 || (size_t)size > len - i)
			return false;
		point = size == 1 ? bytes[i] : bytes[i] & (0x7fu >> size);
		for (int k = 1; k < size; k++) {
			if ((bytes[i + (size_t)k] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (bytes[i + (size_t)k] & 0x3f);
		}
		if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
		i += (size_t)size;
	}
	return true;
}

bool text_is_plain(const char *text)
{
	size_t len = strlen(text);

	if (!text_is_utf8(text, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < 0x20 || byte == 0x7f)
			return false;
		if (byte == 0xc2 && (unsigned char)text[i + 1] < 0xa0) /* C1 controls */
			return false;
	}
	return true;
}

bool text_is_name(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > TEXT_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool start = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool later = (c >= '0' && c <= '9') || c == '-' || c == '.';

		if (start || (i > 0 && later))
			continue;
		if (c == '$' && i > 0 && i == len - 1)
			continue;
		return false;
	}
	return true;
}

bool text_starts(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void text_hex(const unsigned char *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * size] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int text_unhex(const char *text, unsigned char *out, size_t size)
{
	if (strlen(text) != 2 * size)
		return -EINVAL;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return 0;
}
