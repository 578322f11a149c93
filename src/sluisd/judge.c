#include "sluisd/answers.h"

#include "check/recovery.h"
#include "check/totp.h"
#include "store/person.h"

#include <errno.h>

int login_record(struct txn *txn, enum event event, const struct subject *subject,
    int64_t actor, int64_t person, const char *result, const char *note)
{
	return trail_append(txn,
	    &(struct trail_entry){ .event = event,
		.actor = actor,
		.subject = person,
		.service = subject->service,
		.source = subject->shown_source,
		.result = result,
		.note = note });
}

struct login_facts subject_facts(const struct subject *subject, int64_t tokens, int64_t codes)
{
	return (struct login_facts){ .asks = subject->asks,
		.required = subject->required,
		.enforce = subject->enforce,
		.enrolled = tokens > 0 || codes > 0,
		.root_on_console = subject->root_on_console };
}

static int judge_token(struct txn *txn, const struct judging *judging,
    const struct attempt *attempt, const struct token *token, enum verdict *ret)
{
	const struct totp_limits limits = { judging->config->mfa.window,
		judging->config->mfa.drift_max };
	struct totp_token totp = { .secret = token->secret,
		.algorithm = totp_algorithm(token->algorithm),
		.digits = (int)token->digits,
		.period_s = token->period_s,
		.last_step = token->step,
		.drift = token->drift };
	int64_t step = -1, drift = 0;
	enum totp_result result = totp_check(&totp, judging->code, &limits, txn_now(txn), &step,
	    &drift);
	int rc = result == TOTP_RIGHT ? token_burn(txn, token, step, drift, attempt) : 0;

	secret_wipe(&totp.secret);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	if (result == TOTP_RIGHT && rc == 0)
		*ret = VERDICT_ACCEPT;
	else if (result == TOTP_USED)
		*ret = VERDICT_USED;
	return 0;
}

/* Every token is tried, until one burns; a code that was used is said only when no other token takes it. */
static int judge_tokens(struct txn *txn, const struct judging *judging,
    const struct attempt *attempt, enum verdict *ret)
{
	for (int64_t i = 0; *ret != VERDICT_ACCEPT; i++) {
		auto_token struct token token = { 0 };
		int rc = token_active(txn, attempt->person, i, &token);

		if (rc == -ENOENT)
			return 0;
		if (rc == 0)
			rc = judge_token(txn, judging, attempt, &token, ret);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int judge_recovery(struct txn *txn, const struct judging *judging,
    const struct attempt *attempt, enum verdict *ret)
{
	auto_secret struct secret code = { 0 };
	int rc = recovery_normalise(judging->code, &code);

	if (rc == 0)
		rc = recovery_burn(txn, &code, attempt);
	if (rc == -EINVAL || rc == -ENOENT)
		return 0;
	if (rc < 0)
		return rc;
	*ret = VERDICT_ACCEPT;
	return login_record(txn, EVENT_RECOVERY_CODE_USED, judging->subject, attempt->person,
	    attempt->person, "accepted", NULL);
}

int judge_code(struct txn *txn, const struct judging *judging, const struct attempt *attempt,
    enum verdict *ret)
{
	enum verdict verdict = VERDICT_REFUSE;
	int rc;

	if (attempt_clock_is_back(txn_now(txn), txn_newest(txn))) {
		*ret = VERDICT_FAULT;
		return 0;
	}
	rc = judge_tokens(txn, judging, attempt, &verdict);

	if (rc == 0 && verdict == VERDICT_REFUSE)
		rc = judge_recovery(txn, judging, attempt, &verdict);
	if (rc == 0 && verdict == VERDICT_USED)
		rc = login_record(txn, EVENT_CODE_USED_AGAIN, judging->subject, PERSON_NOBODY,
		    attempt->person, "refused", NULL);
	if (rc == 0)
		*ret = verdict;
	return rc;
}
