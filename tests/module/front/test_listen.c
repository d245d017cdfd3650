/* test_listen.c: which datagrams claim to come from our own sockets. Binding is tested in test_front.c. */
#include "module/front/front.h"
#include "module/front/sockets.h"

#include "tests/support.h"

#include <arpa/inet.h>

enum { PORT = 53, OTHER_PORT = 5300 };

typedef struct row {
	const char *name;
	const char *bound;
	const char *peer;
	const char *local; /* NULL: not known */
	uint16_t peer_port;
	bool own;
} row_t;

static row_t rows[] = {
	{ "our address and port", "127.0.0.1", "127.0.0.1", NULL, PORT, true },
	{ "our address, another port", "127.0.0.1", "127.0.0.1", NULL, OTHER_PORT, false },
	{ "another address, our port", "127.0.0.1", "127.0.0.2", NULL, PORT, false },
	{ "another server's port 53", "127.0.0.1", "192.0.2.1", NULL, PORT, false },
	{ "IPv6: ours", "::1", "::1", NULL, PORT, true },
	{ "IPv6: another address", "::1", "2001:db8::1", NULL, PORT, false },
	{ "IPv6: another port", "::1", "::1", NULL, OTHER_PORT, false },
	{ "the other family's", "::", "127.0.0.1", "::ffff:127.0.0.1", PORT, false },
	{ "wildcard: from the address that it was sent to", "0.0.0.0", "192.0.2.7", "::ffff:192.0.2.7", PORT, true },
	{ "wildcard: from another one", "0.0.0.0", "192.0.2.7", "::ffff:192.0.2.8", PORT, false },
	{ "wildcard: another port", "0.0.0.0", "192.0.2.7", "::ffff:192.0.2.7", OTHER_PORT, false },
	{ "IPv6 wildcard: from the address that it was sent to", "::", "2001:db8::7", "2001:db8::7", PORT, true },
	{ "IPv6 wildcard: from another one", "::", "2001:db8::7", "2001:db8::8", PORT, false },
};

static client_address_t address(const char *text, uint16_t port)
{
	client_address_t a = { .v4 = { .sin_family = AF_INET, .sin_port = htons(port) } };

	if (inet_pton(AF_INET, text, &a.v4.sin_addr) == 1)
		return a;
	a = (client_address_t){ .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) } };
	assert_int_equal(inet_pton(AF_INET6, text, &a.v6.sin6_addr), 1);
	return a;
}

static void knows_its_own(void **state)
{
	const row_t *row = *state;
	const client_address_t bound = address(row->bound, PORT);
	const client_address_t peer = address(row->peer, row->peer_port);
	struct front_sockets *sockets = calloc(1, sizeof(*sockets) + sizeof(bound_t));
	struct in6_addr local;

	assert_non_null(sockets);
	sockets->count = 1;
	memcpy(&sockets->bound[0].address.sa, &bound, sizeof(bound));
	sockets->bound[0].wildcard = strcmp(row->bound, "0.0.0.0") == 0 || strcmp(row->bound, "::") == 0;
	if (row->local != NULL)
		assert_int_equal(inet_pton(AF_INET6, row->local, &local), 1);
	assert_int_equal(sockets_are_own(sockets, &peer, row->local != NULL ? &local : NULL), row->own);
	free(sockets);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, knows_its_own, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
