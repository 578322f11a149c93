#include "store/token.h"

#include "base/limits.h"
#include "store/block.h"
#include "store/sql.h"

#include <errno.h>
#include <string.h>

enum {
	DISTRUST_STEPS = LIMIT_WINDOW_STEPS + LIMIT_DRIFT_STEPS +
	    1, /* what a code of now may burn, and the next */
};

void token_wipe(struct token *token)
{
	explicit_bzero(token, sizeof(*token));
}

int token_offer(struct txn *txn, struct token *token)
{
	unsigned char sealed[SECRET_MAX + CRYPTO_SEAL_EXTRA];
	int rc = sql_change(txn, "DELETE FROM token WHERE person = ? AND state = 'offered'",
	    "i", token->person);

	if (rc < 0)
		return rc;
	token->id = crypto_random_id();
	token->made_at = txn->now;
	crypto_seal(txn->keys, CRYPTO_TOKEN, token->id, token->secret.bytes, token->secret.len,
	    sealed);
	rc = sql_change(txn,
	    "INSERT INTO token (id, person, kind, label, state, sealed, algorithm, digits, period, made_by, made_at)"
	    " VALUES (?, ?, ?, ?, 'offered', ?, ?, ?, ?, ?, ?)",
	    "iittbtiiii", token->id, token->person, token->kind, token->label,
	    (struct sql_blob){ sealed, token->secret.len + CRYPTO_SEAL_EXTRA },
	    token->algorithm, token->digits, token->period_s, token->made_by, token->made_at);
	return rc < 0 ? rc : 0;
}

#define TOKEN_COLUMNS \
	"id, person, kind, label, sealed, algorithm, digits, period, step, drift, tries, made_by, made_at, used_at"

static int token_unseal(struct txn *txn, sqlite3_stmt *row, struct token *ret)
{
	int size = sqlite3_column_bytes(row, 4);

	if (size < CRYPTO_SEAL_EXTRA || size > SECRET_MAX + CRYPTO_SEAL_EXTRA)
		return -EBADMSG;
	ret->secret.len = (size_t)size - CRYPTO_SEAL_EXTRA;
	return crypto_unseal(txn->keys, CRYPTO_TOKEN, ret->id, sqlite3_column_blob(row, 4),
	    (size_t)size, ret->secret.bytes);
}

static int token_row(struct txn *txn, sqlite3_stmt *row, struct token *ret)
{
	int rc = sql_next(row);

	token_wipe(ret);
	if (rc != 1)
		return rc == 0 ? -ENOENT : rc;
	ret->id = sqlite3_column_int64(row, 0);
	ret->person = sqlite3_column_int64(row, 1);
	sql_text_column(row, 2, ret->kind, sizeof(ret->kind));
	sql_text_column(row, 3, ret->label, sizeof(ret->label));
	sql_text_column(row, 5, ret->algorithm, sizeof(ret->algorithm));
	ret->digits = sqlite3_column_int64(row, 6);
	ret->period_s = sqlite3_column_int64(row, 7);
	ret->step = sqlite3_column_int64(row, 8);
	ret->drift = sqlite3_column_int64(row, 9);
	ret->tries = sqlite3_column_int64(row, 10);
	ret->made_by = sqlite3_column_int64(row, 11);
	ret->made_at = sqlite3_column_int64(row, 12);
	ret->used_at = sqlite3_column_int64(row, 13);
	return token_unseal(txn, row, ret);
}

int token_offered(struct txn *txn, int64_t id, int64_t person, int64_t made_by,
    struct token *ret)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT " TOKEN_COLUMNS
	    " FROM token WHERE id = ? AND person = ? AND made_by = ? AND state = 'offered'"
	    " AND tries < ? AND made_at > ?",
	    "iiiii", id, person, made_by, (int64_t)TOKEN_TRIES_MAX, txn->now - TOKEN_OFFER_S);

	return token_row(txn, row, ret);
}

int token_offer_failed(struct txn *txn, int64_t id)
{
	int rc = sql_change(txn,
	    "UPDATE token SET tries = tries + 1 WHERE id = ? AND state = 'offered'", "i", id);

	return rc < 0 ? rc : 0;
}

int token_activate(struct txn *txn, int64_t id, int64_t step, int64_t drift)
{
	int rc = sql_change(txn,
	    "UPDATE token SET state = 'active', step = ?, drift = ?, used_at = ? WHERE id = ? AND state = 'offered'",
	    "iiii", step, drift, txn->now, id);

	return rc < 0 ? rc : rc == 1 ? 0 : -ENOENT;
}

int token_active(struct txn *txn, int64_t person, int64_t index, struct token *ret)
{
	auto_sql sqlite3_stmt *row = sql_start(txn,
	    "SELECT " TOKEN_COLUMNS " FROM token WHERE person = ? AND state = 'active'"
	    " ORDER BY made_at, id LIMIT 1 OFFSET ?",
	    "ii", person, index);

	return token_row(txn, row, ret);
}

int token_count(struct txn *txn, int64_t person, int64_t *ret_tokens, int64_t *ret_codes)
{
	int rc = sql_number(txn, ret_tokens,
	    "SELECT count(*) FROM token WHERE person = ? AND state = 'active'", "i", person);

	if (rc == 0)
		rc = sql_number(txn, ret_codes,
		    "SELECT count(*) FROM recovery WHERE person = ? AND used_at = 0", "i",
		    person);
	return rc;
}

/* Every burning is this one condition: the attempt is open, and nothing blocks the person. */
#define MAY_BURN                                                                  \
	" AND EXISTS (SELECT 1 FROM attempt WHERE id = ?1 AND closed_at IS NULL)" \
	" AND NOT EXISTS (SELECT 1 FROM block WHERE block.person = ?2 AND " BLOCK_STANDS("?3") ")"

int token_burn(struct txn *txn, const struct token *token, int64_t step, int64_t drift,
    const struct attempt *attempt)
{
	int rc = sql_change(txn,
	    "UPDATE token SET step = ?4, drift = ?5, used_at = ?3"
	    " WHERE id = ?6 AND person = ?2 AND state = 'active' AND step < ?4" MAY_BURN,
	    "biiiii", (struct sql_blob){ attempt->id, sizeof(attempt->id) }, attempt->person,
	    txn->now, step, drift, token->id);

	return rc < 0 ? rc : rc == 1 ? 0 : -ENOENT;
}

static struct sql_blob recovery_hash(struct txn *txn, int64_t person, const struct secret *code,
    unsigned char out[CRYPTO_HASH_SIZE])
{
	crypto_mac(txn->keys, CRYPTO_RECOVERY, person, code->bytes, code->len, out);
	return (struct sql_blob){ out, CRYPTO_HASH_SIZE };
}

int recovery_replace(struct txn *txn, int64_t person, const struct secret *codes, size_t count)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	int rc = sql_change(txn, "DELETE FROM recovery WHERE person = ?", "i", person);

	for (size_t i = 0; i < count && rc >= 0; i++)
		rc = sql_change(txn,
		    "INSERT INTO recovery (person, code, made_at) VALUES (?, ?, ?)", "ibi",
		    person, recovery_hash(txn, person, &codes[i], hash), txn->now);
	return rc < 0 ? rc : 0;
}

int recovery_burn(struct txn *txn, const struct secret *code, const struct attempt *attempt)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	int rc = sql_change(txn,
	    "UPDATE recovery SET used_at = ?3 WHERE person = ?2 AND code = ?4 AND used_at = 0" MAY_BURN,
	    "biib", (struct sql_blob){ attempt->id, sizeof(attempt->id) }, attempt->person,
	    txn->now, recovery_hash(txn, attempt->person, code, hash));

	return rc < 0 ? rc : rc == 1 ? 0 : -ENOENT;
}

int token_distrust(struct txn *txn)
{
	int rc = sql_change(txn, "UPDATE token SET step = max(step, ? / period + ?)", "ii",
	    txn->now, (int64_t)DISTRUST_STEPS);

	if (rc >= 0)
		rc = sql_change(txn, "UPDATE recovery SET used_at = ? WHERE used_at = 0", "i",
		    txn->now);
	return rc < 0 ? rc : 0;
}
