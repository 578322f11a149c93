#include "base/attributes.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The other main of a fuzz harness: gives it each file of a folder once. A fault ends the process. */

enum {
	INPUT_MAX = 1 << 20,
};

static int replay(FILE *file)
{
	auto_free uint8_t *bytes = malloc(INPUT_MAX);
	size_t size = bytes ? fread(bytes, 1, INPUT_MAX, file) : 0;
	auto_free uint8_t *exact = malloc(size > 0 ? size : 1);

	if (!bytes || !exact || ferror(file) || size == INPUT_MAX)
		return -EIO;
	memcpy(exact, bytes, size);
	return LLVMFuzzerTestOneInput(exact, size);
}

static int replay_path(const char *folder, const char *name)
{
	char path[4096];
	auto_fclose FILE *file = NULL;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	return file ? replay(file) : -errno;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	const struct dirent *entry;
	int passed = 0, failed = 0;

	if (!folder) {
		(void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		if (replay_path(argv[1], entry->d_name) == 0) {
			passed++;
			continue;
		}
		(void)fprintf(stderr, "%s/%s was not taken\n", argv[1], entry->d_name);
		failed++;
	}
	(void)closedir(folder);
	printf("%d passed, %d failed\n", passed, failed);
	return passed > 0 && failed == 0 ? 0 : 1;
}
