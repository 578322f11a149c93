#ifndef CLI_PAM_STACK_H
#define CLI_PAM_STACK_H

/* Which of our profiles the common files of Debian hold. */

enum pam_mode {
	PAM_MODE_HALF = 0, /* some lines of a set, or of both: nobody gets in, or all do */
	PAM_MODE_OFF,
	PAM_MODE_OBSERVE,
	PAM_MODE_ENFORCE,
};

struct pam_stack {
	enum pam_mode mode;
	char wrong[128]; /* of half a set */
	char before[64]; /* the module before the gate in auth; empty when there is none */
};

/* Reads the common files. Returns 0 or -errno (they are not all there). */
int pam_stack_read(struct pam_stack *ret);

/* "off", "observe", "enforce" or "half". */
const char *pam_mode_name(enum pam_mode mode);

#endif
