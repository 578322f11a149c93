#include "sluisd/answers.h"

#include "check/recovery.h"
#include "check/totp.h"
#include "store/person.h"

#include <errno.h>
#include <string.h>

/* One enrolment on its way through the writer. */
struct factor_act {
	struct daemon *daemon;
	const struct peer *peer;
	const struct origin *origin;
	struct subject subject;
	const struct ask_enroll *enroll;
	const struct ask_confirm *confirm;
	int64_t person, actor;
	struct token token;
	struct secret codes[RECOVERY_COUNT]; /* printed form */
	size_t code_count;
	enum verdict verdict;
	const char *words;
};

static void factor_act_wipe(struct factor_act *act)
{
	explicit_bzero(act, sizeof(*act));
}
#define auto_factor_act __attribute__((cleanup(factor_act_wipe)))

/* A row about the factor, with who acted. */
static int record_factor(struct txn *txn, struct factor_act *act, enum event event,
    const char *result)
{
	int rc = actor_person(txn, act->daemon, act->peer, act->origin, &act->actor);

	return rc < 0 ?
	    rc :
	    login_record(txn, event, &act->subject, act->actor, act->person, result, NULL);
}

/* Who has a factor proves it before a second one; root needs not: it is how a lost one is replaced. */
static int prove_first_factor(struct txn *txn, struct factor_act *act)
{
	const struct judging judging = { act->daemon->config, &act->subject,
		&act->enroll->code };
	struct attempt attempt;
	int rc = attempt_find(txn, act->enroll->attempt, act->peer->uid, act->subject.service,
	    &attempt);

	if (rc == 0 && attempt.person != act->person)
		rc = -ENOENT;
	if (rc == -ENOENT) {
		act->verdict = VERDICT_UNENROLLED; /* not yet proven: ask for the code and come back */
		return 0;
	}
	if (rc == 0)
		rc = judge_code(txn, &judging, &attempt, &act->verdict);
	if (rc < 0)
		return rc;
	if (act->verdict == VERDICT_ACCEPT)
		return attempt_close_accepted(txn, &attempt, false);
	rc = attempt_close_failed(txn, &attempt);
	if (rc == 0)
		rc = person_add_failure(txn, act->person);
	return rc < 0 ? rc :
			login_record(txn, EVENT_LOGIN_REFUSED, &act->subject, PERSON_NOBODY,
			    act->person, "refused", "code");
}

static void make_token(struct factor_act *act)
{
	const struct config *config = act->daemon->config;
	struct token *token = &act->token;

	token->person = act->person;
	token->made_by = act->peer->uid;
	token->digits = config->mfa.digits;
	token->period_s = config->mfa.period_s;
	memcpy(token->kind, "totp", sizeof("totp"));
	(void)text_copy(token->label, sizeof(token->label),
	    act->enroll->label); /* of the same size */
	(void)text_copy(token->algorithm, sizeof(token->algorithm),
	    config->mfa.algorithm); /* smaller */
	token->secret.len = totp_secret_size(totp_algorithm(config->mfa.algorithm));
	crypto_random(token->secret.bytes, token->secret.len);
}

static int act_enroll(struct txn *txn, void *argument)
{
	struct factor_act *act = argument;
	int64_t tokens = 0, codes = 0;
	int rc = person_get(txn, act->subject.identity, act->subject.name, &act->person);

	if (rc == 0)
		rc = token_count(txn, act->person, &tokens, &codes);
	if (rc < 0)
		return rc;
	act->verdict = VERDICT_ACCEPT;
	if (tokens >= TOKENS_MAX) {
		act->verdict = VERDICT_REFUSE;
		act->words = "There are as many factors as there may be: have one revoked first.";
		return 0;
	}
	if ((tokens > 0 || codes > 0) && act->peer->uid != 0)
		rc = prove_first_factor(txn, act);
	if (rc < 0 || act->verdict != VERDICT_ACCEPT)
		return rc;
	make_token(act);
	rc = token_offer(txn, &act->token);
	return rc < 0 ? rc : record_factor(txn, act, EVENT_FACTOR_OFFERED, "offered");
}

static void tell_offer(struct request *request, const struct factor_act *act)
{
	struct tell_enrolment tell = { .token = act->token.id,
		.secret = act->token.secret,
		.digits = act->token.digits,
		.period_s = act->token.period_s };

	memcpy(tell.algorithm, act->token.algorithm, sizeof(tell.algorithm));
	memcpy(tell.label, act->token.label, sizeof(tell.label));
	memcpy(tell.issuer, act->daemon->config->mfa.issuer, sizeof(tell.issuer));
	(void)request_tell(request, TELL_ENROLMENT,
	    &tell); /* a peer that left: the offer lapses */
	secret_wipe(&tell.secret);
}

static bool enroll_is_sane(const struct ask_enroll *ask)
{
	return ask->kind == TOKEN_TOTP && ask->label[0] && text_is_plain(ask->label);
}

enum answered answer_enroll(struct request *request)
{
	const struct ask_enroll *ask = &request_question(request)->ask_enroll;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	auto_factor_act struct factor_act act = { .daemon = daemon,
		.peer = request_peer(request),
		.origin = &ask->who,
		.enroll = ask,
		.verdict = VERDICT_BAD_REQUEST };
	int rc = 0;

	subject_from(daemon, act.peer, act.origin, &act.subject);
	if (!act.subject.known)
		act.verdict = VERDICT_NOT_FOUND;
	else if (enroll_is_sane(ask))
		rc = store_commit(daemon->store, request_call(request)->record, act_enroll,
		    &act);
	if (rc < 0)
		act.verdict = daemon_fault("a factor could not be offered", rc);
	if (act.verdict == VERDICT_ACCEPT)
		tell_offer(request, &act);
	request_verdict(request, act.verdict, 0, act.words);
	server_wake(daemon->server, ask->who.user);
	return ANSWER_DONE;
}

/* A first factor comes with recovery codes; a further one leaves the printed ones good. */
static int make_recovery_codes(struct txn *txn, struct factor_act *act)
{
	struct secret normal[RECOVERY_COUNT] = { 0 };
	int64_t tokens = 0, codes = 0;
	int rc = token_count(txn, act->person, &tokens, &codes);

	if (rc < 0 || codes > 0)
		return rc;
	for (size_t i = 0; rc == 0 && i < RECOVERY_COUNT; i++) {
		rc = recovery_make(&act->codes[i]);
		if (rc == 0)
			rc = recovery_normalise(&act->codes[i], &normal[i]);
	}
	if (rc == 0)
		rc = recovery_replace(txn, act->person, normal, RECOVERY_COUNT);
	explicit_bzero(normal, sizeof(normal));
	act->code_count = rc == 0 ? RECOVERY_COUNT : 0;
	return rc;
}

static int accept_token(struct txn *txn, struct factor_act *act, int64_t step, int64_t drift)
{
	int rc = token_activate(txn, act->token.id, step, drift);

	if (rc == 0)
		rc = make_recovery_codes(txn, act);
	if (rc == 0)
		rc = record_factor(txn, act, EVENT_FACTOR_ENROLLED, "accepted");
	if (rc == 0)
		act->verdict = VERDICT_ACCEPT;
	return rc;
}

static int refuse_token(struct txn *txn, struct factor_act *act)
{
	int rc = token_offer_failed(txn, act->token.id);

	return rc < 0 ? rc : record_factor(txn, act, EVENT_FACTOR_REFUSED, "refused");
}

static int act_confirm(struct txn *txn, void *argument)
{
	struct factor_act *act = argument;
	const struct totp_limits limits = { act->daemon->config->mfa.window,
		act->daemon->config->mfa.drift_max };
	struct totp_token totp;
	int64_t step = -1, drift = 0;
	bool right;
	int rc = person_find(txn, act->subject.identity, &act->person);

	act->verdict = VERDICT_REFUSE;
	if (attempt_clock_is_back(txn_now(txn), txn_newest(txn)))
		return -ETIME;
	if (rc == 0)
		rc = token_offered(txn, act->confirm->token, act->person, act->peer->uid,
		    &act->token);
	if (rc == -ENOENT) {
		act->verdict = VERDICT_NOT_FOUND;
		return 0;
	}
	if (rc < 0)
		return rc;
	totp = (struct totp_token){ .secret = act->token.secret,
		.algorithm = totp_algorithm(act->token.algorithm),
		.digits = (int)act->token.digits,
		.period_s = act->token.period_s,
		.last_step = -1 };
	right = totp_check(&totp, &act->confirm->code, &limits, txn_now(txn), &step, &drift) ==
	    TOTP_RIGHT;
	secret_wipe(&totp.secret);
	return right ? accept_token(txn, act, step, drift) : refuse_token(txn, act);
}

enum answered answer_confirm(struct request *request)
{
	const struct ask_confirm *ask = &request_question(request)->ask_confirm;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	auto_factor_act struct factor_act act = { .daemon = daemon,
		.peer = request_peer(request),
		.origin = &ask->who,
		.confirm = ask,
		.verdict = VERDICT_NOT_FOUND };
	int rc = 0;

	subject_from(daemon, act.peer, act.origin, &act.subject);
	if (act.subject.known)
		rc = store_commit(daemon->store, request_call(request)->record, act_confirm,
		    &act);
	if (rc < 0)
		act.verdict = daemon_fault("a factor could not be enrolled", rc);
	for (size_t i = 0; act.verdict == VERDICT_ACCEPT && i < act.code_count; i++) {
		struct tell_recovery_code tell = { .code = act.codes[i] };

		(void)request_tell(request, TELL_RECOVERY_CODE,
		    &tell); /* a peer that left: new ones can be made */
		secret_wipe(&tell.code);
	}
	request_verdict(request, act.verdict, 0, NULL);
	return ANSWER_DONE;
}
