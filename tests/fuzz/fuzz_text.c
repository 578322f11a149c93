#include "base/text.h"
#include "check/recovery.h"
#include "policy/source.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TEXT_SIZE = 512,
	HEX_BYTES = 16,
};

static void must(bool claim)
{
	if (!claim)
		abort();
}

/* A number that was read is the same when it is printed and read again. */
static void try_numbers(const char *text)
{
	int64_t value = -1, again = -1;
	char printed[32];

	if (text_number(text, 0, INT64_MAX, &value) == 0) {
		(void)snprintf(printed, sizeof(printed), "%" PRId64, value);
		must(text_number(printed, value, value, &again) == 0 && again == value);
	}
	if (text_duration(text, 0, INT64_MAX, &value) == 0) {
		text_duration_print(value, printed, sizeof(printed));
		must(text_duration(printed, value, value, &again) == 0 && again == value);
	}
	if (text_number(text, 5, 10, &value) == 0)
		must(value >= 5 && value <= 10);
}

static void try_forms(const char *text, const uint8_t *data, size_t size)
{
	unsigned char bytes[HEX_BYTES];
	char hex[2 * HEX_BYTES + 1];

	if (text_is_utf8((const char *)data, size))
		must(!memchr(data, 0, size));
	if (text_is_name(text))
		must(text_is_plain(text));
	if (text_is_plain(text))
		must(text_is_utf8(text, strlen(text)) && !strpbrk(text, "\n\r\x1b\x7f"));
	if (text_unhex(text, bytes, sizeof(bytes)) < 0)
		return;
	text_hex(bytes, sizeof(bytes), hex);
	for (size_t i = 0; i < sizeof(hex); i++)
		must(hex[i] == (char)tolower((unsigned char)text[i]));
}

/* A source has an end in all its forms, and an address is the same source however it is written. */
static void try_source(const char *text)
{
	struct source source, again;
	char shown[SOURCE_SIZE];

	source_from(&(struct source_facts){ .rhost = text, .tty = text, .ruser_uid = -1 }, &source);
	must(memchr(source.full, 0, SOURCE_SIZE) && memchr(source.key, 0, SOURCE_SIZE));
	must(source.full[0] != '\0' && source.key[0] != '\0');
	must(source.remote == (text[0] != '\0'));
	for (int detail = SOURCE_SHOW_ZONE; detail <= SOURCE_SHOW_FULL; detail++) {
		memset(shown, 'x', sizeof(shown));
		source_show(&source, (enum source_detail)detail, shown);
		must(memchr(shown, 0, SOURCE_SIZE) && shown[0] != '\0');
	}
	if (text_starts(source.full, "host:") || !source.remote)
		return;
	source_from(&(struct source_facts){ .rhost = source.full, .tty = "", .ruser_uid = -1 }, &again);
	must(strcmp(source.full, again.full) == 0 && strcmp(source.key, again.key) == 0);
}

static void try_recovery(const uint8_t *data, size_t size)
{
	struct secret typed, plain, again;

	if (secret_set(&typed, data, size) < 0 || recovery_normalise(&typed, &plain) < 0)
		return;
	must(plain.len == RECOVERY_CHARS);
	must(recovery_normalise(&plain, &again) == 0);
	must(memcmp(again.bytes, plain.bytes, RECOVERY_CHARS) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_SIZE] = "";

	if (size >= sizeof(text))
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	try_numbers(text);
	try_forms(text, data, size);
	try_source(text);
	try_recovery(data, size);
	return 0;
}
