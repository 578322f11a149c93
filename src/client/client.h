#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "proto/codec.h"

#include <stdint.h>

#define CLIENT_SOCKET "/run/sluis/sluisd.sock"

/* One question on one connection. Nothing here outlives it, touches signals or prints. */
struct client {
	int fd;
	int64_t deadline_ms; /* on the monotonic clock: for all of it */
};

/*
 * Connects and sends the question, in wait_ms at most. On success *ret is to be client_close()d.
 * Returns 0, -ETIMEDOUT, -EILSEQ (a text is not UTF-8), or another -errno.
 */
int client_ask(const char *socket_path, int64_t wait_ms, uint8_t kind, const void *question,
    struct client *ret);

/*
 * Reads the next message of the answer; *ret_kind says which. Returns 0, -ETIMEDOUT, -ECONNRESET (ended
 * in the middle or before), -EBADMSG or another -errno.
 */
int client_next(struct client *client, uint8_t *ret_kind, union message *ret);

void client_close(struct client *client);

#define auto_client __attribute__((cleanup(client_close)))

#endif
