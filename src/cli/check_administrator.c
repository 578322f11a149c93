#include "cli/doctor.h"

#include "base/passwd.h"
#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/pam_stack.h"
#include "cli/status.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#define SUDO_GROUP "sudo"

struct counting {
	int administrators, enrolled;
};

/* Whether the words of roles.admin, "user:NAME" and "group:NAME", name the account. */
static bool has_role(const char *words, const struct local_account *account)
{
	char copy[PROTO_VALUE_SIZE], *at = copy, *word;

	(void)text_copy(copy, sizeof(copy), words); /* of the same size */
	while ((word = strsep(&at, " "))) {
		if (text_starts(word, "user:") &&
		    strcmp(word + strlen("user:"), account->name) == 0)
			return true;
		if (text_starts(word, "group:") &&
		    passwd_in_group(account, word + strlen("group:")))
			return true;
	}
	return false;
}

/* Returns whether the account has a second factor, or -errno. */
static int is_enrolled(struct doctor *doctor, const char *user)
{
	struct origin who;
	struct status status;
	int rc = ask_origin(user, &who);

	if (rc == 0)
		rc = status_ask(doctor->arguments, &who, &status);
	if (rc < 0)
		return rc;
	if (status.verdict == VERDICT_FORBIDDEN)
		return -EACCES;
	if (status.verdict != VERDICT_ACCEPT && status.verdict != VERDICT_HELD)
		return -EIO;
	return status.factor_count > 0;
}

static int count_one(struct doctor *doctor, const struct passwd *entry,
    struct counting *counting)
{
	struct local_account account = { .uid = entry->pw_uid, .gid = entry->pw_gid };
	int enrolled;

	if (text_copy(account.name, sizeof(account.name), entry->pw_name) < 0)
		return 0; /* sluisd does not know such a name either */
	if (account.uid != 0 && !has_role(doctor->admins, &account) &&
	    !passwd_in_group(&account, SUDO_GROUP))
		return 0;
	enrolled = is_enrolled(doctor, account.name);
	if (enrolled < 0)
		return enrolled;
	counting->administrators++;
	counting->enrolled += enrolled;
	return 0;
}

/* Every account of this host: /etc/passwd itself, as sluisd reads it. */
static int count_all(struct doctor *doctor, struct counting *counting)
{
	auto_fclose FILE *file = fopen("/etc/passwd", "re");
	struct passwd *entry;
	int rc = file ? 0 : -errno;

	while (rc == 0 && (entry = fgetpwent(file)))
		rc = count_one(doctor, entry, counting);
	return rc;
}

enum finding check_administrator(struct doctor *doctor, const char *name)
{
	struct counting counting = { 0 };
	struct pam_stack stack;
	bool guarded = pam_stack_read(&stack) == 0 && stack.mode == PAM_MODE_ENFORCE;
	int rc = doctor->error < 0 ? doctor->error : count_all(doctor, &counting);

	(void)name;
	if (rc < 0)
		return found(doctor, FINDING_UNKNOWN,
		    "who has a second factor is not known (%s); %s", strerror(-rc),
		    rc == -EACCES ? "ask as root" : "mend what stands above");
	if (counting.enrolled == 0 && guarded && strcmp(doctor->mode, "enforce") == 0)
		return found(doctor, FINDING_BAD,
		    "none of %d administrators has a second factor, so all are refused but "
		    "root on the console; run sluis enroll",
		    counting.administrators);
	return found(doctor, FINDING_GOOD, "%d of %d administrators have a second factor",
	    counting.enrolled, counting.administrators);
}
