#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

void log_line(int level, const char *text, ...)
{
	char line[1024];
	va_list args;

	va_start(args, text);
	(void)vsnprintf(line, sizeof(line), text, args); /* an over-long line is cut */
	va_end(args);
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "%s\n", line);
	else
		(void)fprintf(stderr, "<%d>%s\n", level, line);
}
