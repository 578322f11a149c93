#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/arguments.h"
#include "cli/outcome.h"

/* One function a sub-command; words are those after its name. */
typedef enum outcome command_function(const struct arguments *arguments);

command_function enroll_run, status_run, trail_show_run, trail_verify_run, policy_show_run,
    policy_explain_run;
command_function clock_accept_run, doctor_run, mode_run, help_run, version_run;

struct command {
	const char *name;      /* one word, or two */
	const char *arguments; /* as the usage shows them */
	const char *help;
	unsigned options;   /* enum argument_option: which it takes, beside the global ones */
	size_t least, most; /* words after the name */
	command_function *run;
};

/*
 * Finds the command that the words name, takes its name out of them, and checks the rest
 * against its row. Returns NULL when there is none, or what was given does not fit it.
 */
const struct command *command_find(struct arguments *arguments);

#endif
