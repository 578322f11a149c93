#include "cli/commands.h"

#include "cli/version.h"

#include <string.h>

static const struct command commands[] = {
	{ "enroll", "[USER] [--type totp] [--label TEXT]",
	    "give yourself, or USER, a second factor", OPTION_TYPE | OPTION_LABEL, 0, 1,
	    enroll_run },
	{ "status", "[USER] [--json]", "factors, last login and failures", OPTION_JSON, 0, 1,
	    status_run },
	{ "trail show", "[--after N] [--json]", "what is on record, from row N on",
	    OPTION_AFTER | OPTION_JSON, 0, 0, trail_show_run },
	{ "trail verify", "[--json]", "prove that no row of the record was changed",
	    OPTION_JSON, 0, 0, trail_verify_run },
	{ "policy show", "[--json]", "the values in force and where each comes from",
	    OPTION_JSON, 0, 0, policy_show_run },
	{ "policy explain", "KEY [--json]", "the same of one key", OPTION_JSON, 1, 1,
	    policy_explain_run },
	{ "clock accept", "", "after a clock that was ahead was set right: let codes count again",
	    0, 0, 0, clock_accept_run },
	{ "doctor", "[--json]", "what is wrong with this host, in the order to mend it",
	    OPTION_JSON, 0, 0, doctor_run },
	{ "mode", "enforce|observe|off [--force]", "switch the PAM profiles, all or none",
	    OPTION_FORCE, 1, 1, mode_run },
	{ "help", "", "this page", 0, 0, 0, help_run },
	{ "version", "", "the version", 0, 0, 0, version_run },
};

/* How many words of the command line are the command's name; 0: another's. */
static size_t name_matches(const struct command *command, const struct arguments *arguments)
{
	const char *second = strchr(command->name, ' ');
	size_t len = second ? (size_t)(second - command->name) : strlen(command->name);

	if (arguments->count < 1 || strlen(arguments->words[0]) != len ||
	    strncmp(arguments->words[0], command->name, len) != 0)
		return 0;
	if (!second)
		return 1;
	return arguments->count > 1 && strcmp(arguments->words[1], second + 1) == 0 ? 2 : 0;
}

static void drop_words(struct arguments *arguments, size_t count)
{
	arguments->count -= count;
	for (size_t i = 0; i < ARGUMENT_WORDS_MAX; i++)
		arguments->words[i] = i < arguments->count ? arguments->words[i + count] : NULL;
}

const struct command *command_find(struct arguments *arguments)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		const struct command *command = &commands[i];
		size_t words = name_matches(command, arguments);

		if (words == 0)
			continue;
		drop_words(arguments, words);
		if (arguments->count < command->least || arguments->count > command->most)
			return NULL;
		return arguments->given & ~(command->options | OPTIONS_GLOBAL) ? NULL : command;
	}
	return NULL;
}

enum outcome help_run(const struct arguments *arguments)
{
	(void)arguments;
	(void)printf("usage:\n");
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		(void)printf("  sluis %s%s%s\n\t%s\n", commands[i].name,
		    commands[i].arguments[0] ? " " : "", commands[i].arguments,
		    commands[i].help);
	(void)printf("--socket PATH asks the sluisd that listens there. See man sluis\n");
	return OUTCOME_DONE;
}

enum outcome version_run(const struct arguments *arguments)
{
	(void)arguments;
	(void)printf("sluis %s\n", SLUIS_VERSION);
	return OUTCOME_DONE;
}
