#include "cli/commands.h"

#include "base/verdict.h"
#include "cli/ask.h"

#include <inttypes.h>
#include <stdio.h>

enum outcome clock_accept_run(const struct arguments *arguments)
{
	struct ask_person ask_person;
	const struct question question = {
		.kind = ASK_CLOCK_ACCEPT, .message = &ask_person, .wait_ms = ASK_WAIT_MS
	};
	struct tell_verdict verdict;
	int rc;

	ask_caller(&ask_person.who);
	rc = ask(arguments, &question, &verdict);
	if (rc < 0)
		return outcome_unanswered(rc, arguments->socket);
	if (verdict.verdict == VERDICT_ACCEPT)
		(void)printf("The clock counts from now on; the records were %" PRId64
			     " s ahead of it.\n",
		    verdict.number);
	return outcome_verdict(&verdict);
}
