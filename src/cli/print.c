#include "cli/print.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool print_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

const char *print_plain(const char *text)
{
	return text_is_plain(text) ? text : "?";
}

const char *print_word(const char *text)
{
	return text[0] ? print_plain(text) : "-";
}

const char *print_time(int64_t at, char out[CLOCK_TEXT_SIZE])
{
	clock_text(at, out);
	return at == 0 ? "never" : out;
}

int print_secret(const void *bytes, size_t size)
{
	const char *at = bytes;

	if (fflush(stdout) != 0)
		return -errno;
	while (size > 0) {
		ssize_t put = write(STDOUT_FILENO, at, size);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			at += put;
			size -= (size_t)put;
		}
	}
	return 0;
}

json_t *print_json_time(int64_t at)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(at, text);
	return at == 0 ? json_null() : json_string(text);
}

json_t *print_json_text(const char *text)
{
	return text[0] ? json_string(text) : json_null();
}

/* Only ASCII: what a stranger typed reaches no terminal as it is. */
enum outcome print_json(json_t *document)
{
	int rc = document ? json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) :
			    -1;

	json_decref(document);
	if (rc < 0)
		return outcome_say(OUTCOME_FAULT,
		    "the answer could not be written as JSON: try again");
	(void)putchar('\n'); /* main looks for errors of stdout */
	return OUTCOME_DONE;
}
