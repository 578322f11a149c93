#ifndef CLI_PAM_LINE_H
#define CLI_PAM_LINE_H

#include <stdbool.h>

/* The lines of the files in /etc/pam.d: pam.d(5). */

#define PAM_FOLDER "/etc/pam.d"
#define PAM_OURS   "pam_sluis_" /* how our modules begin */

/* Cuts the next word off *at; what stands in brackets is one. NULL at the end. */
char *pam_line_word(char **at);

/*
 * Takes a line apart: the module as it is named, and in *rest its arguments. False for a
 * comment or an include.
 */
bool pam_line_split(char *line, char **ret_module, char **rest);

/* The name behind the last slash. */
const char *pam_line_base(const char *path);

#endif
