#ifndef SLUISD_DAEMON_H
#define SLUISD_DAEMON_H

#include "base/passwd_cache.h"
#include "config/config.h"
#include "policy/event.h"
#include "policy/login.h"
#include "policy/source.h"
#include "server/server.h"
#include "store/attempt.h"
#include "store/store.h"
#include "store/trail.h"

#include <pthread.h>

/* What every answer works with. */
struct daemon {
	pthread_rwlock_t config_lock; /* read while answering, written by a reload */
	struct config *config;
	struct passwd_cache *accounts;
	struct keys *keys;
	struct keys *stranger_keys; /* for names of nobody; dropped daily */
	struct store *store;
	struct server *server;
	int listener;
};

/* The daemon of a request, its configuration held still until the variable goes out of scope. */
struct daemon *daemon_enter(const struct request *request);
void daemon_leave(struct daemon **daemon);
#define auto_daemon __attribute__((cleanup(daemon_leave)))

/* THE call table: calls.c. */
extern const struct call daemon_calls[];
extern const size_t daemon_call_count;

/* Who a question is about and where it comes from, worked out once for the answer. */
struct subject {
	int fault;  /* whether one exists could not be found out: -errno, else 0 */
	bool known; /* a local account of that name exists */
	char name[PROTO_TEXT_SIZE];     /* of the account; empty when there is none */
	char identity[PROTO_TEXT_SIZE]; /* "local:UID:NAME" */
	int64_t uid;
	unsigned roles;
	bool enforce, required; /* mode and demand for this person and service */
	enum login_asks asks;
	struct login_prompts prompts;
	bool root_on_console;
	bool publickey;
	struct source source;
	char shown_source[SOURCE_SIZE]; /* as the trail may hold it */
	unsigned char source_hash[CRYPTO_HASH_SIZE];
	char service[PROTO_WORD_SIZE];
	int64_t peer;
};

/* Fills subject from the question's origin. An unknown name is no error; fault says what is one. */
void subject_from(struct daemon *daemon, const struct peer *peer, const struct origin *origin,
    struct subject *ret);

/*
 * The person who acts: for uid 0 the login uid that it names, else the peer's own account.
 * PERSON_NOBODY when there is no such account.
 */
int actor_person(struct txn *txn, struct daemon *daemon, const struct peer *peer,
    const struct origin *origin, int64_t *ret);

/* The hooks of the gate: server/server.h. */
void daemon_facts(void *context, const struct peer *peer, const struct origin *origin,
    struct gate_facts *ret);
bool daemon_knows_uid(void *context, uid_t uid);
int daemon_record_first(void *context, struct request *request);

/* An unknown name for the trail's note: a hash under a key that is gone tomorrow. */
void stranger_note(const struct daemon *daemon, const char *name, char *out, size_t size);

struct attempt_limits daemon_attempt_limits(const struct config *config);

/* How an act's failure is told: the verdict for -errno. The fault is logged once, here. */
enum verdict daemon_fault(const char *what, int error);

#endif
