#include "proto/message.h"

#include "base/attributes.h"

/* clang-format off */
#define FIELD(kind, type, name) { kind, offsetof(struct type, name), sizeof(((struct type *)0)->name), 1 }
#define NUMBER(type, name)      FIELD(FIELD_NUMBER, type, name)
#define TEXT(type, name)        FIELD(FIELD_TEXT, type, name)
#define SECRET(type, name)      FIELD(FIELD_SECRET, type, name)
#define ID(type, name)          FIELD(FIELD_ID, type, name)
#define ORIGIN(type) \
	TEXT(type, who.user), TEXT(type, who.service), TEXT(type, who.tty), TEXT(type, who.rhost), \
	TEXT(type, who.ruser), NUMBER(type, who.ruid), NUMBER(type, who.flags)

static const struct field policy_fields[] = { TEXT(ask_policy, service), NUMBER(ask_policy, flags) };
static const struct field open_fields[] = { ORIGIN(ask_open) };
static const struct field judge_fields[] = {
	ORIGIN(ask_judge), ID(ask_judge, attempt), SECRET(ask_judge, code),
};
static const struct field settle_fields[] = { ORIGIN(ask_settle), ID(ask_settle, attempt) };
static const struct field person_fields[] = { ORIGIN(ask_person) };
static const struct field observe_fields[] = { ORIGIN(ask_observe), NUMBER(ask_observe, password_right) };
static const struct field enroll_fields[] = {
	ORIGIN(ask_enroll), NUMBER(ask_enroll, kind), TEXT(ask_enroll, label), ID(ask_enroll, attempt),
	SECRET(ask_enroll, code),
};
static const struct field confirm_fields[] = {
	ORIGIN(ask_confirm), NUMBER(ask_confirm, token), SECRET(ask_confirm, code),
};
static const struct field trail_fields[] = {
	ORIGIN(ask_trail), NUMBER(ask_trail, after), NUMBER(ask_trail, most),
};
static const struct field tell_verdict_fields[] = {
	NUMBER(tell_verdict, verdict), NUMBER(tell_verdict, number), TEXT(tell_verdict, text),
};
static const struct field tell_policy_fields[] = {
	NUMBER(tell_policy, prompts), NUMBER(tell_policy, digits), NUMBER(tell_policy, fail_delay_ms),
};
static const struct field tell_attempt_fields[] = {
	NUMBER(tell_attempt, verdict), ID(tell_attempt, attempt),
};
static const struct field tell_notice_fields[] = {
	NUMBER(tell_notice, kind), NUMBER(tell_notice, at), NUMBER(tell_notice, number),
	TEXT(tell_notice, service), TEXT(tell_notice, text),
};
static const struct field tell_enrolment_fields[] = {
	NUMBER(tell_enrolment, token), SECRET(tell_enrolment, secret), TEXT(tell_enrolment, algorithm),
	NUMBER(tell_enrolment, digits), NUMBER(tell_enrolment, period_s), TEXT(tell_enrolment, issuer),
	TEXT(tell_enrolment, label),
};
static const struct field tell_recovery_code_fields[] = { SECRET(tell_recovery_code, code) };
static const struct field tell_factor_fields[] = {
	NUMBER(tell_factor, token), TEXT(tell_factor, kind), TEXT(tell_factor, label),
	NUMBER(tell_factor, made_at), NUMBER(tell_factor, used_at), NUMBER(tell_factor, left),
};
static const struct field tell_trail_row_fields[] = {
	NUMBER(tell_trail_row, sequence), NUMBER(tell_trail_row, at), TEXT(tell_trail_row, event),
	TEXT(tell_trail_row, actor), TEXT(tell_trail_row, subject), TEXT(tell_trail_row, service),
	TEXT(tell_trail_row, source), TEXT(tell_trail_row, result), TEXT(tell_trail_row, note),
};
static const struct field tell_option_fields[] = {
	TEXT(tell_option, key), TEXT(tell_option, value), TEXT(tell_option, origin),
};
static const struct field tell_health_fields[] = {
	TEXT(tell_health, check), NUMBER(tell_health, good), TEXT(tell_health, text),
};

#define SCHEMA(kind, name, type, fields) { kind, name, sizeof(struct type), COUNT_OF(fields), fields }

static const struct schema schemas[] = {
	SCHEMA(ASK_POLICY, "policy", ask_policy, policy_fields),
	SCHEMA(ASK_OPEN, "open", ask_open, open_fields),
	SCHEMA(ASK_JUDGE, "judge", ask_judge, judge_fields),
	SCHEMA(ASK_SETTLE, "settle", ask_settle, settle_fields),
	SCHEMA(ASK_ACCOUNT, "account", ask_person, person_fields),
	SCHEMA(ASK_ENROLLED, "enrolled", ask_person, person_fields),
	SCHEMA(ASK_NOTICES, "notices", ask_person, person_fields),
	SCHEMA(ASK_OBSERVE, "observe", ask_observe, observe_fields),
	SCHEMA(ASK_ENROLL, "enroll", ask_enroll, enroll_fields),
	SCHEMA(ASK_CONFIRM, "confirm", ask_confirm, confirm_fields),
	SCHEMA(ASK_STATUS, "status", ask_person, person_fields),
	SCHEMA(ASK_TRAIL_SHOW, "trail-show", ask_trail, trail_fields),
	SCHEMA(ASK_TRAIL_VERIFY, "trail-verify", ask_person, person_fields),
	SCHEMA(ASK_POLICY_SHOW, "policy-show", ask_person, person_fields),
	SCHEMA(ASK_HEALTH, "health", ask_person, person_fields),
	SCHEMA(ASK_CLOCK_ACCEPT, "clock-accept", ask_person, person_fields),
	SCHEMA(TELL_VERDICT, "verdict", tell_verdict, tell_verdict_fields),
	SCHEMA(TELL_POLICY, "policy", tell_policy, tell_policy_fields),
	SCHEMA(TELL_ATTEMPT, "attempt", tell_attempt, tell_attempt_fields),
	SCHEMA(TELL_NOTICE, "notice", tell_notice, tell_notice_fields),
	SCHEMA(TELL_ENROLMENT, "enrolment", tell_enrolment, tell_enrolment_fields),
	SCHEMA(TELL_RECOVERY_CODE, "recovery-code", tell_recovery_code, tell_recovery_code_fields),
	SCHEMA(TELL_FACTOR, "factor", tell_factor, tell_factor_fields),
	SCHEMA(TELL_TRAIL_ROW, "trail-row", tell_trail_row, tell_trail_row_fields),
	SCHEMA(TELL_OPTION, "option", tell_option, tell_option_fields),
	SCHEMA(TELL_HEALTH, "health", tell_health, tell_health_fields),
};
/* clang-format on */

const struct schema *schema_find(uint8_t kind)
{
	for (size_t i = 0; i < COUNT_OF(schemas); i++)
		if (schemas[i].kind == kind)
			return &schemas[i];
	return NULL;
}

const struct origin *message_origin(uint8_t kind, const union message *message)
{
	/* Every question but this one starts with its origin: see the structs. */
	if (kind == ASK_POLICY || kind >= TELL_VERDICT)
		return NULL;
	return &message->ask_person.who;
}
