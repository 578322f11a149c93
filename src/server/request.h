#ifndef SERVER_REQUEST_H
#define SERVER_REQUEST_H

#include "server/rate.h"
#include "server/server.h"

/* The inside of this floor. */

struct request {
	struct request *next;
	struct server *server;
	int fd;
	struct peer peer;
	uint8_t version, kind;
	int64_t arrived_ms; /* when the question was whole */
	bool asked;         /* passed the gate before, and was parked */
	bool waited;
	const struct call *call;
	union message question;
};

/* Finds the call, rules, records first where that is due, and answers. */
enum answered gate_pass(const struct server_setup *setup, struct rate *rate,
    struct request *request);

/* Closes the connection and wipes the question. Takes NULL. */
void request_free(struct request *request);

/* Questions on their way to an answer. All of it is safe from any thread. */
struct queue;

int queue_make(struct queue **ret);
void queue_free(struct queue *queue);
/* Hands over a whole question. Returns 0, or -EBUSY when too many wait; then it stays the caller's. */
int queue_put(struct queue *queue, struct request *request);
/* Takes the first question that may be answered now under the limits of server.h; NULL: there is none. */
struct request *queue_take(struct queue *queue);
/* The worker is through with it: answered, or parked. Returns true when another may be answered now. */
bool queue_done(struct queue *queue, struct request *request, enum answered answered);
/*
 * Parked questions about user, or all that have waited enough when user is NULL, are ready again. Returns true
 * when one of them may be answered now.
 */
bool queue_wake(struct queue *queue, const char *user);
/* True when nothing waits: neither ready nor parked. */
bool queue_is_empty(struct queue *queue);
/* No more questions; parked ones have waited enough. */
void queue_close(struct queue *queue);

#endif
