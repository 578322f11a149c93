#include "store/block.h"

#include "store/sql.h"

int block_stands(struct txn *txn, int64_t person)
{
	int64_t count = 0;
	int rc = sql_number(txn, &count,
	    "SELECT count(*) FROM block WHERE person = ?1 AND " BLOCK_STANDS("?2"), "ii",
	    person, txn->now);

	return rc < 0 ? rc : count > 0;
}
