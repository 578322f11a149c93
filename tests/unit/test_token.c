#include "tests/support/rig.h"

#include "base/attributes.h"
#include "store/block.h"

#include <errno.h>
#include <pthread.h>

TestSuite(token, .init = rig_make, .fini = rig_done);

enum {
	STEP = RIG_START / 30,
};

struct asked {
	int64_t id, person, made_by, index;
	struct token token;
	int64_t tokens, codes;
};

static int act_offered(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	return token_offered(txn, asked->id, asked->person, asked->made_by, &asked->token);
}

static int act_offer_failed(struct txn *txn, void *argument)
{
	const struct asked *asked = argument;

	return token_offer_failed(txn, asked->id);
}

static int act_active(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	return token_active(txn, asked->person, asked->index, &asked->token);
}

static int act_count(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	return token_count(txn, asked->person, &asked->tokens, &asked->codes);
}

static int offered(const struct token *token)
{
	struct asked asked = { .id = token->id, .person = token->person, .made_by = token->made_by };

	return store_read(rig.store, act_offered, &asked);
}

static int active(int64_t person, int64_t index, struct token *ret)
{
	struct asked asked = { .person = person, .index = index };
	int rc = store_read(rig.store, act_active, &asked);

	*ret = asked.token;
	return rc;
}

static int activate(const struct token *token, int64_t step)
{
	struct rig_burn burn = { .token = *token, .step = step };

	return rig_do(rig_act_activate, &burn);
}

static void expect_count(int64_t person, int64_t tokens, int64_t codes)
{
	struct asked asked = { .person = person };

	cr_assert_eq(store_read(rig.store, act_count, &asked), 0);
	cr_expect_eq(asked.tokens, tokens, "%d tokens", (int)asked.tokens);
	cr_expect_eq(asked.codes, codes, "%d codes", (int)asked.codes);
}

Test(token, is_offered_with_its_secret_to_whom_it_was_made_for)
{
	struct token token = rig_offer(rig_person("jan"));
	struct asked asked = { .id = token.id, .person = token.person, .made_by = 0 };

	cr_assert_eq(store_read(rig.store, act_offered, &asked), 0);
	cr_expect_eq(asked.token.secret.len, 20);
	cr_expect_arr_eq(asked.token.secret.bytes, "12345678901234567890", 20);
	cr_expect_str_eq(asked.token.kind, "totp");
	cr_expect_str_eq(asked.token.label, "phone");
	cr_expect_str_eq(asked.token.algorithm, "sha1");
	cr_expect_eq(asked.token.digits, 6);
	cr_expect_eq(asked.token.period_s, 30);
	cr_expect_eq(asked.token.step, -1);
	cr_expect_eq(asked.token.made_at, RIG_START);
	asked.made_by = 1000;
	cr_expect_eq(store_read(rig.store, act_offered, &asked), -ENOENT, "another peer");
	asked.made_by = 0;
	asked.person = rig_person("piet");
	cr_expect_eq(store_read(rig.store, act_offered, &asked), -ENOENT, "another person");
	expect_count(token.person, 0, 0);
	cr_expect_eq(active(token.person, 0, &asked.token), -ENOENT, "not active yet");
}

Test(token, is_offered_for_so_long_and_so_many_tries)
{
	struct token token = rig_offer(rig_person("jan"));
	struct asked asked = { .id = token.id };

	rig_now = RIG_START + TOKEN_OFFER_S - 1;
	cr_expect_eq(offered(&token), 0);
	rig_now = RIG_START + TOKEN_OFFER_S;
	cr_expect_eq(offered(&token), -ENOENT);
	rig_now = RIG_START;
	for (int i = 1; i <= TOKEN_TRIES_MAX; i++) {
		cr_expect_eq(offered(&token), 0, "before wrong code %d", i);
		cr_assert_eq(rig_do(act_offer_failed, &asked), 0);
	}
	cr_expect_eq(offered(&token), -ENOENT);
}

Test(token, makes_earlier_offers_void)
{
	struct token first = rig_offer(rig_person("jan")), other = rig_offer(rig_person("piet")), second;

	second = rig_offer(first.person);
	cr_expect_eq(offered(&first), -ENOENT);
	cr_expect_eq(activate(&first, STEP), -ENOENT);
	cr_expect_eq(offered(&second), 0);
	cr_expect_eq(offered(&other), 0, "another person's stands");
}

Test(token, becomes_active_once_with_its_first_step_burnt)
{
	struct token token = rig_offer(rig_person("jan")), found;
	struct attempt attempt;

	cr_expect_eq(activate(&token, STEP), 0);
	cr_expect_eq(activate(&token, STEP + 1), -ENOENT);
	cr_expect_eq(offered(&token), -ENOENT);
	cr_assert_eq(active(token.person, 0, &found), 0);
	cr_expect_eq(found.id, token.id);
	cr_expect_eq(found.step, STEP);
	cr_expect_eq(active(token.person, 1, &found), -ENOENT);
	expect_count(token.person, 1, 0);
	attempt = rig_attempt(token.person, "192.0.2.7", 0);
	cr_expect_eq(rig_burn_step(&token, STEP, &attempt), -ENOENT, "the code of the enrolment is no login");
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &attempt), 0);
}

Test(token, keeps_the_order_in_which_they_were_made)
{
	struct token tokens[3], found;

	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		rig_now = RIG_START + (int64_t)i;
		tokens[i] = rig_token(rig_person("jan"), STEP);
	}
	for (size_t i = 0; i < COUNT_OF(tokens); i++) {
		cr_assert_eq(active(tokens[0].person, (int64_t)i, &found), 0);
		cr_expect_eq(found.id, tokens[i].id);
	}
	cr_expect_eq(active(tokens[0].person, 3, &found), -ENOENT);
}

Test(token, burns_each_step_once_and_none_before_it)
{
	struct token token = rig_token(rig_person("jan"), STEP), found;
	struct attempt attempt = rig_attempt(token.person, "192.0.2.7", 0);
	struct rig_burn burn = { .token = token, .attempt = attempt, .step = STEP + 2, .drift = 1 };

	rig_now = RIG_START + 60;
	cr_expect_eq(rig_do(rig_act_burn, &burn), 0);
	cr_expect_eq(rig_burn_step(&token, STEP + 2, &attempt), -ENOENT);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &attempt), -ENOENT);
	cr_expect_eq(rig_burn_step(&token, STEP, &attempt), -ENOENT);
	cr_assert_eq(active(token.person, 0, &found), 0);
	cr_expect_eq(found.step, STEP + 2);
	cr_expect_eq(found.drift, 1);
	cr_expect_eq(found.used_at, RIG_START + 60);
	cr_expect_eq(rig_burn_step(&token, STEP + 3, &attempt), 0);
	rig_reopen();
	cr_expect_eq(rig_burn_step(&token, STEP + 3, &attempt), -ENOENT, "nor after a restart");
}

Test(token, burns_for_an_open_attempt_only)
{
	struct token token = rig_token(rig_person("jan"), STEP);
	struct attempt failed = rig_attempt(token.person, "192.0.2.7", 0), accepted = failed, none = failed;

	cr_assert_eq(rig_do(rig_act_fail, &failed), 0);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &failed), -ENOENT, "closed as a failure");
	accepted = rig_attempt(token.person, "192.0.2.7", 0);
	cr_assert_eq(rig_do(rig_act_accept, &accepted), 0);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &accepted), -ENOENT, "closed with success");
	memset(none.id, 0, sizeof(none.id));
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &none), -ENOENT, "never opened");
	failed = rig_attempt(token.person, "192.0.2.7", 0);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &failed), 0);
}

Test(token, burns_an_active_token_of_that_person_only)
{
	struct token token = rig_token(rig_person("jan"), STEP), offer = rig_offer(token.person);
	struct attempt own = rig_attempt(token.person, "192.0.2.7", 0);
	struct attempt others = rig_attempt(rig_person("piet"), "192.0.2.7", 0);

	cr_expect_eq(rig_burn_step(&token, STEP + 1, &others), -ENOENT);
	cr_expect_eq(rig_burn_step(&offer, STEP + 1, &own), -ENOENT);
	cr_assert_eq(rig_sql("UPDATE token SET state = 'revoked' WHERE state = 'active'"), 1);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &own), -ENOENT);
}

/* A second store on the same database, as a second daemon would have it. */
static struct store *second_store(void)
{
	struct store_setup setup = rig_setup();
	struct store *store;
	enum store_state state;

	cr_assert_eq(store_open(&setup, &store, &state), 0);
	return store;
}

Test(token, burns_once_from_two_stores_on_one_database)
{
	struct token token = rig_token(rig_person("jan"), STEP);
	struct rig_burn burn = { .token = token, .step = STEP + 1, .attempt = rig_attempt(token.person, "x", 0) };
	struct store *second = second_store();

	cr_expect_eq(store_commit(rig.store, TRAIL_NONE, rig_act_burn, &burn), 0);
	cr_expect_eq(store_commit(second, TRAIL_NONE, rig_act_burn, &burn), -ENOENT);
	burn.step++;
	cr_expect_eq(store_commit(second, TRAIL_NONE, rig_act_burn, &burn), 0);
	cr_expect_eq(store_commit(rig.store, TRAIL_NONE, rig_act_burn, &burn), -ENOENT);
	store_close(second);
}

enum {
	THREADS = 32,
	ROUNDS = 20,
};

struct racer {
	pthread_t thread;
	struct store *store;
	store_act *act;
	struct rig_burn burn;
	int result;
};

static pthread_barrier_t start;

static void *race(void *argument)
{
	struct racer *racer = argument;

	(void)pthread_barrier_wait(&start);
	racer->result = store_commit(racer->store, TRAIL_NONE, racer->act, &racer->burn);
	return NULL;
}

/* All racers burn the same at once. Returns how many were told that they did. */
static int run_race(struct racer racers[THREADS])
{
	int won = 0;

	cr_assert_eq(pthread_barrier_init(&start, NULL, THREADS), 0);
	for (int i = 0; i < THREADS; i++)
		cr_assert_eq(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	for (int i = 0; i < THREADS; i++) {
		cr_assert_eq(pthread_join(racers[i].thread, NULL), 0);
		cr_expect(racers[i].result == 0 || racers[i].result == -ENOENT, "%d", racers[i].result);
		won += racers[i].result == 0;
	}
	(void)pthread_barrier_destroy(&start);
	return won;
}

Test(token, burns_once_for_32_threads_of_two_stores_at_once)
{
	static struct racer racers[THREADS];
	struct token token = rig_token(rig_person("jan"), STEP);
	struct store *second = second_store();

	for (int i = 0; i < THREADS; i++)
		racers[i] = (struct racer){ .store = i % 2 ? second : rig.store, .act = rig_act_burn,
			.burn = { .token = token, .attempt = rig_attempt(token.person, "192.0.2.7", 0) } };
	for (int round = 1; round <= ROUNDS; round++) {
		for (int i = 0; i < THREADS; i++)
			racers[i].burn.step = STEP + round;
		cr_expect_eq(run_race(racers), 1, "round %d", round);
	}
	store_close(second);
}

static struct secret code_of(int index)
{
	struct secret code;
	char text[17];

	(void)snprintf(text, sizeof(text), "ABCDEFGHIJKLMN%02d", index);
	cr_assert_eq(secret_set(&code, text, 16), 0);
	return code;
}

enum {
	CODES = 10,
};

static int act_replace(struct txn *txn, void *argument)
{
	const int64_t *person = argument;
	struct secret codes[CODES];

	for (int i = 0; i < CODES; i++)
		codes[i] = code_of(i);
	return recovery_replace(txn, *person, codes, CODES);
}

static int burn_code(int index, const struct attempt *attempt)
{
	struct rig_burn burn = { .code = code_of(index), .attempt = *attempt };

	return rig_do(rig_act_burn_code, &burn);
}

Test(token, has_recovery_codes_that_are_good_once)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct attempt attempt = rig_attempt(jan, "192.0.2.7", 0), others = rig_attempt(piet, "192.0.2.7", 0);

	cr_assert_eq(rig_do(act_replace, &jan), 0);
	expect_count(jan, 0, CODES);
	cr_expect_eq(burn_code(3, &others), -ENOENT, "another person's");
	cr_expect_eq(burn_code(CODES, &attempt), -ENOENT, "none of his");
	cr_expect_eq(burn_code(3, &attempt), 0);
	cr_expect_eq(burn_code(3, &attempt), -ENOENT);
	expect_count(jan, 0, CODES - 1);
	rig_reopen();
	cr_expect_eq(burn_code(3, &attempt), -ENOENT);
	cr_expect_eq(burn_code(4, &attempt), 0);
	cr_assert_eq(rig_do(rig_act_fail, &attempt), 0);
	cr_expect_eq(burn_code(5, &attempt), -ENOENT, "the attempt is closed");
	cr_assert_eq(rig_do(act_replace, &jan), 0);
	expect_count(jan, 0, CODES);
	expect_count(piet, 0, 0);
}

Test(token, burns_a_recovery_code_once_for_32_threads_at_once)
{
	static struct racer racers[THREADS];
	int64_t jan = rig_person("jan");

	cr_assert_eq(rig_do(act_replace, &jan), 0);
	for (int i = 0; i < THREADS; i++)
		racers[i] = (struct racer){ .store = rig.store, .act = rig_act_burn_code,
			.burn = { .attempt = rig_attempt(jan, "192.0.2.7", 0) } };
	for (int round = 0; round < CODES; round++) {
		for (int i = 0; i < THREADS; i++)
			racers[i].burn.code = code_of(round);
		cr_expect_eq(run_race(racers), 1, "round %d", round);
	}
}

Test(token, keeps_no_secret_and_no_recovery_code_as_it_is)
{
	static const char *const files[] = { "state.db", "state.db-wal" };
	enum { SIZE = 8 << 20 };
	int64_t jan = rig_person("jan");
	char *bytes = malloc(SIZE);

	cr_assert(bytes);
	(void)rig_token(jan, STEP);
	cr_assert_eq(rig_do(act_replace, &jan), 0);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		size_t size = scratch_read(&rig.folder, files[i], bytes, SIZE);

		cr_expect_null(memmem(bytes, size, "1234567890", 10), "%s", files[i]);
		cr_expect_null(memmem(bytes, size, "ABCDEFGHIJ", 10), "%s", files[i]);
	}
	free(bytes);
}

Test(token, is_refused_with_a_seal_that_was_moved_or_broken)
{
	struct token one = rig_token(rig_person("jan"), STEP), other = rig_token(rig_person("piet"), STEP), found;
	static const struct token blank;
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "UPDATE token SET sealed = (SELECT sealed FROM token WHERE id = %lld) WHERE id = %lld",
	    (long long)other.id, (long long)one.id);
	cr_assert_eq(rig_sql(sql), 1);
	cr_expect_eq(active(one.person, 0, &found), -EBADMSG);
	cr_expect_eq(active(other.person, 0, &found), 0);
	cr_assert_eq(rig_sql("UPDATE token SET sealed = x'00'"), 2);
	cr_expect_eq(active(other.person, 0, &found), -EBADMSG);
	cr_assert_eq(rig_sql("UPDATE token SET sealed = zeroblob(10000)"), 2);
	cr_expect_eq(active(other.person, 0, &found), -EBADMSG);
	token_wipe(&found);
	cr_expect_arr_eq(&found, &blank, sizeof(found));
}

struct block_case {
	const char *values;	/* scope, reason, actor, from_at, until_at, lifted_at */
	bool stands;
};

static const struct block_case blocks[] = {
	{ "'full', 'misuse', 0, 1800000000, NULL, NULL", true },
	{ "'full', 'misuse', 0, 0, NULL, NULL", true },
	{ "'full', 'misuse', 0, 1800000001, NULL, NULL", false },		/* not yet */
	{ "'full', 'misuse', 0, 0, 1800000001, NULL", true },			/* its last second */
	{ "'full', 'misuse', 0, 0, 1800000000, NULL", false },			/* over */
	{ "'full', 'misuse', 0, 0, NULL, 1799999999", false },			/* lifted */
	{ "'remote', 'misuse', 0, 0, NULL, NULL", false },			/* not all of it */
	{ "'service:sshd', 'misuse', 0, 0, NULL, NULL", false },
	{ "'full', 'absence', 0, 0, NULL, NULL", true },
	{ "'full', 'failures', 0, 0, NULL, NULL", true },
};

static int act_block_stands(struct txn *txn, void *argument)
{
	const int64_t *person = argument;

	return block_stands(txn, *person);
}

static void insert(const char *table, int64_t person, const char *values)
{
	char sql[512];

	(void)snprintf(sql, sizeof(sql), "DELETE FROM %.*s; INSERT INTO %s VALUES (%lld, %s)",
	    (int)strcspn(table, " "), table, table, (long long)person, values);
	cr_assert_eq(rig_sql(sql), 1);
}

static void insert_block(int64_t person, const char *values)
{
	insert("block (person, scope, reason, actor, from_at, until_at, lifted_at)", person, values);
}

Test(token, burns_nothing_while_a_block_stands)
{
	struct token token = rig_token(rig_person("jan"), STEP);
	struct attempt attempt = rig_attempt(token.person, "192.0.2.7", 0);
	int64_t step = STEP;

	for (size_t i = 0; i < COUNT_OF(blocks); i++) {
		cr_assert_eq(rig_do(act_replace, &token.person), 0);
		insert_block(token.person, blocks[i].values);
		cr_expect_eq(store_read(rig.store, act_block_stands, &token.person), blocks[i].stands, "case %zu", i);
		cr_expect_eq(rig_burn_step(&token, ++step, &attempt), blocks[i].stands ? -ENOENT : 0, "case %zu", i);
		cr_expect_eq(burn_code(0, &attempt), blocks[i].stands ? -ENOENT : 0, "case %zu", i);
	}
	insert_block(rig_person("piet"), "'full', 'misuse', 0, 0, NULL, NULL");
	cr_expect_eq(rig_burn_step(&token, ++step, &attempt), 0, "another person's block");
}

Test(token, burns_while_a_live_grant_lifts_an_absence)
{
	static const struct {
		const char *grant;	/* grantee, from_at, until_at, ended_at */
		bool live;
	} grants[] = {
		{ "1, 0, 1900000000, NULL", true },
		{ "1, 1800000000, 1800000001, NULL", true },		/* its first and last second */
		{ "1, 1800000001, 1900000000, NULL", false },
		{ "1, 0, 1800000000, NULL", false },
		{ "1, 0, 1900000000, 1799999999", false },		/* ended */
	};
	struct token token = rig_token(rig_person("jan"), STEP);
	struct attempt attempt = rig_attempt(token.person, "192.0.2.7", 0);
	int64_t step = STEP;

	for (size_t i = 0; i < COUNT_OF(grants); i++) {
		insert("access_grant (target, grantee, from_at, until_at, ended_at)", token.person, grants[i].grant);
		insert_block(token.person, "'full', 'absence', 0, 0, NULL, NULL");
		cr_expect_eq(rig_burn_step(&token, ++step, &attempt), grants[i].live ? 0 : -ENOENT, "grant %zu", i);
		insert_block(token.person, "'full', 'misuse', 0, 0, NULL, NULL");
		cr_expect_eq(rig_burn_step(&token, ++step, &attempt), -ENOENT, "grant %zu lifts an absence only", i);
	}
	insert("access_grant (target, grantee, from_at, until_at, ended_at)", rig_person("piet"), grants[0].grant);
	insert_block(token.person, "'full', 'absence', 0, 0, NULL, NULL");
	cr_expect_eq(rig_burn_step(&token, ++step, &attempt), -ENOENT, "another person's grant");
}

Test(token, is_blocked_by_either_of_two)
{
	struct token token = rig_token(rig_person("jan"), STEP);
	struct attempt attempt = rig_attempt(token.person, "192.0.2.7", 0);
	char sql[512];

	insert_block(token.person, "'full', 'misuse', 0, 0, NULL, 1799999999");
	(void)snprintf(sql, sizeof(sql), "INSERT INTO block (person, scope, reason, actor, from_at)"
	    " VALUES (%lld, 'full', 'order', 0, 0)", (long long)token.person);
	cr_assert_eq(rig_sql(sql), 1);
	cr_expect_eq(rig_burn_step(&token, STEP + 1, &attempt), -ENOENT);
}
