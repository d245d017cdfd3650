#include "tests/support.h"
#include "validator/ede.h"

/* Whole reasons as libunbound 1.17.1 words them. */
static struct row {
	const char *why;
	ede_t want;
} rows[] = {
	{ NULL, EDE_DNSSEC_BOGUS },
	{ "", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: misc failure", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: signature crypto failed from 127.0.0.1", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: signer name off-tree from 127.0.0.1", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: signature too short from 127.0.0.1", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: too many RRSIG validations from 127.0.0.1", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: keyset not secured by DNSKEY that matches DS", EDE_DNSSEC_BOGUS },
	{ "validation failure <a.example. MX IN>: key for validation a.example. is marked as invalid",
	  EDE_DNSSEC_BOGUS },

	{ "validation failure <a.example. MX IN>: signature expired from 127.0.0.1", EDE_SIGNATURE_EXPIRED },
	{ "validation failure <a.example. MX IN>: signature expired for CNAME from 127.0.0.1", EDE_SIGNATURE_EXPIRED },
	{ "validation failure <a.example. MX IN>: key for validation a.example. is marked as invalid because of a "
	  "previous signature expired from 127.0.0.1",
	  EDE_SIGNATURE_EXPIRED },

	{ "validation failure <a.example. MX IN>: signature before inception date from ::1",
	  EDE_SIGNATURE_NOT_YET_VALID },
	{ "validation failure <a.example. MX IN>: signature inception after expiration from ::1",
	  EDE_SIGNATURE_NOT_YET_VALID },

	{ "validation failure <a.example. MX IN>: dnskey without ZSK flag from 127.0.0.1", EDE_NO_ZONE_KEY_BIT },

	{ "validation failure <a.example. MX IN>: unsupported algorithm by crypto library",
	  EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "validation failure <a.example. MX IN>: algorithm refused by cryptolib", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "validation failure <a.example. MX IN>: unable to verify signature, unknown algorithm",
	  EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "validation failure <a.example. MX IN>: zone has no known algorithms", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },

	{ "validation failure <a.example. MX IN>: no DNSKEY rrset from 127.0.0.1 for trust anchor .", EDE_NOT_READY },
	{ "validation failure <a.example. MX IN>: key for validation . is marked as invalid because of a previous no "
	  "DNSKEY rrset",
	  EDE_NOT_READY },

	{ "validation failure <a.example. MX IN>: No DNSKEY record from 127.0.0.1 for key a.example. while building "
	  "chain of trust",
	  EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: signatures from unknown keys from 127.0.0.1", EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: no keys have a DS with algorithm ECDSAP256SHA256 from 127.0.0.1 for "
	  "key a.example. while building chain of trust",
	  EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: DS hash mismatches key from 127.0.0.1 for key a.example. while "
	  "building chain of trust",
	  EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: DNSKEY RRset did not match DS RRset by name", EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: DNSKEY RRset did not match anchor RRset by name",
	  EDE_DNSKEY_MISSING },
	{ "validation failure <a.example. MX IN>: while building chain of trust", EDE_DNSKEY_MISSING },

	{ "validation failure <a.example. MX IN>: no signatures from 127.0.0.1", EDE_RRSIGS_MISSING },
	{ "validation failure <a.example. MX IN>: no signatures with algorithm RSASHA256 from 127.0.0.1",
	  EDE_RRSIGS_MISSING },
	{ "validation failure <a.example. MX IN>: no signatures over NSECs from 127.0.0.1 for DS a.example. while "
	  "building chain of trust",
	  EDE_RRSIGS_MISSING },
	{ "validation failure <a.example. MX IN>: no signatures over NSEC3s", EDE_RRSIGS_MISSING },
	{ "validation failure <a.example. MX IN>: signature missing from 127.0.0.1", EDE_RRSIGS_MISSING },
	{ "validation failure <a.example. MX IN>: DS got unsigned CNAME answer from 127.0.0.1 for DS a.example. while "
	  "building chain of trust",
	  EDE_RRSIGS_MISSING },

	{ "validation failure <a.example. MX IN>: no DNSSEC records from 127.0.0.1 for DS a.example. while building "
	  "chain of trust",
	  EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: nodata proof failed from 127.0.0.1", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: nameerror proof failed from 127.0.0.1", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: wildcard proof failed from 127.0.0.1", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: cnamenoanswer proof failed", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: NSEC does not prove absence of DS", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: NSEC for wildcard does not prove absence of DS", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no valid NSEC3s", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no NSEC3 records", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no NSEC3 closest encloser", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no NSEC3 next closer", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: covering NSEC3 was not opt-out in an opt-out DS NOERROR/NODATA case",
	  EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no DS but also no proof of that", EDE_NSEC_MISSING },
	{ "validation failure <a.example. MX IN>: no DS and nodata message fails to prove that", EDE_NSEC_MISSING },

	{ "validation failure <a.example. MX IN>: SERVFAIL no DS from 127.0.0.1 for DS a.example. while building chain "
	  "of trust",
	  EDE_NO_REACHABLE_AUTHORITY },
	{ "validation failure <a.example. MX IN>: REFUSED no DS for DS a.example.", EDE_NO_REACHABLE_AUTHORITY },
	{ "validation failure <a.example. MX IN>: all servers for this domain failed, at zone example. upstream server "
	  "timeout",
	  EDE_NO_REACHABLE_AUTHORITY },
	{ "validation failure <a.example. MX IN>: all the configured stub or forward servers failed, at zone example.",
	  EDE_NO_REACHABLE_AUTHORITY },
	{ "validation failure <a.example. MX IN>: from 127.0.0.1 upstream server timeout", EDE_NO_REACHABLE_AUTHORITY },
	{ "validation failure <a.example. MX IN>: no server to query no addresses for nameservers",
	  EDE_NO_REACHABLE_AUTHORITY },
};

static void maps(void **state)
{
	const struct row *row = *state;

	assert_string_equal(ede_name(ede_from_reason(row->why)), ede_name(row->want));
	assert_int_equal(ede_from_reason(row->why), row->want);
}

/* A question's name stands in the reason; libunbound writes a space in it as "?". */
static void names_in_the_reason_do_not_count(void **state)
{
	(void)state;
	assert_int_equal(ede_from_reason("validation failure <signature?expired.no?signatures. MX IN>: misc failure"),
			 EDE_DNSSEC_BOGUS);
}

static void names_every_code(void **state)
{
	static const ede_t known[] = {
		EDE_NONE,
		EDE_OTHER,
		EDE_UNSUPPORTED_DNSKEY_ALGORITHM,
		EDE_UNSUPPORTED_DS_DIGEST,
		EDE_STALE_ANSWER,
		EDE_FORGED_ANSWER,
		EDE_DNSSEC_INDETERMINATE,
		EDE_DNSSEC_BOGUS,
		EDE_SIGNATURE_EXPIRED,
		EDE_SIGNATURE_NOT_YET_VALID,
		EDE_DNSKEY_MISSING,
		EDE_RRSIGS_MISSING,
		EDE_NO_ZONE_KEY_BIT,
		EDE_NSEC_MISSING,
		EDE_CACHED_ERROR,
		EDE_NOT_READY,
		EDE_BLOCKED,
		EDE_PROHIBITED,
		EDE_STALE_NXDOMAIN,
		EDE_NOT_AUTHORITATIVE,
		EDE_NOT_SUPPORTED,
		EDE_NO_REACHABLE_AUTHORITY,
		EDE_NETWORK_ERROR,
		EDE_INVALID_DATA,
		EDE_NSEC3_ITERATIONS,
		EDE_NEGATIVE_TRUST_ANCHOR,
	};
	enum { COUNT = sizeof(known) / sizeof(known[0]) };

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		assert_string_not_equal(ede_name(known[i]), "unassigned");
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(ede_name(known[i]), ede_name(known[other]));
	}
	assert_string_equal(ede_name((ede_t)4000), "unassigned");
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest reasons[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_the_reason_do_not_count),
		cmocka_unit_test(names_every_code),
	};

	for (size_t i = 0; i < ROWS; i++) {
		const char *name = rows[i].why != NULL ? rows[i].why : "no reason";

		reasons[i] = (struct CMUnitTest){ name, maps, NULL, NULL, &rows[i] };
	}
	return cmocka_run_group_tests_name("reasons", reasons, NULL, NULL) +
	       cmocka_run_group_tests_name("ede", tests, NULL, NULL);
}
