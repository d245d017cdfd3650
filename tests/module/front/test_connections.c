/* test_connections.c: which connection goes when a limit is reached. */
#include "module/front/connections.h"

#include "tests/support.h"

#include <sys/socket.h>
#include <unistd.h>

enum { MOST = 8, NOBODY = -1 };

/* Connections in the order in which they came: "kind client active", a digit each. */
typedef struct row {
	const char *name;
	const char *before[MOST];
	unsigned max_connections;
	unsigned max_per_client;
	char newcomer; /* its client */
	int goes;
} row_t;

static row_t rows[] = {
	{ "below the limits nobody goes", { "1a1", "1a2" }, 3, 3, 'a', NOBODY },
	{ "the one idle longest", { "1a5", "1b2", "1c9" }, 3, 3, 'd', 1 },
	{ "an idle one rather than one that waits for an answer", { "2a1", "1b9", "2c2" }, 3, 3, 'd', 1 },
	{ "of those that wait the oldest", { "2a4", "2b2", "2c3" }, 3, 3, 'd', 1 },
	{ "a stranger before all", { "1a1", "0b9", "1c1" }, 3, 3, 'd', 1 },
	{ "a client's own at its limit", { "1a1", "1b5", "1b4" }, 9, 2, 'b', 2 },
	{ "another client's limit is not ours", { "1a1", "1b5", "1b4" }, 9, 2, 'a', NOBODY },
	{ "a client over its limit does not push others out", { "1a1", "2b5", "2b4" }, 3, 2, 'b', 2 },
};

static client_address_t client(char letter)
{
	client_address_t address = { .v4 = { .sin_family = AF_INET } };

	address.v4.sin_addr.s_addr = (in_addr_t)letter;
	return address;
}

static connection_entry_t *entry_new(const char *text, int *far_end)
{
	connection_entry_t *entry = calloc(1, sizeof(*entry));
	int pair[2];

	assert_non_null(entry);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	entry->fd = pair[0];
	entry->peer = client(text[1]);
	entry->kind = text[0] - '0';
	entry->active = (uint64_t)(text[2] - '0');
	*far_end = pair[1];
	return entry;
}

static bool was_hung_up(int far_end)
{
	char octet;

	return recv(far_end, &octet, 1, MSG_DONTWAIT) == 0;
}

static void decides(void **state)
{
	const row_t *row = *state;
	const conf_tcp_t limits = { .max_connections = row->max_connections, .max_per_client = row->max_per_client };
	const char newcomer[] = { '1', row->newcomer, '9', '\0' };
	connections_t connections;
	connection_entry_t *entries[MOST + 1];
	int far_ends[MOST + 1];
	int count = 0;

	connections_init(&connections, &(conf_tcp_t){ .max_connections = MOST, .max_per_client = MOST });
	for (; count < MOST && row->before[count] != NULL; count++) {
		entries[count] = entry_new(row->before[count], &far_ends[count]);
		assert_true(connections_add(&connections, entries[count]));
	}
	connections_set_limits(&connections, &limits);
	entries[count] = entry_new(newcomer, &far_ends[count]);
	assert_true(connections_add(&connections, entries[count]));
	assert_int_equal(connections_count(&connections), row->goes == NOBODY ? count + 1 : count);
	for (int i = 0; i <= count; i++) {
		assert_int_equal(entries[i]->hung_up, i == row->goes);
		assert_int_equal(was_hung_up(far_ends[i]), i == row->goes);
		connections_close(&connections, entries[i]);
		close(far_ends[i]);
		free(entries[i]);
	}
	assert_int_equal(connections_count(&connections), 0);
	connections_clear(&connections);
}

static void many_come_and_go(void **state)
{
	enum { MANY = 200, LIMIT = 150 };
	static connection_entry_t *entries[MANY];
	static int far_ends[MANY];
	connections_t connections;

	(void)state;
	connections_init(&connections, &(conf_tcp_t){ .max_connections = LIMIT, .max_per_client = MANY });
	for (int i = 0; i < MANY; i++) {
		entries[i] = entry_new("1a1", &far_ends[i]);
		entries[i]->active = (uint64_t)i;
		assert_true(connections_add(&connections, entries[i]));
	}
	assert_int_equal(connections_count(&connections), LIMIT);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(entries[i]->hung_up, i < MANY - LIMIT);
	connections_make_room(&connections);
	assert_true(entries[MANY - LIMIT]->hung_up);
	for (int i = 0; i < MANY; i++) {
		connections_close(&connections, entries[i]);
		close(far_ends[i]);
		free(entries[i]);
	}
	connections_make_room(&connections); /* nobody is there to go */
	assert_int_equal(connections_count(&connections), 0);
	connections_clear(&connections);
}

static void clients_of_both_families_differ(void **state)
{
	const conf_tcp_t limits = { .max_connections = MOST, .max_per_client = 1 };
	connections_t connections;
	connection_entry_t *entries[3];
	int far_ends[3];

	(void)state;
	connections_init(&connections, &limits);
	for (int i = 0; i < 3; i++)
		entries[i] = entry_new("1a1", &far_ends[i]);
	entries[1]->peer = (client_address_t){ .v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT } };
	entries[2]->peer = entries[1]->peer;
	for (int i = 0; i < 3; i++)
		assert_true(connections_add(&connections, entries[i]));
	assert_false(entries[0]->hung_up);
	assert_true(entries[1]->hung_up);
	for (int i = 0; i < 3; i++) {
		connections_close(&connections, entries[i]);
		close(far_ends[i]);
		free(entries[i]);
	}
	connections_clear(&connections);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, decides, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(many_come_and_go);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(clients_of_both_families_differ);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
