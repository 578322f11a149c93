#include "server/server.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "base/log.h"
#include "proto/codec.h"
#include "server/request.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum {
	WORKER_STACK = 256 * 1024,
	TICK_MS = 100, /* how often slow peers and parked questions are looked at */
	EVENTS = 64,
	UNKNOWN_UID = 65534,
	ACCEPTS = 16, /* in one round of listening */
};

/* A connection whose question is not whole yet. */
struct connection {
	struct connection *next;
	int fd;
	struct peer peer;
	int64_t deadline_ms;
	size_t have;
	unsigned char frame[PROTO_FRAME_MAX];
};

/*
 * All threads are alike: one of them leads, which is to listen until there is a question to answer; then it lets
 * another lead and answers. So no question is handed from one thread to another.
 */
struct server {
	struct server_setup setup;
	struct queue *queue;
	struct rate *rate;
	int epoll;
	int poke; /* an eventfd: the leader shall look at the queue */
	atomic_bool stopping;
	atomic_ulong heartbeat;
	pthread_mutex_t leading; /* held by the leader; guards what follows */
	struct connection *reading;
	pthread_t workers[SERVER_WORKERS];
	size_t worker_count;
};

void *request_context(const struct request *request)
{
	return request->server->setup.context;
}

unsigned long server_heartbeat(struct server *server)
{
	return atomic_load(&server->heartbeat);
}

static void poke_leader(struct server *server)
{
	(void)eventfd_write(server->poke, 1); /* a full counter has poked already */
}

void server_wake(struct server *server, const char *user)
{
	if (queue_wake(server->queue, user))
		poke_leader(server);
}

static void connection_free(struct connection *connection)
{
	explicit_bzero(connection->frame, connection->have);
	free(connection);
}

/* Takes the connection out of the reading ones. */
static void connection_end(struct server *server, struct connection *connection)
{
	struct connection **at = &server->reading;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	connection_free(connection);
}

static void unwatch(struct server *server, const struct connection *connection)
{
	(void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, connection->fd,
	    NULL); /* still ours: cannot fail */
}

static void connection_drop(struct server *server, struct connection *connection)
{
	unwatch(server, connection);
	(void)close(connection->fd);
	connection_end(server, connection);
}

/* The whole frame is there: makes it a request. Returns 0 or -errno. */
static int connection_finish(struct server *server, struct connection *connection,
    const struct frame_header *header)
{
	struct request *request = calloc(1, sizeof(*request));
	int rc;

	if (!request)
		return -ENOMEM;
	*request = (struct request){ .server = server,
		.fd = connection->fd,
		.peer = connection->peer,
		.version = header->version,
		.kind = header->kind,
		.arrived_ms = clock_monotonic_ms() };
	rc = codec_decode(header, connection->frame + PROTO_HEADER_SIZE, &request->question);
	if (rc == 0)
		rc = queue_put(server->queue, request);
	if (rc == 0)
		unwatch(server,
		    connection); /* before this thread, which leads, lets anybody answer and close it */
	if (rc < 0) {
		codec_wipe(&request->question);
		free(request);
	}
	return rc;
}

/* Reads what is there. Returns 1 when the question was handed on, 0 to go on reading, or -errno. */
static int connection_read(struct server *server, struct connection *connection)
{
	struct frame_header header;
	size_t want = PROTO_HEADER_SIZE;
	ssize_t got = recv(connection->fd, connection->frame + connection->have,
	    sizeof(connection->frame) - connection->have, 0);
	int rc;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got <= 0)
		return got < 0 ? -errno : -ECONNRESET;
	connection->have += (size_t)got;
	if (connection->have < want)
		return 0;
	rc = codec_header(connection->frame, &header);
	if (rc < 0)
		return rc;
	want += header.body_size;
	if (connection->have > want)
		return -EBADMSG; /* more than one question */
	if (connection->have < want)
		return 0;
	rc = connection_finish(server, connection, &header);
	return rc < 0 ? rc : 1;
}

static void connection_ready(struct server *server, struct connection *connection)
{
	int rc = connection_read(server, connection);

	if (rc > 0)
		connection_end(server, connection);
	else if (rc < 0)
		connection_drop(server, connection);
}

static int count_reading(const struct server *server, uid_t uid)
{
	int count = 0;

	for (const struct connection *other = server->reading; other; other = other->next)
		count += other->peer.counted_as == uid;
	return count;
}

static int count_plain(const struct server *server)
{
	int count = 0;

	for (const struct connection *other = server->reading; other; other = other->next)
		count += other->peer.uid != 0;
	return count;
}

/* Whether a new connection of uid is within the limits. */
static bool may_connect(const struct server *server, uid_t uid)
{
	int of_uid = count_reading(server, uid), plain = count_plain(server);

	if (uid == 0)
		return of_uid + plain < SERVER_CONNECTIONS;
	return of_uid < SERVER_UID_CONNECTIONS && plain < SERVER_PLAIN_CONNECTIONS;
}

static int peer_of(struct server *server, int fd, struct peer *ret)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return -errno;
	ret->uid = cred.uid;
	ret->counted_as = cred.uid == 0 ||
		server->setup.knows_uid(server->setup.context, cred.uid) ?
	    cred.uid :
	    UNKNOWN_UID;
	ret->pid = cred.pid;
	return 0;
}

static int connection_add(struct server *server, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	int rc = connection ? peer_of(server, fd, &connection->peer) : -ENOMEM;

	if (rc == 0 && !may_connect(server, connection->peer.counted_as))
		rc = -EBUSY;
	if (rc == 0 && epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		rc = -errno;
	if (rc < 0) {
		free(connection);
		return rc;
	}
	connection->fd = fd;
	connection->deadline_ms = clock_monotonic_ms() + SERVER_QUESTION_MS;
	connection->next = server->reading;
	server->reading = connection;
	connection_ready(server,
	    connection); /* most questions are there as soon as their connection is */
	return 0;
}

/* Accepts some: who floods must not keep the leader from the questions that are there. */
static void accept_some(struct server *server)
{
	for (int i = 0; i < ACCEPTS; i++) {
		int fd = accept4(server->setup.listener, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		if (connection_add(server, fd) < 0)
			(void)close(fd);
	}
}

static void drop_slow(struct server *server)
{
	int64_t now = clock_monotonic_ms();
	struct connection *next;

	for (struct connection *connection = server->reading; connection; connection = next) {
		next = connection->next;
		if (now >= connection->deadline_ms)
			connection_drop(server, connection);
	}
}

/* One round of listening. */
static void listen_once(struct server *server)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(server->epoll, events, EVENTS, TICK_MS);
	eventfd_t pokes;

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == &server->poke)
			(void)eventfd_read(server->poke, &pokes);
		else if (events[i].data.ptr == &server->setup.listener)
			accept_some(server);
		else
			connection_ready(server, events[i].data.ptr);
	}
	drop_slow(server);
	(void)queue_wake(server->queue, NULL); /* looked at next */
	atomic_fetch_add(&server->heartbeat, 1);
}

static void stop_listening(struct server *server)
{
	while (server->reading)
		connection_drop(server, server->reading);
	(void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, server->setup.listener,
	    NULL); /* gone already at the second call */
	queue_close(server->queue);
}

/* The next question for this thread. NULL: the server is stopping and nothing is left. */
static struct request *next_request(struct server *server)
{
	struct request *request;

	(void)pthread_mutex_lock(&server->leading);
	for (;;) {
		if (atomic_load(&server->stopping))
			stop_listening(server);
		request = queue_take(server->queue);
		if (request || (atomic_load(&server->stopping) && queue_is_empty(server->queue)))
			break;
		listen_once(server);
	}
	(void)pthread_mutex_unlock(&server->leading);
	return request;
}

static void *worker_main(void *argument)
{
	struct server *server = argument;
	struct request *request;

	while ((request = next_request(server)))
		if (queue_done(server->queue, request,
			gate_pass(&server->setup, server->rate, request)))
			poke_leader(server);
	poke_leader(server); /* the next one ends as well */
	return NULL;
}

static int watch(struct server *server, int fd, void *mark)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = mark };

	return epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int start_workers(struct server *server)
{
	pthread_attr_t attributes;
	int rc = pthread_attr_init(&attributes);

	if (rc == 0)
		rc = pthread_attr_setstacksize(&attributes, WORKER_STACK);
	while (rc == 0 && server->worker_count < SERVER_WORKERS) {
		rc = pthread_create(&server->workers[server->worker_count], &attributes,
		    worker_main, server);
		server->worker_count += rc == 0;
	}
	(void)pthread_attr_destroy(&attributes);
	return -rc;
}

int server_start(const struct server_setup *setup, struct server **ret)
{
	struct server *server = calloc(1, sizeof(*server));
	int rc;

	if (!server)
		return -ENOMEM;
	*ret = server; /* answers use it as soon as the first worker runs */
	server->setup = *setup;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->poke = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&server->leading, NULL); /* cannot fail on Linux */
	rc = server->epoll < 0 || server->poke < 0 ? -errno : queue_make(&server->queue);
	if (rc == 0)
		rc = rate_make(&server->rate);
	if (rc == 0)
		rc = watch(server, setup->listener, &server->setup.listener);
	if (rc == 0)
		rc = watch(server, server->poke, &server->poke);
	if (rc == 0)
		rc = start_workers(server);
	if (rc < 0) {
		server_stop(server);
		*ret = NULL;
		return rc;
	}
	return 0;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	atomic_store(&server->stopping, true);
	if (server->poke >= 0)
		poke_leader(server);
	for (size_t i = 0; i < server->worker_count; i++)
		(void)pthread_join(server->workers[i], NULL);
	queue_free(server->queue);
	rate_free(server->rate);
	if (server->epoll >= 0)
		(void)close(server->epoll);
	if (server->poke >= 0)
		(void)close(server->poke);
	free(server);
}
