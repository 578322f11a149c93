/*
 * crowd: many logins at once against a real sluisd, by the protocol, for tests/integration/faults.sh.
 *   crowd SOCKET CLOCK TEST [ARGUMENT ...]
 * CLOCK is the file that moves sluisd's clock (tests/support/clock_moved.c). Each test prints what it counted
 * and exits 0 when the promise held.
 */
#include "base/attributes.h"
#include "base/clock.h"
#include "base/verdict.h"
#include "client/client.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <liboath/oath.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum {
	CROWD = 32,
	WAIT_MS = 5000,
	PERIOD_S = 30,
};

static const char *socket_path, *clock_path;
static int64_t moved_s;

/* One person with a token; what it does is one thread's. */
struct person {
	char name[16];
	char service[16];
	char rhost[32];
	struct secret secret;
	char code[16];
	pthread_barrier_t *start;
	enum verdict opened, verdict;
	int64_t took_ms;
};

static int64_t now(void)
{
	return (int64_t)time(NULL) + moved_s;
}

/* Moves the clock of sluisd on to the next code. */
static void move_clock(int64_t by_s)
{
	char temporary[256];
	FILE *file;

	moved_s += by_s;
	(void)snprintf(temporary, sizeof(temporary), "%s.new", clock_path);
	file = fopen(temporary, "w");
	if (!file || fprintf(file, "%" PRId64 "\n", moved_s) < 0 || fclose(file) != 0 ||
	    rename(temporary, clock_path) < 0) {
		perror(clock_path);
		exit(2);
	}
}

static void code_at(const struct secret *secret, int64_t when, char code[16])
{
	(void)oath_totp_generate((const char *)secret->bytes, secret->len, (time_t)when, PERIOD_S, 0, 6, code);
}

static int ask(uint8_t kind, const void *question, union message *ret)
{
	auto_client struct client client = { .fd = -1 };
	uint8_t got;
	int rc = client_ask(socket_path, WAIT_MS, kind, question, &client);

	return rc < 0 ? rc : client_next(&client, &got, ret);
}

static void origin_of(const struct person *person, struct origin *who)
{
	(void)text_copy(who->user, sizeof(who->user), person->name);
	(void)text_copy(who->service, sizeof(who->service), person->service);
	(void)text_copy(who->rhost, sizeof(who->rhost), person->rhost);
	who->flags = LOGIN_AUTH_RAN;
}

/* Opens and settles; -1 in verdict: no answer came. */
static void login(struct person *person)
{
	union message answer = { 0 };
	struct ask_open open = { 0 };
	struct ask_judge judge = { 0 };
	int64_t began = clock_monotonic_ms();

	person->opened = person->verdict = VERDICT_FAULT;
	origin_of(person, &open.who);
	origin_of(person, &judge.who);
	if (ask(ASK_OPEN, &open, &answer) == 0)
		person->opened = person->verdict = (enum verdict)answer.attempt.verdict;
	if (person->opened == VERDICT_GO_ON) {
		memcpy(judge.attempt, answer.attempt.attempt, sizeof(judge.attempt));
		(void)secret_set(&judge.code, person->code, strlen(person->code));
		person->verdict = ask(ASK_JUDGE, &judge, &answer) == 0 ? (enum verdict)answer.verdict.verdict :
		    VERDICT_FAULT;
	}
	person->took_ms = clock_monotonic_ms() - began;
}

static void person_init(struct person *person, int index, const char *service)
{
	*person = (struct person){ 0 };
	(void)snprintf(person->name, sizeof(person->name), "p%d", index);
	(void)snprintf(person->service, sizeof(person->service), "%s", service);
	(void)snprintf(person->rhost, sizeof(person->rhost), "192.0.2.%d", index + 1);
}

/* Gives the person a token; the clock is one step on afterwards. */
static void enroll(struct person *person)
{
	auto_client struct client client = { .fd = -1 };
	union message answer = { 0 };
	struct ask_enroll ask_enroll = { .kind = TOKEN_TOTP, .label = "test" };
	struct ask_confirm confirm = { 0 };
	char code[16];

	origin_of(person, &ask_enroll.who);
	origin_of(person, &confirm.who);
	if (ask(ASK_ENROLL, &ask_enroll, &answer) < 0) {
		(void)fprintf(stderr, "%s cannot be enrolled\n", person->name);
		exit(2);
	}
	person->secret = answer.enrolment.secret;
	confirm.token = answer.enrolment.token;
	code_at(&person->secret, now(), code);
	(void)secret_set(&confirm.code, code, strlen(code));
	if (ask(ASK_CONFIRM, &confirm, &answer) < 0 || answer.verdict.verdict == VERDICT_REFUSE) {
		(void)fprintf(stderr, "%s cannot confirm\n", person->name);
		exit(2);
	}
}

static void *login_main(void *argument)
{
	struct person *person = argument;

	(void)pthread_barrier_wait(person->start);
	login(person);
	return NULL;
}

/* All log in at the same moment. Returns how many were accepted. */
static int crowd_login(struct person *people, int count)
{
	pthread_t threads[CROWD];
	pthread_barrier_t start;
	int accepted = 0;

	(void)pthread_barrier_init(&start, NULL, (unsigned)count);
	for (int i = 0; i < count; i++) {
		people[i].start = &start;
		(void)pthread_create(&threads[i], NULL, login_main, &people[i]);
	}
	for (int i = 0; i < count; i++) {
		(void)pthread_join(threads[i], NULL);
		accepted += people[i].verdict == VERDICT_ACCEPT;
	}
	(void)pthread_barrier_destroy(&start);
	return accepted;
}

static int64_t argument_number(char **arguments, int64_t otherwise)
{
	int64_t number = otherwise;

	return arguments[0] && text_number(arguments[0], 1, 1000000, &number) == 0 ? number : otherwise;
}

/* 32 logins at once with one code: exactly one passes, in each round. */
static int test_one_code(char **arguments)
{
	struct person people[CROWD];
	int64_t rounds = argument_number(arguments, 1000), wrong = 0;

	person_init(&people[0], 0, "both");
	enroll(&people[0]);
	for (int64_t round = 0; round < rounds; round++) {
		move_clock(PERIOD_S);
		code_at(&people[0].secret, now(), people[0].code);
		for (int i = 1; i < CROWD; i++)
			people[i] = people[0];
		wrong += crowd_login(people, CROWD) != 1;
	}
	printf("%" PRId64 " rounds of %d, %" PRId64 " without exactly one\n", rounds, CROWD, wrong);
	return wrong == 0 ? 0 : 1;
}

/* 32 logins at once of 32 people: all pass. */
static int test_people(char **arguments)
{
	struct person people[CROWD];
	int accepted;

	(void)arguments;
	for (int i = 0; i < CROWD; i++) {
		person_init(&people[i], i, "both");
		enroll(&people[i]);
	}
	move_clock(PERIOD_S);
	for (int i = 0; i < CROWD; i++)
		code_at(&people[i].secret, now(), people[i].code);
	accepted = crowd_login(people, CROWD);
	printf("%d of %d accepted\n", accepted, CROWD);
	return accepted == CROWD ? 0 : 1;
}

/* 32 honest logins at once of one person where no code is asked: all pass, in waves. */
static int test_waves(char **arguments)
{
	struct person people[CROWD];
	int accepted;

	(void)arguments;
	for (int i = 0; i < CROWD; i++)
		person_init(&people[i], 1, "plain");
	accepted = crowd_login(people, CROWD);
	printf("%d of %d accepted\n", accepted, CROWD);
	return accepted == CROWD ? 0 : 1;
}

/* 320 wrong guesses, 32 at a time: at most the limit is judged. */
static int test_guesses(char **arguments)
{
	struct person people[CROWD];
	int64_t limit = argument_number(arguments, 5), judged = 0;

	person_init(&people[0], 2, "both");
	(void)memcpy(people[0].code, "000000", sizeof("000000"));
	for (int round = 0; round < 10; round++) {
		for (int i = 1; i < CROWD; i++)
			people[i] = people[0];
		(void)crowd_login(people, CROWD);
		for (int i = 0; i < CROWD; i++)
			judged += people[i].opened == VERDICT_GO_ON;
	}
	printf("%" PRId64 " of %d guesses judged\n", judged, 10 * CROWD);
	return judged >= 1 && judged <= limit ? 0 : 1;
}

static pid_t daemon_start(char **arguments, const char *preload)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		(void)dup2(null, STDERR_FILENO);
		if (preload)
			(void)setenv("LD_PRELOAD", preload, 1);
		(void)setenv("SLUIS_TEST_CLOCK", clock_path, 1);
		(void)execl(arguments[0], "sluisd", "-c", arguments[1], NULL);
		_exit(127);
	}
	return pid;
}

/* Waits until the daemon answers. */
static void daemon_wait(void)
{
	struct ask_policy question = { .service = "both" };
	union message answer;

	for (int i = 0; i < 1000; i++) {
		if (ask(ASK_POLICY, &question, &answer) == 0)
			return;
		(void)nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
	}
	(void)fprintf(stderr, "sluisd does not come back\n");
	exit(2);
}

static void daemon_kill(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* Puts back what was written and never synced: the log of tests/support/forget.c, newest record first. */
static void forget_unsynced(const char *path)
{
	struct {
		int64_t old_size, offset, len;
	} record;
	char log[300];
	auto_close int undo = -1, fd = -1;
	off_t ends[65536], at = 0;
	size_t count = 0;
	char *old;

	(void)snprintf(log, sizeof(log), "%s.undo", path);
	undo = open(log, O_RDWR | O_CLOEXEC);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (undo < 0 || fd < 0)
		return;
	while (count < COUNT_OF(ends) && pread(undo, &record, sizeof(record), at) == (ssize_t)sizeof(record)) {
		ends[count++] = at;
		at += (off_t)sizeof(record) + record.len;
	}
	while (count-- > 0) {
		if (pread(undo, &record, sizeof(record), ends[count]) != (ssize_t)sizeof(record))
			break;
		old = malloc((size_t)record.len + 1);
		if (pread(undo, old, (size_t)record.len, ends[count] + (off_t)sizeof(record)) == record.len)
			(void)!pwrite(fd, old, (size_t)record.len, record.offset);
		(void)!ftruncate(fd, record.old_size);
		free(old);
	}
	(void)!ftruncate(undo, 0);
}

static void forget_all(const char *state_dir)
{
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/state.db-wal", state_dir);
	forget_unsynced(path);
	(void)snprintf(path, sizeof(path), "%s/state.db", state_dir);
	forget_unsynced(path);
}

/* One round: killed in the middle of a login, then the same code again, then the next code. */
static bool killed_once(struct person *person, char **arguments, pid_t *daemon, unsigned *seed)
{
	pthread_barrier_t start;
	pthread_t thread;
	int accepted;

	move_clock(PERIOD_S);
	code_at(&person->secret, now(), person->code);
	(void)pthread_barrier_init(&start, NULL, 2);
	person->start = &start;
	(void)pthread_create(&thread, NULL, login_main, person);
	(void)pthread_barrier_wait(&start);
	(void)nanosleep(&(struct timespec){ .tv_nsec = rand_r(seed) % 3000000 }, NULL);
	daemon_kill(*daemon);
	(void)pthread_join(thread, NULL);
	(void)pthread_barrier_destroy(&start);
	accepted = person->verdict == VERDICT_ACCEPT;
	if (arguments[3])
		forget_all(arguments[3]);
	*daemon = daemon_start(arguments, arguments[4]);
	daemon_wait();
	login(person);
	accepted += person->verdict == VERDICT_ACCEPT;
	move_clock(PERIOD_S);
	code_at(&person->secret, now(), person->code);
	login(person);
	if (accepted > 1)
		printf("a code was accepted twice\n");
	if (person->verdict != VERDICT_ACCEPT)
		printf("locked out: %s\n", verdict_name((int)person->verdict));
	return accepted <= 1 && person->verdict == VERDICT_ACCEPT;
}

/* kill SLUISD CONFIG ROUNDS [STATE_DIR PRELOAD]: with the last two, unsynced writes are lost at each kill. */
static int test_kill(char **arguments)
{
	struct person person;
	union message answer = { 0 };
	struct ask_person verify = { 0 };
	int64_t rounds = argument_number(arguments + 2, 200), wrong = 0;
	unsigned seed = 20260131;
	pid_t daemon = daemon_start(arguments, arguments[3] ? arguments[4] : NULL);

	daemon_wait();
	person_init(&person, 3, "both");
	enroll(&person);
	for (int64_t round = 0; round < rounds; round++)
		wrong += !killed_once(&person, arguments, &daemon, &seed);
	if (ask(ASK_TRAIL_VERIFY, &verify, &answer) < 0 || answer.verdict.verdict != VERDICT_ACCEPT) {
		printf("the trail does not verify\n");
		wrong++;
	}
	daemon_kill(daemon);
	printf("%" PRId64 " kills, %" PRId64 " wrong, %" PRId64 " rows\n", rounds, wrong, answer.verdict.number);
	return wrong == 0 ? 0 : 1;
}

static int raw_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)text_copy(address.sun_path, sizeof(address.sun_path), socket_path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

/* Each sends its own kind of nonsense, and stays open. */
static int bad_peer(int kind)
{
	static const char *const garbage[] = {
		"GET / HTTP/1.0\r\n\r\n",		/* another protocol */
		"Sl\001\002\377\377\377\377",		/* a length of 4 GiB */
		"Sl\001\002\000\000\000\100half",	/* half a question */
		"S",					/* slow */
		"Sl\001\377\000\000\000\000",		/* an unknown kind */
		"Sl\377\001\000\000\000\000",		/* an unknown version */
	};
	static const size_t sizes[] = { 18, 8, 12, 1, 8, 8 };
	int fd = raw_connect();

	if (fd < 0)
		return -1;
	(void)send(fd, garbage[kind % 6], sizes[kind % 6], MSG_NOSIGNAL);
	if (kind % 2)
		(void)shutdown(fd, SHUT_WR);
	return fd;
}

static int64_t slowest_login(struct person *person, int count, int *ret_accepted)
{
	int64_t slowest = 0;

	for (int i = 0; i < count; i++) {
		login(person);
		*ret_accepted += person->verdict == VERDICT_ACCEPT;
		slowest = person->took_ms > slowest ? person->took_ms : slowest;
	}
	return slowest;
}

/* 240 bad peers hang on while an honest one logs in 20 times. */
static int test_bad_peers(char **arguments)
{
	struct person person;
	int fds[240], accepted = 0;
	int64_t slowest;

	(void)arguments;
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = bad_peer((int)i);
	person_init(&person, 4, "plain");
	slowest = slowest_login(&person, 20, &accepted);
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	printf("%d of 20 accepted, the slowest in %" PRId64 " ms\n", accepted, slowest);
	return accepted == 20 && slowest < 1000 ? 0 : 1;
}

static atomic_bool flooding = true;

static void *flood_main(void *argument)
{
	struct ask_person question = { 0 };
	union message answer;

	(void)text_copy(question.who.user, sizeof(question.who.user), argument);
	while (atomic_load(&flooding)) {
		(void)ask(ASK_STATUS, &question, &answer);
		(void)ask(ASK_OPEN, &question, &answer);
	}
	return NULL;
}

/* flood UID NAME: that plain user floods the socket while root's peers log a person in. */
static int test_flood(char **arguments)
{
	int64_t uid = argument_number(arguments, 65534), slowest;
	struct person person;
	pthread_t threads[CROWD];
	int accepted = 0;
	pid_t child = fork();

	if (child == 0) {
		if (setuid((uid_t)uid) < 0)
			_exit(2);
		for (int i = 0; i < CROWD; i++)
			(void)pthread_create(&threads[i], NULL, flood_main, arguments[1]);
		for (;;)
			(void)pause();
	}
	person_init(&person, 4, "plain");
	slowest = slowest_login(&person, 200, &accepted);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	printf("%d of 200 accepted, the slowest in %" PRId64 " ms\n", accepted, slowest);
	return accepted == 200 && slowest < 1000 ? 0 : 1;
}

/* A child of uid that holds as many half-asked questions open as it is given. */
static pid_t hold_places(uid_t uid)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe(ready) < 0)
		exit(2);
	child = fork();
	if (child == 0) {
		if (setuid(uid) < 0)
			_exit(2);
		for (int i = 0; i < 16; i++)
			(void)bad_peer(2);
		(void)!write(ready[1], "r", 1);
		for (;;)
			(void)pause();
	}
	(void)close(ready[1]);
	(void)!read(ready[0], &byte, 1);
	(void)close(ready[0]);
	return child;
}

/* unknown-uids UID: 16 uids that no account has hold what they can; a known plain user is answered all the same. */
static int test_unknown_uids(char **arguments)
{
	int64_t uid = argument_number(arguments, 65534);
	struct ask_policy question = { .service = "both" };
	union message answer;
	pid_t children[16], asker;
	int status = 1;

	for (int i = 0; i < 16; i++)
		children[i] = hold_places((uid_t)(100000 + i));
	asker = fork();
	if (asker == 0)
		_exit(setuid((uid_t)uid) == 0 && ask(ASK_POLICY, &question, &answer) == 0 ? 0 : 1);
	(void)waitpid(asker, &status, 0);
	for (int i = 0; i < 16; i++)
		daemon_kill(children[i]);
	printf("%s\n", status == 0 ? "answered" : "not answered");
	return status == 0 ? 0 : 1;
}

/* login INDEX SERVICE [CODE]: prints the verdict. */
static int test_login(char **arguments)
{
	struct person person;
	int64_t index = argument_number(arguments, 1);

	person_init(&person, (int)index, arguments[1] ? arguments[1] : "plain");
	if (arguments[1] && arguments[2])
		(void)text_copy(person.code, sizeof(person.code), arguments[2]);
	login(&person);
	printf("%s\n", verdict_name((int)person.verdict));
	return person.verdict == VERDICT_ACCEPT ? 0 : 1;
}

static void login_now(struct person *person)
{
	code_at(&person->secret, now(), person->code);
	login(person);
}

/* A clock that was ahead for a while and was set right: refused until root accepts it. Returns how many were wrong. */
static int clock_was_ahead(struct person *person)
{
	struct person other;
	struct ask_person accept = { 0 };
	union message answer = { 0 };
	int wrong = 0;

	person_init(&other, 6, "both");
	enroll(&other);
	move_clock(400 * 86400);
	login_now(person);
	wrong += person->verdict != VERDICT_ACCEPT;
	move_clock(-400 * 86400 + PERIOD_S);
	login_now(&other);
	wrong += other.verdict != VERDICT_FAULT;
	wrong += ask(ASK_CLOCK_ACCEPT, &accept, &answer) < 0 || answer.verdict.verdict != VERDICT_ACCEPT;
	login_now(&other);
	wrong += other.verdict != VERDICT_ACCEPT;
	login_now(person);		/* his code of then stays burnt, so that none counts twice */
	wrong += person->verdict == VERDICT_ACCEPT;
	return wrong;
}

/* A clock that goes back: codes are refused below the newest record less a minute, and only there. */
static int test_clock(char **arguments)
{
	static const struct {
		int64_t move_s;
		enum verdict expected;
	} steps[] = {
		{ PERIOD_S, VERDICT_ACCEPT }, { 400 * 86400, VERDICT_ACCEPT }, { -400 * 86400, VERDICT_FAULT },
		{ 400 * 86400 - 70, VERDICT_FAULT }, { 70 + PERIOD_S, VERDICT_ACCEPT }, { -45, VERDICT_USED },
		{ 45 + 2 * PERIOD_S, VERDICT_ACCEPT },
	};
	struct person person;
	int wrong = 0;

	(void)arguments;
	person_init(&person, 5, "both");
	enroll(&person);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		move_clock(steps[i].move_s);
		code_at(&person.secret, now(), person.code);
		login(&person);
		if (person.verdict != steps[i].expected && !(steps[i].expected == VERDICT_USED &&
		    person.verdict == VERDICT_REFUSE)) {
			printf("step %zu: %s instead of %s\n", i, verdict_name((int)person.verdict),
			    verdict_name((int)steps[i].expected));
			wrong++;
		}
	}
	wrong += clock_was_ahead(&person);
	printf("%zu jumps of the clock, %d wrong\n", COUNT_OF(steps) + 2, wrong);
	return wrong == 0 ? 0 : 1;
}

static const struct {
	const char *name;
	int (*run)(char **arguments);
} tests[] = {
	{ "one-code", test_one_code }, { "people", test_people }, { "waves", test_waves },
	{ "guesses", test_guesses }, { "kill", test_kill }, { "bad-peers", test_bad_peers },
	{ "flood", test_flood }, { "unknown-uids", test_unknown_uids }, { "login", test_login }, { "clock", test_clock },
};

int main(int argc, char **argv)
{
	char *arguments[8] = { NULL };	/* missing ones are NULL */
	FILE *file;

	if (argc < 4 || argc > 10 || oath_init() != OATH_OK)
		return 2;
	for (int i = 4; i < argc; i++)
		arguments[i - 4] = argv[i];
	socket_path = argv[1];
	clock_path = argv[2];
	file = fopen(clock_path, "r");
	if (file && fscanf(file, "%" SCNd64, &moved_s) != 1)
		moved_s = 0;
	if (file)
		(void)fclose(file);
	for (size_t i = 0; i < COUNT_OF(tests); i++)
		if (strcmp(tests[i].name, argv[3]) == 0)
			return tests[i].run(arguments);
	return 2;
}
