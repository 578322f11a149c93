#include "base/attributes.h"
#include "policy/login.h"

#include <criterion/criterion.h>

Test(login, asks_what_the_service_and_the_key_leave_to_ask)
{
	static const struct {
		int asks;
		bool publickey;
		struct login_prompts prompts;
	} cases[] = {
		/* asks          key     password code   in one */
		{ ASKS_BOTH,     false, { true,  true,  false } },
		{ ASKS_BOTH,     true,  { true,  true,  false } },
		{ ASKS_CODE,     false, { true,  true,  false } },
		{ ASKS_CODE,     true,  { false, true,  false } },
		{ ASKS_PASSWORD, false, { true,  false, false } },
		{ ASKS_PASSWORD, true,  { true,  false, false } },
		{ ASKS_SINGLE,   false, { true,  false, true  } },
		{ ASKS_SINGLE,   true,  { true,  false, true  } },
		{ 0,             false, { true,  true,  false } },	/* none of these: asks most */
		{ 99,            true,  { true,  true,  false } },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct login_prompts is = login_prompts((enum login_asks)cases[i].asks, cases[i].publickey);

		cr_expect_eq(is.password, cases[i].prompts.password, "case %zu", i);
		cr_expect_eq(is.code, cases[i].prompts.code, "case %zu", i);
		cr_expect_eq(is.in_one, cases[i].prompts.in_one, "case %zu", i);
	}
}

static const struct {
	bool enrolled, required, enforce, root_on_console;
	enum login_need need;
} needs[] = {
	/* enrolled required enforce root on console */
	{ false, false, false, false, NEED_NOTHING },
	{ false, false, false, true,  NEED_NOTHING },
	{ false, false, true,  false, NEED_NOTHING },
	{ false, false, true,  true,  NEED_NOTHING },
	{ false, true,  false, false, NEED_WORD },
	{ false, true,  false, true,  NEED_WORD },
	{ false, true,  true,  false, NEED_REFUSAL },
	{ false, true,  true,  true,  NEED_WORD },
	{ true,  false, false, false, NEED_CODE },
	{ true,  false, false, true,  NEED_CODE },
	{ true,  false, true,  false, NEED_CODE },
	{ true,  false, true,  true,  NEED_CODE },
	{ true,  true,  false, false, NEED_CODE },
	{ true,  true,  false, true,  NEED_CODE },
	{ true,  true,  true,  false, NEED_CODE },
	{ true,  true,  true,  true,  NEED_CODE },
};

static struct login_facts facts_of(size_t row, int asks)
{
	return (struct login_facts){ .asks = (enum login_asks)asks, .required = needs[row].required,
		.enforce = needs[row].enforce, .enrolled = needs[row].enrolled,
		.root_on_console = needs[row].root_on_console };
}

Test(login, needs_a_code_of_whoever_has_one_and_refuses_who_must_have_one)
{
	static const int asks[] = { ASKS_BOTH, ASKS_CODE, ASKS_SINGLE, 0, 99 };

	for (size_t row = 0; row < COUNT_OF(needs); row++)
		for (size_t i = 0; i < COUNT_OF(asks); i++) {
			struct login_facts facts = facts_of(row, asks[i]);

			cr_expect_eq(login_need(&facts), needs[row].need, "row %zu, asks %d", row, asks[i]);
		}
}

Test(login, needs_no_code_where_none_is_asked)
{
	for (size_t row = 0; row < COUNT_OF(needs); row++) {
		struct login_facts facts = facts_of(row, ASKS_PASSWORD);

		cr_expect_eq(login_need(&facts), NEED_NOTHING, "row %zu", row);
	}
}

Test(login, refuses_in_account_only_where_a_person_logs_in)
{
	static const struct {
		int64_t uid;
		const char *service;
		bool auth_ran, needs_factor;
	} cases[] = {
		{ 1000, "sshd", false, true },
		{ 1000, "sshd", true, true },
		{ 1000, "login", true, true },
		{ 1000, "su", true, true },
		{ 1000, "cron", false, false },
		{ 1000, "systemd-user", false, false },
		{ 1000, "su", false, false },
		{ 1000, "sshd2", false, false },
		{ 1000, "", false, false },
		{ 999, "sshd", true, false },
		{ 0, "sshd", true, false },
		{ 0, "login", true, false },
		{ 60000, "sshd", false, true },
	};
	struct login_facts facts = { .asks = ASKS_BOTH, .required = true, .enforce = true };

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(login_account_needs_factor(&facts, cases[i].uid, cases[i].service, cases[i].auth_ran),
		    cases[i].needs_factor, "case %zu", i);
	for (size_t row = 0; row < COUNT_OF(needs); row++) {
		facts = facts_of(row, ASKS_BOTH);
		cr_expect_eq(login_account_needs_factor(&facts, 1000, "sshd", true),
		    needs[row].need == NEED_REFUSAL, "row %zu", row);
	}
}

Test(login, is_sitting_down_at_login_services_alone)
{
	static const struct {
		const char *service;
		bool sits;
	} cases[] = {
		{ "sshd", true }, { "login", true }, { "lightdm", true }, { "gdm-password", true }, { "sddm", true },
		{ "greetd", true }, { "xrdp-sesman", true }, { "cockpit", true },
		{ "sudo", false }, { "su", false }, { "cron", false }, { "systemd-user", false }, { "i3lock", false },
		{ "", false }, { "SSHD", false }, { "lightdm-greeter", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		cr_expect_eq(login_is_sitting_down(cases[i].service), cases[i].sits, "%s", cases[i].service);
}
