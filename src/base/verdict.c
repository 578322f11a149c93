#include "base/verdict.h"

#include "base/attributes.h"

static const struct {
	enum verdict verdict;
	const char *name;
} names[] = {
	{ VERDICT_REFUSE, "refused" },
	{ VERDICT_ACCEPT, "accepted" },
	{ VERDICT_GO_ON, "open" },
	{ VERDICT_HELD, "held" },
	{ VERDICT_USED, "code-used" },
	{ VERDICT_UNENROLLED, "unenrolled" },
	{ VERDICT_NOT_FOUND, "not-found" },
	{ VERDICT_FORBIDDEN, "forbidden" },
	{ VERDICT_BAD_REQUEST, "bad-request" },
	{ VERDICT_FAULT, "fault" },
};

enum verdict verdict_read(int64_t number)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if ((int64_t)names[i].verdict == number)
			return names[i].verdict;
	return VERDICT_FAULT;
}

const char *verdict_name(int verdict)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if ((int)names[i].verdict == verdict)
			return names[i].name;
	return "unknown";
}
