/*
 * forget: a preload that lets a killed process lose what it wrote and never synced, as a power cut would.
 * Before each write to a state.db or state.db-wal the old bytes go to PATH.undo; a sync empties that log. After
 * the kill, tests/integration/crowd.c puts back what the log holds.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct record {
	int64_t old_size, offset, len;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Opens the undo log of fd's file. Returns -1 for files that are not the state's. */
static int undo_open(int fd)
{
	char link[64], path[512];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 6);
	if (len < 0)
		return -1;
	path[len] = '\0';
	if (!strstr(path, "/state.db") || strstr(path, "-shm"))
		return -1;
	memcpy(path + len, ".undo", 6);
	return open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Remembers what offset..offset+len holds now. */
static void remember(int fd, off_t offset, size_t len)
{
	struct record record = { .offset = offset };
	struct stat is;
	char *old;
	int undo = undo_open(fd);

	if (undo < 0)
		return;
	if (fstat(fd, &is) == 0) {
		record.old_size = is.st_size;
		record.len = offset >= is.st_size ? 0 :
		    (int64_t)len < is.st_size - offset ? (int64_t)len : is.st_size - offset;
		old = malloc((size_t)record.len + 1);
		if (old && pread(fd, old, (size_t)record.len, offset) == record.len) {
			(void)!syscall(SYS_write, undo, &record, sizeof(record));
			(void)!syscall(SYS_write, undo, old, (size_t)record.len);
		}
		free(old);
	}
	(void)close(undo);
}

static void forget_log(int fd)
{
	int undo = undo_open(fd);

	if (undo < 0)
		return;
	(void)!syscall(SYS_ftruncate, undo, 0);
	(void)close(undo);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t offset)
{
	ssize_t rc;

	(void)pthread_mutex_lock(&lock);
	remember(fd, offset, size);
	rc = syscall(SYS_pwrite64, fd, bytes, size, offset);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	return pwrite64(fd, bytes, size, offset);
}

int ftruncate64(int fd, off64_t size)
{
	int rc;

	(void)pthread_mutex_lock(&lock);
	remember(fd, size, SIZE_MAX >> 1);
	rc = (int)syscall(SYS_ftruncate, fd, size);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

int ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

int fdatasync(int fd)
{
	int rc;

	(void)pthread_mutex_lock(&lock);
	rc = (int)syscall(SYS_fdatasync, fd);
	if (rc == 0)
		forget_log(fd);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}

int fsync(int fd)
{
	int rc;

	(void)pthread_mutex_lock(&lock);
	rc = (int)syscall(SYS_fsync, fd);
	if (rc == 0)
		forget_log(fd);
	(void)pthread_mutex_unlock(&lock);
	return rc;
}
