/* test_routes.c: what is asked of forwarders and stubs has no stops that tell others. */
#include "module/resolver/routes.h"
#include "tests/support.h"
#include "validator/name.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

enum { TYPE_A = 1 };

struct row {
	const char *what;
	const char *config;
	const char *name;
	unsigned stops; /* that are left */
};

static const struct row rows[] = {
	{ "none", "server:\n\tverbosity: 0\n", "mx.example.com", 2 },
	{ "an empty file", "", "mx.example.com", 2 },
	{ "everything is forwarded", "forward-zone:\n\tname: \".\"\n\tforward-addr: 192.0.2.1@53\n", "mx.example.com",
	  0 },
	{ "a zone is forwarded", "forward-zone:\n\tname: \"example.com\"\n", "mx.example.com", 0 },
	{ "the zone itself", "forward-zone:\n\tname: \"example.com\"\n", "example.com", 0 },
	{ "below it", "forward-zone:\n\tname: \"corp.example.com\"\n", "a.b.corp.example.com", 0 },
	{ "beside it", "forward-zone:\n\tname: \"example.com\"\n", "mx.example.org", 2 },
	{ "no more than a name that ends like it", "forward-zone:\n\tname: \"ample.com\"\n", "mx.example.com", 2 },
	{ "above it", "forward-zone:\n\tname: \"corp.example.com\"\n", "mx.example.com", 2 },
	{ "in another case", "forward-zone:\n\tname: \"EXAMPLE.com.\"\n", "mx.example.com", 0 },
	{ "a stub", "stub-zone:\n\tname: \"example.com\"\n", "mx.example.com", 0 },
	{ "a stub for the suffix", "stub-zone:\n\tname: \"com\"\n", "mx.example.com", 1 },
	{ "a root of one's own", "stub-zone:\n\tname: \".\"\n", "mx.example.com", 2 },
	{ "the closest one counts: a stub", "forward-zone:\n\tname: \".\"\nstub-zone:\n\tname: \"com\"\n",
	  "mx.example.com", 1 },
	{ "the closest one counts: a forwarder", "stub-zone:\n\tname: \".\"\nforward-zone:\n\tname: \"com\"\n",
	  "mx.example.com", 0 },
	{ "the second", "forward-zone:\n\tname: \"test\"\nforward-zone:\n\tname: \"com\"\n", "mx.example.com", 0 },
	{ "in one line", "forward-zone: name: com forward-addr: 192.0.2.1", "mx.example.com", 0 },
	{ "quoted with apostrophes", "forward-zone:\n name: 'com'\n", "mx.example.com", 0 },
	{ "in a comment", "# forward-zone:\n#\tname: \"com\"\n", "mx.example.com", 2 },
	{ "behind a comment", "forward-zone: # name: org\n\tname: com # name: net\n", "mx.example.com", 0 },
	{ "another clause's name", "forward-zone:\n\tname: \"test\"\nauth-zone:\n\tname: \"com\"\n", "mx.example.com",
	  2 },
	{ "a name that is none", "forward-zone:\n\tname: \"a..com\"\n", "mx.example.com", 2 },
	{ "a name that is missing", "forward-zone:\n\tname:", "mx.example.com", 2 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void cuts(void **state)
{
	const struct row *row = *state;
	const int fd = memfd_create("config", MFD_CLOEXEC);
	char path[32];
	routes_t routes;
	name_t name;
	minimise_stops_t stops;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, row->config, strlen(row->config)), strlen(row->config));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_true(routes_read(path, &routes));
	close(fd);
	assert_true(name_from_text(row->name, &name));
	minimise_stops(&name, TYPE_A, &stops);
	assert_int_equal(stops.count, 2);
	routes_cut(&routes, &name, &stops);
	assert_int_equal(stops.count, row->stops);
	if (stops.count == 1) /* the longer one */
		assert_memory_equal(name.octets + stops.at[0], "\7example\3com", 13);
	routes_free(&routes);
	assert_int_equal(routes.count, 0);
}

static void tells_a_file_that_is_not_there(void **state)
{
	routes_t routes;

	(void)state;
	assert_false(routes_read("/nonexistent/config", &routes));
	assert_int_equal(routes.count, 0);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 1] = { cmocka_unit_test(tells_a_file_that_is_not_there) };

	for (size_t i = 0; i < ROWS; i++)
		tests[1 + i] = (struct CMUnitTest){ rows[i].what, cuts, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
