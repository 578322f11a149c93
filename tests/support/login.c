/*
 * login: one PAM login against a private folder of service files, for tests.
 *   login [-aAcCFkqsw1x] [-h RHOST] [-t TTY] [-r RUSER] [-T TRIES]
 *       CONFDIR SERVICE USER ANSWER ...
 * Answers prompts in order; the answer "@hangup" is a conversation error, "@null" none at all.
 *   -a account phase too        -A no auth, account alone    -F account also after a refusal
 *   -c credentials              -s session opened            -C session closed
 *   -k sshd proved a key        -q PAM_SILENT                -x texts are conversation errors
 *   -1 the first answer goes to every prompt                 -T auth so often in one handle
 *   -w says whether a refusal is to be kept back, and does not wait
 * Prints prompts and messages, one a line, then "auth N", "account N", "cred N", "session N",
 * "close N". Exits 0 when all asked phases were PAM_SUCCESS.
 */
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct choice {
	bool auth, account, always, cred, open, close, key, same, no_text, delay, silent;
	int flags, tries;
	const char *rhost, *tty, *ruser;
	char **answers;
};

static bool is_prompt(const struct pam_message *message)
{
	return message->msg_style == PAM_PROMPT_ECHO_OFF ||
	    message->msg_style == PAM_PROMPT_ECHO_ON;
}

/* One message of the conversation. Returns PAM_SUCCESS or PAM_CONV_ERR. */
static int answer_one(struct choice *choice, const struct pam_message *message, char **ret)
{
	const char *next = *choice->answers;

	printf("%s %s\n", is_prompt(message) ? "prompt" : "text", message->msg);
	if (!is_prompt(message))
		return choice->no_text ? PAM_CONV_ERR : PAM_SUCCESS;
	if (!next || strcmp(next, "@hangup") == 0)
		return PAM_CONV_ERR;
	*ret = strcmp(next, "@null") == 0 ? NULL : strdup(next);
	if (!choice->same)
		choice->answers++;
	return PAM_SUCCESS;
}

static int answer(int count, const struct pam_message **messages, struct pam_response **ret,
    void *context)
{
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));
	int rc = responses ? PAM_SUCCESS : PAM_BUF_ERR;

	for (int i = 0; i < count && rc == PAM_SUCCESS; i++)
		rc = answer_one(context, messages[i], &responses[i].resp);
	if (rc != PAM_SUCCESS) {
		for (int i = 0; responses && i < count; i++)
			free(responses[i].resp);
		free(responses);
		return rc;
	}
	*ret = responses;
	return PAM_SUCCESS;
}

static void say_delay(int rc, unsigned delay_us, void *context)
{
	(void)context;
	if (rc != PAM_SUCCESS)
		printf("delay %s\n", delay_us > 0 ? "yes" : "no");
}

static void set_items(pam_handle_t *pamh, const struct choice *choice)
{
	void (*delay)(int, unsigned, void *) = say_delay;

	if (choice->rhost)
		(void)pam_set_item(pamh, PAM_RHOST, choice->rhost);
	if (choice->tty)
		(void)pam_set_item(pamh, PAM_TTY, choice->tty);
	if (choice->ruser)
		(void)pam_set_item(pamh, PAM_RUSER, choice->ruser);
	if (choice->delay)
		(void)pam_set_item(pamh, PAM_FAIL_DELAY, *(void **)&delay);
	if (choice->key)
		(void)pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA");
}

static int say(const char *phase, int rc)
{
	printf("%s %d\n", phase, rc);
	return rc;
}

static int phases(pam_handle_t *pamh, const struct choice *choice)
{
	int rc = PAM_SUCCESS;

	for (int i = 0; choice->auth && i < choice->tries; i++)
		rc = say("auth", pam_authenticate(pamh, choice->flags));
	if (choice->account && (rc == PAM_SUCCESS || choice->always))
		rc = say("account", pam_acct_mgmt(pamh, choice->flags));
	if (rc == PAM_SUCCESS && choice->cred)
		rc = say("cred", pam_setcred(pamh, choice->flags | (int)PAM_ESTABLISH_CRED));
	if (rc == PAM_SUCCESS && choice->open)
		rc = say("session", pam_open_session(pamh, choice->flags));
	if (rc == PAM_SUCCESS && choice->close)
		rc = say("close", pam_close_session(pamh, choice->flags));
	return rc;
}

/* The options without a value. */
static bool *flag_of(struct choice *choice, int option)
{
	const struct {
		char option;
		bool *flag;
	} flags[] = {
		{ 'a', &choice->account },
		{ 'A', &choice->account },
		{ 'c', &choice->cred },
		{ 'C', &choice->close },
		{ 'F', &choice->always },
		{ 'k', &choice->key },
		{ 's', &choice->open },
		{ 'w', &choice->delay },
		{ '1', &choice->same },
		{ 'x', &choice->no_text },
		{ 'q', &choice->silent },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flags[i].option == option)
			return flags[i].flag;
	return NULL;
}

static int choose(int argc, char **argv, struct choice *ret)
{
	int option;

	while ((option = getopt(argc, argv, "+aAcCFh:kqr:st:T:w1x")) != -1) {
		bool *flag = flag_of(ret, option);

		if (flag)
			*flag = true;
		else if (option == 'h')
			ret->rhost = optarg;
		else if (option == 'r')
			ret->ruser = optarg;
		else if (option == 't')
			ret->tty = optarg;
		else if (option == 'T')
			ret->tries = atoi(optarg);
		else
			return -1;
		ret->auth = ret->auth && option != 'A';
	}
	if (argc - optind < 3)
		return -1;
	ret->account = ret->account || ret->always;
	ret->flags = ret->silent ? (int)PAM_SILENT : 0;
	ret->answers = argv + optind + 3;
	return 0;
}

int main(int argc, char **argv)
{
	struct choice choice = { .auth = true, .tries = 1 };
	struct pam_conv conversation = { answer, &choice };
	pam_handle_t *pamh = NULL;
	int rc;

	if (choose(argc, argv, &choice) < 0)
		return 2;
	rc = pam_start_confdir(argv[optind + 1], argv[optind + 2], &conversation, argv[optind],
	    &pamh);
	if (rc == PAM_SUCCESS) {
		set_items(pamh, &choice);
		rc = phases(pamh, &choice);
	} else {
		printf("start %d\n", rc);
	}
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS ? 0 : 1;
}
