#ifndef PAM_MODULES_MODULE_H
#define PAM_MODULES_MODULE_H

#include "base/verdict.h"
#include "proto/message.h"

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * What the modules share: arguments, PAM items, the state of one login, one question to sluisd. They run
 * in other people's processes: nothing here is static, exits, or stays open.
 */

struct arguments {
	const char *socket; /* socket=PATH */
	bool debug;
	bool quiet;
	bool observe;
	bool failed;   /* position word of the gate */
	bool standard; /* use_first_pass, try_first_pass: what the gate always does */
};

/* The login in this PAM handle, from the gate's prompts to the account phase. */
struct login {
	enum verdict state;         /* VERDICT_GO_ON: open; VERDICT_ACCEPT: settled with yes */
	bool without_daemon;        /* a way in that needs none: console.h */
	int64_t waited_ms;          /* for sluisd, in all */
	unsigned delay_us;          /* of a refusal */
	char user[PROTO_TEXT_SIZE]; /* whom it is about: a name that changes later has no yes */
	int64_t flags;              /* enum login_flag, as they were when it began */
	unsigned char attempt[PROTO_ID_SIZE];
	struct secret code;
};

/* One call of libpam. */
struct module {
	pam_handle_t *pamh;
	int flags;
	struct arguments arguments;
	struct login *login; /* NULL: auth did not run in this handle */
	bool faulty; /* libpam did not give an item: nothing may be asked or decided on it */
};

enum {
	WAIT_LOGIN_MS = 4000, /* for sluisd in one login, in all: with the rest it stays under 5 s */
	WAIT_SESSION_MS = 1000,
};

/* Reads the arguments and finds the login. Returns PAM_SUCCESS, or PAM_SERVICE_ERR for an unknown word. */
int module_start(struct module *module, pam_handle_t *pamh, int flags, int argc,
    const char **argv);

/* Drops what an earlier try left and starts a new login. Returns PAM_SUCCESS or PAM_BUF_ERR. */
int login_start(struct module *module);

/* Fills who from the PAM items and the login's flags. A name that cannot be one becomes one that is nobody's. */
void origin_fill(struct module *module, struct origin *who);

/* The item as text, "" when it is not set. When libpam fails the module is faulty from then on. */
const char *item_text(struct module *module, int item);

/*
 * Asks sluisd one question whose answer is one message of answer_kind. Returns 0 or -errno; a fault is
 * logged here, once.
 */
int module_ask(struct module *module, uint8_t kind, const void *question, uint8_t answer_kind,
    union message *ret);

/* A question that is answered by a verdict; a fault is VERDICT_FAULT. */
enum verdict module_ask_verdict(struct module *module, uint8_t kind, const void *question);

/* Has sluisd judge the code of the open attempt; the login's state says what came. */
enum verdict login_judge(struct module *module);

/* Whether this user was let past sluisd on the console, in this handle. */
bool login_is_without_daemon(struct module *module);

/* True when nothing may be said: PAM_SILENT or quiet. */
bool module_is_silent(struct module *module);

/* Says one sentence to the person, unless silence was asked for. */
void module_say(struct module *module, const char *text);

/* What a verdict becomes. */
int auth_code(enum verdict verdict);
int account_code(enum verdict verdict);

/*
 * What the account phases share: *ret is the code when the rules for root and system accounts decide without
 * sluisd. Returns true then.
 */
bool account_is_exempt(struct module *module, int *ret);
/* The code for a verdict in the account phase: root is not stopped by a fault where it can become anyone. */
int account_end(struct module *module, enum verdict verdict);

/* Records what would have been ruled; never refuses. */
int module_observe(struct module *module, bool password_right);

#endif
