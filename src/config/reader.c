#include "config/reader.h"

#include "base/text.h"
#include "config/error.h"
#include "config/options.h"
#include "config/values.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

enum {
	SECTIONS_SIZE = 256,
	LINE_END_SIZE = 2, /* LF and NUL */
};

struct reading {
	FILE *file;
	const char *path;
	int line;
	bool in_section;
	char norm[READER_NORM_SIZE];
	int (*take)(const struct setting *setting, void *user);
	void *user;
	struct config_error *error;
	int rc;
};

/* Reads a line without its end. Returns 1, 0 at the end of the file, -EMSGSIZE or -EIO. */
static int line_read(FILE *file, char *out, size_t size)
{
	size_t len = 0;
	int c = getc(file);

	if (c == EOF)
		return ferror(file) ? -EIO : 0;
	for (; c != EOF && c != '\n'; c = getc(file)) {
		if (len + 1 >= size)
			return -EMSGSIZE;
		if (c == '\t')
			c = ' ';
		out[len++] = c == '\0' ? '\x01' : (char)c; /* as bad, and no end of text */
	}
	out[len] = '\0';
	return ferror(file) ? -EIO : 1;
}

/* True for a section that some key of the table is in. */
static bool section_known(const char *name, size_t len)
{
	for (size_t i = 0; option_at(i); i++) {
		const struct option *option = option_at(i);

		if (option_section_len(option) == len && strncmp(option->key, name, len) == 0)
			return true;
	}
	return false;
}

/* Writes "[policy], [mfa], ...". The rows of a section stand together in the table. */
static void sections_print(char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; option_at(i); i++) {
		const struct option *option = option_at(i);
		char word[CONFIG_NAME_SIZE];

		if (i > 0 && option_section_len(option) == len &&
		    strncmp(option->key, option_at(i - 1)->key, len) == 0)
			continue;
		len = option_section_len(option);
		(void)snprintf(word, sizeof(word), "[%.*s]", (int)len, option->key);
		value_append(out, size, ", ", word);
	}
}

static int refuse(const struct reading *reading, const char *line, const char *allowed)
{
	return error_at(reading->error, reading->path, reading->line,
	    "read \"%s\", allowed: %s", line, allowed);
}

static int check_section(struct reading *reading, const char *line)
{
	size_t len = strcspn(line + 1, "]");
	char sections[SECTIONS_SIZE];

	if (line[len + 1] == ']' && line[len + 2] == '\0' && section_known(line + 1, len)) {
		reading->in_section = true;
		return 0;
	}
	sections_print(sections, sizeof(sections));
	return refuse(reading, line, sections);
}

/* libinih takes a colon for an equals sign, and cuts a value at a blank and a semicolon. */
static int check_setting(const struct reading *reading, const char *line)
{
	size_t len = strcspn(line, "=:");

	if (!reading->in_section)
		return refuse(reading, line, "a [section] first");
	if (line[0] == ' ')
		return refuse(reading, line, "a line that starts without a blank");
	if (line[len] != '=' || len == 0)
		return refuse(reading, line, "KEY = VALUE");
	if (strstr(line, " ;") || strstr(line, " #"))
		return refuse(reading, line, "a comment on a line of its own");
	return 0;
}

static void keep_norm(struct reading *reading, const char *line)
{
	reading->norm[0] = '\0';
	if (text_starts(line, "#:"))
		(void)text_copy(reading->norm, sizeof(reading->norm),
		    line + 2 + strspn(line + 2, " "));
}

static int check_line(struct reading *reading, const char *line)
{
	if (!text_is_plain(line))
		return error_at(reading->error, reading->path, reading->line,
		    "read bytes that are no text, allowed: UTF-8 without control characters");
	if (line[strspn(line, " ")] == '\0' || line[0] == '#' || line[0] == ';') {
		keep_norm(reading, line);
		return 0;
	}
	if (line[0] == '[') {
		keep_norm(reading, line);
		return check_section(reading, line);
	}
	return check_setting(reading, line);
}

static int read_checked(struct reading *reading, char *out, size_t size)
{
	int rc = line_read(reading->file, out, size);

	reading->line++;
	if (rc == -EMSGSIZE)
		return error_at(reading->error, reading->path, reading->line,
		    "read a longer line, allowed: lines of at most %zu bytes", size - 1);
	if (rc < 0)
		return error_file(reading->error, reading->path, "cannot be read", rc);
	if (rc == 0)
		return 0;
	rc = check_line(reading, out);
	return rc < 0 ? rc : 1;
}

/* The ini_reader: libinih sees checked lines only, each whole. */
static char *next_line(char *out, int size, void *user)
{
	struct reading *reading = user;
	size_t most = size < LINE_END_SIZE ? 0 : (size_t)size - LINE_END_SIZE;
	int rc;

	if (reading->rc != 0)
		return NULL;
	rc = read_checked(reading, out, (most < READER_LINE_MAX ? most : READER_LINE_MAX) + 1);
	if (rc <= 0) {
		reading->rc = rc;
		return NULL;
	}
	memcpy(out + strlen(out), "\n", LINE_END_SIZE);
	return out;
}

/* The ini_handler. */
static int take_setting(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	struct setting setting = {
		.section = section,
		.name = name,
		.value = value,
		.path = reading->path,
		.line = reading->line,
		.norm = reading->norm,
	};

	reading->rc = reading->take(&setting, reading->user);
	reading->norm[0] = '\0';
	return reading->rc == 0;
}

int reader_read(FILE *file, const char *path,
    int (*take)(const struct setting *setting, void *user), void *user,
    struct config_error *error)
{
	struct reading reading = {
		.file = file,
		.path = path,
		.take = take,
		.user = user,
		.error = error,
	};
	int rc = ini_parse_stream(next_line, &reading, take_setting, &reading);

	if (reading.rc != 0)
		return reading.rc;
	if (rc != 0) /* libinih stumbled over a line that was let through */
		return error_at(error, path, rc > 0 ? rc : 0, "cannot be understood");
	return 0;
}
