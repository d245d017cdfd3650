/* test_guard.c: which Host fields mean us, and which tokens are shown. */
#include "module/inspect/guard.h"

#include "tests/support.h"

#include <arpa/inet.h>
#include <unistd.h>

typedef struct row {
	const char *name;
	const char *host;
	const char *local; /* the address that the connection came to; NULL: unknown */
	bool ours;
} row_t;

static const row_t rows[] = {
	{ "our address", "127.0.0.1", "127.0.0.1", true },
	{ "our address with a port", "127.0.0.1:8953", "127.0.0.1", true },
	{ "our address with an empty port", "127.0.0.1:", "127.0.0.1", true },
	{ "another address", "127.0.0.2", "127.0.0.1", false },
	{ "an address when ours is unknown", "127.0.0.1", NULL, false },
	{ "our IPv6 address", "[::1]:8953", "::1", true },
	{ "our IPv6 address in another spelling", "[0:0::1]", "::1", true },
	{ "IPv6 without brackets", "::1", "::1", false },
	{ "IPv6 over IPv4", "[::1]", "127.0.0.1", false },
	{ "IPv4 over IPv6", "127.0.0.1", "::1", false },
	{ "IPv4 in brackets", "[127.0.0.1]", "127.0.0.1", false },
	{ "localhost", "localhost:8953", "127.0.0.1", true },
	{ "LOCALHOST.", "LOCALHOST.", NULL, true },
	{ "localhost in brackets", "[localhost]", "::1", false },
	{ "a name below localhost", "a.localhost", "127.0.0.1", false },
	{ "an allowed name", "Mail.Example.org:443", "127.0.0.1", true },
	{ "an allowed name with its final dot", "mail.example.org.", "127.0.0.1", true },
	{ "a name that an allowed one is the end of", "evil-mail.example.org", "127.0.0.1", false },
	{ "a name that begins like an allowed one", "mail.example.org.evil.example", "127.0.0.1", false },
	{ "a rebound name", "rebind.evil.example:8953", "127.0.0.1", false },
	{ "an address with a rebound name behind", "127.0.0.1.evil.example", "127.0.0.1", false },
	{ "user information", "localhost@evil.example", "127.0.0.1", false },
	{ "a port that is none", "localhost:80a", "127.0.0.1", false },
	{ "two ports", "localhost:80:80", "127.0.0.1", false },
	{ "something behind the bracket", "[::1]x", "::1", false },
	{ "no closing bracket", "[::1", "::1", false },
	{ "empty", "", "127.0.0.1", false },
	{ "a port alone", ":8953", "127.0.0.1", false },
	{ "a dot alone", ".", "127.0.0.1", false },
	{ "empty brackets", "[]", "::1", false },
	{ "none", NULL, "127.0.0.1", false },
	{ "an address in one number", "2130706433", "127.0.0.1", false },
	{ "an address in hexadecimal", "0x7f.1", "127.0.0.1", false },
};

static void host_is(void **state)
{
	const row_t *row = *state;
	char allowed_name[] = "mail.example.org";
	char *names[] = { allowed_name };
	const conf_strings_t allowed = { 1, names };
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *local = NULL;

	if (row->local != NULL && inet_pton(AF_INET, row->local, &v4.sin_addr) == 1)
		local = (const struct sockaddr *)&v4;
	else if (row->local != NULL && inet_pton(AF_INET6, row->local, &v6.sin6_addr) == 1)
		local = (const struct sockaddr *)&v6;
	assert_int_equal(guard_host(row->host, local, &allowed), row->ours);
}

static void a_long_host_is_none(void **state)
{
	char host[2000];

	(void)state;
	memset(host, 'a', sizeof(host));
	host[sizeof(host) - 1] = '\0';
	assert_false(guard_host(host, NULL, &(conf_strings_t){ 0 }));
}

#define TOKEN "0123456789abcdef0123"

static void token_is(void **state)
{
	static const struct {
		const char *shown;
		bool good;
	} all[] = {
		{ "Bearer " TOKEN, true },
		{ "bearer " TOKEN, true },
		{ "BEARER   " TOKEN, true },
		{ "Bearer " TOKEN "4", false },
		{ "Bearer 0123456789abcdef012", false },
		{ "Bearer ", false },
		{ "Bearer", false },
		{ TOKEN, false },
		{ "Basic " TOKEN, false },
		{ "", false },
		{ NULL, false },
		{ "Bearer " TOKEN " ", false },
		{ "Bearer 0123456789ABCDEF0123", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (guard_token(all[i].shown, TOKEN) != all[i].good)
			fail_msg("%s", all[i].shown);
	assert_true(guard_token(NULL, ""));
	assert_true(guard_token("Bearer x", ""));
}

/* A file with this text; its name ends with the next one. */
static const char *file_with(const char *text)
{
	static char path[] = "test-guard-token";
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
	return path;
}

static void token_files(void **state)
{
	static const struct {
		const char *text;
		const char *token; /* or: */
		const char *problem;
	} all[] = {
		{ TOKEN "\n", TOKEN, NULL },
		{ TOKEN, TOKEN, NULL },
		{ TOKEN "\r\nmore\n", TOKEN, NULL },
		{ "", "", "is shorter" },
		{ "short\n", "", "is shorter" },
		{ "0123456789 abcdef\n", "", "has other characters" },
		{ "0123456789\001abcdef\n", "", "has other characters" },
	};
	char token[GUARD_TOKEN_MOST + 1];
	char *error;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(guard_read_token(file_with(all[i].text), token, &error), all[i].problem == NULL);
		assert_string_equal(token, all[i].token);
		if (all[i].problem != NULL)
			assert_non_null(strstr(error, all[i].problem));
		free(error);
	}
	assert_int_equal(unlink(file_with("")), 0);
}

static void token_sizes(void **state)
{
	char text[GUARD_TOKEN_MOST + 2];
	char token[GUARD_TOKEN_MOST + 1];
	char *error;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[GUARD_TOKEN_MOST + 1] = '\0';
	assert_false(guard_read_token(file_with(text), token, &error));
	assert_non_null(strstr(error, "is longer"));
	free(error);
	text[GUARD_TOKEN_MOST] = '\0';
	assert_true(guard_read_token(file_with(text), token, &error));
	assert_string_equal(token, text);
	assert_int_equal(unlink(file_with("")), 0);
	assert_false(guard_read_token("/nonexistent/token", token, &error));
	assert_string_equal(error,
			    "inspection.token-file: /nonexistent/token cannot be read: No such file or directory");
	free(error);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(a_long_host_is_none),
		cmocka_unit_test(token_is),
		cmocka_unit_test(token_files),
		cmocka_unit_test(token_sizes),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, host_is, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
