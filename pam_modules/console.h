#ifndef PAM_MODULES_CONSOLE_H
#define PAM_MODULES_CONSOLE_H

#include "pam_modules/module.h"

#define BREAKGLASS_FILE "/etc/sluis/breakglass"

/*
 * Whether login(1) runs on this machine's own console: real and effective uid 0, no remote host, and the
 * kernel's controlling terminal is the device that PAM_TTY names, and is a virtual terminal, a
 * serial line or a hypervisor's console. PAM_TTY alone could be forged.
 */
bool console_is_ours(const struct module *module);

/* Whether the user is root or stands in BREAKGLASS_FILE, a name a line, which must be root's alone. */
bool console_may_enter(const struct module *module);

#endif
