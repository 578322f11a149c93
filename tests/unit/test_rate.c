#include "server/rate.h"

#include <criterion/criterion.h>

Test(rate, counts_each_uid_by_the_minute)
{
	struct rate *rate = NULL;

	cr_assert_eq(rate_make(&rate), 0);
	for (int i = 0; i < 5; i++)
		cr_expect(rate_take(rate, 1000, 5, 59999));
	cr_expect_not(rate_take(rate, 1000, 5, 59999), "the sixth of its minute");
	cr_expect(rate_take(rate, 1001, 5, 59999), "another uid");
	cr_expect(rate_take(rate, 1000, 5, 60000), "the next minute");
	rate_free(rate);
}

Test(rate, refuses_more_uids_than_it_can_count)
{
	struct rate *rate = NULL;

	cr_assert_eq(rate_make(&rate), 0);
	for (uid_t uid = 1; uid <= RATE_UIDS; uid++)
		cr_assert(rate_take(rate, uid, 1, 0));
	cr_expect_not(rate_take(rate, RATE_UIDS + 1, 1, 0));
	cr_expect(rate_take(rate, RATE_UIDS + 1, 1, 60000), "they are forgotten with their minute");
	rate_free(rate);
}
