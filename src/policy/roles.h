#ifndef POLICY_ROLES_H
#define POLICY_ROLES_H

#include <stdbool.h>

/* What a person may be to the organisation; bits, so that a column can hold several. */
enum role {
	ROLE_DIRECTOR = 1,
	ROLE_DEPUTY = 2,
	ROLE_SERVICEDESK = 4,
	ROLE_DPO = 8,
	ROLE_CISO = 16,
	ROLE_REVIEWER = 32,
	ROLE_ADMIN = 64,
	ROLE_SUBJECT = 128, /* whom it is about: as a recipient only */
};

/* Answers whether the person that context describes is in the group. */
typedef bool role_group_test(const void *context, const char *group);

/*
 * Whether one word of a role's list, "user:NAME" or "group:NAME", means the person called name.
 * Anything else means nobody.
 */
bool role_word_matches(const char *word, const char *name, role_group_test *in_group,
    const void *context);

#endif
