#include "config/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int error_at(struct config_error *error, const char *path, int line, const char *text, ...)
{
	char *out = error->text;
	size_t size = sizeof(error->text);
	va_list args;
	int put;

	if (line > 0)
		put = snprintf(out, size, "%s:%d: ", path, line);
	else
		put = snprintf(out, size, "%s: ", path);
	if (put < 0 || (size_t)put >= size)
		return -EINVAL;
	va_start(args, text);
	(void)vsnprintf(out + put, size - (size_t)put, text, args);
	va_end(args);
	return -EINVAL;
}

int error_file(struct config_error *error, const char *path, const char *text, int rc)
{
	const char *meaning = strerrordesc_np(-rc);

	(void)error_at(error, path, 0, "%s: %s", text, meaning ? meaning : "unknown error");
	return rc;
}
