#ifndef CLI_OUTCOME_H
#define CLI_OUTCOME_H

#include "base/attributes.h"
#include "proto/message.h"

/* How a command ends: its exit status. */
enum outcome {
	OUTCOME_DONE = 0,
	OUTCOME_REFUSED = 1, /* by policy, or there is something to mend */
	OUTCOME_USAGE = 2,
	OUTCOME_UNREACHABLE = 3, /* sluisd */
	OUTCOME_FAULT = 4,
};

/* Says one sentence on stderr: what happened and what to do next. Returns outcome. */
enum outcome outcome_say(enum outcome outcome, const char *text, ...) PRINTF_LIKE(2, 3);

/* What a verdict means here. Says the daemon's sentence, or ours, unless all is well. */
enum outcome outcome_verdict(const struct tell_verdict *verdict);

/* Says why there is no verdict: error is what client_ask() or client_next() returned. */
enum outcome outcome_unanswered(int error, const char *socket);

#endif
