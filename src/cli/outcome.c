#include "cli/outcome.h"

#include "base/verdict.h"
#include "cli/print.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	enum verdict verdict;
	enum outcome outcome;
	const char *sentence;
} verdicts[] = {
	{ VERDICT_ACCEPT, OUTCOME_DONE, NULL },
	{ VERDICT_GO_ON, OUTCOME_DONE, NULL },
	{ VERDICT_REFUSE, OUTCOME_REFUSED,
	    "that was refused: check what you typed and try again" },
	{ VERDICT_HELD, OUTCOME_REFUSED,
	    "that is held or at its limit: wait and try again, or ask the service desk" },
	{ VERDICT_USED, OUTCOME_REFUSED, "that code was used before: wait for the next one" },
	{ VERDICT_UNENROLLED, OUTCOME_REFUSED,
	    "a second factor must be proven first: run sluis enroll again" },
	{ VERDICT_NOT_FOUND, OUTCOME_REFUSED,
	    "there is no such account or thing on this host: check the name" },
	{ VERDICT_FORBIDDEN, OUTCOME_REFUSED,
	    "you may not ask that: ask as root, or have a role given to you" },
	{ VERDICT_BAD_REQUEST, OUTCOME_FAULT,
	    "sluisd does not know what was asked: check the words, or restart it after an "
	    "upgrade" },
	{ VERDICT_FAULT, OUTCOME_FAULT,
	    "sluisd could not find out: look at its log and at sluis doctor" },
};

/* Errors that mean that somebody answers, but not in our words. */
static const int strange[] = { -EBADMSG, -EPROTO, -EPROTONOSUPPORT, -EMSGSIZE, -EINVAL };

enum outcome outcome_say(enum outcome outcome, const char *text, ...)
{
	va_list args;

	(void)fflush(stdout); /* what was printed before stands before; main looks for errors */
	(void)fputs("sluis: ", stderr);
	va_start(args, text);
	(void)vfprintf(stderr, text, args); /* there is nowhere to say that stderr is gone */
	va_end(args);
	(void)fputc('\n', stderr);
	return outcome;
}

enum outcome outcome_verdict(const struct tell_verdict *verdict)
{
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		const char *sentence = verdict->text[0] ? print_plain(verdict->text) :
							  verdicts[i].sentence;

		if ((int64_t)verdicts[i].verdict != verdict->verdict)
			continue;
		if (verdicts[i].outcome == OUTCOME_DONE)
			return OUTCOME_DONE;
		return outcome_say(verdicts[i].outcome, "%s", sentence);
	}
	return outcome_say(OUTCOME_FAULT,
	    "sluisd gave a verdict of no meaning here: upgrade sluis");
}

enum outcome outcome_unanswered(int error, const char *socket)
{
	if (error == -EILSEQ)
		return outcome_say(OUTCOME_USAGE,
		    "a word of the command is not UTF-8: type it again");
	if (error == -ENOMEM)
		return outcome_say(OUTCOME_FAULT, "there is no memory left: try again later");
	for (size_t i = 0; i < COUNT_OF(strange); i++)
		if (strange[i] == error)
			return outcome_say(OUTCOME_FAULT,
			    "what answers at %s is not understood: restart sluisd if it is older",
			    socket);
	return outcome_say(OUTCOME_UNREACHABLE,
	    "sluisd does not answer at %s (%s): see systemctl status sluisd", socket,
	    strerror(-error));
}
