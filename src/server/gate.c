#include "server/request.h"

#include "base/log.h"

#include <string.h>

enum verdict gate_rule(const struct call *call, const struct gate_facts *facts)
{
	if (facts->peer_uid == 0)
		return VERDICT_GO_ON;
	if (call->may & MAY_ANYBODY)
		return VERDICT_GO_ON;
	if ((call->may & MAY_SELF) && facts->is_self)
		return VERDICT_GO_ON;
	if ((call->may & MAY_PEER) && facts->is_peer)
		return VERDICT_GO_ON;
	if (call->roles & facts->roles)
		return VERDICT_GO_ON;
	return VERDICT_FORBIDDEN;
}

static const struct call *call_find(const struct server_setup *setup, uint8_t kind)
{
	for (size_t i = 0; i < setup->call_count; i++)
		if ((uint8_t)setup->calls[i].kind == kind)
			return &setup->calls[i];
	return NULL;
}

/* Root, and service users that speak for others, ask as often as people log in; a parked question asked before. */
static bool is_too_often(struct rate *rate, const struct request *request,
    const struct gate_facts *facts)
{
	int most = request->call->plain_per_minute;

	if (facts->peer_uid == 0 || facts->is_peer || most == 0 || request->asked)
		return false;
	return !rate_take(rate, request->peer.counted_as, most, request->arrived_ms);
}

enum answered gate_pass(const struct server_setup *setup, struct rate *rate,
    struct request *request)
{
	const struct origin *origin = message_origin(request->kind, &request->question);
	struct gate_facts facts = { .peer_uid = request->peer.uid };
	int rc;

	request->call = call_find(setup, request->kind);
	if (!request->call) {
		request_verdict(request, VERDICT_BAD_REQUEST, 0, NULL);
		return ANSWER_DONE;
	}
	setup->facts(setup->context, &request->peer, origin, &facts);
	if (gate_rule(request->call, &facts) != VERDICT_GO_ON) {
		request_verdict(request, VERDICT_FORBIDDEN, 0, NULL);
		return ANSWER_DONE;
	}
	if (is_too_often(rate, request, &facts)) {
		request_verdict(request, VERDICT_HELD, 0, NULL);
		return ANSWER_DONE;
	}
	rc = request->call->record == TRAIL_FIRST ?
	    setup->record_first(setup->context, request) :
	    0;
	if (rc < 0) {
		log_line(LOG_ERR, "cannot record %s first, so it is refused: %s",
		    schema_find(request->kind)->name, strerror(-rc));
		request_verdict(request, VERDICT_FAULT, 0, NULL);
		return ANSWER_DONE;
	}
	request->asked = true;
	return request->call->answer(request);
}
