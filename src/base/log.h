#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attributes.h"

#include <syslog.h>

/*
 * One line on stderr, with the level in front as sd-daemon(3) reads it when the journal listens.
 * Used by the daemons' main and gate only; library floors return errors instead. Never give it a
 * secret or a name that a stranger typed.
 */
void log_line(int level, const char *text, ...) PRINTF_LIKE(2, 3);

#endif
