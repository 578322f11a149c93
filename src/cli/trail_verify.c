#include "cli/commands.h"

#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/print.h"

#include <inttypes.h>

static enum outcome print_proof(const struct arguments *arguments, bool fits, int64_t number)
{
	enum outcome outcome = fits ? OUTCOME_DONE : OUTCOME_REFUSED;

	if (arguments->given & OPTION_JSON) {
		json_t *rows = fits ? json_integer(number) : json_null();
		json_t *broken = fits ? json_null() : json_integer(number);
		enum outcome printed = print_json(json_pack("{s:b, s:o, s:o}", "fits", fits,
		    "rows", rows, "broken_at", broken));

		return printed == OUTCOME_DONE ? outcome : printed;
	}
	if (fits)
		(void)printf("%" PRId64 " rows, all fit\n", number);
	else
		(void)printf("row %" PRId64 " does not fit: it, or one before it, was changed, "
			     "taken out or put in; compare with the copies off this host\n",
		    number);
	return outcome;
}

enum outcome trail_verify_run(const struct arguments *arguments)
{
	struct ask_person ask_person;
	const struct question question = {
		.kind = ASK_TRAIL_VERIFY, .message = &ask_person, .wait_ms = ASK_LONG_MS
	};
	struct tell_verdict verdict;
	int rc;

	ask_caller(&ask_person.who);
	rc = ask(arguments, &question, &verdict);
	if (rc < 0)
		return outcome_unanswered(rc, arguments->socket);
	if (verdict.verdict == VERDICT_ACCEPT ||
	    (verdict.verdict == VERDICT_REFUSE && verdict.number > 0))
		return print_proof(arguments, verdict.verdict == VERDICT_ACCEPT, verdict.number);
	return outcome_verdict(&verdict);
}
