#include "config/origins.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	ORIGINS_STEP = 32,
};

void origins_free(struct config_origins *origins)
{
	if (!origins)
		return;
	free(origins->rows);
	free(origins);
}

static struct config_origin *find(const struct config_origins *origins,
    const struct option *option, const char *name)
{
	for (size_t i = 0; i < origins->count; i++)
		if (origins->rows[i].option == option && strcmp(origins->rows[i].name, name) == 0)
			return &origins->rows[i];
	return NULL;
}

const struct config_origin *origins_find(const struct config_origins *origins,
    const struct option *option, const char *name)
{
	return find(origins, option, name);
}

static int grow(struct config_origins *origins)
{
	size_t size = origins->size + ORIGINS_STEP;
	struct config_origin *rows = reallocarray(origins->rows, size, sizeof(rows[0]));

	if (!rows)
		return -1;
	origins->rows = rows;
	origins->size = size;
	return 0;
}

struct config_origin *origins_take(struct config_origins *origins, const struct option *option,
    const char *name)
{
	struct config_origin *row = find(origins, option, name);

	if (row)
		return row;
	if (origins->count == origins->size && grow(origins) < 0)
		return NULL;
	row = &origins->rows[origins->count];
	*row = (struct config_origin){ .option = option };
	if (text_copy(row->name, sizeof(row->name), name) < 0)
		return NULL;
	origins->count++;
	return row;
}
