/* Answers against a second opinion: random packets, and mutations of them, are read by ldns as well; a plain model over its
 * records picks what belongs to the question, and answer_build() has to yield the same records. */
#include "tests/support.h"
#include "tests/validator/message.h"
#include "validator/answer.h"

#include <ldns/ldns.h>

enum { NOW = 1700000000, ROUNDS = 2000, MUTATIONS = 5 };

static const answer_limits_t limits = { .min_ttl = 0, .max_ttl = 86400, .negative_max_ttl = 3600 };

/* ---- The model ---- */

typedef struct model {
	const ldns_pkt *packet;
	ldns_rr_type type;
	ldns_rdf *chain[ANSWER_CHAIN_MAX + 1];
	unsigned links;
	bool found;
	bool wildcard;
	bool refused;
	ldns_rr_list *records; /* what belongs to the question */
} model_t;

static const ldns_rr_list *section_of(const model_t *model, bool authority)
{
	return authority ? ldns_pkt_authority(model->packet) : ldns_pkt_answer(model->packet);
}

static bool is_of(const ldns_rr *record, const ldns_rdf *owner, ldns_rr_type type)
{
	return ldns_rr_get_class(record) == LDNS_RR_CLASS_IN && ldns_rr_get_type(record) == type &&
	       ldns_dname_compare(ldns_rr_owner(record), owner) == 0;
}

static ldns_rr *first_of(const model_t *model, bool authority, const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rr_list *list = section_of(model, authority);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (is_of(ldns_rr_list_rr(list, i), owner, type))
			return ldns_rr_list_rr(list, i);
	}
	return NULL;
}

static bool is_under_or_equal(const ldns_rdf *name, const ldns_rdf *ancestor)
{
	return ldns_dname_compare(name, ancestor) == 0 || ldns_dname_is_subdomain(name, ancestor);
}

/* The one of this type that encloses the name and is nearest to it. */
static ldns_rr *nearest(const model_t *model, bool authority, const ldns_rdf *name, ldns_rr_type type)
{
	const ldns_rr_list *list = section_of(model, authority);
	ldns_rr *found = NULL;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		ldns_rr *record = ldns_rr_list_rr(list, i);
		const ldns_rdf *owner = ldns_rr_owner(record);

		if (ldns_rr_get_type(record) == type && ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
		    is_under_or_equal(name, owner) &&
		    (type != LDNS_RR_TYPE_DNAME || ldns_dname_compare(name, owner) != 0) &&
		    (found == NULL || ldns_rdf_size(owner) > ldns_rdf_size(ldns_rr_owner(found))))
			found = record;
	}
	return found;
}

static bool is_among(const ldns_rr_list *list, const ldns_rr *record)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (ldns_rr_compare(ldns_rr_list_rr(list, i), record) == 0)
			return true;
	}
	return false;
}

/* Canonical, without TTL, and once. */
static void add(ldns_rr_list *list, const ldns_rr *record)
{
	ldns_rr *copy = ldns_rr_clone(record);

	ldns_rr_set_ttl(copy, 0);
	ldns_rr2canonical(copy);
	if (is_among(list, copy))
		ldns_rr_free(copy);
	else
		ldns_rr_list_push_rr(list, copy);
}

static unsigned labels_of(const ldns_rdf *owner)
{
	return ldns_dname_label_count(owner) - (unsigned)(ldns_dname_is_wildcard(owner) != 0);
}

static size_t add_signatures(model_t *model, bool authority, const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rr_list *list = section_of(model, authority);
	size_t count = 0;

	for (size_t i = 0; type != LDNS_RR_TYPE_RRSIG && i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *record = ldns_rr_list_rr(list, i);

		if (!is_of(record, owner, LDNS_RR_TYPE_RRSIG) ||
		    ldns_rdf2native_int16(ldns_rr_rrsig_typecovered(record)) != type)
			continue;
		add(model->records, record);
		count++;
		if (ldns_rdf2native_int8(ldns_rr_rrsig_labels(record)) < labels_of(owner))
			model->wildcard = true;
	}
	return count;
}

static void add_set(model_t *model, bool authority, const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rr_list *list = section_of(model, authority);
	bool alone = type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME || type == LDNS_RR_TYPE_SOA;
	size_t count = 0;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (is_of(ldns_rr_list_rr(list, i), owner, type) && (!alone || count++ == 0))
			add(model->records, ldns_rr_list_rr(list, i));
	}
	(void)add_signatures(model, authority, owner, type);
}

static void step(model_t *model, const ldns_rdf *target)
{
	for (unsigned i = 0; i <= model->links; i++) {
		if (ldns_dname_compare(model->chain[i], target) == 0)
			model->refused = true;
	}
	if (model->links == ANSWER_CHAIN_MAX)
		model->refused = true;
	if (!model->refused)
		model->chain[++model->links] = ldns_rdf_clone(target);
}

static void step_by_dname(model_t *model, const ldns_rr *dname)
{
	ldns_rdf *owner = model->chain[model->links];
	ldns_rr *cname = first_of(model, false, owner, LDNS_RR_TYPE_CNAME);
	ldns_rr *synthetic = ldns_rr_new_frm_type(LDNS_RR_TYPE_CNAME);
	ldns_rdf *prefix = ldns_dname_reverse(owner);
	ldns_rdf *left = ldns_dname_clone_from(prefix, ldns_dname_label_count(ldns_rr_owner(dname)));
	ldns_rdf *front = ldns_dname_reverse(left);

	if (ldns_rdf_size(front) - 1 + ldns_rdf_size(ldns_rr_rdf(dname, 0)) > LDNS_MAX_DOMAINLEN) {
		model->refused = true;
		ldns_rdf_deep_free(front);
	} else {
		ldns_rdf *target = ldns_dname_cat_clone(front, ldns_rr_rdf(dname, 0));

		ldns_rdf_deep_free(front);
		model->refused |= cname != NULL && ldns_dname_compare(ldns_rr_rdf(cname, 0), target) != 0;
		ldns_rr_set_owner(synthetic, ldns_rdf_clone(owner));
		ldns_rr_set_rdf(synthetic, target, 0);
		add_set(model, false, ldns_rr_owner(dname), LDNS_RR_TYPE_DNAME);
		add(model->records, synthetic);
		step(model, target);
	}
	ldns_rdf_deep_free(left);
	ldns_rdf_deep_free(prefix);
	ldns_rr_free(synthetic);
}

static void follow(model_t *model)
{
	while (!model->refused && !model->found) {
		const ldns_rdf *at = model->chain[model->links];
		const ldns_rr *dname = nearest(model, false, at, LDNS_RR_TYPE_DNAME);
		const ldns_rr *cname = first_of(model, false, at, LDNS_RR_TYPE_CNAME);
		bool direct = first_of(model, false, at, model->type) != NULL;

		if (dname != NULL && (!direct || model->type == LDNS_RR_TYPE_CNAME)) {
			step_by_dname(model, dname);
			model->found = model->type == LDNS_RR_TYPE_CNAME;
		} else if (direct) {
			add_set(model, false, at, model->type);
			model->found = true;
		} else if (cname != NULL) {
			add_set(model, false, at, LDNS_RR_TYPE_CNAME);
			step(model, ldns_rr_rdf(cname, 0));
		} else {
			return;
		}
	}
}

static bool signer_fits(const model_t *model, const ldns_rdf *owner, ldns_rr_type type)
{
	const ldns_rr_list *list = section_of(model, true);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *record = ldns_rr_list_rr(list, i);

		if (!is_of(record, owner, LDNS_RR_TYPE_RRSIG) ||
		    ldns_rdf2native_int16(ldns_rr_rrsig_typecovered(record)) != type ||
		    !is_under_or_equal(owner, ldns_rr_rrsig_signame(record)))
			continue;
		for (unsigned link = 0; link <= model->links; link++) {
			if (is_under_or_equal(model->chain[link], ldns_rr_rrsig_signame(record)))
				return true;
		}
	}
	return false;
}

static void add_proofs(model_t *model)
{
	const ldns_rr_list *list = section_of(model, true);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *record = ldns_rr_list_rr(list, i);
		ldns_rr_type type = ldns_rr_get_type(record);

		if (ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
		    (type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3) &&
		    signer_fits(model, ldns_rr_owner(record), type))
			add_set(model, true, ldns_rr_owner(record), type);
	}
}

/* Another class at the end of the chain, and nothing else: no answer that may be passed on. */
static bool lost_a_class(const model_t *model)
{
	const ldns_rr_list *list = section_of(model, false);

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		if (ldns_rr_get_class(ldns_rr_list_rr(list, i)) != LDNS_RR_CLASS_IN)
			return true;
	}
	return false;
}

static void judge(model_t *model, const ldns_pkt *packet, const ldns_rr *question)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(packet);

	*model = (model_t){ .packet = packet, .type = ldns_rr_get_type(question), .records = ldns_rr_list_new() };
	model->chain[0] = ldns_rdf_clone(ldns_rr_owner(question));
	follow(model);
	model->refused |= rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN;
	model->refused |= rcode == LDNS_RCODE_NXDOMAIN && model->found;
	model->refused |= !model->found && lost_a_class(model);
	if (model->refused)
		return;
	if (!model->found) {
		const ldns_rr *soa = nearest(model, true, model->chain[model->links], LDNS_RR_TYPE_SOA);

		if (soa != NULL)
			add_set(model, true, ldns_rr_owner(soa), LDNS_RR_TYPE_SOA);
	}
	if (!model->found || model->wildcard)
		add_proofs(model);
}

static void model_free(model_t *model)
{
	for (unsigned i = 0; i <= model->links; i++)
		ldns_rdf_deep_free(model->chain[i]);
	ldns_rr_list_deep_free(model->records);
}

/* ---- Comparing ---- */

static ldns_rr_list *records_of(const ldns_pkt *packet)
{
	ldns_rr_list *records = ldns_rr_list_new();

	for (size_t i = 0; i < ldns_rr_list_rr_count(ldns_pkt_answer(packet)); i++)
		add(records, ldns_rr_list_rr(ldns_pkt_answer(packet), i));
	for (size_t i = 0; i < ldns_rr_list_rr_count(ldns_pkt_authority(packet)); i++)
		add(records, ldns_rr_list_rr(ldns_pkt_authority(packet), i));
	return records;
}

static void are_equal(ldns_rr_list *got, ldns_rr_list *want)
{
	char *got_text;
	char *want_text;

	ldns_rr_list_sort(got);
	ldns_rr_list_sort(want);
	got_text = ldns_rr_list2str(got);
	want_text = ldns_rr_list2str(want);
	assert_string_equal(got_text, want_text);
	free(got_text);
	free(want_text);
}

/* Nothing more than the model has; and less only of what is left out when it does not read, where ldns is content with
 * pointers that lead forwards. */
static void is_within(const ldns_rr_list *got, const ldns_rr_list *want)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(got); i++)
		assert_true(is_among(want, ldns_rr_list_rr(got, i)));
	for (size_t i = 0; i < ldns_rr_list_rr_count(want); i++) {
		ldns_rr_type type = ldns_rr_get_type(ldns_rr_list_rr(want, i));

		assert_true(type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3 ||
			    is_among(got, ldns_rr_list_rr(want, i)));
	}
}

/* Both forms of the answer must read; the DNSSEC one is handed back. */
static ldns_pkt *read_back(const message_t *question, const answer_t *answer)
{
	static message_t message;
	ldns_pkt *packet;

	message_from_answer(&message, &question->name, question->type, answer, MESSAGE_PLAIN);
	assert_int_equal(ldns_wire2pkt(&packet, message.octets, message.size), LDNS_STATUS_OK);
	ldns_pkt_free(packet);
	message_from_answer(&message, &question->name, question->type, answer, MESSAGE_DNSSEC);
	assert_int_equal(ldns_wire2pkt(&packet, message.octets, message.size), LDNS_STATUS_OK);
	return packet;
}

/* Where the record at `at` ends by its RDLENGTH. */
static size_t end_of_record(const message_t *message, size_t at)
{
	while (message->octets[at] != 0 && message->octets[at] < 0xc0)
		at += 1 + message->octets[at];
	at += message->octets[at] == 0 ? 1 : 2;
	return at + 10 + (size_t)(message->octets[at + 8] << 8 | message->octets[at + 9]);
}

/* ldns goes on where a record's last field ends, not where its RDLENGTH says: after RDATA with octets left over it reads
 * records that are not there. */
static bool keeps_step(const message_t *message, const ldns_pkt *packet)
{
	size_t count =
		ldns_rr_list_rr_count(ldns_pkt_answer(packet)) + ldns_rr_list_rr_count(ldns_pkt_authority(packet));
	size_t at = 12 + message->name.size + (size_t)4;
	bool same = true;

	for (size_t i = 0; i < count && same; i++) {
		size_t end = end_of_record(message, at);
		ldns_rr *record = NULL;

		same = ldns_wire2rr(&record, message->octets, message->size, &at, LDNS_SECTION_ANSWER) ==
			       LDNS_STATUS_OK &&
		       at == end;
		ldns_rr_free(record);
	}
	return same;
}

typedef enum { STRICT, MUTATED } origin_t;

/* True when there was an answer, and it is the model's. A strict packet is answered exactly when the model answers it; of
 * mutated ones we refuse more, because we look closer, or ldns does, and then there is nothing to compare with. */
static bool agree(const message_t *message, origin_t origin)
{
	uint8_t *octets = test_copy(message->octets, message->size);
	answer_t answer;
	answer_err_t err = answer_build(&answer, &message->name, message->type, octets, message->size, &limits, NOW);
	ldns_pkt *packet = NULL;
	ldns_status read = ldns_wire2pkt(&packet, message->octets, message->size);
	bool ok = err == ANSWER_OK;
	model_t model;

	if (ok) {
		ldns_pkt *back = read_back(message, &answer);

		if (read == LDNS_STATUS_OK && keeps_step(message, packet)) {
			ldns_rr_list *got = records_of(back);

			judge(&model, packet, ldns_rr_list_rr(ldns_pkt_question(packet), 0));
			assert_false(model.refused);
			if (origin == STRICT)
				are_equal(got, model.records);
			else
				is_within(got, model.records);
			model_free(&model);
			ldns_rr_list_deep_free(got);
		}
		ldns_pkt_free(back);
	} else if (origin == STRICT) {
		assert_int_equal(read, LDNS_STATUS_OK);
		judge(&model, packet, ldns_rr_list_rr(ldns_pkt_question(packet), 0));
		assert_true(model.refused);
		model_free(&model);
	}
	ldns_pkt_free(packet);
	answer_free(&answer);
	free(octets);
	return ok;
}

/* ---- Random packets ---- */

static const char *pick(const char *const *items, size_t count)
{
	return items[(size_t)random() % count];
}

#define PICK(items) pick((items), sizeof(items) / sizeof((items)[0]))

static const char *const names[] = {
	"example.org.",
	"EXAMPLE.org.",
	"a.example.org.",
	"b.a.example.org.",
	"*.example.org.",
	"x.test.",
	"mx.Example.ORG.",
	"d.example.org.",
	"w.d.example.org.",
	"v.w.d.example.org.",
	"a\\.b.c\\000d.example.org.",
	".",
};
static const char *const types[] = { "MX",    "A",     "AAAA",      "TXT",  "NS",  "SRV",   "NAPTR", "CNAME",
				     "DNAME", "PTR",   "SOA",       "TLSA", "CAA", "HINFO", "NSEC",  "DS",
				     "RRSIG", "AFSDB", "TYPE65281", "KX",   "RP",  "MINFO" };

static char *put_rdata(char *to, const char *type)
{
	const struct {
		const char *type;
		const char *format; /* %s: a name, %ld: a small number */
	} formats[] = {
		{ "MX", "%2$ld %1$s" },
		{ "A", "192.0.2.%2$ld%1$.0s" },
		{ "AAAA", "2001:db8::%2$ld%1$.0s" },
		{ "TXT", "\"v=%2$ld\" \"%1$s\"" },
		{ "SRV", "%2$ld 0 25 %1$s" },
		{ "NAPTR", "%2$ld 10 \"u\" \"E2U+sip\" \"\" %1$s" },
		{ "SOA", "%1$s host.example.org. %2$ld 2 3 4 700" },
		{ "TLSA", "3 1 %2$ld%1$.0s abcdef" },
		{ "CAA", "0 issue \"ca%2$ld%1$.0s\"" },
		{ "HINFO", "\"x%2$ld%1$.0s\" \"\"" },
		{ "NSEC", "%1$s A MX RRSIG TYPE%2$ld" },
		{ "DS", "%2$ld%1$.0s 8 2 abcdef" },
		{ "AFSDB", "%2$ld %1$s" },
		{ "KX", "%2$ld %1$s" },
		{ "RP", "%1$s n%2$ld.example.org." },
		{ "MINFO", "%1$s n%2$ld.example.org." },
		{ "RRSIG", "MX 8 %2$ld 300 20231201000000 20231101000000 12345 %1$s AAAA" },
		{ "TYPE65281", "\\# 2 c00%2$ld%1$.0s" },
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(formats[i].type, type) == 0) {
			const char *name = PICK(names);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
			return to + sprintf(to, formats[i].format, name, 1 + random() % 6);
#pragma GCC diagnostic pop
		}
	}
	return to + sprintf(to, "%s", PICK(names));
}

static char *put_record(char *to, const char *section, const char *owner, const char *type)
{
	to += sprintf(to, "%s %s %ld IN %s ", section, owner, 1 + random() % 1000, type);
	to = put_rdata(to, type);
	return to + sprintf(to, "\n");
}

static char *put_signature(char *to, const char *section, const char *owner, const char *type)
{
	return to + sprintf(to, "%s %s 300 IN RRSIG %s 8 %ld 300 20231201000000 20231101000000 12345 %s AAAA\n",
			    section, owner, type, random() % 4, random() % 2 == 0 ? "example.org." : PICK(names));
}

static char *put_set(char *to, const char *section, const char *owner, const char *type, long count)
{
	while (count-- > 0)
		to = put_record(to, section, owner, type);
	if (random() % 2 == 0)
		to = put_signature(to, section, owner, type);
	return to;
}

/* A chain of up to three aliases, mostly an answer at its end, sometimes proofs, and noise in every section. */
static void make_text(char *to)
{
	const char *at = PICK(names);
	const char *type = PICK(types);

	to += sprintf(to, "? %s %s\n", at, type);
	if (random() % 5 == 0)
		to += sprintf(to, "rcode 3\n");
	for (long links = random() % 4; links > 0; links--) {
		const char *next = PICK(names);

		to += sprintf(to, "an %s 300 IN CNAME %s\n", at, next);
		if (random() % 2 == 0)
			to = put_signature(to, "an", at, "CNAME");
		at = next;
	}
	if (random() % 3 != 0)
		to = put_set(to, "an", at, type, 1 + random() % 5);
	if (random() % 2 == 0)
		to = put_set(to, "ns", random() % 2 == 0 ? "example.org." : PICK(names), "SOA", 1);
	for (long proofs = random() % 3; proofs > 0; proofs--)
		to = put_set(to, "ns", PICK(names), "NSEC", 1);
	for (long noise = random() % 4; noise > 0; noise--) {
		static const char *const sections[] = { "an", "ns", "ar" };

		to = put_set(to, PICK(sections), PICK(names), PICK(types), 1);
	}
}

/* The same packet with ldns's compression. */
static void compress(message_t *message)
{
	ldns_pkt *packet;
	uint8_t *octets;
	size_t size;

	assert_int_equal(ldns_wire2pkt(&packet, message->octets, message->size), LDNS_STATUS_OK);
	assert_int_equal(ldns_pkt2wire(&octets, packet, &size), LDNS_STATUS_OK);
	memcpy(message->octets, octets, size);
	message->size = size;
	free(octets);
	ldns_pkt_free(packet);
}

static void random_packets(void **state)
{
	static char text[1 << 16];
	static message_t message;
	unsigned seed = 1035;
	unsigned answered = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		make_text(text);
		message_from_text(&message, text);
		if (round % 2 == 0)
			compress(&message);
		answered += agree(&message, STRICT);
	}
	print_message("%u of %d answered\n", answered, ROUNDS);
	assert_true(answered > ROUNDS / 2);
}

static void mutate(message_t *message)
{
	for (long changes = 1 + random() % 3; changes > 0; changes--) {
		size_t at = 12 + (size_t)random() % (message->size - 12);

		switch (random() % 4) {
		case 0: message->octets[at] = (uint8_t)random(); break;
		case 1: message->octets[at] ^= (uint8_t)(1 << random() % 8); break;
		case 2: message->octets[at] = 0xc0; break;
		default: message->octets[at] += (uint8_t)(random() % 2 == 0 ? 1 : -1);
		}
	}
}

static void mutated_packets(void **state)
{
	static char text[1 << 16];
	static message_t message;
	static message_t mutant;
	unsigned seed = 4034;
	unsigned answered = 0;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned round = 0; round < ROUNDS; round++) {
		make_text(text);
		message_from_text(&message, text);
		if (round % 2 == 0)
			compress(&message);
		for (unsigned i = 0; i < MUTATIONS; i++) {
			mutant = message;
			mutate(&mutant);
			answered += agree(&mutant, MUTATED);
		}
	}
	print_message("%u of %d answered\n", answered, ROUNDS * MUTATIONS);
	assert_true(answered > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_packets),
		cmocka_unit_test(mutated_packets),
	};

	return cmocka_run_group_tests_name("answers against ldns", tests, NULL, NULL);
}
