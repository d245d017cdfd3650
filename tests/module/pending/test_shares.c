/* test_shares.c: whose questions may be how many, against the formula and step by step. */
#include "module/pending/shares.h"

#include "tests/support.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { ROOM = 100, ZONE = 20, CLIENT = 75 };

static const shares_limits_t limits = { .room = ROOM, .zone_percent = ZONE, .client_percent = CLIENT };

static client_address_t address(const char *text)
{
	client_address_t address = { 0 };

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
		address.v4.sin_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
		address.v6.sin6_family = AF_INET6;
	}
	return address;
}

/* The pattern with each # replaced by a number. */
static name_t numbered(const char *pattern, unsigned number)
{
	char text[NAME_TEXT_MAX];
	size_t size = 0;
	name_t name;

	for (const char *c = pattern; *c != '\0'; c++)
		size += (size_t)(*c == '#' ? snprintf(text + size, sizeof(text) - size, "%u", number)
					   : snprintf(text + size, sizeof(text) - size, "%c", *c));
	assert_true(name_from_text(text, &name));
	return name;
}

/* Takes until it is refused, `most` at most, names numbered by `pattern`; returns how many, and why it ended. */
static unsigned fill(shares_t *shares, const char *pattern, const char *client, unsigned most, shares_hold_t *holds,
		     shares_refusal_t *refusal)
{
	const client_address_t from = address(client != NULL ? client : "0.0.0.0");
	unsigned count = 0;
	bool taken = true;

	while (taken && count < most) {
		const name_t name = numbered(pattern, count);

		taken = shares_take(shares, &name, client != NULL ? &from : NULL, &holds[count], refusal);
		count += taken;
	}
	return count;
}

static void give_back(shares_t *shares, const shares_hold_t *holds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		shares_give_back(shares, &holds[i]);
}

struct row {
	const char *name;
	const char *pattern;
	const char *client;
	unsigned want;
	shares_kind_t kind;
	const char *whose;
};

/* held x (100 - s) < s x (100 - held): it ends at s. */
static const struct row rows[] = {
	{ "one zone stops at its share", "h#.a.example.org", "192.0.2.1", ZONE, SHARES_ZONE, "example.org." },
	{ "whatever its depth", "x.y.z.h#.a.b.example.co.uk", "192.0.2.1", ZONE, SHARES_ZONE, "example.co.uk." },
	{ "the zones of one registry stop at a half", "z#.org", "192.0.2.1", SHARES_SUFFIX_PERCENT, SHARES_SUFFIX,
	  "org." },
	{ "the registries of the root, too", "nosuch#", "192.0.2.1", SHARES_SUFFIX_PERCENT, SHARES_SUFFIX, "." },
	{ "one client stops at its share", "h.z#.tld#", "192.0.2.1", CLIENT, SHARES_CLIENT, "" },
	{ "the server itself has no share of its own", "h.z#.tld#", NULL, ROOM, SHARES_ALL, "" },
};

static void stops_at_a_share(void **state)
{
	const struct row *row = *state;
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM + 1];
	shares_refusal_t refusal;
	char text[NAME_TEXT_MAX] = "";

	assert_non_null(shares);
	for (unsigned round = 0; round < 3; round++) {
		assert_int_equal(fill(shares, row->pattern, row->client, ROOM + 1, holds, &refusal), row->want);
		assert_int_equal(refusal.kind, row->kind);
		assert_int_equal(refusal.held, row->want);
		if (refusal.name.size > 0)
			name_to_text(&refusal.name, text);
		assert_string_equal(text, row->whose);
		give_back(shares, holds, row->want); /* all of it is there again */
	}
	shares_free(shares);
}

/* As many broken zones as one likes leave something to the next one, and to other clients. */
static void leaves_room_for_others(void **state)
{
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM];
	shares_refusal_t refusal;
	unsigned total = 0;

	(void)state;
	for (unsigned zone = 0; zone < 4; zone++) {
		char pattern[64];

		snprintf(pattern, sizeof(pattern), "h#.broken.tld%u", zone);
		total += fill(shares, pattern, "192.0.2.1", ROOM, holds, &refusal);
	}
	assert_int_equal(total, 20 + 16 + 13 + 11);
	assert_int_equal(fill(shares, "other.example.org", "198.51.100.1", 1, holds, &refusal), 1);
	assert_int_equal(fill(shares, "other.example.com", "192.0.2.1", 1, holds, &refusal), 1);
	shares_free(shares);
}

static void shares_what_is_left(void **state)
{
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM];
	shares_refusal_t refusal;

	(void)state;
	assert_int_equal(fill(shares, "h.z#.a#", "192.0.2.1", ROOM, holds, &refusal), CLIENT);
	/* 25 < 3 x what is left of 25: the second client stops at 19. */
	assert_int_equal(fill(shares, "h.z#.b#", "192.0.2.2", ROOM, holds, &refusal), 19);
	assert_int_equal(refusal.kind, SHARES_CLIENT);
	shares_free(shares);
}

struct client_row {
	const char *name;
	const char *one, *other;
	bool same;
};

static const struct client_row client_rows[] = {
	{ "IPv4 by address", "192.0.2.1", "192.0.2.2", false },
	{ "IPv6 by site", "2001:db8:0:1::1", "2001:db8:0:ff::ffff", true },
	{ "another site", "2001:db8:0:100::1", "2001:db8:0:200::1", false },
	{ "no IPv4 address is an IPv6 site", "32.1.13.184", "2001:db8::1", false },
};

static void knows_clients(void **state)
{
	const struct client_row *row = *state;
	const client_address_t one = address(row->one), other = address(row->other);
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM];
	shares_refusal_t refusal;

	assert_int_equal(shares_client_hash(shares, &one) == shares_client_hash(shares, &other), row->same);
	assert_int_equal(fill(shares, "h.z#.a#", row->one, ROOM, holds, &refusal), CLIENT);
	assert_int_equal(fill(shares, "h.z#.b#", row->other, ROOM, holds, &refusal) == 0, row->same);
	assert_int_equal(shares_client_hash(shares, NULL), 0);
	shares_free(shares);
}

/* What libunbound goes on with is its zone's, and nobody else's. */
static void counts_what_lingers(void **state)
{
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM];
	shares_refusal_t refusal;
	name_t name;

	(void)state;
	assert_true(name_from_text("x.silent.example", &name));
	assert_int_equal(fill(shares, "h#.silent.example", NULL, ROOM, holds, &refusal), ZONE);
	for (unsigned i = 0; i < 2 * ZONE; i++)
		shares_linger(shares, &name);
	give_back(shares, holds, ZONE);
	assert_int_equal(fill(shares, "#.silent.example", NULL, ROOM, holds, &refusal), SHARES_PROBES);
	assert_int_equal(fill(shares, "#.more.silent.example", NULL, 1, holds, &refusal), 0);
	assert_int_equal(refusal.held, 2 * ZONE + SHARES_PROBES);
	give_back(shares, holds, SHARES_PROBES);
	assert_int_equal(fill(shares, "h#.other.example", NULL, ROOM, holds, &refusal), ZONE);
	give_back(shares, holds, ZONE);
	for (unsigned i = 0; i < 2 * ZONE; i++)
		shares_linger_end(shares, &name);
	assert_int_equal(fill(shares, "h#.silent.example", NULL, ROOM, holds, &refusal), ZONE);
	shares_free(shares);
}

static void an_end_without_beginning_is_nothing(void **state)
{
	shares_t *shares = shares_new(&limits);
	shares_hold_t holds[ROOM];
	shares_refusal_t refusal;
	name_t name;

	(void)state;
	assert_true(name_from_text("x.silent.example", &name));
	shares_linger_end(shares, &name);
	assert_int_equal(fill(shares, "h#.silent.example", NULL, 1, holds, &refusal), 1);
	shares_linger_end(shares, &name);
	give_back(shares, holds, 1);
	shares_free(shares);
}

static void takes_new_limits(void **state)
{
	shares_t *shares = shares_new(&limits);
	const shares_limits_t none = { .room = 2 * ROOM, .zone_percent = 100, .client_percent = 100 };
	const shares_limits_t few = { .room = 16, .zone_percent = 1, .client_percent = 1 };
	shares_hold_t holds[2 * ROOM];
	shares_refusal_t refusal;

	(void)state;
	shares_set_limits(shares, &none);
	assert_int_equal(fill(shares, "h#.example.org", "192.0.2.1", 2 * ROOM, holds, &refusal), 2 * ROOM);
	shares_set_limits(shares, &few); /* more is held than there may be */
	assert_int_equal(fill(shares, "h#.example.com", "192.0.2.2", 1, holds, &refusal), 0);
	assert_int_equal(refusal.kind, SHARES_ALL);
	give_back(shares, holds, 2 * ROOM);
	assert_int_equal(fill(shares, "h#.example.com", "192.0.2.2", 16, holds, &refusal),
			 1); /* one is always more than none */
	shares_free(shares);
}

/* Random takings and givings: what is granted fits the formula, and in the end all is free. */
static void keeps_the_books(void **state)
{
	enum { STEPS = 20000, ZONES = 7, MOST = 64 };
	const shares_limits_t small = { .room = MOST, .zone_percent = 30, .client_percent = 100 };
	shares_t *shares = shares_new(&small);
	shares_hold_t holds[ZONES][MOST];
	unsigned counts[ZONES] = { 0 };
	unsigned total = 0;
	unsigned seed = 20261123;

	(void)state;
	for (unsigned step = 0; step < STEPS; step++) {
		const unsigned zone = (unsigned)rand_r(&seed) % ZONES;
		char pattern[64];
		shares_refusal_t refusal;

		snprintf(pattern, sizeof(pattern), "h#.z.tld%u", zone);
		if (rand_r(&seed) % 5 < 3) {
			const bool fits = total < MOST && counts[zone] * 70 < 30 * (MOST - total);

			assert_int_equal(fill(shares, pattern, NULL, 1, &holds[zone][counts[zone]], &refusal), fits);
			counts[zone] += fits;
			total += fits;
		} else if (counts[zone] > 0) {
			shares_give_back(shares, &holds[zone][--counts[zone]]);
			total--;
		}
	}
	for (unsigned zone = 0; zone < ZONES; zone++)
		give_back(shares, holds[zone], counts[zone]);
	assert_int_equal(fill(shares, "h.z#.a#", NULL, MOST, holds[0], &(shares_refusal_t){ 0 }), MOST);
	shares_free(shares);
}

#define ROW(i)                                                                          \
	{                                                                               \
		rows[i].name, stops_at_a_share, NULL, NULL, (void *)(uintptr_t)&rows[i] \
	}
#define CLIENT_ROW(i)                                                                              \
	{                                                                                          \
		client_rows[i].name, knows_clients, NULL, NULL, (void *)(uintptr_t)&client_rows[i] \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW(0),
		ROW(1),
		ROW(2),
		ROW(3),
		ROW(4),
		ROW(5),
		CLIENT_ROW(0),
		CLIENT_ROW(1),
		CLIENT_ROW(2),
		CLIENT_ROW(3),
		cmocka_unit_test(leaves_room_for_others),
		cmocka_unit_test(shares_what_is_left),
		cmocka_unit_test(counts_what_lingers),
		cmocka_unit_test(an_end_without_beginning_is_nothing),
		cmocka_unit_test(takes_new_limits),
		cmocka_unit_test(keeps_the_books),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
