/*
 * inject: lets each call that the modules make fail, one after the other, and looks for a yes.
 *   inject -d STATE.DB [-y] [-l SITES] [-o OFFSET -b SECRET]
 *       CONFDIR SERVICE USER PASSWORD CODE [account]
 * Stands between the modules and libc and libpam: a call counts when its return address lies
 * in pam_sluis_*. Run n fails the n-th call; then once more from the n-th on. It ends with the
 * first n that no call reaches. With "account" there is no auth phase.
 *
 * No run may end in PAM_SUCCESS; with -y it may, if the trail of STATE.DB has one more
 * login.accepted than before. Between the runs the attempts are forgotten, so that nobody is
 * held. With -b the code is a fresh one of that secret in each run: the file OFFSET, which
 * moves the daemon's clock, goes forward a step. -l adds the call sites to a file. A leak
 * counts as wrong where a sanitizer can tell. Prints what it did, and the codes that came.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <liboath/oath.h>
#include <poll.h>
#include <pwd.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	SITES_MAX = 1024,
	PERIOD_S = 30,
	CODE_SIZE = 9,
	RUNS_MAX = 2000,
};

/* Where a call was made from, so that call sites can be counted. */
struct site {
	char function[24];
	char module[24];
	long offset;
};

/* What one run tells its parent. */
struct outcome {
	bool failed; /* the n-th call was made */
	bool yes;
	int auth, account;
	struct site site;
};

static struct {
	bool armed, on; /* on: from the n-th call, all fail */
	long n, calls;
	struct outcome outcome;
} injection;

/* Whether this call, made from that address, is to fail. */
static bool fails(const char *function, void *from)
{
	struct site *site = &injection.outcome.site;
	Dl_info info;
	const char *name;

	if (!injection.armed || !dladdr(from, &info) ||
	    !(name = strstr(info.dli_fname, "pam_sluis_")))
		return false;
	injection.calls++;
	if (injection.calls < injection.n || (injection.calls > injection.n && !injection.on))
		return false;
	if (injection.calls == injection.n) {
		injection.outcome.failed = true;
		(void)snprintf(site->function, sizeof(site->function), "%s", function);
		(void)snprintf(site->module, sizeof(site->module), "%s", name);
		site->offset = (long)((char *)from - (char *)info.dli_fbase);
	}
	return true;
}

/* What dlsym(3) itself may ask for before there is a calloc to ask. */
static char early[4096];
static size_t early_used;

static void *early_calloc(size_t size)
{
	size_t at = early_used;

	early_used += (size + 15) / 16 * 16;
	return early_used <= sizeof(early) ? early + at : NULL;
}

static void *real(const char *name)
{
	void *symbol = dlsym(RTLD_NEXT, name);

	if (!symbol)
		abort();
	return symbol;
}

#define FROM __builtin_return_address(0)
/* The function behind the one that stands in for it. */
#define REAL(name) (*(__typeof__(&name) *)real_##name())
#define KNOW_REAL(name)                       \
	static void **real_##name(void)       \
	{                                     \
		static void *symbol;          \
		if (!symbol)                  \
			symbol = real(#name); \
		return &symbol;               \
	}
#define FAILING(type, name, parameters, arguments, error, result) \
	KNOW_REAL(name)                                           \
	type name parameters                                      \
	{                                                         \
		if (fails(#name, FROM)) {                         \
			errno = error;                            \
			return result;                            \
		}                                                 \
		return REAL(name) arguments;                      \
	}

/* clang-format off */
FAILING(void *, malloc, (size_t size), (size), ENOMEM, NULL)
FAILING(void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size),
    ENOMEM, NULL)
FAILING(FILE *, fopen, (const char *path, const char *mode), (path, mode), EMFILE, NULL)
FAILING(FILE *, fdopen, (int fd, const char *mode), (fd, mode), ENOMEM, NULL)
FAILING(int, fgetpwent_r,
    (FILE *file, struct passwd *entry, char *buffer, size_t size, struct passwd **ret),
    (file, entry, buffer, size, ret), EIO, EIO)
FAILING(int, fgetgrent_r,
    (FILE *file, struct group *entry, char *buffer, size_t size, struct group **ret),
    (file, entry, buffer, size, ret), EIO, EIO)
FAILING(int, fstat, (int fd, struct stat *ret), (fd, ret), EIO, -1)
FAILING(int, lstat, (const char *path, struct stat *ret), (path, ret), EIO, -1)
FAILING(int, stat, (const char *path, struct stat *ret), (path, ret), EIO, -1)
FAILING(ssize_t, read, (int fd, void *out, size_t size), (fd, out, size), EIO, -1)
FAILING(int, socket, (int domain, int type, int protocol), (domain, type, protocol), EMFILE, -1)
FAILING(int, connect, (int fd, __CONST_SOCKADDR_ARG address, socklen_t size),
    (fd, address, size), ECONNREFUSED, -1)
FAILING(ssize_t, send, (int fd, const void *bytes, size_t size, int flags),
    (fd, bytes, size, flags), EPIPE, -1)
FAILING(ssize_t, recv, (int fd, void *out, size_t size, int flags), (fd, out, size, flags),
    ECONNRESET, -1)
FAILING(int, poll, (struct pollfd *fds, nfds_t count, int wait_ms), (fds, count, wait_ms),
    ENOMEM, -1)
FAILING(int, close, (int fd), (fd), EIO, -1)
FAILING(struct tm *, gmtime_r, (const time_t *when, struct tm *ret), (when, ret), EOVERFLOW, NULL)
FAILING(int, pam_get_item, (const pam_handle_t *pamh, int type, const void **ret),
    (pamh, type, ret), 0, PAM_BUF_ERR)
FAILING(int, pam_set_item, (pam_handle_t *pamh, int type, const void *item),
    (pamh, type, item), 0, PAM_BUF_ERR)
FAILING(int, pam_get_data, (const pam_handle_t *pamh, const char *name, const void **ret),
    (pamh, name, ret), 0, PAM_NO_MODULE_DATA)
FAILING(int, pam_set_data,
    (pam_handle_t *pamh, const char *name, void *data, void (*wipe)(pam_handle_t *, void *, int)),
    (pamh, name, data, wipe), 0, PAM_BUF_ERR)
FAILING(int, pam_get_user, (pam_handle_t *pamh, const char **ret, const char *prompt),
    (pamh, ret, prompt), 0, PAM_CONV_ERR)
FAILING(int, pam_get_authtok,
    (pam_handle_t *pamh, int item, const char **ret, const char *prompt),
    (pamh, item, ret, prompt), 0, PAM_AUTHTOK_ERR)
FAILING(int, pam_fail_delay, (pam_handle_t *pamh, unsigned delay_us), (pamh, delay_us), 0,
    PAM_BUF_ERR)
FAILING(const char *, pam_getenv, (pam_handle_t *pamh, const char *name), (pamh, name), 0, NULL)
/* clang-format on */

KNOW_REAL(calloc)
void *calloc(size_t count, size_t size)
{
	static bool looking;
	void *got;

	if (looking)
		return early_calloc(count * size);
	if (fails("calloc", FROM)) {
		errno = ENOMEM;
		return NULL;
	}
	looking = true;
	(void)real_calloc();
	looking = false;
	got = REAL(calloc)(count, size);
	return got;
}

KNOW_REAL(open)
int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (fails("open", FROM)) {
		errno = EMFILE;
		return -1;
	}
	va_start(args, flags);
	if (flags & (O_CREAT | O_TMPFILE))
		mode = va_arg(args, mode_t);
	va_end(args);
	return REAL(open)(path, flags, mode);
}

int pam_prompt(pam_handle_t *pamh, int style, char **ret, const char *text, ...)
{
	va_list args;
	int rc;

	if (fails("pam_prompt", FROM))
		return PAM_CONV_ERR;
	va_start(args, text);
	rc = pam_vprompt(pamh, style, ret, text, args);
	va_end(args);
	return rc;
}

struct login {
	const char *confdir, *service, *user, *password, *code;
	const char *database, *offset_path, *secret, *sites_path;
	bool only_account, may_enter;
	char fresh[CODE_SIZE];
};

static int answer(int count, const struct pam_message **messages, struct pam_response **ret,
    void *context)
{
	const struct login *login = context;
	struct pam_response *responses = calloc((size_t)count, sizeof(*responses));

	if (!responses)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			responses[i].resp = strdup(strstr(messages[i]->msg, "assword") ?
				login->password :
				login->code);
	*ret = responses;
	return PAM_SUCCESS;
}

static void no_delay(int rc, unsigned delay_us, void *context)
{
	(void)rc;
	(void)delay_us;
	(void)context;
}

/* A login as a program does it, but one that goes on to the account phase after a no. */
static bool log_in(struct login *login)
{
	const struct pam_conv conversation = { answer, login };
	void (*delay)(int, unsigned, void *) = no_delay;
	int auth = PAM_SUCCESS, account = PAM_SUCCESS;
	pam_handle_t *pamh = NULL;

	if (pam_start_confdir(login->service, login->user, &conversation, login->confdir,
		&pamh) != PAM_SUCCESS)
		return false;
	(void)pam_set_item(pamh, PAM_FAIL_DELAY, *(void **)&delay);
	(void)pam_set_item(pamh, PAM_TTY, "tty1");
	injection.armed = true;
	if (!login->only_account)
		auth = pam_authenticate(pamh, 0);
	account = pam_acct_mgmt(pamh, 0);
	(void)pam_end(pamh, account);
	injection.armed = false;
	injection.outcome.auth = auth;
	injection.outcome.account = account;
	return auth == PAM_SUCCESS && account == PAM_SUCCESS;
}

static void next_code(struct login *login)
{
	FILE *file = fopen(login->offset_path, "re");
	long offset = 0;
	char *raw = NULL;
	size_t size = 0;

	if (!file || fscanf(file, "%ld", &offset) != 1)
		exit(2);
	(void)fclose(file);
	offset += 2 * PERIOD_S;
	file = fopen(login->offset_path, "we");
	if (!file || fprintf(file, "%ld\n", offset) < 0 || fclose(file) != 0)
		exit(2);
	if (oath_base32_decode(login->secret, strlen(login->secret), &raw, &size) != OATH_OK ||
	    oath_totp_generate(raw, size, time(NULL) + offset, PERIOD_S, 0, 6, login->fresh) !=
		OATH_OK)
		exit(2);
	free(raw);
	login->code = login->fresh;
}

/* Forgets all attempts, and says how many logins were ever accepted. */
static long accepted(const char *path)
{
	sqlite3_stmt *statement = NULL;
	sqlite3 *db = NULL;
	long count = -1;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_busy_timeout(db, 5000) == SQLITE_OK &&
	    sqlite3_exec(db, "DELETE FROM attempt", NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM trail WHERE event = 'login.accepted'",
		-1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		count = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	(void)sqlite3_close(db);
	if (count < 0)
		exit(2);
	return count;
}

int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

/* One run in a process of its own. Returns false when that process did not end well. */
static bool run(struct login *login, long n, bool on, struct outcome *ret)
{
	int pair[2], status = 0;
	bool told;
	pid_t pid;

	if (pipe(pair) < 0 || (pid = fork()) < 0)
		exit(2);
	if (pid == 0) {
		injection.n = n;
		injection.on = on;
		injection.outcome.yes = log_in(login);
		if (__lsan_do_recoverable_leak_check && __lsan_do_recoverable_leak_check())
			_exit(2);
		_exit(write(pair[1], &injection.outcome, sizeof(injection.outcome)) !=
		    (ssize_t)sizeof(injection.outcome));
	}
	(void)close(pair[1]);
	told = read(pair[0], ret, sizeof(*ret)) == (ssize_t)sizeof(*ret);
	(void)close(pair[0]);
	return waitpid(pid, &status, 0) == pid && status == 0 && told;
}

static struct site sites[SITES_MAX];
static size_t site_count;
static bool auth_codes[PAM_INCOMPLETE + 1], account_codes[PAM_INCOMPLETE + 1];

static void count_site(const struct site *site)
{
	for (size_t i = 0; i < site_count; i++)
		if (memcmp(&sites[i], site, sizeof(*site)) == 0)
			return;
	if (site_count < SITES_MAX)
		sites[site_count++] = *site;
}

/* Whether a run went as it must: a yes only where one is allowed, and on record. */
static bool is_right(const struct login *login, const struct outcome *outcome, long before)
{
	return !outcome->yes || (login->may_enter && accepted(login->database) == before + 1);
}

static void say_wrong(const struct login *login, const struct outcome *outcome, long n, bool on)
{
	printf("FAILED: %s %s: %s: call %ld%s: %s from %s+%#lx\n", login->service, login->user,
	    outcome->yes ? "a yes" : "crashed", n, on ? " and all after it" : "",
	    outcome->site.function, outcome->site.module, outcome->site.offset);
}

/* Runs n = 1, 2, 3 … Returns how many runs broke the rule. */
static long run_all(struct login *login, bool on, long *ret_runs)
{
	long broken = 0;

	for (long n = 1; n <= RUNS_MAX; n++) {
		struct outcome outcome = { 0 };
		long before = accepted(login->database);
		bool right;

		if (login->secret)
			next_code(login);
		right = run(login, n, on, &outcome) && is_right(login, &outcome, before);
		if (!right) {
			say_wrong(login, &outcome, n, on);
			broken++;
		}
		if (right && !outcome.failed) {
			*ret_runs += n - 1;
			return outcome.yes == login->may_enter ? broken : broken + 1;
		}
		count_site(&outcome.site);
		auth_codes[outcome.auth] = account_codes[outcome.account] = true;
	}
	return broken + 1;
}

static void print_codes(const char *phase, const bool codes[])
{
	printf(" %s", phase);
	for (int code = 0; code <= PAM_INCOMPLETE; code++)
		if (codes[code])
			printf(" %d", code);
}

static void write_sites(const char *path)
{
	FILE *file = path ? fopen(path, "ae") : NULL;

	for (size_t i = 0; file && i < site_count; i++)
		fprintf(file, "%s+%#lx %s\n", sites[i].module, sites[i].offset,
		    sites[i].function);
	if (file)
		(void)fclose(file);
}

static int choose(int argc, char **argv, struct login *ret)
{
	int option;

	while ((option = getopt(argc, argv, "+b:d:l:o:y")) != -1) {
		switch (option) {
		case 'b':
			ret->secret = optarg;
			break;
		case 'd':
			ret->database = optarg;
			break;
		case 'l':
			ret->sites_path = optarg;
			break;
		case 'o':
			ret->offset_path = optarg;
			break;
		case 'y':
			ret->may_enter = true;
			break;
		default:
			return -1;
		}
	}
	argv += optind;
	if (argc - optind < 5 || !ret->database || (ret->secret && !ret->offset_path))
		return -1;
	ret->confdir = argv[0];
	ret->service = argv[1];
	ret->user = argv[2];
	ret->password = argv[3];
	ret->code = argv[4];
	ret->only_account = argc - optind > 5;
	return 0;
}

int main(int argc, char **argv)
{
	struct login login = { 0 };
	long runs = 0, broken;

	if (choose(argc, argv, &login) < 0 || oath_init() != OATH_OK)
		return 2;
	broken = run_all(&login, false, &runs);
	broken += run_all(&login, true, &runs);
	write_sites(login.sites_path);
	printf("%s %s: %zu call sites failed in %ld runs, %ld wrong;", login.service,
	    login.user, site_count, runs, broken);
	print_codes("auth", auth_codes);
	print_codes("account", account_codes);
	printf("\n");
	return broken > 0;
}
