#include "pam_modules/prompts.h"

#include <string.h>

#define CODE_PROMPT "Code (empty if you have none yet): "

/* The answer to the code prompt; none is a hang-up. */
static int ask_code(struct module *module)
{
	char *answer = NULL;
	int rc = pam_prompt(module->pamh, PAM_PROMPT_ECHO_OFF, &answer, "%s", CODE_PROMPT);

	if (rc != PAM_SUCCESS || !answer)
		return PAM_CONV_ERR;
	(void)secret_set(&module->login->code, answer,
	    strlen(answer)); /* too long: a wrong code */
	explicit_bzero(answer, strlen(answer));
	free(answer);
	return PAM_SUCCESS;
}

static bool all_digits(const char *text)
{
	return text[0] && strspn(text, "0123456789") == strlen(text);
}

/* Takes the code off the end of what was typed in the password's field. */
static int split_password(struct module *module, const char *typed, size_t digits)
{
	size_t len = strlen(typed);
	auto_secret struct secret password = { 0 };
	char text[SECRET_MAX + 1];
	int rc;

	if (len <= digits || !all_digits(typed + len - digits))
		return PAM_SUCCESS; /* no code: judged as an empty one */
	if (secret_set(&password, typed, len - digits) < 0 ||
	    secret_set(&module->login->code, typed + len - digits, digits) < 0)
		return PAM_SUCCESS;
	memcpy(text, password.bytes, password.len);
	text[password.len] = '\0';
	rc = pam_set_item(module->pamh, PAM_AUTHTOK, text);
	explicit_bzero(text, sizeof(text));
	return rc;
}

int prompts_ask(struct module *module, const struct tell_policy *policy)
{
	const char *password = NULL;
	int rc = PAM_SUCCESS;

	if (policy->prompts & PROMPT_PASSWORD)
		rc = pam_get_authtok(module->pamh, PAM_AUTHTOK, &password, NULL);
	if (rc == PAM_AUTHTOK_ERR ||
	    (rc == PAM_SUCCESS && (policy->prompts & PROMPT_PASSWORD) && !password))
		rc = PAM_CONV_ERR; /* what libpam makes of a hang-up at the password */
	if (rc == PAM_SUCCESS && (policy->prompts & PROMPT_IN_ONE))
		rc = split_password(module, password, (size_t)policy->digits);
	if (rc == PAM_SUCCESS && (policy->prompts & PROMPT_CODE))
		rc = ask_code(module);
	return rc;
}
