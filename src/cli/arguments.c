#include "cli/arguments.h"

#include "base/attributes.h"
#include "base/text.h"
#include "client/client.h"

#include <errno.h>
#include <string.h>

#define AT(field) offsetof(struct arguments, field)

enum {
	NO_VALUE = -1,
};

static const struct option {
	const char *name;
	enum argument_option bit;
	int offset; /* of the value in struct arguments */
} options[] = {
	{ "--json", OPTION_JSON, NO_VALUE },
	{ "--type", OPTION_TYPE, AT(type) },
	{ "--label", OPTION_LABEL, AT(label) },
	{ "--after", OPTION_AFTER, AT(after) },
	{ "--force", OPTION_FORCE, NO_VALUE },
	{ "--socket", OPTION_SOCKET, AT(socket) },
	{ "--help", OPTION_HELP, NO_VALUE },
	{ "--version", OPTION_VERSION, NO_VALUE },
};

static const struct option *option_find(const char *word)
{
	size_t len = strcspn(word, "=");

	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (strlen(options[i].name) == len && strncmp(options[i].name, word, len) == 0)
			return &options[i];
	return NULL;
}

/* Takes the option in argv[*at], and its value, which may be the word after it. */
static int take_option(char **argv, int *at, struct arguments *ret)
{
	const struct option *option = option_find(argv[*at]);
	char *value = strchr(argv[*at], '=');

	if (!option || (ret->given & option->bit) || (value && option->offset == NO_VALUE))
		return -EINVAL;
	ret->given |= option->bit;
	if (option->offset == NO_VALUE)
		return 0;
	value = value ? value + 1 : argv[++*at];
	if (!value)
		return -EINVAL;
	memcpy((char *)ret + option->offset, &value, sizeof(value));
	return 0;
}

static int take_word(const char *word, struct arguments *ret)
{
	if (ret->count == ARGUMENT_WORDS_MAX)
		return -EINVAL;
	ret->words[ret->count++] = word;
	return 0;
}

int arguments_read(int argc, char **argv, struct arguments *ret, const char **ret_wrong)
{
	*ret = (struct arguments){ .socket = CLIENT_SOCKET };
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];
		int rc = text_starts(word, "-") ? take_option(argv, &i, ret) :
						  take_word(word, ret);

		if (rc < 0) {
			*ret_wrong = word;
			return rc;
		}
	}
	return 0;
}
