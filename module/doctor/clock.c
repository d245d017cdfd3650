/* clock.c: DNSSEC needs a clock that is right to the hour or so: signatures begin and end (RFC 4034, 3.1.5). */
#include "module/ask/records.h"
#include "module/doctor/doctor.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <string.h>

enum { DATE_SIZE = 32 };

static const char *date(uint32_t seconds, char *text)
{
	time_t time = seconds; /* good until 2106, as RRSIG is */
	struct tm parts;

	strftime(text, DATE_SIZE, "%Y-%m-%d %H:%M UTC", gmtime_r(&time, &parts));
	return text;
}

static const ldns_rr *find_signature(const ldns_pkt *records)
{
	const ldns_rr_list *answer = ldns_pkt_answer(records);

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(answer, i)) == LDNS_RR_TYPE_RRSIG)
			return ldns_rr_list_rr(answer, i);
	return NULL;
}

static void judge(const doctor_t *doctor, const ldns_rr *signature, finding_t *finding)
{
	uint32_t begin = ldns_rdf2native_int32(ldns_rr_rrsig_inception(signature));
	uint32_t end = ldns_rdf2native_int32(ldns_rr_rrsig_expiration(signature));
	uint32_t now = (uint32_t)doctor->now;
	char begins[DATE_SIZE];
	char ends[DATE_SIZE];

	date(begin, begins);
	date(end, ends);
	if ((int32_t)(now - begin) >= 0 && (int32_t)(end - now) >= 0) { /* serial arithmetic (RFC 1982) */
		finding_ok(finding, "the clock is within the root's signature, %s to %s", begins, ends);
		return;
	}
	finding_fail(finding, "the clock is %s the root's signature, %s to %s: nothing validates",
		     (int32_t)(now - begin) < 0 ? "before" : "after", begins, ends);
	finding_mend(finding, "set the clock: timedatectl set-ntp true, or install chrony");
}

void doctor_check_clock(doctor_t *doctor, finding_t *finding)
{
	static const name_t root = { .size = 1, .octets = { 0 } };
	const ask_options_t options = { .checking_disabled = true }; /* a wrong clock makes the signature bogus */
	ldns_pkt *records = NULL;
	const ldns_rr *signature = NULL;

	if (!doctor_ask(doctor, &root, LDNS_RR_TYPE_SOA, &options, finding))
		return;
	if (records_read(&root, LDNS_RR_TYPE_SOA, doctor->reply.octets, doctor->reply.size, true, &records, NULL) ==
	    ANSWER_OK)
		signature = find_signature(records);
	if (signature != NULL)
		judge(doctor, signature, finding);
	else
		finding_skip(finding, "the server gave no signature of the root to compare the clock with");
	ldns_pkt_free(records);
}

void doctor_check_clock_sync(doctor_t *doctor, finding_t *finding)
{
	struct timex timex = { .modes = 0 };
	int state = doctor->adjtimex(&timex);

	if (state < 0) {
		finding_skip(finding, "the kernel does not tell about its clock: %s", strerror(errno));
	} else if (state == TIME_ERROR || (timex.status & STA_UNSYNC) != 0) {
		finding_warn(finding, "no time service keeps the clock right: one day signatures will seem expired");
		finding_mend(finding,
			     "timedatectl set-ntp true, or install chrony (a container takes its host's clock)");
	} else {
		finding_ok(finding, "a time service keeps the clock right");
	}
}
