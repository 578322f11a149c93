#ifndef CONFIG_ORIGINS_H
#define CONFIG_ORIGINS_H

#include "config/options.h"

/* Where a value came from, when it is not the default. */
struct config_origin {
	const struct option *option;
	char name[CONFIG_NAME_SIZE];
	int file; /* the number of the file, in the order of loading */
	int line;
	char text[CONFIG_VALUE_SIZE]; /* for people */
};

struct config_origins {
	size_t count, size;
	struct config_origin *rows;
};

void origins_free(struct config_origins *origins);

/* The origin of option (and name), or NULL for a default. Stands until origins_take(). */
const struct config_origin *origins_find(const struct config_origins *origins,
    const struct option *option, const char *name);

/* The same to be filled in, made when it is not there; NULL without memory. */
struct config_origin *origins_take(struct config_origins *origins, const struct option *option,
    const char *name);

#endif
