#include "policy/roles.h"

#include "base/text.h"

#include <string.h>

static const char user_prefix[] = "user:";
static const char group_prefix[] = "group:";

bool role_word_matches(const char *word, const char *name, role_group_test *in_group,
    const void *context)
{
	if (text_starts(word, user_prefix))
		return strcmp(word + strlen(user_prefix), name) == 0;
	if (text_starts(word, group_prefix))
		return in_group(context, word + strlen(group_prefix));
	return false;
}
