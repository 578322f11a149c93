#include "sluisd/answers.h"

#include "check/recovery.h"
#include "store/block.h"
#include "store/person.h"

#include <errno.h>
#include <string.h>

/* A question about a person's account, answered from a snapshot. */
struct account_act {
	const struct subject *subject;
	int64_t person;
	bool blocked;
	int64_t tokens, codes;
	struct person_login last, before;
};

static int act_read_account(struct txn *txn, void *argument)
{
	struct account_act *act = argument;
	int rc = person_find(txn, act->subject->identity, &act->person);

	if (rc == -ENOENT)
		return 0; /* an account that nobody used yet: no blocks, no factors */
	if (rc == 0)
		rc = token_count(txn, act->person, &act->tokens, &act->codes);
	if (rc == 0)
		rc = person_logins(txn, act->person, &act->last, &act->before);
	if (rc == 0)
		rc = block_stands(txn, act->person);
	if (rc < 0)
		return rc;
	act->blocked = rc > 0;
	return 0;
}

static int act_record_refusal(struct txn *txn, void *argument)
{
	const struct account_act *act = argument;

	return login_record(txn, EVENT_ACCOUNT_REFUSED, act->subject, PERSON_NOBODY,
	    act->person, "held", NULL);
}

static enum verdict rule_account(struct daemon *daemon, struct account_act *act)
{
	int rc;

	if (act->subject->fault < 0)
		return daemon_fault("the accounts could not be read", act->subject->fault);
	if (!act->subject->known)
		return VERDICT_NOT_FOUND;
	rc = store_read(daemon->store, act_read_account, act);
	if (rc == 0 && act->blocked)
		rc = store_commit(daemon->store, TRAIL_WITH, act_record_refusal, act);
	if (rc < 0)
		return daemon_fault("an account could not be looked at", rc);
	return act->blocked ? VERDICT_HELD : VERDICT_ACCEPT;
}

enum answered answer_account(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct subject subject;
	struct account_act act = { .subject = &subject };

	subject_from(daemon, request_peer(request), &request_question(request)->ask_person.who,
	    &subject);
	request_verdict(request, rule_account(daemon, &act), 0, NULL);
	return ANSWER_DONE;
}

enum answered answer_enrolled(struct request *request)
{
	const struct origin *origin = &request_question(request)->ask_person.who;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct subject subject;
	struct account_act act = { .subject = &subject };
	struct login_facts facts;
	enum verdict verdict = VERDICT_NOT_FOUND;
	int rc;

	subject_from(daemon, request_peer(request), origin, &subject);
	rc = subject.fault;
	if (subject.known) {
		rc = store_read(daemon->store, act_read_account, &act);
		facts = subject_facts(&subject, act.tokens, act.codes);
		verdict = login_account_needs_factor(&facts, subject.uid, subject.service,
			      origin->flags & LOGIN_AUTH_RAN) ?
		    VERDICT_UNENROLLED :
		    VERDICT_ACCEPT;
	}
	request_verdict(request,
	    rc < 0 ? daemon_fault("an account could not be looked at", rc) : verdict, 0, NULL);
	return ANSWER_DONE;
}

static void tell_login(struct request *request, const struct person_login *login,
    int64_t failures)
{
	struct tell_notice last = { .kind = NOTICE_LAST_LOGIN, .at = login->at };
	struct tell_notice failed = { .kind = NOTICE_FAILURES, .number = failures };

	memcpy(last.service, login->service, sizeof(last.service));
	(void)text_copy(last.text, sizeof(last.text),
	    login->source); /* too long: said without it */
	if (login->at > 0)
		(void)request_tell(request, TELL_NOTICE,
		    &last); /* a peer that left does not want it */
	if (failures > 0)
		(void)request_tell(request, TELL_NOTICE, &failed);
}

static void tell_factor_notices(struct request *request, const struct account_act *act)
{
	struct login_facts facts = subject_facts(act->subject, act->tokens, act->codes);
	struct tell_notice due = { .kind = NOTICE_UNENROLLED };
	struct tell_notice left = { .kind = NOTICE_RECOVERY_LEFT, .number = act->codes };

	if (facts.required && !facts.enrolled)
		(void)request_tell(request, TELL_NOTICE, &due);
	if (act->tokens > 0 && act->codes < RECOVERY_COUNT)
		(void)request_tell(request, TELL_NOTICE, &left);
}

enum answered answer_notices(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct subject subject;
	struct account_act act = { .subject = &subject };
	int rc = 0;

	subject_from(daemon, request_peer(request), &request_question(request)->ask_person.who,
	    &subject);
	if (subject.known && login_is_sitting_down(subject.service)) {
		rc = store_read(daemon->store, act_read_account, &act);
		if (rc == 0) {
			/* The login that shows them is the newest one itself: what matters came before it. */
			tell_login(request, &act.before, act.before.failures);
			tell_factor_notices(request, &act);
		}
	}
	request_verdict(request,
	    rc < 0 ? daemon_fault("notices could not be read", rc) : VERDICT_ACCEPT, 0, NULL);
	return ANSWER_DONE;
}

/* Status is a list: factors, then logins; read in one snapshot. */
struct status_act {
	struct account_act account;
	struct request *request;
};

static void tell_token(struct request *request, const struct token *token)
{
	struct tell_factor tell = {
		.token = token->id, .made_at = token->made_at, .used_at = token->used_at
	};

	memcpy(tell.kind, token->kind, sizeof(tell.kind));
	memcpy(tell.label, token->label, sizeof(tell.label));
	(void)request_tell(request, TELL_FACTOR, &tell); /* a peer that left does not want it */
}

static int act_status(struct txn *txn, void *argument)
{
	struct status_act *act = argument;
	struct tell_factor codes = { .kind = "recovery-codes" };
	int rc = act_read_account(txn, &act->account);

	for (int64_t i = 0; rc == 0 && act->account.person != PERSON_NOBODY; i++) {
		auto_token struct token token = { 0 };

		rc = token_active(txn, act->account.person, i, &token);
		if (rc == 0)
			tell_token(act->request, &token);
	}
	if (rc < 0 && rc != -ENOENT)
		return rc;
	codes.left = act->account.codes;
	if (act->account.tokens > 0 || codes.left > 0)
		(void)request_tell(act->request, TELL_FACTOR, &codes);
	return 0;
}

/* A look at another person's account is an act on it: its row comes first. */
struct look_act {
	struct daemon *daemon;
	const struct request *request;
	const struct subject *subject;
};

static int act_record_look(struct txn *txn, void *argument)
{
	const struct look_act *act = argument;
	int64_t person = PERSON_NOBODY, actor = PERSON_NOBODY;
	int rc = person_get(txn, act->subject->identity, act->subject->name, &person);

	if (rc == 0)
		rc = actor_person(txn, act->daemon, request_peer(act->request),
		    &request_question(act->request)->ask_person.who, &actor);
	if (rc < 0 || actor == person)
		return rc;
	return trail_append(txn,
	    &(struct trail_entry){
		.event = EVENT_STATUS_READ, .actor = actor, .subject = person });
}

enum answered answer_status(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct subject subject;
	struct status_act act = { .account.subject = &subject, .request = request };
	struct look_act look = { daemon, request, &subject };
	int rc;

	subject_from(daemon, request_peer(request), &request_question(request)->ask_person.who,
	    &subject);
	if (!subject.known) {
		request_verdict(request, VERDICT_NOT_FOUND, 0, NULL);
		return ANSWER_DONE;
	}
	rc = store_commit(daemon->store, TRAIL_NONE, act_record_look, &look);
	if (rc == 0)
		rc = store_scan(daemon->store, act_status, &act);
	if (rc == 0)
		tell_login(request, &act.account.last, act.account.last.failures);
	request_verdict(request,
	    rc < 0                  ? daemon_fault("the status could not be read", rc) :
		act.account.blocked ? VERDICT_HELD :
				      VERDICT_ACCEPT,
	    0, NULL);
	return ANSWER_DONE;
}
