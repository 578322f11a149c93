#include "cli/commands.h"

#include "cli/ask.h"
#include "cli/print.h"

#include <errno.h>
#include <string.h>

/* What is printed of the values in force: those of key, or all. */
struct showing {
	const char *key; /* NULL: all */
	json_t *rows;    /* NULL: as text */
	size_t count;
};

/* "mfa.services" has the rows "mfa.services.NAME". */
static bool is_wanted(const struct showing *showing, const char *key)
{
	size_t len = showing->key ? strlen(showing->key) : 0;

	return !showing->key ||
	    (strncmp(key, showing->key, len) == 0 && (key[len] == '\0' || key[len] == '.'));
}

static int take_option(uint8_t kind, const union message *row, void *context)
{
	struct showing *showing = context;
	const struct tell_option *option = &row->option;

	if (kind != TELL_OPTION)
		return -EBADMSG;
	if (!is_wanted(showing, option->key))
		return 0;
	showing->count++;
	if (showing->rows)
		return json_array_append_new(showing->rows,
			   json_pack("{s:s, s:s, s:s}", "key", option->key, "value",
			       option->value, "origin", option->origin)) < 0 ?
		    -ENOMEM :
		    0;
	(void)printf("%s = %s\n\t%s\n", print_plain(option->key), print_plain(option->value),
	    print_plain(option->origin));
	return 0;
}

static enum outcome show(const struct arguments *arguments, struct showing *showing)
{
	struct ask_person ask_person;
	const struct question question = { .kind = ASK_POLICY_SHOW,
		.message = &ask_person,
		.wait_ms = ASK_WAIT_MS,
		.take = take_option,
		.context = showing };
	enum outcome outcome;

	ask_caller(&ask_person.who);
	outcome = ask_or_say(arguments, &question);
	if (outcome == OUTCOME_DONE && showing->key && showing->count == 0)
		outcome = outcome_say(OUTCOME_USAGE,
		    "no value in force has that key: see sluis policy show");
	return outcome;
}

static enum outcome show_as_asked(const struct arguments *arguments, const char *key)
{
	struct showing showing = { .key = key };
	enum outcome outcome;

	if (!(arguments->given & OPTION_JSON))
		return show(arguments, &showing);
	showing.rows = json_array();
	outcome = showing.rows ? show(arguments, &showing) : OUTCOME_FAULT;
	if (outcome == OUTCOME_DONE)
		return print_json(json_pack("{s:o}", "options", showing.rows));
	json_decref(showing.rows);
	return outcome;
}

enum outcome policy_show_run(const struct arguments *arguments)
{
	return show_as_asked(arguments, NULL);
}

enum outcome policy_explain_run(const struct arguments *arguments)
{
	enum outcome outcome = show_as_asked(arguments, arguments->words[0]);

	if (outcome == OUTCOME_DONE && !(arguments->given & OPTION_JSON))
		(void)printf("What it means and what it may be: man sluis.conf\n");
	return outcome;
}
