#ifndef PAM_MODULES_PROMPTS_H
#define PAM_MODULES_PROMPTS_H

#include "pam_modules/module.h"

/*
 * Asks the person what the policy wants: the password stays in PAM_AUTHTOK for the modules that follow, the code in
 * the login. Returns PAM_SUCCESS; PAM_CONV_ERR when an answer is missing, which is a hang-up; or what
 * libpam returned.
 */
int prompts_ask(struct module *module, const struct tell_policy *policy);

#endif
