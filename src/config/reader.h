#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config/config.h"

#include <stdio.h>

enum {
	READER_LINE_MAX = 197, /* INI_MAX_LINE less room for CR, LF and NUL, as ini.h asks */
	READER_NORM_SIZE = READER_LINE_MAX + 1,
};

/* One line KEY = VALUE, and where it stood. */
struct setting {
	const char *section;
	const char *name;
	const char *value;
	const char *path;
	int line;
	const char *norm; /* what a line "#: NORM" right above it says, or "" */
};

/*
 * Reads an INI file, strictly: lines of at most READER_LINE_MAX bytes of UTF-8, each a comment
 * (# or ; in front), a known [section] or KEY = VALUE; no continuation lines, no comments
 * behind a value. Tabs count as blanks. path is for errors only. take() gets each setting and
 * returns 0, or a negative value to stop there, and then writes error. Returns 0, -EINVAL, -EIO,
 * or what take() returned; error says why.
 */
int reader_read(FILE *file, const char *path,
    int (*take)(const struct setting *setting, void *user), void *user,
    struct config_error *error);

#endif
