#include "cli/program.h"

#include "base/attributes.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

/* Nothing of the caller's: the programs that we start decide over logins. */
static const char *const environment[] = {
	"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	"LC_ALL=C.UTF-8",
	"DEBIAN_FRONTEND=noninteractive",
	NULL,
};

static int spawn(const char *const argv[], int output, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	int rc = posix_spawn_file_actions_init(&actions);

	if (rc != 0)
		return -rc;
	rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (rc == 0) /* it takes no const, and changes nothing */
		rc = posix_spawn(ret, argv[0], &actions, NULL, (char **)(uintptr_t)argv,
		    (char **)(uintptr_t)environment);
	(void)posix_spawn_file_actions_destroy(&actions); /* always 0 */
	return -rc;
}

/* Reads to the end; what does not fit is read and dropped, so that the writer never waits. */
static void read_output(int fd, char *out, size_t size)
{
	char spare[512];
	size_t have = 0;
	ssize_t got;

	for (;;) {
		if (have + 1 < size)
			got = read(fd, out + have, size - 1 - have);
		else
			got = read(fd, spare, sizeof(spare));
		if (got == 0 || (got < 0 && errno != EINTR))
			break;
		if (got > 0 && have + 1 < size)
			have += (size_t)got;
	}
	out[have] = '\0';
}

int program_run(const char *const argv[], char *out, size_t size, int *ret_status)
{
	auto_close int reading = -1;
	int pipe_ends[2], status, rc;
	pid_t child;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	reading = pipe_ends[0];
	rc = spawn(argv, pipe_ends[1], &child);
	(void)close(pipe_ends[1]);
	if (rc < 0)
		return rc;
	read_output(reading, out, size);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return 0;
}

const char *program_first_line(char *text)
{
	char *line;

	text += strspn(text, "\r\n");
	line = strsep(&text, "\r\n"); /* sshd writes both */
	return line && line[0] && text_is_plain(line) ? line : "it says nothing";
}
