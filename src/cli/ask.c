#include "cli/ask.h"

#include "base/file.h"
#include "base/passwd.h"
#include "client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* Takes messages until the one that ends the answer; an attempt is a verdict of its own. */
static int take_answer(struct client *client, const struct question *question,
    struct tell_verdict *ret)
{
	for (;;) {
		auto_message union message message = { 0 };
		uint8_t kind = 0;
		int rc = client_next(client, &kind, &message);

		if (rc == 0 && kind == TELL_VERDICT) {
			*ret = message.verdict;
			return 0;
		}
		if (rc == 0 && !question->take)
			rc = -EBADMSG;
		if (rc == 0)
			rc = question->take(kind, &message, question->context);
		if (rc == 0 && kind == TELL_ATTEMPT) {
			*ret = (struct tell_verdict){ .verdict = message.attempt.verdict };
			return 0;
		}
		if (rc < 0)
			return rc;
	}
}

int ask(const struct arguments *arguments, const struct question *question,
    struct tell_verdict *ret)
{
	auto_client struct client client = { .fd = -1 };
	int rc = client_ask(arguments->socket, question->wait_ms, question->kind,
	    question->message, &client);

	return rc < 0 ? rc : take_answer(&client, question, ret);
}

enum outcome ask_or_say(const struct arguments *arguments, const struct question *question)
{
	struct tell_verdict verdict;
	int rc = ask(arguments, question, &verdict);

	return rc < 0 ? outcome_unanswered(rc, arguments->socket) : outcome_verdict(&verdict);
}

/* proc(5); a kernel without audit has no such file. */
int64_t ask_login_uid(void)
{
	auto_close int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
	char text[16];
	ssize_t size = fd < 0 ? -1 : file_read(fd, text, sizeof(text) - 1);
	int64_t uid;

	if (size < 0)
		return UINT32_MAX;
	text[size] = '\0';
	return text_number(text, 0, UINT32_MAX, &uid) < 0 ? UINT32_MAX : uid;
}

int ask_origin(const char *user, struct origin *ret)
{
	static const char devices[] = "/dev/";
	char tty[PROTO_WORD_SIZE];

	*ret = (struct origin){ .service = "sluis", .ruid = ask_login_uid() };
	if (ttyname_r(STDIN_FILENO, tty, sizeof(tty)) == 0 && text_starts(tty, devices))
		memcpy(ret->tty, tty + strlen(devices), strlen(tty) - strlen(devices) + 1);
	return text_copy(ret->user, sizeof(ret->user), user) < 0 ? -EMSGSIZE : 0;
}

enum outcome ask_who(const char *word, struct origin *ret)
{
	struct local_account caller;

	if (!word && passwd_find_uid(getuid(), &caller) < 0)
		return outcome_say(OUTCOME_USAGE,
		    "you have no account in /etc/passwd: name the account that you mean");
	if (ask_origin(word ? word : caller.name, ret) < 0)
		return outcome_say(OUTCOME_USAGE, "that name is too long: check it");
	return OUTCOME_DONE;
}

void ask_caller(struct origin *ret)
{
	struct local_account caller;

	if (passwd_find_uid(getuid(), &caller) < 0)
		caller.name[0] = '\0';
	(void)ask_origin(caller.name, ret); /* a name fits */
}
