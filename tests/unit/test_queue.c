#include "base/attributes.h"
#include "base/clock.h"
#include "server/request.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static struct queue *queue;

static void set_up(void)
{
	cr_assert_eq(queue_make(&queue), 0);
}

/* Ends the queue as the server does: nothing is left in it. */
static void tear_down(void)
{
	struct request *request;

	queue_close(queue);
	while ((request = queue_take(queue)))
		queue_done(queue, request, ANSWER_DONE);
	queue_free(queue);
}

TestSuite(queue, .init = set_up, .fini = tear_down);

static struct request *question(uid_t uid, const char *user, const char *rhost)
{
	struct request *request = calloc(1, sizeof(*request));

	cr_assert(request);
	request->fd = -1;
	request->kind = ASK_OPEN;
	request->peer.uid = uid;
	request->peer.counted_as = uid;
	request->arrived_ms = clock_monotonic_ms();
	(void)text_copy(request->question.ask_open.who.user, PROTO_TEXT_SIZE, user);
	(void)text_copy(request->question.ask_open.who.rhost, PROTO_TEXT_SIZE, rhost);
	return request;
}

/* Puts a question that must be taken in. */
static struct request *put(uid_t uid, const char *user, const char *rhost)
{
	struct request *request = question(uid, user, rhost);

	cr_assert_eq(queue_put(queue, request), 0);
	return request;
}

static void expect_no_room(uid_t uid, const char *user)
{
	struct request *request = question(uid, user, "");

	cr_expect_eq(queue_put(queue, request), -EBUSY);
	free(request);
}

/* Something that can always start is behind the rest: taking it shows that nothing before it may. */
static void expect_only_this_may_start(struct request *marker)
{
	cr_expect_eq(queue_take(queue), marker);
	queue_done(queue, marker, ANSWER_DONE);
}

Test(queue, gives_the_oldest_first)
{
	struct request *first = put(0, "a", ""), *second = put(0, "b", ""), *third = put(0, "c", "");

	cr_expect_eq(queue_take(queue), first);
	cr_expect_eq(queue_take(queue), second);
	cr_expect_eq(queue_take(queue), third);
	queue_done(queue, second, ANSWER_DONE);
	queue_done(queue, first, ANSWER_DONE);
	queue_done(queue, third, ANSWER_DONE);
}

Test(queue, gives_one_plain_uid_few_workers)
{
	struct request *busy[SERVER_UID_WORKERS], *next;

	for (size_t i = 0; i < COUNT_OF(busy); i++)
		(void)put(1000, "x", "");
	next = put(1000, "x", "");
	for (size_t i = 0; i < COUNT_OF(busy); i++)
		busy[i] = queue_take(queue);
	expect_only_this_may_start(put(1001, "y", ""));
	expect_only_this_may_start(put(0, "z", ""));
	queue_done(queue, busy[0], ANSWER_DONE);
	cr_expect_eq(queue_take(queue), next, "once one is free");
	queue_done(queue, next, ANSWER_DONE);
	queue_done(queue, busy[1], ANSWER_DONE);
}

Test(queue, gives_all_plain_peers_together_a_part_of_the_workers)
{
	struct request *busy[SERVER_PLAIN_WORKERS];
	uid_t uid = 1000;

	for (size_t i = 0; i < COUNT_OF(busy); i++) {
		(void)put(uid++, "x", "");
		busy[i] = queue_take(queue);
		if (i % SERVER_KEY_WORKERS == SERVER_KEY_WORKERS - 1)
			uid += 10;
		(void)text_copy(busy[i]->question.ask_open.who.user, PROTO_TEXT_SIZE, i % 2 ? "odd" : "even");
	}
	(void)put(uid, "new", "");
	expect_only_this_may_start(put(0, "root's", ""));
	for (size_t i = 0; i < COUNT_OF(busy); i++)
		queue_done(queue, busy[i], ANSWER_DONE);
}

Test(queue, gives_one_user_and_source_few_workers_even_of_root)
{
	struct request *busy[SERVER_KEY_WORKERS], *next;

	for (size_t i = 0; i < COUNT_OF(busy); i++)
		(void)put(0, "jan", "192.0.2.7");
	next = put(0, "jan", "192.0.2.7");
	for (size_t i = 0; i < COUNT_OF(busy); i++)
		busy[i] = queue_take(queue);
	expect_only_this_may_start(put(0, "jan", "192.0.2.8"));
	expect_only_this_may_start(put(0, "piet", "192.0.2.7"));
	queue_done(queue, busy[2], ANSWER_DONE);
	cr_expect_eq(queue_take(queue), next);
	queue_done(queue, next, ANSWER_DONE);
	for (size_t i = 0; i < COUNT_OF(busy); i++)
		if (i != 2)
			queue_done(queue, busy[i], ANSWER_DONE);
}

Test(queue, has_room_for_so_many_of_one_plain_uid)
{
	for (int i = 0; i < SERVER_UID_CONNECTIONS; i++)
		(void)put(1000, "x", "");
	expect_no_room(1000, "x");
	(void)put(1001, "x", "");
	(void)put(0, "x", "");
}

Test(queue, has_room_for_so_many_plain_ones_and_always_for_root)
{
	for (uid_t i = 0; i < SERVER_PLAIN_CONNECTIONS; i++)
		(void)put(1000 + i, "x", "");
	expect_no_room(5000, "x");
	for (int i = SERVER_PLAIN_CONNECTIONS; i < SERVER_CONNECTIONS; i++)
		(void)put(0, "x", "");
	expect_no_room(0, "x");
}

Test(queue, counts_parked_ones_as_waiting)
{
	for (int i = 0; i < SERVER_UID_CONNECTIONS; i++) {
		struct request *request = put(1000, "x", "");

		cr_assert_eq(queue_take(queue), request);
		queue_done(queue, request, ANSWER_PARK);
	}
	expect_no_room(1000, "x");
}

Test(queue, parks_until_an_attempt_at_that_user_closes)
{
	struct request *parked = put(0, "jan", "");

	cr_assert_eq(queue_take(queue), parked);
	queue_done(queue, parked, ANSWER_PARK);
	expect_only_this_may_start(put(0, "x", ""));
	queue_wake(queue, "piet");
	queue_wake(queue, "ja");
	queue_wake(queue, NULL);
	expect_only_this_may_start(put(0, "x", ""));
	queue_wake(queue, "jan");
	cr_assert_eq(queue_take(queue), parked);
	cr_expect_not(request_has_waited(parked));
	queue_done(queue, parked, ANSWER_PARK);
	queue_wake(queue, "jan");
	cr_assert_eq(queue_take(queue), parked, "and may park again");
	queue_done(queue, parked, ANSWER_DONE);
}

Test(queue, parks_no_longer_than_it_may)
{
	struct request *parked = put(0, "jan", ""), *recent = put(0, "piet", "");

	cr_assert_eq(queue_take(queue), parked);
	queue_done(queue, parked, ANSWER_PARK);
	cr_assert_eq(queue_take(queue), recent);
	queue_done(queue, recent, ANSWER_PARK);
	parked->arrived_ms -= SERVER_PARK_MS;
	queue_wake(queue, NULL);
	cr_assert_eq(queue_take(queue), parked);
	cr_expect(request_has_waited(parked));
	queue_done(queue, parked, ANSWER_PARK);		/* it had its time: gone, and freed */
	expect_only_this_may_start(put(0, "x", ""));
	queue_wake(queue, "jan");
	expect_only_this_may_start(put(0, "x", ""));
}

Test(queue, takes_in_nothing_once_it_is_closed_but_gives_out_the_rest)
{
	struct request *busy = put(0, "a", ""), *parked = put(0, "b", ""), *ready;

	cr_assert_eq(queue_take(queue), busy);
	cr_assert_eq(queue_take(queue), parked);
	queue_done(queue, parked, ANSWER_PARK);
	ready = put(0, "c", "");
	queue_close(queue);
	expect_no_room(0, "d");
	cr_assert_eq(queue_take(queue), ready);
	cr_assert_eq(queue_take(queue), parked);
	cr_expect(request_has_waited(parked));
	queue_done(queue, ready, ANSWER_DONE);
	queue_done(queue, parked, ANSWER_DONE);
	queue_done(queue, busy, ANSWER_PARK);		/* too late to park: once more, at once */
	cr_assert_eq(queue_take(queue), busy);
	cr_expect(request_has_waited(busy));
	queue_done(queue, busy, ANSWER_DONE);
	cr_expect_null(queue_take(queue));
}

static atomic_bool all_given;

/* Takes what may be answered until all was given and nothing is left. */
static void *worker(void *argument)
{
	int *done = argument;

	while (!atomic_load(&all_given) || !queue_is_empty(queue)) {
		struct request *request = queue_take(queue);

		if (!request) {
			(void)sched_yield();
			continue;
		}
		(void)queue_done(queue, request, ANSWER_DONE);
		(*done)++;
	}
	return NULL;
}

Test(queue, gives_each_question_to_one_worker)
{
	enum { WORKERS = 8, ROUNDS = 2000 };
	pthread_t threads[WORKERS];
	int done[WORKERS] = { 0 }, total = 0, given = 0;

	for (int i = 0; i < WORKERS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, worker, &done[i]), 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct request *request = question(i % 3 ? 1000 : 0, i % 2 ? "jan" : "piet", "");

		if (queue_put(queue, request) == 0)
			given++;
		else
			free(request);
	}
	atomic_store(&all_given, true);
	for (int i = 0; i < WORKERS; i++) {
		cr_assert_eq(pthread_join(threads[i], NULL), 0);
		total += done[i];
	}
	cr_expect_eq(total, given);
	cr_expect_gt(given, 0);
}
