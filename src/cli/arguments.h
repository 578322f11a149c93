#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stddef.h>

enum {
	ARGUMENT_WORDS_MAX = 4, /* of a command's name and what follows it */
};

enum argument_option {
	OPTION_JSON = 1,
	OPTION_TYPE = 2,
	OPTION_LABEL = 4,
	OPTION_AFTER = 8,
	OPTION_FORCE = 16,
	OPTION_SOCKET = 32,
	OPTION_HELP = 64,
	OPTION_VERSION = 128,
	OPTIONS_GLOBAL = OPTION_SOCKET | OPTION_HELP | OPTION_VERSION,
};

/* The command line, by pointers into argv. */
struct arguments {
	unsigned given; /* enum argument_option, added up */
	const char *type, *label, *after, *socket;
	const char *words[ARGUMENT_WORDS_MAX];
	size_t count;
};

/* Reads the command line. Returns 0, or -EINVAL; then *ret_wrong is the word that cannot be. */
int arguments_read(int argc, char **argv, struct arguments *ret, const char **ret_wrong);

#endif
