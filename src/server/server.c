#include "server/server.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "base/log.h"
#include "proto/codec.h"
#include "server/request.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum {
	WORKER_STACK = 256 * 1024,
	TICK_MS = 100,		/* how often slow peers and parked questions are looked at */
	EVENTS = 64,
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

struct server {
	struct server_setup setup;
	struct queue *queue;
	struct rate *rate;
	int epoll, stop;
	atomic_ulong heartbeat;
	struct connection *reading;	/* the listener's alone */
	pthread_t listener;
	pthread_t workers[SERVER_WORKERS];
	size_t worker_count;
	bool listening;
};

void *request_context(const struct request *request)
{
	return request->server->setup.context;
}

unsigned long server_heartbeat(struct server *server)
{
	return atomic_load(&server->heartbeat);
}

void server_wake(struct server *server, const char *user)
{
	queue_wake(server->queue, user);
}

static void *worker_main(void *argument)
{
	struct server *server = argument;
	struct request *request;

	while ((request = queue_take(server->queue)))
		queue_done(server->queue, request, gate_pass(&server->setup, server->rate, request));
	return NULL;
}

static void connection_free(struct connection *connection)
{
	explicit_bzero(connection->frame, connection->have);
	free(connection);
}

/* Takes the connection out of the reading ones; its descriptor is closed or given away by the caller. */
static void connection_end(struct server *server, struct connection *connection)
{
	struct connection **at = &server->reading;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	(void)epoll_ctl(server->epoll, EPOLL_CTL_DEL, connection->fd, NULL);	/* it is ours: cannot fail */
	connection_free(connection);
}

static void connection_drop(struct server *server, struct connection *connection)
{
	(void)close(connection->fd);
	connection_end(server, connection);
}

/* The whole frame is there: makes it a request. Returns 0 or -errno. */
static int connection_finish(struct server *server, struct connection *connection, const struct frame_header *header)
{
	struct request *request = calloc(1, sizeof(*request));
	int rc;

	if (!request)
		return -ENOMEM;
	*request = (struct request){ .server = server, .fd = connection->fd, .peer = connection->peer,
		.version = header->version, .kind = header->kind, .arrived_ms = clock_monotonic_ms() };
	rc = codec_decode(header, connection->frame + PROTO_HEADER_SIZE, &request->question);
	if (rc == 0)
		rc = queue_put(server->queue, request);
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
		return -EBADMSG;	/* more than one question */
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
		count += other->peer.uid == uid;
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

static int peer_of(int fd, struct peer *ret)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0)
		return -errno;
	ret->uid = cred.uid;
	ret->pid = cred.pid;
	return 0;
}

static int connection_add(struct server *server, int fd)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	int rc = connection ? peer_of(fd, &connection->peer) : -ENOMEM;

	if (rc == 0 && !may_connect(server, connection->peer.uid))
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
	return 0;
}

static void accept_all(struct server *server)
{
	int fd;

	while ((fd = accept4(server->setup.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		if (connection_add(server, fd) < 0)
			(void)close(fd);
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

/* One round of the listener. Returns false when it is told to stop. */
static bool listen_once(struct server *server)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(server->epoll, events, EVENTS, TICK_MS);

	for (int i = 0; i < count; i++) {
		if (events[i].data.ptr == &server->stop)
			return false;
		if (events[i].data.ptr == &server->setup.listener)
			accept_all(server);
		else
			connection_ready(server, events[i].data.ptr);
	}
	drop_slow(server);
	queue_wake(server->queue, NULL);
	atomic_fetch_add(&server->heartbeat, 1);
	return true;
}

static void *listener_main(void *argument)
{
	struct server *server = argument;

	while (listen_once(server))
		;
	while (server->reading)
		connection_drop(server, server->reading);
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
		rc = pthread_create(&server->workers[server->worker_count], &attributes, worker_main, server);
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
	*ret = server;		/* answers use it as soon as the first worker runs */
	server->setup = *setup;
	server->epoll = epoll_create1(EPOLL_CLOEXEC);
	server->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = server->epoll < 0 || server->stop < 0 ? -errno : queue_make(&server->queue);
	if (rc == 0)
		rc = rate_make(&server->rate);
	if (rc == 0)
		rc = watch(server, setup->listener, &server->setup.listener);
	if (rc == 0)
		rc = watch(server, server->stop, &server->stop);
	if (rc == 0)
		rc = start_workers(server);
	if (rc == 0) {
		rc = -pthread_create(&server->listener, NULL, listener_main, server);
		server->listening = rc == 0;
	}
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
	if (server->listening) {
		(void)eventfd_write(server->stop, 1);	/* one write to a fresh eventfd cannot fail */
		(void)pthread_join(server->listener, NULL);
	}
	if (server->queue)
		queue_close(server->queue);
	for (size_t i = 0; i < server->worker_count; i++)
		(void)pthread_join(server->workers[i], NULL);
	queue_free(server->queue);
	rate_free(server->rate);
	if (server->epoll >= 0)
		(void)close(server->epoll);
	if (server->stop >= 0)
		(void)close(server->stop);
	free(server);
}
