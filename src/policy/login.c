#include "policy/login.h"

#include "base/attributes.h"

#include <string.h>

static const char *const sitting_down[] = {
	"sshd",
	"login",
	"lightdm",
	"gdm-password",
	"sddm",
	"greetd",
	"xrdp-sesman",
	"cockpit",
};

struct login_prompts login_prompts(enum login_asks asks, bool publickey)
{
	struct login_prompts prompts = { .password = true };

	switch (asks) {
	case ASKS_PASSWORD:
		break;
	case ASKS_SINGLE:
		prompts.in_one = true;
		break;
	case ASKS_CODE:
		prompts.password = !publickey;
		prompts.code = true;
		break;
	default:
		prompts.code = true;
	}
	return prompts;
}

enum login_need login_need(const struct login_facts *facts)
{
	if (facts->asks == ASKS_PASSWORD)
		return NEED_NOTHING;
	if (facts->enrolled)
		return NEED_CODE;
	if (!facts->required)
		return NEED_NOTHING;
	if (facts->enforce && !facts->root_on_console)
		return NEED_REFUSAL;
	return NEED_WORD;
}

bool login_account_needs_factor(const struct login_facts *facts, int64_t uid,
    const char *service, bool auth_ran)
{
	if (uid < LOGIN_MIN_UID || login_need(facts) != NEED_REFUSAL)
		return false;
	return auth_ran || strcmp(service, "sshd") == 0;
}

bool login_is_sitting_down(const char *service)
{
	for (size_t i = 0; i < COUNT_OF(sitting_down); i++)
		if (strcmp(sitting_down[i], service) == 0)
			return true;
	return false;
}
