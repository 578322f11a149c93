#include "cli/pam_stack.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cli/pam_line.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

/* The lines of the profiles, as far as they tell the sets from each other. */
static const struct expected {
	const char *file, *line;
	enum pam_mode set;
} expected[] = {
	{ "common-auth", "pam_sluis_gate.so", PAM_MODE_ENFORCE },
	{ "common-auth", "pam_sluis_gate.so failed", PAM_MODE_ENFORCE },
	{ "common-auth", "pam_sluis_mfa.so", PAM_MODE_ENFORCE },
	{ "common-account", "pam_sluis_gate.so", PAM_MODE_ENFORCE },
	{ "common-account", "pam_sluis_mfa.so", PAM_MODE_ENFORCE },
	{ "common-session", "pam_sluis_gate.so", PAM_MODE_ENFORCE },
	{ "common-auth", "pam_sluis_gate.so failed observe", PAM_MODE_OBSERVE },
	{ "common-auth", "pam_sluis_mfa.so observe", PAM_MODE_OBSERVE },
	{ "common-account", "pam_sluis_gate.so observe", PAM_MODE_OBSERVE },
};

static const char *const files[] = { "common-auth", "common-account", "common-session" };

/* Words after the module's name that make it another line; a socket or "debug" does not. */
static const char *const position_words[] = { "failed", "observe" };

/* What was found so far. */
struct reading {
	bool found[COUNT_OF(expected)];
	bool gate_seen;
	struct pam_stack *stack;
};

/* The module with the position words that follow it, in the order of the table. */
static void line_normalise(const char *module, char *rest, char *out, size_t size)
{
	bool has[COUNT_OF(position_words)] = { false };
	size_t len;
	char *word;

	while ((word = pam_line_word(&rest)))
		for (size_t i = 0; i < COUNT_OF(position_words); i++)
			has[i] = has[i] || strcmp(word, position_words[i]) == 0;
	/* cut when it is too long: then it is none of ours */
	(void)snprintf(out, size, "%s", pam_line_base(module));
	for (size_t i = 0; i < COUNT_OF(position_words); i++) {
		len = strlen(out);
		if (has[i])
			(void)snprintf(out + len, size - len, " %s", position_words[i]);
	}
}

static void take_line(struct reading *reading, const char *file, const char *module, char *rest)
{
	bool first_auth = strcmp(file, files[0]) == 0 && !reading->gate_seen;
	char line[64];

	line_normalise(module, rest, line, sizeof(line));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (strcmp(expected[i].file, file) == 0 && strcmp(expected[i].line, line) == 0)
			reading->found[i] = true;
	if (first_auth && strcmp(line, expected[0].line) == 0)
		reading->gate_seen = true;
	else if (first_auth && !reading->stack->before[0] && !text_starts(line, PAM_OURS))
		(void)snprintf(reading->stack->before, sizeof(reading->stack->before), "%s",
		    line);
}

static int read_file(struct reading *reading, const char *file)
{
	char path[PATH_MAX];
	auto_fclose FILE *stream = NULL;
	auto_free char *line = NULL;
	size_t size = 0;

	(void)snprintf(path, sizeof(path), PAM_FOLDER "/%s", file);
	stream = fopen(path, "re");
	if (!stream)
		return -errno;
	while (getline(&line, &size, stream) > 0) {
		char *module, *rest;

		if (pam_line_split(line, &module, &rest))
			take_line(reading, file, module, rest);
	}
	return ferror(stream) ? -EIO : 0;
}

/* Whether all lines of set were found, or with none: whether none was. */
static bool set_is(const struct reading *reading, enum pam_mode set, bool found)
{
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		if (expected[i].set == set && reading->found[i] != found)
			return false;
	return true;
}

static void say_missing(const struct reading *reading, struct pam_stack *ret)
{
	enum pam_mode set = set_is(reading, PAM_MODE_ENFORCE, false) ? PAM_MODE_OBSERVE :
								       PAM_MODE_ENFORCE;

	for (size_t i = 0; i < COUNT_OF(expected) && ret->wrong[0] == '\0'; i++)
		if (expected[i].set == set && !reading->found[i])
			(void)snprintf(ret->wrong, sizeof(ret->wrong),
			    "\"%s\" is missing in " PAM_FOLDER "/%s", expected[i].line,
			    expected[i].file);
	if (ret->wrong[0] == '\0')
		(void)snprintf(ret->wrong, sizeof(ret->wrong), "lines of both sets are there");
}

int pam_stack_read(struct pam_stack *ret)
{
	struct reading reading = { .stack = ret };
	int rc = 0;

	*ret = (struct pam_stack){ .mode = PAM_MODE_HALF };
	for (size_t i = 0; i < COUNT_OF(files) && rc == 0; i++)
		rc = read_file(&reading, files[i]);
	if (rc < 0)
		return rc;
	if (set_is(&reading, PAM_MODE_OBSERVE, false))
		ret->mode = set_is(&reading, PAM_MODE_ENFORCE, false) ? PAM_MODE_OFF :
		    set_is(&reading, PAM_MODE_ENFORCE, true)          ? PAM_MODE_ENFORCE :
									PAM_MODE_HALF;
	else if (set_is(&reading, PAM_MODE_ENFORCE, false) &&
	    set_is(&reading, PAM_MODE_OBSERVE, true))
		ret->mode = PAM_MODE_OBSERVE;
	if (ret->mode == PAM_MODE_HALF)
		say_missing(&reading, ret);
	return 0;
}

const char *pam_mode_name(enum pam_mode mode)
{
	switch (mode) {
	case PAM_MODE_OFF:
		return "off";
	case PAM_MODE_OBSERVE:
		return "observe";
	case PAM_MODE_ENFORCE:
		return "enforce";
	default:
		return "half";
	}
}
