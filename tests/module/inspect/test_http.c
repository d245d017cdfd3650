/* test_http.c: what requests get: the route, the page's files, or a sentence about what is wrong with them. */
#include "module/inspect/http.h"

#include "tests/module/inspect/client.h"

#define TOKEN  "0123456789abcdef"
#define HOST   "Host: 127.0.0.1\r\n"
#define CLOSE  "Connection: close\r\n"
#define BEARER "Authorization: Bearer " TOKEN "\r\n"

typedef struct row {
	const char *name;
	const char *request;
	const char *status;
	const char *holds; /* what is in the response; NULL: nothing in particular */
} row_t;

static const row_t rows[] = {
	{ "from memory", "GET /livez HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "{\"alive\":true}" },
	{ "by a worker", "GET /api/v1/log HTTP/1.1\r\n" HOST BEARER CLOSE "\r\n", "200", "\"entries\":[" },
	{ "a filter that does not read", "GET /api/v1/log?verdict=no HTTP/1.1\r\n" HOST BEARER CLOSE "\r\n", "400",
	  "give accept, log" },
	{ "the page", "GET / HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "<!DOCTYPE html>" },
	{ "the page's head", "HEAD / HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "ETag: \"" },
	{ "security fields", "GET /nothing HTTP/1.1\r\n" HOST BEARER CLOSE "\r\n", "404",
	  "Content-Security-Policy: default-src 'none';" },
	{ "nobody keeps an answer", "GET /livez HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "Cache-Control: no-store" },
	{ "no token", "GET /api/v1/log HTTP/1.1\r\n" HOST CLOSE "\r\n", "401", "WWW-Authenticate: Bearer" },
	{ "another token", "GET /metrics HTTP/1.1\r\n" HOST "Authorization: Bearer 0123456789abcdeg\r\n" CLOSE "\r\n",
	  "401", "a token is needed" },
	{ "what is there needs a token to be known", "GET /nothing HTTP/1.1\r\n" HOST CLOSE "\r\n", "401", NULL },
	{ "a name of somebody else", "GET /livez HTTP/1.1\r\nHost: evil.example\r\n" CLOSE "\r\n", "421",
	  "inspection.allowed-hosts" },
	{ "no name", "GET /livez HTTP/1.0\r\n\r\n", "421", NULL },
	{ "two names", "GET /livez HTTP/1.1\r\n" HOST "Host: 127.0.0.1\r\n" CLOSE "\r\n", "421", NULL },
	{ "a change", "POST /livez HTTP/1.1\r\n" HOST CLOSE "Content-Length: 0\r\n\r\n", "405", "Allow: GET, HEAD" },
	{ "content", "GET /livez HTTP/1.1\r\n" HOST CLOSE "Content-Length: 1\r\n\r\nx", "400",
	  "a request has no content here" },
	{ "a path that does not read", "GET /%zz HTTP/1.1\r\n" HOST CLOSE "\r\n", "400", "\"error\"" },
	{ "a server that is not there", "GET /healthz HTTP/1.1\r\n" HOST CLOSE "\r\n", "503", "\"ready\":false" },
	{ "try again", "GET /api/v1/status HTTP/1.1\r\n" HOST BEARER CLOSE "\r\n", "503", "Retry-After: 5" },
};

static int set_up(void **state)
{
	site_t *site = malloc(sizeof(*site));

	assert_non_null(site);
	site_begin(site, TOKEN);
	world_append(&site->world, &(line_t){ .time = 1795369981042 });
	world_index(&site->world);
	while (site->world.grew == 0)
		assert_int_equal(event_base_loop(site->world.base, EVLOOP_ONCE), 0);
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

static void check(const site_t *site, const row_t *row)
{
	client_t client;

	client_begin(site, &client);
	client_send(&client, row->request);
	client_drain(site, &client);
	if (strncmp(client.text, "HTTP/1.1 ", 9) != 0 || strncmp(client.text + 9, row->status, 3) != 0 ||
	    (row->holds != NULL && strstr(client.text, row->holds) == NULL))
		fail_msg("%s: got %s", row->name, client.text);
	client_end(&client);
}

static void answers(void **state)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(*state, &rows[i]);
}

static unsigned count(const char *text, const char *part)
{
	unsigned found = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
		found++;
	return found;
}

/* Answers from memory and from workers, in the order of their requests. */
static void keeps_order(void **state)
{
	const site_t *site = *state;
	client_t client;

	client_begin(site, &client);
	client_send(&client, "GET /api/v1/log HTTP/1.1\r\n" HOST BEARER "\r\nGET /livez HTTP/1.1\r\n" HOST
			     "\r\nGET /nothing HTTP/1.1\r\n" HOST BEARER CLOSE "\r\n");
	client_drain(site, &client);
	assert_int_equal(count(client.text, "HTTP/1.1 "), 3);
	assert_true(strstr(client.text, "\"entries\"") < strstr(client.text, "\"alive\""));
	assert_true(strstr(client.text, "\"alive\"") < strstr(client.text, "no such resource"));
	client_end(&client);
}

static void page_is_not_sent_twice(void **state)
{
	const site_t *site = *state;
	char request[256];
	char etag[64];
	const char *at;
	client_t client;

	client_begin(site, &client);
	client_send(&client, "HEAD / HTTP/1.1\r\n" HOST CLOSE "\r\n");
	client_drain(site, &client);
	at = strstr(client.text, "ETag: ");
	assert_non_null(at);
	assert_int_equal(sscanf(at, "ETag: %63[^\r]", etag), 1);
	client_end(&client);
	snprintf(request, sizeof(request), "GET / HTTP/1.1\r\n" HOST "If-None-Match: %s\r\n" CLOSE "\r\n", etag);
	client_begin(site, &client);
	client_send(&client, request);
	client_drain(site, &client);
	assert_non_null(strstr(client.text, "HTTP/1.1 304 "));
	assert_null(strstr(client.text, "<!DOCTYPE"));
	client_end(&client);
}

/* Who does not finish a request is ended; the clock is moved by what the settings allow: nothing. */
static void ends_the_slow(void **state)
{
	site_t *site = *state;
	client_t client;

	site->settings.request_seconds = 0;
	client_begin(site, &client);
	client_send(&client, "GET /livez HTT");
	client_drain(site, &client);
	assert_int_equal(client.size, 0);
	client_end(&client);
}

/* As many connections of one address as are allowed, and one more, which is closed. */
static void bounds_connections(void **state)
{
	const site_t *site = *state;
	client_t clients[HTTP_CONNECTIONS_PER_ADDRESS_MAX];
	client_t more;

	for (unsigned i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++) {
		client_begin(site, &clients[i]);
		client_send(&clients[i], "GET /livez HTTP/1.1\r\n" HOST "\r\n");
		assert_true(client_gets(site, &clients[i], "\"alive\""));
	}
	client_begin(site, &more);
	client_drain(site, &more);
	assert_int_equal(more.size, 0);
	client_end(&more);
	for (unsigned i = 0; i < HTTP_CONNECTIONS_PER_ADDRESS_MAX; i++)
		client_end(&clients[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(page_is_not_sent_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_the_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_connections, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
