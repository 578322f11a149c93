#include "proto/message.h"

#include <criterion/criterion.h>
#include <string.h>

Test(message, has_its_origin_in_every_question_but_that_for_the_policy)
{
	union message message;

	memset(&message, 0, sizeof(message));
	for (unsigned kind = 0; kind <= UINT8_MAX; kind++) {
		const struct schema *schema = schema_find((uint8_t)kind);
		const struct origin *origin = message_origin((uint8_t)kind, &message);

		if (!schema)
			continue;
		if (kind == ASK_POLICY || kind >= TELL_VERDICT) {
			cr_expect_null(origin, "%s", schema->name);
			continue;
		}
		cr_expect_eq((const void *)origin, (const void *)&message, "%s", schema->name);
		cr_expect_eq(schema->fields[0].kind, FIELD_TEXT, "%s", schema->name);
		cr_expect_eq(schema->fields[0].offset, offsetof(struct origin, user), "%s", schema->name);
	}
}

Test(message, has_one_schema_for_each_kind)
{
	for (int kind = ASK_POLICY; kind <= ASK_HEALTH; kind++)
		cr_expect(schema_find((uint8_t)kind) && schema_find((uint8_t)kind)->kind == kind, "kind %d", kind);
	for (int kind = TELL_VERDICT; kind <= TELL_HEALTH; kind++)
		cr_expect(schema_find((uint8_t)kind) && schema_find((uint8_t)kind)->kind == kind, "kind %d", kind);
	cr_expect_null(schema_find(0));
	cr_expect_null(schema_find(TELL_VERDICT - 1));
	cr_expect_null(schema_find(UINT8_MAX));
}
