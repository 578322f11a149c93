#include "proto/codec.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

static const unsigned char magic[2] = { 'S', 'l' };

/* A window on the frame that is being written or read; error is set when something does not fit. */
struct cursor {
	unsigned char *at;
	size_t left;
	int error;
};

static void put(struct cursor *out, const void *bytes, size_t size)
{
	if (size > out->left)
		out->error = out->error ? out->error : -EMSGSIZE;
	if (out->error || size == 0)
		return;
	memcpy(out->at, bytes, size);
	out->at += size;
	out->left -= size;
}

static void get(struct cursor *in, void *bytes, size_t size)
{
	if (size > in->left)
		in->error = -EBADMSG;
	if (in->error || size == 0)
		return;
	memcpy(bytes, in->at, size);
	in->at += size;
	in->left -= size;
}

static void put_sized(struct cursor *out, const void *bytes, size_t size)
{
	uint16_t wire = htobe16((uint16_t)size);

	put(out, &wire, sizeof(wire));
	put(out, bytes, size);
}

static size_t get_size(struct cursor *in, size_t most)
{
	uint16_t wire = 0;

	get(in, &wire, sizeof(wire));
	if (be16toh(wire) > most)
		in->error = -EBADMSG;
	return in->error ? 0 : be16toh(wire);
}

static void put_field(struct cursor *out, const struct field *field, const void *value)
{
	const struct secret *secret = value;
	uint64_t number;
	size_t len;

	switch (field->kind) {
	case FIELD_NUMBER:
		memcpy(&number, value, sizeof(number));
		number = htobe64(number);
		put(out, &number, sizeof(number));
		break;
	case FIELD_TEXT:
		len = strnlen(value, field->size);
		if (len == field->size || !text_is_utf8(value, len))
			out->error = -EILSEQ;
		else
			put_sized(out, value, len);
		break;
	case FIELD_SECRET:
		if (secret->len > SECRET_MAX)
			out->error = -EMSGSIZE;
		else
			put_sized(out, secret->bytes, secret->len);
		break;
	case FIELD_ID:
		put(out, value, PROTO_ID_SIZE);
		break;
	}
}

static void get_field(struct cursor *in, const struct field *field, void *value)
{
	struct secret *secret = value;
	uint64_t number = 0;
	size_t len;

	switch (field->kind) {
	case FIELD_NUMBER:
		get(in, &number, sizeof(number));
		number = be64toh(number);
		memcpy(value, &number, sizeof(number));
		break;
	case FIELD_TEXT:
		len = get_size(in, field->size - 1);
		get(in, value, len);
		if (!text_is_utf8(value, len))
			in->error = -EBADMSG;
		break;
	case FIELD_SECRET:
		len = get_size(in, SECRET_MAX);
		get(in, secret->bytes, len);
		secret->len = len;
		break;
	case FIELD_ID:
		get(in, value, PROTO_ID_SIZE);
		break;
	}
}

int codec_header(const unsigned char bytes[PROTO_HEADER_SIZE], struct frame_header *ret)
{
	struct frame_header header = { .version = bytes[2], .kind = bytes[3] };
	uint32_t size;

	if (memcmp(bytes, magic, sizeof(magic)) != 0)
		return -EPROTO;
	if (header.version < PROTO_OLDEST || header.version > PROTO_VERSION)
		return -EPROTONOSUPPORT;
	memcpy(&size, bytes + 4, sizeof(size));
	header.body_size = be32toh(size);
	if (header.body_size > PROTO_FRAME_MAX - PROTO_HEADER_SIZE)
		return -EMSGSIZE;
	*ret = header;
	return 0;
}

int codec_encode_by(const struct schema *schema, uint8_t version, const void *message,
    unsigned char frame[PROTO_FRAME_MAX])
{
	struct cursor out = { frame + PROTO_HEADER_SIZE, PROTO_FRAME_MAX - PROTO_HEADER_SIZE,
		0 };
	uint32_t size;

	for (size_t i = 0; i < schema->count; i++)
		if (schema->fields[i].since <= version)
			put_field(&out, &schema->fields[i],
			    (const char *)message + schema->fields[i].offset);
	if (out.error) {
		explicit_bzero(frame, PROTO_FRAME_MAX);
		return out.error;
	}
	memcpy(frame, magic, sizeof(magic));
	frame[2] = version;
	frame[3] = schema->kind;
	size = htobe32((uint32_t)(out.at - frame - PROTO_HEADER_SIZE));
	memcpy(frame + 4, &size, sizeof(size));
	return (int)(out.at - frame);
}

int codec_encode(uint8_t version, uint8_t kind, const void *message,
    unsigned char frame[PROTO_FRAME_MAX])
{
	const struct schema *schema = schema_find(kind);

	return schema ? codec_encode_by(schema, version, message, frame) : -EINVAL;
}

int codec_decode_by(const struct schema *schema, uint8_t version, const unsigned char *body,
    size_t size, void *ret)
{
	struct cursor in = { (unsigned char *)(uintptr_t)body, size, 0 }; /* only read from */

	memset(ret, 0, schema->size);
	for (size_t i = 0; i < schema->count; i++)
		if (schema->fields[i].since <= version)
			get_field(&in, &schema->fields[i],
			    (char *)ret + schema->fields[i].offset);
	if (in.error || in.left > 0) {
		explicit_bzero(ret, schema->size);
		return -EBADMSG;
	}
	return 0;
}

int codec_decode(const struct frame_header *header, const unsigned char *body,
    union message *ret)
{
	const struct schema *schema = schema_find(header->kind);

	codec_wipe(ret);
	return schema ? codec_decode_by(schema, header->version, body, header->body_size, ret) :
			-EINVAL;
}

void codec_wipe(union message *message)
{
	explicit_bzero(message, sizeof(*message));
}
