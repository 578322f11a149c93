/*
 * pam_sluis_mfa: stands last, after a right password, and has sluisd judge the code that the gate
 * asked, and settle the attempt. It never prompts. See pam_sluis_mfa(8).
 */
#include "pam_modules/console.h"

#include <string.h>
#include <syslog.h>

/*
 * What the person is told, only after a right password. To somebody who guesses it says that it was right: the
 * price of telling an honest person what to do.
 */
static const struct {
	enum verdict verdict;
	const char *text;
} words[] = {
	{ VERDICT_USED, "This code was used already: wait for the next one and try again." },
	{ VERDICT_UNENROLLED,
	    "You have no second factor yet: ask your service desk to enrol you." },
};

static void say_verdict(struct module *module, enum verdict verdict)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].verdict == verdict)
			module_say(module, words[i].text);
}

static int judge(struct module *module)
{
	enum verdict verdict;

	(void)pam_fail_delay(module->pamh, module->login->delay_us); /* only ever adds */
	if (module->login->state != VERDICT_GO_ON)
		return PAM_AUTH_ERR;
	verdict = login_judge(module);
	if (verdict == VERDICT_FAULT)
		return console_way_in(module); /* say, the clock is wrong: somebody must be able to set it right */
	say_verdict(module, verdict);
	return auth_code(verdict);
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct module module;
	int rc = module_start(&module, pamh, flags, argc, argv);

	if (rc != PAM_SUCCESS)
		return rc;
	if (module.arguments.observe)
		return module_observe(&module, true);
	if (!module.login) {
		pam_syslog(pamh, LOG_ERR,
		    "pam_sluis_gate did not ask before: is half a profile enabled?");
		return PAM_AUTHINFO_UNAVAIL;
	}
	if (login_is_without_daemon(&module))
		return PAM_IGNORE;
	return module.login->state == VERDICT_ACCEPT ? PAM_SUCCESS : judge(&module);
}

int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh;
	(void)flags;
	(void)argc;
	(void)argv;
	return PAM_IGNORE;
}

int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct module module;
	struct ask_person ask = { 0 };
	enum verdict verdict;
	int rc = module_start(&module, pamh, flags, argc, argv);

	if (rc != PAM_SUCCESS || account_is_exempt(&module, &rc))
		return rc;
	if (module.login && !module.arguments.observe)
		return PAM_SUCCESS; /* settled with yes in this handle, so a factor was not wanting */
	origin_fill(&module, &ask.who);
	verdict = module_ask_verdict(&module, ASK_ENROLLED, &ask);
	rc = account_end(&module, verdict);
	if (module.arguments.observe)
		return PAM_IGNORE;
	say_verdict(&module, verdict);
	return rc;
}
