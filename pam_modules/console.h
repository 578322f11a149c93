#ifndef PAM_MODULES_CONSOLE_H
#define PAM_MODULES_CONSOLE_H

#include "pam_modules/module.h"

#define BREAKGLASS_FILE "/etc/sluis/breakglass"

/*
 * Whether login(1) runs on this machine's own console: real and effective uid 0, no remote host, and the
 * kernel's controlling terminal is the device that PAM_TTY names, and is a virtual terminal, a
 * serial line or a hypervisor's console. PAM_TTY alone could be forged.
 */
bool console_is_ours(struct module *module);

/*
 * sluisd cannot rule. On the machine's own console root and the names in BREAKGLASS_FILE (a name a line, root's
 * alone to write) may go on: pam_unix alone decides then. Returns PAM_IGNORE for them, else
 * PAM_AUTHINFO_UNAVAIL.
 */
int console_way_in(struct module *module);

#endif
