#include "sluisd/answers.h"

#include "store/block.h"
#include "store/person.h"

#include <errno.h>
#include <string.h>

/* One login attempt on its way through the writer. */
struct login_act {
	struct daemon *daemon;
	struct subject subject;
	struct attempt attempt;
	const char *typed_name;
	const struct secret *code; /* NULL: close as a failure, unjudged */
	bool waited;
	enum attempt_ruling ruling;
	enum verdict verdict;
};

enum answered answer_policy(struct request *request)
{
	const struct ask_policy *ask = &request_question(request)->ask_policy;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct origin origin = { .flags = ask->flags };
	struct tell_policy tell = { .digits = daemon->config->mfa.digits,
		.fail_delay_ms = daemon->config->policy.fail_delay_ms };
	struct subject subject;

	memcpy(origin.service, ask->service, sizeof(origin.service));
	subject_from(daemon, request_peer(request), &origin, &subject);
	tell.prompts = (subject.prompts.password ? PROMPT_PASSWORD : 0) |
	    (subject.prompts.code ? PROMPT_CODE : 0) |
	    (subject.prompts.in_one ? PROMPT_IN_ONE : 0);
	(void)request_tell(request, TELL_POLICY, &tell); /* a peer that left does not want it */
	return ANSWER_DONE;
}

static int act_open(struct txn *txn, void *argument)
{
	struct login_act *act = argument;
	const struct attempt_limits limits = daemon_attempt_limits(act->daemon->config);
	struct attempt_record record;
	int rc = act->subject.fault;

	act->ruling = ATTEMPT_MAY_OPEN;
	if (rc < 0)
		return rc;
	if (act->subject.known) {
		rc = person_get(txn, act->subject.identity, act->subject.name,
		    &act->attempt.person);
		if (rc == 0)
			rc = attempt_tally(txn, act->attempt.person, act->attempt.source,
			    &limits, &record);
		if (rc < 0)
			return rc;
		act->attempt.known_source = record.known_source;
		if (!act->subject.root_on_console) /* delayed, never held */
			act->ruling = attempt_rule(&limits, &record, txn_now(txn));
	}
	if (act->ruling == ATTEMPT_MAY_OPEN)
		return attempt_open(txn, &act->attempt);
	if (act->ruling == ATTEMPT_WAIT && !act->waited)
		return 0;
	return login_record(txn, EVENT_LOGIN_HELD, &act->subject, PERSON_NOBODY,
	    act->attempt.person, "held", NULL);
}

static void login_act_init(struct login_act *act, struct daemon *daemon,
    const struct request *request, const struct origin *origin)
{
	memset(act, 0, sizeof(*act));
	act->daemon = daemon;
	act->typed_name = origin->user;
	subject_from(daemon, request_peer(request), origin, &act->subject);
	act->attempt.peer = act->subject.peer;
	memcpy(act->attempt.source, act->subject.source_hash, sizeof(act->attempt.source));
	memcpy(act->attempt.service, act->subject.service, sizeof(act->attempt.service));
}

enum answered answer_open(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct tell_attempt tell = { .verdict = VERDICT_HELD };
	struct login_act act;
	int rc;

	login_act_init(&act, daemon, request, &request_question(request)->ask_open.who);
	act.waited = request_has_waited(request);
	rc = store_commit(daemon->store, request_call(request)->record, act_open, &act);
	if (rc == 0 && act.ruling == ATTEMPT_WAIT && !act.waited)
		return ANSWER_PARK;
	if (rc < 0) {
		tell.verdict = daemon_fault("an attempt could not be opened", rc);
	} else if (act.ruling == ATTEMPT_MAY_OPEN) {
		tell.verdict = VERDICT_GO_ON;
		memcpy(tell.attempt, act.attempt.id, sizeof(tell.attempt));
	}
	(void)request_tell(request, TELL_ATTEMPT,
	    &tell); /* a peer that left: the attempt stays a failure */
	return ANSWER_DONE;
}

/* The attempt ends as a failure, whatever the reason; the row says which. */
static int refuse(struct txn *txn, struct login_act *act, enum event event,
    enum verdict verdict, const char *note)
{
	char stranger[64];
	int rc = attempt_close_failed(txn, &act->attempt);

	if (rc == 0 && act->attempt.person != PERSON_NOBODY)
		rc = person_add_failure(txn, act->attempt.person);
	if (rc < 0)
		return rc;
	if (act->attempt.person == PERSON_NOBODY && event == EVENT_LOGIN_REFUSED) {
		stranger_note(act->daemon, act->typed_name, stranger, sizeof(stranger));
		note = stranger;
	}
	act->verdict = verdict;
	return login_record(txn, event, &act->subject, PERSON_NOBODY, act->attempt.person,
	    verdict_name(verdict), note);
}

static int accept_login(struct txn *txn, struct login_act *act, bool with_code, const char *note)
{
	const int64_t person = act->attempt.person;
	int rc = attempt_abandon(txn, person, txn_now(txn) - ATTEMPT_STALE_S);

	if (rc >= 0)
		rc = attempt_close_accepted(txn, &act->attempt, with_code);
	if (rc == 0 && act->subject.peer == 0 && login_is_sitting_down(act->subject.service))
		rc = person_add_login(txn, person, act->subject.service,
		    act->subject.shown_source);
	if (rc == 0)
		rc = login_record(txn, EVENT_LOGIN_ACCEPTED, &act->subject, person, person,
		    act->subject.peer == 0 ? "accepted" : "accepted-by-own-program", note);
	if (rc == 0)
		act->verdict = VERDICT_ACCEPT;
	return rc;
}

static int judge_with_code(struct txn *txn, struct login_act *act)
{
	const struct judging judging = { act->daemon->config, &act->subject, act->code };
	enum verdict verdict = VERDICT_REFUSE;
	int rc = judge_code(txn, &judging, &act->attempt, &verdict);

	if (rc < 0)
		return rc;
	return verdict == VERDICT_ACCEPT ?
	    accept_login(txn, act, true, NULL) :
	    refuse(txn, act, EVENT_LOGIN_REFUSED, verdict,
		verdict == VERDICT_FAULT ? "the clock is behind the newest record" : "code");
}

/* The password was right, or the key: what the policy still needs decides. */
static int judge_by_need(struct txn *txn, struct login_act *act)
{
	int64_t tokens = 0, codes = 0;
	struct login_facts facts;
	int rc = token_count(txn, act->attempt.person, &tokens, &codes);

	if (rc < 0)
		return rc;
	facts = subject_facts(&act->subject, tokens, codes);
	switch (login_need(&facts)) {
	case NEED_CODE:
		return judge_with_code(txn, act);
	case NEED_NOTHING:
		return accept_login(txn, act, false, NULL);
	case NEED_WORD:
		return accept_login(txn, act, false, "without a second factor");
	default:
		return refuse(txn, act, EVENT_LOGIN_REFUSED, VERDICT_UNENROLLED,
		    "no second factor");
	}
}

/* Finds the open attempt and makes sure it is this person's. */
static int find_attempt(struct txn *txn, struct login_act *act,
    const unsigned char id[ATTEMPT_ID_SIZE])
{
	int64_t person = PERSON_NOBODY;
	int rc = act->subject.known ? person_find(txn, act->subject.identity, &person) :
				      act->subject.fault;

	if (rc == 0)
		rc = attempt_find(txn, id, act->subject.peer, act->subject.service,
		    &act->attempt);
	if (rc == 0 && act->attempt.person != person)
		rc = -ENOENT;
	return rc;
}

static int act_settle(struct txn *txn, void *argument)
{
	struct login_act *act = argument;
	unsigned char id[ATTEMPT_ID_SIZE];
	int rc;

	memcpy(id, act->attempt.id, sizeof(id));
	act->verdict = VERDICT_REFUSE;
	rc = find_attempt(txn, act, id);
	if (rc == -ENOENT && act->subject.peer != 0)
		return 0;  /* nothing was done, and a plain peer's word is not worth a row */
	if (rc == -ENOENT) /* settled before, too old, or never opened: it counts already */
		return login_record(txn, EVENT_LOGIN_REFUSED, &act->subject, PERSON_NOBODY,
		    PERSON_NOBODY, "refused", "no open attempt");
	if (rc < 0)
		return rc;
	if (!act->code || act->attempt.person == PERSON_NOBODY)
		return refuse(txn, act, EVENT_LOGIN_REFUSED, VERDICT_REFUSE, "password");
	rc = block_stands(txn, act->attempt.person);
	if (rc < 0)
		return rc;
	return rc > 0 ? refuse(txn, act, EVENT_LOGIN_HELD, VERDICT_HELD, NULL) :
			judge_by_need(txn, act);
}

static enum answered settle(struct request *request, const struct origin *origin,
    const unsigned char id[ATTEMPT_ID_SIZE], const struct secret *code)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct login_act act;
	int rc;

	login_act_init(&act, daemon, request, origin);
	memcpy(act.attempt.id, id, sizeof(act.attempt.id));
	act.code = code;
	rc = store_commit(daemon->store, request_call(request)->record, act_settle, &act);
	if (rc < 0)
		act.verdict = daemon_fault("an attempt could not be settled", rc);
	request_verdict(request, act.verdict, 0, NULL);
	server_wake(daemon->server, origin->user);
	return ANSWER_DONE;
}

enum answered answer_judge(struct request *request)
{
	const struct ask_judge *ask = &request_question(request)->ask_judge;

	return settle(request, &ask->who, ask->attempt, &ask->code);
}

enum answered answer_settle(struct request *request)
{
	const struct ask_settle *ask = &request_question(request)->ask_settle;

	return settle(request, &ask->who, ask->attempt, NULL);
}

static int act_observe(struct txn *txn, void *argument)
{
	struct login_act *act = argument;
	int64_t tokens = 0, codes = 0;
	struct login_facts facts;
	const char *result = "refused";
	int rc = 0;

	if (act->subject.known)
		rc = person_get(txn, act->subject.identity, act->subject.name,
		    &act->attempt.person);
	if (rc == 0)
		rc = token_count(txn, act->attempt.person, &tokens, &codes);
	if (rc < 0)
		return rc;
	facts = subject_facts(&act->subject, tokens, codes);
	if (act->verdict == VERDICT_GO_ON && act->subject.known)
		result = login_need(&facts) == NEED_CODE ? "code-due" :
		    login_need(&facts) == NEED_REFUSAL   ? "unenrolled" :
							   "accepted";
	return login_record(txn, EVENT_LOGIN_OBSERVED, &act->subject, PERSON_NOBODY,
	    act->attempt.person, result, NULL);
}

enum answered answer_observe(struct request *request)
{
	const struct ask_observe *ask = &request_question(request)->ask_observe;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct login_act act;
	int rc;

	login_act_init(&act, daemon, request, &ask->who);
	act.verdict = ask->password_right ? VERDICT_GO_ON : VERDICT_REFUSE;
	rc = store_commit(daemon->store, request_call(request)->record, act_observe, &act);
	request_verdict(request,
	    rc < 0 ? daemon_fault("a login could not be observed", rc) : VERDICT_ACCEPT, 0,
	    NULL);
	return ANSWER_DONE;
}
