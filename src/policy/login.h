#ifndef POLICY_LOGIN_H
#define POLICY_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

/* What is asked at a login and what a yes needs: by service and by what the login program proved. */

enum login_asks {
	ASKS_BOTH = 1, /* password and code, always */
	ASKS_CODE,     /* the code alone after a proven public key; else both */
	ASKS_PASSWORD, /* no code */
	ASKS_SINGLE,   /* password and code, typed one after the other in one field */
};

struct login_prompts {
	bool password;
	bool code;
	bool in_one; /* the code follows the password in its field; code is false then */
};

struct login_prompts login_prompts(enum login_asks asks, bool publickey);

struct login_facts {
	enum login_asks asks;
	bool required; /* mfa.required and the person is in no exempt group */
	bool enforce;  /* the mode for this person and service */
	bool enrolled; /* has at least one usable second factor */
	bool root_on_console;
};

enum login_need {
	NEED_REFUSAL = 0,      /* a second factor is demanded and there is none */
	NEED_CODE,             /* yes only with a right code */
	NEED_NOTHING = 0x3d92, /* the password was enough */
	NEED_WORD = 0x2c6a,    /* the password was enough, with a word that a factor is due */
};

/*
 * A person with a second factor must use it wherever a code is asked. One without is refused where
 * the mode is enforce, but for root on the machine's own console, who is never locked out.
 */
enum login_need login_need(const struct login_facts *facts);

enum {
	LOGIN_MIN_UID = 1000, /* below: root and system accounts */
};

/*
 * Whether the account phase refuses a person without a second factor: only where a person logs in, which is
 * where auth ran in this very handle or the service is sshd; never root or a system account.
 */
bool login_account_needs_factor(const struct login_facts *facts, int64_t uid,
    const char *service, bool auth_ran);

/* Services whose session is a person sitting down to work: they show the notices of last login. */
bool login_is_sitting_down(const char *service);

#endif
