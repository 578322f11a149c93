#include "base/attributes.h"
#include "config/config.h"
#include "config/load.h"
#include "config/options.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define PRESET(name) SLUIS_SOURCE_DIR "/conf/presets/" name ".conf"

enum {
	TEXT_SIZE = 65536,
};

static int load_bytes(const char *bytes, size_t size, struct config **ret,
    struct config_error *error)
{
	auto_fclose FILE *file = fmemopen((void *)(uintptr_t)bytes, size, "r");

	cr_assert(file);
	memset(error, 0, sizeof(*error));
	return config_load_stream(file, "t.conf", ret, error);
}

static struct config *load_text(const char *text)
{
	struct config *config = NULL;
	struct config_error error;
	int rc = load_bytes(text, strlen(text), &config, &error);

	cr_assert_eq(rc, 0, "%s", error.text);
	return config;
}

static void expect_refused(const char *bytes, size_t size, const char *text)
{
	struct config *config = NULL;
	struct config_error error;
	int rc = load_bytes(bytes, size, &config, &error);

	cr_expect_eq(rc, -EINVAL, "%s: %d", text, rc);
	cr_expect_null(config);
	cr_expect_str_eq(error.text, text);
	config_free(config);
}

/* The value in force of key, or NULL; *ret_origin where it came from. */
static const char *value_of(const struct config *config, const char *key, char *ret_origin)
{
	static struct config_explained explained;

	for (size_t i = 0; config_explain(config, i, &explained) == 0; i++)
		if (strcmp(explained.key, key) == 0) {
			if (ret_origin)
				memcpy(ret_origin, explained.origin, sizeof(explained.origin));
			return explained.value;
		}
	return NULL;
}

static void expect_value(const struct config *config, const char *key, const char *value,
    const char *origin)
{
	char from[CONFIG_VALUE_SIZE];
	const char *is = value_of(config, key, from);

	cr_assert(is, "%s", key);
	cr_expect_str_eq(is, value, "%s is %s, not %s", key, is, value);
	if (origin)
		cr_expect_str_eq(from, origin, "%s is from %s, not from %s", key, from, origin);
}

Test(config, refuses_bad_values_and_says_what_is_allowed)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[lockout]\nfailures = 65536\n",
		    "t.conf:2: lockout.failures: read \"65536\", allowed: a whole number from 1 to 100" },
		{ "[lockout]\nfailures = -1\n",
		    "t.conf:2: lockout.failures: read \"-1\", allowed: a whole number from 1 to 100" },
		{ "[lockout]\nfailures = 3abc\n",
		    "t.conf:2: lockout.failures: read \"3abc\", allowed: a whole number from 1 to 100" },
		{ "[lockout]\nfailures = 0\n",
		    "t.conf:2: lockout.failures: read \"0\", allowed: a whole number from 1 to 100" },
		{ "[lockout]\nfailures = 18446744073709551621\n",
		    "t.conf:2: lockout.failures: read \"18446744073709551621\", "
		    "allowed: a whole number from 1 to 100" },
		{ "[lockout]\nfailures =\n",
		    "t.conf:2: lockout.failures: read \"\", allowed: a whole number from 1 to 100" },
		{ "[lockout]\n\n# why\nhold = 15\n",
		    "t.conf:4: lockout.hold: read \"15\", "
		    "allowed: a number and its unit (s, min, h or d), from 1s to 1d" },
		{ "[lockout]\nhold = 0\n",
		    "t.conf:2: lockout.hold: read \"0\", "
		    "allowed: a number and its unit (s, min, h or d), from 1s to 1d" },
		{ "[lockout]\nhold = 25h\n",
		    "t.conf:2: lockout.hold: read \"25h\", "
		    "allowed: a number and its unit (s, min, h or d), from 1s to 1d" },
		{ "[policy]\nfail_delay = 4000ms\n",
		    "t.conf:2: policy.fail_delay: read \"4000ms\", "
		    "allowed: a number and its unit (s, min, h or d), from 0s to 30s" },
		{ "[policy]\nmode = Enforce\n",
		    "t.conf:2: policy.mode: read \"Enforce\", allowed: one of warn, enforce" },
		{ "[policy]\nmode.groups.staff = off\n",
		    "t.conf:2: policy.mode.groups.staff: read \"off\", allowed: one of warn, enforce" },
		{ "[policy]\npreset = ../x\n",
		    "t.conf:2: policy.preset: read \"../x\", "
		    "allowed: the name of a preset, or a file's path that starts with /" },
		{ "[mfa]\nservices.sshd = none\n",
		    "t.conf:2: mfa.services.sshd: read \"none\", "
		    "allowed: one of both, code, password, single-prompt" },
		{ "[mfa]\nservices.a b = both\n",
		    "t.conf:2: mfa.services.a b: read \"both\", "
		    "allowed: NAME as a user or service may have it" },
		{ "[mfa]\nservices. = both\n",
		    "t.conf:2: mfa.services.: read \"both\", "
		    "allowed: NAME as a user or service may have it" },
		{ "[mfa]\nrequired = true\n",
		    "t.conf:2: mfa.required: read \"true\", allowed: yes or no" },
		{ "[mfa]\ndigits = 7\n",
		    "t.conf:2: mfa.digits: read \"7\", allowed: one of 6, 8" },
		{ "[mfa]\nwindow = 3\n",
		    "t.conf:2: mfa.window: read \"3\", allowed: a whole number of steps from 0 to 2" },
		{ "[mfa]\nalgorithm = md5\n",
		    "t.conf:2: mfa.algorithm: read \"md5\", allowed: one of sha1, sha256, sha512" },
		{ "[mfa]\nissuer = a:b\n",
		    "t.conf:2: mfa.issuer: read \"a:b\", allowed: 1 to 63 bytes of text without a colon" },
		{ "[mfa]\nexempt_groups = a, b\n",
		    "t.conf:2: mfa.exempt_groups: read \"a, b\", "
		    "allowed: names with blanks between, at most 64" },
		{ "[roles]\ndirector = an\n",
		    "t.conf:2: roles.director: read \"an\", "
		    "allowed: user:NAME and group:NAME with blanks between, at most 64" },
		{ "[roles]\ndirector = user:\n",
		    "t.conf:2: roles.director: read \"user:\", "
		    "allowed: user:NAME and group:NAME with blanks between, at most 64" },
		{ "[peers]\nwww-data = a/b\n",
		    "t.conf:2: peers.www-data: read \"a/b\", "
		    "allowed: names with blanks between, at most 64" },
		{ "[server]\nsocket = sluisd.sock\n",
		    "t.conf:2: server.socket: read \"sluisd.sock\", "
		    "allowed: a path that starts with /, at most 107 bytes" },
		{ "[server]\nreserve = 4MiB\n",
		    "t.conf:2: server.reserve: read \"4MiB\", "
		    "allowed: a whole number of KiB from 64 to 1048576" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_refused(cases[i].text, strlen(cases[i].text), cases[i].error);
}

Test(config, refuses_a_bad_form_and_says_what_is_allowed)
{
#define NO_TEXT  "read bytes that are no text, allowed: UTF-8 without control characters"
#define SECTIONS "[policy], [mfa], [lockout], [roles], [peers], [trail], [server]"
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "[lockout]\nfailures = 5\nhold = 1h\nfailures = 5\n",
		    "t.conf:4: lockout.failures: read \"5\", allowed: once a file, and line 2 has it" },
		{ "[mfa]\nservices.su = both\n[mfa]\nservices.su = code\n",
		    "t.conf:4: mfa.services.su: read \"code\", "
		    "allowed: once a file, and line 2 has it" },
		{ "[lockout]\nfailures = 5 ; few\n",
		    "t.conf:2: read \"failures = 5 ; few\", allowed: a comment on a line of its own" },
		{ "[lockout]\nfailures = 5\t# few\n",
		    "t.conf:2: read \"failures = 5 # few\", allowed: a comment on a line of its own" },
		{ "[lockout] ; x\nfailures = 5\n",
		    "t.conf:1: read \"[lockout] ; x\", allowed: " SECTIONS },
		{ "[lockout\nfailures = 5\n", "t.conf:1: read \"[lockout\", allowed: " SECTIONS },
		{ "[lock]\n", "t.conf:1: read \"[lock]\", allowed: " SECTIONS },
		{ "[]\n", "t.conf:1: read \"[]\", allowed: " SECTIONS },
		{ "failures = 5\n",
		    "t.conf:1: read \"failures = 5\", allowed: a [section] first" },
		{ "\xef\xbb\xbf[lockout]\n",
		    "t.conf:1: read \"\xef\xbb\xbf[lockout]\", allowed: a [section] first" },
		{ "[roles]\ndirector = user:a\n  user:b\n",
		    "t.conf:3: read \"  user:b\", allowed: a line that starts without a blank" },
		{ "[lockout]\nfailures\n", "t.conf:2: read \"failures\", allowed: KEY = VALUE" },
		{ "[lockout]\nfailures: 5\n",
		    "t.conf:2: read \"failures: 5\", allowed: KEY = VALUE" },
		{ "[lockout]\n= 5\n", "t.conf:2: read \"= 5\", allowed: KEY = VALUE" },
		{ "[lockout]\nfailure = 5\n",
		    "t.conf:2: read the key \"failure\" in [lockout], allowed: failures, "
		    "stranger_failures, window, hold, known_source_days" },
		{ "[mfa]\nservices = both\n",
		    "t.conf:2: read the key \"services\" in [mfa], allowed: required, digits, period, "
		    "window, drift_max, algorithm, issuer, exempt_groups, services.NAME" },
		{ "[lockout]\nfailures = 5\r\n", "t.conf:2: " NO_TEXT },
		{ "[mfa]\nissuer = \x1b[2J\n", "t.conf:2: " NO_TEXT },
		{ "# \xff\n", "t.conf:1: " NO_TEXT },
		{ "[mfa]\nissuer = \xc0\xaf\n", "t.conf:2: " NO_TEXT },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_refused(cases[i].text, strlen(cases[i].text), cases[i].error);
	expect_refused("[mfa]\nissuer = a\0b\n", 19, "t.conf:2: " NO_TEXT);
}

Test(config, says_the_first_error_only)
{
	static const char text[] = "[mfa]\ndigits = 7\nwindow = 9\n[nothing]\n";

	expect_refused(text, strlen(text),
	    "t.conf:2: mfa.digits: read \"7\", allowed: one of 6, 8");
}

/* A line of len bytes that sets a path. */
static size_t path_line(char *out, size_t len)
{
	static const char start[] = "[server]\nstate_dir = /";
	size_t size = strlen("[server]\n") + len;

	memset(out, 'x', size);
	memcpy(out, start, strlen(start));
	out[size] = '\n';
	out[size + 1] = '\0';
	return size + 1;
}

Test(config, takes_the_longest_line_whole_and_refuses_one_more_byte)
{
	char text[256];
	struct config *config;

	(void)path_line(text, 197);
	config = load_text(text);
	cr_expect_eq(strlen(config->server.state_dir), 197 - strlen("state_dir = "));
	config_free(config);
	expect_refused(text, path_line(text, 198),
	    "t.conf:2: read a longer line, allowed: lines of at most 197 bytes");
	expect_refused(text, path_line(text, 240),
	    "t.conf:2: read a longer line, allowed: lines of at most 197 bytes");
	memset(text, '#', 198);
	expect_refused(text, 198,
	    "t.conf:1: read a longer line, allowed: lines of at most 197 bytes");
}

/* What libinih made of a text, as "SECTION NAME=VALUE|". */
static int note_setting(void *user, const char *section, const char *name, const char *value)
{
	FILE *out = user;

	return fprintf(out, "%s %s=%s|", section, name, value);
}

static int parse_by_libinih(const char *text, char *out, size_t size)
{
	auto_fclose FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	auto_fclose FILE *notes = fmemopen(out, size, "w");

	memset(out, 0, size);
	return ini_parse_file(file, note_setting, notes);
}

Test(config, needs_its_own_line_reader_because_libinih_is_lax)
{
	char text[512], whole[512], out[512];
	int rc;

	(void)parse_by_libinih("[s]\nk = a ; b\n", out, sizeof(out));
	cr_expect_str_eq(out, "s k=a|", "an inline comment cuts the value: %s", out);
	(void)parse_by_libinih("[s] t\nk: a\nk = b\n", out, sizeof(out));
	cr_expect_str_eq(out, "s k=a|s k=b|", "a colon, a tail, a second value: %s", out);

	memset(text, 'a', sizeof(text));
	memcpy(text, "k = ", 4);
	memcpy(text + 199, "j = b\n", 7);
	rc = parse_by_libinih(text, out, sizeof(out));
	text[strlen(text) - 1] = '\0';
	(void)snprintf(whole, sizeof(whole), " k=%s|", text + 4);
	cr_expect_str_neq(out, whole, "a line of 204 bytes does not arrive whole");
	cr_expect(rc != 0 || strstr(out, " j=b|"), "it is split, or an error: %s", out);
}

Test(config, has_the_defaults_of_its_table)
{
	struct config *config = load_text("\n");
	const struct option *option;
	struct config_explained explained;
	size_t values = 0;

	for (size_t i = 0; (option = option_at(i)); i++) {
		if (!option->fallback)
			continue;
		expect_value(config, option->key, option->fallback, "default");
		values++;
	}
	cr_expect_eq(config_explain(config, values, &explained), -ENOENT);
	cr_expect_eq(config->policy.mode, MODE_ENFORCE);
	cr_expect_eq(config->policy.fail_delay_ms, 4000);
	cr_expect_eq(config->mfa.required, true);
	cr_expect_eq(config->mfa.digits, 6);
	cr_expect_eq(config->lockout.hold_s, 900);
	cr_expect_eq(config->lockout.known_source_s, 30 * 86400);
	cr_expect_eq(config->trail.source, SOURCE_TRUNCATED);
	cr_expect_eq(config->server.reserve_kib, 4096);
	cr_expect_str_eq(config->server.socket, "/run/sluis/sluisd.sock");
	config_free(config);
}

Test(config, reads_values_of_every_kind)
{
	struct config *config =
	    load_text("[policy]\nmode=warn\nmode.services.su-l = enforce\n"
		      "mode.groups.staff\t=\twarn\nfail_delay = 0\n\n; a word\n[mfa]\nrequired = no\n"
		      "digits = 8\nissuer = Gemeente Süd#1\nexempt_groups = a  b\nservices.sshd = code\n"
		      "services.login = single-prompt\n[roles]\nadmin = user:an group:ict\n"
		      "[peers]\nwww-data = wiki mail\n[trail]\nsource = zone");

	cr_expect_eq(config->policy.mode, MODE_WARN);
	cr_expect_eq(config_map_find(&config->policy.mode_services, "su-l", 0), MODE_ENFORCE);
	cr_expect_eq(config_map_find(&config->policy.mode_groups, "staff", 0), MODE_WARN);
	cr_expect_eq(config_map_find(&config->policy.mode_groups, "others", 77), 77);
	cr_expect_eq(config->policy.fail_delay_ms, 0);
	cr_expect_eq(config->mfa.required, false);
	cr_expect_eq(config->mfa.digits, 8);
	cr_expect_str_eq(config->mfa.issuer, "Gemeente Süd#1");
	cr_expect_eq(config->mfa.exempt_groups.count, 2);
	cr_expect_str_eq(config->mfa.exempt_groups.words[1], "b");
	cr_expect_eq(config_map_find(&config->mfa.services, "sshd", 0), PROMPTS_CODE);
	cr_expect_eq(config_map_find(&config->mfa.services, "login", 0), PROMPTS_SINGLE);
	cr_expect_str_eq(config->roles.admin.words[0], "user:an");
	cr_expect_str_eq(config->roles.admin.words[1], "group:ict");
	cr_expect_eq(config->peers.count, 1);
	cr_expect_str_eq(config->peers.rows[0].user, "www-data");
	cr_expect_str_eq(config->peers.rows[0].services.words[1], "mail");
	cr_expect_eq(config->trail.source, SOURCE_ZONE);
	expect_value(config, "mfa.exempt_groups", "a b", "t.conf:12");
	expect_value(config, "peers.www-data", "wiki mail", "t.conf:18");
	expect_value(config, "mfa.services.login", "single-prompt", "t.conf:14");
	config_free(config);
}

Test(config, limits_the_names_of_a_map_and_of_the_peers)
{
	char text[TEXT_SIZE];
	auto_fclose FILE *out = fmemopen(text, sizeof(text), "w");

	(void)fputs("[mfa]\n", out);
	for (int i = 0; i <= CONFIG_LIST_MAX; i++)
		(void)fprintf(out, "services.s%d = both\n", i);
	(void)fflush(out);
	expect_refused(text, strlen(text),
	    "t.conf:66: mfa.services.s64: read \"both\", allowed: at most 64 names");

	rewind(out);
	(void)fputs("[peers]\n", out);
	for (int i = 0; i <= CONFIG_LIST_MAX; i++)
		(void)fprintf(out, "u%d = su\n%c", i, i == CONFIG_LIST_MAX ? '\0' : '\n');
	(void)fflush(out);
	expect_refused(text, strlen(text),
	    "t.conf:130: peers.u64: read \"su\", allowed: at most 64 names");
}

Test(config, limits_the_words_of_a_list)
{
	char text[256] = "[mfa]\nexempt_groups =";
	size_t len = strlen(text);
	struct config *config, *none = NULL;
	struct config_error error;

	for (int i = 0; i < CONFIG_LIST_MAX; i++, len += 2)
		memcpy(text + len, " a", 3);
	config = load_text(text);
	cr_expect_eq(config->mfa.exempt_groups.count, CONFIG_LIST_MAX);
	config_free(config);
	memcpy(text + len, " a", 3);
	cr_expect_eq(load_bytes(text, len + 2, &none, &error), -EINVAL);
	cr_expect(strstr(error.text, "allowed: names with blanks between, at most 64"));
}

/* A folder of its own for a test, with what the test writes into it. */
struct folder {
	char path[64];
};

static void folder_make(struct folder *folder)
{
	(void)snprintf(folder->path, sizeof(folder->path), "/tmp/test_config.XXXXXX");
	cr_assert(mkdtemp(folder->path));
}

static void folder_path(const struct folder *folder, const char *name, char out[PATH_MAX])
{
	cr_assert(snprintf(out, PATH_MAX, "%s/%s", folder->path, name) < PATH_MAX);
}

static void folder_write(const struct folder *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	auto_fclose FILE *file = NULL;

	folder_path(folder, name, path);
	file = fopen(path, "w");
	cr_assert(file);
	cr_assert(fputs(text, file) >= 0);
	cr_assert_eq(fchmod(fileno(file), 0644), 0);
}

static void folder_remove(const struct folder *folder)
{
	static const char *const names[] = { "conf.d/09.conf", "conf.d/10.conf",
		"conf.d/9.conf", "conf.d/x.conf.bak", "conf.d/.h.conf", "conf.d", "sluis.conf",
		"preset.conf", "link.conf" };
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		folder_path(folder, names[i], path);
		(void)remove(path); /* not all were written */
	}
	cr_expect_eq(rmdir(folder->path), 0);
}

static int folder_load(const struct folder *folder, struct config **ret,
    struct config_error *error)
{
	char path[PATH_MAX];

	folder_path(folder, "sluis.conf", path);
	memset(error, 0, sizeof(*error));
	return config_load(path, ret, error);
}

static void expect_origin(const struct config *config, const struct folder *folder,
    const char *key, const char *value, const char *where)
{
	char origin[PATH_MAX];

	folder_path(folder, where, origin);
	expect_value(config, key, value, origin);
}

Test(config, lays_files_over_the_preset_wherever_it_was_chosen)
{
	struct folder folder;
	struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX], text[PATH_MAX + 64], origin[PATH_MAX + 32];

	folder_make(&folder);
	folder_path(&folder, "conf.d", path);
	cr_assert_eq(mkdir(path, 0755), 0);
	folder_path(&folder, "preset.conf", path);
	folder_write(&folder, "preset.conf",
	    "[lockout]\n#: BIO 1.04 9.4.3\nfailures = 10\n"
	    "hold = 1h\n#: away\n\nwindow = 2h\n[mfa]\n#: ours\nservices.su = password\n");
	folder_write(&folder, "sluis.conf", "[lockout]\nhold = 30min\n");
	folder_write(&folder, "conf.d/09.conf", "[mfa]\nwindow = 0\nservices.sshd = code\n");
	(void)snprintf(text, sizeof(text), "[mfa]\nwindow = 2\n[policy]\npreset = %s\n", path);
	folder_write(&folder, "conf.d/10.conf", text);
	folder_write(&folder, "conf.d/9.conf", "[mfa]\ndrift_max = 3\n");
	folder_write(&folder, "conf.d/x.conf.bak", "junk\n");
	folder_write(&folder, "conf.d/.h.conf", "junk\n");

	cr_assert_eq(folder_load(&folder, &config, &error), 0, "%s", error.text);
	(void)snprintf(origin, sizeof(origin), "preset %s (BIO 1.04 9.4.3)", path);
	expect_value(config, "lockout.failures", "10", origin);
	(void)snprintf(origin, sizeof(origin), "preset %s", path);
	expect_value(config, "lockout.window", "2h", origin);
	(void)snprintf(origin, sizeof(origin), "preset %s (ours)", path);
	expect_value(config, "mfa.services.su", "password", origin);
	expect_origin(config, &folder, "lockout.hold", "30min", "sluis.conf:2");
	expect_origin(config, &folder, "mfa.window", "2", "conf.d/10.conf:2");
	expect_origin(config, &folder, "mfa.services.sshd", "code", "conf.d/09.conf:3");
	expect_origin(config, &folder, "mfa.drift_max", "3", "conf.d/9.conf:2");
	expect_origin(config, &folder, "policy.preset", path, "conf.d/10.conf:4");
	expect_value(config, "mfa.digits", "6", "default");
	config_free(config);
	folder_remove(&folder);
}

static void expect_load_refused(const struct folder *folder, const char *where, int rc,
    const char *text)
{
	struct config *config = NULL;
	struct config_error error;
	char path[PATH_MAX], expected[PATH_MAX + 512];

	folder_path(folder, where, path);
	(void)snprintf(expected, sizeof(expected), "%s: %s", path, text);
	cr_expect_eq(folder_load(folder, &config, &error), rc);
	cr_expect_null(config);
	cr_expect_str_eq(error.text, expected);
}

Test(config, refuses_a_preset_that_is_not_there_or_chooses_another)
{
	struct folder folder;
	char path[PATH_MAX], text[PATH_MAX + 64];

	folder_make(&folder);
	folder_write(&folder, "sluis.conf", "[policy]\npreset = no-such-preset\n");
	expect_load_refused(&folder, "sluis.conf:2", -EINVAL,
	    "policy.preset: read \"no-such-preset\", allowed: a preset that is in " SLUIS_PRESET_DIR
	    ", or a file's path");

	folder_path(&folder, "preset.conf", path);
	(void)snprintf(text, sizeof(text), "[policy]\npreset = %s\n", path);
	folder_write(&folder, "sluis.conf", text);
	folder_write(&folder, "preset.conf", "[policy]\npreset = nist\n");
	expect_load_refused(&folder, "preset.conf:2", -EINVAL,
	    "policy.preset: read \"nist\", allowed: no preset in a preset");
	folder_remove(&folder);
}

Test(config, refuses_a_bad_value_of_the_preset_even_under_a_good_one)
{
	struct folder folder;
	char path[PATH_MAX], text[PATH_MAX + 64];

	folder_make(&folder);
	folder_path(&folder, "preset.conf", path);
	(void)snprintf(text, sizeof(text), "[policy]\npreset = %s\n[mfa]\nwindow = 1\n", path);
	folder_write(&folder, "sluis.conf", text);
	folder_write(&folder, "preset.conf", "[mfa]\nwindow = 9\n");
	expect_load_refused(&folder, "preset.conf:2", -EINVAL,
	    "mfa.window: read \"9\", allowed: a whole number of steps from 0 to 2");
	folder_remove(&folder);
}

Test(config, refuses_files_that_are_missing_or_not_to_be_trusted)
{
	struct folder folder;
	char path[PATH_MAX], other[PATH_MAX], text[256];

	folder_make(&folder);
	(void)snprintf(text, sizeof(text),
	    "not to be trusted, allowed: a file, no link, owned by "
	    "root or uid %u, that nobody else can write",
	    (unsigned int)geteuid());
	expect_load_refused(&folder, "sluis.conf", -ENOENT,
	    "cannot be opened: No such file or directory");
	folder_write(&folder, "sluis.conf", "\n");
	folder_path(&folder, "sluis.conf", path);
	cr_assert_eq(chmod(path, 0646), 0);
	expect_load_refused(&folder, "sluis.conf", -EPERM, text);
	folder_path(&folder, "link.conf", other);
	cr_assert_eq(rename(path, other), 0);
	cr_assert_eq(chmod(other, 0644), 0);
	cr_assert_eq(symlink(other, path), 0);
	expect_load_refused(&folder, "sluis.conf", -EPERM, text);
	folder_remove(&folder);
}

static struct config *load_preset(const char *path)
{
	auto_fclose FILE *file = fopen(path, "r");
	struct config *config = NULL;
	struct config_error error;

	cr_assert(file, "%s", path);
	cr_assert_eq(config_load_stream(file, path, &config, &error), 0, "%s", error.text);
	return config;
}

static const char *const presets[] = { "bio", "cyfun", "nist", "cis", "municipal",
	"municipal-nl" };

static void preset_path(size_t index, char *out)
{
	(void)snprintf(out, PATH_MAX, "%s/conf/presets/%s.conf", SLUIS_SOURCE_DIR,
	    presets[index]);
}

Test(config, has_presets_with_their_figures)
{
	static const struct {
		const char *key, *values[COUNT_OF(presets)];
	} figures[] = {
		{ "policy.fail_delay", { "2s", "2s", "2s", "4s", "4s", "4s" } },
		{ "mfa.required", { "yes", "yes", "yes", "yes", "yes", "yes" } },
		{ "mfa.digits", { "6", "6", "6", "6", "6", "6" } },
		{ "mfa.period", { "30s", "30s", "30s", "30s", "30s", "30s" } },
		{ "mfa.window", { "1", "1", "1", "1", "1", "1" } },
		{ "mfa.drift_max", { "2", "2", "2", "2", "2", "2" } },
		{ "mfa.algorithm", { "sha1", "sha1", "sha1", "sha1", "sha1", "sha1" } },
		{ "mfa.services.sshd", { "code", "code", "code", "code", "code", "code" } },
		{ "lockout.failures", { "10", "5", "10", "5", "5", "5" } },
		{ "lockout.stranger_failures", { "30", "30", "30", "30", "30", "30" } },
		{ "lockout.window", { "15min", "15min", "15min", "15min", "15min", "15min" } },
		{ "lockout.hold", { "15min", "15min", "1h", "15min", "15min", "15min" } },
		{ "trail.retention.routine", { "180d", "180d", "180d", "180d", "180d", "180d" } },
		{ "trail.retention.privileged",
		    { "184d", "365d", "365d", "365d", "365d", "365d" } },
		{ "trail.retention.emergency",
		    { "1095d", "1095d", "1095d", "1095d", "1095d", "1095d" } },
		{ "trail.source",
		    { "truncated", "truncated", "truncated", "truncated", "truncated", "zone" } },
	};

	for (size_t i = 0; i < COUNT_OF(presets); i++) {
		char path[PATH_MAX], origin[CONFIG_VALUE_SIZE];
		struct config_explained explained;
		struct config *config;
		size_t set = 0;

		preset_path(i, path);
		config = load_preset(path);
		for (size_t k = 0; k < COUNT_OF(figures); k++) {
			cr_assert(value_of(config, figures[k].key, origin));
			cr_expect(strncmp(origin, path, strlen(path)) == 0, "%s", origin);
			expect_value(config, figures[k].key, figures[k].values[i], NULL);
		}
		for (size_t k = 0; config_explain(config, k, &explained) == 0; k++)
			set += strcmp(explained.origin, "default") != 0;
		cr_expect_eq(set, COUNT_OF(figures), "%s sets %zu values", presets[i], set);
		config_free(config);
	}
}

static struct config *load_over_preset(const char *path)
{
	struct folder folder;
	struct config *config = NULL;
	struct config_error error;
	char text[PATH_MAX + 32];

	folder_make(&folder);
	(void)snprintf(text, sizeof(text), "[policy]\npreset = %s\n", path);
	folder_write(&folder, "sluis.conf", text);
	cr_assert_eq(folder_load(&folder, &config, &error), 0, "%s", error.text);
	folder_remove(&folder);
	return config;
}

/* Adds "KEY NORM|" to out for each value of the preset that is not ours. */
static void print_norms(const char *path, FILE *out)
{
	struct config *config = load_over_preset(path);
	struct config_explained explained;

	for (size_t i = 0; config_explain(config, i, &explained) == 0; i++) {
		const char *norm = strchr(explained.origin, '(');

		if (strncmp(explained.origin, "preset ", strlen("preset ")) != 0)
			continue;
		cr_expect(norm, "%s of %s has no origin", explained.key, path);
		if (norm && strncmp(norm, "(ours", strlen("(ours")) != 0)
			(void)fprintf(out, "%s %s|", explained.key, norm);
	}
	config_free(config);
}

Test(config, says_which_figures_of_a_preset_are_of_the_norm)
{
	static const char *const norms[COUNT_OF(presets)] = {
		("mfa.required (BIO2: workplace, administration, internet and remote)|"
		 "lockout.failures (BIO 1.04 9.4.3)|"
		 "trail.retention.privileged (BIO 1.04: at least half a year)|"),
		"mfa.required (CyFun: remote access)|",
		"",
		("lockout.failures (CIS Debian 12 v1.1.0: at most 5)|"
		 "lockout.hold (CIS Debian 12 v1.1.0: at least 900s)|"),
		"",
		"",
	};

	for (size_t i = 0; i < COUNT_OF(presets); i++) {
		char path[PATH_MAX], text[1024] = "";
		FILE *out = fmemopen(text, sizeof(text), "w");

		cr_assert(out);
		preset_path(i, path);
		print_norms(path, out);
		(void)fclose(out);
		cr_expect_str_eq(text, norms[i], "%s: %s", presets[i], text);
	}
}

Test(config, has_the_figures_of_the_preset_municipal_as_defaults)
{
	struct config *config = load_preset(PRESET("municipal"));
	const struct option *option;

	for (size_t i = 0; (option = option_at(i)); i++)
		if (option->fallback)
			expect_value(config, option->key, option->fallback, NULL);
	config_free(config);
}

/* Reads a file of the checkout whole. */
static char *read_source(const char *path)
{
	auto_fclose FILE *file = fopen(path, "r");
	char *text = calloc(1, TEXT_SIZE);

	cr_assert(file, "%s", path);
	cr_assert(text);
	cr_assert(fread(text, 1, TEXT_SIZE - 1, file) < TEXT_SIZE - 1);
	return text;
}

Test(config, ships_a_file_that_shows_every_key_with_help_range_and_default)
{
	auto_free char *text = read_source(SLUIS_SOURCE_DIR "/conf/sluis.conf");
	const struct option *option;

	for (size_t i = 0; (option = option_at(i)); i++) {
		char allowed[OPTION_ALLOWED_SIZE], key[CONFIG_NAME_SIZE], part[1024];

		option_print_allowed(option, allowed, sizeof(allowed));
		option_print_key(option, key, sizeof(key));
		(void)snprintf(part, sizeof(part), "\n# %s\n# Allowed: %s.\n#%s =%s%s%s",
		    option->help, allowed, key, option->fallback ? " " : "",
		    option->fallback ? option->fallback : "", option->fallback ? "\n" : " ");
		cr_expect(strstr(text, part), "conf/sluis.conf lacks: %s", part);
	}
}

Test(config, ships_a_file_that_changes_nothing_even_uncommented)
{
	auto_free char *text = read_source(SLUIS_SOURCE_DIR "/conf/sluis.conf");
	struct config *config = load_text(text);
	struct config_explained explained;
	const struct option *option;

	for (size_t i = 0; config_explain(config, i, &explained) == 0; i++)
		cr_expect_str_eq(explained.origin, "default");
	config_free(config);

	for (char *at = text; (at = strstr(at, "\n#")); at++)
		if (at[2] != ' ')
			at[1] = '\n';
	config = load_text(text);
	for (size_t i = 0; (option = option_at(i)); i++) {
		char origin[CONFIG_VALUE_SIZE];

		if (!option->fallback)
			continue;
		expect_value(config, option->key, option->fallback, NULL);
		(void)value_of(config, option->key, origin);
		cr_expect_str_neq(origin, "default", "%s", option->key);
	}
	cr_expect_eq(config->peers.count, 1);
	cr_expect_eq(config->mfa.services.count, 1);
	config_free(config);
}

Test(config, documents_every_key_in_the_manual)
{
	auto_free char *text = read_source(SLUIS_SOURCE_DIR "/docs/man/sluis.conf.5");
	const struct option *option;

	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = ' ';
	for (size_t i = 0; (option = option_at(i)); i++) {
		char allowed[OPTION_ALLOWED_SIZE], fallback[CONFIG_VALUE_SIZE] = " none.",
						   part[1024];
		const char *name = option->kind == KIND_MAP ? ".NAME" : "";

		if (option->kind == KIND_PEERS)
			name = ".USER";
		option_print_allowed(option, allowed, sizeof(allowed));
		if (option->fallback && option->fallback[0])
			(void)snprintf(fallback, sizeof(fallback), " .Ql %s .",
			    option->fallback);
		(void)snprintf(part, sizeof(part), " .It Cm %s%s %s Allowed: %s. Default:%s ",
		    option->key, name, option->help, allowed, fallback);
		cr_expect(strstr(text, part), "sluis.conf.5 lacks: %s", part);
	}
}
