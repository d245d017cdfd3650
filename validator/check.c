/* check.c: the table of checks. docs/checks.md is made from it. */
#include "validator/check.h"

#include <stddef.h>
#include <string.h>

static const check_t checks[] = {
	[CHECK_BOGUS] = { "bogus", ON_ANSWER, SEVERITY_ALERT, ACTION_REJECT, ACTION_REJECT, ACTION_REJECT,
			  "RFC 4035, 5.5", "DNSSEC proves that this is not what the domain's owner signed.",
			  ACTION_REJECT, ACTION_REJECT },
	[CHECK_UNRELATED_RECORDS] = { "unrelated-records", ON_ANSWER, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				      "RFC 2181, 5.4.1; RFC 5452, 6",
				      "The answer held records that do not belong to the question; they were left "
				      "out." },
	[CHECK_ALIAS_CHAIN_TOO_LONG] = { "alias-chain-too-long", ON_ANSWER, SEVERITY_WARNING, ACTION_REJECT, ACTION_LOG,
					 ACTION_REJECT, "RFC 5321, 5.1",
					 "More than eight aliases lead from the domain to its MX records." },
	[CHECK_ALIAS_BESIDE_MX] = { "alias-beside-mx", ON_ANSWER, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				    "RFC 2181, 10.1",
				    "The domain has both an alias and MX records; the MX records count." },
	[CHECK_WILDCARD_ABOVE_ZONE] = { "wildcard-above-zone", ON_ANSWER, SEVERITY_ALERT, ACTION_REJECT, ACTION_REJECT,
					ACTION_REJECT, "RFC 4035, 5.3.4",
					"A signature claims a wildcard above the zone that signed it." },
	[CHECK_IMPLICIT_MX] = { "implicit-mx", ON_ANSWER, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				"RFC 5321, 5.1",
				"The domain has no MX record: mail goes to the domain's own address." },
	[CHECK_TRANSPORT_MISMATCH] = { "transport-mismatch", ON_ANSWER, SEVERITY_ALERT, ACTION_LOG, ACTION_LOG,
				       ACTION_LOG, "RFC 5452, 9",
				       "UDP and TCP gave different answers; TCP's is used, because it is far harder to "
				       "forge." },
	[CHECK_UNCORROBORATED] = { "uncorroborated", ON_ANSWER, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				   "RFC 7766, 5",
				   "The domain's servers gave no answer over TCP; the one over UDP is unsigned and "
				   "stands alone." },
	[CHECK_PIN_MISMATCH] = { "pin-mismatch", ON_ANSWER, SEVERITY_ALERT, ACTION_REJECT, ACTION_REJECT, ACTION_REJECT,
				 "configuration, mx.pin",
				 "The MX set holds an exchange that mx.pin does not allow for this domain." },
	[CHECK_RDATA_MALFORMED] = { "rdata-malformed", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_REJECT,
				    ACTION_REJECT, "RFC 1035, 3.3.9", "The record is not a preference and a name.",
				    ACTION_STRIP, ACTION_REJECT },
	[CHECK_RDATA_TRAILING] = { "rdata-trailing", ON_RECORD, SEVERITY_WARNING, ACTION_LOG, ACTION_REJECT, ACTION_LOG,
				   "RFC 1035, 3.3.9",
				   "Octets follow the exchange in the record; they are cut off, which a signed record "
				   "does not allow.",
				   ACTION_IGNORE, ACTION_REJECT },
	[CHECK_NULL_MX_PREFERENCE] = { "null-mx-preference", ON_RECORD, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG,
				       ACTION_LOG, "RFC 7505, 3", "The null MX has a preference other than 0." },
	[CHECK_NULL_MX_NOT_ALONE] = { "null-mx-not-alone", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
				      ACTION_REJECT, "RFC 7505, 3",
				      "A null MX (no mail is taken) stands beside real exchanges." },
	[CHECK_TARGET_NOT_HOSTNAME] = { "target-not-hostname", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
					ACTION_REJECT, "RFC 5321, 2.3.5; RFC 2181, 11",
					"The exchange cannot be a host's name: it holds other octets than letters, "
					"digits and hyphens." },
	[CHECK_TARGET_UNDERSCORE] = { "target-underscore", ON_RECORD, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				      "RFC 2181, 11",
				      "The exchange has an underscore in its name, as some providers' do." },
	[CHECK_TARGET_IS_ADDRESS] = { "target-is-address", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
				      ACTION_REJECT, "RFC 5321, 5.1",
				      "The exchange looks like an IP address instead of a host's name." },
	[CHECK_TARGET_LOCALHOST] = { "target-localhost", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
				     ACTION_LOG, "RFC 6761, 6.3",
				     "The exchange is localhost: mail would go to the sender's own host." },
	[CHECK_TARGET_TWO_PREFERENCES] = { "target-two-preferences", ON_RECORD, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG,
					   ACTION_LOG, "RFC 2181, 5",
					   "The same exchange is there with different preferences." },
	[CHECK_TOO_MANY_TARGETS] = { "too-many-targets", ON_RECORD, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
				     ACTION_LOG, "Postfix reads 100 records",
				     "More than 100 exchanges: those of the highest preference numbers are left out." },
	[CHECK_TARGET_IS_ALIAS] = { "target-is-alias", ON_TARGET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_REJECT,
				    "RFC 2181, 10.3; RFC 5321, 5.1",
				    "The exchange is an alias (CNAME or DNAME) of another name." },
	[CHECK_TARGET_MISSING] = { "target-missing", ON_TARGET, SEVERITY_WARNING, ACTION_LOG, ACTION_LOG, ACTION_REJECT,
				   "RFC 5321, 5.1", "There is no such name as the exchange." },
	[CHECK_TARGET_DOMAIN_MISSING] = { "target-domain-missing", ON_TARGET, SEVERITY_ALERT, ACTION_LOG, ACTION_LOG,
					  ACTION_REJECT, "RFC 5321, 5.1",
					  "The exchange's registrable domain does not exist: anyone could register it "
					  "and take the mail." },
	[CHECK_TARGET_OWN_CHILD_MISSING] = { "target-own-child-missing", ON_TARGET, SEVERITY_WARNING, ACTION_LOG,
					     ACTION_LOG, ACTION_REJECT, "RFC 5321, 5.1",
					     "The exchange is a name below the domain itself that does not exist or "
					     "has no address." },
	[CHECK_TARGET_NO_ADDRESS] = { "target-no-address", ON_TARGET, SEVERITY_WARNING, ACTION_LOG, ACTION_LOG,
				      ACTION_REJECT, "RFC 5321, 5.1",
				      "The exchange has neither an IPv4 nor an IPv6 address." },
	[CHECK_TARGET_BOGUS] = { "target-bogus", ON_TARGET, SEVERITY_WARNING, ACTION_LOG, ACTION_LOG, ACTION_REJECT,
				 "RFC 4035, 5.5",
				 "The exchange's addresses or TLSA records fail DNSSEC: mail to it is deferred." },
	[CHECK_TARGET_INTERNAL] = { "target-internal", ON_TARGET, SEVERITY_WARNING, ACTION_STRIP, ACTION_LOG,
				    ACTION_REJECT, "RFC 6890",
				    "The exchange has only addresses that are not on the public Internet." },
	[CHECK_TARGET_PARTLY_INTERNAL] = { "target-partly-internal", ON_TARGET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG,
					   ACTION_LOG, "RFC 6890",
					   "Some of the exchange's addresses are not on the public Internet." },
	[CHECK_TARGET_IS_OURSELVES] = { "target-is-ourselves", ON_TARGET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG,
					ACTION_LOG, "RFC 5321, 5.1", "The exchange is this host." },
	[CHECK_TARGET_INSECURE] = { "target-insecure", ON_TARGET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				    "RFC 7672, 2.2.2",
				    "The MX record is signed, the exchange's address is not: the name is authentic, "
				    "the address need not be." },
	[CHECK_NO_USABLE_TARGET] = { "no-usable-target", ON_SET, SEVERITY_WARNING, ACTION_LOG, ACTION_LOG,
				     ACTION_REJECT, "RFC 5321, 5.1",
				     "No exchange of the domain exists or has an address: mail to it bounces." },
	[CHECK_UNEVEN_PROTECTION] = { "uneven-protection", ON_SET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG,
				      "RFC 7672",
				      "Some exchanges are protected by DANE and others are not: who blocks the first "
				      "gets the weaker one." },
	[CHECK_MX_DRIFT] = { "mx-drift", ON_SET, SEVERITY_ALERT, ACTION_LOG, ACTION_LOG, ACTION_REJECT,
			     "history, mx.pin",
			     "Nothing is signed, and the mail of the domain goes to nobody who had it before: another "
			     "provider or another registrable domain has all of it at once." },
	[CHECK_MX_CHANGED] = { "mx-changed", ON_SET, SEVERITY_NOTE, ACTION_LOG, ACTION_LOG, ACTION_LOG, "history",
			       "The MX set is another one than was last accepted for the domain." },
};

_Static_assert(sizeof(checks) / sizeof(checks[0]) == CHECKS, "a row for each check");

const check_t *check_row(check_id_t id)
{
	return &checks[id];
}

bool check_find(const char *name, check_id_t *id)
{
	for (unsigned i = 0; i < CHECKS; i++)
		if (strcmp(checks[i].name, name) == 0) {
			*id = (check_id_t)i;
			return true;
		}
	return false;
}

const char *check_on_name(check_on_t on)
{
	switch (on) {
	case ON_ANSWER: return "the answer as a whole";
	case ON_RECORD: return "each MX record";
	case ON_TARGET: return "each exchange";
	case ON_SET: return "all exchanges together";
	}
	return "unknown";
}

static const char *const action_names[] = { "ignore", "log", "strip", "reject" };

_Static_assert(ACTION_IGNORE < ACTION_LOG && ACTION_LOG < ACTION_STRIP && ACTION_STRIP < ACTION_REJECT,
	       "a verdict takes the largest action");

const char *action_name(action_t action)
{
	return action_names[action];
}

bool action_find(const char *name, action_t *action)
{
	for (unsigned i = 0; i < sizeof(action_names) / sizeof(action_names[0]); i++)
		if (strcmp(action_names[i], name) == 0) {
			*action = (action_t)i;
			return true;
		}
	return false;
}

const char *severity_name(severity_t severity)
{
	switch (severity) {
	case SEVERITY_NOTE: return "note";
	case SEVERITY_WARNING: return "warning";
	case SEVERITY_ALERT: return "alert";
	}
	return "unknown";
}
