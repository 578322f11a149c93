#ifndef BASE_PASSWD_H
#define BASE_PASSWD_H

#include "base/text.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Local accounts and groups, read from the files themselves: never through NSS, which could leave the
 * host or come back to us.
 */

struct local_account {
	char name[TEXT_NAME_MAX + 1];
	uid_t uid;
	gid_t gid;
	size_t line; /* which entry of the file it is, from 1 */
};

#define PASSWD_FILE "/etc/passwd"

/* Each returns 0, -ENOENT (no such account) or another -errno. */
int passwd_find(const char *name, struct local_account *ret);
int passwd_find_uid(uid_t uid, struct local_account *ret);

/* All accounts in the order of the file; the caller's to free(). Returns 0 or -errno. */
int passwd_read_all(struct local_account **ret, size_t *ret_count);

/* Whether account is a member of the local group, by its own group or by the member list. */
bool passwd_in_group(const struct local_account *account, const char *group);

#endif
