#include "pam_modules/notices.h"

#include "base/clock.h"
#include "client/client.h"

#include <inttypes.h>
#include <stdio.h>

static void say_notice(struct module *module, const struct tell_notice *notice)
{
	char when[CLOCK_TEXT_SIZE], text[2 * PROTO_TEXT_SIZE];

	switch (notice->kind) {
	case NOTICE_LAST_LOGIN:
		clock_text(notice->at, when);
		(void)snprintf(text, sizeof(text), "Last login: %s, %s, from %s.", when,
		    notice->service, notice->text);
		break;
	case NOTICE_FAILURES:
		(void)snprintf(text, sizeof(text),
		    "Failed tries since then: %" PRId64 "; if they were not yours, report it.",
		    notice->number);
		break;
	case NOTICE_UNENROLLED:
		(void)snprintf(text, sizeof(text),
		    "You have no second factor yet: type \"sluis enroll\" today.");
		break;
	case NOTICE_RECOVERY_LEFT:
		(void)snprintf(text, sizeof(text), "You have %" PRId64 " recovery codes left.",
		    notice->number);
		break;
	default:
		return; /* of a later version */
	}
	if (text_is_plain(text))
		module_say(module, text);
}

int notices_show(struct module *module)
{
	auto_client struct client client = { .fd = -1 };
	auto_message union message answer = { 0 };
	struct ask_person ask = { 0 };
	uint8_t kind = 0;
	int rc;

	origin_fill(module, &ask.who);
	rc = client_ask(module->arguments.socket, WAIT_SESSION_MS, ASK_NOTICES, &ask, &client);
	while (rc == 0 && (rc = client_next(&client, &kind, &answer)) == 0 && kind == TELL_NOTICE)
		say_notice(module, &answer.notice);
	return rc == 0 && kind == TELL_VERDICT &&
		verdict_read(answer.verdict.verdict) == VERDICT_ACCEPT ?
	    PAM_SUCCESS :
	    PAM_SESSION_ERR;
}
