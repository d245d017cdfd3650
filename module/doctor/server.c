/* server.c: what the server that this machine asks does with a mail server's questions. */
#include "module/ask/address.h"
#include "module/ask/records.h"
#include "module/doctor/doctor.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

enum { RCODE_NOERROR = 0, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5, PLAIN_SIZE = 512 };

static const name_t root = { .size = 1, .octets = { 0 } };

static void say_silent(const doctor_t *doctor, ask_err_t err, int reason, bool tcp, finding_t *finding)
{
	char address[ADDRESS_TEXT_MAX];

	finding_fail(finding, "%s over %s: %s", address_to_text(&doctor->server, address), tcp ? "TCP" : "UDP",
		     err == ASK_NETWORK ? strerror(reason) : ask_strerror(err));
	finding_mend(finding, tcp ? "let TCP to port 53 through as well as UDP"
				  : "start the daemon (systemctl start mxward) and see that it listens there; "
				    "journalctl -u mxward says what stops it");
}

bool doctor_ask(doctor_t *doctor, const name_t *name, uint16_t type, const ask_options_t *options, finding_t *finding)
{
	ask_options_t timed = *options;
	ask_err_t err;
	int reason;

	if (doctor->silent) {
		finding_skip(finding, "the server does not answer: see above");
		return false;
	}
	timed.timeout_ms = doctor->timeout_ms;
	err = ask_server(&doctor->server, name, type, &timed, &doctor->reply);
	reason = errno;
	if (err == ASK_OK && summary_read(doctor->reply.octets, doctor->reply.size, &doctor->summary))
		return true;
	doctor->silent = !doctor->reply.over_tcp;
	say_silent(doctor, err == ASK_OK ? ASK_MALFORMED : err, reason, doctor->reply.over_tcp, finding);
	return false;
}

/* An RCODE in words, with the first extended error. */
static void say_rcode(const doctor_t *doctor, const char *question, finding_t *finding)
{
	const summary_t *summary = &doctor->summary;
	char address[ADDRESS_TEXT_MAX];
	char room[16];

	finding_fail(finding, "%s answers %s to %s%s%s%s%s", address_to_text(&doctor->server, address),
		     summary_rcode(summary->rcode, room), question, summary->error_count > 0 ? ": " : "",
		     summary->error_count > 0 ? ede_name((ede_t)summary->errors[0].code) : "",
		     summary->error_count > 0 && summary->errors[0].text[0] != '\0' ? ", " : "",
		     summary->error_count > 0 ? summary->errors[0].text : "");
	if (summary->rcode == RCODE_REFUSED)
		finding_mend(finding, "add this machine's address to allow in mxward.yaml");
	else
		finding_mend(finding, "see the checks below, and the daemon's log: journalctl -u mxward");
}

void doctor_check_dnssec(doctor_t *doctor, finding_t *finding)
{
	char address[ADDRESS_TEXT_MAX];

	address_to_text(&doctor->server, address);
	if (!doctor_ask(doctor, &root, LDNS_RR_TYPE_NS, &(ask_options_t){ 0 }, finding))
		return;
	if (doctor->summary.rcode != RCODE_NOERROR) {
		say_rcode(doctor, ". NS", finding);
	} else if (!doctor->summary.authentic) {
		finding_fail(finding, "%s answers . NS without AD: it does not validate, and Postfix turns DANE off",
			     address);
		finding_mend(finding, "see that %s is mxward, and that resolver.trust-anchor-file is the root's key",
			     address);
	} else {
		finding_ok(finding, "%s validates: . NS comes with AD", address);
	}
}

void doctor_check_tcp(doctor_t *doctor, finding_t *finding)
{
	if (!doctor_ask(doctor, &root, LDNS_RR_TYPE_NS, &(ask_options_t){ .tcp = true }, finding))
		return;
	if (doctor->summary.rcode != RCODE_NOERROR)
		say_rcode(doctor, ". NS over TCP", finding);
	else
		finding_ok(finding, "it answers over TCP too");
}

/* The root's keys with their signatures: over 512 octets, and over UDP's limit during a change of keys. */
void doctor_check_large(doctor_t *doctor, finding_t *finding)
{
	if (!doctor_ask(doctor, &root, LDNS_RR_TYPE_DNSKEY, &(ask_options_t){ 0 }, finding))
		return;
	if (doctor->summary.rcode != RCODE_NOERROR)
		say_rcode(doctor, ". DNSKEY", finding);
	else if (doctor->reply.size <= PLAIN_SIZE)
		finding_ok(finding, "the root's keys come over %s, %zu octets: too few to tell about large answers",
			   doctor->reply.over_tcp ? "TCP" : "UDP", doctor->reply.size);
	else
		finding_ok(finding, "%zu octets come over %s", doctor->reply.size,
			   doctor->reply.over_tcp ? "TCP" : "UDP");
}

/* An address in 127.255.255.0/24: the list does not answer this resolver, whatever is asked. Else 0. */
static unsigned refusal(const ldns_pkt *records)
{
	const ldns_rr_list *answer = ldns_pkt_answer(records);

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);
		const uint8_t *a;

		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_A || ldns_rdf_size(ldns_rr_rdf(record, 0)) != 4)
			continue;
		a = ldns_rdf_data(ldns_rr_rdf(record, 0));
		if (a[0] == 127 && a[1] == 255 && a[2] == 255)
			return a[3];
	}
	return 0;
}

static void say_refused(const char *zone, unsigned last, finding_t *finding)
{
	finding_fail(finding,
		     "%s answers 127.255.255.%u: it does not serve this resolver, and every client looks listed%s",
		     zone, last,
		     last == 252   ? " (no such list)"
		     : last == 254 ? " (asked through a public resolver)"
		     : last == 255 ? " (too many queries)"
				   : "");
	finding_mend(finding,
		     "resolve by yourself instead of forwarding to a public resolver (resolver.forward), or get an "
		     "access of your own from the list; in Postfix restrict matches: zone=127.0.0.[2..11]");
}

/* The list's own test entry, 127.0.0.2 (RFC 5782, 5), must be listed. */
static void check_zone(doctor_t *doctor, const char *zone, finding_t *finding)
{
	char text[NAME_TEXT_MAX];
	ldns_pkt *records = NULL;
	answer_err_t err;
	name_t name;
	char room[16];

	snprintf(text, sizeof(text), "2.0.0.127.%s", zone);
	if (!name_from_text(text, &name)) {
		finding_skip(finding, "a DNSBL's zone is no domain name");
		return;
	}
	name_lower(&name);
	if (!doctor_ask(doctor, &name, LDNS_RR_TYPE_A, &(ask_options_t){ 0 }, finding))
		return;
	err = records_read(&name, LDNS_RR_TYPE_A, doctor->reply.octets, doctor->reply.size, false, &records, NULL);
	if (err == ANSWER_OK && refusal(records) != 0)
		say_refused(zone, refusal(records), finding);
	else if (err == ANSWER_OK && ldns_pkt_ancount(records) > 0)
		finding_ok(finding, "%s serves this resolver", zone);
	else if (err == ANSWER_RCODE)
		finding_warn(finding, "%s cannot be resolved: the server answers %s", zone,
			     summary_rcode(doctor->summary.rcode, room));
	else if (err == ANSWER_OK)
		finding_warn(finding, "%s does not list its own test entry 127.0.0.2 (RFC 5782, 5)", zone);
	else
		finding_warn(finding, "%s: the answer cannot be used: %s", zone, answer_strerror(err));
	if (finding->status == FINDING_WARNING)
		finding_mend(finding, "see that the list still exists, and that it serves your address");
	ldns_pkt_free(records);
}

/* The first list that is not well, else that all are. */
void doctor_check_dnsbl(doctor_t *doctor, finding_t *finding)
{
	if (doctor->zone_count == 0)
		finding_skip(finding, "no list is to be asked");
	for (size_t i = 0; i < doctor->zone_count; i++) {
		check_zone(doctor, doctor->zones[i], finding);
		if (finding->status != FINDING_OK)
			return;
	}
	if (doctor->zone_count > 1)
		finding_ok(finding, "%zu lists serve this resolver", doctor->zone_count);
}
