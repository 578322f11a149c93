#include "base/passwd.h"

#include "base/attributes.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_MAX_SIZE = 32768,    /* a line of the accounts; a longer one is an error */
	GROUP_MAX_SIZE = 1 << 20, /* a group with all its members */
};

/* The next entry that can be an account. Returns 0, -ENOENT (the end) or another -errno. */
static int read_next(FILE *file, struct local_account *account)
{
	struct passwd entry, *found;
	char buffer[LINE_MAX_SIZE];
	int rc;

	while ((rc = fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found)) == 0) {
		account->line++;
		if (text_copy(account->name, sizeof(account->name), found->pw_name) < 0)
			continue;
		account->uid = found->pw_uid;
		account->gid = found->pw_gid;
		return 0;
	}
	return -rc;
}

/* The first account with that name, or with that uid where name is NULL. */
static int find(const char *name, uid_t uid, struct local_account *ret)
{
	auto_fclose FILE *file = fopen(PASSWD_FILE, "re");
	struct local_account account = { 0 };
	int rc;

	if (!file)
		return -errno;
	while ((rc = read_next(file, &account)) == 0) {
		if (name ? strcmp(account.name, name) == 0 : account.uid == uid) {
			*ret = account;
			return 0;
		}
	}
	return rc;
}

int passwd_find(const char *name, struct local_account *ret)
{
	return text_is_name(name) ? find(name, 0, ret) : -ENOENT;
}

int passwd_find_uid(uid_t uid, struct local_account *ret)
{
	return find(NULL, uid, ret);
}

int passwd_read_all(struct local_account **ret, size_t *ret_count)
{
	auto_fclose FILE *file = fopen(PASSWD_FILE, "re");
	auto_free struct local_account *all = NULL;
	struct local_account account = { 0 };
	size_t count = 0, room = 0;
	int rc;

	if (!file)
		return -errno;
	while ((rc = read_next(file, &account)) == 0) {
		if (count == room) {
			struct local_account *more = reallocarray(all, room = room * 2 + 64,
			    sizeof(*all));

			if (!more)
				return -ENOMEM;
			all = more;
		}
		all[count++] = account;
	}
	if (rc != -ENOENT)
		return rc;
	*ret = all;
	*ret_count = count;
	all = NULL; /* given away */
	return 0;
}

static bool is_member(const struct group *entry, const struct local_account *account)
{
	if (entry->gr_gid == account->gid)
		return true;
	for (char **member = entry->gr_mem; *member; member++)
		if (strcmp(*member, account->name) == 0)
			return true;
	return false;
}

bool passwd_in_group(const struct local_account *account, const char *group)
{
	auto_fclose FILE *file = fopen("/etc/group", "re");
	auto_free char *buffer = malloc(GROUP_MAX_SIZE);
	struct group entry, *found;

	if (!file || !buffer)
		return false;
	while (fgetgrent_r(file, &entry, buffer, GROUP_MAX_SIZE, &found) == 0)
		if (strcmp(found->gr_name, group) == 0)
			return is_member(found, account);
	return false;
}
