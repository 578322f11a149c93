#ifndef BASE_PASSWD_CACHE_H
#define BASE_PASSWD_CACHE_H

#include "base/passwd.h"

/*
 * /etc/passwd in memory, read anew when the file is another than it was: for a daemon that looks accounts up at
 * each question. Safe from any thread.
 */
struct passwd_cache;

/* Returns 0 or -ENOMEM; nothing is read yet. */
int passwd_cache_make(struct passwd_cache **ret);
void passwd_cache_free(struct passwd_cache *cache);

/* As passwd_find() and passwd_find_uid(). */
int passwd_cache_find(struct passwd_cache *cache, const char *name, struct local_account *ret);
int passwd_cache_find_uid(struct passwd_cache *cache, uid_t uid, struct local_account *ret);

#endif
