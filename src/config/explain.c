#include "base/text.h"
#include "config/options.h"
#include "config/origins.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void explain_row(const struct config *config, const struct option *option, size_t index,
    struct config_explained *ret)
{
	const char *name = option_print(option, config, index, ret->value, sizeof(ret->value));
	const struct config_origin *origin = origins_find(config->origins, option, name);

	(void)snprintf(ret->key, sizeof(ret->key), "%s%s%s", option->key, name[0] ? "." : "",
	    name);
	(void)snprintf(ret->origin, sizeof(ret->origin), "%s",
	    origin ? origin->text : "default");
	ret->help = option->help;
}

int config_explain(const struct config *config, size_t index, struct config_explained *ret)
{
	for (size_t i = 0; option_at(i); i++) {
		size_t count = option_count(option_at(i), config);

		if (index < count) {
			explain_row(config, option_at(i), index, ret);
			return 0;
		}
		index -= count;
	}
	return -ENOENT;
}

int config_map_find(const struct config_map *map, const char *name, int otherwise)
{
	for (size_t i = 0; i < map->count; i++)
		if (strcmp(map->rows[i].name, name) == 0)
			return map->rows[i].value;
	return otherwise;
}
