#include "store/sql.h"

#include "base/attributes.h"
#include "base/file.h"
#include "base/text.h"
#include "store/trail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	EPOCH_SIZE = 160, /* "SEQ HASH TIME\n" */
};

struct epoch {
	int64_t seq, newest;
	unsigned char hash[CRYPTO_HASH_SIZE];
};

/* Splits text in place. Returns 0 or -EBADMSG. */
static int epoch_parse(char *text, struct epoch *ret)
{
	char *hash = strchr(text, ' ');
	char *newest = hash ? strchr(hash + 1, ' ') : NULL;
	char *end = newest ? strchr(newest + 1, '\n') : NULL;

	if (!end || end[1] != '\0')
		return -EBADMSG;
	*hash++ = *newest++ = *end = '\0';
	if (text_number(text, 0, INT64_MAX, &ret->seq) < 0 ||
	    text_unhex(hash, ret->hash, sizeof(ret->hash)) < 0 ||
	    text_number(newest, 0, INT64_MAX, &ret->newest) < 0)
		return -EBADMSG;
	return 0;
}

static int epoch_read(const char *path, struct epoch *ret)
{
	char text[EPOCH_SIZE + 1];
	auto_close int fd = file_open_trusted(path, geteuid());
	ssize_t size = fd < 0 ? fd : file_read(fd, text, EPOCH_SIZE);

	if (size < 0)
		return (int)size;
	text[size] = '\0';
	return epoch_parse(text, ret);
}

int epoch_check(struct txn *txn, const char *path, enum store_state *ret, int64_t *ret_newest)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	struct epoch epoch = { 0 };
	int64_t seq = 0;
	int rc = trail_head(txn, &seq, hash);
	bool empty = rc == -ENOENT;

	if (rc < 0 && !empty)
		return rc;
	rc = epoch_read(path, &epoch);
	if (rc < 0 && rc != -ENOENT && rc != -EBADMSG && rc != -EFBIG)
		return rc;
	*ret_newest = epoch.newest;
	if (rc == -ENOENT)
		*ret = empty ? STORE_NEW : STORE_RESTORED;
	else if (rc < 0)
		*ret = STORE_RESTORED; /* a damaged memory proves nothing */
	else if (epoch.seq > 0 &&
	    (trail_hash(txn, epoch.seq, hash) < 0 || memcmp(hash, epoch.hash, sizeof(hash)) != 0))
		*ret = STORE_RESTORED;
	else
		*ret = STORE_SOUND;
	return 0;
}

int epoch_write(struct txn *txn, const char *path)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1], text[EPOCH_SIZE];
	int64_t seq = 0;
	int rc = trail_head(txn, &seq, hash), len;

	if (rc < 0 && rc != -ENOENT)
		return rc;
	text_hex(hash, sizeof(hash), hex);
	len = snprintf(text, sizeof(text), "%" PRId64 " %s %" PRId64 "\n", seq, hex,
	    txn->newest);
	return file_replace(path, text, (size_t)len, S_IRUSR | S_IWUSR);
}
