#include "server/request.h"

#include "base/clock.h"
#include "proto/codec.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const union message *request_question(const struct request *request)
{
	return &request->question;
}

const struct call *request_call(const struct request *request)
{
	return request->call;
}

const struct peer *request_peer(const struct request *request)
{
	return &request->peer;
}

bool request_has_waited(const struct request *request)
{
	return request->waited;
}

void request_free(struct request *request)
{
	if (!request)
		return;
	(void)close(request->fd);
	codec_wipe(&request->question);
	free(request);
}

static int send_all(struct request *request, const unsigned char *bytes, size_t size)
{
	struct pollfd ready = { .fd = request->fd, .events = POLLOUT };

	while (size > 0) {
		int64_t left = request->arrived_ms + SERVER_ANSWER_MS - clock_monotonic_ms();
		ssize_t sent = send(request->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent > 0) {
			bytes += sent;
			size -= (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			return -errno;
		} else if (left <= 0 || poll(&ready, 1, (int)left) == 0) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

int request_tell(struct request *request, uint8_t kind, const void *message)
{
	unsigned char frame[PROTO_FRAME_MAX];
	int size = codec_encode(request->version, kind, message, frame);
	int rc = size < 0 ? size : send_all(request, frame, (size_t)size);

	explicit_bzero(frame, sizeof(frame));
	return rc;
}

void request_verdict(struct request *request, enum verdict verdict, int64_t number,
    const char *text)
{
	struct tell_verdict tell = { .verdict = verdict, .number = number };

	if (text)
		(void)text_copy(tell.text, sizeof(tell.text),
		    text);                                /* too long: said without words */
	(void)request_tell(request, TELL_VERDICT, &tell); /* a peer that left does not want it */
}
