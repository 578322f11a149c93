#include "policy/event.h"

#include <criterion/criterion.h>
#include <string.h>

enum {
	ALL_FIELDS = HOLDS_ACTOR | HOLDS_SUBJECT | HOLDS_SERVICE | HOLDS_SOURCE | HOLDS_NOTE,
	ALL_ROLES = ROLE_DIRECTOR | ROLE_DEPUTY | ROLE_SERVICEDESK | ROLE_DPO | ROLE_CISO | ROLE_REVIEWER |
	    ROLE_ADMIN | ROLE_SUBJECT,
};

Test(event, has_a_rule_with_a_name_of_its_own)
{
	for (int i = EVENT_LOGIN_ACCEPTED; i < EVENT_COUNT; i++) {
		const struct event_rule *rule = event_rule((enum event)i);

		cr_assert(rule && rule->name && rule->name[0], "event %d", i);
		cr_expect_eq(strspn(rule->name, "abcdefghijklmnopqrstuvwxyz-."), strlen(rule->name), "%s", rule->name);
		cr_expect_lt(strlen(rule->name), 64, "%s", rule->name);
		for (int k = EVENT_LOGIN_ACCEPTED; k < i; k++)
			cr_expect_str_neq(rule->name, event_rule((enum event)k)->name);
	}
}

Test(event, holds_fields_and_tells_roles_that_exist)
{
	for (int i = EVENT_LOGIN_ACCEPTED; i < EVENT_COUNT; i++) {
		const struct event_rule *rule = event_rule((enum event)i);

		cr_expect_neq(rule->fields, 0, "%s", rule->name);
		cr_expect_eq(rule->fields & ~(unsigned)ALL_FIELDS, 0, "%s", rule->name);
		cr_expect_eq(rule->told & ~(unsigned)ALL_ROLES, 0, "%s", rule->name);
		cr_expect_leq(rule->retention, RETENTION_EMERGENCY, "%s", rule->name);
	}
}

Test(event, tells_a_subject_only_where_there_is_one)
{
	for (int i = EVENT_LOGIN_ACCEPTED; i < EVENT_COUNT; i++) {
		const struct event_rule *rule = event_rule((enum event)i);

		if (rule->told & ROLE_SUBJECT)
			cr_expect(rule->fields & HOLDS_SUBJECT, "%s", rule->name);
	}
}

Test(event, tells_the_person_of_each_change_to_his_factors)
{
	cr_expect(event_rule(EVENT_FACTOR_ENROLLED)->told & ROLE_SUBJECT);
	cr_expect(event_rule(EVENT_RECOVERY_CODE_USED)->told & ROLE_SUBJECT);
	cr_expect(event_rule(EVENT_STORE_RESTORED)->told & ROLE_ADMIN);
}

Test(event, keeps_logins_least_and_what_concerns_the_trail_itself_longer)
{
	cr_expect_eq(event_rule(EVENT_LOGIN_ACCEPTED)->retention, RETENTION_ROUTINE);
	cr_expect_eq(event_rule(EVENT_LOGIN_REFUSED)->retention, RETENTION_ROUTINE);
	cr_expect_neq(event_rule(EVENT_TRAIL_READ)->retention, RETENTION_ROUTINE);
	cr_expect_neq(event_rule(EVENT_STORE_RESTORED)->retention, RETENTION_ROUTINE);
}
