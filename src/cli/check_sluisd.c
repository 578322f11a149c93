#include "cli/doctor.h"

#include "base/passwd.h"
#include "cli/print.h"
#include "cli/program.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define DAEMON      "/usr/sbin/sluisd"
#define DEFAULT_KEY "/etc/sluis/key"

enum {
	OUTPUT_SIZE = 2048,
	KEY_SIZE = 32,
	OTHERS = S_IRWXG | S_IRWXO,
};

/* The level that stands in front of a line for the journal. */
static const char *without_level(const char *line)
{
	return line[0] == '<' && line[1] && line[2] == '>' ? line + 3 : line;
}

enum finding check_configuration(struct doctor *doctor, const char *name)
{
	const char *const words[] = { DAEMON, "-t", NULL };
	char output[OUTPUT_SIZE];
	int status, rc = program_run(words, output, sizeof(output), &status);

	(void)name;
	if (rc < 0)
		return found(doctor, FINDING_BAD,
		    DAEMON " cannot be run (%s); install sluis again", strerror(-rc));
	if (status != 0)
		return found(doctor, FINDING_BAD, "it does not load, and %s: %s; mend that",
		    doctor->error == 0 ? "sluisd goes on with the one before" :
					 "so sluisd does not start",
		    without_level(program_first_line(output)));
	return found(doctor, FINDING_GOOD, "it loads");
}

static bool is_owner(uid_t uid)
{
	struct local_account account;

	return uid == 0 ||
	    (passwd_find_uid(uid, &account) == 0 && strcmp(account.name, "sluis") == 0);
}

enum finding check_key(struct doctor *doctor, const char *name)
{
	const char *path = doctor->key_file[0] ? print_plain(doctor->key_file) : DEFAULT_KEY;
	struct stat is;

	(void)name;
	if (lstat(path, &is) < 0 && errno == ENOENT && doctor->error == 0)
		return found(doctor, FINDING_GOOD,
		    "no file: sluisd was given it as a credential");
	if (lstat(path, &is) < 0)
		return found(doctor, errno == EACCES ? FINDING_UNKNOWN : FINDING_BAD,
		    "%s cannot be found (%s); %s", path, strerror(errno),
		    errno == EACCES ? "ask as root" :
				      "put the copy back, or install sluis again");
	if (!S_ISREG(is.st_mode) || !is_owner(is.st_uid))
		return found(doctor, FINDING_BAD,
		    "%s is no file of root or sluis; see who put it there", path);
	if (is.st_mode & OTHERS)
		return found(doctor, FINDING_BAD, "%s is open to others; run chmod 0400 %s",
		    path, path);
	if (is.st_size != KEY_SIZE)
		return found(doctor, FINDING_BAD,
		    "%s does not hold %d bytes; put the copy back", path, KEY_SIZE);
	return found(doctor, FINDING_GOOD, "%s is whole, and closed to others", path);
}

enum finding check_sluisd(struct doctor *doctor, const char *name)
{
	(void)name;
	if (doctor->error < 0)
		return found(doctor, FINDING_BAD,
		    "it does not answer at %s within a second (%s); see systemctl status "
		    "sluisd",
		    print_plain(doctor->arguments->socket), strerror(-doctor->error));
	return found(doctor, FINDING_GOOD, "it answers within %" PRId64 " ms",
	    doctor->answer_ms + 1);
}

enum finding check_health(struct doctor *doctor, const char *name)
{
	for (size_t i = 0; i < doctor->health_count; i++) {
		const struct tell_health *health = &doctor->health[i];

		if (strcmp(health->check, name) == 0)
			return found(doctor, health->good ? FINDING_GOOD : FINDING_BAD, "%s",
			    health->text);
	}
	if (doctor->error == 0 && doctor->health_error == -EACCES)
		return found(doctor, FINDING_UNKNOWN,
		    "sluisd tells it to administrators only; ask as root");
	return found(doctor, FINDING_UNKNOWN, "sluisd does not tell it%s",
	    doctor->error < 0 ? "; mend what stands above" : "; see its log");
}
