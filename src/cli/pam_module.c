#include "cli/pam_module.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cli/pam_line.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

static const char *const modules[] = { "pam_sluis_gate.so", "pam_sluis_mfa.so" };

/* libpam's folder is "security" beside the C library, whatever the architecture is called. */
static int module_path(const char *module, char out[PATH_MAX])
{
	Dl_info library;
	const char *slash;
	int len;

	if (module[0] == '/')
		return text_copy(out, PATH_MAX, module);
	if (dladdr(stdout, &library) == 0)
		return -ENOSYS;
	slash = strrchr(library.dli_fname, '/');
	len = snprintf(out, PATH_MAX, "%.*s/security/%s",
	    slash ? (int)(slash - library.dli_fname) : 0, library.dli_fname, module);
	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int module_find(const char *module, char path[PATH_MAX])
{
	int rc = module_path(module, path);

	return rc == 0 && access(path, R_OK) < 0 ? -errno : rc;
}

/* As pam_module_check(), of one file. */
static int check_file(const char *name, char wrong[PAM_WRONG_SIZE])
{
	char path[PATH_MAX], *module, *rest;
	auto_fclose FILE *stream = NULL;
	auto_free char *line = NULL;
	size_t size = 0;
	int named = 0;

	(void)snprintf(path, sizeof(path), PAM_FOLDER "/%s", name);
	stream = fopen(path, "re");
	if (!stream)
		return -errno;
	while (getline(&line, &size, stream) > 0) {
		if (!pam_line_split(line, &module, &rest) ||
		    !text_starts(pam_line_base(module), PAM_OURS))
			continue;
		named++;
		if (module_find(module, path) < 0) {
			(void)snprintf(wrong, PAM_WRONG_SIZE,
			    "%.64s of " PAM_FOLDER "/%.64s is not there", module, name);
			return -ENOENT;
		}
	}
	return named;
}

int pam_module_check(char wrong[PAM_WRONG_SIZE])
{
	DIR *folder = opendir(PAM_FOLDER);
	struct dirent *entry;
	int named = 0, rc = 0;

	if (!folder)
		return -errno;
	while (rc >= 0 && (entry = readdir(folder))) {
		rc = entry->d_name[0] == '.' ? 0 : check_file(entry->d_name, wrong);
		named += rc;
	}
	(void)closedir(folder);
	return rc < 0 ? rc : named;
}

int pam_module_ready(char wrong[PAM_WRONG_SIZE])
{
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT_OF(modules); i++) {
		int rc = module_find(modules[i], path);

		if (rc < 0) {
			(void)snprintf(wrong, PAM_WRONG_SIZE, "%.200s", path);
			return rc;
		}
	}
	return 0;
}
