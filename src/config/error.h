#ifndef CONFIG_ERROR_H
#define CONFIG_ERROR_H

#include "base/attributes.h"
#include "config/config.h"

/* Writes "PATH:LINE: TEXT"; without the line when that is 0. Returns -EINVAL. */
int error_at(struct config_error *error, const char *path, int line, const char *text, ...)
    PRINTF_LIKE(4, 5);

/* Writes "PATH: TEXT: what rc means". Returns rc. */
int error_file(struct config_error *error, const char *path, const char *text, int rc);

#endif
