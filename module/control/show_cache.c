/* show_cache.c: `mxward cache` and `mxward flush`. */
#include "module/ask/records.h"
#include "module/control/show.h"
#include "module/escape.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* ---- records, out of the server's octets ---- */

/* Of base64 text, to be freed. NULL when it is none, or memory is out. */
static uint8_t *octets_of(const char *text, size_t *size)
{
	const size_t length = strlen(text);
	uint8_t *octets = length > 0 && length % 4 == 0 ? malloc(length / 4 * 3) : NULL;
	int count = octets != NULL ? EVP_DecodeBlock(octets, (const uint8_t *)text, (int)length) : -1;

	if (count < 0) {
		free(octets);
		return NULL;
	}
	*size = (size_t)count - (text[length - 1] == '=') - (text[length - 2] == '=');
	return octets;
}

static void add_record(json_t *records, const ldns_rr *record)
{
	char *owner = records_text(ldns_rr_owner(record));
	char *type = ldns_rr_type2str(ldns_rr_get_type(record));
	char *data = records_rdata(record);

	if (owner != NULL && type != NULL && data != NULL)
		json_array_append_new(records, json_pack("{s:s, s:I, s:s, s:s}", "owner", owner, "ttl",
							 (json_int_t)ldns_rr_ttl(record), "type", type, "data", data));
	free(owner);
	free(type);
	free(data);
}

static void add_records(json_t *records, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		add_record(records, ldns_rr_list_rr(list, i));
}

static void enrich_entry(json_t *entry)
{
	const char *text = json_string_value(json_object_get(entry, "message"));
	size_t size = 0;
	uint8_t *octets = text != NULL && strlen(text) < INT32_MAX ? octets_of(text, &size) : NULL;
	json_t *records = json_array();
	ldns_pkt *packet = NULL;

	if (octets != NULL && ldns_wire2pkt(&packet, octets, size) == LDNS_STATUS_OK) {
		add_records(records, ldns_pkt_answer(packet));
		add_records(records, ldns_pkt_authority(packet));
		ldns_pkt_free(packet);
	}
	json_object_set_new(entry, "records", records);
	json_object_del(entry, "message");
	free(octets);
}

void show_enrich_cache(json_t *reply)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(reply, "entries"), i, entry)
	{
		enrich_entry(entry);
	}
}

/* ---- for people ---- */

/* Signatures and proofs are for programs: --json has them. */
static bool is_for_people(const char *type)
{
	return strcmp(type, "RRSIG") != 0 && strcmp(type, "NSEC") != 0 && strcmp(type, "NSEC3") != 0;
}

static void show_records(const show_t *show, const json_t *records)
{
	const json_t *record;
	size_t i;

	json_array_foreach(records, i, record)
	{
		const char *data = json_string_value(json_object_get(record, "data"));
		char owner[SHOW_TEXT_MAX], type[SHOW_TEXT_MAX], shown[8192];

		if (is_for_people(show_string(record, "type", type)))
			fprintf(show->out, "      %s %s %s\n", show_string(record, "owner", owner), type,
				escape_string(data != NULL ? data : "", shown, sizeof(shown)));
	}
}

static void show_ede(const show_t *show, const json_t *ede)
{
	char name[SHOW_TEXT_MAX], text[SHOW_TEXT_MAX];

	if (json_is_object(ede))
		fprintf(show->out, "      extended error %" PRIu64 " (%s): %s\n", show_integer(ede, "code"),
			show_string(ede, "name", name), show_string(ede, "text", text));
}

static show_tone_t tone_of(const char *security)
{
	if (strcmp(security, "secure") == 0)
		return SHOW_GOOD;
	return strcmp(security, "bogus") == 0 ? SHOW_BAD : SHOW_DOUBTFUL;
}

static void show_mark(const show_t *show, const char *type, const char *span)
{
	if (strcmp(type, "exchange") == 0)
		fprintf(show->out, "  remembered: it takes mail for some domain; for %s more\n", span);
	else if (strcmp(type, "no-tcp") == 0)
		fprintf(show->out, "  remembered: its servers do not answer over TCP; for %s more\n", span);
}

static void show_left(const show_t *show, const json_t *entry)
{
	char span[SHOW_NUMBER_MAX];
	const uint64_t left = show_integer(entry, "left");

	if (left > 0)
		fprintf(show->out, ", %s left", show_span(left, span));
	else
		fputs(", over", show->out);
	if (show_integer(entry, "failures") > 0)
		fprintf(show->out, ", failure %" PRIu64 " in a row", show_integer(entry, "failures"));
	fputc('\n', show->out);
}

static void show_entry(const show_t *show, const json_t *entry)
{
	char type[SHOW_TEXT_MAX], kind[SHOW_TEXT_MAX], security[SHOW_TEXT_MAX], span[SHOW_NUMBER_MAX];

	show_string(entry, "type", type);
	if (strcmp(show_string(entry, "kind", kind), "mark") == 0) {
		show_mark(show, type, show_span(show_integer(entry, "left"), span));
		return;
	}
	show_string(entry, "security", security);
	fprintf(show->out, "  %s%s%s  %s, %s%s%s", show_tone(show, SHOW_STRONG), type, show_end(show), kind,
		show_tone(show, tone_of(security)), security, show_end(show));
	show_left(show, entry);
	show_ede(show, json_object_get(entry, "ede"));
	show_records(show, json_object_get(entry, "records"));
}

void show_cache(const show_t *show, const json_t *order, const json_t *reply)
{
	const json_t *entries = json_object_get(reply, "entries");
	const json_t *entry;
	char name[SHOW_TEXT_MAX];
	size_t i;

	(void)order;
	fprintf(show->out, "%s%s%s\n", show_tone(show, SHOW_STRONG), show_string(reply, "name", name), show_end(show));
	if (json_array_size(entries) == 0)
		fputs("  nothing is cached about it\n", show->out);
	json_array_foreach(entries, i, entry)
	{
		show_entry(show, entry);
	}
}

void show_flush(const show_t *show, const json_t *order, const json_t *reply)
{
	const uint64_t dropped = show_integer(reply, "dropped");
	char number[SHOW_NUMBER_MAX];

	(void)order;
	fprintf(show->out, "flushed: %s %s forgotten, and new resolver processes have begun with empty caches\n",
		show_count(dropped, number), dropped == 1 ? "answer was" : "answers were");
}
