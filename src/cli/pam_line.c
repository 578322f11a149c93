#include "cli/pam_line.h"

#include <string.h>

char *pam_line_word(char **at)
{
	char *word = *at + strspn(*at, " \t\n"), *end;

	if (*word == '\0')
		return NULL;
	end = *word == '[' ? strchr(word, ']') : NULL;
	end = end ? end + 1 : word + strcspn(word, " \t\n");
	*at = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

bool pam_line_split(char *line, char **ret_module, char **rest)
{
	char *type, *control;

	line[strcspn(line, "#")] = '\0';
	*rest = line;
	type = pam_line_word(rest);
	control = type && type[0] != '@' ? pam_line_word(rest) : NULL;
	*ret_module = control ? pam_line_word(rest) : NULL;
	return *ret_module;
}

const char *pam_line_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}
