#include "base/attributes.h"
#include "base/passwd.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

Test(passwd, finds_root_by_name_and_by_uid)
{
	struct local_account account;

	memset(&account, 0xff, sizeof(account));
	cr_assert_eq(passwd_find("root", &account), 0);
	cr_expect_str_eq(account.name, "root");
	cr_expect_eq(account.uid, 0);
	cr_expect_eq(account.gid, 0);
	memset(&account, 0xff, sizeof(account));
	cr_assert_eq(passwd_find_uid(0, &account), 0);
	cr_expect_str_eq(account.name, "root");
}

Test(passwd, finds_nobody_under_a_name_that_is_none)
{
	static const char *const names[] = {
		"", "no-such-account", "ROOT", "root ", "root:x", "root\n", "../etc", "*", "roo", "rootroot",
		"abcdefghijklmnopqrstuvwxyz0123456789",
	};
	struct local_account account;

	for (size_t i = 0; i < COUNT_OF(names); i++)
		cr_expect_eq(passwd_find(names[i], &account), -ENOENT, "\"%s\"", names[i]);
	cr_expect_eq(passwd_find_uid(3999999999u, &account), -ENOENT);
}

Test(passwd, knows_a_member_by_his_own_group)
{
	struct local_account account;

	cr_assert_eq(passwd_find("root", &account), 0);
	cr_expect(passwd_in_group(&account, "root"));
	cr_expect_not(passwd_in_group(&account, "nogroup"));
	cr_expect_not(passwd_in_group(&account, "no-such-group"));
	cr_expect_not(passwd_in_group(&account, ""));
}

Test(passwd, takes_no_part_of_a_name_for_a_member)
{
	const struct local_account stranger = { .name = "roo", .uid = 3999999999u, .gid = 3999999999u };

	cr_expect_not(passwd_in_group(&stranger, "root"));
	cr_expect_not(passwd_in_group(&stranger, "sudo"));
}
