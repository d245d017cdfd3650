/* root.c: whether the root servers can be reached by the way that libunbound takes, and whether it is them who answer: a
 * network that redirects DNS to a resolver of its own answers too, but not with authority, and validation fails there. */
#include "module/ask/address.h"
#include "module/doctor/doctor.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>

enum {
	ADDRESSES_MAX = 64,
	TRIES = 3,          /* silent servers of a family before it counts as closed */
	RECORDS_MAX = 1000, /* of a hints file that we are willing to read */
	DNS_PORT = 53,
};

typedef struct hints {
	size_t count;
	conf_address_t addresses[ADDRESSES_MAX];
} hints_t;

typedef enum { FAMILY_NONE, FAMILY_ANSWERS, FAMILY_STRANGER, FAMILY_NO_ROUTE, FAMILY_SILENT } family_state_t;

static void add(hints_t *hints, const ldns_rr *record)
{
	const ldns_rdf *rdata = ldns_rr_rd_count(record) == 1 ? ldns_rr_rdf(record, 0) : NULL;
	conf_address_t *to = &hints->addresses[hints->count];

	if (hints->count == ADDRESSES_MAX || rdata == NULL)
		return;
	memset(to, 0, sizeof(*to));
	if (ldns_rr_get_type(record) == LDNS_RR_TYPE_A && ldns_rdf_size(rdata) == sizeof(to->sa.v4.sin_addr)) {
		to->sa.v4.sin_family = AF_INET;
		to->sa.v4.sin_port = htons(DNS_PORT);
		memcpy(&to->sa.v4.sin_addr, ldns_rdf_data(rdata), sizeof(to->sa.v4.sin_addr));
		to->size = sizeof(to->sa.v4);
		hints->count++;
	} else if (ldns_rr_get_type(record) == LDNS_RR_TYPE_AAAA &&
		   ldns_rdf_size(rdata) == sizeof(to->sa.v6.sin6_addr)) {
		to->sa.v6.sin6_family = AF_INET6;
		to->sa.v6.sin6_port = htons(DNS_PORT);
		memcpy(&to->sa.v6.sin6_addr, ldns_rdf_data(rdata), sizeof(to->sa.v6.sin6_addr));
		to->size = sizeof(to->sa.v6);
		hints->count++;
	}
}

static bool read_hints(const char *path, hints_t *hints)
{
	FILE *file = fopen(path, "re");
	ldns_rdf *origin = ldns_dname_new_frm_str(".");
	ldns_rdf *previous = NULL;
	uint32_t ttl = 0;
	int line = 0;

	hints->count = 0;
	for (int i = 0; file != NULL && i < RECORDS_MAX && !feof(file); i++) {
		ldns_rr *record = NULL;

		if (ldns_rr_new_frm_fp_l(&record, file, &ttl, &origin, &previous, &line) == LDNS_STATUS_OK)
			add(hints, record);
		ldns_rr_free(record);
	}
	ldns_rdf_deep_free(origin);
	ldns_rdf_deep_free(previous);
	if (file != NULL)
		fclose(file);
	return file != NULL;
}

/* The reply has the root's SOA, with authority. */
static bool is_root(doctor_t *doctor)
{
	return summary_read(doctor->reply.octets, doctor->reply.size, &doctor->summary) &&
	       doctor->summary.authoritative && doctor->summary.rcode == 0 && doctor->summary.answers > 0;
}

/* Asks servers of one family until one answers, or TRIES were silent. */
static family_state_t try_family(doctor_t *doctor, const hints_t *hints, int family, bool tcp)
{
	static const name_t root = { .size = 1, .octets = { 0 } };
	const ask_options_t options = { .tcp = tcp, .no_recursion = true, .timeout_ms = doctor->root_timeout_ms };
	family_state_t state = FAMILY_NONE;
	int tries = TRIES;

	for (size_t i = 0; i < hints->count && tries > 0; i++) {
		ask_err_t err;

		if (hints->addresses[i].sa.any.sa_family != family)
			continue;
		tries--;
		err = ask_server(&hints->addresses[i], &root, LDNS_RR_TYPE_SOA, &options, &doctor->reply);
		if (err == ASK_OK)
			return is_root(doctor) ? FAMILY_ANSWERS : FAMILY_STRANGER;
		if (err == ASK_NETWORK && (errno == ENETUNREACH || errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
			return FAMILY_NO_ROUTE;
		state = FAMILY_SILENT;
	}
	return state;
}

static const char *words(family_state_t state)
{
	switch (state) {
	case FAMILY_NONE: return "no address known";
	case FAMILY_ANSWERS: return "reached";
	case FAMILY_STRANGER: return "somebody else answers in their place";
	case FAMILY_NO_ROUTE: return "no route from here";
	case FAMILY_SILENT: return "no answer";
	}
	return "";
}

static void judge(family_state_t v4, family_state_t v6, const char *transport, finding_t *finding)
{
	bool silent = v4 == FAMILY_SILENT || v6 == FAMILY_SILENT;

	if (v4 == FAMILY_STRANGER || v6 == FAMILY_STRANGER) {
		finding_fail(finding, "root servers over %s: IPv4: %s; IPv6: %s", transport, words(v4), words(v6));
		finding_mend(finding,
			     "this network redirects DNS: have %s to port 53 let through as it is, or name a "
			     "validating forwarder in resolver.forward",
			     transport);
	} else if (v4 != FAMILY_ANSWERS && v6 != FAMILY_ANSWERS) {
		finding_fail(finding, "no root server answers over %s (IPv4: %s; IPv6: %s)", transport, words(v4),
			     words(v6));
		finding_mend(finding, "let %s to port 53 out, or name a forwarder in resolver.forward", transport);
	} else if (silent) {
		finding_warn(finding, "root servers over %s: IPv4: %s; IPv6: %s, though there is a route", transport,
			     words(v4), words(v6));
		finding_mend(finding, "let %s to port 53 out for that family too: every query to it waits in vain",
			     transport);
	} else {
		finding_ok(finding, "root servers over %s: IPv4: %s; IPv6: %s", transport, words(v4), words(v6));
	}
}

static bool forwards_all(const conf_t *conf)
{
	for (size_t i = 0; i < conf->resolver.forward.count; i++)
		if (strcmp(conf->resolver.forward.items[i].zone, ".") == 0)
			return true;
	return false;
}

static void check(doctor_t *doctor, bool tcp, finding_t *finding)
{
	const char *path = doctor->conf->resolver.root_hints;
	hints_t hints;

	if (forwards_all(doctor->conf)) {
		finding_skip(finding, "everything is forwarded (resolver.forward): the root is not asked");
	} else if (path[0] == '\0') {
		finding_skip(finding, "resolver.root-hints is empty: libunbound uses addresses of its own");
	} else if (!read_hints(path, &hints)) {
		finding_fail(finding, "resolver.root-hints %s cannot be read: %s", path, strerror(errno));
		finding_mend(finding, "apt-get install dns-root-data");
	} else if (hints.count == 0) {
		finding_fail(finding, "resolver.root-hints %s has no address of a root server", path);
		finding_mend(finding, "apt-get install --reinstall dns-root-data");
	} else {
		judge(try_family(doctor, &hints, AF_INET, tcp), try_family(doctor, &hints, AF_INET6, tcp),
		      tcp ? "TCP" : "UDP", finding);
	}
}

void doctor_check_root_udp(doctor_t *doctor, finding_t *finding)
{
	check(doctor, false, finding);
}

void doctor_check_root_tcp(doctor_t *doctor, finding_t *finding)
{
	check(doctor, true, finding);
}
