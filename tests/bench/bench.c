/*
 * bench: good logins per second through one PAM stack, and how long each took.
 *   bench [-m MODULE]... [-s PROCESSES] CONFDIR SERVICE PASSWORD PEOPLE PROCESSES LOGINS
 * PEOPLE holds a line a person: name and TOTP secret in base32. Each login takes a code that
 * was not used yet: the first round through the people that of now, the second that of the
 * next step. -s lets as many processes guess wrong, without a pause, at the last 100 of the
 * people, who do not log in. -m maps a module beforehand, so that loading it is nobody's cost.
 * Prints: logins per second, p50 and p99 in ms, good logins, others, wrong guesses per second,
 * and processor time per login in ms (of the login processes).
 */
#include <dlfcn.h>
#include <liboath/oath.h>
#include <security/pam_appl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	PEOPLE_MAX = 10000,
	TARGETS = 100,
	PERIOD_S = 30,
	DIGITS = 6,
	SETTLE_S = 1, /* how long a storm blows before anything is measured */
};

struct person {
	char name[33];
	char secret[65];
	char *raw;
	size_t size;
};

static struct person people[PEOPLE_MAX];
static size_t people_count;

/* What all processes share. */
struct board {
	atomic_size_t next, good, bad, guesses;
	atomic_bool over;
	double took_ms[];
};

struct bench {
	const char *confdir, *service, *password;
	size_t storm, processes, logins;
	time_t began;
	int gate[2]; /* a pipe: closing its end lets the login processes go */
	struct board *board;
};

struct typed {
	const char *password;
	char code[DIGITS + 1];
};

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int answer(int count, const struct pam_message **messages, struct pam_response **ret,
    void *context)
{
	const struct typed *typed = context;
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF ||
		    messages[i]->msg_style == PAM_PROMPT_ECHO_ON)
			responses[i].resp = strdup(strstr(messages[i]->msg, "assword") ?
				typed->password :
				typed->code);
	*ret = responses;
	return PAM_SUCCESS;
}

static void no_delay(int rc, unsigned delay_us, void *context)
{
	(void)rc;
	(void)delay_us;
	(void)context;
}

static bool login(const struct bench *bench, const char *user, const char *host,
    struct typed *typed)
{
	const struct pam_conv conversation = { answer, typed };
	void (*delay)(int, unsigned, void *) = no_delay;
	pam_handle_t *pamh = NULL;
	int rc = pam_start_confdir(bench->service, user, &conversation, bench->confdir, &pamh);

	if (rc != PAM_SUCCESS)
		return false;
	(void)pam_set_item(pamh, PAM_RHOST, host);
	(void)pam_set_item(pamh, PAM_FAIL_DELAY, *(void **)&delay);
	rc = pam_authenticate(pamh, 0);
	if (rc == PAM_SUCCESS)
		rc = pam_acct_mgmt(pamh, 0);
	(void)pam_end(pamh, rc);
	return rc == PAM_SUCCESS;
}

/* Login number i of the run: the next person with the next code. */
static void login_one(const struct bench *bench, size_t i)
{
	const size_t active = people_count - TARGETS;
	const struct person *person = &people[i % active];
	struct typed typed = { .password = bench->password };
	char host[32];
	double began;

	(void)snprintf(host, sizeof(host), "10.%zu.%zu.1", i % active / 250, i % active % 250);
	(void)oath_totp_generate(person->raw, person->size,
	    bench->began + (time_t)(i / active) * PERIOD_S, PERIOD_S, 0, DIGITS, typed.code);
	began = now_ms();
	if (login(bench, person->name, host, &typed))
		atomic_fetch_add(&bench->board->good, 1);
	else
		atomic_fetch_add(&bench->board->bad, 1);
	bench->board->took_ms[i] = now_ms() - began;
}

static void work(const struct bench *bench)
{
	char nothing;
	size_t i;

	if (read(bench->gate[0], &nothing, 1) < 0) /* ends when the gate opens */
		_exit(1);
	while ((i = atomic_fetch_add(&bench->board->next, 1)) < bench->logins)
		login_one(bench, i);
}

static void guess(const struct bench *bench, size_t process)
{
	struct typed typed = { .password = "wrong", .code = "000000" };
	char host[32];

	(void)snprintf(host, sizeof(host), "198.51.100.%zu", process + 1);
	for (size_t i = process; !atomic_load(&bench->board->over); i++) {
		const struct person *target = &people[people_count - 1 - i % TARGETS];

		if (login(bench, target->name, host, &typed))
			atomic_fetch_add(&bench->board->bad, 1);
		atomic_fetch_add(&bench->board->guesses, 1);
	}
}

static void start(const struct bench *bench, size_t count, bool storm)
{
	for (size_t i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			exit(1);
		if (pid == 0) {
			(void)close(bench->gate[1]);
			if (storm)
				guess(bench, i);
			else
				work(bench);
			_exit(0);
		}
	}
}

/* Processor time of all login processes that ended. */
static double children_ms(void)
{
	struct rusage used;

	(void)getrusage(RUSAGE_CHILDREN, &used);
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e3 +
	    (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e3;
}

static int by_size(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

static void run(struct bench *bench)
{
	struct board *board = bench->board;
	double began, took_s;
	size_t guesses;

	start(bench, bench->storm, true);
	start(bench, bench->processes, false);
	(void)sleep(SETTLE_S);
	guesses = atomic_load(&board->guesses);
	began = now_ms();
	(void)close(bench->gate[1]);
	for (size_t i = 0; i < bench->processes;)
		if (atomic_load(&board->good) + atomic_load(&board->bad) >= bench->logins ||
		    bench->storm == 0)
			i += wait(NULL) > 0;
		else
			(void)usleep(500);
	took_s = (now_ms() - began) / 1e3;
	guesses = atomic_load(&board->guesses) - guesses;
	atomic_store(&board->over, true);
	while (wait(NULL) > 0)
		;
	qsort(board->took_ms, bench->logins, sizeof(double), by_size);
	printf("%.1f %.3f %.3f %zu %zu %.0f %.3f\n", (double)atomic_load(&board->good) / took_s,
	    board->took_ms[bench->logins / 2], board->took_ms[bench->logins * 99 / 100],
	    atomic_load(&board->good), atomic_load(&board->bad), (double)guesses / took_s,
	    children_ms() / (double)bench->logins);
}

static int read_people(const char *path)
{
	FILE *file = fopen(path, "re");
	char rest[512];

	if (!file)
		return -1;
	while (people_count < PEOPLE_MAX) {
		struct person *person = &people[people_count];

		if (fscanf(file, "%32s %64s", person->name, person->secret) != 2)
			break;
		if (oath_base32_decode(person->secret, strlen(person->secret), &person->raw,
			&person->size) != OATH_OK)
			break;
		if (!fgets(rest, sizeof(rest), file))
			break;
		people_count++;
	}
	(void)fclose(file);
	return people_count > TARGETS ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct bench bench = { .began = time(NULL) };
	int option;

	while ((option = getopt(argc, argv, "+m:s:")) != -1) {
		if (option == 'm' && !dlopen(optarg, RTLD_NOW))
			(void)fprintf(stderr, "bench: %s\n", dlerror());
		if (option == 's')
			bench.storm = strtoul(optarg, NULL, 10);
	}
	argv += optind;
	if (argc - optind != 6 || oath_init() != OATH_OK || read_people(argv[3]) < 0)
		return 2;
	bench.confdir = argv[0];
	bench.service = argv[1];
	bench.password = argv[2];
	bench.processes = strtoul(argv[4], NULL, 10);
	bench.logins = strtoul(argv[5], NULL, 10);
	bench.board = mmap(NULL, sizeof(struct board) + bench.logins * sizeof(double),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bench.board == MAP_FAILED || pipe(bench.gate) < 0)
		return 1;
	run(&bench);
	return 0;
}
