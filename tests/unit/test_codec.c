#include "base/attributes.h"
#include "proto/codec.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

/* How much of each field a message is filled with. */
enum fill {
	FILL_NOTHING,
	FILL_SOME,
	FILL_ALL,
};

static void fill_field(const struct field *field, enum fill fill, void *value)
{
	static const char some[] = "\xe2\x82\xac 5";	/* not all of it ASCII */
	struct secret *secret = value;
	int64_t number = fill == FILL_ALL ? INT64_MIN : fill == FILL_SOME ? 0x0102030405060708 : 0;

	switch (field->kind) {
	case FIELD_NUMBER:
		memcpy(value, &number, sizeof(number));
		break;
	case FIELD_TEXT:
		if (fill == FILL_SOME)
			memcpy(value, some, sizeof(some));
		else if (fill == FILL_ALL)
			memset(value, 'x', field->size - 1);
		break;
	case FIELD_SECRET:
		secret->len = fill == FILL_ALL ? SECRET_MAX : fill == FILL_SOME ? 6 : 0;
		memset(secret->bytes, 0xe0, secret->len);	/* any bytes, text or not */
		break;
	case FIELD_ID:
		memset(value, fill == FILL_NOTHING ? 0 : 0xd1, PROTO_ID_SIZE);
		break;
	}
}

static void fill_message(const struct schema *schema, enum fill fill, void *message)
{
	memset(message, 0, schema->size);
	for (size_t i = 0; i < schema->count; i++)
		fill_field(&schema->fields[i], fill, (char *)message + schema->fields[i].offset);
}

static bool is_zero(const void *bytes, size_t size)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < size; i++)
		if (at[i] != 0)
			return false;
	return true;
}

/* The schemas one after the other, by their kinds. */
static const struct schema *next_schema(unsigned *kind)
{
	const struct schema *schema = NULL;

	while (*kind <= UINT8_MAX && !schema)
		schema = schema_find((uint8_t)(*kind)++);
	return schema;
}

static size_t encode(const struct schema *schema, enum fill fill, unsigned char frame[PROTO_FRAME_MAX])
{
	union message message;
	int size;

	fill_message(schema, fill, &message);
	size = codec_encode(PROTO_VERSION, schema->kind, &message, frame);
	cr_assert_gt(size, 0, "%s: %d", schema->name, size);
	return (size_t)size;
}

static struct frame_header header_of(const struct schema *schema, size_t body_size)
{
	return (struct frame_header){ .version = PROTO_VERSION, .kind = schema->kind,
		.body_size = (uint32_t)body_size };
}

/* Expects that a body is refused and that nothing of it stays behind. */
static void expect_bad(const struct schema *schema, const unsigned char *body, size_t size, const char *why)
{
	struct frame_header header = header_of(schema, size);
	unsigned char *exact = malloc(size > 0 ? size : 1);	/* so that a sanitizer sees a step beyond */
	union message message;

	cr_assert(exact);
	memcpy(exact, body, size);
	memset(&message, 0xff, sizeof(message));
	cr_expect_eq(codec_decode(&header, exact, &message), -EBADMSG, "%s of %zu: %s", schema->name, size, why);
	cr_expect(is_zero(&message, sizeof(message)), "%s of %zu: %s leaves something", schema->name, size, why);
	free(exact);
}

Test(codec, carries_every_message_there_and_back)
{
	unsigned char frame[PROTO_FRAME_MAX];
	const struct schema *schema;
	unsigned kind = 0, seen = 0;

	while ((schema = next_schema(&kind)))
		for (enum fill fill = FILL_NOTHING; fill <= FILL_ALL; fill++) {
			union message before, after;
			struct frame_header header;
			size_t size = encode(schema, fill, frame);

			fill_message(schema, fill, &before);
			cr_assert_eq(codec_header(frame, &header), 0);
			cr_expect_eq(header.version, PROTO_VERSION);
			cr_expect_eq(header.kind, schema->kind);
			cr_expect_eq(header.body_size, size - PROTO_HEADER_SIZE);
			memset(&after, 0xff, sizeof(after));
			cr_assert_eq(codec_decode(&header, frame + PROTO_HEADER_SIZE, &after), 0, "%s", schema->name);
			cr_expect_arr_eq(&after, &before, schema->size, "%s", schema->name);
			seen++;
		}
	cr_expect_geq(seen, 3 * 25);
}

Test(codec, has_a_field_for_every_byte_of_a_message)
{
	const struct schema *schema;
	unsigned kind = 0;

	while ((schema = next_schema(&kind))) {
		size_t covered = 0;

		cr_expect_leq(schema->size, sizeof(union message));
		for (size_t i = 0; i < schema->count; i++) {
			cr_expect_leq(schema->fields[i].offset + schema->fields[i].size, schema->size);
			cr_expect_geq(schema->fields[i].since, PROTO_OLDEST);
			cr_expect_leq(schema->fields[i].since, PROTO_VERSION);
			covered += schema->fields[i].size;
		}
		cr_expect_eq(covered, schema->size, "%s has %zu bytes, of which %zu travel", schema->name,
		    schema->size, covered);
	}
}

Test(codec, refuses_every_truncation)
{
	unsigned char frame[PROTO_FRAME_MAX];
	const struct schema *schema;
	unsigned kind = 0;

	while ((schema = next_schema(&kind)))
		for (enum fill fill = FILL_NOTHING; fill <= FILL_ALL; fill++) {
			size_t size = encode(schema, fill, frame) - PROTO_HEADER_SIZE;

			for (size_t cut = 0; cut < size; cut++)
				expect_bad(schema, frame + PROTO_HEADER_SIZE, cut, "cut short");
		}
}

Test(codec, refuses_what_is_left_over)
{
	unsigned char frame[PROTO_FRAME_MAX];
	const struct schema *schema;
	unsigned kind = 0;

	while ((schema = next_schema(&kind)))
		for (int extra = 0; extra <= UINT8_MAX; extra++) {
			size_t size = encode(schema, FILL_SOME, frame);

			frame[size] = (unsigned char)extra;
			expect_bad(schema, frame + PROTO_HEADER_SIZE, size - PROTO_HEADER_SIZE + 1, "one byte more");
		}
}

/* Where on the wire a field begins, in a message that is filled to the brim. */
static size_t wire_offset(const struct schema *schema, size_t index)
{
	size_t at = 0;

	for (size_t i = 0; i < index; i++)
		switch (schema->fields[i].kind) {
		case FIELD_NUMBER:
			at += 8;
			break;
		case FIELD_TEXT:
			at += 2 + schema->fields[i].size - 1;
			break;
		case FIELD_SECRET:
			at += 2 + SECRET_MAX;
			break;
		case FIELD_ID:
			at += PROTO_ID_SIZE;
			break;
		}
	return at;
}

Test(codec, refuses_a_length_that_is_one_over)
{
	unsigned char frame[PROTO_FRAME_MAX + 1];
	const struct schema *schema;
	unsigned kind = 0, tried = 0;

	while ((schema = next_schema(&kind)))
		for (size_t i = 0; i < schema->count; i++) {
			const struct field *field = &schema->fields[i];
			size_t size = encode(schema, FILL_ALL, frame) - PROTO_HEADER_SIZE;
			size_t len = field->kind == FIELD_SECRET ? SECRET_MAX + 1 : field->size;
			unsigned char *at = frame + PROTO_HEADER_SIZE + wire_offset(schema, i);

			if (field->kind != FIELD_TEXT && field->kind != FIELD_SECRET)
				continue;
			cr_assert_eq(at[0] << 8 | at[1], (int)len - 1);
			memmove(at + 3, at + 2, (size_t)(frame + PROTO_HEADER_SIZE + size - at - 2));
			at[0] = (unsigned char)(len >> 8);
			at[1] = (unsigned char)len;
			at[2] = 'x';
			expect_bad(schema, frame + PROTO_HEADER_SIZE, size + 1, "a length one over");
			tried++;
		}
	cr_expect_gt(tried, 50);
}

Test(codec, refuses_text_that_is_not_utf8)
{
	static const unsigned char bad[] = { 0x00, 0x80, 0xc3, 0xff };
	unsigned char frame[PROTO_FRAME_MAX];
	const struct schema *schema;
	unsigned kind = 0;

	while ((schema = next_schema(&kind)))
		for (size_t i = 0; i < schema->count; i++)
			for (size_t k = 0; k < COUNT_OF(bad) && schema->fields[i].kind == FIELD_TEXT; k++) {
				size_t size = encode(schema, FILL_ALL, frame) - PROTO_HEADER_SIZE;

				frame[PROTO_HEADER_SIZE + wire_offset(schema, i) + 2] = bad[k];
				expect_bad(schema, frame + PROTO_HEADER_SIZE, size, "not UTF-8");
			}
}

Test(codec, does_not_send_what_it_would_not_take)
{
	static unsigned char frame[PROTO_FRAME_MAX];
	struct ask_judge judge = { .code = { .len = 6, .bytes = "123456" } };

	memset(judge.who.service, 'x', sizeof(judge.who.service));	/* without its NUL */
	memset(frame, 0xff, sizeof(frame));
	cr_expect_eq(codec_encode(PROTO_VERSION, ASK_JUDGE, &judge, frame), -EILSEQ);
	cr_expect(is_zero(frame, sizeof(frame)));

	memcpy(judge.who.service, "\xff", 2);
	memset(frame, 0xff, sizeof(frame));
	cr_expect_eq(codec_encode(PROTO_VERSION, ASK_JUDGE, &judge, frame), -EILSEQ);
	cr_expect(is_zero(frame, sizeof(frame)));

	memcpy(judge.who.service, "sshd", 5);
	judge.code.len = SECRET_MAX + 1;
	memset(frame, 0xff, sizeof(frame));
	cr_expect_eq(codec_encode(PROTO_VERSION, ASK_JUDGE, &judge, frame), -EMSGSIZE);
	cr_expect(is_zero(frame, sizeof(frame)));

	judge.code.len = 6;
	cr_expect_gt(codec_encode(PROTO_VERSION, ASK_JUDGE, &judge, frame), 0);
}

Test(codec, wipes_a_secret_that_was_read_before_the_fault)
{
	static const char code[] = "a secret code";
	unsigned char frame[PROTO_FRAME_MAX];
	struct ask_enroll enroll = { .kind = TOKEN_TOTP };
	struct frame_header header;
	union message message;
	int size;

	cr_assert_eq(secret_set(&enroll.code, code, sizeof(code)), 0);
	size = codec_encode(PROTO_VERSION, ASK_ENROLL, &enroll, frame);
	cr_assert_gt(size, 0);
	cr_assert_eq(codec_header(frame, &header), 0);
	header.body_size++;		/* the secret is last: all of it was read */
	memset(&message, 0xff, sizeof(message));
	cr_assert_eq(codec_decode(&header, frame + PROTO_HEADER_SIZE, &message), -EBADMSG);
	cr_expect(is_zero(&message, sizeof(message)));
}

Test(codec, knows_no_other_kinds)
{
	unsigned char frame[PROTO_FRAME_MAX] = { 0 };
	union message message;

	for (unsigned kind = 0; kind <= UINT8_MAX; kind++) {
		struct frame_header header = { .version = PROTO_VERSION, .kind = (uint8_t)kind };

		if (schema_find((uint8_t)kind))
			continue;
		memset(&message, 0xff, sizeof(message));
		cr_expect_eq(codec_decode(&header, frame, &message), -EINVAL, "kind %u", kind);
		cr_expect(is_zero(&message, sizeof(message)));
		cr_expect_eq(codec_encode(PROTO_VERSION, (uint8_t)kind, &message, frame), -EINVAL, "kind %u", kind);
	}
}

Test(codec, takes_the_headers_of_its_own_versions_and_sizes_only)
{
	static const struct {
		unsigned char bytes[PROTO_HEADER_SIZE];
		int rc;
	} cases[] = {
		{ { 'S', 'l', PROTO_VERSION, 1, 0, 0, 0, 0 }, 0 },
		{ { 'S', 'l', PROTO_OLDEST, 1, 0, 0, 0, 0 }, 0 },
		{ { 'S', 'l', PROTO_VERSION, 255, 0, 0, 0, 7 }, 0 },		/* the kind is looked at later */
		{ { 'S', 'l', PROTO_VERSION, 1, 0, 0, 0x0f, 0xf8 }, 0 },	/* 4088: all there is room for */
		{ { 'S', 'l', PROTO_VERSION, 1, 0, 0, 0x0f, 0xf9 }, -EMSGSIZE },
		{ { 'S', 'l', PROTO_VERSION, 1, 1, 0, 0, 0 }, -EMSGSIZE },
		{ { 'S', 'l', PROTO_VERSION, 1, 0xff, 0xff, 0xff, 0xff }, -EMSGSIZE },
		{ { 'S', 'l', PROTO_VERSION + 1, 1, 0, 0, 0, 0 }, -EPROTONOSUPPORT },
		{ { 'S', 'l', PROTO_OLDEST - 1, 1, 0, 0, 0, 0 }, -EPROTONOSUPPORT },
		{ { 'S', 'l', 255, 1, 0, 0, 0, 0 }, -EPROTONOSUPPORT },
		{ { 's', 'l', PROTO_VERSION, 1, 0, 0, 0, 0 }, -EPROTO },
		{ { 'S', 'L', PROTO_VERSION, 1, 0, 0, 0, 0 }, -EPROTO },
		{ { 'G', 'E', 'T', ' ', '/', ' ', 'H', 'T' }, -EPROTO },
		{ { 0 }, -EPROTO },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct frame_header header = { 77, 77, 77 };

		cr_expect_eq(codec_header(cases[i].bytes, &header), cases[i].rc, "case %zu", i);
		if (cases[i].rc < 0)
			cr_expect(header.version == 77 && header.kind == 77 && header.body_size == 77, "case %zu", i);
		else
			cr_expect_eq(header.kind, cases[i].bytes[3]);
	}
}

/* A message of two versions: the second one added the field in the middle. */
struct grown {
	int64_t first;
	char added[16];
	struct secret last;
};

static const struct field grown_fields[] = {
	{ FIELD_NUMBER, offsetof(struct grown, first), sizeof(int64_t), 1 },
	{ FIELD_TEXT, offsetof(struct grown, added), 16, 2 },
	{ FIELD_SECRET, offsetof(struct grown, last), sizeof(struct secret), 1 },
};
static const struct schema grown = { 200, "grown", sizeof(struct grown), COUNT_OF(grown_fields), grown_fields };

Test(codec, speaks_the_version_before_without_the_field_that_was_added)
{
	const struct grown sent = { 7, "new", { 3, "abc" } };
	unsigned char frame[PROTO_FRAME_MAX];
	struct grown got;
	int size = codec_encode_by(&grown, 1, &sent, frame);

	cr_assert_eq(size, PROTO_HEADER_SIZE + 8 + 2 + 3);
	cr_expect_eq(frame[2], 1);
	memset(&got, 0xff, sizeof(got));
	cr_assert_eq(codec_decode_by(&grown, 1, frame + PROTO_HEADER_SIZE, (size_t)size - PROTO_HEADER_SIZE, &got), 0);
	cr_expect_eq(got.first, 7);
	cr_expect(is_zero(got.added, sizeof(got.added)));
	cr_expect_eq(got.last.len, 3);
	cr_expect_arr_eq(got.last.bytes, "abc", 3);

	size = codec_encode_by(&grown, 2, &sent, frame);
	cr_assert_eq(size, PROTO_HEADER_SIZE + 8 + 2 + 3 + 2 + 3);
	cr_expect_eq(frame[2], 2);
	cr_assert_eq(codec_decode_by(&grown, 2, frame + PROTO_HEADER_SIZE, (size_t)size - PROTO_HEADER_SIZE, &got), 0);
	cr_expect_str_eq(got.added, "new");
	cr_expect_eq(got.last.len, 3);
}

Test(codec, does_not_mix_up_two_versions)
{
	const struct grown sent = { 7, "new", { 3, "abc" } };
	unsigned char frame[PROTO_FRAME_MAX];
	struct grown got;
	int size = codec_encode_by(&grown, 1, &sent, frame);

	memset(&got, 0xff, sizeof(got));
	cr_expect_eq(codec_decode_by(&grown, 2, frame + PROTO_HEADER_SIZE, (size_t)size - PROTO_HEADER_SIZE, &got),
	    -EBADMSG);
	cr_expect(is_zero(&got, sizeof(got)));
	size = codec_encode_by(&grown, 2, &sent, frame);
	memset(&got, 0xff, sizeof(got));
	cr_expect_eq(codec_decode_by(&grown, 1, frame + PROTO_HEADER_SIZE, (size_t)size - PROTO_HEADER_SIZE, &got),
	    -EBADMSG);
	cr_expect(is_zero(&got, sizeof(got)));
}

Test(codec, refuses_a_message_too_long_for_a_frame)
{
	static struct {
		struct secret secrets[9];
	} many;
	struct field fields[9];
	const struct schema schema = { 201, "many", sizeof(many), COUNT_OF(fields), fields };
	static unsigned char frame[PROTO_FRAME_MAX];

	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		fields[i] = (struct field){ FIELD_SECRET, i * sizeof(struct secret), sizeof(struct secret), 1 };
		many.secrets[i].len = SECRET_MAX;
	}
	memset(frame, 0xff, sizeof(frame));
	cr_expect_eq(codec_encode_by(&schema, 1, &many, frame), -EMSGSIZE);
	cr_expect(is_zero(frame, sizeof(frame)));
}

Test(codec, wipes_all_of_a_message)
{
	union message message;

	memset(&message, 0xff, sizeof(message));
	codec_wipe(&message);
	cr_expect(is_zero(&message, sizeof(message)));
}
