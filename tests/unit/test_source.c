#include "base/attributes.h"
#include "policy/source.h"

#include <criterion/criterion.h>
#include <string.h>

static struct source remote(const char *rhost)
{
	struct source source;

	memset(&source, 0xff, sizeof(source));
	source_from(&(struct source_facts){ .rhost = rhost, .tty = "ssh", .ruser_uid = -1 }, &source);
	return source;
}

Test(source, is_the_remote_address_and_counts_ipv6_by_its_64)
{
	static const struct {
		const char *rhost, *full, *key;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ "255.255.255.255", "255.255.255.255", "255.255.255.255" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:0DB8:0001:0002:0000:0000:0000:0001", "2001:db8:1:2::1", "2001:db8:1:2::/64" },
		{ "::1", "::1", "::/64" },
		{ "::ffff:192.0.2.7", "192.0.2.7", "192.0.2.7" },
		{ "::FFFF:c000:207", "192.0.2.7", "192.0.2.7" },
		{ "::192.0.2.7", "::192.0.2.7", "::/64" },
		{ "64:ff9b::192.0.2.7", "64:ff9b::c000:207", "64:ff9b::/64" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct source source = remote(cases[i].rhost);

		cr_expect(source.remote);
		cr_expect_str_eq(source.full, cases[i].full, "%s: %s", cases[i].rhost, source.full);
		cr_expect_str_eq(source.key, cases[i].key, "%s: %s", cases[i].rhost, source.key);
	}
}

Test(source, takes_a_host_name_as_text)
{
	static const char *const names[] = {
		"pc1.example.org", "UNKNOWN", "192.0.2", "192.0.2.7.", "192.0.2.256", " 192.0.2.7", "192.0.2.7 ",
		"0x7f.1", "fe80::1%eth0", "[::1]", "2001:db8::/64", "1234", "host:x", "local:0", "Ren\xc3\xa9",
		"\x01\xff",
	};
	char full[SOURCE_SIZE];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct source source = remote(names[i]);

		(void)snprintf(full, sizeof(full), "host:%s", names[i]);
		cr_expect(source.remote);
		cr_expect_str_eq(source.full, full);
		cr_expect_str_eq(source.key, full);
	}
}

Test(source, holds_the_longest_host_name_a_message_can_have)
{
	char rhost[256];
	struct source source;

	memset(rhost, 'h', sizeof(rhost) - 1);
	rhost[sizeof(rhost) - 1] = '\0';
	source = remote(rhost);
	cr_expect_eq(strlen(source.full), strlen("host:") + sizeof(rhost) - 1);
	cr_expect_str_eq(source.key, source.full);
}

Test(source, is_local_to_the_first_who_is_known_to_ask)
{
	static const struct {
		struct source_facts facts;
		const char *full;
	} cases[] = {
		{ { "", "tty1", 0, -1, 0 }, "tty:tty1" },
		{ { "", "", 0, -1, 0 }, "tty:" },
		{ { "", "pts/0", 1000, -1, 0 }, "local:1000" },
		{ { "", "pts/0", 1000, 1001, 0 }, "local:1000" },
		{ { "", "pts/0", 0, 1001, 0 }, "local:1001" },
		{ { "", "pts/0", 0, 0, 0 }, "local:0" },
		/* a plain peer is his own source, whatever he says */
		{ { "192.0.2.7", "tty1", 0, -1, 1002 }, "local:1002" },
		{ { "192.0.2.7", "tty1", 1000, 1001, 1002 }, "local:1002" },
		{ { "", "tty1", 0, 0, 4294967294 }, "local:4294967294" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct source source;

		source_from(&cases[i].facts, &source);
		cr_expect_not(source.remote, "case %zu", i);
		cr_expect_str_eq(source.full, cases[i].full, "case %zu: %s", i, source.full);
		cr_expect_str_eq(source.key, cases[i].full, "case %zu: %s", i, source.key);
	}
}

Test(source, prefers_the_remote_host_to_all_local_facts)
{
	struct source source;

	source_from(&(struct source_facts){ "192.0.2.7", "pts/0", 1000, 1001, 0 }, &source);
	cr_expect(source.remote);
	cr_expect_str_eq(source.full, "192.0.2.7");
}

Test(source, shows_no_more_than_it_may)
{
	static const struct {
		const char *rhost, *zone, *truncated, *full;
	} cases[] = {
		{ "192.0.2.7", "remote", "192.0.2.0/24", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "remote", "192.0.2.0/24", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "remote", "2001:db8:1::/48", "2001:db8:1:2:3:4:5:6" },
		{ "::1", "remote", "::/48", "::1" },
		{ "pc1.example.org", "remote", "remote", "host:pc1.example.org" },
		{ "", "local", "local", "tty:tty1" },
	};
	char out[SOURCE_SIZE];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct source source;

		source_from(&(struct source_facts){ cases[i].rhost, "tty1", 0, -1, 0 }, &source);
		source_show(&source, SOURCE_SHOW_ZONE, out);
		cr_expect_str_eq(out, cases[i].zone);
		source_show(&source, SOURCE_SHOW_TRUNCATED, out);
		cr_expect_str_eq(out, cases[i].truncated);
		source_show(&source, SOURCE_SHOW_FULL, out);
		cr_expect_str_eq(out, cases[i].full);
		source_show(&source, (enum source_detail)77, out);
		cr_expect_str_eq(out, cases[i].zone, "a detail that is none shows least");
	}
}

Test(source, is_not_confused_by_a_terminal_called_like_an_address)
{
	struct source source;
	char out[SOURCE_SIZE];

	source_from(&(struct source_facts){ "", "192.0.2.7", 0, -1, 0 }, &source);
	cr_expect_str_eq(source.key, "tty:192.0.2.7");
	source_show(&source, SOURCE_SHOW_TRUNCATED, out);
	cr_expect_str_eq(out, "local");
}
