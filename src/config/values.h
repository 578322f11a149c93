#ifndef CONFIG_VALUES_H
#define CONFIG_VALUES_H

#include "config/options.h"

/* What is known of a kind of option: one row each. */
struct value_kind {
	/* Checks text and writes *value, only on success. Returns 0 or -EINVAL. */
	int (*set)(const struct option *option, const char *text, void *value);
	void (*print)(const struct option *option, const void *value, char *out, size_t size);
	void (*print_allowed)(const struct option *option, char *out, size_t size);
};

const struct value_kind *value_kind(enum option_kind kind);

/* Adds word to the text in out of size bytes, after between if there is some; cut when full. */
void value_append(char *out, size_t size, const char *between, const char *word);

#endif
