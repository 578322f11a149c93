#include "base/passwd_cache.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

Test(passwd_cache, finds_each_account_as_the_file_has_it)
{
	struct passwd_cache *cache = NULL;
	struct local_account *all = NULL;
	size_t count = 0;

	cr_assert_eq(passwd_cache_make(&cache), 0);
	cr_assert_eq(passwd_read_all(&all, &count), 0);
	cr_assert(count > 0);
	for (size_t i = 0; i < count; i++) {
		struct local_account plain, cached;

		if (passwd_find(all[i].name, &plain) == 0) {
			cr_assert_eq(passwd_cache_find(cache, all[i].name, &cached), 0, "%s", all[i].name);
			cr_expect_eq(cached.line, plain.line);
			cr_expect_eq(cached.uid, plain.uid);
			cr_expect_eq(cached.gid, plain.gid);
		}
		cr_assert_eq(passwd_find_uid(all[i].uid, &plain), 0);
		cr_assert_eq(passwd_cache_find_uid(cache, all[i].uid, &cached), 0);
		cr_expect_eq(cached.line, plain.line, "the first line of a uid counts");
	}
	free(all);
	passwd_cache_free(cache);
}

Test(passwd_cache, knows_nobody_else)
{
	static const char *const names[] = { "", "nobody-of-that-name", "root ", "ro", "roott", "~", "zzzzzz" };
	struct passwd_cache *cache = NULL;
	struct local_account account;

	cr_assert_eq(passwd_cache_make(&cache), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		cr_expect_eq(passwd_cache_find(cache, names[i], &account), -ENOENT, "%s", names[i]);
	cr_expect_eq(passwd_cache_find_uid(cache, 4294967294u, &account), -ENOENT);
	passwd_cache_free(cache);
}
