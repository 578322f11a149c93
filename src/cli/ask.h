#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "cli/arguments.h"
#include "cli/outcome.h"

enum {
	ASK_WAIT_MS = 5000,
	ASK_LONG_MS = 120000, /* what reads the whole trail */
};

/*
 * Takes one row of an answer, which is wiped afterwards. Returns 0, -EBADMSG (not expected
 * here) or another -errno.
 */
typedef int take_function(uint8_t kind, const union message *row, void *context);

struct question {
	uint8_t kind;
	const void *message;
	int64_t wait_ms;
	take_function *take; /* NULL: no row is expected */
	void *context;
};

/*
 * Asks and gives every row away. On success *ret is the verdict that ended the answer, whatever
 * it is. Returns 0, what take returned, or as client_ask() and client_next().
 */
int ask(const struct arguments *arguments, const struct question *question,
    struct tell_verdict *ret);

/* The same, and says what is not well: a missing answer, or a verdict that is not yes. */
enum outcome ask_or_say(const struct arguments *arguments, const struct question *question);

/* Fills who asks: user, service "sluis", terminal, login uid. Returns 0 or -EMSGSIZE. */
int ask_origin(const char *user, struct origin *ret);

/* The same for the person that the command is about: word, or for NULL the caller. */
enum outcome ask_who(const char *word, struct origin *ret);

/* The same for a question about nobody: the caller's name where there is one. */
void ask_caller(struct origin *ret);

/* The uid with which this session was opened, or UINT32_MAX: by nobody. */
int64_t ask_login_uid(void);

#endif
