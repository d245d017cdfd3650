/* test_options.c: what of the configuration reaches libunbound, that libunbound takes every line of it, and what is said about
 * what it does not take. The first argument is mxward, for the process in which a configuration is tried. */
#include "module/resolver/options.h"
#include "tests/support.h"

#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unbound.h>
#include <unistd.h>

static const char *g_program;

static conf_t *parse(const char *yaml)
{
	char *error = NULL;
	conf_t *conf = conf_parse(yaml, strlen(yaml), "test", &error);

	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

/* ---- lines ---- */

struct row {
	const char *name;
	const char *yaml;
	bool writable;
	const char *with[4];    /* lines that are there */
	const char *without[4]; /* text that is not */
};

static const struct row rows[] = {
	{ "modules are named", "", false, { "\tmodule-config: \"validator iterator\"" }, { "subnetcache" } },
	{ "static anchors", "", false, { "\ttrust-anchor-file: \"/usr/share/dns/root.key\"" }, { "auto-trust" } },
	{ "RFC 5011 state takes the first one's place",
	  "resolver: {trust-anchor-file: [/a, /b], auto-trust-anchor-file: /c}",
	  true,
	  { "\tauto-trust-anchor-file: \"/c\"", "\ttrust-anchor-file: \"/b\"" },
	  { "\"/a\"" } },
	{ "RFC 5011 state that is not wanted",
	  "resolver: {trust-anchor-file: [/a], auto-trust-anchor-file: \"\"}",
	  true,
	  { "\ttrust-anchor-file: \"/a\"" },
	  { "auto-trust" } },
	{ "root hints", "resolver: {root-hints: /h}", false, { "\troot-hints: \"/h\"" }, { NULL } },
	{ "built-in root hints", "resolver: {root-hints: \"\"}", false, { NULL }, { "root-hints" } },
	{ "negative trust anchors",
	  "resolver: {domain-insecure: [corp.example]}",
	  false,
	  { "\tdomain-insecure: \"corp.example\"" },
	  { "local-zone" } },
	{ "memory is divided",
	  "resolver: {memory: 64M}",
	  false,
	  { "\trrset-cache-size: 8388608", "\tmsg-cache-size: 4194304", "\tinfra-cache-numhosts: 8192" },
	  { NULL } },
	{ "little memory is still enough",
	  "resolver: {memory: 4M}",
	  false,
	  { "\trrset-cache-size: 524288", "\tinfra-cache-numhosts: 512", "\tneg-cache-size: 65536" },
	  { NULL } },
	{ "limits of TTL",
	  "cache: {max-ttl: 2h, negative-max-ttl: 60}",
	  false,
	  { "\tcache-max-ttl: 7200", "\tcache-max-negative-ttl: 60" },
	  { NULL } },
	{ "quiet", "", false, { "\tverbosity: 0" }, { NULL } },
	{ "talkative", "log: {level: debug}", false, { "\tverbosity: 1" }, { NULL } },
	{ "hardening", "resolver: {hardening: {use-caps-for-id: no}}", false, { "\tuse-caps-for-id: no" }, { NULL } },
	{ "hardening by default",
	  "",
	  false,
	  { "\tuse-caps-for-id: yes", "\tharden-referral-path: no", "\tedns-buffer-size: 1232",
	    "\tqname-minimisation: yes" },
	  { NULL } },

	{ "we do not ask ourselves",
	  "listen: [192.0.2.1, \"2001:db8::1@53\"]",
	  false,
	  { "\tdo-not-query-address: \"192.0.2.1\"", "\tdo-not-query-address: \"2001:db8::1\"" },
	  { "192.0.2.1@" } },
	{ "what listens at another port is not asked anyway",
	  "listen: [192.0.2.1@5353]",
	  false,
	  { "\tdo-not-query-address: \"0.0.0.0/8\"", "\tdo-not-query-address: \"::ffff:0:0/96\"" },
	  { "192.0.2.1" } },
	{ "a wildcard is every address",
	  "listen: [0.0.0.0]",
	  false,
	  { "\tdo-not-query-address: \"127.0.0.1\"" },
	  { NULL } },

	{ "forward",
	  "resolver: {forward: [{zone: corp.example, to: [192.0.2.53, \"2001:db8::53@5353\"]}]}",
	  false,
	  { "forward-zone:", "\tname: \"corp.example\"", "\tforward-addr: 192.0.2.53@53",
	    "\tforward-addr: 2001:db8::53@5353" },
	  { "local-zone" } },
	{ "stub",
	  "resolver: {stub: [{zone: corp.example, to: [192.0.2.53@54]}]}",
	  false,
	  { "stub-zone:", "\tname: \"corp.example\"", "\tstub-addr: 192.0.2.53@54" },
	  { "forward" } },
	{ "zones that libunbound would answer itself",
	  "resolver: {forward: [{zone: 10.in-addr.arpa, to: [192.0.2.53]}], stub: [{zone: lab.Test, to: [192.0.2.53]}],"
	  " domain-insecure: [home.arpa]}",
	  false,
	  { "\tlocal-zone: \"10.in-addr.arpa\" transparent", "\tlocal-zone: \"lab.Test\" transparent",
	    "\tlocal-zone: \"home.arpa\" transparent" },
	  { NULL } },
	{ "a forwarder on this machine is asked, its neighbours are not",
	  "resolver: {forward: [{zone: list.example, to: [127.0.0.1@530]}]}",
	  false,
	  { "\tdo-not-query-localhost: \"no\"", "\tdo-not-query-address: \"127.0.0.0/32\"",
	    "\tdo-not-query-address: \"127.0.0.2/31\"", "\tdo-not-query-address: \"127.128.0.0/9\"" },
	  { "query-address: \"127.0.0.1\"", "\"127.0.0.0/8\"", "\"127.0.0.1/32\"" } },
	{ "and where it is not asked, ::1 is not either",
	  "resolver: {stub: [{zone: list.example, to: [127.255.255.255]}]}",
	  false,
	  { "\tdo-not-query-address: \"127.0.0.0/9\"", "\tdo-not-query-address: \"127.255.255.254/32\"",
	    "\tdo-not-query-address: \"::1\"" },
	  { "127.255.255.255/32" } },
	{ "a forwarder at ::1",
	  "resolver: {forward: [{zone: list.example, to: [\"::1@530\"]}]}",
	  false,
	  { "\tdo-not-query-localhost: \"no\"", "\tdo-not-query-address: \"127.0.0.0/8\"" },
	  { "query-address: \"::1\"" } },
	{ "a forwarder on this machine changes nothing where loopback may be asked",
	  "resolver: {hardening: {do-not-query-localhost: no}, forward: [{zone: list.example, to: [127.0.0.1@530]}]}",
	  false,
	  { "\tdo-not-query-localhost: no" },
	  { "\"127.0.0.0/32\"" } },
	{ "forward everything",
	  "resolver: {forward: [{zone: \".\", to: [192.0.2.53]}]}",
	  false,
	  { "\tname: \".\"" },
	  { "local-zone" } },
	{ "their own text, as it is",
	  "resolver: {libunbound: \"local-zone: \\\"x.example\\\" static\\nprefetch: yes\"}",
	  false,
	  { "local-zone: \"x.example\" static", "prefetch: yes" },
	  { NULL } },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static bool has_line(const char *text, const char *line)
{
	size_t size = strlen(line);

	for (const char *at = strstr(text, line); at != NULL; at = strstr(at + 1, line))
		if ((at == text || at[-1] == '\n') && at[size] == '\n')
			return true;
	return false;
}

static void writes(void **state)
{
	const struct row *row = *state;
	conf_t *conf = parse(row->yaml);
	char *text = options_text(conf, row->writable);

	assert_non_null(text);
	for (size_t i = 0; i < 4 && row->with[i] != NULL; i++)
		if (!has_line(text, row->with[i]))
			fail_msg("no line `%s` in\n%s", row->with[i], text);
	for (size_t i = 0; i < 4 && row->without[i] != NULL; i++)
		if (strstr(text, row->without[i]) != NULL)
			fail_msg("`%s` in\n%s", row->without[i], text);
	free(text);
	conf_free(conf);
}

/* Their own text is the last of the server clause: what comes behind it begins a clause of its own. */
static void their_text_has_the_last_word(void **state)
{
	conf_t *conf = parse("resolver: {libunbound: \"verbosity: 3\", forward: [{zone: a.example, to: [192.0.2.1]}]}");
	char *text = options_text(conf, false);
	const char *theirs;

	(void)state;
	assert_non_null(text);
	theirs = strstr(text, "\nverbosity: 3\n");
	assert_non_null(theirs);
	assert_null(strstr(theirs + 1, "\tverbosity"));
	assert_memory_equal(theirs, "\nverbosity: 3\nforward-zone:\n", 28);
	free(text);
	conf_free(conf);
}

/* ---- what cannot be quoted ---- */

static void no_value_ends_its_quotation(void **state)
{
	static const char *const values[] = { "/a\"b", "/a\nb", "/a\rb", "/a\tb", "/\x7f" };
	conf_t *conf = parse("");
	char *own = conf->resolver.root_hints;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char value[16];
		char *refusal;

		snprintf(value, sizeof(value), "%s", values[i]);
		conf->resolver.root_hints = value;
		assert_null(options_text(conf, false));
		refusal = options_check_with(conf, g_program);
		assert_non_null(refusal);
		assert_non_null(strstr(refusal, "quotation mark"));
		free(refusal);
	}
	conf->resolver.root_hints = own;
	conf_free(conf);
}

/* ---- libunbound's opinion ---- */

static int try_config(const char *text)
{
	char path[] = "test-options-XXXXXX";
	int fd = mkstemp(path);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	struct ub_ctx *ctx = ub_ctx_create();
	int err;

	assert_non_null(out);
	assert_non_null(ctx);
	fputs(text, out);
	fclose(out);
	err = ub_ctx_config(ctx, path);
	ub_ctx_delete(ctx);
	unlink(path);
	return err;
}

static void libunbound_takes_every_line(void **state)
{
	conf_t *conf = parse("");
	char *text = options_text(conf, true);
	char *rest;

	(void)state;
	assert_non_null(text);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		char config[512];

		if (strcmp(line, "server:") == 0)
			continue;
		snprintf(config, sizeof(config), "server:\n%s\n", line);
		if (try_config(config) != 0)
			fail_msg("libunbound refuses `%s`", line);
	}
	free(text);
	conf_free(conf);
}

/* The same text by the judgement of unbound-checkconf(8), where it is installed. */
static void unbound_checkconf_agrees(void **state)
{
	static const char yaml[] = "resolver:\n"
				   "  root-hints: \"\"\n"
				   "  trust-anchor-file: []\n"
				   "  auto-trust-anchor-file: \"\"\n"
				   "  domain-insecure: [a.example, home.arpa]\n"
				   "  forward: [{zone: b.example, to: [192.0.2.1, \"2001:db8::1@54\"]}]\n"
				   "  stub: [{zone: c.test, to: [192.0.2.1]}]\n"
				   "  libunbound: |\n"
				   "    local-zone: d.example static\n";
	char path[] = "test-options-XXXXXX";
	char program[] = "/usr/sbin/unbound-checkconf";
	char *const arguments[] = { program, path, NULL };
	conf_t *conf;
	char *text;
	pid_t pid;
	int status;
	int fd;

	(void)state;
	if (access(program, X_OK) != 0)
		skip();
	conf = parse(yaml);
	text = options_text(conf, false);
	assert_non_null(text);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(posix_spawn(&pid, program, NULL, NULL, arguments, environ), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	unlink(path);
	free(text);
	conf_free(conf);
}

struct opinion {
	const char *name;
	const char *yaml;
	const char *says; /* NULL: nothing */
};

#define PLAIN "resolver:\n  root-hints: \"\"\n  trust-anchor-file: []\n  auto-trust-anchor-file: \"\"\n"

static const struct opinion opinions[] = {
	{ "fine", PLAIN, NULL },
	{ "fine with more options",
	  PLAIN "  libunbound: |\n    local-zone: \"a.example\" static\n    msg-cache-slabs: 2\n", NULL },
	{ "unknown option", PLAIN "  libunbound: \"no-such-option: yes\"\n",
	  "resolver.libunbound, line 1: unknown keyword" },
	{ "unknown option further down",
	  PLAIN "  libunbound: |\n    prefetch: no\n\n    # note\n    no-such-option: yes\n",
	  "resolver.libunbound, line 4: unknown keyword" },
	{ "a value of the wrong kind", PLAIN "  libunbound: \"prefetch: 7\"\n",
	  "resolver.libunbound, line 1: expected yes or no" },
	{ "a file that is not there", PLAIN "  libunbound: \"trust-anchor-file: /nonexistent/key\"\n",
	  "/nonexistent/key" },
	{ "root hints that are not there", "resolver:\n  root-hints: /nonexistent/hints\n", "/nonexistent/hints" },
	{ "a name that is none", PLAIN "  libunbound: 'local-zone: \"a..b\" static'\n", "libunbound does not start" },
};

enum { OPINIONS = sizeof(opinions) / sizeof(opinions[0]) };

static void says(void **state)
{
	const struct opinion *opinion = *state;
	conf_t *conf = parse(opinion->yaml);
	char *refusal = options_check_with(conf, g_program);

	if (opinion->says == NULL) {
		if (refusal != NULL)
			fail_msg("%s", refusal);
	} else {
		assert_non_null(refusal);
		if (strstr(refusal, opinion->says) == NULL)
			fail_msg("`%s` is not in `%s`", opinion->says, refusal);
	}
	free(refusal);
	conf_free(conf);
}

struct anchor {
	const char *name;
	const char *text;
	bool fine;
};

static const struct anchor anchors[] = {
	{ "DS", ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n", true },
	{ "DS behind a comment",
	  "; the root\n\n.\t86400\tin\tds\t20326 8 2 ( "
	  "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D )\n",
	  true },
	{ "nothing", "", false },
	{ "comments only", "; . IN DS 20326 8 2 E06D\n;;id: . 1\n", false },
};

enum { ANCHORS = sizeof(anchors) / sizeof(anchors[0]) };

/* libunbound takes all of these, and validates nothing with the last ones. */
static void a_file_without_a_key_is_told(void **state)
{
	const struct anchor *anchor = *state;
	char path[] = "test-options-XXXXXX";
	int fd = mkstemp(path);
	char here[256];
	char yaml[512];
	conf_t *conf;
	char *refusal;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, anchor->text, strlen(anchor->text)), strlen(anchor->text));
	close(fd);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(yaml, sizeof(yaml),
		 "resolver: {root-hints: \"\", auto-trust-anchor-file: \"\", trust-anchor-file: [%s/%s]}", here, path);
	conf = parse(yaml);
	refusal = options_check_with(conf, g_program);
	unlink(path);
	if (anchor->fine && refusal != NULL)
		fail_msg("%s", refusal);
	if (!anchor->fine) {
		assert_non_null(refusal);
		assert_non_null(strstr(refusal, "holds no DS or DNSKEY record"));
	}
	free(refusal);
	conf_free(conf);
}

/* A line of ours cannot be refused unless conf lets something through; then it is quoted. */
static void a_line_of_ours_is_shown(void **state)
{
	conf_t *conf = parse(PLAIN);
	char *refusal;

	(void)state;
	assert_true(conf->resolver.option_count > 0);
	snprintf(conf->resolver.options[0].value, sizeof(conf->resolver.options[0].value), "perhaps");
	refusal = options_check_with(conf, g_program);
	assert_non_null(refusal);
	if (strstr(refusal, "perhaps`: expected yes or no") == NULL)
		fail_msg("%s", refusal);
	free(refusal);
	conf_free(conf);
}

static void a_missing_program_is_told(void **state)
{
	conf_t *conf = parse(PLAIN);
	char *refusal = options_check_with(conf, "/nonexistent/mxward");

	(void)state;
	assert_non_null(refusal);
	assert_non_null(strstr(refusal, "No such file"));
	free(refusal);
	refusal = options_check_with(conf, "/bin/true");
	assert_non_null(refusal);
	assert_non_null(strstr(refusal, "does not say why"));
	free(refusal);
	conf_free(conf);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest plain[] = {
		cmocka_unit_test(their_text_has_the_last_word), cmocka_unit_test(no_value_ends_its_quotation),
		cmocka_unit_test(libunbound_takes_every_line),  cmocka_unit_test(unbound_checkconf_agrees),
		cmocka_unit_test(a_line_of_ours_is_shown),      cmocka_unit_test(a_missing_program_is_told),
	};
	enum { PLAIN_TESTS = sizeof(plain) / sizeof(plain[0]) };
	struct CMUnitTest tests[PLAIN_TESTS + ROWS + OPINIONS + ANCHORS];
	size_t count = 0;

	if (argc != 2) {
		fputs("usage: test_options MXWARD\n", stderr);
		return 64;
	}
	g_program = argv[1];
	for (size_t i = 0; i < PLAIN_TESTS; i++)
		tests[count++] = plain[i];
	for (size_t i = 0; i < ROWS; i++)
		tests[count++] = (struct CMUnitTest){ rows[i].name, writes, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < OPINIONS; i++)
		tests[count++] =
			(struct CMUnitTest){ opinions[i].name, says, NULL, NULL, (void *)(uintptr_t)&opinions[i] };
	for (size_t i = 0; i < ANCHORS; i++)
		tests[count++] = (struct CMUnitTest){ anchors[i].name, a_file_without_a_key_is_told, NULL, NULL,
						      (void *)(uintptr_t)&anchors[i] };
	return _cmocka_run_group_tests("options", tests, count, NULL, NULL);
}
