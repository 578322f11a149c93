#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "store/store.h"

#include <sqlite3.h>

/* The inside of this floor: statements and transactions. Nobody above includes it. */

enum {
	SQL_CACHE = 96, /* statements kept prepared; more is a fault */
};

struct txn {
	sqlite3 *db;
	const struct keys *keys;
	int64_t now;
	int64_t newest;
	int trail_rows;      /* appended by this act */
	bool clock_accepted; /* the newest time is that of this transaction, once it is committed */
	struct {
		const char *text; /* the literal itself is the key */
		sqlite3_stmt *statement;
	} cache[SQL_CACHE];
};

/* Opens a connection on the database file. Returns 0 or -errno. */
int sql_open(const char *path, bool writable, sqlite3 **ret);
/* Finalises the cache and closes the connection. */
void sql_close(struct txn *txn);
/* What an SQLite result means as -errno. */
int sql_error(int result);
/* Runs statements that give no rows. Returns 0 or -errno. */
int sql_script(sqlite3 *db, const char *text);

/*
 * A blob for the type "b". Types of the arguments are told by a string: i int64_t, t text (or NULL),
 * b struct sql_blob.
 */
struct sql_blob {
	const void *bytes;
	size_t size;
};

/* Starts a statement of the cache; text must be a literal. NULL when it cannot be prepared. */
sqlite3_stmt *sql_start(struct txn *txn, const char *text, const char *types, ...);
/* Returns 1 (a row), 0 (no more) or -errno. */
int sql_next(sqlite3_stmt *statement);
/* Makes it ready for its next use and forgets what was bound. Takes NULL. */
void sql_end(sqlite3_stmt *statement);

static inline void cleanup_sql(sqlite3_stmt **statement)
{
	sql_end(*statement);
}
#define auto_sql __attribute__((cleanup(cleanup_sql)))

/* Runs a statement of the cache that takes nothing and gives nothing. Returns 0 or -errno. */
int sql_do(struct txn *txn, const char *text);

/* Runs one change. Returns how many rows it changed, or -errno. */
int sql_change(struct txn *txn, const char *text, const char *types, ...);
/* The one number that a query gives. Returns 0, -ENOENT (no row) or -errno. */
int sql_number(struct txn *txn, int64_t *ret, const char *text, const char *types, ...);

/* Column readers that bound what they copy. A blob must have exactly size bytes: else -EBADMSG. */
int sql_blob_column(sqlite3_stmt *statement, int column, void *out, size_t size);
void sql_text_column(sqlite3_stmt *statement, int column, char *out, size_t size);

/* Brings the schema to the newest version. Returns 0, -EBADMSG (of a later version) or -errno. */
int schema_migrate(sqlite3 *db);

/* The epoch file: what the database held at least, remembered outside it. */
int epoch_check(struct txn *txn, const char *path, enum store_state *ret, int64_t *ret_newest);
int epoch_write(struct txn *txn, const char *path);

/* The reserve: disk space kept for the day it is full. */
int reserve_make(const char *path, int64_t kib);
int reserve_release(const char *path);
bool reserve_is_whole(const char *path, int64_t kib);

#endif
