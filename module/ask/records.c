/* records.c: puts the parts of an answer together to a message again, which is what libldns reads. */
#include "module/ask/records.h"

#include "validator/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint8_t *put_u16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
	return to + 2;
}

static uint8_t *put(uint8_t *to, const uint8_t *octets, size_t size)
{
	if (size > 0) /* octets may be NULL then */
		memcpy(to, octets, size);
	return to + size;
}

static uint8_t *put_part(uint8_t *to, const answer_t *answer, answer_part_id_t part)
{
	size_t start = 0;

	for (answer_part_id_t i = 0; i < part; i++)
		start += answer->parts[i].size;
	return put(to, answer->octets + start, answer->parts[part].size);
}

/* Header, question and the parts that are wanted; `to` has room for all of them. Returns the message's size. */
static size_t write_message(const name_t *name, uint16_t type, const answer_t *answer, bool dnssec, uint8_t *to)
{
	const answer_part_t *parts = answer->parts;
	uint8_t *at = put_u16(to, 0);

	at = put_u16(at, QUERY_FLAG_QR | answer->rcode);
	at = put_u16(at, 1);
	at = put_u16(at, parts[ANSWER_PART_ANSWER].records + (dnssec ? parts[ANSWER_PART_ANSWER_DNSSEC].records : 0U));
	at = put_u16(at, parts[ANSWER_PART_AUTHORITY].records +
				 (dnssec ? parts[ANSWER_PART_AUTHORITY_DNSSEC].records : 0U));
	at = put_u16(at, 0);
	at = put(at, name->octets, name->size);
	at = put_u16(at, type);
	at = put_u16(at, LDNS_RR_CLASS_IN);
	at = put_part(at, answer, ANSWER_PART_ANSWER);
	if (dnssec)
		at = put_part(at, answer, ANSWER_PART_ANSWER_DNSSEC);
	at = put_part(at, answer, ANSWER_PART_AUTHORITY);
	if (dnssec)
		at = put_part(at, answer, ANSWER_PART_AUTHORITY_DNSSEC);
	return (size_t)(at - to);
}

answer_err_t records_from_answer(const name_t *name, uint16_t type, const answer_t *answer, bool dnssec,
				 ldns_pkt **records)
{
	uint8_t *message = malloc(QUERY_HEADER_SIZE + WIRE_NAME_MAX + 4 + answer->size);
	answer_err_t err = ANSWER_NO_MEMORY;

	*records = NULL;
	if (message == NULL)
		return err;
	switch (ldns_wire2pkt(records, message, write_message(name, type, answer, dnssec, message))) {
	case LDNS_STATUS_OK: err = ANSWER_OK; break;
	case LDNS_STATUS_MEM_ERR: break;
	default: err = ANSWER_MALFORMED; break; /* RDATA that is not of its type's form */
	}
	free(message);
	return err;
}

answer_err_t records_read(const name_t *name, uint16_t type, const uint8_t *packet, size_t size, bool dnssec,
			  ldns_pkt **records, uint32_t *answer_ttl)
{
	static const answer_limits_t no_limits = { 0, INT32_MAX, INT32_MAX };
	answer_t answer;
	answer_err_t err = answer_build(&answer, name, type, packet, size, &no_limits, (uint64_t)time(NULL));

	*records = NULL;
	if (err == ANSWER_OK) {
		err = records_from_answer(name, type, &answer, dnssec, records);
		if (answer_ttl != NULL)
			*answer_ttl = answer.ttl;
	}
	answer_free(&answer);
	return err;
}

/* libldns escapes what names and strings hold; this is the second lock on the same door. */
static char *printable(char *text)
{
	for (char *c = text; c != NULL && *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

char *records_text(const ldns_rdf *field)
{
	return printable(ldns_rdf2str(field));
}

/* All fields by libldns's rules for their type; NULL when it has no words for one. */
static char *known_rdata(const ldns_rr *record)
{
	size_t count = ldns_rr_rd_count(record);
	char *all = calloc(1, 1);

	for (size_t i = 0; i < count && all != NULL; i++) {
		char *field = records_text(ldns_rr_rdf(record, i));
		char *longer = NULL;

		if (field == NULL || asprintf(&longer, "%s%s%s", all, i > 0 ? " " : "", field) < 0)
			longer = NULL;
		free(field);
		free(all);
		all = longer;
	}
	return all;
}

/* The form that every type has: RFC 3597, 5. */
static char *unknown_rdata(const ldns_rr *record)
{
	size_t size = 0;
	char *text = NULL;
	FILE *out;

	for (size_t i = 0; i < ldns_rr_rd_count(record); i++)
		size += ldns_rdf_size(ldns_rr_rdf(record, i));
	out = open_memstream(&text, &(size_t){ 0 });
	if (out == NULL)
		return NULL;
	fprintf(out, "\\# %zu ", size);
	for (size_t i = 0; i < ldns_rr_rd_count(record); i++) {
		const ldns_rdf *field = ldns_rr_rdf(record, i);

		for (size_t j = 0; j < ldns_rdf_size(field); j++)
			fprintf(out, "%02x", ldns_rdf_data(field)[j]);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

char *records_rdata(const ldns_rr *record)
{
	char *text = known_rdata(record);

	return text != NULL ? text : unknown_rdata(record);
}
