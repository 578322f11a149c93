#include "config/values.h"

#include "base/attributes.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum {
	MS_PER_S = 1000,
	DURATION_TEXT_SIZE = 24,
};

static const struct option_word yes_no[] = { { "yes", true }, { "no", false }, { NULL, 0 } };

static const struct option_word *word_of_text(const struct option_word *words, const char *text)
{
	for (; words->word; words++)
		if (strcmp(words->word, text) == 0)
			return words;
	return NULL;
}

static const char *word_of_value(const struct option_word *words, int value)
{
	for (; words->word; words++)
		if (words->value == value)
			return words->word;
	return "";
}

void value_append(char *out, size_t size, const char *between, const char *word)
{
	size_t used = strlen(out);

	(void)snprintf(out + used, size - used, "%s%s", used ? between : "", word);
}

static void print_words(const struct option_word *words, char *out, size_t size)
{
	(void)snprintf(out, size, "one of %s", words->word);
	while ((++words)->word)
		value_append(out, size, ", ", words->word);
}

static int set_count(const struct option *option, const char *text, void *value)
{
	int64_t number;

	if (option->words && !word_of_text(option->words, text))
		return -EINVAL;
	if (text_number(text, option->least, option->most, &number) < 0)
		return -EINVAL;
	*(int64_t *)value = number;
	return 0;
}

static void print_count(const struct option *option, const void *value, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "%" PRId64, *(const int64_t *)value);
}

static void allowed_count(const struct option *option, char *out, size_t size)
{
	if (option->words) {
		print_words(option->words, out, size);
		return;
	}
	(void)snprintf(out, size, "a whole number%s%s from %" PRId64 " to %" PRId64,
	    option->unit ? " of " : "", option->unit ? option->unit : "", option->least,
	    option->most);
}

static int set_duration(const struct option *option, const char *text, void *value)
{
	int64_t duration_s;

	if (text_duration(text, option->least, option->most, &duration_s) < 0)
		return -EINVAL;
	*(int64_t *)value = duration_s;
	return 0;
}

static void print_duration(const struct option *option, const void *value, char *out,
    size_t size)
{
	(void)option;
	text_duration_print(*(const int64_t *)value, out, size);
}

static int set_duration_ms(const struct option *option, const char *text, void *value)
{
	int64_t duration_s;
	int rc = set_duration(option, text, &duration_s);

	if (rc < 0)
		return rc;
	*(int64_t *)value = duration_s * MS_PER_S;
	return 0;
}

static void print_duration_ms(const struct option *option, const void *value, char *out,
    size_t size)
{
	(void)option;
	text_duration_print(*(const int64_t *)value / MS_PER_S, out, size);
}

static void allowed_duration(const struct option *option, char *out, size_t size)
{
	char least[DURATION_TEXT_SIZE], most[DURATION_TEXT_SIZE];

	text_duration_print(option->least, least, sizeof(least));
	text_duration_print(option->most, most, sizeof(most));
	(void)snprintf(out, size, "a number and its unit (s, min, h or d), from %s to %s",
	    least, most);
}

static int set_bool(const struct option *option, const char *text, void *value)
{
	const struct option_word *word = word_of_text(yes_no, text);

	(void)option;
	if (!word)
		return -EINVAL;
	*(bool *)value = word->value;
	return 0;
}

static void print_bool(const struct option *option, const void *value, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "%s", word_of_value(yes_no, *(const bool *)value));
}

static void allowed_bool(const struct option *option, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "yes or no");
}

static int set_choice(const struct option *option, const char *text, void *value)
{
	const struct option_word *word = word_of_text(option->words, text);

	if (!word)
		return -EINVAL;
	*(int *)value = word->value;
	return 0;
}

static void print_choice(const struct option *option, const void *value, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", word_of_value(option->words, *(const int *)value));
}

static void allowed_choice(const struct option *option, char *out, size_t size)
{
	print_words(option->words, out, size);
}

static int set_text(const struct option *option, const char *text, void *value)
{
	size_t len = strlen(text);

	if (len < (size_t)option->least || len > (size_t)option->most || !text_is_plain(text))
		return -EINVAL;
	if (option->words ? !word_of_text(option->words, text) : strchr(text, ':') != NULL)
		return -EINVAL;
	return text_copy(value, (size_t)option->most + 1, text);
}

static void print_text(const struct option *option, const void *value, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "%s", (const char *)value);
}

static void allowed_text(const struct option *option, char *out, size_t size)
{
	if (option->words) {
		print_words(option->words, out, size);
		return;
	}
	(void)snprintf(out, size, "%" PRId64 " to %" PRId64 " bytes of text without a colon",
	    option->least, option->most);
}

static int set_path(const struct option *option, const char *text, void *value)
{
	size_t len = strlen(text);

	if (text[0] != '/' || len > (size_t)option->most || !text_is_plain(text))
		return -EINVAL;
	return text_copy(value, (size_t)option->most + 1, text);
}

static void allowed_path(const struct option *option, char *out, size_t size)
{
	(void)snprintf(out, size, "a path that starts with /, at most %" PRId64 " bytes",
	    option->most);
}

static int set_preset(const struct option *option, const char *text, void *value)
{
	if (!text_is_name(text))
		return set_path(option, text, value);
	return text_copy(value, (size_t)option->most + 1, text);
}

static void allowed_preset(const struct option *option, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "the name of a preset, or a file's path that starts with /");
}

/* Splits text at blanks into list. Returns 0, or -EINVAL: words are too many or too long. */
static int list_split(struct config_list *list, const char *text)
{
	list->count = 0;
	for (;;) {
		size_t len;

		text += strspn(text, " ");
		len = strcspn(text, " ");
		if (len == 0)
			return 0;
		if (list->count == COUNT_OF(list->words) || len >= sizeof(list->words[0]))
			return -EINVAL;
		memcpy(list->words[list->count], text, len);
		list->words[list->count++][len] = '\0';
		text += len;
	}
}

static int set_list(const char *text, bool (*fits)(const char *), struct config_list *value)
{
	struct config_list list = { 0 };

	if (list_split(&list, text) < 0)
		return -EINVAL;
	for (size_t i = 0; i < list.count; i++)
		if (!fits(list.words[i]))
			return -EINVAL;
	*value = list;
	return 0;
}

static bool is_role_member(const char *word)
{
	const char *colon = strchr(word, ':');

	return colon && (text_starts(word, "user:") || text_starts(word, "group:")) &&
	    text_is_name(colon + 1);
}

static int set_names(const struct option *option, const char *text, void *value)
{
	(void)option;
	return set_list(text, text_is_name, value);
}

static int set_members(const struct option *option, const char *text, void *value)
{
	(void)option;
	return set_list(text, is_role_member, value);
}

static void print_list(const struct option *option, const void *value, char *out, size_t size)
{
	const struct config_list *list = value;

	(void)option;
	out[0] = '\0';
	for (size_t i = 0; i < list->count; i++)
		value_append(out, size, " ", list->words[i]);
}

static void allowed_names(const struct option *option, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "names with blanks between, at most %d", CONFIG_LIST_MAX);
}

static void allowed_members(const struct option *option, char *out, size_t size)
{
	(void)option;
	(void)snprintf(out, size, "user:NAME and group:NAME with blanks between, at most %d",
	    CONFIG_LIST_MAX);
}

const struct value_kind *value_kind(enum option_kind kind)
{
	static const struct value_kind kinds[] = {
		[KIND_COUNT] = { set_count, print_count, allowed_count },
		[KIND_DURATION] = { set_duration, print_duration, allowed_duration },
		[KIND_DURATION_MS] = { set_duration_ms, print_duration_ms, allowed_duration },
		[KIND_BOOL] = { set_bool, print_bool, allowed_bool },
		[KIND_CHOICE] = { set_choice, print_choice, allowed_choice },
		[KIND_TEXT] = { set_text, print_text, allowed_text },
		[KIND_PATH] = { set_path, print_text, allowed_path },
		[KIND_PRESET] = { set_preset, print_text, allowed_preset },
		[KIND_NAMES] = { set_names, print_list, allowed_names },
		[KIND_MEMBERS] = { set_members, print_list, allowed_members },
		[KIND_MAP] = { set_choice, print_choice, allowed_choice },
		[KIND_PEERS] = { set_names, print_list, allowed_names },
	};

	return &kinds[kind];
}
