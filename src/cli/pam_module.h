#ifndef CLI_PAM_MODULE_H
#define CLI_PAM_MODULE_H

#include <stddef.h>

/* Where libpam finds our modules, and whether they are there. */

enum {
	PAM_WRONG_SIZE = 256,
};

/*
 * Looks for every module of ours that a file in /etc/pam.d names. Returns how many lines name
 * one, -ENOENT (wrong says which module is not there and where it is named), or another -errno.
 */
int pam_module_check(char wrong[PAM_WRONG_SIZE]);

/* Looks for the modules of the profiles. Returns 0, -ENOENT (wrong is the path) or another -errno. */
int pam_module_ready(char wrong[PAM_WRONG_SIZE]);

#endif
