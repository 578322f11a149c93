#include "cli/doctor.h"

#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/print.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum {
	ANSWER_MS = 1000, /* a login waits no longer for one answer without harm */
};

/* In the order in which to mend: what is above may be why what is below is ill. */
static const struct check {
	const char *name;
	check_function *look;
} checks[] = {
	{ "modules", check_modules },
	{ "profiles", check_profiles },
	{ "configuration", check_configuration },
	{ "key", check_key },
	{ "sluisd", check_sluisd },
	{ "clock", check_health },
	{ "disk", check_health },
	{ "state", check_health },
	{ "administrator", check_administrator },
	{ "sshd", check_sshd },
	{ "breakglass", check_breakglass },
};

static const struct {
	const char *word, *mark;
} findings[] = {
	[FINDING_BAD] = { "bad", "BAD" },
	[FINDING_UNKNOWN] = { "unknown", "?? " },
	[FINDING_GOOD] = { "ok", "ok " },
};

enum finding found(struct doctor *doctor, enum finding finding, const char *text, ...)
{
	va_list args;

	va_start(args, text);
	/* an over-long text is cut */
	(void)vsnprintf(doctor->text, sizeof(doctor->text), text, args);
	va_end(args);
	return finding;
}

static int take_option(uint8_t kind, const union message *row, void *context)
{
	struct doctor *doctor = context;
	const struct {
		const char *key;
		char *value;
	} wanted[] = {
		{ "server.key_file", doctor->key_file },
		{ "policy.mode", doctor->mode },
		{ "roles.admin", doctor->admins },
	};

	if (kind != TELL_OPTION)
		return -EBADMSG;
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strcmp(wanted[i].key, row->option.key) == 0)
			memcpy(wanted[i].value, row->option.value, PROTO_VALUE_SIZE);
	return 0;
}

static int take_health(uint8_t kind, const union message *row, void *context)
{
	struct doctor *doctor = context;

	if (kind != TELL_HEALTH || doctor->health_count == DOCTOR_HEALTH_MAX)
		return -EBADMSG;
	doctor->health[doctor->health_count++] = row->health;
	return 0;
}

/* What sluisd has to say, within the time that a login has for it. */
static void ask_sluisd(struct doctor *doctor)
{
	struct ask_person ask_person;
	const struct question policy = { .kind = ASK_POLICY_SHOW,
		.message = &ask_person,
		.wait_ms = ANSWER_MS,
		.take = take_option,
		.context = doctor };
	const struct question health = { .kind = ASK_HEALTH,
		.message = &ask_person,
		.wait_ms = ANSWER_MS,
		.take = take_health,
		.context = doctor };
	struct tell_verdict verdict = { 0 };
	int64_t start_ms = clock_monotonic_ms();

	ask_caller(&ask_person.who);
	doctor->error = ask(doctor->arguments, &policy, &verdict);
	doctor->answer_ms = clock_monotonic_ms() - start_ms;
	doctor->health_error = doctor->error;
	if (doctor->error < 0)
		return;
	doctor->health_error = ask(doctor->arguments, &health, &verdict);
	if (doctor->health_error == 0 && verdict.verdict != VERDICT_ACCEPT)
		doctor->health_error = verdict.verdict == VERDICT_FORBIDDEN ? -EACCES : -EIO;
}

static json_t *json_finding(const struct doctor *doctor, const struct check *check,
    enum finding finding)
{
	return json_pack("{s:s, s:s, s:s}", "check", check->name, "result",
	    findings[finding].word, "text", doctor->text);
}

/* Takes every check, into rows, or where that is NULL to stdout. Returns whether all is well. */
static bool look(struct doctor *doctor, json_t *rows)
{
	bool well = true;

	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		const struct check *check = &checks[i];
		enum finding finding = check->look(doctor, check->name);

		well = well && finding == FINDING_GOOD;
		if (rows) /* a lack of memory shows when they are counted */
			(void)json_array_append_new(rows, json_finding(doctor, check, finding));
		else
			(void)printf("%s %s: %s\n", findings[finding].mark, check->name,
			    print_plain(doctor->text));
	}
	return well;
}

enum outcome doctor_run(const struct arguments *arguments)
{
	struct doctor doctor = { .arguments = arguments };
	json_t *rows = arguments->given & OPTION_JSON ? json_array() : NULL;
	bool well;

	if ((arguments->given & OPTION_JSON) && !rows)
		return outcome_unanswered(-ENOMEM, arguments->socket);
	ask_sluisd(&doctor);
	well = look(&doctor, rows);
	if (rows) {
		bool whole = json_array_size(rows) == COUNT_OF(checks);
		enum outcome outcome = print_json(whole ?
			json_pack("{s:b, s:O}", "well", well, "checks", rows) :
			NULL);

		json_decref(rows);
		if (outcome != OUTCOME_DONE)
			return outcome;
	}
	return well ? OUTCOME_DONE : OUTCOME_REFUSED;
}
