#include "base/passwd_cache.h"

#include "base/attributes.h"
#include "base/clock.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

enum {
	SETTLED_S = 2, /* a file changed this short ago may change again within one tick of its clock */
};

struct passwd_cache {
	pthread_rwlock_t lock;
	struct stat seen; /* the file that was read; st_ino 0: none yet */
	int64_t read_at;
	struct local_account *by_name, *by_uid;
	size_t count;
};

int passwd_cache_make(struct passwd_cache **ret)
{
	struct passwd_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	(void)pthread_rwlock_init(&cache->lock, NULL); /* cannot fail on Linux */
	*ret = cache;
	return 0;
}

void passwd_cache_free(struct passwd_cache *cache)
{
	if (!cache)
		return;
	free(cache->by_name);
	free(cache->by_uid);
	free(cache);
}

/* Of two lines with one name or uid the first counts, as everywhere. */
static int order_by_line(const struct local_account *one, const struct local_account *other)
{
	return one->line < other->line ? -1 : one->line > other->line;
}

static int order_by_name(const void *one, const void *other)
{
	const struct local_account *a = one, *b = other;
	int order = strcmp(a->name, b->name);

	return order ? order : order_by_line(a, b);
}

static int order_by_uid(const void *one, const void *other)
{
	const struct local_account *a = one, *b = other;

	return a->uid < b->uid ? -1 : a->uid > b->uid ? 1 : order_by_line(a, b);
}

/* Whether what was read is what the file holds now. */
static bool is_fresh(const struct passwd_cache *cache, const struct stat *now)
{
	return cache->seen.st_ino != 0 && cache->seen.st_ino == now->st_ino &&
	    cache->seen.st_dev == now->st_dev && cache->seen.st_size == now->st_size &&
	    memcmp(&cache->seen.st_mtim, &now->st_mtim, sizeof(now->st_mtim)) == 0 &&
	    memcmp(&cache->seen.st_ctim, &now->st_ctim, sizeof(now->st_ctim)) == 0 &&
	    cache->read_at > now->st_ctim.tv_sec + SETTLED_S;
}

/* Reads the file. Returns 0 or -errno; then the cache is as it was. */
static int read_file(struct passwd_cache *cache, const struct stat *now)
{
	struct local_account *by_name = NULL, *by_uid;
	size_t count = 0;
	int rc = passwd_read_all(&by_name, &count);

	if (rc < 0)
		return rc;
	by_uid = calloc(count + 1, sizeof(*by_uid));
	if (!by_uid) {
		free(by_name);
		return -ENOMEM;
	}
	memcpy(by_uid, by_name, count * sizeof(*by_uid));
	qsort(by_name, count, sizeof(*by_name), order_by_name);
	qsort(by_uid, count, sizeof(*by_uid), order_by_uid);
	free(cache->by_name);
	free(cache->by_uid);
	cache->by_name = by_name;
	cache->by_uid = by_uid;
	cache->count = count;
	cache->seen = *now;
	cache->read_at = clock_now();
	return 0;
}

/* The first of the sorted accounts that is not before key, if it is equal to it in what order compares. */
static int find(const struct local_account *accounts, size_t count,
    const struct local_account *key, int (*order)(const void *, const void *),
    struct local_account *ret)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (order(&accounts[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count)
		return -ENOENT;
	*ret = accounts[low];
	return 0;
}

/* Takes the lock for reading, with the file as it is now. Returns 0 or -errno; then it holds no lock. */
static int hold_fresh(struct passwd_cache *cache)
{
	struct stat now;
	int rc = 0;

	if (stat(PASSWD_FILE, &now) < 0)
		return -errno;
	(void)pthread_rwlock_rdlock(&cache->lock);
	if (is_fresh(cache, &now))
		return 0;
	(void)pthread_rwlock_unlock(&cache->lock);
	(void)pthread_rwlock_wrlock(&cache->lock);
	rc = is_fresh(cache, &now) ? 0 : read_file(cache, &now);
	if (rc < 0)
		(void)pthread_rwlock_unlock(&cache->lock);
	return rc;
}

int passwd_cache_find(struct passwd_cache *cache, const char *name, struct local_account *ret)
{
	struct local_account key = { 0 }, found;
	int rc;

	if (!text_is_name(name) || text_copy(key.name, sizeof(key.name), name) < 0)
		return -ENOENT;
	rc = hold_fresh(cache);
	if (rc < 0)
		return rc;
	rc = find(cache->by_name, cache->count, &key, order_by_name, &found);
	(void)pthread_rwlock_unlock(&cache->lock);
	if (rc < 0 || strcmp(found.name, name) != 0)
		return -ENOENT;
	*ret = found;
	return 0;
}

int passwd_cache_find_uid(struct passwd_cache *cache, uid_t uid, struct local_account *ret)
{
	struct local_account key = { .uid = uid }, found;
	int rc = hold_fresh(cache);

	if (rc < 0)
		return rc;
	rc = find(cache->by_uid, cache->count, &key, order_by_uid, &found);
	(void)pthread_rwlock_unlock(&cache->lock);
	if (rc < 0 || found.uid != uid)
		return -ENOENT;
	*ret = found;
	return 0;
}
