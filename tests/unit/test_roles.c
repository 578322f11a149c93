#include "base/attributes.h"
#include "policy/roles.h"

#include <criterion/criterion.h>
#include <string.h>

/* Someone who is in one group. */
static bool in_that_group(const void *context, const char *group)
{
	return strcmp(context, group) == 0;
}

Test(roles, match_a_user_or_a_group_by_its_whole_name)
{
	static const struct {
		const char *word;
		bool matches;
	} cases[] = {
		{ "user:jan", true }, { "group:staff", true },
		{ "user:ja", false }, { "user:jan2", false }, { "user:Jan", false }, { "user: jan", false },
		{ "user:", false }, { "user:staff", false }, { "group:jan", false }, { "group:", false },
		{ "group:staf", false }, { "group:staff2", false },
		{ "jan", false }, { "staff", false }, { "", false }, { ":jan", false }, { "User:jan", false },
		{ "uid:jan", false }, { "*", false }, { "user", false }, { "group", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(role_word_matches(cases[i].word, "jan", in_that_group, "staff"), cases[i].matches, "%s",
		    cases[i].word);
}

Test(roles, are_bits_of_their_own)
{
	static const enum role all[] = { ROLE_DIRECTOR, ROLE_DEPUTY, ROLE_SERVICEDESK, ROLE_DPO, ROLE_CISO,
		ROLE_REVIEWER, ROLE_ADMIN, ROLE_SUBJECT };
	unsigned seen = 0;

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		cr_expect_eq(__builtin_popcount(all[i]), 1);
		cr_expect_eq(seen & all[i], 0);
		seen |= all[i];
	}
}
