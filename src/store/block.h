#ifndef STORE_BLOCK_H
#define STORE_BLOCK_H

#include "store/store.h"

/*
 * Blocks: records, not flags; the union of those that stand counts. What stands at a time is this one
 * condition, for every query. (A live grant overrides a block for absence only.)
 */
#define BLOCK_STANDS(now)                                                             \
	"block.scope = 'full' AND block.lifted_at IS NULL AND block.from_at <= " now  \
	" AND (block.until_at IS NULL OR block.until_at > " now ")"                   \
	" AND NOT (block.reason = 'absence' AND EXISTS (SELECT 1 FROM access_grant"   \
	" WHERE access_grant.target = block.person AND access_grant.ended_at IS NULL" \
	" AND access_grant.from_at <= " now " AND access_grant.until_at > " now "))"

/* Whether a full block stands against person now. Returns 1, 0 or -errno. */
int block_stands(struct txn *txn, int64_t person);

#endif
