#include "tests/validator/message.h"

#include "validator/name.h"

#include <ldns/ldns.h>

enum { HEADER = 12 };

static void put(message_t *message, const void *octets, size_t size)
{
	assert_true(message->size + size <= MESSAGE_MAX);
	memcpy(message->octets + message->size, octets, size);
	message->size += size;
}

static void put_u16(message_t *message, unsigned value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(message, octets, sizeof(octets));
}

static void count_one(message_t *message, size_t field)
{
	uint8_t *count = message->octets + field;

	if (++count[1] == 0)
		count[0]++;
}

static void put_question(message_t *message, const name_t *name, uint16_t type)
{
	put(message, name->octets, name->size);
	put_u16(message, type);
	put_u16(message, 1);
	message->type = type;
	message->name = *name;
	name_lower(&message->name);
	count_one(message, 4);
}

static void read_question(message_t *message, const char *line)
{
	char owner[1024];
	char type[32];
	name_t name;

	assert_int_equal(sscanf(line, "%1023s %31s", owner, type), 2);
	assert_true(name_from_text(owner, &name));
	put_question(message, &name, (uint16_t)ldns_get_rr_type_by_name(type));
}

static void put_hex(message_t *message, const char *hex)
{
	while (*hex != '\0') {
		const char digits[] = { hex[0], hex[1], '\0' };

		put(message, &(uint8_t){ (uint8_t)strtoul(digits, NULL, 16) }, 1);
		hex += 2;
	}
}

/* OWNER TTL CLASS TYPE \# HEX */
static void read_raw_record(message_t *message, const char *line, const char *hex)
{
	char owner[1024];
	char ttl[16];
	char class[16];
	char type[32];
	name_t name;

	assert_int_equal(sscanf(line, "%1023s %15s %15s %31s", owner, ttl, class, type), 4);
	assert_true(name_from_text(owner, &name));
	put(message, name.octets, name.size);
	put_u16(message, ldns_get_rr_type_by_name(type));
	put_u16(message, ldns_get_rr_class_by_name(class));
	put_u16(message, (unsigned)(strtoul(ttl, NULL, 10) >> 16));
	put_u16(message, strtoul(ttl, NULL, 10) & 0xffff);
	hex += strspn(hex, "\\# ");
	put_u16(message, (unsigned)strlen(hex) / 2);
	put_hex(message, hex);
}

static void read_record(message_t *message, const char *line)
{
	const char *raw = strstr(line, "\\#");
	ldns_rr *record;
	uint8_t *octets;
	size_t size;

	if (raw != NULL) {
		read_raw_record(message, line, raw);
		return;
	}
	if (ldns_rr_new_frm_str(&record, line, 0, NULL, NULL) != LDNS_STATUS_OK)
		fail_msg("ldns does not read the record: %s", line);
	assert_int_equal(ldns_rr2wire(&octets, record, LDNS_SECTION_ANSWER, &size), LDNS_STATUS_OK);
	put(message, octets, size);
	free(octets);
	ldns_rr_free(record);
}

static void read_line(message_t *message, const char *line)
{
	static const char sections[][3] = { "an", "ns", "ar" };

	for (unsigned i = 0; i < 3; i++) {
		if (strncmp(line, sections[i], 2) == 0) {
			count_one(message, 6 + 2 * (size_t)i);
			read_record(message, line + 3);
			return;
		}
	}
	if (line[0] == '?') {
		read_question(message, line + 1);
	} else if (strncmp(line, "rcode ", 6) == 0) {
		message->octets[3] = (uint8_t)((message->octets[3] & 0xf0) | strtoul(line + 6, NULL, 10));
	} else if (strncmp(line, "flags ", 6) == 0) {
		message->octets[2] = (uint8_t)(strtoul(line + 6, NULL, 16) >> 8);
		message->octets[3] = (uint8_t)strtoul(line + 6, NULL, 16);
	} else {
		fail_msg("no such line: %s", line);
	}
}

static void begin(message_t *message)
{
	message->size = 0;
	put(message, "\0\1\x81\x80\0\0\0\0\0\0\0\0", HEADER);
}

void message_from_text(message_t *message, const char *text)
{
	char *lines = strdup(text);
	char *rest = lines;

	begin(message);
	assert_non_null(lines);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		if (line[0] != '\0')
			read_line(message, line);
	}
	free(lines);
}

void message_from_answer(message_t *message, const name_t *name, uint16_t type, const answer_t *answer,
			 message_form_t form)
{
	const uint8_t *octets = answer->octets;

	begin(message);
	message->octets[3] |= answer->rcode;
	put_question(message, name, type);
	for (unsigned i = 0; i < ANSWER_PARTS; i++) {
		bool dnssec = i == ANSWER_PART_ANSWER_DNSSEC || i == ANSWER_PART_AUTHORITY_DNSSEC;
		size_t count = i < ANSWER_PART_AUTHORITY ? 6 : 8;

		if (!dnssec || form == MESSAGE_DNSSEC) {
			put(message, octets, answer->parts[i].size);
			for (unsigned record = 0; record < answer->parts[i].records; record++)
				count_one(message, count);
		}
		octets += answer->parts[i].size;
	}
}

/* Its words, with one space between them. */
static char *print_record(char *text, unsigned part, const ldns_rr *record)
{
	char *line = ldns_rr2str(record);
	char *rest = line;

	assert_non_null(line);
	text += sprintf(text, "%u", part);
	for (char *word; (word = strsep(&rest, " \t\n")) != NULL;) {
		if (*word != '\0')
			text += sprintf(text, " %s", word);
	}
	free(line);
	return text + sprintf(text, "\n");
}

/* Sections of the DNSSEC form hold two parts each; the records of the first one come first. */
static char *print_section(char *text, const ldns_rr_list *records, const answer_t *answer, unsigned part)
{
	size_t first = answer->parts[part].records;

	assert_int_equal(ldns_rr_list_rr_count(records), first + answer->parts[part + 1].records);
	for (size_t i = 0; i < ldns_rr_list_rr_count(records); i++)
		text = print_record(text, part + (i >= first), ldns_rr_list_rr(records, i));
	return text;
}

const char *message_answer_to_text(const name_t *name, uint16_t type, const answer_t *answer, char *text)
{
	static message_t message;
	ldns_pkt *packet;
	char *to = text;

	message_from_answer(&message, name, type, answer, MESSAGE_DNSSEC);

	ldns_status status = ldns_wire2pkt(&packet, message.octets, message.size);

	if (status != LDNS_STATUS_OK)
		fail_msg("ldns does not read the answer: %s", ldns_get_errorstr_by_id(status));
	*to = '\0';
	to = print_section(to, ldns_pkt_answer(packet), answer, ANSWER_PART_ANSWER);
	(void)print_section(to, ldns_pkt_authority(packet), answer, ANSWER_PART_AUTHORITY);
	ldns_pkt_free(packet);
	return text;
}
