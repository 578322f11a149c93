/*
 * enroll: gives each person a TOTP token, by the protocol itself and without a terminal, for
 * tests.
 *   enroll [-o SECONDS] SOCKET USER ...
 * Prints a line a person: name, secret in base32, recovery codes. The first code is that of
 * the step before now, so the codes of now and of the next step are still good. -o: how far
 * the daemon's clock is moved.
 */
#include "base/clock.h"
#include "base/verdict.h"
#include "client/client.h"

#include <liboath/oath.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WAIT_MS = 20000,
	CODE_SIZE = 9,
};

static void fail(const char *what, const char *user)
{
	(void)fprintf(stderr, "enroll: %s: %s\n", user, what);
	exit(1);
}

static struct origin origin_of(const char *user)
{
	struct origin who = { .service = "enroll", .ruid = getuid() };

	if (text_copy(who.user, sizeof(who.user), user) < 0)
		fail("too long", user);
	return who;
}

static struct tell_enrolment get_offer(const char *path, const char *user)
{
	struct ask_enroll ask = { .who = origin_of(user), .kind = TOKEN_TOTP, .label = "test" };
	auto_client struct client client = { .fd = -1 };
	union message answer;
	uint8_t kind = 0;

	if (client_ask(path, WAIT_MS, ASK_ENROLL, &ask, &client) < 0 ||
	    client_next(&client, &kind, &answer) < 0 || kind != TELL_ENROLMENT)
		fail("no offer", user);
	return answer.enrolment;
}

static void first_code(const struct tell_enrolment *offer, int64_t now, struct secret *ret)
{
	char code[CODE_SIZE] = "";

	if (oath_totp_generate((const char *)offer->secret.bytes, offer->secret.len,
		(time_t)(now - offer->period_s), (unsigned)offer->period_s, 0,
		(unsigned)offer->digits, code) != OATH_OK ||
	    secret_set(ret, code, strlen(code)) < 0)
		fail("no code", "liboath");
}

static void confirm(const char *path, const char *user, const struct tell_enrolment *offer,
    int64_t now)
{
	struct ask_confirm ask = { .who = origin_of(user), .token = offer->token };
	auto_client struct client client = { .fd = -1 };
	union message answer;
	uint8_t kind = 0;

	first_code(offer, now, &ask.code);
	if (client_ask(path, WAIT_MS, ASK_CONFIRM, &ask, &client) < 0)
		fail("cannot confirm", user);
	while (client_next(&client, &kind, &answer) == 0 && kind == TELL_RECOVERY_CODE)
		printf(" %.*s", (int)answer.recovery_code.code.len,
		    answer.recovery_code.code.bytes);
	if (kind != TELL_VERDICT || answer.verdict.verdict != VERDICT_ACCEPT)
		fail("not confirmed", user);
	printf("\n");
}

static void enroll(const char *path, const char *user, int64_t offset_s)
{
	struct tell_enrolment offer = get_offer(path, user);
	char *text = NULL;
	size_t len = 0;

	if (oath_base32_encode((const char *)offer.secret.bytes, offer.secret.len, &text,
		&len) != OATH_OK)
		fail("no base32", "liboath");
	printf("%s %.*s", user, (int)len, text);
	free(text);
	confirm(path, user, &offer, clock_now() + offset_s);
}

int main(int argc, char **argv)
{
	int64_t offset_s = 0;
	int option;

	while ((option = getopt(argc, argv, "+o:")) != -1) {
		if (option != 'o')
			return 2;
		offset_s = strtoll(optarg, NULL, 10);
	}
	if (argc - optind < 2 || oath_init() != OATH_OK)
		return 2;
	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* whole lines, also beside others */
	for (int i = optind + 1; i < argc; i++)
		enroll(argv[optind], argv[i], offset_s);
	return 0;
}
