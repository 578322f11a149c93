#include "cli/doctor.h"

#include "base/file.h"
#include "base/passwd.h"

#include <errno.h>
#include <string.h>

#define BREAKGLASS "/etc/sluis/breakglass"

/* The gate takes a line for a name as it is: a blank or a comment is part of it. */
static enum finding check_lines(struct doctor *doctor, FILE *stream)
{
	struct local_account account;
	auto_free char *line = NULL;
	size_t size = 0;
	int number = 0;

	while (getline(&line, &size, stream) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		if (passwd_find(line, &account) < 0)
			return found(doctor, FINDING_BAD,
			    "line %d of " BREAKGLASS " is no account of this host; "
			    "write one name a line and nothing else",
			    number);
	}
	if (ferror(stream))
		return found(doctor, FINDING_UNKNOWN,
		    BREAKGLASS " cannot be read to its end; try again");
	return found(doctor, FINDING_GOOD,
	    "%d accounts get in on the console without sluisd, beside root", number);
}

enum finding check_breakglass(struct doctor *doctor, const char *name)
{
	auto_fclose FILE *stream = NULL;
	int rc = file_stream_trusted(BREAKGLASS, 0, &stream);

	(void)name;
	if (rc == -ENOENT)
		return found(doctor, FINDING_GOOD,
		    "root alone gets in on the console without sluisd");
	if (rc == -EPERM)
		return found(doctor, FINDING_BAD,
		    BREAKGLASS " is not root's alone and so counts for nothing; "
			       "run chown root:root and chmod 0600 on it");
	if (rc < 0)
		return found(doctor, FINDING_UNKNOWN,
		    BREAKGLASS " cannot be read (%s); ask as root", strerror(-rc));
	return check_lines(doctor, stream);
}
