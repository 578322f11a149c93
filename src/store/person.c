#include "store/person.h"

#include "store/sql.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	NAME_MAX_SIZE = 256,
};

static struct sql_blob identity_hash(struct txn *txn, const char *identity,
    unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_mac(txn->keys, CRYPTO_PERSON, 0, identity, strlen(identity), out);
	return (struct sql_blob){ out, CRYPTO_HASH_SIZE };
}

int person_find(struct txn *txn, const char *identity, int64_t *ret)
{
	unsigned char hash[CRYPTO_HASH_SIZE];

	return sql_number(txn, ret, "SELECT id FROM person WHERE identity = ?", "b",
	    identity_hash(txn, identity, hash));
}

int person_get(struct txn *txn, const char *identity, const char *name, int64_t *ret)
{
	unsigned char hash[CRYPTO_HASH_SIZE], sealed[NAME_MAX_SIZE + CRYPTO_SEAL_EXTRA];
	size_t len = strlen(name);
	int64_t id = crypto_random_id();
	int rc = person_find(txn, identity, ret);

	if (rc != -ENOENT)
		return rc;
	if (len > NAME_MAX_SIZE)
		return -ENAMETOOLONG;
	crypto_seal(txn->keys, CRYPTO_NAME, id, name, len, sealed);
	rc = sql_change(txn, "INSERT INTO person (id, identity, name) VALUES (?, ?, ?)", "ibb",
	    id, identity_hash(txn, identity, hash),
	    (struct sql_blob){ sealed, len + CRYPTO_SEAL_EXTRA });
	if (rc < 0)
		return rc;
	*ret = id;
	return 0;
}

void person_name(struct txn *txn, int64_t person, char *out, size_t size)
{
	auto_sql sqlite3_stmt *row = sql_start(txn, "SELECT name FROM person WHERE id = ?", "i",
	    person);
	char plain[NAME_MAX_SIZE + 1];
	int sealed_size;

	if (person == PERSON_NOBODY) {
		out[0] = '\0';
		return;
	}
	(void)snprintf(out, size, "#%" PRId64, person);
	if (sql_next(row) != 1)
		return;
	sealed_size = sqlite3_column_bytes(row, 0);
	if (sealed_size < CRYPTO_SEAL_EXTRA || sealed_size > NAME_MAX_SIZE + CRYPTO_SEAL_EXTRA)
		return;
	if (crypto_unseal(txn->keys, CRYPTO_NAME, person, sqlite3_column_blob(row, 0),
		(size_t)sealed_size, plain) < 0)
		return;
	plain[sealed_size - CRYPTO_SEAL_EXTRA] = '\0';
	(void)snprintf(out, size, "%s", plain);
}

static void login_columns(sqlite3_stmt *row, int first, struct person_login *ret)
{
	ret->at = sqlite3_column_int64(row, first);
	sql_text_column(row, first + 1, ret->service, sizeof(ret->service));
	sql_text_column(row, first + 2, ret->source, sizeof(ret->source));
	ret->failures = sqlite3_column_int64(row, first + 3);
}

int person_logins(struct txn *txn, int64_t person, struct person_login *ret_last,
    struct person_login *ret_before)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT login_at, login_service, login_source, failures,"
	    " before_at, before_service, before_source, before_failures FROM person WHERE id = ?",
	    "i", person);
	int rc = sql_next(row);

	if (rc != 1)
		return rc == 0 ? -ENOENT : rc;
	login_columns(row, 0, ret_last);
	login_columns(row, 4, ret_before);
	return 0;
}

int person_add_login(struct txn *txn, int64_t person, const char *service, const char *source)
{
	int rc = sql_change(txn,
	    "UPDATE person SET before_at = login_at, before_service = login_service, before_source = login_source,"
	    " before_failures = failures, login_at = ?, login_service = ?, login_source = ?, failures = 0"
	    " WHERE id = ?",
	    "itti", txn->now, service, source, person);

	return rc < 0 ? rc : 0;
}

int person_add_failure(struct txn *txn, int64_t person)
{
	int rc = sql_change(txn, "UPDATE person SET failures = failures + 1 WHERE id = ?", "i",
	    person);

	return rc < 0 ? rc : 0;
}
