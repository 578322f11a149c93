#include "cli/doctor.h"

#include "cli/pam_module.h"
#include "cli/pam_stack.h"

#include <errno.h>
#include <string.h>

enum finding check_modules(struct doctor *doctor, const char *name)
{
	char wrong[PAM_WRONG_SIZE];
	int named = pam_module_check(wrong);

	(void)name;
	if (named == -ENOENT)
		return found(doctor, FINDING_BAD,
		    "%s, and who meets that line is refused; install libpam-sluis again", wrong);
	if (named < 0)
		return found(doctor, FINDING_UNKNOWN,
		    "/etc/pam.d cannot be read (%s); ask as root", strerror(-named));
	return found(doctor, FINDING_GOOD,
	    "%d lines in /etc/pam.d name a module of ours, and all are there", named);
}

enum finding check_profiles(struct doctor *doctor, const char *name)
{
	struct pam_stack stack;
	int rc = pam_stack_read(&stack);

	(void)name;
	if (rc < 0)
		return found(doctor, FINDING_UNKNOWN,
		    "the files common-* in /etc/pam.d cannot be read (%s); look there",
		    strerror(-rc));
	if (stack.mode == PAM_MODE_HALF)
		return found(doctor, FINDING_BAD,
		    "half a set of profiles: %s; run sluis mode enforce, or sluis mode off",
		    stack.wrong);
	if (stack.mode == PAM_MODE_ENFORCE && stack.before[0])
		return found(doctor, FINDING_BAD,
		    "%s stands before the gate in common-auth and may let people in past it; "
		    "take that line out, or put it after ours",
		    stack.before);
	return found(doctor, FINDING_GOOD, "the mode is %s", pam_mode_name(stack.mode));
}
