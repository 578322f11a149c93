#include "sluisd/answers.h"

#include "base/clock.h"
#include "store/person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	FREE_PERCENT_LEAST = 20,
};

enum answered answer_policy_show(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct config_explained row;

	for (size_t i = 0; config_explain(daemon->config, i, &row) == 0; i++) {
		struct tell_option tell = { 0 };

		memcpy(tell.key, row.key, sizeof(row.key));
		memcpy(tell.value, row.value, sizeof(tell.value));
		memcpy(tell.origin, row.origin, sizeof(tell.origin));
		if (request_tell(request, TELL_OPTION, &tell) < 0)
			return ANSWER_DONE; /* the peer left */
	}
	request_verdict(request, VERDICT_ACCEPT, 0, NULL);
	return ANSWER_DONE;
}

static void tell_health(struct request *request, const char *check, bool good, const char *text)
{
	struct tell_health tell = { .good = good };

	(void)text_copy(tell.check, sizeof(tell.check), check); /* all of ours fit */
	(void)text_copy(tell.text, sizeof(tell.text), text);
	(void)request_tell(request, TELL_HEALTH, &tell); /* a peer that left does not want it */
}

static void tell_disk(struct request *request, const struct store_health *health)
{
	char text[PROTO_TEXT_SIZE];
	bool good = health->free_percent >= FREE_PERCENT_LEAST && health->reserve_whole;

	(void)snprintf(text, sizeof(text),
	    "%" PRId64 "%% of the disk is free, the reserve is %s%s", health->free_percent,
	    health->reserve_whole ? "whole" : "gone",
	    good ? "" : ": make room under the state folder");
	tell_health(request, "disk", good, text);
}

enum answered answer_health(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	bool back = attempt_clock_is_back(clock_now(), store_newest(daemon->store));
	struct store_health health;
	int rc = store_health(daemon->store, &health);

	if (rc < 0) {
		request_verdict(request, daemon_fault("the state could not be looked at", rc),
		    0, NULL);
		return ANSWER_DONE;
	}
	tell_health(request, "state", !health.restored,
	    health.restored ?
		"an older database was put back: recovery codes are void, so hand out new ones" :
		"the database is the one of the last run");
	tell_disk(request, &health);
	tell_health(request, "clock", !back,
	    back ?
		"the clock is behind the newest record, so codes are refused: set it right, or if it was ahead before and is right now, sluis clock accept" :
		"the clock is not behind the newest record");
	request_verdict(request, VERDICT_ACCEPT, 0, NULL);
	return ANSWER_DONE;
}

struct clock_act {
	struct daemon *daemon;
	const struct request *request;
	int64_t ahead_s;
};

static int act_accept_clock(struct txn *txn, void *argument)
{
	struct clock_act *act = argument;
	int64_t actor = PERSON_NOBODY;
	int rc = actor_person(txn, act->daemon, request_peer(act->request),
	    &request_question(act->request)->ask_person.who, &actor);

	return rc < 0 ? rc : store_accept_clock(txn, actor, &act->ahead_s);
}

enum answered answer_clock_accept(struct request *request)
{
	auto_daemon struct daemon *daemon = daemon_enter(request);
	struct clock_act act = { .daemon = daemon, .request = request };
	int rc = store_commit(daemon->store, request_call(request)->record, act_accept_clock,
	    &act);

	request_verdict(request,
	    rc < 0 ? daemon_fault("the clock could not be accepted", rc) : VERDICT_ACCEPT,
	    act.ahead_s, NULL);
	return ANSWER_DONE;
}
