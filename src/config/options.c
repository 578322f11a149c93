#include "config/options.h"

#include "base/attributes.h"
#include "base/limits.h"
#include "base/text.h"
#include "config/values.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define AT(field) offsetof(struct config, field)

enum {
	SECOND = 1,
	MINUTE = 60,
	HOUR = 3600,
	DAY = 86400,
	YEAR = 365 * DAY,
	SOCKET_PATH_MAX = 107, /* struct sockaddr_un */
	PATH_VALUE_MAX = CONFIG_VALUE_SIZE - 1,
};

static const struct option_word modes[] = {
	{ "warn", MODE_WARN },
	{ "enforce", MODE_ENFORCE },
	{ NULL, 0 },
};

static const struct option_word prompts[] = {
	{ "both", PROMPTS_BOTH },
	{ "code", PROMPTS_CODE },
	{ "password", PROMPTS_PASSWORD },
	{ "single-prompt", PROMPTS_SINGLE },
	{ NULL, 0 },
};

static const struct option_word sources[] = {
	{ "full", SOURCE_FULL },
	{ "truncated", SOURCE_TRUNCATED },
	{ "zone", SOURCE_ZONE },
	{ NULL, 0 },
};

static const struct option_word digits[] = { { "6", 6 }, { "8", 8 }, { NULL, 0 } };

static const struct option_word algorithms[] = {
	{ "sha1", 0 },
	{ "sha256", 0 },
	{ "sha512", 0 },
	{ NULL, 0 },
};

/* clang-format off */
static const struct option options[] = {
	{ "policy.preset", AT(policy.preset), KIND_PRESET, NULL, 1, PATH_VALUE_MAX, "municipal",
	    NULL, "The set of values that lies under this file." },
	{ "policy.mode", AT(policy.mode), KIND_CHOICE, NULL, 0, 0, "enforce", modes,
	    "What happens to a person without a second factor: let in with a word, or "
	    "refused." },
	{ "policy.mode.services", AT(policy.mode_services), KIND_MAP, NULL, 0, 0, NULL, modes,
	    "The mode on one PAM service." },
	{ "policy.mode.groups", AT(policy.mode_groups), KIND_MAP, NULL, 0, 0, NULL, modes,
	    "The mode for the members of one group." },
	{ "policy.fail_delay", AT(policy.fail_delay_ms), KIND_DURATION_MS, NULL, 0, 30, "4s",
	    NULL, "How long a refusal is kept back." },

	{ "mfa.required", AT(mfa.required), KIND_BOOL, NULL, 0, 0, "yes", NULL,
	    "Whether a second factor is demanded." },
	{ "mfa.digits", AT(mfa.digits), KIND_COUNT, "digits", 6, 8, "6", digits,
	    "How many digits the codes of new tokens have." },
	{ "mfa.period", AT(mfa.period_s), KIND_DURATION, NULL, 15, 2 * MINUTE, "30s", NULL,
	    "How long a code of a new token stands." },
	{ "mfa.window", AT(mfa.window), KIND_COUNT, "steps", 0, LIMIT_WINDOW_STEPS, "1", NULL,
	    "How many steps before and after now a code may be of." },
	{ "mfa.drift_max", AT(mfa.drift_max), KIND_COUNT, "steps", 0, LIMIT_DRIFT_STEPS, "2", NULL,
	    "How far the clock of a token may be found to stray." },
	{ "mfa.algorithm", AT(mfa.algorithm), KIND_TEXT, NULL, 1, 7, "sha1", algorithms,
	    "The hash of new tokens; many applications know sha1 only." },
	{ "mfa.issuer", AT(mfa.issuer), KIND_TEXT, NULL, 1, CONFIG_NAME_SIZE - 1, "sluis", NULL,
	    "The name that the authenticator application shows." },
	{ "mfa.exempt_groups", AT(mfa.exempt_groups), KIND_NAMES, NULL, 0, 0, "", NULL,
	    "Groups whose members need no second factor." },
	{ "mfa.services", AT(mfa.services), KIND_MAP, NULL, 0, 0, NULL, prompts,
	    "What one PAM service asks: both, the code alone after a public key (both "
	    "without one), the password alone, or both in one field." },

	{ "lockout.failures", AT(lockout.failures), KIND_COUNT, NULL, 1, 100, "5", NULL,
	    "Failures of a person from one source before attempts are held." },
	{ "lockout.stranger_failures", AT(lockout.stranger_failures), KIND_COUNT, NULL, 1, 100,
	    "30", NULL,
	    "The same for all sources together that are not known for the person." },
	{ "lockout.window", AT(lockout.window_s), KIND_DURATION, NULL, SECOND, DAY, "15min",
	    NULL, "How long a failure counts." },
	{ "lockout.hold", AT(lockout.hold_s), KIND_DURATION, NULL, SECOND, DAY, "15min", NULL,
	    "How long attempts are held." },
	{ "lockout.known_source_days", AT(lockout.known_source_s), KIND_DURATION, NULL, 0, YEAR,
	    "30d", NULL,
	    "How long a source stays known for a person after a good login from it." },

	{ "roles.director", AT(roles.director), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who approves emergency access." },
	{ "roles.deputy", AT(roles.deputy), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who does so in the director's place." },
	{ "roles.servicedesk", AT(roles.servicedesk), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who resets factors and lifts holds." },
	{ "roles.dpo", AT(roles.dpo), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who watches over personal data." },
	{ "roles.ciso", AT(roles.ciso), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who watches over security." },
	{ "roles.reviewer", AT(roles.reviewer), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who reads and checks the trail." },
	{ "roles.admin", AT(roles.admin), KIND_MEMBERS, NULL, 0, 0, "", NULL,
	    "Who runs this host; root always does." },

	{ "peers", AT(peers), KIND_PEERS, NULL, 0, 0, NULL, NULL,
	    "The services on which this local account may speak for others, as a web server "
	    "does." },

	{ "trail.retention.routine", AT(trail.routine_s), KIND_DURATION, NULL, DAY, 10 * YEAR,
	    "180d", NULL, "How long ordinary logins stay in the trail." },
	{ "trail.retention.privileged", AT(trail.privileged_s), KIND_DURATION, NULL, DAY,
	    10 * YEAR, "365d", NULL,
	    "How long acts of administrators and on others' accounts stay in it." },
	{ "trail.retention.emergency", AT(trail.emergency_s), KIND_DURATION, NULL, DAY,
	    10 * YEAR, "1095d", NULL,
	    "How long emergency access stays in it." },
	{ "trail.source", AT(trail.source), KIND_CHOICE, NULL, 0, 0, "truncated", sources,
	    "How much of a source the trail holds: the address, its network, or local or "
	    "remote." },

	{ "server.state_dir", AT(server.state_dir), KIND_PATH, NULL, 1, PATH_VALUE_MAX,
	    "/var/lib/sluis", NULL, "The folder of the database." },
	{ "server.socket", AT(server.socket), KIND_PATH, NULL, 1, SOCKET_PATH_MAX,
	    "/run/sluis/sluisd.sock", NULL, "Where sluisd listens." },
	{ "server.key_file", AT(server.key_file), KIND_PATH, NULL, 1, PATH_VALUE_MAX,
	    "/etc/sluis/key", NULL,
	    "The key that seals secrets; a systemd credential goes first." },
	{ "server.reserve", AT(server.reserve_kib), KIND_COUNT, "KiB", 64, 1048576, "4096",
	    NULL, "What is set aside on the disk and given back when it is full." },
};
/* clang-format on */

const struct option *option_at(size_t index)
{
	return index < COUNT_OF(options) ? &options[index] : NULL;
}

static bool is_named(const struct option *option)
{
	return option->kind == KIND_MAP || option->kind == KIND_PEERS;
}

const struct option *option_find(const char *key, const char **ret_name)
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		size_t len = strlen(options[i].key);
		bool named = is_named(&options[i]);

		if (strncmp(options[i].key, key, len) != 0 || key[len] != (named ? '.' : '\0'))
			continue;
		*ret_name = named ? key + len + 1 : "";
		return &options[i];
	}
	return NULL;
}

size_t option_section_len(const struct option *option)
{
	return strcspn(option->key, ".");
}

void option_print_key(const struct option *option, char *out, size_t size)
{
	const char *rest = option->key + option_section_len(option);

	if (option->kind == KIND_PEERS)
		(void)snprintf(out, size, "USER");
	else
		(void)snprintf(out, size, "%s%s", rest + 1, is_named(option) ? ".NAME" : "");
}

bool option_takes_name(const struct option *option, const char *name)
{
	return is_named(option) ? text_is_name(name) : name[0] == '\0';
}

/* The value of name in map, made when it is not there; NULL when map is full. */
static int *map_take(struct config_map *map, const char *name)
{
	size_t i = 0;

	while (i < map->count && strcmp(map->rows[i].name, name) != 0)
		i++;
	if (i == COUNT_OF(map->rows) ||
	    text_copy(map->rows[i].name, sizeof(map->rows[i].name), name) < 0)
		return NULL;
	if (i == map->count)
		map->count++;
	return &map->rows[i].value;
}

static struct config_list *peers_take(struct config *config, const char *name)
{
	struct config_peer *rows = config->peers.rows;
	size_t i = 0;

	while (i < config->peers.count && strcmp(rows[i].user, name) != 0)
		i++;
	if (i == COUNT_OF(config->peers.rows) ||
	    text_copy(rows[i].user, sizeof(rows[i].user), name) < 0)
		return NULL;
	if (i == config->peers.count)
		config->peers.count++;
	return &rows[i].services;
}

static void *value_take(const struct option *option, const char *name, struct config *config)
{
	void *field = (char *)config + option->offset;

	if (option->kind == KIND_MAP)
		return map_take(field, name);
	if (option->kind == KIND_PEERS)
		return peers_take(config, name);
	return field;
}

int option_set(const struct option *option, const char *name, const char *text,
    struct config *config)
{
	void *value = value_take(option, name, config);

	return value ? value_kind(option->kind)->set(option, text, value) : -ENOSPC;
}

int options_set_defaults(struct config *config)
{
	for (size_t i = 0; i < COUNT_OF(options); i++) {
		int rc = 0;

		if (!is_named(&options[i]))
			rc = option_set(&options[i], "", options[i].fallback, config);
		if (rc < 0)
			return rc;
	}
	return 0;
}

void option_print_allowed(const struct option *option, char *out, size_t size)
{
	value_kind(option->kind)->print_allowed(option, out, size);
}

size_t option_count(const struct option *option, const struct config *config)
{
	const void *field = (const char *)config + option->offset;

	if (option->kind == KIND_MAP)
		return ((const struct config_map *)field)->count;
	return option->kind == KIND_PEERS ? config->peers.count : 1;
}

const char *option_print(const struct option *option, const struct config *config, size_t index,
    char *out, size_t size)
{
	const void *value = (const char *)config + option->offset;
	const char *name = "";

	if (option->kind == KIND_MAP) {
		const struct config_row *row = &((const struct config_map *)value)->rows[index];

		name = row->name;
		value = &row->value;
	} else if (option->kind == KIND_PEERS) {
		name = config->peers.rows[index].user;
		value = &config->peers.rows[index].services;
	}
	value_kind(option->kind)->print(option, value, out, size);
	return name;
}
