#ifndef TESTS_SUPPORT_SCRATCH_H
#define TESTS_SUPPORT_SCRATCH_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder of a test's own. */
struct scratch {
	char path[64];
};

static inline void scratch_make(struct scratch *scratch)
{
	(void)snprintf(scratch->path, sizeof(scratch->path), "/tmp/sluis-test-XXXXXX");
	cr_assert(mkdtemp(scratch->path));
}

static inline int scratch_unlink(const char *path, const struct stat *is, int kind, struct FTW *at)
{
	(void)is;
	(void)kind;
	(void)at;
	return remove(path);
}

static inline void scratch_remove(struct scratch *scratch)
{
	cr_assert_eq(nftw(scratch->path, scratch_unlink, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static inline const char *scratch_path(const struct scratch *scratch, const char *name, char out[PATH_MAX])
{
	(void)snprintf(out, PATH_MAX, "%s/%s", scratch->path, name);
	return out;
}

static inline void scratch_write(const struct scratch *scratch, const char *name, const void *bytes, size_t size)
{
	char path[PATH_MAX];
	FILE *file = fopen(scratch_path(scratch, name, path), "we");

	cr_assert(file, "%s", path);
	cr_assert_eq(fwrite(bytes, 1, size, file), size);
	cr_assert_eq(fclose(file), 0);
	cr_assert_eq(chmod(path, S_IRUSR | S_IWUSR), 0);
}

/* Reads at most size bytes. Returns how many there were. */
static inline size_t scratch_read(const struct scratch *scratch, const char *name, void *out, size_t size)
{
	char path[PATH_MAX];
	FILE *file = fopen(scratch_path(scratch, name, path), "re");
	size_t got;

	cr_assert(file, "%s", path);
	got = fread(out, 1, size, file);
	(void)fclose(file);
	return got;
}

static inline bool scratch_has(const struct scratch *scratch, const char *name)
{
	char path[PATH_MAX];

	return access(scratch_path(scratch, name, path), F_OK) == 0;
}

#endif
