#include "store/sql.h"

#include <errno.h>

/*
 * One row a version: what brings the database from the version before. A row that was released never
 * changes. Persons are random numbers; their names are sealed. Times are seconds UTC.
 */
/* clang-format off */
static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE note_of_state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

	"CREATE TABLE person ("
	"	id INTEGER PRIMARY KEY,"
	"	identity BLOB NOT NULL UNIQUE,"		/* keyed hash of who it is */
	"	name BLOB,"				/* sealed; NULL once erased */
	"	login_at INTEGER NOT NULL DEFAULT 0, login_service TEXT NOT NULL DEFAULT '',"
	"	login_source TEXT NOT NULL DEFAULT '', failures INTEGER NOT NULL DEFAULT 0,"
	"	before_at INTEGER NOT NULL DEFAULT 0, before_service TEXT NOT NULL DEFAULT '',"
	"	before_source TEXT NOT NULL DEFAULT '', before_failures INTEGER NOT NULL DEFAULT 0) STRICT;"

	"CREATE TABLE token ("
	"	id INTEGER PRIMARY KEY,"
	"	person INTEGER NOT NULL REFERENCES person,"
	"	kind TEXT NOT NULL, label TEXT NOT NULL,"
	"	state TEXT NOT NULL CHECK (state IN ('offered', 'active', 'revoked')),"
	"	sealed BLOB NOT NULL, algorithm TEXT NOT NULL, digits INTEGER NOT NULL, period INTEGER NOT NULL,"
	"	step INTEGER NOT NULL DEFAULT -1, drift INTEGER NOT NULL DEFAULT 0,"
	"	tries INTEGER NOT NULL DEFAULT 0, made_by INTEGER NOT NULL,"
	"	made_at INTEGER NOT NULL, used_at INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE INDEX token_of_person ON token (person, state);"

	"CREATE TABLE recovery ("
	"	person INTEGER NOT NULL REFERENCES person, code BLOB NOT NULL,"	/* keyed hash */
	"	made_at INTEGER NOT NULL, used_at INTEGER NOT NULL DEFAULT 0,"
	"	PRIMARY KEY (person, code)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE attempt ("
	"	id BLOB PRIMARY KEY,"
	"	person INTEGER,"			/* NULL: nobody of that name */
	"	source BLOB NOT NULL,"			/* keyed hash */
	"	known INTEGER NOT NULL, peer INTEGER NOT NULL, service TEXT NOT NULL,"
	"	opened_at INTEGER NOT NULL, closed_at INTEGER) STRICT, WITHOUT ROWID;"
	"CREATE INDEX attempt_of_person ON attempt (person, source, opened_at);"
	"CREATE INDEX attempt_by_time ON attempt (opened_at);"

	"CREATE TABLE known_source ("
	"	person INTEGER NOT NULL REFERENCES person, source BLOB NOT NULL, last_at INTEGER NOT NULL,"
	"	PRIMARY KEY (person, source)) STRICT, WITHOUT ROWID;"

	"CREATE TABLE block ("
	"	id INTEGER PRIMARY KEY, person INTEGER NOT NULL REFERENCES person,"
	"	scope TEXT NOT NULL, reason TEXT NOT NULL, actor INTEGER NOT NULL,"
	"	from_at INTEGER NOT NULL, until_at INTEGER, lifted_at INTEGER, note TEXT NOT NULL DEFAULT '') STRICT;"
	"CREATE INDEX block_of_person ON block (person, lifted_at);"

	"CREATE TABLE access_grant ("
	"	id INTEGER PRIMARY KEY, target INTEGER NOT NULL REFERENCES person,"
	"	grantee INTEGER NOT NULL REFERENCES person, from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,"
	"	ended_at INTEGER) STRICT;"
	"CREATE INDEX grant_of_target ON access_grant (target, ended_at);"

	"CREATE TABLE trail ("
	"	seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL,"
	"	actor INTEGER NOT NULL, subject INTEGER NOT NULL, service TEXT NOT NULL, result TEXT NOT NULL,"
	"	commitment BLOB NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
	"CREATE TABLE trail_side ("
	"	seq INTEGER PRIMARY KEY, salt BLOB NOT NULL,"
	"	source TEXT NOT NULL, note TEXT NOT NULL) STRICT;"

	"CREATE TABLE outbox ("
	"	id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, event TEXT NOT NULL,"
	"	told INTEGER NOT NULL, subject INTEGER NOT NULL, made_at INTEGER NOT NULL,"
	"	sent_at INTEGER, tries INTEGER NOT NULL DEFAULT 0) STRICT;",
};
/* clang-format on */

enum {
	NEWEST = sizeof(migrations) / sizeof(migrations[0]),
};

static int version_of(sqlite3 *db, int *ret)
{
	sqlite3_stmt *statement = NULL;
	int rc = sql_error(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL));

	if (rc == 0)
		rc = sqlite3_step(statement) == SQLITE_ROW ? 0 : -EIO;
	if (rc == 0)
		*ret = sqlite3_column_int(statement, 0);
	(void)sqlite3_finalize(statement);
	return rc;
}

static int migrate_to(sqlite3 *db, int version)
{
	char mark[64];
	int rc = sql_script(db, "BEGIN EXCLUSIVE");

	(void)sqlite3_snprintf(sizeof(mark), mark, "PRAGMA user_version = %d", version);
	if (rc == 0)
		rc = sql_script(db, migrations[version - 1]);
	if (rc == 0)
		rc = sql_script(db, mark);
	if (rc == 0)
		rc = sql_script(db, "COMMIT");
	if (rc < 0)
		(void)sql_script(db, "ROLLBACK"); /* the first error is the one that counts */
	return rc;
}

int schema_migrate(sqlite3 *db)
{
	int version = 0;
	int rc = version_of(db, &version);

	if (rc == 0 && version > NEWEST)
		return -EBADMSG;
	while (rc == 0 && version < NEWEST)
		rc = migrate_to(db, ++version);
	return rc;
}
