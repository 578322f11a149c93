#include "base/attributes.h"
#include "config/config.h"
#include "config/load.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *load(const void *bytes, size_t size, struct config_error *error)
{
	auto_fclose FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "r");
	struct config *config = NULL;

	if (!file || config_load_stream(file, "fuzz", &config, error) < 0)
		return NULL;
	return config;
}

/* Writes the values in force as a file would have them. */
static char *print(const struct config *config, size_t *ret_size)
{
	struct config_explained explained;
	char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);

	for (size_t i = 0; out && config_explain(config, i, &explained) == 0; i++) {
		int len = (int)strcspn(explained.key, ".");

		(void)fprintf(out, "[%.*s]\n%s=%s\n", len, explained.key,
		    explained.key + len + 1, explained.value);
	}
	if (out)
		(void)fclose(out);
	return text;
}

/* What loads must load again from its own print-out, to the same values; else it says why. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config_error error = { 0 };
	struct config *config = size > 0 ? load(data, size, &error) : NULL, *again;
	auto_free char *text = NULL, *text_again = NULL;
	size_t len = 0, len_again = 0;

	if (!config) {
		if (size > 0 && error.text[0] == '\0')
			abort();
		return 0;
	}
	text = print(config, &len);
	again = text ? load(text, len, &error) : NULL;
	text_again = again ? print(again, &len_again) : NULL;
	if (!text_again || len != len_again || memcmp(text, text_again, len) != 0)
		abort();
	config_free(config);
	config_free(again);
	return 0;
}
