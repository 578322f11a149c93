#include "store/trail.h"

#include "base/attributes.h"
#include "store/sql.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

enum {
	SALT_SIZE = 16,
};

/* The chained part of a row, in the form in which it is hashed. */
struct chained {
	int64_t seq, at, actor, subject;
	const char *event, *service, *result;
	unsigned char commitment[CRYPTO_HASH_SIZE], prev[CRYPTO_HASH_SIZE];
};

static struct crypto_part text_part(const char *text)
{
	return (struct crypto_part){ text, strlen(text) };
}

static void chained_hash(const struct chained *row, unsigned char out[CRYPTO_HASH_SIZE])
{
	uint64_t numbers[] = {
		htobe64((uint64_t)row->seq),
		htobe64((uint64_t)row->at),
		htobe64((uint64_t)row->actor),
		htobe64((uint64_t)row->subject),
	};
	const struct crypto_part parts[] = {
		{ numbers, sizeof(numbers) },
		text_part(row->event),
		text_part(row->service),
		text_part(row->result),
		{ row->commitment, CRYPTO_HASH_SIZE },
		{ row->prev, CRYPTO_HASH_SIZE },
	};

	crypto_chain(parts, COUNT_OF(parts), out);
}

static void side_commitment(const void *salt, const char *source, const char *note,
    unsigned char out[CRYPTO_HASH_SIZE])
{
	const struct crypto_part parts[] = { { salt, SALT_SIZE }, text_part(source),
		text_part(note) };

	crypto_chain(parts, COUNT_OF(parts), out);
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* Whether the entry holds no more than its event may. */
static bool entry_fits(const struct trail_entry *entry, const struct event_rule *rule)
{
	unsigned held = (entry->actor ? HOLDS_ACTOR : 0u) |
	    (entry->subject ? HOLDS_SUBJECT : 0u) |
	    (text_or_empty(entry->service)[0] ? HOLDS_SERVICE : 0u) |
	    (text_or_empty(entry->source)[0] ? HOLDS_SOURCE : 0u) |
	    (text_or_empty(entry->note)[0] ? HOLDS_NOTE : 0u);

	return (held & ~rule->fields) == 0;
}

static int append_row(struct txn *txn, const struct chained *row)
{
	unsigned char hash[CRYPTO_HASH_SIZE];

	chained_hash(row, hash);
	return sql_change(txn, "INSERT INTO trail VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    "iitiittbbb", row->seq, row->at, row->event, row->actor, row->subject, row->service,
	    row->result, (struct sql_blob){ row->commitment, CRYPTO_HASH_SIZE },
	    (struct sql_blob){ row->prev, CRYPTO_HASH_SIZE },
	    (struct sql_blob){ hash, CRYPTO_HASH_SIZE });
}

static int append_side(struct txn *txn, int64_t seq, const struct trail_entry *entry,
    unsigned char commitment[CRYPTO_HASH_SIZE])
{
	const char *source = text_or_empty(entry->source), *note = text_or_empty(entry->note);
	unsigned char salt[SALT_SIZE];

	crypto_random(salt, sizeof(salt));
	side_commitment(salt, source, note, commitment);
	if (!source[0] && !note[0])
		return 0; /* nothing to erase later */
	return sql_change(txn, "INSERT INTO trail_side VALUES (?, ?, ?, ?)", "ibtt", seq,
	    (struct sql_blob){ salt, sizeof(salt) }, source, note);
}

static int tell(struct txn *txn, int64_t seq, const struct event_rule *rule, int64_t subject)
{
	if (!rule->told)
		return 0;
	return sql_change(txn,
	    "INSERT INTO outbox (seq, event, told, subject, made_at) VALUES (?, ?, ?, ?, ?)",
	    "itiii", seq, rule->name, (int64_t)rule->told, subject, txn->now);
}

int trail_append(struct txn *txn, const struct trail_entry *entry)
{
	const struct event_rule *rule = event_rule(entry->event);
	struct chained row = {
		.seq = 0,
		.at = txn->now,
		.actor = entry->actor,
		.subject = entry->subject,
		.event = rule->name,
		.service = text_or_empty(entry->service),
		.result = text_or_empty(entry->result),
	};
	int rc = entry_fits(entry, rule) ? trail_head(txn, &row.seq, row.prev) : -EINVAL;

	if (rc < 0 && rc != -ENOENT)
		return rc;
	row.seq++;
	rc = append_side(txn, row.seq, entry, row.commitment);
	if (rc >= 0)
		rc = append_row(txn, &row);
	if (rc >= 0)
		rc = tell(txn, row.seq, rule, entry->subject);
	if (rc < 0)
		return rc;
	txn->trail_rows++;
	return 0;
}

int trail_next(struct txn *txn, int64_t seq, struct trail_row *ret)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT trail.seq, at, actor, subject, event, service, result, coalesce(source, ''), coalesce(note, '')"
	    " FROM trail LEFT JOIN trail_side ON trail_side.seq = trail.seq WHERE trail.seq > ?"
	    " ORDER BY trail.seq LIMIT 1",
	    "i", seq);
	int rc = sql_next(row);

	if (rc != 1)
		return rc == 0 ? -ENOENT : rc;
	ret->seq = sqlite3_column_int64(row, 0);
	ret->at = sqlite3_column_int64(row, 1);
	ret->actor = sqlite3_column_int64(row, 2);
	ret->subject = sqlite3_column_int64(row, 3);
	sql_text_column(row, 4, ret->event, sizeof(ret->event));
	sql_text_column(row, 5, ret->service, sizeof(ret->service));
	sql_text_column(row, 6, ret->result, sizeof(ret->result));
	sql_text_column(row, 7, ret->source, sizeof(ret->source));
	sql_text_column(row, 8, ret->note, sizeof(ret->note));
	return 0;
}

static const char *column_text(sqlite3_stmt *row, int column)
{
	return text_or_empty((const char *)sqlite3_column_text(row, column));
}

/* A NUL inside a text would hide from the hash what follows it. */
static bool texts_are_whole(sqlite3_stmt *row)
{
	static const int columns[] = { 2, 5, 6, 11, 12 };

	for (size_t i = 0; i < COUNT_OF(columns); i++)
		if (strlen(column_text(row, columns[i])) !=
		    (size_t)sqlite3_column_bytes(row, columns[i]))
			return false;
	return true;
}

/* Whether this row follows prev and says what it committed to. An erased side cannot be held against it. */
static bool row_fits(sqlite3_stmt *row, int64_t seq, const unsigned char prev[CRYPTO_HASH_SIZE],
    unsigned char ret_hash[CRYPTO_HASH_SIZE])
{
	struct chained chained = {
		.seq = sqlite3_column_int64(row, 0),
		.at = sqlite3_column_int64(row, 1),
		.actor = sqlite3_column_int64(row, 3),
		.subject = sqlite3_column_int64(row, 4),
		.event = column_text(row, 2),
		.service = column_text(row, 5),
		.result = column_text(row, 6),
	};
	unsigned char stored[CRYPTO_HASH_SIZE], salt[SALT_SIZE], commitment[CRYPTO_HASH_SIZE];

	if (chained.seq != seq || !texts_are_whole(row) ||
	    sql_blob_column(row, 7, chained.commitment, CRYPTO_HASH_SIZE) < 0 ||
	    sql_blob_column(row, 8, chained.prev, CRYPTO_HASH_SIZE) < 0 ||
	    sql_blob_column(row, 9, stored, sizeof(stored)) < 0 ||
	    memcmp(chained.prev, prev, CRYPTO_HASH_SIZE) != 0)
		return false;
	chained_hash(&chained, ret_hash); /* which may be prev itself */
	if (memcmp(stored, ret_hash, sizeof(stored)) != 0)
		return false;
	if (sqlite3_column_type(row, 10) == SQLITE_NULL)
		return true;
	if (sql_blob_column(row, 10, salt, sizeof(salt)) < 0)
		return false;
	side_commitment(salt, column_text(row, 11), column_text(row, 12), commitment);
	return memcmp(commitment, chained.commitment, sizeof(commitment)) == 0;
}

int trail_verify(struct txn *txn, struct trail_proof *ret)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT trail.seq, at, event, actor, subject, service, result, commitment, prev, hash, salt, source, note"
	    " FROM trail LEFT JOIN trail_side ON trail_side.seq = trail.seq ORDER BY trail.seq",
	    "");
	unsigned char prev[CRYPTO_HASH_SIZE] = { 0 };
	struct trail_proof proof = { 0 };
	int rc;

	while ((rc = sql_next(row)) == 1 && proof.broken_at == 0) {
		proof.rows++;
		if (!row_fits(row, proof.rows, prev, prev))
			proof.broken_at = proof.rows;
	}
	if (rc < 0)
		return rc;
	*ret = proof;
	return 0;
}

static int hash_of(sqlite3_stmt *row, int64_t *ret_seq, unsigned char ret_hash[CRYPTO_HASH_SIZE])
{
	int rc = sql_next(row);

	if (rc != 1)
		return rc == 0 ? -ENOENT : rc;
	*ret_seq = sqlite3_column_int64(row, 0);
	return sql_blob_column(row, 1, ret_hash, CRYPTO_HASH_SIZE);
}

int trail_head(struct txn *txn, int64_t *ret_seq, unsigned char ret_hash[CRYPTO_HASH_SIZE])
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1", "");

	memset(ret_hash, 0, CRYPTO_HASH_SIZE);
	return hash_of(row, ret_seq, ret_hash);
}

int trail_hash(struct txn *txn, int64_t seq, unsigned char ret[CRYPTO_HASH_SIZE])
{
	auto_sql sqlite3_stmt *row = sql_start(txn, "SELECT seq, hash FROM trail WHERE seq = ?",
	    "i", seq);

	return hash_of(row, &seq, ret);
}

/* The last row up to which all rows after mark, TRAIL_RETAIN_ROWS at most, are older than cutoff. */
static int old_until(struct txn *txn, int64_t mark, int64_t cutoff, int64_t *ret)
{
	return sql_number(txn, ret,
	    "WITH next AS (SELECT seq, at FROM trail WHERE seq > ?1 ORDER BY seq LIMIT ?3)"
	    " SELECT coalesce((SELECT min(seq) - 1 FROM next WHERE at >= ?2), (SELECT max(seq) FROM next), ?1)",
	    "iii", mark, cutoff, (int64_t)TRAIL_RETAIN_ROWS);
}

static int erase_sides(struct txn *txn, enum retention class, int64_t after, int64_t until)
{
	int rc = 0;

	for (int event = 1; event < EVENT_COUNT && rc >= 0; event++) {
		const struct event_rule *rule = event_rule((enum event)event);

		if (rule->retention == class)
			rc = sql_change(txn,
			    "DELETE FROM trail_side WHERE seq > ?1 AND seq <= ?2 AND seq IN"
			    " (SELECT seq FROM trail WHERE seq > ?1 AND seq <= ?2 AND event = ?3)",
			    "iit", after, until, rule->name);
	}
	return rc;
}

static int retain_class(struct txn *txn, enum retention class, int64_t kept_s)
{
	static const char *const marks[] = { "retained-routine", "retained-privileged",
		"retained-emergency" };
	int64_t mark = 0, until = 0;
	int rc = sql_number(txn, &mark,
	    "SELECT coalesce(max(value), 0) FROM note_of_state WHERE name = ?", "t",
	    marks[class]);

	if (rc == 0)
		rc = old_until(txn, mark, txn->now - kept_s, &until);
	if (rc < 0 || until <= mark)
		return rc;
	rc = erase_sides(txn, class, mark, until);
	if (rc >= 0)
		rc = sql_change(txn, "INSERT OR REPLACE INTO note_of_state VALUES (?, ?)", "ti",
		    marks[class], until);
	return rc;
}

int trail_retain(struct txn *txn, const int64_t retention_s[3])
{
	int rc = 0;

	for (int class = 0; class < 3 && rc >= 0; class ++)
		rc = retain_class(txn, (enum retention) class, retention_s[class]);
	if (rc >= 0)
		rc = sql_change(txn, "DELETE FROM outbox WHERE made_at < ?", "i",
		    txn->now - retention_s[RETENTION_PRIVILEGED]);
	return rc < 0 ? rc : 0;
}
