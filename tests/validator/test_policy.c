#include "tests/support.h"
#include "validator/name.h"
#include "validator/policy.h"

#include <arpa/inet.h>

static policy_t *fresh(void)
{
	policy_t *policy = policy_new(&(policy_settings_t){ .corroborate = true, .max_targets = 7 });

	assert_non_null(policy);
	return policy;
}

static const name_t *named(const char *text, name_t *name)
{
	assert_true(name_from_text(text, name));
	return name;
}

static void takes_settings(void **state)
{
	policy_t *policy = policy_new(&(policy_settings_t){ .monitor = true, .max_targets = 1000 });

	(void)state;
	assert_true(policy_monitors(policy));
	assert_false(policy_corroborates(policy));
	assert_int_equal(policy_max_targets(policy), 100);
	policy_free(policy);
	policy = fresh();
	assert_false(policy_monitors(policy));
	assert_true(policy_corroborates(policy));
	assert_int_equal(policy_max_targets(policy), 7);
	policy_free(policy);
	policy_free(NULL);
}

static void knows_actions(void **state)
{
	policy_t *policy = fresh();

	(void)state;
	assert_int_equal(policy_action(policy, CHECK_TARGET_INTERNAL, false), ACTION_STRIP);
	assert_int_equal(policy_action(policy, CHECK_TARGET_INTERNAL, true), ACTION_LOG);
	policy_set_action(policy, CHECK_TARGET_INTERNAL, ACTION_REJECT);
	assert_int_equal(policy_action(policy, CHECK_TARGET_INTERNAL, false), ACTION_REJECT);
	assert_int_equal(policy_action(policy, CHECK_TARGET_INTERNAL, true), ACTION_REJECT);
	assert_int_equal(policy_action(policy, CHECK_BOGUS, false), ACTION_REJECT);
	policy_free(policy);
}

struct pin_row {
	const char *domain;
	const char *exchange;
	bool pinned;
	bool allowed;
};

static const struct pin_row pins[] = {
	{ "example.org", "mx1.example.org", true, true },
	{ "example.org", "mx2.example.org", true, false },
	{ "example.org", "a.mail.example.net", true, true },
	{ "example.org", "a.b.mail.example.net", true, true },
	{ "example.org", "mail.example.net", true, false },
	{ "example.org", "xmail.example.net", true, false },
	{ "example.org", ".", true, false },
	{ "example.com", "mx1.example.org", true, false },
	{ "example.com", "mx.example.com", true, true },
	{ "sub.example.org", "mx1.example.org", false, false },
};

static void holds_pins(void **state)
{
	policy_t *policy = fresh();
	name_t domain;
	name_t exchange;

	(void)state;
	assert_true(policy_add_pin(policy, "Example.ORG", "MX1.example.org."));
	assert_true(policy_add_pin(policy, "example.org", "*.mail.example.net"));
	assert_true(policy_add_pin(policy, "example.com", "mx.example.com"));
	assert_false(policy_add_pin(policy, "a..b", "mx.example.com"));
	assert_false(policy_add_pin(policy, "example.com", "*..com"));
	for (size_t i = 0; i < sizeof(pins) / sizeof(pins[0]); i++) {
		(void)named(pins[i].domain, &domain);
		(void)named(pins[i].exchange, &exchange);
		assert_int_equal(policy_has_pin(policy, &domain), pins[i].pinned);
		assert_int_equal(policy_pin_allows(policy, &domain, &exchange), pins[i].allowed);
	}
	policy_free(policy);
}

struct prefix_row {
	const char *prefix;
	unsigned bits;
	const char *address;
	bool within;
};

static const struct prefix_row prefixes[] = {
	{ "10.0.0.0", 8, "10.255.0.1", true },
	{ "10.0.0.0", 8, "11.0.0.0", false },
	{ "172.16.0.0", 12, "172.31.0.1", true },
	{ "172.16.0.0", 12, "172.32.0.1", false },
	{ "192.168.1.1", 32, "192.168.1.1", true },
	{ "192.168.1.1", 32, "192.168.1.2", false },
	{ "0.0.0.0", 0, "8.8.8.8", true },
	{ "0.0.0.0", 0, "::1", false },
	{ "fd00::", 9, "fd7f::1", true },
	{ "fd00::", 9, "fd80::1", false },
	{ "fd00::1", 128, "fd00::1", true },
	{ "fd00::1", 128, "fd00::2", false },
	{ "::", 0, "10.0.0.1", false },
};

static int read_address(const char *text, uint8_t *address)
{
	const int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;

	assert_int_equal(inet_pton(family, text, address), 1);
	return family;
}

static void allows_addresses(void **state)
{
	uint8_t prefix[16];
	uint8_t address[16];

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		policy_t *policy = fresh();
		const int family = read_address(prefixes[i].address, address);

		assert_true(policy_allow_addresses(policy, read_address(prefixes[i].prefix, prefix), prefix,
						   prefixes[i].bits));
		assert_int_equal(policy_allows_address(policy, family, address), prefixes[i].within);
		assert_false(policy_is_own_address(policy, family, address));
		policy_free(policy);
	}
}

static void knows_ourselves(void **state)
{
	policy_t *policy = fresh();
	uint8_t address[16];
	name_t name;

	(void)state;
	assert_true(policy_add_own_name(policy, "MX.example.org"));
	assert_false(policy_add_own_name(policy, "a..b"));
	assert_true(policy_is_own_name(policy, named("mx.example.org", &name)));
	assert_false(policy_is_own_name(policy, named("a.mx.example.org", &name)));
	assert_true(policy_add_own_address(policy, AF_INET6, (const uint8_t[16]){ 0x20, 1 }));
	assert_true(policy_add_own_address(policy, AF_INET, (const uint8_t[4]){ 8, 8, 8, 8 }));
	assert_true(policy_is_own_address(policy, read_address("2001::", address), address));
	assert_true(policy_is_own_address(policy, read_address("8.8.8.8", address), address));
	assert_false(policy_is_own_address(policy, read_address("8.8.8.9", address), address));
	assert_false(policy_allows_address(policy, read_address("8.8.8.8", address), address));
	policy_free(policy);
}

static void knows_internal_domains(void **state)
{
	static const char *const names[] = { "Corp.example", "example.net" };
	static const char *const wrong[] = { "example.net", "a..b" };
	policy_t *policy =
		policy_new(&(policy_settings_t){ .max_targets = 1, .internal_names = names, .internal_name_count = 2 });
	name_t name;

	(void)state;
	assert_non_null(policy);
	assert_true(policy_has_internal_targets(policy, named("corp.example", &name)));
	assert_true(policy_has_internal_targets(policy, named("a.example.net", &name)));
	assert_false(policy_has_internal_targets(policy, named("example.org", &name)));
	policy_free(policy);
	assert_null(policy_new(
		&(policy_settings_t){ .max_targets = 1, .internal_names = wrong, .internal_name_count = 2 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_settings),  cmocka_unit_test(knows_actions),
		cmocka_unit_test(holds_pins),      cmocka_unit_test(allows_addresses),
		cmocka_unit_test(knows_ourselves), cmocka_unit_test(knows_internal_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
