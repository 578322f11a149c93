#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "base/record.h"
#include "base/verdict.h"
#include "proto/message.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Reads one whole question from each connection, has the gate rule on it by the call
 * table, and lets a worker answer it. A bad, slow or greedy peer costs its own connection, nothing else.
 */

enum {
	SERVER_WORKERS = 40,
	SERVER_CONNECTIONS = 512,       /* open at a time, */
	SERVER_PLAIN_CONNECTIONS = 192, /* of which not root's, */
	SERVER_UID_CONNECTIONS = 16,    /* of which one plain uid's */
	SERVER_PLAIN_WORKERS = 8,       /* workers that answer plain peers at a time, */
	SERVER_UID_WORKERS = 2,         /* of which one plain uid's */
	SERVER_KEY_WORKERS = 4,         /* workers for one (user, source) at a time */
	SERVER_QUESTION_MS = 2000,      /* a question must be whole by then */
	SERVER_PARK_MS = 2000,          /* a question waits that long for an attempt to close */
	SERVER_ANSWER_MS = 10000,       /* the whole answer must be taken by then */
};

/* The process at the other end, by SO_PEERCRED: its effective uid when it connected. */
struct peer {
	uid_t uid;
	uid_t counted_as; /* for limits: uids that nobody knows, of user namespaces, count as one */
	pid_t pid;
};

struct request;

enum answered {
	ANSWER_DONE,
	ANSWER_PARK, /* ask again when an attempt at this user closes, or when it has waited enough */
};

typedef enum answered answer_function(struct request *request);

/* Who may ask, beside uid 0. */
enum may {
	MAY_ANYBODY = 1,
	MAY_SELF = 2, /* a plain peer, about itself */
	MAY_PEER = 4, /* a service user of [peers], about others on its services */
};

struct call {
	enum proto_kind kind;
	unsigned may;   /* enum may, added up */
	unsigned roles; /* enum role: who may ask about others */
	enum record record;
	int plain_per_minute; /* questions of one plain uid: what leaves a trace is not theirs to fill; 0: any */
	answer_function *answer;
};

/* What the gate must know of a peer and its question. */
struct gate_facts {
	uid_t peer_uid;
	bool is_self;   /* the question is about the peer's own account */
	bool is_peer;   /* [peers] lets it speak for others on this service */
	unsigned roles; /* of the peer */
};

/* Whether the peer may ask: VERDICT_GO_ON or VERDICT_FORBIDDEN. */
enum verdict gate_rule(const struct call *call, const struct gate_facts *facts);

struct server_setup {
	int listener; /* a listening AF_UNIX stream socket; stays the caller's */
	const struct call *calls;
	size_t call_count;
	void *context;
	/* Fills what the gate must know. origin is NULL where the question has none. */
	void (*facts)(void *context, const struct peer *peer, const struct origin *origin,
	    struct gate_facts *ret);
	/* Whether an account with that uid is known. */
	bool (*knows_uid)(void *context, uid_t uid);
	/* Makes the row of a TRAIL_FIRST call durable. Returns 0 or -errno; then the call is not answered. */
	int (*record_first)(void *context, struct request *request);
};

struct server;

/* Starts the workers, one of which listens at any time; *ret is set before the first answer. Returns 0 or -errno. */
int server_start(const struct server_setup *setup, struct server **ret);
/* Answers what is queued, then ends all threads. Takes NULL. */
void server_stop(struct server *server);
/* Goes up while somebody listens: for the watchdog. */
unsigned long server_heartbeat(struct server *server);
/* An attempt at user closed: parked questions about it are asked again. Any thread. */
void server_wake(struct server *server, const char *user);

/* For answers. */
const union message *request_question(const struct request *request);
const struct call *request_call(const struct request *request);
const struct peer *request_peer(const struct request *request);
void *request_context(const struct request *request);
/* True when the question was parked for as long as it may be. */
bool request_has_waited(const struct request *request);
/* Sends one message of the answer. Returns 0 or -errno: then the peer is gone, and that is all. */
int request_tell(struct request *request, uint8_t kind, const void *message);
/* Sends the verdict that ends the answer, with a number and a sentence (or NULL). */
void request_verdict(struct request *request, enum verdict verdict, int64_t number,
    const char *text);

#endif
