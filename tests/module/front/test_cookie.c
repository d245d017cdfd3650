/* test_cookie.c: cookies, with the vectors of RFC 9018, Appendix A. */
#include "module/front/cookie.h"

#include "tests/support.h"

#include <arpa/inet.h>

#define SECRET     "\xe5\xe9\x73\xe5\xa6\xb2\xa4\x3f\x48\xe7\xdc\x84\x9e\x37\xbf\xcf"
#define OLD_SECRET "\xdd\x3b\xdf\x93\x44\xb6\x78\xb1\x85\xa6\xf5\xcb\x60\xfc\xa7\x15"
#define NEW_SECRET "\x44\x55\x36\xbc\xd2\x51\x32\x98\x07\x5a\x5d\x37\x96\x63\xc9\x62"
#define CLIENT     "\x24\x64\xc4\xab\xcf\x10\xc9\x57"
#define FIRST      CLIENT "\x01\x00\x00\x00\x5c\xf7\x9f\x11\x1f\x81\x30\xc3\xee\xe2\x94\x80"
#define RENEWED    CLIENT "\x01\x00\x00\x00\x5c\xf7\xa8\x71\xd4\xa5\x64\xa1\x44\x2a\xca\x77"
#define RESERVED   "\xfc\x93\xfc\x62\x80\x7d\xdb\x86\x01\xab\xcd\xef\x5c\xf7\x8f\x71\xa3\x14\x22\x7b\x66\x79\xeb\xf5"
#define CLEARED    "\xfc\x93\xfc\x62\x80\x7d\xdb\x86\x01\x00\x00\x00\x5c\xf7\xa9\xac\xf7\x3a\x78\x10\xac\xa2\x38\x1e"
#define V6_OLD     "\x22\x68\x1a\xb9\x7d\x52\xc2\x98\x01\x00\x00\x00\x5c\xf7\xc5\x79\x26\x55\x6b\xd0\x93\x4c\x72\xf8"
#define V6_NEW     "\x22\x68\x1a\xb9\x7d\x52\xc2\x98\x01\x00\x00\x00\x5c\xf7\xc6\x09\xa6\xbb\x79\xd1\x66\x25\x50\x7a"
#define V6_CLIENT  "2001:db8:220:1:59de:d0f4:8769:82b8"

enum { FIRST_TIME = 1559731985 };

typedef struct row {
	const char *name;
	const char *secret;
	const char *peer;
	uint32_t wall;
	bool valid;
	const uint8_t *sent;
	size_t sent_size;
	const char *answer; /* NULL: a fresh one, whatever it is */
} row_t;

static row_t rows[] = {
	{ "A.1: a client without a server cookie", SECRET, "198.51.100.100", FIRST_TIME, false, OCTETS(CLIENT), FIRST },
	{ "A.2: after 40 minutes it is renewed", SECRET, "198.51.100.100", 1559734385, true, OCTETS(FIRST), RENEWED },
	{ "A.3: reserved octets count in the hash", SECRET, "203.0.113.203", 1559727985, true, OCTETS(RESERVED),
	  RESERVED },
	{ "A.3: and are cleared in a fresh one", SECRET, "203.0.113.203", 1559734700, false, OCTETS(RESERVED),
	  CLEARED },
	{ "A.4: the old secret's", OLD_SECRET, V6_CLIENT, 1559741817, true, OCTETS(V6_OLD), V6_OLD },
	{ "A.4: another secret", NEW_SECRET, V6_CLIENT, 1559741961, false, OCTETS(V6_OLD), V6_NEW },
	{ "half an hour old is kept", SECRET, "198.51.100.100", FIRST_TIME + 1800, true, OCTETS(FIRST), FIRST },
	{ "a second more is renewed", SECRET, "198.51.100.100", FIRST_TIME + 1801, true, OCTETS(FIRST), NULL },
	{ "an hour old is valid", SECRET, "198.51.100.100", FIRST_TIME + 3600, true, OCTETS(FIRST), NULL },
	{ "a second more is not", SECRET, "198.51.100.100", FIRST_TIME + 3601, false, OCTETS(FIRST), NULL },
	{ "five minutes ahead is valid", SECRET, "198.51.100.100", FIRST_TIME - 300, true, OCTETS(FIRST), FIRST },
	{ "a second more ahead is not", SECRET, "198.51.100.100", FIRST_TIME - 301, false, OCTETS(FIRST), NULL },
	{ "another address", SECRET, "198.51.100.101", FIRST_TIME, false, OCTETS(FIRST), NULL },
	{ "another version", SECRET, "198.51.100.100", FIRST_TIME, false,
	  OCTETS(CLIENT "\x02\x00\x00\x00\x5c\xf7\x9f\x11\x1f\x81\x30\xc3\xee\xe2\x94\x80"), FIRST },
	{ "another client cookie", SECRET, "198.51.100.100", FIRST_TIME, false,
	  OCTETS("\x25\x64\xc4\xab\xcf\x10\xc9\x57\x01\x00\x00\x00\x5c\xf7\x9f\x11\x1f\x81\x30\xc3\xee\xe2\x94\x80"),
	  NULL },
	{ "a server part of another size", SECRET, "198.51.100.100", FIRST_TIME, false, OCTETS(FIRST "\0"), FIRST },
	{ "a server part of 8 octets", SECRET, "198.51.100.100", FIRST_TIME, false, OCTETS(CLIENT CLIENT), FIRST },
};

static client_address_t address_of(const char *text)
{
	client_address_t address = { .any.sa_family = AF_INET };

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1)
		return address;
	address.any.sa_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
	return address;
}

static void answers(void **state)
{
	const row_t *row = *state;
	const client_address_t peer = address_of(row->peer);
	uint8_t *sent = test_copy(row->sent, row->sent_size);
	cookies_t *cookies = cookies_new_with((const uint8_t *)row->secret);
	uint8_t answer[COOKIE_SIZE];

	assert_non_null(cookies);
	assert_int_equal(cookies_valid(cookies, &peer, sent, row->sent_size, row->wall), row->valid);
	assert_true(cookies_answer(cookies, &peer, sent, row->sent_size, row->wall, answer));
	assert_memory_equal(answer, sent, COOKIE_CLIENT_SIZE);
	assert_true(cookies_valid(cookies, &peer, answer, COOKIE_SIZE, row->wall));
	if (row->answer != NULL)
		assert_memory_equal(answer, row->answer, COOKIE_SIZE);
	else
		assert_memory_not_equal(answer, row->sent, COOKIE_SIZE);
	cookies_free(cookies);
	free(sent);
}

static void time_goes_round(void **state) /* RFC 9018, 4.3: serial number arithmetic */
{
	const client_address_t peer = address_of("192.0.2.1");
	cookies_t *cookies = cookies_new();
	uint8_t answer[COOKIE_SIZE];

	(void)state;
	assert_non_null(cookies);
	assert_true(
		cookies_answer(cookies, &peer, (const uint8_t *)CLIENT, COOKIE_CLIENT_SIZE, UINT32_MAX - 9, answer));
	assert_true(cookies_valid(cookies, &peer, answer, COOKIE_SIZE, 10));
	assert_false(cookies_valid(cookies, &peer, answer, COOKIE_SIZE, 3600));
	cookies_free(cookies);
}

static void copies_share_the_secret_and_others_do_not(void **state)
{
	const client_address_t peer = address_of("192.0.2.1");
	cookies_t *one = cookies_new();
	cookies_t *copy = cookies_copy(one);
	cookies_t *other = cookies_new();
	uint8_t answer[COOKIE_SIZE];

	(void)state;
	assert_true(cookies_answer(one, &peer, (const uint8_t *)CLIENT, COOKIE_CLIENT_SIZE, 1, answer));
	assert_true(cookies_valid(copy, &peer, answer, COOKIE_SIZE, 1));
	assert_false(cookies_valid(other, &peer, answer, COOKIE_SIZE, 1));
	cookies_free(one);
	cookies_free(copy);
	cookies_free(other);
	cookies_free(NULL);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, answers, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(time_goes_round);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(copies_share_the_secret_and_others_do_not);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
