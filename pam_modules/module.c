#include "pam_modules/module.h"

#include "base/attributes.h"
#include "base/clock.h"
#include "base/passwd.h"
#include "client/client.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#define LOGIN_DATA "sluis_attempt"

enum {
	SYSTEM_UID_MAX = 999,
};

static int argument_read(struct module *module, const char *word)
{
	struct arguments *arguments = &module->arguments;
	const struct {
		const char *word;
		bool *flag;
	} words[] = {
		{ "debug", &arguments->debug },
		{ "quiet", &arguments->quiet },
		{ "observe", &arguments->observe },
		{ "failed", &arguments->failed },
		{ "use_first_pass", &arguments->standard },
		{ "try_first_pass", &arguments->standard },
	};

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		if (strcmp(words[i].word, word) == 0) {
			*words[i].flag = true;
			return PAM_SUCCESS;
		}
	}
	if (text_starts(word, "socket=/")) {
		arguments->socket = word + strlen("socket=");
		return PAM_SUCCESS;
	}
	pam_syslog(module->pamh, LOG_ERR, "unknown argument %s: see the man page", word);
	return PAM_SERVICE_ERR;
}

int module_start(struct module *module, pam_handle_t *pamh, int flags, int argc,
    const char **argv)
{
	const void *data = NULL;
	int rc = PAM_SUCCESS;

	*module = (struct module){
		.pamh = pamh, .flags = flags, .arguments.socket = CLIENT_SOCKET
	};
	for (int i = 0; i < argc && rc == PAM_SUCCESS; i++)
		rc = argument_read(module, argv[i]);
	if (rc == PAM_SUCCESS && pam_get_data(pamh, LOGIN_DATA, &data) == PAM_SUCCESS)
		module->login = (struct login *)(uintptr_t)
		    data; /* ours: login_start() put it there */
	return rc;
}

static void login_free(pam_handle_t *pamh, void *data, int status)
{
	(void)pamh;
	(void)status;
	if (data)
		explicit_bzero(data, sizeof(struct login));
	free(data);
}

int login_start(struct module *module)
{
	struct login *login = calloc(1, sizeof(*login));

	module->login = NULL;
	if (!login || pam_set_data(module->pamh, LOGIN_DATA, login, login_free) != PAM_SUCCESS) {
		/* What an earlier try left must not speak for this one. */
		(void)pam_set_data(module->pamh, LOGIN_DATA, NULL, NULL);
		free(login);
		return PAM_BUF_ERR;
	}
	login->flags = LOGIN_AUTH_RAN;
	module->login = login;
	return PAM_SUCCESS;
}

const char *item_text(struct module *module, int item)
{
	const void *text = NULL;

	if (pam_get_item(module->pamh, item, &text) != PAM_SUCCESS) {
		module->faulty = true;
		return "";
	}
	return text ? text : "";
}

/* Copies an item; what no peer may send (a byte that is no UTF-8, too long) becomes '?' or is cut. */
static void item_copy(struct module *module, int item, char *out, size_t size)
{
	const char *text = item_text(module, item);
	size_t len = strnlen(text, size - 1);

	memcpy(out, text, len);
	out[len] = '\0';
	for (size_t i = 0; i < len && !text_is_utf8(out, len); i++)
		if ((unsigned char)out[i] >= 0x80)
			out[i] = '?';
}

void origin_fill(struct module *module, struct origin *who)
{
	const char *tty = item_text(module, PAM_TTY);

	item_copy(module, PAM_USER, who->user, sizeof(who->user));
	item_copy(module, PAM_SERVICE, who->service, sizeof(who->service));
	item_copy(module, PAM_RHOST, who->rhost, sizeof(who->rhost));
	item_copy(module, PAM_RUSER, who->ruser, sizeof(who->ruser));
	if (text_starts(tty, "/dev/"))
		tty += strlen("/dev/");
	if (!text_is_plain(tty) || text_copy(who->tty, sizeof(who->tty), tty) < 0)
		(void)text_copy(who->tty, sizeof(who->tty), "?");
	who->ruid = getuid();
	who->flags = module->login ? module->login->flags : 0;
}

static int ask_within(struct module *module, int64_t wait_ms, uint8_t kind,
    const void *question, uint8_t answer_kind, union message *ret)
{
	auto_client struct client client = { .fd = -1 };
	uint8_t got = 0;
	int rc = client_ask(module->arguments.socket, wait_ms, kind, question, &client);

	if (rc == 0)
		rc = client_next(&client, &got, ret);
	if (rc == 0 && got != answer_kind)
		rc = got == TELL_VERDICT && ret->verdict.verdict == VERDICT_FORBIDDEN ? -EACCES :
											-EPROTO;
	return rc;
}

int module_ask(struct module *module, uint8_t kind, const void *question, uint8_t answer_kind,
    union message *ret)
{
	/* Where auth did not run, the two modules of the account phase share the time. */
	int64_t waited = module->login ? module->login->waited_ms : WAIT_LOGIN_MS / 2;
	int64_t began = clock_monotonic_ms();
	int rc = -ETIMEDOUT;

	if (module->faulty)
		rc = -EIO;
	else if (waited < WAIT_LOGIN_MS)
		rc = ask_within(module, WAIT_LOGIN_MS - waited, kind, question, answer_kind, ret);
	if (module->login)
		module->login->waited_ms += clock_monotonic_ms() - began;
	if (rc < 0)
		pam_syslog(module->pamh, LOG_ERR, "sluisd does not answer as it should: %s",
		    strerror(-rc));
	else if (module->arguments.debug)
		pam_syslog(module->pamh, LOG_DEBUG, "sluisd answered %s",
		    schema_find(kind)->name);
	return rc;
}

enum verdict module_ask_verdict(struct module *module, uint8_t kind, const void *question)
{
	auto_message union message answer = { 0 };

	if (module_ask(module, kind, question, TELL_VERDICT, &answer) < 0)
		return VERDICT_FAULT;
	return verdict_read(answer.verdict.verdict);
}

enum verdict login_judge(struct module *module)
{
	struct login *login = module->login;
	auto_message union message question = { 0 };
	struct ask_judge *ask = &question.ask_judge;

	origin_fill(module, &ask->who);
	memcpy(ask->attempt, login->attempt, sizeof(ask->attempt));
	ask->code = login->code;
	secret_wipe(&login->code);
	login->state = VERDICT_REFUSE;
	login->state = module_ask_verdict(module, ASK_JUDGE, ask);
	return login->state;
}

static bool user_is_unchanged(struct module *module)
{
	return strncmp(module->login->user, item_text(module, PAM_USER),
		   sizeof(module->login->user) - 1) == 0;
}

bool login_is_without_daemon(struct module *module)
{
	return module->login && module->login->without_daemon && user_is_unchanged(module);
}

bool module_is_silent(struct module *module)
{
	return module->arguments.quiet || ((unsigned)module->flags & PAM_SILENT);
}

void module_say(struct module *module, const char *text)
{
	if (!module_is_silent(module))
		(void)pam_info(module->pamh, "%s", text); /* nobody depends on its being seen */
}

/* clang-format off */
static const struct {
	enum verdict verdict;
	int auth, account;
} codes[] = {
	/* verdict              in auth               in account */
	{ VERDICT_ACCEPT,       PAM_SUCCESS,          PAM_SUCCESS },
	{ VERDICT_REFUSE,       PAM_AUTH_ERR,         PAM_PERM_DENIED },
	{ VERDICT_HELD,         PAM_AUTH_ERR,         PAM_PERM_DENIED },
	{ VERDICT_USED,         PAM_AUTH_ERR,         PAM_PERM_DENIED },
	{ VERDICT_UNENROLLED,   PAM_AUTH_ERR,         PAM_PERM_DENIED },
	{ VERDICT_NOT_FOUND,    PAM_AUTH_ERR,         PAM_USER_UNKNOWN },
};
/* clang-format on */

int auth_code(enum verdict verdict)
{
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (codes[i].verdict == verdict)
			return codes[i].auth;
	return PAM_AUTHINFO_UNAVAIL;
}

int account_code(enum verdict verdict)
{
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (codes[i].verdict == verdict)
			return codes[i].account;
	return PAM_AUTHINFO_UNAVAIL;
}

static bool service_is_one_of(struct module *module, const char *const *names)
{
	const char *service = item_text(module, PAM_SERVICE);

	for (; *names; names++)
		if (strcmp(service, *names) == 0)
			return true;
	return false;
}

/* Root and system accounts by /etc/passwd alone. */
static bool user_is_system(struct module *module)
{
	struct local_account account;

	return passwd_find(item_text(module, PAM_USER), &account) == 0 &&
	    account.uid <= SYSTEM_UID_MAX;
}

bool account_is_exempt(struct module *module, int *ret)
{
	static const char *const machine_services[] = { "cron", "crond", "atd", "systemd-user",
		NULL };
	const struct login *login = module->login;

	*ret = PAM_IGNORE;
	if (login_is_without_daemon(module))
		return true;
	if (login && !module->arguments.observe &&
	    (login->state != VERDICT_ACCEPT || !user_is_unchanged(module))) {
		pam_syslog(module->pamh, LOG_ERR,
		    "this login was not settled with yes: is half a profile enabled?");
		*ret = PAM_PERM_DENIED;
		return true;
	}
	return !login && service_is_one_of(module, machine_services) && user_is_system(module);
}

int account_end(struct module *module, enum verdict verdict)
{
	static const char *const becoming[] = { "su", "su-l", "sudo", "sudo-i", "chfn", "chsh",
		NULL };
	int code = account_code(verdict);

	if (code == PAM_AUTHINFO_UNAVAIL && getuid() == 0 && service_is_one_of(module, becoming))
		return PAM_IGNORE;
	return code;
}

int module_observe(struct module *module, bool password_right)
{
	struct ask_observe ask = { .password_right = password_right };

	origin_fill(module, &ask.who);
	(void)module_ask_verdict(module, ASK_OBSERVE, &ask); /* observing never refuses */
	return PAM_IGNORE;
}
