#include "sluisd/answers.h"

#include "base/attributes.h"
#include "store/person.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	ROWS_MAX = 1000, /* in one answer; who wants more asks again */
};

struct show_act {
	struct request *request;
	int64_t after, most;
	int64_t last;
};

static void row_fill(struct txn *txn, const struct trail_row *row, struct tell_trail_row *tell)
{
	tell->sequence = row->seq;
	tell->at = row->at;
	memcpy(tell->event, row->event, sizeof(tell->event));
	memcpy(tell->service, row->service, sizeof(tell->service));
	memcpy(tell->result, row->result, sizeof(tell->result));
	memcpy(tell->note, row->note, sizeof(tell->note));
	(void)text_copy(tell->source, sizeof(tell->source), row->source); /* too long: left out */
	person_name(txn, row->actor, tell->actor, sizeof(tell->actor));
	person_name(txn, row->subject, tell->subject, sizeof(tell->subject));
}

static int act_show(struct txn *txn, void *argument)
{
	struct show_act *act = argument;
	int rc = 0;

	for (int64_t i = 0; i < act->most && rc == 0; i++) {
		struct tell_trail_row tell = { 0 };
		struct trail_row row;

		rc = trail_next(txn, act->last, &row);
		if (rc < 0)
			break;
		row_fill(txn, &row, &tell);
		rc = request_tell(act->request, TELL_TRAIL_ROW, &tell);
		act->last = row.seq;
	}
	return rc == -ENOENT ? 0 : rc;
}

enum answered answer_trail_show(struct request *request)
{
	const struct ask_trail *ask = &request_question(request)->ask_trail;
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct show_act act = { .request = request,
		.last = ask->after,
		.most = ask->most < ROWS_MAX ? ask->most : ROWS_MAX };
	int rc = store_scan(daemon->store, act_show, &act);

	request_verdict(request,
	    rc < 0 ? daemon_fault("the trail could not be read", rc) : VERDICT_ACCEPT, act.last,
	    NULL);
	return ANSWER_DONE;
}

static int act_verify(struct txn *txn, void *argument)
{
	return trail_verify(txn, argument);
}

enum answered answer_trail_verify(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct trail_proof proof = { 0 };
	int64_t head = store_head(daemon->store);
	int rc = store_scan(daemon->store, act_verify, &proof);

	if (proof.broken_at == 0 && proof.rows < head)
		proof.broken_at = proof.rows + 1; /* its end was cut off */
	if (rc < 0)
		request_verdict(request, daemon_fault("the trail could not be read", rc), 0,
		    NULL);
	else if (proof.broken_at > 0)
		request_verdict(request, VERDICT_REFUSE, proof.broken_at, NULL);
	else
		request_verdict(request, VERDICT_ACCEPT, proof.rows, NULL);
	return ANSWER_DONE;
}

/* What a call of which the row comes first leaves in the trail. */
static const struct {
	enum proto_kind kind;
	enum event event;
} first_rows[] = {
	{ ASK_TRAIL_SHOW, EVENT_TRAIL_READ },
	{ ASK_TRAIL_VERIFY, EVENT_TRAIL_VERIFIED },
};

struct first_act {
	struct daemon *daemon;
	const struct peer *peer;
	const struct origin *origin;
	enum event event;
	char note[64];
};

static int act_record_first(struct txn *txn, void *argument)
{
	const struct first_act *act = argument;
	int64_t actor = PERSON_NOBODY;
	int rc = actor_person(txn, act->daemon, act->peer, act->origin, &actor);

	return rc < 0 ?
	    rc :
	    trail_append(txn,
		&(struct trail_entry){ .event = act->event, .actor = actor, .note = act->note });
}

int daemon_record_first(void *context, struct request *request)
{
	struct daemon *daemon = context;
	uint8_t kind = (uint8_t)request_call(request)->kind;
	struct first_act act = { .daemon = daemon,
		.peer = request_peer(request),
		.origin = message_origin(kind, request_question(request)) };

	for (size_t i = 0; i < COUNT_OF(first_rows); i++)
		if ((uint8_t)first_rows[i].kind == kind)
			act.event = first_rows[i].event;
	if (!act.event || !act.origin)
		return -EINVAL; /* a row of the call table without one here: refused, not forgotten */
	if (kind == ASK_TRAIL_SHOW)
		(void)snprintf(act.note, sizeof(act.note), "after row %" PRId64,
		    request_question(request)->ask_trail.after);
	return store_commit(daemon->store, TRAIL_WITH, act_record_first, &act);
}
