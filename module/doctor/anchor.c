/* anchor.c: whether the root's key that we trust is one that signs the root today. */
#include "module/ask/records.h"
#include "module/doctor/doctor.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

enum { RECORDS_MAX = 1000, SEP = 0x0001, REVOKED = 0x0080 }; /* flags: RFC 4034, 2.1.1; RFC 5011, 7 */

/* A record of an anchor file that is a root DS or DNSKEY, pushed to `anchors`. */
static void add(ldns_rr_list *anchors, ldns_rr *record)
{
	bool of_root = ldns_rdf_size(ldns_rr_owner(record)) == 1;
	ldns_rr_type type = ldns_rr_get_type(record);

	if (!of_root || (type != LDNS_RR_TYPE_DS && type != LDNS_RR_TYPE_DNSKEY) ||
	    !ldns_rr_list_push_rr(anchors, record))
		ldns_rr_free(record);
}

static bool read_anchors(const char *path, ldns_rr_list *anchors)
{
	FILE *file = fopen(path, "re");
	int line = 0;

	for (int i = 0; file != NULL && i < RECORDS_MAX && !feof(file); i++) {
		ldns_rr *record = NULL;

		if (ldns_rr_new_frm_fp_l(&record, file, NULL, NULL, NULL, &line) == LDNS_STATUS_OK)
			add(anchors, record);
	}
	if (file != NULL)
		fclose(file);
	return file != NULL;
}

static bool same_rdata(const ldns_rr *a, const ldns_rr *b)
{
	if (ldns_rr_rd_count(a) != ldns_rr_rd_count(b))
		return false;
	for (size_t i = 0; i < ldns_rr_rd_count(a); i++)
		if (ldns_rdf_compare(ldns_rr_rdf(a, i), ldns_rr_rdf(b, i)) != 0)
			return false;
	return true;
}

static bool ds_matches(const ldns_rr *ds, const ldns_rr *key)
{
	ldns_rr *made = ldns_key_rr2ds(key, (ldns_hash)ldns_rdf2native_int8(ldns_rr_rdf(ds, 2)));
	bool same = made != NULL && same_rdata(made, ds);

	ldns_rr_free(made);
	return same;
}

static bool is_anchored(const ldns_rr *key, const ldns_rr_list *anchors)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(anchors); i++) {
		const ldns_rr *anchor = ldns_rr_list_rr(anchors, i);

		if (ldns_rr_get_type(anchor) == LDNS_RR_TYPE_DS ? ds_matches(anchor, key) : same_rdata(anchor, key))
			return true;
	}
	return false;
}

static bool has_keys(const ldns_pkt *records)
{
	ldns_rr_list *keys = ldns_pkt_rr_list_by_type(records, LDNS_RR_TYPE_DNSKEY, LDNS_SECTION_ANSWER);
	bool any = keys != NULL && ldns_rr_list_rr_count(keys) > 0;

	ldns_rr_list_deep_free(keys);
	return any;
}

/* A key that signs keys, is not revoked, and that we trust. */
static const ldns_rr *find_anchored(const ldns_pkt *records, const ldns_rr_list *anchors)
{
	const ldns_rr_list *answer = ldns_pkt_answer(records);

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *key = ldns_rr_list_rr(answer, i);

		if (ldns_rr_get_type(key) == LDNS_RR_TYPE_DNSKEY &&
		    (ldns_rdf2native_int16(ldns_rr_rdf(key, 0)) & (SEP | REVOKED)) == SEP && is_anchored(key, anchors))
			return key;
	}
	return NULL;
}

/* Anchors from the RFC 5011 state if it can be read, else from the static files; *from says which, NULL for none. */
static ldns_rr_list *load(const conf_t *conf, const char **from)
{
	ldns_rr_list *anchors = ldns_rr_list_new();
	const char *state = conf->resolver.auto_trust_anchor_file;

	*from = NULL;
	if (anchors == NULL)
		return NULL;
	if (state[0] != '\0' && read_anchors(state, anchors) && ldns_rr_list_rr_count(anchors) > 0) {
		*from = state;
		return anchors;
	}
	for (size_t i = 0; i < conf->resolver.trust_anchor_files.count; i++)
		if (read_anchors(conf->resolver.trust_anchor_files.items[i], anchors) &&
		    ldns_rr_list_rr_count(anchors) > 0 && *from == NULL)
			*from = conf->resolver.trust_anchor_files.items[i];
	return anchors;
}

static void judge_key(const doctor_t *doctor, const ldns_rr *key, const char *from, finding_t *finding)
{
	const char *state = doctor->conf->resolver.auto_trust_anchor_file;

	if (key == NULL) {
		finding_fail(finding, "no key in %s signs the root today: nothing validates, or soon nothing will",
			     from);
		finding_mend(finding,
			     "apt-get install --reinstall dns-root-data, remove %s if it is there, "
			     "and systemctl restart mxward",
			     state[0] != '\0' ? state : "the state of RFC 5011");
	} else if (state[0] != '\0' && strcmp(from, state) != 0) {
		finding_warn(finding,
			     "key %u of %s signs the root, but %s is not in use: it would follow a change of keys",
			     (unsigned)ldns_calc_keytag(key), from, state);
		finding_mend(finding,
			     "start the daemon once, see that it may write to the directory of %s, and that "
			     "you may read it",
			     state);
	} else {
		finding_ok(finding, "key %u of %s signs the root", (unsigned)ldns_calc_keytag(key), from);
	}
}

void doctor_check_anchor(doctor_t *doctor, finding_t *finding)
{
	static const name_t root = { .size = 1, .octets = { 0 } };
	const ask_options_t options = { .checking_disabled = true }; /* with a wrong anchor there would be no keys */
	const char *from;
	ldns_rr_list *anchors = load(doctor->conf, &from);
	ldns_pkt *records = NULL;

	if (anchors == NULL || from == NULL) {
		finding_fail(finding, "there is no trust anchor of the root: nothing can be validated");
		finding_mend(finding,
			     "apt-get install dns-root-data, and name its root.key in resolver.trust-anchor-file");
	} else if (doctor_ask(doctor, &root, LDNS_RR_TYPE_DNSKEY, &options, finding)) {
		if (records_read(&root, LDNS_RR_TYPE_DNSKEY, doctor->reply.octets, doctor->reply.size, false, &records,
				 NULL) == ANSWER_OK &&
		    has_keys(records))
			judge_key(doctor, find_anchored(records, anchors), from, finding);
		else
			finding_skip(finding, "the server gave no keys of the root to compare with");
	}
	ldns_pkt_free(records);
	ldns_rr_list_deep_free(anchors);
}
