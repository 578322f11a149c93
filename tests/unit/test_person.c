#include "tests/support/rig.h"

#include "base/attributes.h"

#include <errno.h>

TestSuite(person, .init = rig_make, .fini = rig_done);

struct asked {
	const char *identity;
	int64_t id;
	char name[64];
	struct person_login last, before;
};

static int act_find(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	return person_find(txn, asked->identity, &asked->id);
}

static int act_name(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	person_name(txn, asked->id, asked->name, sizeof(asked->name));
	return 0;
}

static int act_login(struct txn *txn, void *argument)
{
	const struct asked *asked = argument;

	return person_add_login(txn, asked->id, "sshd", asked->name);
}

static int act_failure(struct txn *txn, void *argument)
{
	const struct asked *asked = argument;

	return person_add_failure(txn, asked->id);
}

static int act_logins(struct txn *txn, void *argument)
{
	struct asked *asked = argument;

	return person_logins(txn, asked->id, &asked->last, &asked->before);
}

static void expect_name(int64_t person, const char *name)
{
	struct asked asked = { .id = person };

	cr_assert_eq(store_read(rig.store, act_name, &asked), 0);
	cr_expect_str_eq(asked.name, name);
}

Test(person, keeps_its_number)
{
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	struct asked asked = { .identity = "local:1000:jan" };

	cr_expect_neq(jan, piet);
	cr_expect_gt(jan, PERSON_NOBODY);
	cr_expect_eq(rig_person("jan"), jan);
	rig_reopen();
	cr_expect_eq(rig_person("jan"), jan);
	cr_assert_eq(store_read(rig.store, act_find, &asked), 0);
	cr_expect_eq(asked.id, jan);
	asked.identity = "local:1001:jan";
	cr_expect_eq(store_read(rig.store, act_find, &asked), -ENOENT, "another uid, another person");
}

Test(person, has_a_name_until_it_is_erased)
{
	char number[64];
	int64_t jan = rig_person("jan");

	expect_name(jan, "jan");
	expect_name(PERSON_NOBODY, "");
	expect_name(4711, "#4711");
	(void)snprintf(number, sizeof(number), "#%lld", (long long)jan);
	cr_assert_eq(rig_sql("UPDATE person SET name = NULL"), 1);
	expect_name(jan, number);
}

Test(person, does_not_lend_its_name)
{
	char number[64];
	int64_t jan = rig_person("jan"), piet = rig_person("piet");
	char sql[256];

	(void)snprintf(sql, sizeof(sql), "UPDATE person SET name = (SELECT name FROM person WHERE id = %lld) WHERE id = %lld",
	    (long long)jan, (long long)piet);
	cr_assert_eq(rig_sql(sql), 1);
	(void)snprintf(number, sizeof(number), "#%lld", (long long)piet);
	expect_name(piet, number);
	cr_assert_eq(rig_sql("UPDATE person SET name = x'00'"), 2);
	expect_name(piet, number);
}

Test(person, is_not_named_in_the_files)
{
	static const char name[] = "a-name-to-be-searched-for";
	static const char *const files[] = { "state.db", "state.db-wal" };
	enum { SIZE = 8 << 20 };
	char *bytes = malloc(SIZE);

	cr_assert(bytes);
	(void)rig_person(name);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		size_t size = scratch_read(&rig.folder, files[i], bytes, SIZE);

		cr_expect_gt(size, 0);
		cr_expect_null(memmem(bytes, size, name, sizeof(name) - 1), "%s", files[i]);
	}
	free(bytes);
}

Test(person, knows_its_last_two_logins_and_the_failures_between)
{
	struct asked asked = { .id = rig_person("jan"), .name = "local" };

	cr_assert_eq(rig_do(act_failure, &asked), 0);
	rig_now = RIG_START + 1;
	cr_assert_eq(rig_do(act_login, &asked), 0);
	cr_assert_eq(rig_do(act_failure, &asked), 0);
	cr_assert_eq(rig_do(act_failure, &asked), 0);
	rig_now = RIG_START + 2;
	(void)snprintf(asked.name, sizeof(asked.name), "192.0.2.0/24");
	cr_assert_eq(rig_do(act_login, &asked), 0);
	cr_assert_eq(store_read(rig.store, act_logins, &asked), 0);
	cr_expect_eq(asked.last.at, RIG_START + 2);
	cr_expect_str_eq(asked.last.service, "sshd");
	cr_expect_str_eq(asked.last.source, "192.0.2.0/24");
	cr_expect_eq(asked.last.failures, 0);
	cr_expect_eq(asked.before.at, RIG_START + 1);
	cr_expect_str_eq(asked.before.source, "local");
	cr_expect_eq(asked.before.failures, 2, "%d", (int)asked.before.failures);
	asked.id = 4711;
	cr_expect_eq(store_read(rig.store, act_logins, &asked), -ENOENT);
}
