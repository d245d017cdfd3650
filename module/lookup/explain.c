/* explain.c: an assessment as a tree. Every octet that came from outside is escaped before it gets here, or on the way. */
#include "module/lookup/explain.h"

#include "module/ask/records.h"
#include "module/escape.h"
#include "module/lookup/compare.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <stdlib.h>
#include <time.h>

#define GREEN      "32"
#define RED        "31"
#define YELLOW     "33"
#define BOLD       "1"
#define BRIGHT_RED "1;31"

enum { RCODE_NXDOMAIN = 3 };

typedef struct words {
	const char *colour;
	const char *words;
} words_t;

/* ---- findings ---- */

static const char *colour_of(const finding_t *finding)
{
	static const char *const by_severity[] = {
		[SEVERITY_NOTE] = NULL,
		[SEVERITY_WARNING] = YELLOW,
		[SEVERITY_ALERT] = RED,
	};

	return finding->action == ACTION_REJECT ? RED : by_severity[check_row(finding->check)->severity];
}

static void add_finding(tree_t *below, const finding_t *finding, bool says_name)
{
	const check_t *check = check_row(finding->check);
	char detail[4 * ASSESSMENT_DETAIL_MAX];
	char name[NAME_TEXT_MAX];

	escape_text(finding->check == CHECK_BOGUS ? "" : finding->detail, detail, sizeof(detail)); /* said above */
	tree_add(below, colour_of(finding), "%s, %s: %s%s%s: %s%s%s (%s)", severity_name(check->severity),
		 action_name(finding->action), check->name, says_name ? " " : "",
		 says_name ? name_to_text(&finding->name, name) : "", check->sentence, detail[0] != '\0' ? " " : "",
		 detail, check->source);
}

/* The first target of the name; target_count when there is none. */
static size_t target_of(const verdict_t *verdict, const finding_t *finding)
{
	for (size_t i = 0; i < verdict->target_count && finding->has_name; i++)
		if (name_equal(&verdict->targets[i].exchange, &finding->name))
			return i;
	return verdict->target_count;
}

static void add_findings_of(tree_t *below, const verdict_t *verdict, size_t target)
{
	const bool about_domain = target == verdict->target_count;

	for (size_t i = 0; i < verdict->finding_count; i++)
		if (target_of(verdict, &verdict->findings[i]) == target)
			add_finding(below, &verdict->findings[i], about_domain && verdict->findings[i].has_name);
	if (about_domain && verdict->findings_left_out > 0)
		tree_add(below, NULL, "and %u findings more, none of them weightier", verdict->findings_left_out);
}

/* ---- the answer ---- */

static void add_security(tree_t *root, const verdict_t *verdict)
{
	switch (verdict->received) {
	case SECURITY_SECURE: tree_add(root, GREEN, "DNSSEC secure: signed, and validated"); return;
	case SECURITY_INSECURE:
		tree_add(root, YELLOW, "DNSSEC insecure: not signed, nothing proves that its owner published this");
		return;
	case SECURITY_BOGUS:
		tree_add(root, RED, "DNSSEC bogus: %s",
			 verdict->text[0] != '\0' ? verdict->text : "not what its owner signed");
		return;
	}
}

static void add_others(tree_t *below, const verdict_t *verdict)
{
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < verdict->other_count; i++)
		tree_add(below, NULL, "%u %s", verdict->other[i].preference,
			 name_to_text(&verdict->other[i].exchange, name));
	if (verdict->other_count == 0)
		tree_add(below, NULL, "no MX record");
}

static void add_corroboration(tree_t *root, const verdict_t *verdict)
{
	switch (verdict->corroboration) {
	case CORROBORATION_NONE: return;
	case CORROBORATION_AGREED: tree_add(root, GREEN, "TCP agrees: the same answer came over TCP"); return;
	case CORROBORATION_DIFFERED:
		add_others(tree_add(root, RED, "TCP differs: what came over TCP is judged; this, over UDP, is dropped"),
			   verdict);
		return;
	case CORROBORATION_UNAVAILABLE:
		tree_add(root, YELLOW, "TCP fails: no answer over TCP, so the one over UDP stands alone");
		return;
	}
}

static void add_chain(tree_t *root, const verdict_t *verdict)
{
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < verdict->chain_count; i++)
		tree_add(root, NULL, "%salias of %s", i > 0 ? "which is an " : "",
			 name_to_text(&verdict->chain[i], name));
}

enum { DATE_MAX = 16 };

static const char *date_text(uint64_t seconds, char text[DATE_MAX])
{
	const time_t time = (time_t)seconds;
	struct tm date;

	if (gmtime_r(&time, &date) == NULL || strftime(text, DATE_MAX, "%Y-%m-%d", &date) == 0)
		snprintf(text, DATE_MAX, "(no date)");
	return text;
}

static void add_before(tree_t *root, const verdict_t *verdict)
{
	const past_set_t *past = verdict->past;
	const bool alert = verdict->drift == DRIFT_MOVED && verdict->received != SECURITY_SECURE;
	char since[DATE_MAX];
	char until[DATE_MAX];
	char name[NAME_TEXT_MAX];
	tree_t *below =
		tree_add(root, alert ? RED : YELLOW, "history: before, %s to %s, there was", /* UTC */
			 date_text(past->since, since), date_text(past->ended != 0 ? past->ended : past->last, until));

	for (size_t i = 0; i < past->count; i++)
		tree_add(below, NULL, "%u %s", past->exchanges[i].preference,
			 name_to_text(&past->exchanges[i].exchange, name));
}

static void add_past(tree_t *root, const verdict_t *verdict)
{
	const past_set_t *past = verdict->past;
	char since[DATE_MAX];

	switch (verdict->drift) {
	case DRIFT_UNKNOWN: return;
	case DRIFT_NONE:
		if (verdict->negative || verdict->null_mx)
			tree_add(root, NULL, "history: no exchange since %s", date_text(past->ended, since));
		else
			tree_add(root, GREEN, "history: the same exchanges since %s", date_text(past->since, since));
		return;
	case DRIFT_CHANGED:
	case DRIFT_MOVED: add_before(root, verdict); return;
	}
}

static void add_absence(tree_t *root, const result_t *ours)
{
	const verdict_t *verdict = ours->verdict;

	if (verdict->null_mx)
		tree_add(root, NULL, "null MX: the domain takes no mail (RFC 7505)");
	if (!verdict->negative || verdict->rejected)
		return;
	if (ours->rcode == RCODE_NXDOMAIN)
		tree_add(root, NULL, "no such name (NXDOMAIN)");
	else
		tree_add(root, NULL, "no MX record");
}

/* ---- exchanges ---- */

static const words_t state_words[] = {
	[TARGET_UNKNOWN] = { YELLOW, "address not known: not asked for, or no answer in time" },
	[TARGET_RESOLVED] = { NULL, "" },
	[TARGET_NO_NAME] = { RED, "no such name (NXDOMAIN)" },
	[TARGET_NO_ADDRESS] = { RED, "no address" },
	[TARGET_BOGUS] = { RED, "bogus: DNSSEC rejects its addresses" },
	[TARGET_FAILED] = { YELLOW, "no address: the servers of its zone gave no usable answer" },
};

static const words_t tlsa_words[] = {
	[TLSA_UNKNOWN] = { NULL, "TLSA not known: not asked for, or no answer in time" },
	[TLSA_NONE] = { NULL, "TLSA none" },
	[TLSA_PRESENT] = { GREEN, "TLSA secure: DANE protects it (RFC 7672)" },
	[TLSA_BOGUS] = { RED, "TLSA bogus: senders with DANE do not deliver to it (RFC 7672, 2.1)" },
	[TLSA_INSECURE] = { NULL, "TLSA insecure: of no use" },
};

static void add_address(tree_t *below, const target_address_t *address, bool secure)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(address->family, address->address, text, sizeof(text));
	tree_add(below, address->special != NULL ? YELLOW : NULL, "%s %s%s%s", text, secure ? "secure" : "insecure",
		 address->special != NULL ? ", special: " : "", address->special != NULL ? address->special : "");
}

/* TLSA records count where the exchange is secure (RFC 7672, 2.2.2); elsewhere there is nothing to say of them. */
static bool tlsa_counts(const target_t *target)
{
	return target->secure || (target->tlsa != TLSA_UNKNOWN && target->tlsa != TLSA_INSECURE);
}

static void add_host(tree_t *below, const target_t *target)
{
	const words_t *state = &state_words[target->state];
	const words_t *tlsa = &tlsa_words[target->tlsa];
	char name[NAME_TEXT_MAX];

	if (target->is_alias)
		tree_add(below, NULL, "alias of %s", name_to_text(&target->alias_of, name));
	if (target->state != TARGET_RESOLVED)
		tree_add(below, state->colour, "%s", state->words);
	for (size_t i = 0; i < target->address_count; i++)
		add_address(below, &target->addresses[i], target->secure);
	if (tlsa_counts(target))
		tree_add(below, tlsa->colour, "%s", tlsa->words);
}

static void add_targets(tree_t *root, const verdict_t *verdict)
{
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < verdict->target_count; i++) {
		const target_t *target = &verdict->targets[i];
		tree_t *below = tree_add(root, target->stripped ? RED : BOLD, "%u %s%s%s%s%s", target->preference,
					 name_to_text(&target->exchange, name), target->owner[0] != '\0' ? " (" : "",
					 target->owner, target->owner[0] != '\0' ? ")" : "",
					 target->stripped ? " stripped: left out of the answer" : "");

		if (target->exchange.size > 1 && verdict->received != SECURITY_BOGUS) /* RFC 7505: nobody's host */
			add_host(below, target);
		add_findings_of(below, verdict, i);
	}
}

/* ---- the server ---- */

static void add_server_error(tree_t *below, const summary_error_t *error)
{
	tree_add(below, NULL, "extended error %u (%s)%s%s", error->code, ede_name((ede_t)error->code),
		 error->text[0] != '\0' ? ": " : "", error->text);
}

static void add_server_set(tree_t *below, const result_t *servers)
{
	ldns_rr_list *sorted = result_sorted(servers, LDNS_RR_TYPE_MX);

	for (size_t i = 0; sorted != NULL && i < ldns_rr_list_rr_count(sorted); i++) {
		const ldns_rr *record = ldns_rr_list_rr(sorted, i);
		char *exchange = records_text(ldns_rr_rdf(record, 1));

		tree_add(below, NULL, "%u %s", ldns_rdf2native_int16(ldns_rr_rdf(record, 0)),
			 exchange != NULL ? exchange : "(memory is out)");
		free(exchange);
	}
	ldns_rr_list_free(sorted);
}

static const char *difference_sentence(difference_t difference)
{
	static const char *const sentences[] = {
		[DIFFERENCE_RCODE] = "its RCODE is another one",
		[DIFFERENCE_AD] = "only one of the two is secure (AD)",
		[DIFFERENCE_ERROR] = "its extended error for what policy did is another one, or only one has it",
		[DIFFERENCE_SET] = "its MX records are others",
	};

	return sentences[difference];
}

static void add_server(tree_t *root, const explanation_t *explanation)
{
	const result_t *servers = explanation->servers;
	const comparison_t comparison = compare(explanation->ours, servers);
	char rcode[16];
	tree_t *below;

	if (!servers->replied) {
		tree_add(root, RED, "server %s: no reply: %s", servers->source, servers->why);
		return;
	}
	below = tree_add(root, comparison.agrees ? GREEN : RED, "server %s %s: %s%s", servers->source,
			 comparison.agrees ? "agrees" : "differs", summary_rcode(servers->rcode, rcode),
			 servers->trust == TRUST_SECURE ? ", AD" : "");
	for (unsigned i = 0; i < DIFFERENCES; i++)
		if (comparison.differs[i])
			tree_add(below, RED, "%s", difference_sentence((difference_t)i));
	for (size_t i = 0; i < servers->error_count; i++)
		add_server_error(below, &servers->errors[i]);
	if (comparison.differs[DIFFERENCE_SET])
		add_server_set(below, servers);
}

/* ---- the verdict ---- */

static unsigned count_stripped(const verdict_t *verdict)
{
	unsigned count = 0;

	for (size_t i = 0; i < verdict->target_count; i++)
		count += verdict->targets[i].stripped;
	return count;
}

static void add_refusal(tree_t *root, const char *word, const result_t *ours)
{
	const summary_error_t *error = &ours->errors[0];
	const char *text = ours->verdict != NULL ? ours->verdict->text : error->text;

	if (ours->error_count == 0)
		tree_add(root, BRIGHT_RED, "%s: SERVFAIL: %s", word, ours->why);
	else
		tree_add(root, BRIGHT_RED, "%s: SERVFAIL, extended error %u (%s)%s%s", word, error->code,
			 ede_name((ede_t)error->code), text[0] != '\0' ? ": " : "", text);
}

static void add_monitored(tree_t *root, const verdict_t *verdict)
{
	if (verdict->action == ACTION_REJECT)
		tree_add(root, YELLOW, "monitored: would have been rejected: %s; the answer passes as it came",
			 verdict->text);
	else
		tree_add(root, YELLOW, "monitored: records would have been left out: %s; the answer passes as it came",
			 verdict->text);
}

static void add_acceptance(tree_t *root, const verdict_t *verdict)
{
	const unsigned stripped = count_stripped(verdict);

	if (verdict->action < ACTION_STRIP)
		tree_add(root, GREEN, "accepted");
	else if (stripped == 0) /* what was left out does not read */
		tree_add(root, YELLOW, "accepted without some records: %s", verdict->text);
	else
		tree_add(root, YELLOW, "accepted without %u record%s: %s", stripped, stripped == 1 ? "" : "s",
			 verdict->text);
}

static void add_verdict(tree_t *root, const result_t *ours)
{
	const verdict_t *verdict = ours->verdict;

	if (ours->status == RESULT_FAILED)
		add_refusal(root, "failed", ours);
	else if (ours->status == RESULT_BOGUS || ours->status == RESULT_REJECTED)
		add_refusal(root, "rejected", ours);
	else if (verdict != NULL && verdict->monitored)
		add_monitored(root, verdict);
	else if (verdict != NULL)
		add_acceptance(root, verdict);
}

/* ---- all of it ---- */

static void add_origin(tree_t *root, const explanation_t *explanation)
{
	tree_add(root, NULL, "assessed here in %u ms, with the policy of %s%s", explanation->ours->took_ms,
		 explanation->policy, explanation->servers != NULL ? "; the server's own answer stands beside it" : "");
}

static void add_assessment(tree_t *root, const result_t *ours)
{
	const verdict_t *verdict = ours->verdict;

	if (verdict == NULL || verdict->failed)
		return;
	add_chain(root, verdict);
	add_security(root, verdict);
	add_corroboration(root, verdict);
	add_past(root, verdict);
	add_absence(root, ours);
	add_targets(root, verdict);
	add_findings_of(root, verdict, verdict->target_count);
}

bool explain_print(FILE *out, const explanation_t *explanation, const tree_style_t *style)
{
	char name[NAME_TEXT_MAX];
	tree_t *root = tree_new(BOLD, "%s MX", name_to_text(&explanation->request->name, name));
	bool whole = false;

	if (root == NULL)
		return false;
	add_origin(root, explanation);
	add_assessment(root, explanation->ours);
	if (explanation->servers != NULL)
		add_server(root, explanation);
	add_verdict(root, explanation->ours);
	whole = tree_print(out, root, style);
	tree_free(root);
	return whole;
}
