#include "cli/doctor.h"

#include "base/text.h"
#include "cli/program.h"

#include <string.h>

#define SSHD "/usr/sbin/sshd"

enum {
	OUTPUT_SIZE = 32768,
};

/* What must stand in the effective settings, and what the other value does. */
static const struct {
	const char *setting, *harm;
} demanded[] = {
	{ "usepam yes", "UsePAM is not yes, so no module of ours is asked" },
	{ "kbdinteractiveauthentication yes",
	    "KbdInteractiveAuthentication is not yes, so no code can be asked" },
};

/* Whether one of the lines of text is line. */
static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (text_starts(text, line) && (text[len] == '\n' || text[len] == '\0'))
			return true;
	}
	return false;
}

/* "authenticationmethods any" is the default: the first key that fits opens the door. */
static bool key_suffices(const char *settings)
{
	return has_line(settings, "pubkeyauthentication yes") &&
	    (has_line(settings, "authenticationmethods any") ||
		has_line(settings, "authenticationmethods publickey"));
}

enum finding check_sshd(struct doctor *doctor, const char *name)
{
	const char *const words[] = { SSHD, "-T", NULL };
	char output[OUTPUT_SIZE];
	int status, rc;

	(void)name;
	if (access(SSHD, F_OK) < 0)
		return found(doctor, FINDING_GOOD, "it is not installed");
	rc = program_run(words, output, sizeof(output), &status);
	if (rc < 0 || status != 0)
		return found(doctor, FINDING_UNKNOWN,
		    "sshd -T fails (%s); ask as root, or mend what it says",
		    rc < 0 ? strerror(-rc) : program_first_line(output));
	for (size_t i = 0; i < COUNT_OF(demanded); i++)
		if (!has_line(output, demanded[i].setting))
			return found(doctor, FINDING_BAD,
			    "%s; set it to yes in /etc/ssh/sshd_config", demanded[i].harm);
	return found(doctor, FINDING_GOOD, "it asks PAM%s%s",
	    has_line(output, "passwordauthentication no") ?
		"" :
		"; PasswordAuthentication no is better, for it can answer one question only",
	    key_suffices(output) ? "; a public key alone lets people in without a code, unless "
				   "AuthenticationMethods is publickey,keyboard-interactive" :
				   "");
}
