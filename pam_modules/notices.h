#ifndef PAM_MODULES_NOTICES_H
#define PAM_MODULES_NOTICES_H

#include "pam_modules/module.h"

/*
 * Shows what a person should know at the start of a session: last login, failures since, what is due. Waits for
 * sluisd WAIT_SESSION_MS at most. Returns PAM_SUCCESS, or PAM_SESSION_ERR when it could not be asked.
 */
int notices_show(struct module *module);

#endif
