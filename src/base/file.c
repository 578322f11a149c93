#include "base/file.h"

#include "base/attributes.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int file_open_trusted(const char *path, uid_t owner)
{
	auto_close int fd = open(path,
	    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat is;
	int trusted;

	if (fd < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (fstat(fd, &is) < 0)
		return -errno;
	if (!S_ISREG(is.st_mode) || (is.st_uid != 0 && is.st_uid != owner))
		return -EPERM;
	if ((is.st_mode & S_IWOTH) || ((is.st_mode & S_IWGRP) && is.st_gid != 0))
		return -EPERM;
	trusted = fd;
	fd = -1; /* given away */
	return trusted;
}

int file_stream_trusted(const char *path, uid_t owner, FILE **ret)
{
	int fd = file_open_trusted(path, owner);
	FILE *file;

	if (fd < 0)
		return fd;
	file = fdopen(fd, "r");
	if (!file) {
		(void)close(fd);
		return -ENOMEM;
	}
	*ret = file;
	return 0;
}

ssize_t file_read(int fd, void *out, size_t size)
{
	size_t have = 0;
	char more;

	while (have < size) {
		ssize_t got = read(fd, (char *)out + have, size - have);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return (ssize_t)have;
		if (got > 0)
			have += (size_t)got;
	}
	return read(fd, &more, 1) == 0 ? (ssize_t)have : -EFBIG;
}

static int write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t put = write(fd, at, size);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			at += put;
			size -= (size_t)put;
		}
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	auto_close int fd = -1;

	if (!slash || (size_t)(slash - path) >= sizeof(folder))
		return -EINVAL;
	memcpy(folder, path, (size_t)(slash - path) + 1);
	folder[slash - path + 1] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return -errno;
	return 0;
}

int file_replace(const char *path, const void *bytes, size_t size, mode_t mode)
{
	char temporary[PATH_MAX];
	auto_close int fd = -1;
	int rc;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	if (unlink(temporary) < 0 && errno != ENOENT)
		return -errno;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	rc = write_all(fd, bytes, size);
	if (rc == 0 && rename(temporary, path) < 0)
		rc = -errno;
	if (rc < 0) {
		(void)unlink(temporary); /* nothing lost: path was not touched */
		return rc;
	}
	return sync_folder_of(path);
}
