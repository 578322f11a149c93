#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "base/attributes.h"
#include "cli/arguments.h"
#include "proto/message.h"

/* «Could not know» is not well, and not ill either. */
enum finding {
	FINDING_BAD = 0,
	FINDING_UNKNOWN,
	FINDING_GOOD,
};

enum {
	DOCTOR_HEALTH_MAX = 16,
	DOCTOR_TEXT_SIZE = 768,
};

/* What the checks work with; sluisd is asked once, before the first of them. */
struct doctor {
	const struct arguments *arguments;
	int error; /* why sluisd did not answer: -errno; 0: it did */
	int64_t answer_ms;
	char key_file[PROTO_VALUE_SIZE];
	char mode[PROTO_VALUE_SIZE];   /* policy.mode; empty while it is not known */
	char admins[PROTO_VALUE_SIZE]; /* roles.admin */
	struct tell_health health[DOCTOR_HEALTH_MAX];
	size_t health_count;
	int health_error;            /* 0, or why there is no health: -errno */
	char text[DOCTOR_TEXT_SIZE]; /* what the check at work found, and how to mend it */
};

/* Looks at one thing; name is that of its row. */
typedef enum finding check_function(struct doctor *doctor, const char *name);

check_function check_modules, check_profiles;                              /* check_pam.c */
check_function check_configuration, check_key, check_sluisd, check_health; /* check_sluisd.c */
check_function check_breakglass, check_sshd, check_administrator; /* the file of that name */

/* Writes the text of a finding, and returns it. */
enum finding found(struct doctor *doctor, enum finding finding, const char *text, ...)
    PRINTF_LIKE(3, 4);

#endif
