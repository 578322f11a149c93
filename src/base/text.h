#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The only place that turns text into numbers, and that judges the form of text. */

enum {
	TEXT_NAME_MAX = 32, /* a login name, as useradd(8) has it */
};

/*
 * Reads all of text as a decimal number without sign, blank or leading plus.
 * Returns 0, -EINVAL (not a number) or -ERANGE (outside least..most).
 */
int text_number(const char *text, int64_t least, int64_t most, int64_t *ret);

/*
 * Reads a number with a unit that must be there: s, min, h or d; "0" needs none.
 * *ret is in seconds, bounded by least..most seconds. Errors as text_number().
 */
int text_duration(const char *text, int64_t least_s, int64_t most_s, int64_t *ret_s);

/* Writes seconds in the largest unit that divides them ("15min"); size of at least 24. */
void text_duration_print(int64_t duration_s, char *out, size_t size);

/* Copies from into out of size bytes. Returns 0, or -ENOSPC and leaves out empty. */
int text_copy(char *out, size_t size, const char *from);

/* True for well-formed UTF-8 (RFC 3629) of len bytes without NUL. */
bool text_is_utf8(const char *text, size_t len);

/* True when text can stand on one line of a log or terminal: UTF-8, no control characters. */
bool text_is_plain(const char *text);

/* True for a name that may be a local account: [A-Za-z_][A-Za-z0-9_.-]*, and perhaps a closing $. */
bool text_is_name(const char *text);

bool text_starts(const char *text, const char *prefix);

/* Writes size bytes as 2 * size lower-case hex digits and a NUL. */
void text_hex(const unsigned char *bytes, size_t size, char *out);

/* Reads exactly 2 * size hex digits. Returns 0 or -EINVAL. */
int text_unhex(const char *text, unsigned char *out, size_t size);

#endif
