#include "client/client.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	BACKLOG_PAUSE_MS = 10, /* poll(2) cannot wait for room in a full backlog */
};

/* Waits until fd is ready for events. Returns 0, -ETIMEDOUT or -errno. */
static int wait_for(const struct client *client, short events)
{
	struct pollfd ready = { .fd = client->fd, .events = events };

	for (;;) {
		int64_t left = client->deadline_ms - clock_monotonic_ms();
		int rc;

		if (left <= 0)
			return -ETIMEDOUT;
		rc = poll(&ready, 1, (int)left);
		if (rc > 0)
			return 0;
		if (rc < 0 && errno != EINTR)
			return -errno;
	}
}

static int connect_to(struct client *client, const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (text_copy(address.sun_path, sizeof(address.sun_path), socket_path) < 0)
		return -ENAMETOOLONG;
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		return -errno;
	while (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (errno == EISCONN)
			break;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		if (clock_monotonic_ms() >= client->deadline_ms)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, BACKLOG_PAUSE_MS); /* only a pause: nothing can fail */
	}
	return 0;
}

static int send_all(struct client *client, const unsigned char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(client->fd, bytes, size, MSG_NOSIGNAL);
		int rc = 0;

		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (sent < 0)
			rc = wait_for(client, POLLOUT);
		if (rc < 0)
			return rc;
		if (sent > 0) {
			bytes += sent;
			size -= (size_t)sent;
		}
	}
	return 0;
}

static int receive_all(struct client *client, unsigned char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t got;
		int rc = wait_for(client, POLLIN);

		if (rc < 0)
			return rc;
		got = recv(client->fd, bytes, size, 0);
		if (got == 0)
			return -ECONNRESET;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (got > 0) {
			bytes += got;
			size -= (size_t)got;
		}
	}
	return 0;
}

int client_ask(const char *socket_path, int64_t wait_ms, uint8_t kind, const void *question,
    struct client *ret)
{
	struct client client = { .fd = -1, .deadline_ms = clock_monotonic_ms() + wait_ms };
	unsigned char frame[PROTO_FRAME_MAX];
	int size = codec_encode(PROTO_VERSION, kind, question, frame);
	int rc = size < 0 ? size : connect_to(&client, socket_path);

	if (rc == 0)
		rc = send_all(&client, frame, (size_t)size);
	explicit_bzero(frame, sizeof(frame));
	if (rc < 0) {
		client_close(&client);
		return rc;
	}
	*ret = client;
	return 0;
}

int client_next(struct client *client, uint8_t *ret_kind, union message *ret)
{
	unsigned char frame[PROTO_FRAME_MAX];
	struct frame_header header;
	int rc = receive_all(client, frame, PROTO_HEADER_SIZE);

	if (rc == 0)
		rc = codec_header(frame, &header);
	if (rc == 0)
		rc = receive_all(client, frame + PROTO_HEADER_SIZE, header.body_size);
	if (rc == 0)
		rc = codec_decode(&header, frame + PROTO_HEADER_SIZE, ret);
	explicit_bzero(frame, sizeof(frame));
	if (rc == 0)
		*ret_kind = header.kind;
	return rc;
}

void client_close(struct client *client)
{
	if (client->fd >= 0)
		(void)close(client->fd);
	client->fd = -1;
}
