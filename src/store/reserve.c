#include "store/sql.h"

#include "base/attributes.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

bool reserve_is_whole(const char *path, int64_t kib)
{
	struct stat is;

	return kib == 0 || (lstat(path, &is) == 0 && is.st_size == kib * 1024);
}

int reserve_make(const char *path, int64_t kib)
{
	auto_close int fd = -1;
	int rc;

	if (reserve_is_whole(path, kib))
		return 0;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return -errno;
	rc = posix_fallocate(fd, 0, kib * 1024);
	if (rc != 0)
		(void)unlink(path); /* half a reserve is none, and takes room */
	return -rc;
}

int reserve_release(const char *path)
{
	return unlink(path) < 0 ? -errno : 0;
}
