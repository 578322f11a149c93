#include "cli/prompt.h"

#include "base/attributes.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>

/* Signals that must not leave the terminal silent: they wait until it speaks again. */
static const int held_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

struct silence {
	struct termios before;
	sigset_t signals_before;
	int signal_fd;
};

static void echo_on(struct silence *silence)
{
	if (silence->signal_fd < 0)
		return;
	/* a terminal that is gone needs none of this */
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &silence->before);
	(void)fputc('\n', stderr);
	(void)close(silence->signal_fd);
	/* now the signals act, as ever */
	(void)sigprocmask(SIG_SETMASK, &silence->signals_before, NULL);
}
#define auto_silence __attribute__((cleanup(echo_on)))

static int echo_off(struct silence *ret)
{
	struct termios silent;
	sigset_t signals;

	if (tcgetattr(STDIN_FILENO, &ret->before) < 0)
		return -errno;
	(void)sigemptyset(&signals);
	for (size_t i = 0; i < COUNT_OF(held_signals); i++)
		(void)sigaddset(&signals, held_signals[i]);
	ret->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (ret->signal_fd < 0)
		return -errno;
	(void)sigprocmask(SIG_BLOCK, &signals, &ret->signals_before); /* cannot fail */
	silent = ret->before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	silent.c_lflag |= ICANON;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) < 0 ? -errno : 0;
}

/* Waits for input. Returns 0, or -EINTR when a held signal came first. */
static int wait_for_input(int signal_fd)
{
	struct pollfd ready[] = { { .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN } };

	while (poll(ready, COUNT_OF(ready), -1) < 0)
		if (errno != EINTR)
			return -errno;
	return ready[1].revents ? -EINTR : 0;
}

/* Byte by byte: what comes after the line stays for the next prompt. */
static int read_line(int signal_fd, struct secret *ret)
{
	bool too_long = false;
	char c;

	secret_wipe(ret);
	for (;;) {
		int rc = wait_for_input(signal_fd);
		ssize_t got = rc < 0 ? rc : read(STDIN_FILENO, &c, 1);

		if (rc < 0)
			return rc;
		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0 && ret->len == 0)
			return -ENODATA;
		if (got == 0 || (got == 1 && c == '\n'))
			return too_long ? -EMSGSIZE : 0;
		too_long = too_long || ret->len == SECRET_MAX;
		if (got == 1 && !too_long)
			ret->bytes[ret->len++] = (unsigned char)c;
	}
}

static int ask_terminal(const char *text, struct secret *ret)
{
	auto_silence struct silence silence = { .signal_fd = -1 };
	int rc = echo_off(&silence);

	if (rc < 0)
		return rc;
	(void)fputs(text, stderr);
	return read_line(silence.signal_fd, ret);
}

int prompt_secret(const char *text, struct secret *ret)
{
	int rc;

	(void)fflush(stdout); /* main looks for its errors */
	if (!isatty(STDIN_FILENO))
		return read_line(-1, ret);
	do
		rc = ask_terminal(text, ret);
	while (rc == -EINTR); /* stopped and continued */
	return rc;
}
