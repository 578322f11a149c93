/*
 * pam_sluis_gate: asks everything first, opens the attempt, and leaves judging to the last module. See
 * pam_sluis_gate(8) and docs/ARCHITECTURE.md.
 */
#include "pam_modules/console.h"
#include "pam_modules/notices.h"
#include "pam_modules/prompts.h"
#include "proto/codec.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* sshd says in SSH_AUTH_INFO_0 what it proved; only sshd itself, as root, is believed. */
static bool publickey_is_proven(struct module *module)
{
	const char *proven = pam_getenv(module->pamh, "SSH_AUTH_INFO_0");

	return proven && geteuid() == 0 && strcmp(item_text(module, PAM_SERVICE), "sshd") == 0 &&
	    text_starts(proven, "publickey ");
}

static int64_t login_flags(struct module *module)
{
	return (publickey_is_proven(module) ? LOGIN_PUBLICKEY : 0) |
	    (console_is_ours(module) ? LOGIN_CONSOLE : 0);
}

/* Opens the attempt: from here on it is a failure until it is settled. */
static int open_attempt(struct module *module)
{
	struct ask_open ask = { 0 };
	auto_message union message answer = { 0 };
	enum verdict verdict = VERDICT_FAULT;

	origin_fill(module, &ask.who);
	if (module_ask(module, ASK_OPEN, &ask, TELL_ATTEMPT, &answer) == 0)
		verdict = verdict_read(answer.attempt.verdict);
	if (verdict == VERDICT_FAULT)
		return console_way_in(module);
	if (verdict != VERDICT_GO_ON) /* nothing was judged yet, so no answer here can be a yes */
		return verdict == VERDICT_ACCEPT ? PAM_AUTHINFO_UNAVAIL : auth_code(verdict);
	memcpy(module->login->attempt, answer.attempt.attempt, sizeof(answer.attempt.attempt));
	module->login->state = VERDICT_GO_ON;
	return PAM_IGNORE;
}

static int ask_policy(struct module *module, struct tell_policy *ret)
{
	struct ask_policy ask = { .flags = module->login->flags };
	auto_message union message answer = { 0 };
	struct origin who = { 0 };
	int rc;

	origin_fill(module, &who);
	memcpy(ask.service, who.service, sizeof(ask.service));
	rc = module_ask(module, ASK_POLICY, &ask, TELL_POLICY, &answer);
	if (rc < 0)
		return rc;
	if (!(answer.policy.prompts & PROMPT_PASSWORD) &&
	    !((module->login->flags & LOGIN_PUBLICKEY) && (answer.policy.prompts & PROMPT_CODE)))
		return -EPROTO; /* nobody gets in without a password but by a proven key, whatever sluisd says */
	if (answer.policy.fail_delay_ms < 0 || answer.policy.fail_delay_ms > 60000 ||
	    answer.policy.digits < 6 || answer.policy.digits > 8)
		return -EPROTO;
	*ret = answer.policy;
	return 0;
}

static int authenticate(struct module *module)
{
	struct tell_policy policy = { 0 };
	const char *user = NULL;
	int rc = login_start(module);

	if (rc == PAM_SUCCESS)
		rc = pam_get_user(module->pamh, &user, NULL);
	if (rc != PAM_SUCCESS)
		return rc;
	module->login->flags |= login_flags(module);
	(void)snprintf(module->login->user, sizeof(module->login->user), "%s",
	    user); /* cut: nobody's name */
	if (ask_policy(module, &policy) < 0)
		return console_way_in(module);
	module->login->delay_us = (unsigned)policy.fail_delay_ms * 1000u;
	(void)pam_fail_delay(module->pamh, module->login->delay_us); /* only ever adds */
	rc = prompts_ask(module, &policy);
	if (rc != PAM_SUCCESS)
		return rc;
	rc = open_attempt(module);
	if (rc != PAM_IGNORE || (policy.prompts & PROMPT_PASSWORD) ||
	    module->login->without_daemon)
		return rc;
	return auth_code(login_judge(module)); /* a proven key and this code are all: no password follows */
}

/* Reached only when no module said yes: the attempt ends as what it is. */
static int close_failed(struct module *module)
{
	struct ask_settle ask = { 0 };

	if (module->arguments.observe)
		return module_observe(module, false);
	if (!module->login || module->login->state != VERDICT_GO_ON)
		return PAM_IGNORE;
	module->login->state = VERDICT_REFUSE;
	origin_fill(module, &ask.who);
	memcpy(ask.attempt, module->login->attempt, sizeof(ask.attempt));
	(void)module_ask_verdict(module, ASK_SETTLE, &ask); /* unsettled it counts as well */
	return PAM_IGNORE;
}

int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct module module;
	int rc = module_start(&module, pamh, flags, argc, argv);

	if (rc != PAM_SUCCESS)
		return rc;
	return module.arguments.failed ? close_failed(&module) : authenticate(&module);
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
	int rc = module_start(&module, pamh, flags, argc, argv);

	if (rc != PAM_SUCCESS || account_is_exempt(&module, &rc))
		return rc;
	origin_fill(&module, &ask.who);
	rc = account_end(&module, module_ask_verdict(&module, ASK_ACCOUNT, &ask));
	return module.arguments.observe ? PAM_IGNORE : rc;
}

int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct module module;
	int rc = module_start(&module, pamh, flags, argc, argv);

	return rc != PAM_SUCCESS || module_is_silent(&module) ? rc : notices_show(&module);
}

int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return pam_sm_setcred(pamh, flags, argc, argv); /* nothing to do either */
}
