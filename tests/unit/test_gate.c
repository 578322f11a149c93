#include "base/attributes.h"
#include "proto/codec.h"
#include "server/request.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	OURS = 64,	/* two roles, for this test */
	THEIRS = 4,
};

Test(gate, lets_ask_who_may)
{
	static const struct {
		unsigned may, roles;
		struct gate_facts facts;
		bool goes_on;
	} cases[] = {
		/* may                     roles          uid   self   peer   roles of the peer */
		{ 0,                       0,             { 0,    false, false, 0 }, true },	/* root, always */
		{ 0,                       0,             { 0,    true,  true,  OURS }, true },
		{ 0,                       0,             { 1000, false, false, 0 }, false },
		{ 0,                       0,             { 1000, true,  false, 0 }, false },
		{ 0,                       0,             { 1000, false, true,  0 }, false },
		{ 0,                       0,             { 1000, true,  true,  OURS | THEIRS }, false },
		{ MAY_ANYBODY,             0,             { 1000, false, false, 0 }, true },
		{ MAY_ANYBODY,             0,             { 65534, false, false, 0 }, true },
		{ MAY_SELF,                0,             { 1000, true,  false, 0 }, true },
		{ MAY_SELF,                0,             { 1000, false, false, 0 }, false },
		{ MAY_SELF,                0,             { 1000, false, true,  OURS }, false },
		{ MAY_PEER,                0,             { 1000, false, true,  0 }, true },
		{ MAY_PEER,                0,             { 1000, true,  false, OURS }, false },
		{ MAY_PEER,                0,             { 1000, false, false, 0 }, false },
		{ MAY_SELF | MAY_PEER,     0,             { 1000, true,  false, 0 }, true },
		{ MAY_SELF | MAY_PEER,     0,             { 1000, false, true,  0 }, true },
		{ MAY_SELF | MAY_PEER,     0,             { 1000, false, false, OURS }, false },
		{ 0,                       OURS,          { 1000, false, false, OURS }, true },
		{ 0,                       OURS,          { 1000, false, false, THEIRS }, false },
		{ 0,                       OURS,          { 1000, true,  true,  0 }, false },
		{ 0,                       OURS | THEIRS, { 1000, false, false, THEIRS }, true },
		{ 0,                       OURS | THEIRS, { 1000, false, false, THEIRS | 1 }, true },
		{ MAY_SELF,                OURS,          { 1000, false, false, OURS }, true },
		{ MAY_SELF,                OURS,          { 1000, false, false, 0 }, false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct call call = { .may = cases[i].may, .roles = cases[i].roles };

		cr_expect_eq(gate_rule(&call, &cases[i].facts),
		    cases[i].goes_on ? VERDICT_GO_ON : VERDICT_FORBIDDEN, "case %zu", i);
	}
}

/* What happened, one letter each: r recorded first, a answered. */
static char happened[8];

static void note(char what)
{
	size_t len = strlen(happened);

	cr_assert_lt(len + 1, sizeof(happened));
	happened[len] = what;
}

static enum answered answer(struct request *request)
{
	note('a');
	request_verdict(request, VERDICT_ACCEPT, 0, NULL);
	return ANSWER_DONE;
}

static enum answered park(struct request *request)
{
	(void)request;
	note('a');
	return ANSWER_PARK;
}

static void facts_of(void *context, const struct peer *peer, const struct origin *origin, struct gate_facts *ret)
{
	(void)context;
	(void)peer;
	ret->is_self = origin && strcmp(origin->user, "self") == 0;
}

static int record_rc;

static int record_first(void *context, struct request *request)
{
	(void)context;
	(void)request;
	note('r');
	return record_rc;
}

static const struct call calls[] = {
	{ ASK_OPEN, MAY_SELF, 0, TRAIL_WITH, 2, answer },
	{ ASK_JUDGE, MAY_SELF, 0, TRAIL_FIRST, 2, answer },
	{ ASK_SETTLE, MAY_SELF, 0, TRAIL_FIRST, 2, park },
};

/* Passes a question of a plain peer. Returns the verdict it was told, or -1 when it was told nothing. */
static int64_t pass(uint8_t kind, const char *user, enum answered *ret)
{
	struct server_setup setup = { .calls = calls, .call_count = COUNT_OF(calls), .facts = facts_of,
		.record_first = record_first };
	struct request *request = calloc(1, sizeof(*request));
	struct rate *rate = NULL;
	unsigned char frame[PROTO_FRAME_MAX];
	struct frame_header header;
	union message message;
	int fds[2];
	ssize_t got;

	cr_assert(request);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	*request = (struct request){ .fd = fds[0], .peer = { .uid = 1000 }, .version = PROTO_VERSION, .kind = kind };
	(void)text_copy(request->question.ask_person.who.user, PROTO_TEXT_SIZE, user);
	memset(happened, 0, sizeof(happened));
	cr_assert_eq(rate_make(&rate), 0);
	*ret = gate_pass(&setup, rate, request);
	rate_free(rate);
	request_free(request);
	got = recv(fds[1], frame, sizeof(frame), MSG_DONTWAIT);
	(void)close(fds[1]);
	if (got <= 0)
		return -1;
	cr_assert_eq(codec_header(frame, &header), 0);
	cr_assert_eq(header.kind, TELL_VERDICT);
	cr_assert_eq(codec_decode(&header, frame + PROTO_HEADER_SIZE, &message), 0);
	return message.verdict.verdict;
}

Test(gate, answers_only_after_the_rule_and_the_record)
{
	static const struct {
		uint8_t kind;
		const char *user;
		int record_rc;
		int64_t verdict;
		enum answered answered;
		const char *happened;
	} cases[] = {
		{ ASK_OPEN, "self", 0, VERDICT_ACCEPT, ANSWER_DONE, "a" },
		{ ASK_OPEN, "other", 0, VERDICT_FORBIDDEN, ANSWER_DONE, "" },
		{ ASK_JUDGE, "self", 0, VERDICT_ACCEPT, ANSWER_DONE, "ra" },
		{ ASK_JUDGE, "other", 0, VERDICT_FORBIDDEN, ANSWER_DONE, "" },
		{ ASK_JUDGE, "self", -ENOSPC, VERDICT_FAULT, ANSWER_DONE, "r" },
		{ ASK_SETTLE, "self", 0, -1, ANSWER_PARK, "ra" },
		{ ASK_SETTLE, "self", -EIO, VERDICT_FAULT, ANSWER_DONE, "r" },
		{ ASK_STATUS, "self", 0, VERDICT_BAD_REQUEST, ANSWER_DONE, "" },	/* not in the table */
		{ TELL_VERDICT, "self", 0, VERDICT_BAD_REQUEST, ANSWER_DONE, "" },	/* no question */
		{ 0, "self", 0, VERDICT_BAD_REQUEST, ANSWER_DONE, "" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum answered answered;
		int64_t verdict;

		record_rc = cases[i].record_rc;
		verdict = pass(cases[i].kind, cases[i].user, &answered);
		cr_expect_eq(verdict, cases[i].verdict, "case %zu: %s", i, verdict_name((int)verdict));
		cr_expect_eq(answered, cases[i].answered, "case %zu", i);
		cr_expect_str_eq(happened, cases[i].happened, "case %zu: %s", i, happened);
	}
}
