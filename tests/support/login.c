/*
 * login: one PAM login against a private folder of service files, for tests.
 *   login [-a] [-s] [-h RHOST] [-t TTY] [-r RUSER] [-k] CONFDIR SERVICE USER ANSWER ...
 * Answers prompts in order; an answer "@hangup" is a conversation error. -a goes on to the account phase,
 * -s to the session, -k says that sshd proved a public key. Prints prompts and messages, one a line, then
 * "auth N", "account N", "session N". Exits 0 when all asked phases were PAM_SUCCESS.
 */
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct answers {
	char **next;
};

static int answer(int count, const struct pam_message **messages, struct pam_response **ret, void *context)
{
	struct answers *answers = context;
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++) {
		bool prompt = messages[i]->msg_style == PAM_PROMPT_ECHO_OFF || messages[i]->msg_style == PAM_PROMPT_ECHO_ON;

		printf("%s %s\n", prompt ? "prompt" : "text", messages[i]->msg);
		if (!prompt)
			continue;
		if (!*answers->next || strcmp(*answers->next, "@hangup") == 0) {
			free(responses);
			return PAM_CONV_ERR;
		}
		responses[i].resp = strcmp(*answers->next, "@null") == 0 ? NULL : strdup(*answers->next);
		answers->next++;
	}
	*ret = responses;
	return PAM_SUCCESS;
}

struct choice {
	bool account, session, key;
	const char *rhost, *tty, *ruser;
};

static int phases(pam_handle_t *pamh, const struct choice *choice)
{
	int rc;

	if (choice->rhost)
		(void)pam_set_item(pamh, PAM_RHOST, choice->rhost);
	if (choice->tty)
		(void)pam_set_item(pamh, PAM_TTY, choice->tty);
	if (choice->ruser)
		(void)pam_set_item(pamh, PAM_RUSER, choice->ruser);
	if (choice->key)
		(void)pam_putenv(pamh, "SSH_AUTH_INFO_0=publickey ssh-ed25519 AAAA");
	rc = pam_authenticate(pamh, 0);
	printf("auth %d\n", rc);
	if (rc == PAM_SUCCESS && choice->account) {
		rc = pam_acct_mgmt(pamh, 0);
		printf("account %d\n", rc);
	}
	if (rc == PAM_SUCCESS && choice->session) {
		rc = pam_open_session(pamh, 0);
		printf("session %d\n", rc);
	}
	return rc;
}

int main(int argc, char **argv)
{
	struct choice choice = { 0 };
	struct answers answers;
	struct pam_conv conversation = { answer, &answers };
	pam_handle_t *pamh = NULL;
	int option, rc;

	while ((option = getopt(argc, argv, "+ash:t:r:k")) != -1) {
		switch (option) {
		case 'a': choice.account = true; break;
		case 's': choice.session = true; break;
		case 'h': choice.rhost = optarg; break;
		case 't': choice.tty = optarg; break;
		case 'r': choice.ruser = optarg; break;
		case 'k': choice.key = true; break;
		default: return 2;
		}
	}
	if (argc - optind < 3)
		return 2;
	answers.next = argv + optind + 3;
	rc = pam_start_confdir(argv[optind + 1], argv[optind + 2], &conversation, argv[optind], &pamh);
	if (rc == PAM_SUCCESS)
		rc = phases(pamh, &choice);
	else
		printf("start %d\n", rc);
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS ? 0 : 1;
}
