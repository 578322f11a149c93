#include "config/load.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/text.h"
#include "config/error.h"
#include "config/options.h"
#include "config/origins.h"
#include "config/reader.h"
#include "config/values.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

enum {
	KEY_SIZE = 2 * READER_LINE_MAX,
	KEYS_SIZE = 512,
};

static const char preset_key[] = "policy.preset";

/* One file on its way into config. */
struct loading {
	struct config *config;
	struct config_error *error;
	const char *preset; /* the preset that the file is, or NULL */
	int files;          /* how many there were, this one included */
};

static void cleanup_config(struct config **config)
{
	config_free(*config);
}

#define auto_config __attribute__((cleanup(cleanup_config)))

void config_free(struct config *config)
{
	if (!config)
		return;
	origins_free(config->origins);
	free(config);
}

static struct config *config_new(void)
{
	auto_config struct config *config = calloc(1, sizeof(*config));
	struct config *made;

	if (!config)
		return NULL;
	config->origins = calloc(1, sizeof(*config->origins));
	if (!config->origins || options_set_defaults(config) < 0)
		return NULL;
	made = config;
	config = NULL; /* given away */
	return made;
}

static int refuse(const struct loading *loading, const struct setting *setting, const char *key,
    const char *allowed)
{
	return error_at(loading->error, setting->path, setting->line,
	    "%s: read \"%s\", allowed: %s", key, setting->value, allowed);
}

static int refuse_key(const struct loading *loading, const struct setting *setting)
{
	size_t len = strlen(setting->section);
	char keys[KEYS_SIZE] = "";

	for (size_t i = 0; option_at(i); i++) {
		const struct option *option = option_at(i);
		char key[2 * CONFIG_NAME_SIZE];

		if (option_section_len(option) != len ||
		    strncmp(option->key, setting->section, len) != 0)
			continue;
		option_print_key(option, key, sizeof(key));
		value_append(keys, sizeof(keys), ", ", key);
	}
	return error_at(loading->error, setting->path, setting->line,
	    "read the key \"%s\" in [%s], allowed: %s", setting->name, setting->section, keys);
}

static int refuse_value(const struct loading *loading, const struct setting *setting,
    const char *key, const struct option *option, int rc)
{
	char allowed[OPTION_ALLOWED_SIZE];

	option_print_allowed(option, allowed, sizeof(allowed));
	if (rc == -ENOSPC)
		(void)snprintf(allowed, sizeof(allowed), "at most %d names", CONFIG_LIST_MAX);
	return refuse(loading, setting, key, allowed);
}

static void origin_print(const struct loading *loading, const struct setting *setting,
    struct config_origin *origin)
{
	char *out = origin->text;
	size_t size = sizeof(origin->text);
	int put;

	origin->file = loading->files;
	origin->line = setting->line;
	if (!loading->preset)
		put = snprintf(out, size, "%s:%d", setting->path, setting->line);
	else if (setting->norm[0] == '\0')
		put = snprintf(out, size, "preset %s", loading->preset);
	else
		put = snprintf(out, size, "preset %s (%s)", loading->preset, setting->norm);
	if (put < 0 || (size_t)put >= size)
		(void)text_copy(out, size, loading->preset ? "preset" : "a long file name");
}

static int note_origin(const struct loading *loading, const struct setting *setting,
    const char *key, const struct option *option, const char *name)
{
	struct config_origin *origin = origins_take(loading->config->origins, option, name);

	if (!origin)
		return error_file(loading->error, setting->path, "cannot be loaded", -ENOMEM);
	if (origin->file == loading->files) {
		char allowed[OPTION_ALLOWED_SIZE];

		(void)snprintf(allowed, sizeof(allowed), "once a file, and line %d has it",
		    origin->line);
		return refuse(loading, setting, key, allowed);
	}
	origin_print(loading, setting, origin);
	return 0;
}

static int take_setting(const struct setting *setting, void *user)
{
	const struct loading *loading = user;
	const struct option *option;
	const char *name;
	char key[KEY_SIZE];
	int rc;

	(void)snprintf(key, sizeof(key), "%s.%s", setting->section, setting->name);
	option = option_find(key, &name);
	if (!option)
		return refuse_key(loading, setting);
	if (!option_takes_name(option, name))
		return refuse(loading, setting, key, "NAME as a user or service may have it");
	if (loading->preset && strcmp(key, preset_key) == 0)
		return refuse(loading, setting, key, "no preset in a preset");
	rc = note_origin(loading, setting, key, option, name);
	if (rc < 0)
		return rc;
	rc = option_set(option, name, setting->value, loading->config);
	return rc < 0 ? refuse_value(loading, setting, key, option, rc) : 0;
}

static int load_stream(struct loading *loading, FILE *file, const char *path)
{
	loading->files++;
	return reader_read(file, path, take_setting, loading, loading->error);
}

static int load_file(struct loading *loading, const char *path)
{
	auto_fclose FILE *file = NULL;
	int rc = file_stream_trusted(path, geteuid(), &file);

	if (rc == -EPERM) {
		(void)error_at(loading->error, path, 0,
		    "not to be trusted, allowed: a file, no link, owned by root or uid %u, "
		    "that nobody else can write",
		    (unsigned int)geteuid());
		return rc;
	}
	if (rc < 0)
		return error_file(loading->error, path, "cannot be opened", rc);
	return load_stream(loading, file, path);
}

static int refuse_preset(const struct loading *loading, const struct config *chosen)
{
	const char *name;
	const struct option *option = option_find(preset_key, &name);
	const struct config_origin *origin = origins_find(chosen->origins, option, name);

	return error_at(loading->error, origin ? origin->text : "default", 0,
	    "%s: read \"%s\", allowed: a preset that is in %s, or a file's path", preset_key,
	    chosen->policy.preset, SLUIS_PRESET_DIR);
}

/* Loads the preset that chosen names. */
static int load_preset(struct loading *loading, const struct config *chosen)
{
	const char *preset = chosen->policy.preset;
	char path[PATH_MAX];
	int rc;

	if (preset[0] == '/')
		(void)snprintf(path, sizeof(path), "%s", preset);
	else
		(void)snprintf(path, sizeof(path), "%s/%s.conf", SLUIS_PRESET_DIR, preset);
	loading->preset = preset;
	rc = load_file(loading, path);
	loading->preset = NULL;
	return rc == -ENOENT ? refuse_preset(loading, chosen) : rc;
}

static int is_conf_name(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && strcmp(end, ".conf") == 0 && entry->d_name[0] != '.';
}

/* By bytes, whatever the locale says. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int load_named(struct loading *loading, const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return error_file(loading->error, folder, "cannot be read", -ENAMETOOLONG);
	return load_file(loading, path);
}

static int load_folder(struct loading *loading, const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_conf_name, by_name);
	int rc = 0;

	if (count < 0 && errno == ENOENT)
		return 0;
	if (count < 0)
		return error_file(loading->error, folder, "cannot be read", -errno);
	for (int i = 0; i < count; i++) {
		if (rc == 0)
			rc = load_named(loading, folder, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Loads path and what stands in conf.d beside it, over what config holds. */
static int load_files(struct loading *loading, const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int len = slash ? (int)(slash - path) + 1 : 0;
	int rc = load_file(loading, path);

	if (rc < 0)
		return rc;
	if (snprintf(folder, sizeof(folder), "%.*sconf.d", len, path) >= (int)sizeof(folder))
		return error_file(loading->error, path, "cannot be read", -ENAMETOOLONG);
	return load_folder(loading, folder);
}

/* Loads all, over the preset that chosen names; the first round finds that out, with NULL. */
static int load_round(const char *path, const struct config *chosen, struct config **ret,
    struct config_error *error)
{
	auto_config struct config *config = config_new();
	struct loading loading = { .config = config, .error = error };
	int rc = 0;

	if (!config)
		return error_file(error, path, "cannot be loaded", -ENOMEM);
	if (chosen)
		rc = load_preset(&loading, chosen);
	if (rc == 0)
		rc = load_files(&loading, path);
	if (rc < 0)
		return rc;
	*ret = config;
	config = NULL; /* given away */
	return 0;
}

int config_load(const char *path, struct config **ret, struct config_error *error)
{
	auto_config struct config *first = NULL, *whole = NULL;
	int rc = load_round(path, NULL, &first, error);

	if (rc == 0)
		rc = load_round(path, first, &whole, error);
	if (rc < 0)
		return rc;
	if (strcmp(first->policy.preset, whole->policy.preset) != 0)
		return error_file(error, path, "changed meanwhile", -EAGAIN);
	*ret = whole;
	whole = NULL; /* given away */
	return 0;
}

int config_load_stream(FILE *file, const char *name, struct config **ret,
    struct config_error *error)
{
	auto_config struct config *config = config_new();
	struct loading loading = { .config = config, .error = error };
	int rc;

	if (!config)
		return error_file(error, name, "cannot be loaded", -ENOMEM);
	rc = load_stream(&loading, file, name);
	if (rc < 0)
		return rc;
	*ret = config;
	config = NULL; /* given away */
	return 0;
}
