#include "cli/commands.h"

#include "cli/print.h"

#include <stdio.h>

static enum outcome run(int argc, char **argv)
{
	struct arguments arguments;
	const struct command *command;
	const char *wrong;

	if (arguments_read(argc, argv, &arguments, &wrong) < 0)
		return outcome_say(OUTCOME_USAGE, "\"%s\" cannot stand there: see sluis help",
		    print_plain(wrong));
	if (arguments.given & OPTION_HELP)
		return help_run(&arguments);
	if (arguments.given & OPTION_VERSION)
		return version_run(&arguments);
	command = command_find(&arguments);
	if (!command)
		return outcome_say(OUTCOME_USAGE,
		    "these words are no command of sluis: see sluis help");
	return command->run(&arguments);
}

int main(int argc, char **argv)
{
	enum outcome outcome = run(argc, argv);

	if (fflush(stdout) != 0 || ferror(stdout))
		outcome = outcome_say(OUTCOME_FAULT,
		    "what was found could not be written: see where the output goes");
	return (int)outcome;
}
