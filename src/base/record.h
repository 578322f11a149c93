#ifndef BASE_RECORD_H
#define BASE_RECORD_H

/* How an act stands in the trail: a column of the call table, kept by the store. */
enum record {
	TRAIL_NONE, /* leaves no row of its own */
	TRAIL_WITH, /* what it changes and its trail row are one commit: a change without a row is undone */
	TRAIL_FIRST, /* the row is durable before the act begins: no record, no act */
};

#endif
