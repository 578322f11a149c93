#include "cli/status.h"

#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static int take_notice(const struct tell_notice *notice, struct status *ret)
{
	if (notice->kind == NOTICE_LAST_LOGIN)
		ret->last = *notice;
	if (notice->kind == NOTICE_FAILURES)
		ret->failures = notice->number;
	return 0; /* a kind of a later version is passed over */
}

static int take_row(uint8_t kind, const union message *row, void *context)
{
	struct status *status = context;

	if (kind == TELL_NOTICE)
		return take_notice(&row->notice, status);
	if (kind != TELL_FACTOR || status->factor_count == STATUS_FACTORS_MAX)
		return -EBADMSG;
	status->factors[status->factor_count++] = row->factor;
	return 0;
}

int status_ask(const struct arguments *arguments, const struct origin *who, struct status *ret)
{
	const struct ask_person ask_person = { .who = *who };
	const struct question question = { .kind = ASK_STATUS,
		.message = &ask_person,
		.wait_ms = ASK_WAIT_MS,
		.take = take_row,
		.context = ret };
	struct tell_verdict verdict = { 0 };
	int rc;

	*ret = (struct status){ 0 };
	rc = ask(arguments, &question, &verdict);
	ret->verdict = verdict.verdict;
	return rc;
}

static void print_factor(const struct tell_factor *factor)
{
	char made[CLOCK_TEXT_SIZE], used[CLOCK_TEXT_SIZE];

	if (factor->made_at == 0)
		(void)printf("  %-11s %s, %" PRId64 " left\n", "factor",
		    print_plain(factor->kind), factor->left);
	else
		(void)printf("  %-11s %s \"%s\", made %s, last used %s\n", "factor",
		    print_plain(factor->kind), print_plain(factor->label),
		    print_time(factor->made_at, made), print_time(factor->used_at, used));
}

static void print_status(const char *user, const struct status *status)
{
	char at[CLOCK_TEXT_SIZE];

	(void)printf("%s\n", print_plain(user));
	for (size_t i = 0; i < status->factor_count; i++)
		print_factor(&status->factors[i]);
	if (status->factor_count == 0)
		(void)printf("  %-11s none\n", "factor");
	(void)printf("  %-11s %s", "last login", print_time(status->last.at, at));
	if (status->last.at != 0)
		(void)printf(" by %s from %s", print_word(status->last.service),
		    print_word(status->last.text));
	(void)printf("\n  %-11s %" PRId64 " since then\n", "failures", status->failures);
	if (status->verdict == VERDICT_HELD)
		(void)printf("  %-11s yes\n", "blocked");
}

static json_t *json_factor(const struct tell_factor *factor)
{
	char token[24];

	/* as a text: it is too large for the numbers of some readers */
	(void)snprintf(token, sizeof(token), "%" PRId64, factor->token);
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I}", "kind", factor->kind, "token",
	    factor->token ? json_string(token) : json_null(), "label",
	    print_json_text(factor->label), "made_at", print_json_time(factor->made_at),
	    "used_at", print_json_time(factor->used_at), "left", (json_int_t)factor->left);
}

static json_t *json_last(const struct tell_notice *last)
{
	if (last->at == 0)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "at", print_json_time(last->at), "service",
	    print_json_text(last->service), "source", print_json_text(last->text));
}

static json_t *json_status(const char *user, const struct status *status)
{
	json_t *factors = json_array();

	for (size_t i = 0; i < status->factor_count; i++)
		if (json_array_append_new(factors, json_factor(&status->factors[i])) < 0) {
			json_decref(factors);
			return NULL;
		}
	return json_pack("{s:s, s:o, s:o, s:I, s:b}", "user", user, "factors", factors,
	    "last_login", json_last(&status->last), "failures", (json_int_t)status->failures,
	    "blocked", status->verdict == VERDICT_HELD);
}

enum outcome status_run(const struct arguments *arguments)
{
	struct origin who;
	struct status status;
	enum outcome outcome = ask_who(arguments->words[0], &who);
	int rc;

	if (outcome != OUTCOME_DONE)
		return outcome;
	rc = status_ask(arguments, &who, &status);
	if (rc < 0)
		return outcome_unanswered(rc, arguments->socket);
	if (status.verdict != VERDICT_ACCEPT && status.verdict != VERDICT_HELD)
		return outcome_verdict(&(struct tell_verdict){ .verdict = status.verdict });
	if (arguments->given & OPTION_JSON)
		return print_json(json_status(who.user, &status));
	print_status(who.user, &status);
	return OUTCOME_DONE;
}
