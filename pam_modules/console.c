#include "pam_modules/console.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/passwd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <syslog.h>

enum {
	STAT_SIZE = 1024,
	TTY_FIELD = 4, /* tty_nr, counted from the state that follows the name: proc(5) */
	NAMES_SIZE = 16384,
};

/* Device majors of terminals that are not pseudo: Documentation/admin-guide/devices.txt of Linux. */
static const unsigned console_majors[] = {
	4,   /* virtual terminals and serial lines */
	204, /* serial lines of boards */
	229, /* hypervisor consoles */
};

/* The controlling terminal as the kernel has it; 0: none. */
static dev_t controlling_terminal(void)
{
	char text[STAT_SIZE + 1];
	auto_close int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : file_read(fd, text, STAT_SIZE);
	char *at, *field = NULL;
	int64_t number = 0;

	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strrchr(text, ')'); /* the name before it may hold anything */
	if (!at)
		return 0;
	at += strspn(at, ") ");
	for (int i = 0; i <= TTY_FIELD; i++)
		field = strsep(&at, " ");
	if (!field || text_number(field, 0, INT32_MAX, &number) < 0)
		return 0;
	return makedev((unsigned)(number >> 8) & 0xfff,
	    ((unsigned)number & 0xff) | ((unsigned)(number >> 12) & 0xfff00));
}

static bool is_console(dev_t device)
{
	for (size_t i = 0; i < COUNT_OF(console_majors); i++)
		if (major(device) == console_majors[i])
			return true;
	return false;
}

bool console_is_ours(struct module *module)
{
	const char *tty = item_text(module, PAM_TTY);
	char path[128];
	struct stat is;
	dev_t terminal;

	if (getuid() != 0 || geteuid() != 0 ||
	    strcmp(item_text(module, PAM_SERVICE), "login") != 0 ||
	    item_text(module, PAM_RHOST)[0] != '\0' || tty[0] == '\0')
		return false;
	if (snprintf(path, sizeof(path), "%s%s", text_starts(tty, "/dev/") ? "" : "/dev/",
		tty) >= (int)sizeof(path))
		return false;
	terminal = controlling_terminal();
	return !module->faulty && is_console(terminal) && lstat(path, &is) == 0 &&
	    S_ISCHR(is.st_mode) && is.st_rdev == terminal;
}

/* Whether a line of text is name, exactly. */
static bool has_line(char *text, const char *name)
{
	char *line;

	while ((line = strsep(&text, "\n")))
		if (strcmp(line, name) == 0)
			return true;
	return false;
}

static bool may_enter(struct module *module)
{
	const char *user = item_text(module, PAM_USER);
	auto_free char *names = malloc(NAMES_SIZE + 1);
	auto_close int fd = -1;
	struct local_account account;
	ssize_t size;

	if (passwd_find(user, &account) < 0)
		return false;
	if (account.uid == 0)
		return true;
	fd = file_open_trusted(BREAKGLASS_FILE, 0);
	size = !names || fd < 0 ? -1 : file_read(fd, names, NAMES_SIZE);
	if (size < 0)
		return false;
	names[size] = '\0';
	return has_line(names, user);
}

int console_way_in(struct module *module)
{
	const char *user = item_text(module, PAM_USER);
	struct login *login = module->login;

	if (!console_is_ours(module) || !may_enter(module) || strcmp(login->user, user) != 0) {
		module_say(module, "Nobody can log in here just now: call your administrator.");
		return PAM_AUTHINFO_UNAVAIL;
	}
	pam_syslog(module->pamh, LOG_ALERT,
	    "sluisd cannot rule: %s is let in on the console by password alone", user);
	login->without_daemon = true;
	return PAM_IGNORE;
}
