#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

/*
 * Opens path for reading if it can be trusted: a regular file, no symbolic link at its end, owned by
 * root or by owner, writable by nobody else. Returns a descriptor (close-on-exec), -EPERM (not to be
 * trusted) or another -errno.
 */
int file_open_trusted(const char *path, uid_t owner);

/* As file_open_trusted(), as a stream. On success *ret is the caller's to fclose(). */
int file_stream_trusted(const char *path, uid_t owner, FILE **ret);

/* Reads all that fd holds into out. Returns the length, -EFBIG when it is longer than size, or another -errno. */
ssize_t file_read(int fd, void *out, size_t size);

/*
 * Replaces path, which has a folder in it, by bytes, durably: a temporary file beside it, fsync, rename, fsync of
 * the folder. Returns 0 or -errno; then path is whole: as it was, or, when only the folder could not be
 * synced, new but perhaps not durably.
 */
int file_replace(const char *path, const void *bytes, size_t size, mode_t mode);

#endif
