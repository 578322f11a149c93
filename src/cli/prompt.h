#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "base/secret.h"

/*
 * Reads one line from stdin, without its end. On a terminal text stands in front of it and
 * nothing that is typed is shown; what was typed before the prompt does not count. Returns 0,
 * -ENODATA (end of the input), -EMSGSIZE (longer than a secret; read to its end) or another
 * -errno.
 */
int prompt_secret(const char *text, struct secret *ret);

#endif
