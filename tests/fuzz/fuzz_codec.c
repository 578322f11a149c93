#include "proto/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool claim)
{
	if (!claim)
		abort();
}

static bool is_zero(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	while (size > 0 && at[size - 1] == 0)
		size--;
	return size == 0;
}

/* What decodes must encode again to the same bytes; what does not must leave nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char frame[PROTO_FRAME_MAX];
	struct frame_header header;
	union message message;

	if (size < PROTO_HEADER_SIZE || size > PROTO_FRAME_MAX || codec_header(data, &header) < 0)
		return 0;
	header.body_size = (uint32_t)(size - PROTO_HEADER_SIZE);	/* so that no input is lost for its length alone */
	memset(&message, 0xff, sizeof(message));
	if (codec_decode(&header, data + PROTO_HEADER_SIZE, &message) < 0) {
		must(is_zero(&message, sizeof(message)));
		return 0;
	}
	must(codec_encode(header.version, header.kind, &message, frame) == (int)size);
	must(memcmp(frame + PROTO_HEADER_SIZE, data + PROTO_HEADER_SIZE, header.body_size) == 0);
	must(codec_header(frame, &header) == 0 && header.body_size == size - PROTO_HEADER_SIZE);
	return 0;
}
