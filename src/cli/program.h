#ifndef CLI_PROGRAM_H
#define CLI_PROGRAM_H

#include <stddef.h>

/*
 * Runs the program argv[0], by its path and without a shell, in a small environment of its own,
 * with nothing to read. What it writes to stdout and stderr goes to out, cut to size and ended
 * by NUL. *ret_status is its exit status, or -1 when a signal ended it. Returns 0 or -errno
 * (not started).
 */
int program_run(const char *const argv[], char *out, size_t size, int *ret_status);

/* Cuts text after its first line that is not empty, and returns that line, fit for a terminal. */
const char *program_first_line(char *text);

#endif
