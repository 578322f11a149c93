#include "store/attempt.h"

#include "store/sql.h"
#include "store/trail.h"

#include <errno.h>
#include <string.h>

enum {
	KNOWN_SOURCES_MAX = 3, /* places a person logs in from; the oldest makes room */
};

static struct sql_blob hash_blob(const unsigned char hash[CRYPTO_HASH_SIZE])
{
	return (struct sql_blob){ hash, CRYPTO_HASH_SIZE };
}

static struct sql_blob id_blob(const unsigned char id[ATTEMPT_ID_SIZE])
{
	return (struct sql_blob){ id, ATTEMPT_ID_SIZE };
}

void attempt_source(const struct keys *keys, const char *source_key,
    unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_mac(keys, CRYPTO_SOURCE, 0, source_key, strlen(source_key), out);
}

/* Both tallies come from one shape of query; FROM and WHERE say whose. */
#define TALLY(whose)                                                                          \
	"WITH mine AS (SELECT opened_at, closed_at FROM attempt WHERE person = ?1 AND " whose \
	"),"                                                                                  \
	" newest AS (SELECT coalesce(max(opened_at), 0) AS at FROM mine)"                     \
	" SELECT coalesce(sum(opened_at > ?3 AND closed_at IS NOT NULL), 0),"                 \
	" coalesce(sum(opened_at > ?3 AND closed_at IS NULL), 0),"                            \
	" coalesce(sum(opened_at > newest.at - ?4 AND closed_at IS NOT NULL), 0),"            \
	" coalesce(sum(opened_at > newest.at - ?4 AND closed_at IS NULL), 0), newest.at"      \
	" FROM newest LEFT JOIN mine"

static int tally_row(sqlite3_stmt *row, struct attempt_tally *ret)
{
	int rc = sql_next(row);

	if (rc != 1)
		return rc < 0 ? rc : -EIO;
	ret->now_failed = sqlite3_column_int64(row, 0);
	ret->now_open = sqlite3_column_int64(row, 1);
	ret->last_failed = sqlite3_column_int64(row, 2);
	ret->last_open = sqlite3_column_int64(row, 3);
	ret->newest = sqlite3_column_int64(row, 4);
	return 0;
}

static int source_is_known(struct txn *txn, int64_t person,
    const unsigned char source[CRYPTO_HASH_SIZE], bool *ret)
{
	int64_t count = 0;
	int rc = sql_number(txn, &count,
	    "SELECT count(*) FROM known_source WHERE person = ? AND source = ?", "ib", person,
	    hash_blob(source));

	*ret = count > 0;
	return rc;
}

int attempt_tally(struct txn *txn, int64_t person, const unsigned char source[CRYPTO_HASH_SIZE],
    const struct attempt_limits *limits, struct attempt_record *ret)
{
	auto_sql sqlite3_stmt *here = sql_start(txn, TALLY("source = ?2"), "ibii", person,
	    hash_blob(source), txn->now - limits->window_s, limits->window_s);
	auto_sql sqlite3_stmt *strangers = sql_start(txn, TALLY("known = 0 AND ?2 IS NOT NULL"),
	    "ibii", person, hash_blob(source), txn->now - limits->window_s, limits->window_s);
	int rc = tally_row(here, &ret->here);

	if (rc == 0)
		rc = tally_row(strangers, &ret->strangers);
	if (rc == 0)
		rc = source_is_known(txn, person, source, &ret->known_source);
	return rc;
}

int attempt_open(struct txn *txn, struct attempt *attempt)
{
	int rc;

	crypto_random(attempt->id, sizeof(attempt->id));
	attempt->opened_at = txn->now;
	rc = sql_change(txn,
	    "INSERT INTO attempt (id, person, source, known, peer, service, opened_at)"
	    " VALUES (?, nullif(?, 0), ?, ?, ?, ?, ?)",
	    "bibiiti", id_blob(attempt->id), attempt->person, hash_blob(attempt->source),
	    (int64_t)attempt->known_source, attempt->peer, attempt->service, attempt->opened_at);
	return rc < 0 ? rc : 0;
}

static int attempt_row(sqlite3_stmt *row, struct attempt *ret)
{
	int rc = sql_blob_column(row, 0, ret->id, sizeof(ret->id));

	if (rc == 0)
		rc = sql_blob_column(row, 2, ret->source, sizeof(ret->source));
	ret->person = sqlite3_column_int64(row, 1); /* NULL reads as 0, PERSON_NOBODY */
	ret->known_source = sqlite3_column_int64(row, 3) != 0;
	ret->peer = sqlite3_column_int64(row, 4);
	sql_text_column(row, 5, ret->service, sizeof(ret->service));
	ret->opened_at = sqlite3_column_int64(row, 6);
	return rc;
}

#define ATTEMPT_COLUMNS "id, person, source, known, peer, service, opened_at"

int attempt_find(struct txn *txn, const unsigned char id[ATTEMPT_ID_SIZE], int64_t peer,
    const char *service, struct attempt *ret)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT " ATTEMPT_COLUMNS " FROM attempt"
	    " WHERE id = ? AND peer = ? AND service = ? AND closed_at IS NULL AND opened_at > ?",
	    "biti", id_blob(id), peer, service, txn->now - ATTEMPT_LIFE_S);
	int rc = sql_next(row);

	return rc == 1 ? attempt_row(row, ret) : rc == 0 ? -ENOENT : rc;
}

int attempt_close_failed(struct txn *txn, const struct attempt *attempt)
{
	int rc;

	if (attempt->person == 0) /* nobody's failures count against nobody */
		rc = sql_change(txn, "DELETE FROM attempt WHERE id = ?", "b",
		    id_blob(attempt->id));
	else
		rc = sql_change(txn,
		    "UPDATE attempt SET closed_at = ? WHERE id = ? AND closed_at IS NULL", "ib",
		    txn->now, id_blob(attempt->id));
	return rc < 0 ? rc : rc == 0 ? -ENOENT : 0;
}

static int remember_source(struct txn *txn, const struct attempt *attempt)
{
	int rc = sql_change(txn,
	    "INSERT INTO known_source (person, source, last_at) VALUES (?, ?, ?)"
	    " ON CONFLICT DO UPDATE SET last_at = excluded.last_at",
	    "ibi", attempt->person, hash_blob(attempt->source), txn->now);

	if (rc >= 0)
		rc = sql_change(txn,
		    "DELETE FROM known_source WHERE person = ?1 AND source NOT IN (SELECT source FROM known_source"
		    " WHERE person = ?1 ORDER BY last_at DESC, source = ?3 DESC LIMIT ?2)",
		    "iib", attempt->person, (int64_t)KNOWN_SOURCES_MAX,
		    hash_blob(attempt->source));
	return rc < 0 ? rc : 0;
}

int attempt_close_accepted(struct txn *txn, const struct attempt *attempt, bool with_code)
{
	int rc = sql_change(txn, "DELETE FROM attempt WHERE id = ? AND closed_at IS NULL", "b",
	    id_blob(attempt->id));

	if (rc == 0)
		return -ENOENT;
	if (rc > 0)
		rc = sql_change(txn,
		    "DELETE FROM attempt WHERE person = ? AND source = ? AND peer = ? AND closed_at IS NOT NULL"
		    " AND (? OR service = ?)",
		    "ibiit", attempt->person, hash_blob(attempt->source), attempt->peer,
		    (int64_t)with_code, attempt->service);
	if (rc >= 0 && with_code && attempt->peer == 0)
		rc = remember_source(txn, attempt);
	return rc < 0 ? rc : 0;
}

/* The first of them. -ENOENT: there is none. */
static int find_abandoned(struct txn *txn, int64_t person, int64_t opened_before,
    struct attempt *ret)
{
	auto_sql sqlite3_stmt *row = person == 0 ?
	    sql_start(txn,
		"SELECT " ATTEMPT_COLUMNS
		" FROM attempt WHERE opened_at < ? AND closed_at IS NULL LIMIT 1",
		"i", opened_before) :
	    sql_start(txn,
		"SELECT " ATTEMPT_COLUMNS " FROM attempt"
		" WHERE person = ? AND opened_at < ? AND closed_at IS NULL LIMIT 1",
		"ii", person, opened_before);
	int rc = sql_next(row);

	return rc == 1 ? attempt_row(row, ret) : rc == 0 ? -ENOENT : rc;
}

int attempt_abandon(struct txn *txn, int64_t person, int64_t opened_before)
{
	int count = 0, rc = 0;

	while (count < ATTEMPT_ABANDON_MAX && rc == 0) {
		struct attempt attempt;

		rc = find_abandoned(txn, person, opened_before, &attempt);
		if (rc == 0)
			rc = attempt_close_failed(txn, &attempt);
		if (rc == 0)
			rc = trail_append(txn,
			    &(struct trail_entry){ .event = EVENT_LOGIN_ABANDONED,
				.subject = attempt.person,
				.service = attempt.service,
				.result = "abandoned" });
		count += rc == 0;
	}
	return rc == 0 || rc == -ENOENT ? count : rc;
}

int attempt_forget(struct txn *txn, int64_t opened_before, int64_t source_seen_before)
{
	int rc = sql_change(txn,
	    "DELETE FROM attempt WHERE opened_at < ? AND closed_at IS NOT NULL", "i",
	    opened_before);

	if (rc >= 0)
		rc = sql_change(txn, "DELETE FROM known_source WHERE last_at < ?", "i",
		    source_seen_before);
	return rc < 0 ? rc : 0;
}
