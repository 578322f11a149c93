/*
 * fake: a scripted sluisd, for the faults that the real one cannot be brought to.
 *   fake SOCKET QUESTION FAULT [NUMBER]
 * Answers every question with yes, save QUESTION (policy, open, judge, account, enrolled,
 * notices), on which it commits the fault. Runs until it is killed.
 */
#include "base/verdict.h"
#include "proto/codec.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct answer {
	unsigned char bytes[2 * PROTO_FRAME_MAX];
	size_t size;
};

typedef void fault_function(struct answer *answer, long number);

static void fault_none(struct answer *answer, long number)
{
	(void)answer;
	(void)number;
}

static void fault_magic(struct answer *answer, long number)
{
	answer->bytes[number] ^= 0x20;
}

static void fault_version(struct answer *answer, long number)
{
	answer->bytes[2] = (unsigned char)number;
}

static void fault_kind(struct answer *answer, long number)
{
	answer->bytes[3] = (unsigned char)number;
}

static void fault_length(struct answer *answer, long number)
{
	uint32_t wire = htobe32((uint32_t)number);

	memcpy(answer->bytes + 4, &wire, sizeof(wire));
	answer->size = sizeof(answer->bytes);
}

static void fault_half(struct answer *answer, long number)
{
	(void)number;
	answer->size /= 2;
}

static void fault_close(struct answer *answer, long number)
{
	(void)number;
	answer->size = 0;
}

/* A byte too much inside the frame. */
static void fault_more(struct answer *answer, long number)
{
	uint32_t wire = htobe32((uint32_t)(answer->size + 1 - PROTO_HEADER_SIZE));

	(void)number;
	memcpy(answer->bytes + 4, &wire, sizeof(wire));
	answer->bytes[answer->size++] = 0;
}

/* The first number of the answer, a verdict or the prompts: one bit of it turns over, */
static void fault_flip(struct answer *answer, long number)
{
	answer->bytes[PROTO_HEADER_SIZE + 7 - number / 8] ^= (unsigned char)(1 << number % 8);
}

/* or it is another one. */
static void fault_value(struct answer *answer, long number)
{
	uint64_t wire = htobe64((uint64_t)number);

	memcpy(answer->bytes + PROTO_HEADER_SIZE, &wire, sizeof(wire));
}

static void fault_silence(struct answer *answer, long number)
{
	(void)answer;
	(void)number;
	(void)pause();
}

static const struct {
	const char *name;
	fault_function *commit;
} faults[] = {
	{ "none", fault_none },
	{ "magic", fault_magic },
	{ "version", fault_version },
	{ "kind", fault_kind },
	{ "length", fault_length },
	{ "half", fault_half },
	{ "close", fault_close },
	{ "more", fault_more },
	{ "flip", fault_flip },
	{ "value", fault_value },
	{ "silence", fault_silence },
};

static fault_function *fault_find(const char *name)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcmp(faults[i].name, name) == 0)
			return faults[i].commit;
	return NULL;
}

/* Reads one frame. Returns its kind, or 0. */
static uint8_t read_question(int fd)
{
	unsigned char bytes[PROTO_FRAME_MAX];
	struct frame_header header;

	if (recv(fd, bytes, PROTO_HEADER_SIZE, MSG_WAITALL) != PROTO_HEADER_SIZE ||
	    codec_header(bytes, &header) < 0)
		return 0;
	if (recv(fd, bytes, header.body_size, MSG_WAITALL) != (ssize_t)header.body_size)
		return 0;
	return header.kind;
}

static void say_yes(uint8_t question, struct answer *ret)
{
	union message message = { 0 };
	uint8_t kind = TELL_VERDICT;
	int size;

	if (question == ASK_POLICY) {
		kind = TELL_POLICY;
		message.policy = (struct tell_policy){ PROMPT_PASSWORD | PROMPT_CODE, 6, 0 };
	} else if (question == ASK_OPEN) {
		kind = TELL_ATTEMPT;
		message.attempt.verdict = VERDICT_GO_ON;
	} else {
		message.verdict.verdict = VERDICT_ACCEPT;
	}
	size = codec_encode(PROTO_VERSION, kind, &message, ret->bytes);
	ret->size = size < 0 ? 0 : (size_t)size;
}

static void serve(int fd, const char *question, fault_function *fault, long number)
{
	struct answer answer = { 0 };
	uint8_t kind = read_question(fd);
	const struct schema *schema = schema_find(kind);

	if (!schema)
		return;
	say_yes(kind, &answer);
	if (strcmp(schema->name, question) == 0)
		fault(&answer, number);
	(void)send(fd, answer.bytes, answer.size, MSG_NOSIGNAL);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)unlink(path);
	if (fd < 0 || text_copy(address.sun_path, sizeof(address.sun_path), path) < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 16) < 0) {
		perror(path);
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	fault_function *fault = argc >= 4 ? fault_find(argv[3]) : NULL;
	long number = argc > 4 ? strtol(argv[4], NULL, 0) : 0;
	int listener;

	if (!fault)
		return 2;
	listener = listen_at(argv[1]);
	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			continue;
		serve(fd, argv[2], fault, number);
		(void)close(fd);
	}
}
