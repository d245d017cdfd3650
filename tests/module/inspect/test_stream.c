/* test_stream.c: entries of the log as they come, as server-sent events. */
#include "module/inspect/stream.h"

#include "tests/module/inspect/client.h"

#define STREAM(query, more) "GET /api/v1/log/stream" query " HTTP/1.1\r\nHost: 127.0.0.1\r\n" more "\r\n"

static void grew(void *arg)
{
	const site_t *site = arg;

	if (site->http != NULL)
		http_grew(site->http);
}

static int set_up(void **state)
{
	site_t *site = malloc(sizeof(*site));
	logindex_settings_t settings;

	assert_non_null(site);
	site_begin(site, "");
	settings = indexer_settings(site->world.conf);
	for (unsigned i = 0; i < 3; i++)
		world_append(&site->world, &(line_t){ .time = 1795369981042 + i, .domain = "old.example." });
	site->world.indexer = indexer_new(site->world.base, &settings, grew, site);
	assert_non_null(site->world.indexer);
	site->world.shared = (shared_t){ .conf = site->world.conf, .indexer = site->world.indexer };
	site_open(site);
	*state = site;
	return 0;
}

static int tear_down(void **state)
{
	site_end(*state);
	free(*state);
	return 0;
}

static void follow(const site_t *site, client_t *client, const char *request)
{
	client_begin(site, client);
	client_send(client, request);
}

static void begins_behind_an_entry(void **state)
{
	site_t *site = *state;
	client_t client;

	follow(site, &client, STREAM("", "Last-Event-ID: 1\r\n"));
	assert_true(client_gets(site, &client, "id: 3\n"));
	assert_non_null(strstr(client.text, "Content-Type: text/event-stream"));
	assert_non_null(strstr(client.text, "event: entry\nid: 2\ndata: {"));
	assert_null(strstr(client.text, "id: 1\n"));
	world_append(&site->world, &(line_t){ .time = 1795369982042, .domain = "new.example." });
	assert_true(client_gets(site, &client, "id: 4\n"));
	assert_non_null(strstr(client.text, "new.example."));
	client_end(&client);
}

static void filters(void **state)
{
	site_t *site = *state;
	client_t client;

	world_append(&site->world, &(line_t){ .time = 1795369982042, .domain = "new.example.", .verdict = "reject" });
	follow(site, &client, STREAM("?verdict=strip,reject", "Last-Event-ID: 0\r\n"));
	assert_true(client_gets(site, &client, "id: 4\n"));
	assert_null(strstr(client.text, "old.example."));
	client_end(&client);
}

/* An id that is none begins now, as none does: what is there already does not come. */
static void begins_now(void **state)
{
	static const char *const requests[] = { STREAM("", ""), STREAM("", "Last-Event-ID: -1\r\n") };
	site_t *site = *state;
	client_t first;

	follow(site, &first, STREAM("", "Last-Event-ID: 0\r\n")); /* tells when the index has what is there */
	assert_true(client_gets(site, &first, "id: 3\n"));
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		char id[32];
		client_t client;

		follow(site, &client, requests[i]);
		assert_true(client_gets(site, &client, ": entries of the validation log\n\n"));
		snprintf(id, sizeof(id), "id: %u\n", (unsigned)site->world.seq);
		while (strstr(client.text, "\nid: ") == NULL) { /* one of these comes after it has begun */
			world_append(&site->world, &(line_t){ .time = 1795369983042, .domain = "new.example." });
			snprintf(id, sizeof(id), "id: %u\n", (unsigned)site->world.seq - 1);
			assert_true(client_gets(site, &first, id));
		}
		assert_null(strstr(client.text, "old.example."));
		client_end(&client);
	}
	client_end(&first);
}

static void refuses(void **state)
{
	site_t *site = *state;
	client_t client;
	client_t streams[STREAMS_MAX];

	follow(site, &client, STREAM("?verdict=no", ""));
	assert_true(client_gets(site, &client, "HTTP/1.1 400 "));
	assert_true(client_gets(site, &client, "give accept"));
	client_end(&client);
	for (unsigned i = 0; i < STREAMS_MAX; i++) {
		follow(site, &streams[i], STREAM("", ""));
		assert_true(client_gets(site, &streams[i], ": entries of the validation log\n\n"));
	}
	follow(site, &client, STREAM("", ""));
	assert_true(client_gets(site, &client, "HTTP/1.1 503 "));
	assert_true(client_gets(site, &client, "there are too many streams"));
	client_end(&client);
	for (unsigned i = 0; i < STREAMS_MAX; i++)
		client_end(&streams[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(begins_behind_an_entry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(filters, set_up, tear_down),
		cmocka_unit_test_setup_teardown(begins_now, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
