/* test_policy_of.c: what is configured is what assessments go by; unknown checks and actions are told with their place. */
#include "module/policy_of.h"

#include "tests/conf/rows.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>

/* The linker gives these in place of libc's. A test's interfaces are those in g_interfaces; NULL: they cannot be listed. */
static struct ifaddrs *g_interfaces;
static unsigned g_freed;
static unsigned g_allocations;
static unsigned g_fail_at;

int __wrap_getifaddrs(struct ifaddrs **interfaces);
void __wrap_freeifaddrs(struct ifaddrs *interfaces);
void *__real_calloc(size_t count, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);

int __wrap_getifaddrs(struct ifaddrs **interfaces)
{
	if (g_interfaces == NULL) {
		errno = EPERM;
		return -1;
	}
	*interfaces = g_interfaces;
	return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *interfaces)
{
	assert_ptr_equal(interfaces, g_interfaces);
	g_freed++;
}

static bool fails_now(void)
{
	return ++g_allocations == g_fail_at;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails_now() ? NULL : __real_reallocarray(old, count, size);
}

static policy_t *policy_of(const char *text)
{
	conf_t *conf = accepted(text);
	char *error = NULL;
	policy_t *policy = policy_of_conf(conf, "f", &error);

	if (policy == NULL)
		fail_msg("\"%s\" is refused: %s", text, error);
	assert_null(error);
	conf_free(conf); /* the policy keeps nothing of it */
	return policy;
}

static name_t named(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

/* ---- refused ---- */

static const refused_t refused[] = {
	{ "a misspelt check", "mx:\n  policy:\n    target-is-alais: reject\n",
	  "3:5: mx.policy: there is no check \"target-is-alais\": the nearest is target-is-alias" },
	{ "a check in the wrong case", "mx: {policy: {Pin-Mismatch: log}}",
	  "1:15: mx.policy: there is no check \"Pin-Mismatch\": the nearest is pin-mismatch" },
	{ "the second of two", "mx: {policy: {target-is-alias: log, uncoroborated: log}}",
	  "1:37: mx.policy: there is no check \"uncoroborated\": the nearest is uncorroborated" },
	{ "a misspelt last one", "mx: {policy: {uneven-protektion: log}}",
	  "1:15: mx.policy: there is no check \"uneven-protektion\": the nearest is uneven-protection" },
	{ "no such action", "mx:\n  policy: {target-is-alias: drop}\n",
	  "2:29: mx.policy: \"drop\" is none of ignore log strip reject" },
	{ "an action in the wrong case", "mx: {policy: {target-is-alias: Reject}}",
	  "1:32: mx.policy: \"Reject\" is none of ignore log strip reject" },
	{ "less than can be", "mx: {policy: {bogus: log}}",
	  "1:22: mx.policy: log is too little for bogus: the least is reject" },
	{ "less than can be, even when insecure", "mx: {policy: {rdata-malformed: ignore}}",
	  "1:32: mx.policy: ignore is too little for rdata-malformed: the least is strip" },
};

static void refuses(void **state)
{
	const refused_t *row = *state;
	conf_t *conf = accepted(row->text);
	char *error = NULL;

	assert_null(policy_of_conf(conf, "f", &error));
	assert_non_null(error);
	assert_memory_equal(error, "f:", 2);
	assert_string_equal(error + 2, row->error);
	free(error);
	conf_free(conf);
}

/* ---- accepted ---- */

static void defaults_are_the_table(void **state)
{
	policy_t *policy = policy_of("");
	const name_t name = named("example.org");

	(void)state;
	for (unsigned id = 0; id < CHECKS; id++) {
		assert_int_equal(policy_action(policy, (check_id_t)id, false), check_row((check_id_t)id)->action);
		assert_int_equal(policy_action(policy, (check_id_t)id, true), check_row((check_id_t)id)->secure);
	}
	assert_false(policy_monitors(policy));
	assert_true(policy_corroborates(policy));
	assert_int_equal(policy_max_targets(policy), 16);
	assert_false(policy_has_pin(policy, &name));
	assert_false(policy_has_internal_targets(policy, &name));
	assert_false(policy_is_own_name(policy, &name));
	policy_free(policy);
}

static void takes_the_settings(void **state)
{
	policy_t *policy = policy_of("mx: {mode: monitor, corroborate: no, max-targets: 7}");

	(void)state;
	assert_true(policy_monitors(policy));
	assert_false(policy_corroborates(policy));
	assert_int_equal(policy_max_targets(policy), 7);
	policy_free(policy);
}

/* Every check can be set to every action that it may have, and no other check changes. */
static void takes_every_action(void **state)
{
	(void)state;
	for (unsigned id = 0; id < CHECKS; id++)
		for (unsigned action = ACTION_IGNORE; action <= ACTION_REJECT; action++) {
			const check_t *row = check_row((check_id_t)id);
			const unsigned other = (id + 1) % CHECKS;
			char text[128];
			policy_t *policy;

			if (action < row->least && action < row->least_secure)
				continue;
			snprintf(text, sizeof(text), "mx: {policy: {%s: %s}}", row->name,
				 action_name((action_t)action));
			policy = policy_of(text);
			assert_int_equal(policy_action(policy, (check_id_t)id, false), action);
			assert_int_equal(policy_action(policy, (check_id_t)id, true), action);
			assert_int_equal(policy_action(policy, (check_id_t)other, false),
					 check_row((check_id_t)other)->action);
			policy_free(policy);
		}
}

static void takes_pins(void **state)
{
	policy_t *policy = policy_of("mx:\n  pin:\n    Example.org: [MX1.example.org, \"*.mail.example\"]\n"
				     "    parked.example: .\n");
	const name_t org = named("example.org");
	const name_t parked = named("parked.example");
	const name_t one = named("mx1.example.org");
	const name_t star = named("a.b.mail.example");
	const name_t null_mx = named(".");

	(void)state;
	assert_true(policy_has_pin(policy, &org));
	assert_true(policy_pin_allows(policy, &org, &one));
	assert_true(policy_pin_allows(policy, &org, &star));
	assert_false(policy_pin_allows(policy, &org, &null_mx));
	assert_true(policy_pin_allows(policy, &parked, &null_mx));
	assert_false(policy_pin_allows(policy, &parked, &one));
	assert_false(policy_has_pin(policy, &one));
	policy_free(policy);
}

static void takes_internal_and_own(void **state)
{
	policy_t *policy = policy_of("mx:\n  internal-addresses: [10.1.0.0/16, \"fd00::/8\"]\n"
				     "  internal-domains: [corp.example, lan]\n  own-names: [mail.Example.org]\n");
	const name_t corp = named("corp.example");
	const name_t lan = named("lan");
	const name_t own = named("mail.example.org");
	struct in6_addr v6;

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "fd12::1", &v6), 1);
	assert_true(policy_allows_address(policy, AF_INET, (const uint8_t[]){ 10, 1, 2, 3 }));
	assert_false(policy_allows_address(policy, AF_INET, (const uint8_t[]){ 10, 2, 2, 3 }));
	assert_true(policy_allows_address(policy, AF_INET6, v6.s6_addr));
	assert_true(policy_has_internal_targets(policy, &corp));
	assert_true(policy_has_internal_targets(policy, &lan));
	assert_false(policy_has_internal_targets(policy, &own));
	assert_true(policy_is_own_name(policy, &own));
	assert_false(policy_is_own_name(policy, &corp));
	policy_free(policy);
}

/* ---- own addresses ---- */

typedef struct own_row {
	const char *name;
	const char *listen;
	const char *interface;
	const char *address; /* is it own? */
	bool own;
} own_row_t;

static const own_row_t own_rows[] = {
	{ "an address of listen", "192.0.2.1@5353", "192.0.2.9", "192.0.2.1", true },
	{ "an IPv6 address of listen", "2001:db8::1", "192.0.2.9", "2001:db8::1", true },
	{ "an interface's address", "127.0.0.1", "192.0.2.9", "192.0.2.9", true },
	{ "an interface's private address", "127.0.0.1", "10.0.0.9", "10.0.0.9", true },
	{ "an interface's IPv6 address", "127.0.0.1", "2001:db8::9", "2001:db8::9", true },
	{ "both", "192.0.2.1", "192.0.2.1", "192.0.2.1", true },
	{ "interfaces that cannot be listed", "192.0.2.1", NULL, "192.0.2.1", true },
	{ "an interface without an address", "192.0.2.1", "", "192.0.2.1", true },
	{ "its neighbour", "192.0.2.1", "192.0.2.9", "192.0.2.2", false },
	{ "loopback", "127.0.0.1", "127.0.0.1", "127.0.0.1", false },
	{ "IPv6 loopback", "::1", "::1", "::1", false },
	{ "any address", "0.0.0.0", "192.0.2.9", "0.0.0.0", false },
	{ "any IPv6 address", "::", "192.0.2.9", "::", false },
	{ "a link-local address", "127.0.0.1", "169.254.1.2", "169.254.1.2", false },
	{ "a link-local IPv6 address", "fe80::1%1", "fe80::2", "fe80::1", false },
};

static int read_address(const char *text, struct sockaddr_storage *storage, const uint8_t **octets)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)storage;

	memset(storage, 0, sizeof(*storage));
	storage->ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	*octets = storage->ss_family == AF_INET ? (const uint8_t *)&v4->sin_addr : v6->sin6_addr.s6_addr;
	assert_int_equal(inet_pton(storage->ss_family, text,
				   storage->ss_family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr),
			 1);
	return storage->ss_family;
}

static void knows_own_address(void **state)
{
	const own_row_t *row = *state;
	struct sockaddr unknown = { .sa_family = AF_PACKET };
	struct ifaddrs second = { .ifa_addr = &unknown };
	struct ifaddrs first = { .ifa_next = &second };
	struct sockaddr_storage interface;
	struct sockaddr_storage asked;
	const uint8_t *octets;
	char text[64];
	policy_t *policy;
	int family;

	if (row->interface != NULL && *row->interface != '\0') {
		read_address(row->interface, &interface, &octets);
		first.ifa_addr = (struct sockaddr *)(void *)&interface;
	}
	g_interfaces = row->interface != NULL ? &first : NULL;
	g_freed = 0;
	snprintf(text, sizeof(text), "listen: [\"%s\"]", row->listen);
	policy = policy_of(text);
	assert_int_equal(g_freed, row->interface != NULL);
	g_interfaces = NULL;
	family = read_address(row->address, &asked, &octets);
	assert_int_equal(policy_is_own_address(policy, family, octets), row->own);
	policy_free(policy);
}

/* ---- memory ---- */

static void survives_without_memory(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000209) };
	struct ifaddrs interface = { .ifa_addr = (struct sockaddr *)(void *)&address };
	conf_t *conf = accepted("listen: [192.0.2.1]\nmx: {pin: {a: [b, c]}, internal-addresses: [10.0.0.0/8],\n"
				"     internal-domains: [d, e], own-names: [f]}");
	policy_t *policy = NULL;
	unsigned fail_at = 0;

	(void)state;
	g_interfaces = &interface;
	while (policy == NULL) {
		char *error = NULL;

		g_allocations = 0;
		g_fail_at = ++fail_at;
		policy = policy_of_conf(conf, "f", &error);
		g_fail_at = 0;
		assert_null(error);
		assert_in_range(fail_at, 1, 100);
	}
	assert_in_range(fail_at, 10, 100); /* the policy, and each of its nine items, failed once */
	g_interfaces = NULL;
	policy_free(policy);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_table), cmocka_unit_test(takes_the_settings),
		cmocka_unit_test(takes_every_action),     cmocka_unit_test(takes_pins),
		cmocka_unit_test(takes_internal_and_own), cmocka_unit_test(survives_without_memory),
	};

	return RUN_ROWS("refused", refused, refuses) + RUN_ROWS("own addresses", own_rows, knows_own_address) +
	       cmocka_run_group_tests(tests, NULL, NULL);
}
