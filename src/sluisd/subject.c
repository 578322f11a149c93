#include "sluisd/daemon.h"

#include "base/log.h"
#include "policy/roles.h"
#include "store/person.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	OVERFLOW_UID = 65534, /* what the kernel says of a peer from another user namespace: nobody's word */
};

static void identity_write(const struct local_account *account, char out[PROTO_TEXT_SIZE])
{
	(void)snprintf(out, PROTO_TEXT_SIZE, "local:%" PRId64 ":%s", (int64_t)account->uid,
	    account->name);
}

static bool in_group(const void *context, const char *group)
{
	return passwd_in_group(context, group);
}

static bool list_has(const struct config_list *list, const struct local_account *account)
{
	for (size_t i = 0; i < list->count; i++)
		if (role_word_matches(list->words[i], account->name, in_group, account))
			return true;
	return false;
}

static unsigned roles_of(const struct config *config, const struct local_account *account)
{
	const struct {
		const struct config_list *list;
		enum role role;
	} rows[] = {
		{ &config->roles.director, ROLE_DIRECTOR },
		{ &config->roles.deputy, ROLE_DEPUTY },
		{ &config->roles.servicedesk, ROLE_SERVICEDESK },
		{ &config->roles.dpo, ROLE_DPO },
		{ &config->roles.ciso, ROLE_CISO },
		{ &config->roles.reviewer, ROLE_REVIEWER },
		{ &config->roles.admin, ROLE_ADMIN },
	};
	unsigned roles = account->uid == 0 ? ROLE_ADMIN : 0;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (list_has(rows[i].list, account))
			roles |= rows[i].role;
	return roles;
}

static bool in_exempt_group(const struct config *config, const struct local_account *account)
{
	for (size_t i = 0; i < config->mfa.exempt_groups.count; i++)
		if (passwd_in_group(account, config->mfa.exempt_groups.words[i]))
			return true;
	return false;
}

/* The mode that binds: a group's before a service's before the general one; of two groups the stricter. */
static bool mode_enforces(const struct config *config, const struct local_account *account,
    const char *service)
{
	int mode = config_map_find(&config->policy.mode_services, service, config->policy.mode);
	int strictest = 0;

	for (size_t i = 0; i < config->policy.mode_groups.count; i++) {
		const struct config_row *row = &config->policy.mode_groups.rows[i];

		if (row->value > strictest && passwd_in_group(account, row->name))
			strictest = row->value;
	}
	return (strictest ? strictest : mode) == MODE_ENFORCE;
}

static enum login_asks asks_of(const struct config *config, const char *service)
{
	switch (config_map_find(&config->mfa.services, service, PROMPTS_BOTH)) {
	case PROMPTS_CODE:
		return ASKS_CODE;
	case PROMPTS_PASSWORD:
		return ASKS_PASSWORD;
	case PROMPTS_SINGLE:
		return ASKS_SINGLE;
	default:
		return ASKS_BOTH;
	}
}

static void account_fill(struct daemon *daemon, const struct origin *origin, struct subject *ret)
{
	const struct config *config = daemon->config;
	struct local_account account;

	int rc = passwd_cache_find(daemon->accounts, origin->user, &account);

	ret->fault = rc == -ENOENT ? 0 : rc;
	if (rc < 0)
		return;
	ret->known = true;
	memcpy(ret->name, account.name, sizeof(account.name));
	identity_write(&account, ret->identity);
	ret->uid = account.uid;
	ret->roles = roles_of(config, &account);
	ret->enforce = mode_enforces(config, &account, origin->service);
	ret->required = config->mfa.required && !in_exempt_group(config, &account);
	ret->root_on_console = account.uid == 0 && ret->peer == 0 &&
	    (origin->flags & LOGIN_CONSOLE);
}

static int64_t uid_of_name(struct daemon *daemon, const char *name)
{
	struct local_account account;

	return name[0] && passwd_cache_find(daemon->accounts, name, &account) == 0 ?
	    (int64_t)account.uid :
	    -1;
}

/* What a peer typed or claimed, fit for one line of the trail. */
static const char *plain(const char *text)
{
	return text_is_plain(text) ? text : "?";
}

/* What can name a file in /etc/pam.d; anything else is a peer's free text, and the trail is no place for it. */
static bool service_is_name(const char *service)
{
	return strspn(service,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
	    strlen(service);
}

static enum source_detail detail_of(const struct config *config)
{
	return config->trail.source == SOURCE_FULL   ? SOURCE_SHOW_FULL :
	    config->trail.source == SOURCE_TRUNCATED ? SOURCE_SHOW_TRUNCATED :
						       SOURCE_SHOW_ZONE;
}

void subject_from(struct daemon *daemon, const struct peer *peer, const struct origin *origin,
    struct subject *ret)
{
	const struct source_facts facts = {
		.rhost = plain(origin->rhost),
		.tty = plain(origin->tty),
		.ruid = origin->ruid,
		.ruser_uid = uid_of_name(daemon, origin->ruser),
		.peer_uid = peer->uid,
	};

	memset(ret, 0, sizeof(*ret));
	ret->peer = peer->uid;
	ret->enforce = ret->required = true;
	ret->asks = asks_of(daemon->config, origin->service);
	ret->publickey = peer->uid == 0 && (origin->flags & LOGIN_PUBLICKEY);
	ret->prompts = login_prompts(ret->asks, ret->publickey);
	account_fill(daemon, origin, ret);
	source_from(&facts, &ret->source);
	source_show(&ret->source, detail_of(daemon->config), ret->shown_source);
	attempt_source(daemon->keys, ret->source.key, ret->source_hash);
	(void)text_copy(ret->service, sizeof(ret->service),
	    service_is_name(origin->service) ? origin->service : "?"); /* of the same size */
}

struct daemon *daemon_enter(const struct request *request)
{
	struct daemon *daemon = request_context(request);

	(void)pthread_rwlock_rdlock(&daemon->config_lock); /* fails only on a deadlock with ourselves */
	return daemon;
}

void daemon_leave(struct daemon **daemon)
{
	(void)pthread_rwlock_unlock(&(*daemon)->config_lock);
}

static void actor_of_uid(struct daemon *daemon, int64_t uid, char identity[PROTO_TEXT_SIZE],
    char name[PROTO_TEXT_SIZE])
{
	struct local_account account;

	identity[0] = name[0] = '\0';
	if (uid < 0 || passwd_cache_find_uid(daemon->accounts, (uid_t)uid, &account) < 0)
		return;
	memcpy(name, account.name, sizeof(account.name));
	identity_write(&account, identity);
}

int actor_person(struct txn *txn, struct daemon *daemon, const struct peer *peer,
    const struct origin *origin, int64_t *ret)
{
	const int64_t unset = (uint32_t)-1; /* a process that nobody logged in to */
	int64_t uid = peer->uid;
	char identity[PROTO_TEXT_SIZE], name[PROTO_TEXT_SIZE];

	if (uid == 0 && origin->ruid >= 0 && origin->ruid != unset)
		uid = origin->ruid;
	actor_of_uid(daemon, uid, identity, name);
	if (!identity[0]) {
		*ret = PERSON_NOBODY;
		return 0;
	}
	return person_get(txn, identity, name, ret);
}

static bool speaks_for_others(const struct config *config, const char *user, const char *service)
{
	for (size_t i = 0; i < config->peers.count; i++) {
		const struct config_peer *row = &config->peers.rows[i];

		for (size_t k = 0; k < row->services.count; k++)
			if (strcmp(row->user, user) == 0 &&
			    strcmp(row->services.words[k], service) == 0)
				return true;
	}
	return false;
}

void daemon_facts(void *context, const struct peer *peer, const struct origin *origin,
    struct gate_facts *ret)
{
	struct daemon *daemon = context;
	struct local_account account;

	*ret = (struct gate_facts){ .peer_uid = peer->uid };
	if (peer->uid == 0 || peer->uid == OVERFLOW_UID ||
	    passwd_cache_find_uid(daemon->accounts, peer->uid, &account) < 0)
		return;
	(void)pthread_rwlock_rdlock(&daemon->config_lock);
	ret->roles = roles_of(daemon->config, &account);
	if (origin) {
		ret->is_self = strcmp(origin->user, account.name) == 0;
		ret->is_peer = speaks_for_others(daemon->config, account.name, origin->service);
	}
	(void)pthread_rwlock_unlock(&daemon->config_lock);
}

bool daemon_knows_uid(void *context, uid_t uid)
{
	struct daemon *daemon = context;
	struct local_account account;

	return passwd_cache_find_uid(daemon->accounts, uid, &account) == 0;
}

void stranger_note(const struct daemon *daemon, const char *name, char *out, size_t size)
{
	unsigned char hash[CRYPTO_HASH_SIZE];
	char hex[2 * CRYPTO_HASH_SIZE + 1];

	crypto_mac(daemon->stranger_keys, CRYPTO_STRANGER, 0, name, strlen(name), hash);
	text_hex(hash, sizeof(hash), hex);
	(void)snprintf(out, size, "unknown name %.16s", hex);
}

struct attempt_limits daemon_attempt_limits(const struct config *config)
{
	return (struct attempt_limits){ .failures = config->lockout.failures,
		.stranger_failures = config->lockout.stranger_failures,
		.window_s = config->lockout.window_s,
		.hold_s = config->lockout.hold_s };
}

enum verdict daemon_fault(const char *what, int error)
{
	log_line(LOG_ERR, "%s: %s", what, strerror(-error));
	return VERDICT_FAULT;
}
