#include "store/sql.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	int result;
	int error;
} errors[] = {
	{ SQLITE_OK, 0 },
	{ SQLITE_DONE, 0 },
	{ SQLITE_FULL, -ENOSPC },
	{ SQLITE_CORRUPT, -EBADMSG },
	{ SQLITE_NOTADB, -EBADMSG },
	{ SQLITE_BUSY, -EBUSY },
	{ SQLITE_NOMEM, -ENOMEM },
	{ SQLITE_CONSTRAINT, -EEXIST },
	{ SQLITE_CANTOPEN, -ENOENT },
	{ SQLITE_READONLY, -EROFS },
};

int sql_error(int result)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].result == (result & 0xff))
			return errors[i].error;
	return -EIO;
}

int sql_script(sqlite3 *db, const char *text)
{
	return sql_error(sqlite3_exec(db, text, NULL, NULL, NULL));
}

int sql_open(const char *path, bool writable, sqlite3 **ret)
{
	int flags = writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE :
			       SQLITE_OPEN_READWRITE;
	sqlite3 *db = NULL;
	int rc = sql_error(sqlite3_open_v2(path, &db,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL));

	if (rc == 0)
		(void)sqlite3_busy_timeout(db, 2000);
	if (rc == 0)
		rc = sql_script(db,
		    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
		    "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -1000;");
	if (rc == 0 && !writable)
		rc = sql_script(db, "PRAGMA query_only = ON;");
	if (rc < 0) {
		(void)sqlite3_close(db);
		return rc;
	}
	*ret = db;
	return 0;
}

void sql_close(struct txn *txn)
{
	for (size_t i = 0; i < SQL_CACHE; i++)
		(void)sqlite3_finalize(txn->cache[i].statement); /* repeats the last error, known already */
	(void)sqlite3_close(txn->db);
	memset(txn, 0, sizeof(*txn));
}

static sqlite3_stmt *prepare(struct txn *txn, const char *text)
{
	size_t i = 0;

	while (i < SQL_CACHE && txn->cache[i].text && txn->cache[i].text != text)
		i++;
	if (i == SQL_CACHE)
		return NULL;
	if (!txn->cache[i].text) {
		if (sqlite3_prepare_v3(txn->db, text, -1, SQLITE_PREPARE_PERSISTENT,
			&txn->cache[i].statement, NULL) != SQLITE_OK)
			return NULL;
		txn->cache[i].text = text;
	}
	return txn->cache[i].statement;
}

static int bind(sqlite3_stmt *statement, const char *types, va_list args)
{
	int rc = SQLITE_OK;

	for (int i = 0; types[i] && rc == SQLITE_OK; i++) {
		if (types[i] == 'i') {
			rc = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
		} else if (types[i] == 't') {
			rc = sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1,
			    SQLITE_TRANSIENT);
		} else {
			struct sql_blob blob = va_arg(args, struct sql_blob);

			rc = sqlite3_bind_blob64(statement, i + 1, blob.bytes, blob.size,
			    SQLITE_TRANSIENT);
		}
	}
	return rc;
}

static sqlite3_stmt *start(struct txn *txn, const char *text, const char *types, va_list args)
{
	sqlite3_stmt *statement = prepare(txn, text);

	if (statement && bind(statement, types, args) != SQLITE_OK) {
		sql_end(statement);
		return NULL;
	}
	return statement;
}

sqlite3_stmt *sql_start(struct txn *txn, const char *text, const char *types, ...)
{
	sqlite3_stmt *statement;
	va_list args;

	va_start(args, types);
	statement = start(txn, text, types, args);
	va_end(args);
	return statement;
}

int sql_next(sqlite3_stmt *statement)
{
	int result = statement ? sqlite3_step(statement) : SQLITE_ERROR;

	return result == SQLITE_ROW ? 1 : sql_error(result);
}

void sql_end(sqlite3_stmt *statement)
{
	if (!statement)
		return;
	(void)sqlite3_reset(statement); /* repeats the error of the last step, known already */
	(void)sqlite3_clear_bindings(statement);
}

int sql_change(struct txn *txn, const char *text, const char *types, ...)
{
	auto_sql sqlite3_stmt *statement = NULL;
	va_list args;
	int rc;

	va_start(args, types);
	statement = start(txn, text, types, args);
	va_end(args);
	rc = sql_next(statement);
	return rc < 0 ? rc : sqlite3_changes(txn->db);
}

int sql_do(struct txn *txn, const char *text)
{
	auto_sql sqlite3_stmt *statement = sql_start(txn, text, "");

	return sql_next(statement);
}

int sql_number(struct txn *txn, int64_t *ret, const char *text, const char *types, ...)
{
	auto_sql sqlite3_stmt *statement = NULL;
	va_list args;
	int rc;

	va_start(args, types);
	statement = start(txn, text, types, args);
	va_end(args);
	rc = sql_next(statement);
	if (rc == 1)
		*ret = sqlite3_column_int64(statement, 0);
	return rc == 1 ? 0 : rc == 0 ? -ENOENT : rc;
}

int sql_blob_column(sqlite3_stmt *statement, int column, void *out, size_t size)
{
	const void *bytes = sqlite3_column_blob(statement, column);

	if (!bytes || sqlite3_column_bytes(statement, column) != (int)size)
		return -EBADMSG;
	memcpy(out, bytes, size);
	return 0;
}

void sql_text_column(sqlite3_stmt *statement, int column, char *out, size_t size)
{
	const unsigned char *text = sqlite3_column_text(statement, column);
	size_t len = text ? strnlen((const char *)text, size - 1) : 0;

	if (len > 0)
		memcpy(out, text, len);
	out[len] = '\0';
}
