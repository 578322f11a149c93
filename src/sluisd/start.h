#ifndef SLUISD_START_H
#define SLUISD_START_H

#include "sluisd/daemon.h"

/*
 * The boot order: harden the process, read the key, open the state, listen, let workers in. What fails
 * is logged. Returns 0 or -errno; daemon_stop() is due in both cases.
 */
int daemon_start(struct daemon *daemon);

/* The reverse: answers what was asked, commits what is queued, wipes the keys. */
void daemon_stop(struct daemon *daemon);

#endif
