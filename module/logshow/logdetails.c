/* logdetails.c: the assessment that a line holds, as the tree that `mxward lookup --explain` shows of a fresh one. What is not of
 * the form that the writer gives it is left out; every string is escaped. */
#include "module/logshow/logprint.h"

#include "module/escape.h"
#include "validator/check.h"

#include <string.h>

#define GREEN  "32"
#define RED    "31"
#define YELLOW "33"
#define BOLD   "1"

enum { TEXT_MAX = 1200 };

/* A value's word, what is said of it, and in which colour. */
typedef struct word {
	const char *value;
	const char *colour;
	const char *said;
} word_t;

static const word_t security_words[] = {
	{ "secure", GREEN, "DNSSEC secure: signed, and validated" },
	{ "insecure", YELLOW, "DNSSEC insecure: not signed, nothing proves that its owner published this" },
	{ "bogus", RED, "DNSSEC bogus: not what its owner signed" },
	{ NULL, NULL, NULL },
};

static const word_t corroboration_words[] = {
	{ "agreed", GREEN, "TCP agrees: the same answer came over TCP" },
	{ "differed", RED, "TCP differs: what came over TCP was judged; this, over UDP, was dropped" },
	{ "unavailable", YELLOW, "TCP fails: no answer over TCP, so the one over UDP stood alone" },
	{ NULL, NULL, NULL },
};

static const word_t state_words[] = {
	{ "unknown", YELLOW, "address not known: not asked for, or no answer in time" },
	{ "no-name", RED, "no such name (NXDOMAIN)" },
	{ "no-address", RED, "no address" },
	{ "bogus", RED, "bogus: DNSSEC rejects its addresses" },
	{ "failed", YELLOW, "no address: the servers of its zone gave no usable answer" },
	{ NULL, NULL, NULL },
};

static const word_t tlsa_words[] = {
	{ "present", GREEN, "TLSA secure: DANE protects it (RFC 7672)" },
	{ "bogus", RED, "TLSA bogus: senders with DANE do not deliver to it (RFC 7672, 2.1)" },
	{ "none", NULL, "TLSA none" },
	{ NULL, NULL, NULL },
};

/* A string of an object, escaped; "" when there is none. `text` holds TEXT_MAX octets. */
static const char *string_of(const json_t *object, const char *key, char *text)
{
	const char *string = json_string_value(json_object_get(object, key));

	return escape_text(string != NULL ? string : "", text, TEXT_MAX);
}

static tree_t *add_word(tree_t *below, const word_t *words, const json_t *object, const char *key)
{
	char text[TEXT_MAX];

	string_of(object, key, text);
	for (; words->value != NULL; words++)
		if (strcmp(words->value, text) == 0)
			return tree_add(below, words->colour, "%s", words->said);
	return NULL;
}

/* --- Findings ------------------------------------------------------------------------------------------------------ */

static void add_finding(tree_t *below, const json_t *finding, bool says_host)
{
	char severity[TEXT_MAX];
	char action[TEXT_MAX];
	char check[TEXT_MAX];
	char host[TEXT_MAX];
	char detail[TEXT_MAX];
	char source[TEXT_MAX];
	check_id_t id;
	const bool known = check_find(string_of(finding, "check", check), &id);

	string_of(finding, "severity", severity);
	string_of(finding, "action", action);
	string_of(finding, "host", host);
	string_of(finding, "detail", detail);
	string_of(finding, "source", source);
	tree_add(below, strcmp(action, "reject") == 0 || strcmp(severity, "alert") == 0 ? RED : YELLOW,
		 "%s, %s: %s%s%s: %s%s%s (%s)", severity, action, check, says_host && host[0] != '\0' ? " " : "",
		 says_host ? host : "", known ? check_row(id)->sentence : "", detail[0] != '\0' ? " " : "", detail,
		 source);
}

static bool is_exchange(const json_t *entry, const char *host)
{
	const json_t *target;
	size_t i;

	json_array_foreach(json_object_get(entry, "mx"), i, target)
	{
		const char *exchange = json_string_value(json_object_get(target, "exchange"));

		if (exchange != NULL && strcmp(exchange, host) == 0)
			return true;
	}
	return false;
}

/* Those about one exchange; with NULL all that are about none of the set. */
static void add_findings(tree_t *below, const json_t *entry, const char *exchange)
{
	const json_t *finding;
	size_t i;

	json_array_foreach(json_object_get(entry, "findings"), i, finding)
	{
		const char *host = json_string_value(json_object_get(finding, "host"));
		const bool about_one = host != NULL && is_exchange(entry, host);

		if (exchange == NULL ? !about_one : about_one && strcmp(host, exchange) == 0)
			add_finding(below, finding, exchange == NULL);
	}
}

/* --- Exchanges ----------------------------------------------------------------------------------------------------- */

static void add_address(tree_t *below, const json_t *address, const char *security)
{
	char text[TEXT_MAX];
	char special[TEXT_MAX];

	string_of(address, "special", special);
	tree_add(below, special[0] != '\0' ? YELLOW : NULL, "%s %s%s%s", string_of(address, "address", text), security,
		 special[0] != '\0' ? ", special: " : "", special);
}

static void add_exchange(tree_t *root, const json_t *entry, const json_t *target)
{
	const char *exchange = json_string_value(json_object_get(target, "exchange"));
	const bool stripped = json_is_true(json_object_get(target, "stripped"));
	char text[TEXT_MAX];
	char security[TEXT_MAX];
	const json_t *address;
	tree_t *below;
	size_t i;

	if (exchange == NULL)
		return;
	below = tree_add(
		root, stripped ? RED : BOLD, "%d %s%s", (int)json_integer_value(json_object_get(target, "preference")),
		escape_text(exchange, text, sizeof(text)), stripped ? " stripped: left out of the answer" : "");
	if (string_of(target, "alias_of", text)[0] != '\0')
		tree_add(below, NULL, "alias of %s", text);
	add_word(below, state_words, target, "state");
	string_of(target, "security", security);
	json_array_foreach(json_object_get(target, "addresses"), i, address)
	{
		add_address(below, address, security);
	}
	if (strcmp(security, "secure") == 0)
		add_word(below, tlsa_words, target, "tlsa");
	add_findings(below, entry, exchange);
}

static void add_others(tree_t *below, const json_t *others)
{
	const json_t *other;
	char text[TEXT_MAX];
	size_t i;

	if (json_array_size(others) == 0)
		tree_add(below, NULL, "no MX record");
	json_array_foreach(others, i, other)
	{
		tree_add(below, NULL, "%d %s", (int)json_integer_value(json_object_get(other, "preference")),
			 string_of(other, "exchange", text));
	}
}

/* --- All of it ----------------------------------------------------------------------------------------------------- */

static void add_origin(tree_t *root, const logentry_t *entry)
{
	const logentry_client_t *client = &entry->client;

	if (client->address == NULL)
		tree_add(root, NULL, "asked by nobody: renewed before it ran out");
	else if (client->count <= 1)
		tree_add(root, NULL, "asked by %s over %s", client->address, client->transport);
	else
		tree_add(root, NULL, "asked by %s over %s, and %u others waited with it", client->address,
			 client->transport, client->count - 1);
}

static void add_chain(tree_t *root, const json_t *line)
{
	const json_t *alias;
	char text[TEXT_MAX];
	size_t i;

	json_array_foreach(json_object_get(line, "chain"), i, alias)
	{
		if (json_is_string(alias))
			tree_add(root, NULL, "%salias of %s", i > 0 ? "which is an " : "",
				 escape_text(json_string_value(alias), text, sizeof(text)));
	}
}

static void add_assessment(tree_t *root, const json_t *line)
{
	const json_t *target;
	tree_t *differs;
	size_t i;

	add_chain(root, line);
	add_word(root, security_words, line, "received");
	differs = add_word(root, corroboration_words, line, "corroboration");
	if (json_array_size(json_object_get(line, "other")) > 0)
		add_others(differs, json_object_get(line, "other"));
	if (json_is_true(json_object_get(line, "null_mx")))
		tree_add(root, NULL, "null MX: the domain takes no mail (RFC 7505)");
	else if (json_is_true(json_object_get(line, "negative")))
		tree_add(root, NULL, "no MX record");
	json_array_foreach(json_object_get(line, "mx"), i, target)
	{
		add_exchange(root, line, target);
	}
	add_findings(root, line, NULL);
}

static void add_verdict(tree_t *root, const logentry_t *entry)
{
	const char *colour = logprint_colour(entry->verdict);
	const char *colon = entry->reason[0] != '\0' ? ": " : "";

	if (entry->would != NULL)
		tree_add(root, YELLOW, "monitored: would have been: %s; the answer passed as it came", entry->would);
	if (entry->stale)
		tree_add(root, YELLOW, "stale: an answer that had ended was given instead of SERVFAIL");
	if (entry->ede_name != NULL)
		tree_add(root, colour, "%s: %s, extended error %u (%s)%s%s", logentry_verdict_name(entry->verdict),
			 entry->rcode, entry->ede, entry->ede_name, colon, entry->reason);
	else
		tree_add(root, colour, "%s: %s%s%s", logentry_verdict_name(entry->verdict), entry->rcode, colon,
			 entry->reason);
}

bool logprint_details(FILE *out, const logentry_t *entry, const tree_style_t *style)
{
	tree_t *root = tree_new(BOLD, "%s %s", entry->domain, entry->type);
	bool whole;

	if (root == NULL)
		return false;
	add_origin(root, entry);
	if (entry->kind == LOGENTRY_ASSESSMENT)
		add_assessment(root, entry->line);
	add_verdict(root, entry);
	whole = tree_print(out, root, style);
	tree_free(root);
	return whole;
}
