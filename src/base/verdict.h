#ifndef BASE_VERDICT_H
#define BASE_VERDICT_H

#include <stdint.h>

/*
 * What was ruled. Far apart in bits, so that no flipped bit turns a no into a yes; a zeroed struct
 * means no. «Could not know» (VERDICT_FAULT) is not a no, and never a yes.
 */
enum verdict {
	VERDICT_REFUSE = 0,      /* wrong, unknown or not allowed: never said which */
	VERDICT_ACCEPT = 0x6c59, /* all that was asked is right, and is durably on record */
	VERDICT_GO_ON = 0x1b36, /* nothing ruled yet: the attempt is open, the rest may follow */
	VERDICT_HELD = 0x35a6,  /* refused unjudged: too many failures, a block, a delay */
	VERDICT_USED = 0x2d93,  /* the code is right and was used before */
	VERDICT_UNENROLLED = 0x47e8, /* right so far, but a second factor is demanded and none is enrolled */
	VERDICT_NOT_FOUND = 0x58d1,   /* no such person or thing (said to those who may know) */
	VERDICT_FORBIDDEN = 0x7a0e,   /* the peer may not ask this */
	VERDICT_BAD_REQUEST = 0x0f75, /* the message does not mean anything here */
	VERDICT_FAULT = 0x139b,       /* could not know: try again, or see the log */
};

/* The verdict that a number from the wire stands for, all of it; VERDICT_FAULT for any other. */
enum verdict verdict_read(int64_t number);

/* The word for it, as it stands in the trail and in JSON; "unknown" for any other value. */
const char *verdict_name(int verdict);

#endif
