#include "base/passwd.h"

#include "base/attributes.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

enum {
	LINE_MAX_SIZE = 1 << 20,	/* a group line with all members; a longer one is an error */
};

typedef bool matches(const struct passwd *entry, const void *wanted);

static bool by_name(const struct passwd *entry, const void *wanted)
{
	return strcmp(entry->pw_name, wanted) == 0;
}

static bool by_uid(const struct passwd *entry, const void *wanted)
{
	return entry->pw_uid == *(const uid_t *)wanted;
}

static int find(matches *match, const void *wanted, struct local_account *ret)
{
	auto_fclose FILE *file = fopen("/etc/passwd", "re");
	struct passwd entry, *found;
	char buffer[4096];
	int rc;

	if (!file)
		return -errno;
	while ((rc = fgetpwent_r(file, &entry, buffer, sizeof(buffer), &found)) == 0) {
		if (!match(found, wanted) || text_copy(ret->name, sizeof(ret->name), found->pw_name) < 0)
			continue;
		ret->uid = found->pw_uid;
		ret->gid = found->pw_gid;
		return 0;
	}
	return rc == ENOENT ? -ENOENT : -rc;
}

int passwd_find(const char *name, struct local_account *ret)
{
	return text_is_name(name) ? find(by_name, name, ret) : -ENOENT;
}

int passwd_find_uid(uid_t uid, struct local_account *ret)
{
	return find(by_uid, &uid, ret);
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
	auto_free char *buffer = malloc(LINE_MAX_SIZE);
	struct group entry, *found;

	if (!file || !buffer)
		return false;
	while (fgetgrent_r(file, &entry, buffer, LINE_MAX_SIZE, &found) == 0)
		if (strcmp(found->gr_name, group) == 0)
			return is_member(found, account);
	return false;
}
