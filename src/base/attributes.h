#ifndef BASE_ATTRIBUTES_H
#define BASE_ATTRIBUTES_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Clean-up by attribute: the variable is released when it goes out of scope. */

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		(void)fclose(*file);
}

#define auto_close  __attribute__((cleanup(cleanup_close)))
#define auto_free   __attribute__((cleanup(cleanup_free)))
#define auto_fclose __attribute__((cleanup(cleanup_fclose)))

#define PRINTF_LIKE(text, args) __attribute__((format(printf, text, args)))
#define COUNT_OF(array)         (sizeof(array) / sizeof((array)[0]))

#endif
