#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/clock.h"
#include "cli/outcome.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What goes to stdout: text for people, JSON for programs, secrets past every buffer. */

bool print_is_terminal(void);

/* text where it can stand on a terminal, else "?". */
const char *print_plain(const char *text);

/* As print_plain(), and "-" for an empty text. */
const char *print_word(const char *text);

/* A time as text; "never" for 0. */
const char *print_time(int64_t at, char out[CLOCK_TEXT_SIZE]);

/* Writes to stdout past stdio, so that no copy is left in its buffer. Returns 0 or -errno. */
int print_secret(const void *bytes, size_t size);

/* A time as a JSON text in RFC 3339, or null for 0. */
json_t *print_json_time(int64_t at);

/* A text as JSON, or null for an empty one. */
json_t *print_json_text(const char *text);

/* Prints the document, indented, and gives it up. NULL is said to be a lack of memory. */
enum outcome print_json(json_t *document);

#endif
