/* test_routes.c: which path leads to which route. */
#include "module/inspect/routes.h"

#include "tests/support.h"

typedef struct row {
	const char *path;
	const char *route; /* NULL: none */
	const char *rest;
	route_how_t how;
	bool open;
} row_t;

static const row_t rows[] = {
	{ "/livez", "/livez", "", ROUTE_AT_ONCE, true },
	{ "/healthz", "/healthz", "", ROUTE_WORKER, true },
	{ "/metrics", "/metrics", "", ROUTE_WORKER, false },
	{ "/api/v1/status", "/api/v1/status", "", ROUTE_WORKER, false },
	{ "/api/v1/lookup", "/api/v1/lookup", "", ROUTE_SLOW, false },
	{ "/api/v1/log", "/api/v1/log", "", ROUTE_WORKER, false },
	{ "/api/v1/log/17", "/api/v1/log/", "17", ROUTE_WORKER, false },
	{ "/api/v1/log/a/b", "/api/v1/log/", "a/b", ROUTE_WORKER, false },
	{ "/api/v1/log/summary", "/api/v1/log/summary", "", ROUTE_WORKER, false },
	{ "/api/v1/log/stream", "/api/v1/log/stream", "", ROUTE_STREAM, false },
	{ "/api/v1/log/", NULL, NULL, 0, false },
	{ "/api/v1/statuses", NULL, NULL, 0, false },
	{ "/api/v1/status/", NULL, NULL, 0, false },
	{ "/livez/x", NULL, NULL, 0, false },
	{ "/LIVEZ", NULL, NULL, 0, false },
	{ "/", NULL, NULL, 0, false },
	{ "", NULL, NULL, 0, false },
};

static void finds(void **state)
{
	const row_t *row = *state;
	const char *rest = NULL;
	const route_t *route = route_find(row->path, &rest);

	if (row->route == NULL) {
		assert_null(route);
		return;
	}
	assert_non_null(route);
	assert_string_equal(route->path, row->route);
	assert_string_equal(rest, row->rest);
	assert_int_equal(route->how, row->how);
	assert_int_equal(route->open, row->open);
	assert_int_equal(route->answer == NULL, row->how == ROUTE_STREAM);
}

/* What needs no token tells nothing but that the server is there. */
static void few_are_open(void **state)
{
	unsigned open = 0;

	(void)state;
	for (const route_t *route = routes; route->path != NULL; route++)
		open += route->open;
	assert_int_equal(open, 2);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].path, finds, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest){ "few are open", few_are_open, NULL, NULL, NULL };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
