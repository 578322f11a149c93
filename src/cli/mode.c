#include "cli/commands.h"

#include "base/passwd.h"
#include "base/verdict.h"
#include "cli/ask.h"
#include "cli/pam_module.h"
#include "cli/pam_stack.h"
#include "cli/print.h"
#include "cli/program.h"
#include "cli/status.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define UPDATE   "/usr/sbin/pam-auth-update"
#define PROFILES "/usr/share/pam-configs/"

enum {
	SET_SIZE = 3,
	WORDS_MAX = 5 + 2 * SET_SIZE, /* the program, three options, the profiles, NULL */
	OUTPUT_SIZE = 4096,
};

static const char *const guard[SET_SIZE] = { "sluis", "sluis-last", "sluis-mfa" };
static const char *const watch[SET_SIZE] = { "sluis-observe", "sluis-observe-last",
	"sluis-observe-mfa" };

/* What a mode switches on; all else of the two sets goes off in the same call. */
static const struct mode {
	const char *name;
	enum pam_mode mode;
	const char *const *on; /* NULL: neither */
	const char *const *off[2];
	const char *done;
} modes[] = {
	{ "enforce", PAM_MODE_ENFORCE, guard, { watch }, "Logins are guarded from now on." },
	{ "observe", PAM_MODE_OBSERVE, watch, { guard },
	    "Logins are observed from now on, and none is refused." },
	{ "off", PAM_MODE_OFF, NULL, { guard, watch },
	    "Logins are neither guarded nor observed from now on." },
};

static const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(modes); i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

/* The account whose login must go on: that of this session, or root where it has none. */
static int whose_login(struct local_account *ret)
{
	int64_t uid = ask_login_uid();

	return passwd_find_uid(uid == UINT32_MAX ? 0 : (uid_t)uid, ret);
}

/* Nobody shuts himself out: the daemon answers, and whoever switches has a second factor. */
static enum outcome check_caller(const struct arguments *arguments)
{
	struct local_account account;
	struct origin who;
	struct status status;
	int rc = whose_login(&account);

	if (rc < 0 || ask_origin(account.name, &who) < 0)
		return outcome_say(OUTCOME_FAULT,
		    "your login account is not in /etc/passwd: log in with one that is");
	rc = status_ask(arguments, &who, &status);
	if (rc < 0)
		return outcome_unanswered(rc, arguments->socket);
	if (status.verdict != VERDICT_ACCEPT && status.verdict != VERDICT_HELD)
		return outcome_verdict(&(struct tell_verdict){ .verdict = status.verdict });
	if (status.factor_count == 0 && !(arguments->given & OPTION_FORCE))
		return outcome_say(OUTCOME_REFUSED,
		    "%s has no second factor and might not get in again: run sluis enroll %s, "
		    "or give --force",
		    account.name, account.name);
	return OUTCOME_DONE;
}

static enum outcome check_modules(void)
{
	char wrong[PAM_WRONG_SIZE] = "the folder of the modules";
	int rc = pam_module_ready(wrong);

	return rc == 0 ?
	    OUTCOME_DONE :
	    outcome_say(OUTCOME_FAULT,
		"%s cannot be read (%s), and nobody could log in: install libpam-sluis again",
		wrong, strerror(-rc));
}

/* pam-auth-update passes over a profile that is not there. */
static enum outcome check_profiles(const struct mode *mode)
{
	char path[PATH_MAX];

	for (size_t i = 0; mode->on && i < SET_SIZE; i++) {
		(void)snprintf(path, sizeof(path), PROFILES "%s", mode->on[i]);
		if (access(path, R_OK) < 0)
			return outcome_say(OUTCOME_FAULT,
			    "%s cannot be read (%s): install libpam-sluis again", path,
			    strerror(errno));
	}
	return OUTCOME_DONE;
}

static enum outcome check(const struct arguments *arguments, const struct mode *mode)
{
	enum outcome outcome = check_profiles(mode);

	if (outcome == OUTCOME_DONE && mode->mode == PAM_MODE_ENFORCE)
		outcome = check_modules();
	if (outcome == OUTCOME_DONE && mode->mode == PAM_MODE_ENFORCE)
		outcome = check_caller(arguments);
	return outcome;
}

static size_t add_words(const char *words[WORDS_MAX], size_t count, const char *option,
    const char *const *set)
{
	if (!set)
		return count;
	if (option)
		words[count++] = option;
	for (size_t i = 0; i < SET_SIZE; i++)
		words[count++] = set[i];
	return count;
}

static enum outcome run_update(const struct mode *mode)
{
	const char *words[WORDS_MAX] = { UPDATE, "--package" };
	char output[OUTPUT_SIZE];
	size_t count = 2;
	int status, rc;

	count = add_words(words, count, "--enable", mode->on);
	count = add_words(words, count, "--disable", mode->off[0]);
	(void)add_words(words, count, NULL, mode->off[1]);
	rc = program_run(words, output, sizeof(output), &status);
	if (rc < 0)
		return outcome_say(OUTCOME_FAULT,
		    UPDATE " cannot be run (%s): is libpam-runtime installed?", strerror(-rc));
	if (status != 0)
		return outcome_say(OUTCOME_FAULT,
		    UPDATE " failed (%s): mend that and run this again",
		    program_first_line(output));
	return OUTCOME_DONE;
}

/* It ends well even when it changed nothing, because somebody edited the files. */
static enum outcome check_result(const struct mode *mode)
{
	struct pam_stack stack;
	int rc = pam_stack_read(&stack);

	if (rc < 0)
		return outcome_say(OUTCOME_FAULT,
		    "the files in /etc/pam.d cannot be read (%s): look at them now",
		    strerror(-rc));
	if (stack.mode == mode->mode)
		return OUTCOME_DONE;
	return outcome_say(OUTCOME_FAULT,
	    "the mode is %s and not %s, since /etc/pam.d/common-* were edited by "
	    "hand: see --force in pam-auth-update(8)",
	    pam_mode_name(stack.mode), mode->name);
}

enum outcome mode_run(const struct arguments *arguments)
{
	const struct mode *mode = mode_find(arguments->words[0]);
	enum outcome outcome;

	if (!mode)
		return outcome_say(OUTCOME_USAGE,
		    "a mode is enforce, observe or off: choose one");
	if (geteuid() != 0)
		return outcome_say(OUTCOME_REFUSED,
		    "only root may switch the mode: run it with sudo");
	outcome = check(arguments, mode);
	if (outcome == OUTCOME_DONE)
		outcome = run_update(mode);
	if (outcome == OUTCOME_DONE)
		outcome = check_result(mode);
	if (outcome == OUTCOME_DONE)
		(void)printf("%s\n", mode->done);
	return outcome;
}
