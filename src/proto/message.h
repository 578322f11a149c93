#ifndef PROTO_MESSAGE_H
#define PROTO_MESSAGE_H

#include "base/secret.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The messages between the modules or the command and sluisd, as structs. docs/PROTOCOL.md says how
 * they travel; the schema table in message.c is what the codec walks.
 */

enum {
	PROTO_VERSION = 1,
	PROTO_OLDEST = 1, /* N - 1, once there is an N */
	PROTO_HEADER_SIZE = 8,
	PROTO_FRAME_MAX = 4096, /* header and body */

	PROTO_TEXT_SIZE = 256, /* a line of text and its NUL */
	PROTO_WORD_SIZE = 64,  /* a service, tty, key or label and its NUL */
	PROTO_VALUE_SIZE = 512,
	PROTO_ID_SIZE = 16,
};

enum proto_kind {
	ASK_POLICY = 1,
	ASK_OPEN,
	ASK_JUDGE,
	ASK_SETTLE,
	ASK_ACCOUNT,
	ASK_ENROLLED,
	ASK_NOTICES,
	ASK_OBSERVE,
	ASK_ENROLL,
	ASK_CONFIRM,
	ASK_STATUS,
	ASK_TRAIL_SHOW,
	ASK_TRAIL_VERIFY,
	ASK_POLICY_SHOW,
	ASK_HEALTH,
	ASK_CLOCK_ACCEPT,

	TELL_VERDICT = 128, /* ends every answer that has rows */
	TELL_POLICY,
	TELL_ATTEMPT,
	TELL_NOTICE,
	TELL_ENROLMENT,
	TELL_RECOVERY_CODE,
	TELL_FACTOR,
	TELL_TRAIL_ROW,
	TELL_OPTION,
	TELL_HEALTH,
};

/* What is true of the login; believed of root, a claim from anybody else. */
enum login_flag {
	LOGIN_PUBLICKEY = 1, /* sshd proved a public key before it asked us */
	LOGIN_CONSOLE = 2,   /* login(1) on this machine's own console */
	LOGIN_AUTH_RAN = 4,  /* auth ran in this very PAM handle */
};

/* The person a question is about and where it comes from: the PAM items, as they are. */
struct origin {
	char user[PROTO_TEXT_SIZE]; /* PAM_USER: may be anything that was typed */
	char service[PROTO_WORD_SIZE];
	char tty[PROTO_WORD_SIZE];
	char rhost[PROTO_TEXT_SIZE];
	char ruser[PROTO_TEXT_SIZE];
	int64_t ruid;  /* real uid of the login program; for the command its login uid */
	int64_t flags; /* enum login_flag */
};

struct ask_policy {
	char service[PROTO_WORD_SIZE];
	int64_t flags;
};

struct ask_open {
	struct origin who;
};

struct ask_judge {
	struct origin who;
	unsigned char attempt[PROTO_ID_SIZE];
	struct secret code;
};

struct ask_settle {
	struct origin who;
	unsigned char attempt[PROTO_ID_SIZE];
};

/* What an account, enrolled, notices, status or health question needs: only who. */
struct ask_person {
	struct origin who;
};

struct ask_observe {
	struct origin who;
	int64_t password_right;
};

enum token_kind {
	TOKEN_TOTP = 1,
};

struct ask_enroll {
	struct origin who;
	int64_t kind; /* enum token_kind */
	char label[PROTO_WORD_SIZE];
	unsigned char attempt[PROTO_ID_SIZE]; /* with code: proof of a first factor, where there is one */
	struct secret code;
};

struct ask_confirm {
	struct origin who;
	int64_t token;
	struct secret code;
};

struct ask_trail {
	struct origin who;
	int64_t after; /* rows with a higher sequence */
	int64_t most;  /* rows at most */
};

struct tell_verdict {
	int64_t verdict;            /* enum verdict */
	int64_t number;             /* what the call's page in docs/PROTOCOL.md says */
	char text[PROTO_TEXT_SIZE]; /* one sentence for the person, or empty */
};

enum prompts {
	PROMPT_PASSWORD = 1,
	PROMPT_CODE = 2,
	PROMPT_IN_ONE = 4, /* the code follows the password in the password's field */
};

struct tell_policy {
	int64_t prompts; /* enum prompts, added up */
	int64_t digits;
	int64_t fail_delay_ms;
};

struct tell_attempt {
	int64_t verdict; /* VERDICT_GO_ON, or a refusal */
	unsigned char attempt[PROTO_ID_SIZE];
};

enum notice_kind {
	NOTICE_LAST_LOGIN = 1, /* at, service, text: from where */
	NOTICE_FAILURES,       /* number: since then */
	NOTICE_UNENROLLED,     /* no second factor yet, and one is due */
	NOTICE_RECOVERY_LEFT,  /* number: unused recovery codes, once some are used */
};

struct tell_notice {
	int64_t kind;
	int64_t at;
	int64_t number;
	char service[PROTO_WORD_SIZE];
	char text[PROTO_TEXT_SIZE];
};

struct tell_enrolment {
	int64_t token;
	struct secret secret; /* raw bytes */
	char algorithm[PROTO_WORD_SIZE];
	int64_t digits;
	int64_t period_s;
	char issuer[PROTO_WORD_SIZE];
	char label[PROTO_WORD_SIZE];
};

struct tell_recovery_code {
	struct secret code; /* text: 4 groups of 4 base32 characters with hyphens */
};

struct tell_factor {
	int64_t token;
	char kind[PROTO_WORD_SIZE]; /* "totp" or "recovery-codes" */
	char label[PROTO_WORD_SIZE];
	int64_t made_at;
	int64_t used_at; /* 0: never */
	int64_t left;    /* recovery codes: how many are unused */
};

struct tell_trail_row {
	int64_t sequence;
	int64_t at;
	char event[PROTO_WORD_SIZE];
	char actor[PROTO_TEXT_SIZE]; /* a name where it is still known, else the person's number */
	char subject[PROTO_TEXT_SIZE];
	char service[PROTO_WORD_SIZE];
	char source[PROTO_TEXT_SIZE];
	char result[PROTO_WORD_SIZE];
	char note[PROTO_TEXT_SIZE];
};

struct tell_option {
	char key[PROTO_TEXT_SIZE];
	char value[PROTO_VALUE_SIZE];
	char origin[PROTO_VALUE_SIZE];
};

struct tell_health {
	char check[PROTO_WORD_SIZE];
	int64_t good;
	char text[PROTO_TEXT_SIZE]; /* what was found, and how to mend it when it is not good */
};

union message {
	struct ask_policy ask_policy;
	struct ask_open ask_open;
	struct ask_judge ask_judge;
	struct ask_settle ask_settle;
	struct ask_person ask_person;
	struct ask_observe ask_observe;
	struct ask_enroll ask_enroll;
	struct ask_confirm ask_confirm;
	struct ask_trail ask_trail;
	struct tell_verdict verdict;
	struct tell_policy policy;
	struct tell_attempt attempt;
	struct tell_notice notice;
	struct tell_enrolment enrolment;
	struct tell_recovery_code recovery_code;
	struct tell_factor factor;
	struct tell_trail_row trail_row;
	struct tell_option option;
	struct tell_health health;
};

enum field_kind {
	FIELD_NUMBER, /* int64_t */
	FIELD_TEXT,   /* char[size]: UTF-8 that ends in NUL, no NUL on the wire */
	FIELD_SECRET, /* struct secret: any bytes; wiped, never printed */
	FIELD_ID,     /* unsigned char[PROTO_ID_SIZE] */
};

struct field {
	enum field_kind kind;
	size_t offset;
	size_t size;
	uint8_t since; /* the version that added it; older peers neither send nor get it */
};

struct schema {
	uint8_t kind; /* enum proto_kind */
	const char *name;
	size_t size; /* of the struct */
	size_t count;
	const struct field *fields;
};

/* The schema of a kind, or NULL. */
const struct schema *schema_find(uint8_t kind);

/* The struct origin in a question of this kind, or NULL if it has none. */
const struct origin *message_origin(uint8_t kind, const union message *message);

#endif
