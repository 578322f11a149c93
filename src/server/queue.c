#include "server/request.h"

#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct queue {
	pthread_mutex_t lock;
	struct request *ready; /* oldest first */
	struct request *parked;
	struct request *busy; /* with a worker now */
	size_t held;          /* ready and parked */
	bool closed;
};

int queue_make(struct queue **ret)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	(void)pthread_mutex_init(&queue->lock, NULL); /* cannot fail on Linux */
	*ret = queue;
	return 0;
}

static void append(struct request **list, struct request *request)
{
	while (*list)
		list = &(*list)->next;
	request->next = NULL;
	*list = request;
}

static void unlink_from(struct request **list, struct request *request)
{
	while (*list != request)
		list = &(*list)->next;
	*list = request->next;
	request->next = NULL;
}

static void free_all(struct request **list)
{
	while (*list) {
		struct request *request = *list;

		unlink_from(list, request);
		request_free(request);
	}
}

void queue_free(struct queue *queue)
{
	if (!queue)
		return;
	free_all(&queue->ready);
	free_all(&queue->parked);
	free(queue);
}

/* Whether two questions are about the same user from the same source. */
static bool same_key(const struct request *one, const struct request *other)
{
	const struct origin *a = message_origin(one->kind, &one->question);
	const struct origin *b = message_origin(other->kind, &other->question);

	return a && b && strcmp(a->user, b->user) == 0 && strcmp(a->rhost, b->rhost) == 0;
}

/* Whether the limits let a worker take this question now. */
static bool may_start(const struct queue *queue, const struct request *request)
{
	int key = 0, uid = 0, plain = 0;

	for (const struct request *other = queue->busy; other; other = other->next) {
		key += same_key(request, other);
		uid += other->peer.counted_as == request->peer.counted_as;
		plain += other->peer.uid != 0;
	}
	if (request->peer.uid != 0 &&
	    (plain >= SERVER_PLAIN_WORKERS || uid >= SERVER_UID_WORKERS))
		return false;
	return key < SERVER_KEY_WORKERS;
}

static struct request *first_startable(const struct queue *queue)
{
	struct request *request = queue->ready;

	while (request && !may_start(queue, request))
		request = request->next;
	return request;
}

static void count_plain(const struct request *list, uid_t uid, int *of_uid, int *plain)
{
	for (; list; list = list->next) {
		*of_uid += list->peer.counted_as == uid;
		*plain += list->peer.uid != 0;
	}
}

/* Whether there is room for one more question of uid: plain peers never fill the queue. */
static bool has_room(const struct queue *queue, uid_t uid)
{
	int of_uid = 0, plain = 0;

	if (queue->held >= SERVER_CONNECTIONS)
		return false;
	if (uid == 0)
		return true;
	count_plain(queue->ready, uid, &of_uid, &plain);
	count_plain(queue->parked, uid, &of_uid, &plain);
	return of_uid < SERVER_UID_CONNECTIONS && plain < SERVER_PLAIN_CONNECTIONS;
}

int queue_put(struct queue *queue, struct request *request)
{
	int rc = -EBUSY;

	(void)pthread_mutex_lock(&queue->lock);
	if (!queue->closed && has_room(queue, request->peer.counted_as)) {
		append(&queue->ready, request);
		queue->held++;
		rc = 0;
	}
	(void)pthread_mutex_unlock(&queue->lock);
	return rc;
}

struct request *queue_take(struct queue *queue)
{
	struct request *request;

	(void)pthread_mutex_lock(&queue->lock);
	request = first_startable(queue);
	if (request) {
		unlink_from(&queue->ready, request);
		append(&queue->busy, request);
		queue->held--;
	}
	(void)pthread_mutex_unlock(&queue->lock);
	return request;
}

bool queue_done(struct queue *queue, struct request *request, enum answered answered)
{
	bool more;

	(void)pthread_mutex_lock(&queue->lock);
	unlink_from(&queue->busy, request);
	if (answered == ANSWER_PARK && !request->waited) {
		append(queue->closed ? &queue->ready : &queue->parked, request);
		request->waited = queue->closed;
		queue->held++;
		request = NULL;
	}
	more = first_startable(queue) != NULL; /* a limit may be free again */
	(void)pthread_mutex_unlock(&queue->lock);
	request_free(request);
	return more;
}

bool queue_is_empty(struct queue *queue)
{
	bool empty;

	(void)pthread_mutex_lock(&queue->lock);
	empty = queue->held == 0;
	(void)pthread_mutex_unlock(&queue->lock);
	return empty;
}

static bool wakes(const struct request *request, const char *user)
{
	const struct origin *origin = message_origin(request->kind, &request->question);

	return user && origin && strcmp(origin->user, user) == 0;
}

bool queue_wake(struct queue *queue, const char *user)
{
	int64_t now = clock_monotonic_ms();
	struct request *next;
	bool more;

	(void)pthread_mutex_lock(&queue->lock);
	for (struct request *request = queue->parked; request; request = next) {
		bool waited = queue->closed || now - request->arrived_ms >= SERVER_PARK_MS;

		next = request->next;
		if (!waited && !wakes(request, user))
			continue;
		unlink_from(&queue->parked, request);
		request->waited = waited;
		append(&queue->ready, request);
	}
	more = first_startable(queue) != NULL;
	(void)pthread_mutex_unlock(&queue->lock);
	return more;
}

void queue_close(struct queue *queue)
{
	(void)pthread_mutex_lock(&queue->lock);
	queue->closed = true;
	(void)pthread_mutex_unlock(&queue->lock);
	(void)queue_wake(queue, NULL); /* the workers look anyway */
}
