#ifndef SLUISD_ANSWERS_H
#define SLUISD_ANSWERS_H

#include "server/server.h"
#include "sluisd/daemon.h"
#include "store/token.h"

/* One function a call of the table in calls.c; docs/PROTOCOL.md says what each asks and tells. */
answer_function answer_policy, answer_open, answer_judge, answer_settle, answer_observe;
answer_function answer_account, answer_enrolled, answer_notices;
answer_function answer_enroll, answer_confirm, answer_status;
answer_function answer_trail_show, answer_trail_verify;
answer_function answer_policy_show, answer_health, answer_clock_accept;

/* What judging a code needs beside the attempt. */
struct judging {
	const struct config *config;
	const struct subject *subject;
	const struct secret *code;
};

/*
 * Judges a code against every factor of the attempt's person, and burns it. *ret is VERDICT_ACCEPT,
 * VERDICT_USED, VERDICT_REFUSE, or VERDICT_FAULT when the clock cannot be believed. Returns 0 or -errno.
 */
int judge_code(struct txn *txn, const struct judging *judging, const struct attempt *attempt,
    enum verdict *ret);

/* Appends a login event about the subject. actor is PERSON_NOBODY unless it is proven who acts. */
int login_record(struct txn *txn, enum event event, const struct subject *subject,
    int64_t actor, int64_t person, const char *result, const char *note);

/* What the policy wants of this person, once it is known how many factors there are. */
struct login_facts subject_facts(const struct subject *subject, int64_t tokens, int64_t codes);

#endif
