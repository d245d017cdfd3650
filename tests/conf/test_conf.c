/* test_conf.c: sections, unknown keys, files, and what happens when memory is out. */
#include "conf/conf.h"

#include "tests/conf/rows.h"

#include <arpa/inet.h>
#include <sys/mman.h>
#include <unistd.h>

static const refused_t refused[] = {
	{ "a misspelt key", "lisen: [127.0.0.1]", "1:1: there is no key \"lisen\": the nearest is listen" },
	{ "a misspelt key in a section", "cache:\n  size: 1M\n  max-tll: 1d",
	  "3:3: there is no key \"max-tll\" in cache: the nearest is max-ttl" },
	{ "a misspelt key in a section of a section", "resolver:\n  hardening:\n    use-caps-for-ids: yes",
	  "3:5: there is no key \"use-caps-for-ids\" in resolver.hardening: the nearest is use-caps-for-id" },
	{ "a misspelt section", "cahce: {}", "1:1: there is no key \"cahce\": the nearest is cache" },
	{ "a misspelt section in a section", "resolver: {hardning: {}}",
	  "1:12: there is no key \"hardning\" in resolver: the nearest is hardening" },
	{ "letters left out", "alow: []", "1:1: there is no key \"alow\": the nearest is allow" },
	{ "letters swapped", "usre: x", "1:1: there is no key \"usre\": the nearest is user" },
	{ "the wrong case", "User: x", "1:1: there is no key \"User\": the nearest is user" },
	{ "underscores", "max_udp_size: 512", "1:1: there is no key \"max_udp_size\": the nearest is max-udp-size" },
	{ "an empty key", "\"\": 1", "1:1: there is no key \"\": the nearest is mx" },
	{ "terminal escapes", "\"\\e[2J\": 1", "1:1: there is no key \"\\x1b[2J\": the nearest is user" },
	{ "a key of another section", "cache: {idle-timeout: 1s}",
	  "1:9: there is no key \"idle-timeout\" in cache: its place is tcp.idle-timeout" },
	{ "a key that belongs into a section", "max-ttl: 1d",
	  "1:1: there is no key \"max-ttl\": its place is cache.max-ttl" },
	{ "a key that belongs to the top", "log:\n  threads: 4",
	  "2:3: there is no key \"threads\" in log: its place is at the top, not indented" },
	{ "a section of another section", "hardening: {do-ip6: no}",
	  "1:1: there is no key \"hardening\": its place is resolver.hardening" },
	{ "an option outside hardening", "resolver: {do-ip6: no}",
	  "1:12: there is no key \"do-ip6\" in resolver: its place is resolver.hardening.do-ip6" },
	{ "a misspelt key about MX answers", "mx:\n  policies: {}",
	  "2:3: there is no key \"policies\" in mx: the nearest is policy" },
	{ "a misspelt key of the validation log", "validation-log: {chekpoint: 10}",
	  "1:18: there is no key \"chekpoint\" in validation-log: the nearest is checkpoint" },
	{ "another name for the validation log", "validation_log: {}",
	  "1:1: there is no key \"validation_log\": the nearest is validation-log" },
	{ "pins outside their section", "pin: {example.org: mx.example.org}",
	  "1:1: there is no key \"pin\": its place is mx.pin" },
	{ "a section for MX answers that is a text", "mx: enforce",
	  "1:5: mx is a section: give its keys below it, indented" },
	{ "dots for sections", "cache.size: 1M",
	  "1:1: \"cache.size\" names a section and a key: write size below the section, indented" },
	{ "dots in a section", "resolver: {hardening.do-ip6: no}",
	  "1:12: there is no key \"hardening.do-ip6\" in resolver: its place is resolver.hardening.do-ip6" },
	{ "a dot at the end", "cache.: {size: 1M}", "1:1: there is no key \"cache.\": the nearest is cache" },
	{ "a key twice", "user: a\nthreads: 1\nuser: a", "3:1: user is here twice, first in line 1: keep one of them" },
	{ "a section twice", "cache: {size: 1M}\nlog: {}\ncache: {max-ttl: 1d}",
	  "3:1: cache is here twice, first in line 1: keep one of them" },
	{ "a key twice in a section", "cache:\n  size: 1M\n  size: 1M",
	  "3:3: size is here twice, first in line 2: keep one of them" },
	{ "a key twice, once in quotes", "user: a\n\"user\": a",
	  "2:1: user is here twice, first in line 1: keep one of them" },
	{ "a list for the file", "- a\n- b", "1:1: keys are wanted here, for example listen: [127.0.0.1]" },
	{ "a text for the file", "hello", "1:1: keys are wanted here, for example listen: [127.0.0.1]" },
	{ "a text for a section", "cache: 64M", "1:8: cache is a section: give its keys below it, indented" },
	{ "a list for a section", "resolver:\n  hardening:\n    - do-ip6: no",
	  "3:5: resolver.hardening is a section: give its keys below it, indented" },
	{ "an empty text for a section", "cache: \"\"", "1:8: cache is a section: give its keys below it, indented" },
	{ "a list for a key", "[a]: b", "1:1: a key is wanted here, for example listen" },
	{ "a section for a key", "{a: b}: c", "1:1: a key is wanted here, for example listen" },
	{ "NUL in a key", "\"user\\0\": x", "1:1: a key is wanted here, for example listen" },
};

static void front_is_default(const conf_t *conf)
{
	assert_int_equal(conf->listen.count, 2);
	assert_int_equal(conf->listen.items[0].sa.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_int_equal(ntohs(conf->listen.items[0].sa.v4.sin_port), 53);
	assert_true(IN6_IS_ADDR_LOOPBACK(&conf->listen.items[1].sa.v6.sin6_addr));
	assert_int_equal(conf->allow.count, 2);
	assert_string_equal(conf->user, "mxward");
	assert_true(conf->user_is_default);
	assert_int_equal(conf->threads, 0);
	assert_int_equal(conf->max_udp_size, 1232);
	assert_int_equal(conf->tcp.max_connections, 1024);
	assert_int_equal(conf->tcp.max_per_client, 512);
	assert_int_equal(conf->tcp.idle_timeout, 10);
}

static void resolver_is_default(const conf_t *conf)
{
	assert_string_equal(conf->resolver.root_hints, "/usr/share/dns/root.hints");
	assert_string_equal(conf->resolver.trust_anchor_files.items[0], "/usr/share/dns/root.key");
	assert_string_equal(conf->resolver.auto_trust_anchor_file, "/var/lib/mxward/root.key");
	assert_int_equal(conf->resolver.forward.count, 0);
	assert_string_equal(conf->resolver.libunbound, "");
	assert_int_equal(conf->resolver.processes, 1);
	assert_int_equal(conf->resolver.budget, 10);
	assert_int_equal(conf->resolver.max_questions, 8192);
	assert_int_equal(conf->resolver.zone_share, 20);
	assert_int_equal(conf->resolver.client_share, 75);
	assert_int_equal(conf->resolver.max_lookups, 256);
	assert_int_equal(conf->resolver.memory, 64 << 20);
	assert_int_equal(conf->cache.size, 64 << 20);
	assert_int_equal(conf->cache.min_ttl, 0);
	assert_int_equal(conf->cache.max_ttl, 86400);
	assert_int_equal(conf->cache.negative_max_ttl, 3600);
}

static void mx_is_default(const conf_t *conf)
{
	assert_int_equal(conf->mx.mode, CONF_MX_ENFORCE);
	assert_int_equal(conf->mx.policy.count, 0);
	assert_int_equal(conf->mx.pins.count, 0);
	assert_true(conf->mx.corroborate);
	assert_int_equal(conf->mx.corroborate_timeout, 3000);
	assert_int_equal(conf->mx.target_timeout, 1500);
	assert_int_equal(conf->mx.max_targets, 16);
	assert_int_equal(conf->mx.internal_addresses.count, 0);
	assert_int_equal(conf->mx.internal_domains.count, 0);
	assert_int_equal(conf->mx.own_names.count, 0);
	assert_int_equal(conf->mx.providers.count, 2);
	assert_string_equal(conf->mx.providers.items[0], "/usr/share/mxward/providers.yaml");
	assert_string_equal(conf->mx.providers.items[1], "/etc/mxward/providers.yaml");
}

static void logs_are_default(const conf_t *conf)
{
	assert_int_equal(conf->log.level, CONF_LOG_INFO);
	assert_string_equal(conf->log.to, "stderr");
	assert_string_equal(conf->validation_log.file, "/var/log/mxward/validation.log");
	assert_false(conf->validation_log.journal);
	assert_string_equal(conf->validation_log.key, "/var/lib/mxward/validation-log.key");
	assert_int_equal(conf->validation_log.checkpoint, 1000);
	assert_false(conf->validation_log.hits);
	assert_true(conf->inspection.enable);
	assert_int_equal(conf->inspection.listen.count, 2);
	assert_int_equal(ntohs(conf->inspection.listen.items[1].sa.v6.sin6_port), 8953);
	assert_string_equal(conf->inspection.token_file, "");
	assert_true(conf->alerts.log);
	assert_true(conf->alerts.journal);
	assert_int_equal(conf->alerts.exec.count, 0);
	assert_int_equal(conf->alerts.exec_timeout, 30);
	assert_string_equal(conf->alerts.webhook.url, "");
	assert_string_equal(conf->alerts.webhook.token_file, "");
	assert_string_equal(conf->alerts.webhook.ca_file, "");
	assert_int_equal(conf->alerts.webhook.timeout, 10);
	assert_int_equal(conf->alerts.webhook.retry, 5000);
	assert_int_equal(conf->alerts.failing_after, 4 * 3600);
	assert_int_equal(conf->alerts.max_per_hour, 60);
	assert_string_equal(conf->alerts.file, "/var/lib/mxward/alerts.json");
	assert_true(conf->history.enable);
	assert_string_equal(conf->history.file, "/var/lib/mxward/history.db");
	assert_int_equal(conf->history.max_rows, 10000000);
	assert_int_equal(conf->history.max_age, 104 * 7 * 86400);
	assert_int_equal(conf->watch.count, 0);
}

/* What issue and manual promise for an empty file. */
static void is_default(const conf_t *conf)
{
	front_is_default(conf);
	resolver_is_default(conf);
	mx_is_default(conf);
	logs_are_default(conf);
}

static void nothing_is_the_defaults(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"# nothing\n",
		"---\n",
		"~",
		"{}",
		"\357\273\277# BOM\n",
		"cache:\n",
		"cache:\n  # size: 1M\nlog: ~\n",
		"tcp: {}",
		"resolver:\n  hardening:\n",
		"resolver: null",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		conf_t *conf = accepted(texts[i]);

		is_default(conf);
		conf_free(conf);
	}
}

static void keeps_the_defaults_beside_what_is_set(void **state)
{
	conf_t *conf = accepted("cache: {max-ttl: 2d}");

	(void)state;
	assert_int_equal(conf->cache.max_ttl, 172800);
	conf->cache.max_ttl = 86400;
	is_default(conf);
	conf_free(conf);
}

static void remembers_places(void **state)
{
	conf_t *conf = accepted("resolver:\n  libunbound: |\n    neg-cache-size: 1m\n  hardening: {do-ip6: no}\n");

	(void)state;
	assert_int_equal(conf_place(conf, "resolver.libunbound").line, 2);
	assert_int_equal(conf_place(conf, "resolver.libunbound").column, 15);
	assert_int_equal(conf_place(conf, "resolver.hardening.do-ip6").line, 4);
	assert_int_equal(conf_place(conf, "resolver.hardening.do-ip6").column, 23);
	assert_int_equal(conf_place(conf, "resolver.hardening.do-ip4").line, 0);
	assert_int_equal(conf_place(conf, "user").column, 0);
	conf_free(conf);
}

static void shortens_long_keys(void **state)
{
	char text[400];
	char *error = NULL;

	(void)state;
	sprintf(text, "%0300d: 1", 0);
	assert_null(conf_parse(text, strlen(text), "f", &error));
	assert_string_equal(error,
			    "f:1:1: there is no key \"00000000000000000000000000000000000000000000000000000...\": "
			    "the nearest is listen");
	free(error);
}

/* A file that needs no place on a disk; to be closed. */
static int file_of(const char *text, char path[32])
{
	int fd = memfd_create("mxward.yaml", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	snprintf(path, 32, "/proc/self/fd/%d", fd); /* opened by this name, it is read from its start */
	return fd;
}

static void loads_files(void **state)
{
	char path[32];
	char want[100];
	char *error = NULL;
	int good = file_of("threads: 3\n", path);
	conf_t *conf = conf_load(path, &error);
	int bad = file_of("\nthreads: x\n", path);

	(void)state;
	assert_non_null(conf);
	assert_null(error);
	assert_int_equal(conf->threads, 3);
	conf_free(conf);
	assert_null(conf_load(path, &error));
	snprintf(want, sizeof(want), "%s:2:10: threads: \"x\" is neither a whole number nor auto", path);
	assert_string_equal(error, want);
	free(error);
	close(good);
	close(bad);
}

static void tells_why_a_file_cannot_be_read(void **state)
{
	char *error = NULL;

	(void)state;
	assert_null(conf_load("/nonexistent/mxward.yaml", &error));
	assert_string_equal(error, "/nonexistent/mxward.yaml: cannot be opened: No such file or directory");
	free(error);
	assert_null(conf_load("/", &error));
	assert_string_equal(error, "/: cannot be read: Is a directory");
	free(error);
	assert_null(conf_load("/dev/zero", &error));
	assert_string_equal(error, "/dev/zero: the file has more than 1048576 octets: a configuration is smaller");
	free(error);
	conf_free(NULL);
}

/* The linker gives the room these in place of libc's: the allocation number g_fail_at fails. */
static unsigned g_allocations;
static unsigned g_fail_at;

void *__real_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);

static bool fails_now(void)
{
	return ++g_allocations == g_fail_at;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails_now() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails_now() ? NULL : __real_strdup(text);
}

static void survives_without_memory(void **state)
{
	char path[32];
	int fd = file_of("resolver: {forward: [{zone: a, to: [192.0.2.1]}], domain-insecure: [b]}\n"
			 "mx: {policy: {c: log, d: log}, pin: {e: [f, g], h: i}}\n",
			 path);
	conf_t *conf = NULL;

	(void)state;
	for (unsigned fail_at = 1; conf == NULL; fail_at++) {
		char *error = NULL;

		g_allocations = 0;
		g_fail_at = fail_at;
		conf = conf_load(path, &error);
		g_fail_at = 0;
		if (conf == NULL)
			assert_non_null(strstr(error, ": memory is out"));
		free(error);
		assert_in_range(fail_at, 1, 1000);
	}
	assert_in_range(g_allocations, 30, 1000); /* it did go through all of them */
	conf_free(conf);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_the_defaults),
		cmocka_unit_test(keeps_the_defaults_beside_what_is_set),
		cmocka_unit_test(remembers_places),
		cmocka_unit_test(shortens_long_keys),
		cmocka_unit_test(loads_files),
		cmocka_unit_test(tells_why_a_file_cannot_be_read),
		cmocka_unit_test(survives_without_memory),
	};

	return RUN_ROWS("refused", refused, is_refused) + cmocka_run_group_tests(tests, NULL, NULL);
}
