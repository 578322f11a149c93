#include "cli/commands.h"

#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/otpauth.h"
#include "cli/print.h"
#include "cli/prompt.h"
#include "cli/qr.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>

enum {
	FIRST_CODE_TRIES = 3,
	CODES_MAX = 32,
};

/* One enrolment, from the first question to the recovery codes. */
struct enrolment {
	const struct arguments *arguments;
	struct ask_enroll ask;
	struct tell_enrolment offer;
	struct secret codes[CODES_MAX];
	size_t code_count;
};

static void enrolment_wipe(struct enrolment *work)
{
	explicit_bzero(work, sizeof(*work));
}
#define auto_enrolment __attribute__((cleanup(enrolment_wipe)))

static int take_offer(uint8_t kind, const union message *row, void *context)
{
	struct enrolment *work = context;

	if (kind != TELL_ENROLMENT)
		return -EBADMSG;
	work->offer = row->enrolment;
	return 0;
}

static int take_attempt(uint8_t kind, const union message *row, void *context)
{
	struct enrolment *work = context;

	if (kind != TELL_ATTEMPT)
		return -EBADMSG;
	memcpy(work->ask.attempt, row->attempt.attempt, sizeof(work->ask.attempt));
	return 0;
}

/* Whether a code can go to a terminal. */
static bool is_printable(const struct secret *code)
{
	for (size_t i = 0; i < code->len; i++)
		if (code->bytes[i] <= ' ' || code->bytes[i] > '~')
			return false;
	return true;
}

static int take_code(uint8_t kind, const union message *row, void *context)
{
	struct enrolment *work = context;

	if (kind != TELL_RECOVERY_CODE || work->code_count == CODES_MAX ||
	    !is_printable(&row->recovery_code.code))
		return -EBADMSG;
	work->codes[work->code_count++] = row->recovery_code.code;
	return 0;
}

static enum outcome say_no_code(int error)
{
	if (error == -ENODATA)
		return outcome_say(OUTCOME_USAGE,
		    "no code was given, so nothing was changed: run it again");
	return outcome_say(OUTCOME_FAULT, "the code could not be read (%s): run it again",
	    strerror(-error));
}

/* The proof of a factor: an attempt like any login, so that guesses are counted. */
static enum outcome prove(struct enrolment *work)
{
	struct ask_open open = { .who = work->ask.who };
	const struct question question = { .kind = ASK_OPEN,
		.message = &open,
		.wait_ms = ASK_WAIT_MS,
		.take = take_attempt,
		.context = work };
	int rc = prompt_secret("Code of a factor you have: ", &work->ask.code);

	return rc < 0 ? say_no_code(rc) : ask_or_say(work->arguments, &question);
}

static int ask_offer(struct enrolment *work, struct tell_verdict *ret)
{
	const struct question question = { .kind = ASK_ENROLL,
		.message = &work->ask,
		.wait_ms = ASK_WAIT_MS,
		.take = take_offer,
		.context = work };

	return ask(work->arguments, &question, ret);
}

static enum outcome get_offer(struct enrolment *work)
{
	struct tell_verdict verdict;
	int rc = ask_offer(work, &verdict);

	if (rc == 0 && verdict.verdict == VERDICT_UNENROLLED) {
		enum outcome outcome = prove(work);

		if (outcome != OUTCOME_DONE)
			return outcome;
		rc = ask_offer(work, &verdict);
	}
	if (rc == 0 && verdict.verdict == VERDICT_ACCEPT && work->offer.secret.len == 0)
		rc = -EBADMSG; /* a yes without an offer */
	return rc < 0 ? outcome_unanswered(rc, work->arguments->socket) :
			outcome_verdict(&verdict);
}

static int print_line(const char *label, const char *value)
{
	int rc = print_secret(label, strlen(label));

	if (rc == 0)
		rc = print_secret(value, strlen(value));
	return rc < 0 ? rc : print_secret("\n", 1);
}

/* The QR code stands last, so that no line below scrolls it away. */
static enum outcome show_offer(const struct enrolment *work)
{
	auto_otpauth struct otpauth shown = { 0 };
	int rc = otpauth_make(&work->offer, work->ask.who.user, &shown);

	if (rc == 0)
		rc = print_line("Secret: ", shown.secret);
	if (rc == 0)
		rc = print_line("", shown.uri);
	if (rc < 0)
		return outcome_say(OUTCOME_FAULT,
		    "the secret could not be shown (%s): run it again", strerror(-rc));
	rc = qr_show(shown.uri);
	if (rc < 0 && rc != -ENOTTY)
		(void)outcome_say(OUTCOME_DONE,
		    "the window is too small for the QR code: type the secret, "
		    "or make it larger and start again");
	return OUTCOME_DONE;
}

static enum outcome confirm_once(struct enrolment *work, struct tell_verdict *ret)
{
	struct ask_confirm ask_confirm = { .who = work->ask.who, .token = work->offer.token };
	const struct question question = { .kind = ASK_CONFIRM,
		.message = &ask_confirm,
		.wait_ms = ASK_WAIT_MS,
		.take = take_code,
		.context = work };
	int rc = prompt_secret("First code: ", &ask_confirm.code);
	enum outcome outcome = OUTCOME_DONE;

	if (rc < 0)
		outcome = say_no_code(rc);
	if (rc == 0) {
		rc = ask(work->arguments, &question, ret);
		outcome = rc < 0 ? outcome_unanswered(rc, work->arguments->socket) :
				   OUTCOME_DONE;
	}
	secret_wipe(&ask_confirm.code);
	return outcome;
}

static enum outcome confirm(struct enrolment *work)
{
	struct tell_verdict verdict = { .verdict = VERDICT_REFUSE };

	for (int i = 1; i <= FIRST_CODE_TRIES && verdict.verdict == VERDICT_REFUSE; i++) {
		enum outcome outcome = confirm_once(work, &verdict);

		if (outcome != OUTCOME_DONE)
			return outcome;
		if (verdict.verdict == VERDICT_REFUSE && i < FIRST_CODE_TRIES)
			(void)outcome_say(OUTCOME_DONE,
			    "that is not the code of this moment: type the one shown now");
	}
	return outcome_verdict(&verdict);
}

static enum outcome show_codes(const struct enrolment *work)
{
	if (work->code_count == 0) {
		(void)printf("Enrolled. The recovery codes you have stay good.\n");
		return OUTCOME_DONE;
	}
	(void)printf("Enrolled. Print these recovery codes and keep them apart from the "
		     "device: each lets you in once when it is lost.\n");
	for (size_t i = 0; i < work->code_count; i++) {
		int rc = print_secret(work->codes[i].bytes, work->codes[i].len);

		if (rc == 0)
			rc = print_secret("\n", 1);
		if (rc < 0)
			return outcome_say(OUTCOME_FAULT,
			    "the recovery codes could not be shown (%s): ask for new ones",
			    strerror(-rc));
	}
	return OUTCOME_DONE;
}

static enum outcome fill_ask(const struct arguments *arguments, struct ask_enroll *ret)
{
	const char *label = arguments->label ? arguments->label : "authenticator";

	if (arguments->type && strcmp(arguments->type, "totp") != 0)
		return outcome_say(OUTCOME_USAGE, "--type may be totp: leave it out");
	if (!label[0] || !text_is_plain(label) ||
	    text_copy(ret->label, sizeof(ret->label), label) < 0)
		return outcome_say(OUTCOME_USAGE,
		    "a label is one line of at most 63 bytes: choose another");
	ret->kind = TOKEN_TOTP;
	return ask_who(arguments->words[0], &ret->who);
}

static enum outcome enroll(const struct arguments *arguments)
{
	auto_enrolment struct enrolment work = { .arguments = arguments };
	enum outcome outcome = fill_ask(arguments, &work.ask);

	if (outcome == OUTCOME_DONE)
		outcome = get_offer(&work);
	if (outcome == OUTCOME_DONE)
		outcome = show_offer(&work);
	if (outcome == OUTCOME_DONE)
		outcome = confirm(&work);
	return outcome == OUTCOME_DONE ? show_codes(&work) : outcome;
}

enum outcome enroll_run(const struct arguments *arguments)
{
	enum outcome outcome;

	/* no core and no debugger while a secret is in the memory; these values cannot fail */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	outcome = enroll(arguments);
	(void)prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return outcome;
}
