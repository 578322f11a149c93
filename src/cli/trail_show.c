#include "cli/commands.h"

#include "base/text.h"
#include "cli/ask.h"
#include "cli/print.h"

#include <errno.h>
#include <inttypes.h>

enum {
	PAGE_ROWS = 1000, /* the most that sluisd tells in one answer */
};

/* A page of rows: taken whole before any is printed, so that a slow pager holds nobody up. */
struct page {
	size_t count;
	struct tell_trail_row rows[PAGE_ROWS];
};

static int take_row(uint8_t kind, const union message *row, void *context)
{
	struct page *page = context;

	if (kind != TELL_TRAIL_ROW || page->count == PAGE_ROWS)
		return -EBADMSG;
	page->rows[page->count++] = row->trail_row;
	return 0;
}

static void print_row(const struct tell_trail_row *row)
{
	char at[CLOCK_TEXT_SIZE];

	(void)printf("%8" PRId64 "  %s  %-19s %-10s", row->sequence, print_time(row->at, at),
	    print_word(row->event), print_word(row->result));
	(void)printf(" %s > %s by %s from %s", print_word(row->actor), print_word(row->subject),
	    print_word(row->service), print_word(row->source));
	(void)printf("%s%s%s\n", row->note[0] ? " (" : "", print_plain(row->note),
	    row->note[0] ? ")" : "");
}

static json_t *json_row(const struct tell_trail_row *row)
{
	return json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "sequence",
	    (json_int_t)row->sequence, "at", print_json_time(row->at), "event",
	    print_json_text(row->event), "actor", print_json_text(row->actor), "subject",
	    print_json_text(row->subject), "service", print_json_text(row->service), "source",
	    print_json_text(row->source), "result", print_json_text(row->result), "note",
	    print_json_text(row->note));
}

/* The document is written as it comes: the trail may be longer than the memory. */
static enum outcome print_json_row(const struct tell_trail_row *row, bool first)
{
	json_t *object = json_row(row);
	int rc = 0;

	(void)fputs(first ? "\n    " : ",\n    ", stdout); /* main looks for errors of stdout */
	rc = object ? json_dumpf(object, stdout, JSON_ENSURE_ASCII) : -1;
	json_decref(object);
	return rc == 0 ?
	    OUTCOME_DONE :
	    outcome_say(OUTCOME_FAULT, "a row could not be written as JSON: try again");
}

static enum outcome print_page(const struct page *page, bool as_json, bool first)
{
	enum outcome outcome = OUTCOME_DONE;

	for (size_t i = 0; i < page->count && outcome == OUTCOME_DONE; i++)
		if (as_json)
			outcome = print_json_row(&page->rows[i], first && i == 0);
		else
			print_row(&page->rows[i]);
	return outcome;
}

/*
 * Page by page, until one is not full. Never until there are no more rows: each asking is
 * itself on record, and so makes one more.
 */
static enum outcome show_pages(const struct arguments *arguments, struct ask_trail *ask_trail,
    struct page *page)
{
	const struct question question = { .kind = ASK_TRAIL_SHOW,
		.message = ask_trail,
		.wait_ms = ASK_LONG_MS,
		.take = take_row,
		.context = page };
	bool as_json = arguments->given & OPTION_JSON;
	enum outcome outcome;

	for (bool first = true; first || page->count == PAGE_ROWS; first = false) {
		page->count = 0;
		outcome = ask_or_say(arguments, &question);
		if (outcome == OUTCOME_DONE && first && as_json)
			(void)fputs("{\n  \"rows\": [", stdout);
		if (outcome == OUTCOME_DONE)
			outcome = print_page(page, as_json, first);
		if (outcome != OUTCOME_DONE)
			return outcome;
		if (page->count > 0)
			ask_trail->after = page->rows[page->count - 1].sequence;
	}
	if (as_json)
		(void)puts("\n  ]\n}");
	return OUTCOME_DONE;
}

enum outcome trail_show_run(const struct arguments *arguments)
{
	auto_free struct page *page = calloc(1, sizeof(*page));
	struct ask_trail ask_trail = { .most = PAGE_ROWS };

	if (!page)
		return outcome_unanswered(-ENOMEM, arguments->socket);
	if (arguments->after && text_number(arguments->after, 0, INT64_MAX, &ask_trail.after) < 0)
		return outcome_say(OUTCOME_USAGE,
		    "--after takes the number of a row: a whole number from 0 on");
	ask_caller(&ask_trail.who);
	return show_pages(arguments, &ask_trail, page);
}
