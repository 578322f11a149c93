#ifndef PROTO_CODEC_H
#define PROTO_CODEC_H

#include "proto/message.h"

/* What the first PROTO_HEADER_SIZE bytes of a frame say. */
struct frame_header {
	uint8_t version;
	uint8_t kind;
	uint32_t body_size;
};

/*
 * Reads a header. Returns 0, -EPROTO (not ours), -EPROTONOSUPPORT (a version outside
 * PROTO_OLDEST..PROTO_VERSION) or -EMSGSIZE (longer than PROTO_FRAME_MAX).
 */
int codec_header(const unsigned char bytes[PROTO_HEADER_SIZE], struct frame_header *ret);

/*
 * Writes header and body of one message into frame, as version has it. Returns the whole size,
 * -EINVAL (unknown kind), -EILSEQ (a text that is not UTF-8) or -EMSGSIZE.
 */
int codec_encode(uint8_t version, uint8_t kind, const void *message,
    unsigned char frame[PROTO_FRAME_MAX]);

/*
 * Reads the body of a message of the header's kind into ret, all of it: a field too many, too long,
 * too short or not UTF-8 is -EBADMSG, an unknown kind -EINVAL; ret is wiped then. Fields that
 * the header's version does not have are zero.
 */
int codec_decode(const struct frame_header *header, const unsigned char *body,
    union message *ret);

/* The same by a schema that need not be in the table: for tests of versions to come. */
int codec_encode_by(const struct schema *schema, uint8_t version, const void *message,
    unsigned char frame[PROTO_FRAME_MAX]);
int codec_decode_by(const struct schema *schema, uint8_t version, const unsigned char *body,
    size_t size, void *ret);

/* Wipes all of a message, secrets or not. */
void codec_wipe(union message *message);

#define auto_message __attribute__((cleanup(codec_wipe)))

#endif
