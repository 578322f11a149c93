#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The configuration of sluisd: every key is one row of the table in options.c. Later sources override
 * earlier ones: default, preset, sluis.conf, conf.d/NAME.conf in the order of their names.
 */

enum {
	CONFIG_NAME_SIZE = 64,   /* a service, group or preset name and its NUL */
	CONFIG_VALUE_SIZE = 512, /* a value as text and its NUL */
	CONFIG_LIST_MAX = 64,    /* rows of a map, members of a list */
};

enum config_mode {
	MODE_WARN = 1, /* who has no second factor yet is let in with a word */
	MODE_ENFORCE,
};

enum config_prompts {
	PROMPTS_BOTH = 1, /* password and code, always */
	PROMPTS_CODE,     /* the code alone after a proven public key; else both */
	PROMPTS_PASSWORD, /* no code */
	PROMPTS_SINGLE,   /* the code typed after the password in one field */
};

enum config_source {
	SOURCE_FULL = 1,
	SOURCE_TRUNCATED, /* IPv4 by /24, IPv6 by /48 */
	SOURCE_ZONE,      /* "local" or "remote" */
};

/* One KEY.NAME = VALUE row: a service's prompts, a group's mode. */
struct config_row {
	char name[CONFIG_NAME_SIZE];
	int value;
};

struct config_map {
	size_t count;
	struct config_row rows[CONFIG_LIST_MAX];
};

/* One word of a list, as read: "user:NAME", "group:NAME" or a service name. */
struct config_list {
	size_t count;
	char words[CONFIG_LIST_MAX][CONFIG_NAME_SIZE];
};

/* [peers] USER = service ...: a service user that may speak for others on these services. */
struct config_peer {
	char user[CONFIG_NAME_SIZE];
	struct config_list services;
};

struct config {
	struct {
		char preset[CONFIG_VALUE_SIZE];  /* a shipped preset's name, or a file */
		int mode;                        /* enum config_mode */
		struct config_map mode_services; /* mode.services.NAME */
		struct config_map mode_groups;   /* mode.groups.NAME */
		int64_t fail_delay_ms;
	} policy;
	struct {
		bool required;
		int64_t digits;
		int64_t period_s;
		int64_t window;                /* steps before and after now */
		int64_t drift_max;             /* most steps of drift that are remembered */
		char algorithm[8];             /* for new tokens: sha1, sha256 or sha512 */
		char issuer[CONFIG_NAME_SIZE]; /* shown by the authenticator application */
		struct config_list exempt_groups;
		struct config_map services; /* enum config_prompts */
	} mfa;
	struct {
		int64_t failures;          /* per person and source */
		int64_t stranger_failures; /* per person, all unknown sources together */
		int64_t window_s;
		int64_t hold_s;
		int64_t known_source_s;
	} lockout;
	struct {
		struct config_list director, deputy, servicedesk, dpo, ciso, reviewer, admin;
	} roles;
	struct {
		size_t count;
		struct config_peer rows[CONFIG_LIST_MAX];
	} peers;
	struct {
		int64_t routine_s, privileged_s, emergency_s; /* retention by class */
		int source;                                   /* enum config_source */
	} trail;
	struct {
		char state_dir[CONFIG_VALUE_SIZE]; /* state.db, epoch, reserve */
		char socket[CONFIG_VALUE_SIZE];
		char key_file[CONFIG_VALUE_SIZE]; /* the credential "key" of systemd goes first */
		int64_t reserve_kib;              /* given back to the disk when it is full */
	} server;
	struct config_origins *origins; /* where each value came from; private to this floor */
};

/* What was wrong, complete: "FILE:LINE: KEY: read "VALUE", allowed: ...". */
struct config_error {
	char text[1024];
};

/*
 * Loads path and what follows it. A path that does not exist is an error. On success *ret is the
 * caller's to config_free(). Returns 0, -EINVAL (error says what and where) or another -errno (error
 * says so too). Nothing is half-loaded.
 */
int config_load(const char *path, struct config **ret, struct config_error *error);

void config_free(struct config *config);

/* One value in force. */
struct config_explained {
	char key[2 * CONFIG_NAME_SIZE];
	char value[CONFIG_VALUE_SIZE];
	char origin[CONFIG_VALUE_SIZE]; /* "default", "preset municipal (BIO 1.04 9.4.3)", "FILE:LINE" */
	const char *help;
};

/*
 * The index-th value in force, in the order of the table; maps and peers as one row each name.
 * Returns 0, or -ENOENT after the last.
 */
int config_explain(const struct config *config, size_t index, struct config_explained *ret);

/* The value of map for name, or otherwise. */
int config_map_find(const struct config_map *map, const char *name, int otherwise);

#endif
