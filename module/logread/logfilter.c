/* logfilter.c: see logfilter.h. */
#include "module/logread/logfilter.h"

#include "module/escape.h"
#include "module/logread/logmoment.h"
#include "module/vlog/chain.h"
#include "validator/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_TEXT_MAX = 64, V4_BITS = 32, V6_BITS = 128, SHOWN_MAX = 160 };

/* --- Setting ------------------------------------------------------------------------------------------------------- */

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static char upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
}

/* JSON writes quotation marks, backslashes and control characters otherwise. */
static bool is_written_so(const char *text)
{
	while (*text != '\0' && *text != '"' && *text != '\\' && (unsigned char)*text >= ' ')
		text++;
	return *text == '\0';
}

/* What a line must hold octet by octet. */
static void add_needle(logfilter_t *filter, const char *before, const char *text)
{
	if (is_written_so(text))
		snprintf(filter->needles[filter->needle_count++], LOGFILTER_NEEDLE_MAX, "%s%s\"", before, text);
}

static bool set_domain(logfilter_t *filter, const char *value, uint64_t now)
{
	char text[NAME_TEXT_MAX];

	(void)now;
	if (!name_from_text(value, &filter->domain))
		return false;
	name_lower(&filter->domain);
	filter->has_domain = true;
	if (filter->domain.size > 1) /* everything is below the root */
		add_needle(filter, "", name_to_text(&filter->domain, text));
	return true;
}

static bool set_host(logfilter_t *filter, const char *value, uint64_t now)
{
	name_t name;

	(void)now;
	if (!name_from_text(value, &name))
		return false;
	name_lower(&name);
	name_to_text(&name, filter->host);
	filter->has_host = true;
	add_needle(filter, "\"", filter->host);
	return true;
}

static bool set_check(logfilter_t *filter, const char *value, uint64_t now)
{
	check_id_t id;

	(void)now;
	if (!check_find(value, &id))
		return false;
	snprintf(filter->check, sizeof(filter->check), "%s", value);
	add_needle(filter, "\"", filter->check);
	return true;
}

static bool set_verdict(logfilter_t *filter, const char *value, uint64_t now)
{
	char word[LOGFILTER_WORD_MAX];
	logentry_verdict_t verdict;
	const char *rest = value;

	(void)now;
	do {
		const size_t size = strcspn(rest, ",");

		if (size >= sizeof(word))
			return false;
		memcpy(word, rest, size);
		word[size] = '\0';
		if (!logentry_verdict_find(word, &verdict))
			return false;
		filter->verdicts |= 1U << verdict;
		rest += size;
	} while (*rest++ == ',');
	if (strchr(value, ',') == NULL) /* a line has one of several, which no needle can say */
		add_needle(filter, "\"", value);
	return true;
}

static bool set_type(logfilter_t *filter, const char *value, uint64_t now)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const size_t size = strlen(value);

	(void)now;
	if (size == 0 || size >= sizeof(filter->type))
		return false;
	for (size_t i = 0; i <= size; i++)
		filter->type[i] = upper(value[i]);
	if (strspn(filter->type, letters) != size)
		return false;
	add_needle(filter, "\"", filter->type);
	return true;
}

/* The number of bits behind the slash, `most` without one; 0 when it is none. */
static unsigned bits_of(const char *slash, unsigned most)
{
	char *end;
	unsigned long bits;

	if (slash == NULL)
		return most;
	if (slash[1] < '0' || slash[1] > '9')
		return 0;
	bits = strtoul(slash + 1, &end, 10);
	return *end == '\0' && bits <= most ? (unsigned)bits : 0;
}

static bool set_client(logfilter_t *filter, const char *value, uint64_t now)
{
	const char *slash = strchrnul(value, '/');
	const unsigned most = memchr(value, ':', (size_t)(slash - value)) != NULL ? V6_BITS : V4_BITS;
	char address[ADDRESS_TEXT_MAX];
	unsigned bits;

	(void)now;
	if ((size_t)(slash - value) >= sizeof(address))
		return false;
	memcpy(address, value, (size_t)(slash - value));
	address[slash - value] = '\0';
	bits = bits_of(*slash == '/' ? slash : NULL, most);
	if (bits == 0 || !logentry_parse_address(address, filter->client))
		return false;
	filter->client_bits = bits + V6_BITS - most;
	if (bits == most && most == V4_BITS)
		add_needle(filter, "", address);
	return true;
}

static bool set_since(logfilter_t *filter, const char *value, uint64_t now)
{
	if (!logmoment_read(value, now, &filter->since))
		return false;
	chain_stamp(filter->since, filter->since_stamp);
	return true;
}

static bool set_until(logfilter_t *filter, const char *value, uint64_t now)
{
	if (!logmoment_read(value, now, &filter->until))
		return false;
	filter->until += filter->until == 0; /* 0 is without end */
	chain_stamp(filter->until, filter->until_stamp);
	return true;
}

static bool set_text(logfilter_t *filter, const char *value, uint64_t now)
{
	const size_t size = strlen(value);

	(void)now;
	for (size_t i = 0; i <= size && i < sizeof(filter->text); i++)
		filter->text[i] = lower(value[i]);
	return size < sizeof(filter->text);
}

typedef struct row {
	const char *key;
	bool (*set)(logfilter_t *filter, const char *value, uint64_t now);
	const char *expected;
} row_t;

#define MOMENT \
	"give a time: 2h or 7d ago, 2026-11-22, 2026-11-22T18:53, or milliseconds since 1970 in 12 digits or more"

static const row_t rows[] = {
	{ "domain", set_domain, "give a domain name, for example example.org" },
	{ "host", set_host, "give the name of an exchange, for example mx1.example.org" },
	{ "check", set_check, "give a check that there is, for example target-is-alias (mxward-log(1) lists them)" },
	{ "verdict", set_verdict, "give accept, log, strip, reject or failed, or some of them with commas between" },
	{ "type", set_type, "give a type of records, for example MX" },
	{ "client", set_client, "give an address or a network, for example 192.0.2.1 or 2001:db8::/32" },
	{ "q", set_text, "give at most 255 characters" },
	{ "since", set_since, MOMENT },
	{ "until", set_until, MOMENT },
};

bool logfilter_set(logfilter_t *filter, const char *key, const char *value, uint64_t now, char *why)
{
	const row_t *row = rows;
	char shown[SHOWN_MAX];

	while (row < rows + sizeof(rows) / sizeof(rows[0]) && strcmp(row->key, key) != 0)
		row++;
	if (row == rows + sizeof(rows) / sizeof(rows[0])) {
		snprintf(why, LOGFILTER_WHY_MAX, "there is no condition %s", escape_string(key, shown, sizeof(shown)));
		return false;
	}
	if (value[0] != '\0' && row->set(filter, value, now))
		return true;
	snprintf(why, LOGFILTER_WHY_MAX, "%s is \"%s\": %s", key, escape_string(value, shown, sizeof(shown)),
		 row->expected);
	return false;
}

/* --- Matching an entry --------------------------------------------------------------------------------------------- */

/* `text` in lower case. */
static bool has_text(const char *octets, size_t size, const char *text)
{
	const size_t length = strlen(text);
	const char low = text[0];
	const char up = upper(low);

	for (size_t at = 0; at + length <= size; at++) {
		size_t same = 1;

		if (octets[at] != low && octets[at] != up)
			continue;
		while (same < length && lower(octets[at + same]) == text[same])
			same++;
		if (same >= length)
			return true;
	}
	return false;
}

/* Some string in it has the text. Recursive, and bounded by LOGENTRY_DEPTH_MAX. */
static bool value_has_text(const json_t *value, const char *text) /* NOLINT(misc-no-recursion) */
{
	const char *key;
	json_t *element;
	size_t i;
	bool has = json_is_string(value) && has_text(json_string_value(value), json_string_length(value), text);

	json_array_foreach(value, i, element) /* which is none for what is no array, and so below */
	{
		has = has || value_has_text(element, text);
	}
	json_object_foreach((json_t *)(uintptr_t)value, key, element) /* iterating does not change it */
	{
		has = has || (strcmp(key, "prev") != 0 && value_has_text(element, text));
	}
	return has;
}

static bool domain_matches(const logfilter_t *filter, const logentry_t *entry)
{
	name_t name;

	return name_from_text(entry->domain, &name) && name_is_under(&name, &filter->domain);
}

static bool host_matches(const logfilter_t *filter, const logentry_t *entry)
{
	for (size_t i = 0; i < entry->host_count; i++)
		if (strcmp(entry->hosts[i].name, filter->host) == 0)
			return true;
	return false;
}

static bool check_matches(const logfilter_t *filter, const logentry_t *entry)
{
	for (size_t i = 0; i < entry->check_count; i++)
		if (strcmp(entry->checks[i].name, filter->check) == 0)
			return true;
	return false;
}

static bool client_matches(const logfilter_t *filter, const logentry_t *entry)
{
	const uint8_t *octets = entry->client.octets;
	const unsigned whole = filter->client_bits / 8;
	const unsigned rest = filter->client_bits % 8;
	const uint8_t mask = (uint8_t)(0xff00U >> rest);

	return entry->client.address != NULL && memcmp(octets, filter->client, whole) == 0 &&
	       (rest == 0 || ((octets[whole] ^ filter->client[whole]) & mask) == 0);
}

bool logfilter_matches(const logfilter_t *filter, const logentry_t *entry)
{
	return entry->time >= filter->since && (filter->until == 0 || entry->time < filter->until) &&
	       (filter->verdicts == 0 || (filter->verdicts >> entry->verdict & 1U) != 0) &&
	       (filter->type[0] == '\0' || strcmp(entry->type, filter->type) == 0) &&
	       (!filter->has_domain || domain_matches(filter, entry)) &&
	       (!filter->has_host || host_matches(filter, entry)) &&
	       (filter->check[0] == '\0' || check_matches(filter, entry)) &&
	       (filter->client_bits == 0 || client_matches(filter, entry)) &&
	       (filter->text[0] == '\0' || value_has_text(entry->line, filter->text));
}

/* --- Skipping lines ------------------------------------------------------------------------------------------------ */

/* JSON may write any character as \uXXXX, and a slash as \/. The writer never does; someone else's line is better parsed. */
static bool has_odd_escapes(const char *line, size_t size)
{
	return memmem(line, size, "\\u", 2) != NULL || memmem(line, size, "\\/", 2) != NULL;
}

/* The stamp of a line that begins as the writer begins it; NULL where that is not certain. */
static const char *stamp_of(const char *line, size_t size)
{
	static const char key[] = "\",\"time\":\"";
	static const char form[] = "dddd-dd-ddTdd:dd:dd.dddZ\"";
	const size_t head = size < CHAIN_HEAD_MAX ? size : CHAIN_HEAD_MAX;
	const char *stamp = memmem(line, head, key, sizeof(key) - 1);

	if (stamp == NULL || (size_t)(line + size - stamp) < sizeof(key) - 1 + sizeof(form) - 1)
		return NULL;
	for (const char *at = line + 1; at < stamp; at++) /* a key of the line itself, not of an object in it */
		if (*at == '{' || *at == '[')
			return NULL;
	stamp += sizeof(key) - 1;
	for (size_t i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd' ? stamp[i] < '0' || stamp[i] > '9' : stamp[i] != form[i])
			return NULL;
	return stamp;
}

/* Stamps of one form are in the order of their letters. */
static bool time_may_match(const logfilter_t *filter, const char *line, size_t size)
{
	const char *stamp = filter->since > 0 || filter->until > 0 ? stamp_of(line, size) : NULL;

	if (stamp == NULL)
		return true;
	return (filter->since == 0 || memcmp(stamp, filter->since_stamp, strlen(filter->since_stamp)) >= 0) &&
	       (filter->until == 0 || memcmp(stamp, filter->until_stamp, strlen(filter->until_stamp)) < 0);
}

static bool needles_may_match(const logfilter_t *filter, const char *line, size_t size)
{
	bool there = true;

	for (size_t i = 0; i < filter->needle_count && there; i++)
		there = memmem(line, size, filter->needles[i], strlen(filter->needles[i])) != NULL;
	if (there && filter->text[0] != '\0' && is_written_so(filter->text))
		there = has_text(line, size, filter->text);
	return there || has_odd_escapes(line, size);
}

bool logfilter_may_match(const logfilter_t *filter, const char *line, size_t size)
{
	return time_may_match(filter, line, size) && needles_may_match(filter, line, size);
}
