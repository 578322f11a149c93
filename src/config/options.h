#ifndef CONFIG_OPTIONS_H
#define CONFIG_OPTIONS_H

#include "config/config.h"

#include <stddef.h>

/*
 * The option table and its walker: a row says all about its key, so that setting, checking,
 * printing and explaining a value need no code of their own for any key.
 */

enum option_kind {
	KIND_COUNT,       /* int64_t; a number, or one of words if there are any */
	KIND_DURATION,    /* int64_t seconds */
	KIND_DURATION_MS, /* int64_t milliseconds, least and most in seconds */
	KIND_BOOL,        /* bool */
	KIND_CHOICE,      /* int; one of words */
	KIND_TEXT,        /* char[most + 1]; one of words if there are any */
	KIND_PATH,        /* char[most + 1] */
	KIND_PRESET,      /* char[most + 1]; a name or a path */
	KIND_NAMES,       /* struct config_list of names */
	KIND_MEMBERS,     /* struct config_list of user:NAME and group:NAME */
	KIND_MAP,         /* struct config_map; one of words for each name */
	KIND_PEERS,       /* struct config.peers; names for each name */
};

struct option_word {
	const char *word;
	int value;
};

struct option {
	const char *key; /* SECTION.REST; of a map without its .NAME; of the peers SECTION */
	size_t offset;   /* in struct config */
	enum option_kind kind;
	const char *unit;     /* of a count, for people; or NULL */
	int64_t least, most;  /* of a number or of a length in bytes; durations in seconds */
	const char *fallback; /* the default as a file has it; NULL for maps and peers */
	const struct option_word *words; /* ends with a NULL word; NULL: none */
	const char *help;                /* one sentence */
};

enum {
	OPTION_ALLOWED_SIZE = 256,
};

/* The index-th row, or NULL after the last. */
const struct option *option_at(size_t index);

/*
 * The row for a key as read, or NULL. *ret_name is the NAME of a map or of the peers (a part of
 * key), and "" for all others.
 */
const struct option *option_find(const char *key, const char **ret_name);

/* The key of option as people write it after its section: "hold", "services.NAME", "USER". */
void option_print_key(const struct option *option, char *out, size_t size);

/* How long the section in front of option's key is. */
size_t option_section_len(const struct option *option);

/* True when option can have a row of that name; all but maps and peers have only "". */
bool option_takes_name(const struct option *option, const char *name);

/*
 * Checks text and sets the value of option (and name). Returns 0, -ENOSPC (too many names) or
 * -EINVAL; then config is good for config_free() only.
 */
int option_set(const struct option *option, const char *name, const char *text,
    struct config *config);

/* Sets every option to its default. Returns 0 or -EINVAL. */
int options_set_defaults(struct config *config);

/* Says what a value may be: "a whole number from 1 to 100". */
void option_print_allowed(const struct option *option, char *out, size_t size);

/* How many values option has in config: 1, or the rows of a map or of the peers. */
size_t option_count(const struct option *option, const struct config *config);

/* The name of the index-th of them, "" for all but maps and peers; its value goes to out. */
const char *option_print(const struct option *option, const struct config *config, size_t index,
    char *out, size_t size);

#endif
