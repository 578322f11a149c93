#ifndef POLICY_SOURCE_H
#define POLICY_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SOURCE_SIZE = 272, /* a source as text and its NUL */
};

/* Where a login comes from: one value in its several forms. */
struct source {
	bool remote;
	char full[SOURCE_SIZE]; /* "192.0.2.7", "2001:db8::1", "host:NAME", "local:1000", "tty:tty1" */
	char key[SOURCE_SIZE]; /* what is counted by: as full, IPv6 by its /64; kept only as a keyed hash */
};

/* What is known of a login; texts may be anything. */
struct source_facts {
	const char *rhost;
	const char *tty;
	int64_t ruid;      /* real uid of the login program */
	int64_t ruser_uid; /* uid of PAM_RUSER, or -1 */
	int64_t peer_uid;  /* who asks: anybody but root is his own source */
};

/*
 * A remote host if there is one, else the local user who asks, else the terminal. Names of hosts are
 * taken as text: nothing is looked up. ::ffff:a.b.c.d is a.b.c.d.
 */
void source_from(const struct source_facts *facts, struct source *ret);

enum source_detail {
	SOURCE_SHOW_ZONE = 0,  /* "local" or "remote" */
	SOURCE_SHOW_TRUNCATED, /* IPv4 by /24, IPv6 by /48, else as zone */
	SOURCE_SHOW_FULL,
};

/* How the source may stand in the trail. */
void source_show(const struct source *source, enum source_detail detail, char out[SOURCE_SIZE]);

#endif
