/* failing.c: see failing.h. */
#include "validator/failing.h"

#include "validator/drift.h"
#include "validator/hostname.h"
#include "validator/name.h"
#include "validator/say.h"

enum { CHAIN_MAX = 8 };

typedef bool fails_t(const assessment_t *assessment, size_t record, judge_note_t *note);

static const mx_record_t *record_at(const assessment_t *assessment, size_t record)
{
	return &assessment->judged->set.records[record];
}

static bool is_null(const mx_record_t *record)
{
	return !record->malformed && record->exchange.size == 1;
}

/* ---- the answer as a whole ---- */

static bool bogus(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	(void)record;
	say(note->detail, sizeof(note->detail), "%s", assessment->judged->why);
	return assessment->judged->security == SECURITY_BOGUS;
}

static bool unrelated_records(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const unsigned count = assessment->judged->set.beside.unrelated;

	(void)record;
	say(note->detail, sizeof(note->detail), "%u record%s", count, count == 1 ? "" : "s");
	return count > 0;
}

static bool alias_chain_too_long(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const size_t links = assessment->judged->chain.links;

	(void)record;
	say(note->detail, sizeof(note->detail), "%zu aliases", links);
	return links > CHAIN_MAX;
}

static bool alias_beside_mx(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const answer_chain_t *chain = &assessment->judged->chain;

	(void)record;
	note->name = &chain->names[chain->links];
	return assessment->judged->set.beside.alias;
}

static bool wildcard_above_zone(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const mx_beside_t *beside = &assessment->judged->set.beside;

	(void)record;
	if (!beside->above_zone)
		return false;
	say(note->detail, sizeof(note->detail), "signed by ");
	say_name(note->detail, sizeof(note->detail), &beside->signer);
	return true;
}

static bool implicit_mx(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const answer_chain_t *chain = &assessment->judged->chain;

	(void)record;
	(void)note;
	return !chain->found && chain->rcode == 0;
}

static bool transport_mismatch(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	(void)record;
	if (assessment_corroboration(assessment) != CORROBORATION_DIFFERED)
		return false;
	say(note->detail, sizeof(note->detail), "UDP: ");
	say_reply(note->detail, sizeof(note->detail) / 2, assessment_udp(assessment));
	say(note->detail, sizeof(note->detail), "; TCP: ");
	say_reply(note->detail, sizeof(note->detail), assessment->judged);
	return true;
}

static bool uncorroborated(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const reply_t *tcp = &assessment->replies[REPLY_TCP];

	(void)record;
	if (assessment_corroboration(assessment) != CORROBORATION_UNAVAILABLE)
		return false;
	if (tcp->security == SECURITY_BOGUS)
		say(note->detail, sizeof(note->detail), "bogus over TCP: ");
	say(note->detail, sizeof(note->detail), "%s", tcp->why[0] != '\0' ? tcp->why : answer_strerror(tcp->err));
	return true;
}

static bool pin_mismatch(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const mx_set_t *set = &assessment->judged->set;

	(void)record;
	if (!policy_has_pin(assessment->policy, &assessment->name))
		return false;
	for (size_t i = 0; i < set->count; i++)
		if (!policy_pin_allows(assessment->policy, &assessment->name, &set->records[i].exchange)) {
			note->name = &set->records[i].exchange;
			return true;
		}
	say(note->detail, sizeof(note->detail), "no MX record");
	return set->count == 0;
}

/* ---- one record ---- */

/* Names the record's exchange; a host that two records name is spoken of once. */
static void note_exchange(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = assessment_host(assessment, record);

	note->name = &record_at(assessment, record)->exchange;
	note->repeated = host != NULL && host->first != record;
}

static bool rdata_malformed(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const mx_record_t *mx = record_at(assessment, record);

	say(note->detail, sizeof(note->detail), "%s", wire_strerror(mx->err));
	return mx->malformed;
}

static bool rdata_trailing(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	note->name = &record_at(assessment, record)->exchange;
	return record_at(assessment, record)->trailing;
}

static bool null_mx_preference(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const mx_record_t *mx = record_at(assessment, record);

	say(note->detail, sizeof(note->detail), "preference %u", mx->preference);
	return is_null(mx) && mx->preference != 0;
}

static bool null_mx_not_alone(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const mx_set_t *set = &assessment->judged->set;
	const size_t others = set->count - set->null_count;

	say(note->detail, sizeof(note->detail), "beside %zu other%s", others, others == 1 ? "" : "s");
	return others > 0 && is_null(&set->records[record]);
}

/* The kind of a record's exchange; a malformed one's and the null MX's are no exchanges. */
static bool is_kind(const assessment_t *assessment, size_t record, hostname_t kind, judge_note_t *note)
{
	const mx_record_t *mx = record_at(assessment, record);

	note_exchange(assessment, record, note);
	return !mx->malformed && !is_null(mx) && hostname_kind(&mx->exchange) == kind;
}

static bool target_not_hostname(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	say(note->detail, sizeof(note->detail), "octet %d", hostname_fault(&record_at(assessment, record)->exchange));
	return is_kind(assessment, record, HOSTNAME_NONE, note);
}

static bool target_underscore(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_kind(assessment, record, HOSTNAME_UNDERSCORE, note);
}

static bool target_is_address(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_kind(assessment, record, HOSTNAME_ADDRESS, note);
}

static bool target_localhost(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_kind(assessment, record, HOSTNAME_LOCALHOST, note);
}

static bool target_two_preferences(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = assessment_host(assessment, record);

	note_exchange(assessment, record, note);
	return host != NULL && host->two_preferences;
}

static bool too_many_targets(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	note->repeated = record > ASSESSMENT_TARGETS_MAX;
	say(note->detail, sizeof(note->detail), "%zu records", assessment->judged->set.count);
	return record >= ASSESSMENT_TARGETS_MAX;
}

/* ---- one exchange, with what is known of its host ---- */

/* NULL when nothing can be said about it. */
static const host_t *host_at(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	note_exchange(assessment, record, note);
	return assessment_host(assessment, record);
}

static bool target_is_alias(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = host_at(assessment, record, note);
	const lookup_t *alias = host != NULL ? host_alias(host) : NULL;

	if (alias == NULL)
		return false;
	say(note->detail, sizeof(note->detail), "alias of ");
	say_name(note->detail, sizeof(note->detail), &alias->alias_of);
	return true;
}

/* Below the domain, or below what it is an alias of. */
static bool is_own_child(const assessment_t *assessment, const host_t *host)
{
	const answer_chain_t *chain = &assessment->judged->chain;

	return name_is_under(&host->name, &assessment->name) || name_is_under(&host->name, &chain->names[chain->links]);
}

/* Of the checks for a host without addresses the one that says most. */
static check_id_t kind_of_missing(const assessment_t *assessment, const host_t *host)
{
	const target_state_t state = host_state(host);

	if (state != TARGET_NO_NAME && state != TARGET_NO_ADDRESS)
		return CHECKS;
	if (state == TARGET_NO_NAME && host->domain_missing)
		return CHECK_TARGET_DOMAIN_MISSING;
	if (is_own_child(assessment, host))
		return CHECK_TARGET_OWN_CHILD_MISSING;
	return state == TARGET_NO_NAME ? CHECK_TARGET_MISSING : CHECK_TARGET_NO_ADDRESS;
}

static bool is_missing(const assessment_t *assessment, size_t record, check_id_t check, judge_note_t *note)
{
	const host_t *host = host_at(assessment, record, note);

	return host != NULL && kind_of_missing(assessment, host) == check;
}

static bool target_missing(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_missing(assessment, record, CHECK_TARGET_MISSING, note);
}

static bool target_domain_missing(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_missing(assessment, record, CHECK_TARGET_DOMAIN_MISSING, note);
}

static bool target_own_child_missing(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = assessment_host(assessment, record);
	const bool no_name = host != NULL && host_state(host) == TARGET_NO_NAME;

	say(note->detail, sizeof(note->detail), no_name ? "no such name" : "no address");
	return is_missing(assessment, record, CHECK_TARGET_OWN_CHILD_MISSING, note);
}

static bool target_no_address(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return is_missing(assessment, record, CHECK_TARGET_NO_ADDRESS, note);
}

static bool target_bogus(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	static const char *const types[HOST_FAMILIES] = { "A", "AAAA" };
	const host_t *host = host_at(assessment, record, note);

	if (host == NULL)
		return false;
	for (unsigned i = 0; i < HOST_FAMILIES; i++)
		if (host->families[i].state == LOOKUP_BOGUS)
			say(note->detail, sizeof(note->detail), "%s%s", note->detail[0] != '\0' ? ", " : "", types[i]);
	if (host_tlsa(host) == TLSA_BOGUS)
		say(note->detail, sizeof(note->detail), "%sTLSA", note->detail[0] != '\0' ? ", " : "");
	return note->detail[0] != '\0';
}

/* Address policy is for exchanges only, and not for domains that may (R7). */
static bool has_internal(const assessment_t *assessment, size_t record, bool outside, judge_note_t *note)
{
	const host_t *host = host_at(assessment, record, note);

	if (host == NULL || policy_has_internal_targets(assessment->policy, &assessment->name))
		return false;

	const lookup_t *families = host->families;
	const bool internal = families[0].internal + families[1].internal > 0;

	if (!internal || (families[0].outside + families[1].outside > 0) != outside)
		return false;
	say_internal(note->detail, sizeof(note->detail), assessment->policy, host);
	return true;
}

static bool target_internal(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return has_internal(assessment, record, false, note);
}

static bool target_partly_internal(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	return has_internal(assessment, record, true, note);
}

static bool target_is_ourselves(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = host_at(assessment, record, note);

	if (host == NULL)
		return false;
	return policy_is_own_name(assessment->policy, &host->name) || host->families[0].own || host->families[1].own;
}

static bool target_insecure(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	const host_t *host = host_at(assessment, record, note);

	return host != NULL && assessment->judged->security == SECURITY_SECURE && host_state(host) == TARGET_RESOLVED &&
	       !host_is_secure(host);
}

/* ---- all exchanges together ---- */

static bool no_usable_target(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	size_t listed = 0;

	(void)record;
	(void)note;
	for (size_t i = 0; i < assessment->host_count; i++) {
		const host_t *host = &assessment->hosts[i];
		const target_state_t state = host_state(host);

		if (host->listed && state != TARGET_NO_NAME && state != TARGET_NO_ADDRESS)
			return false;
		listed += host->listed;
	}
	return listed > 0;
}

static bool uneven_protection(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	size_t with = 0;
	size_t without = 0;

	(void)record;
	for (size_t i = 0; i < assessment->host_count; i++) {
		const tlsa_state_t tlsa = host_tlsa(&assessment->hosts[i]); /* unknown of those that are not listed */

		with += tlsa == TLSA_PRESENT;
		without += tlsa == TLSA_NONE || tlsa == TLSA_INSECURE;
	}
	say(note->detail, sizeof(note->detail), "%zu with TLSA, %zu without", with, without);
	return with > 0 && without > 0;
}

/* Signed, its owner says so; pinned, the administrator does, which is also how a move is accepted that was rejected. */
static bool is_drift(const assessment_t *assessment)
{
	return assessment->drift == DRIFT_MOVED && assessment->judged->security != SECURITY_SECURE &&
	       !policy_has_pin(assessment->policy, &assessment->name);
}

static bool mx_drift(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	(void)record;
	if (!is_drift(assessment))
		return false;
	drift_say(note->detail, sizeof(note->detail), assessment);
	return true;
}

static bool mx_changed(const assessment_t *assessment, size_t record, judge_note_t *note)
{
	(void)record;
	if (assessment->drift < DRIFT_CHANGED || is_drift(assessment))
		return false;
	drift_say(note->detail, sizeof(note->detail), assessment);
	return true;
}

static fails_t *const functions[] = {
	[CHECK_BOGUS] = bogus,
	[CHECK_UNRELATED_RECORDS] = unrelated_records,
	[CHECK_ALIAS_CHAIN_TOO_LONG] = alias_chain_too_long,
	[CHECK_ALIAS_BESIDE_MX] = alias_beside_mx,
	[CHECK_WILDCARD_ABOVE_ZONE] = wildcard_above_zone,
	[CHECK_IMPLICIT_MX] = implicit_mx,
	[CHECK_TRANSPORT_MISMATCH] = transport_mismatch,
	[CHECK_UNCORROBORATED] = uncorroborated,
	[CHECK_PIN_MISMATCH] = pin_mismatch,
	[CHECK_RDATA_MALFORMED] = rdata_malformed,
	[CHECK_RDATA_TRAILING] = rdata_trailing,
	[CHECK_NULL_MX_PREFERENCE] = null_mx_preference,
	[CHECK_NULL_MX_NOT_ALONE] = null_mx_not_alone,
	[CHECK_TARGET_NOT_HOSTNAME] = target_not_hostname,
	[CHECK_TARGET_UNDERSCORE] = target_underscore,
	[CHECK_TARGET_IS_ADDRESS] = target_is_address,
	[CHECK_TARGET_LOCALHOST] = target_localhost,
	[CHECK_TARGET_TWO_PREFERENCES] = target_two_preferences,
	[CHECK_TOO_MANY_TARGETS] = too_many_targets,
	[CHECK_TARGET_IS_ALIAS] = target_is_alias,
	[CHECK_TARGET_MISSING] = target_missing,
	[CHECK_TARGET_DOMAIN_MISSING] = target_domain_missing,
	[CHECK_TARGET_OWN_CHILD_MISSING] = target_own_child_missing,
	[CHECK_TARGET_NO_ADDRESS] = target_no_address,
	[CHECK_TARGET_BOGUS] = target_bogus,
	[CHECK_TARGET_INTERNAL] = target_internal,
	[CHECK_TARGET_PARTLY_INTERNAL] = target_partly_internal,
	[CHECK_TARGET_IS_OURSELVES] = target_is_ourselves,
	[CHECK_TARGET_INSECURE] = target_insecure,
	[CHECK_NO_USABLE_TARGET] = no_usable_target,
	[CHECK_UNEVEN_PROTECTION] = uneven_protection,
	[CHECK_MX_DRIFT] = mx_drift,
	[CHECK_MX_CHANGED] = mx_changed,
};

_Static_assert(sizeof(functions) / sizeof(functions[0]) == CHECKS, "a function for each check");

bool failing(check_id_t check, const assessment_t *assessment, size_t record, judge_note_t *note)
{
	*note = (judge_note_t){ .name = NULL };
	return functions[check](assessment, record, note);
}
