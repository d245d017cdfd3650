/* logentry.c: see logentry.h. */
#include "module/logread/logentry.h"

#include "module/escape.h"
#include "module/logread/logmoment.h"
#include "validator/check.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TYPE_TEXT_MAX = 15, FORMAT_VERSION = 1 };

static const char *const kinds[] = {
	[LOGENTRY_ASSESSMENT] = "assessment",
	[LOGENTRY_REJECTED] = "rejected",
	[LOGENTRY_HIT] = "hit",
};

static const char *const verdicts[] = {
	[LOGENTRY_ACCEPT] = "accept", [LOGENTRY_LOG] = "log",       [LOGENTRY_STRIP] = "strip",
	[LOGENTRY_REJECT] = "reject", [LOGENTRY_FAILED] = "failed",
};

const char *logentry_kind_name(logentry_kind_t kind)
{
	return kinds[kind];
}

const char *logentry_verdict_name(logentry_verdict_t verdict)
{
	return verdicts[verdict];
}

static bool find_word(const char *const *words, size_t count, const char *word, size_t *found)
{
	size_t i = 0;

	while (i < count && strcmp(words[i], word) != 0)
		i++;
	*found = i;
	return i < count;
}

bool logentry_verdict_find(const char *name, logentry_verdict_t *verdict)
{
	size_t found;
	const bool there = find_word(verdicts, LOGENTRY_VERDICTS, name, &found);

	if (there)
		*verdict = (logentry_verdict_t)found;
	return there;
}

/* --- What may be there --------------------------------------------------------------------------------------------- */

/* Where the reading of a line got stuck. */
typedef struct reading {
	logentry_t *entry;
	char *why; /* or NULL */
	bool good;
} reading_t;

static bool refuse(reading_t *reading, const char *format, ...) PRINTF_LIKE(2, 3);

static bool refuse(reading_t *reading, const char *format, ...)
{
	char text[LOGENTRY_WHY_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (reading->good && reading->why != NULL)
		escape_string(text, reading->why, LOGENTRY_WHY_MAX);
	reading->good = false;
	return false;
}

static bool is_printable(const char *text)
{
	while (*text >= ' ' && *text <= '~')
		text++;
	return *text == '\0';
}

static bool is_word(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

static bool is_type(const char *text)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	const size_t size = strspn(text, letters);

	return size > 0 && size <= TYPE_TEXT_MAX && text[size] == '\0';
}

/* As name_to_text() writes it, of a name in lower case. */
static bool is_name(const char *text)
{
	name_t name;
	char canonical[NAME_TEXT_MAX];

	if (!name_from_text(text, &name))
		return false;
	name_lower(&name);
	return strcmp(name_to_text(&name, canonical), text) == 0;
}

static const uint8_t mapped[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

bool logentry_parse_address(const char *text, uint8_t *octets)
{
	if (strchr(text, ':') != NULL)
		return inet_pton(AF_INET6, text, octets) == 1;
	memcpy(octets, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, octets + sizeof(mapped)) == 1;
}

static const char *address_text(const uint8_t *octets, bool is_v4, char *text, size_t room)
{
	text[0] = '\0';
	inet_ntop(is_v4 ? AF_INET : AF_INET6, octets + (is_v4 ? sizeof(mapped) : 0), text, (socklen_t)room);
	return text;
}

const char *logentry_address_text(const uint8_t *octets, char *text, size_t room)
{
	return address_text(octets, memcmp(octets, mapped, sizeof(mapped)) == 0, text, room);
}

/* As inet_ntop(3) writes it. */
static bool read_address(const char *text, uint8_t *octets)
{
	char canonical[INET6_ADDRSTRLEN];

	return logentry_parse_address(text, octets) &&
	       strcmp(address_text(octets, strchr(text, ':') == NULL, canonical, sizeof(canonical)), text) == 0;
}

/* --- Depth --------------------------------------------------------------------------------------------------------- */

/* Whether objects and arrays are in each other no deeper than LOGENTRY_DEPTH_MAX: the JSON reader is recursive. */
static bool is_shallow(const char *text, size_t size)
{
	const char *end = text + size;
	unsigned depth = 0;

	for (const char *at = text; at < end && depth <= LOGENTRY_DEPTH_MAX; at++)
		switch (*at) {
		case '{':
		case '[': depth++; break;
		case '}':
		case ']': depth -= depth > 0; break;
		case '"': /* to the end of the string: what is in it does not count */
			for (at++; at < end && *at != '"'; at++)
				at += *at == '\\';
			break;
		}
	return depth <= LOGENTRY_DEPTH_MAX;
}

/* --- Parts of a line ----------------------------------------------------------------------------------------------- */

static void add_check(reading_t *reading, const char *name, bool acted)
{
	logentry_t *entry = reading->entry;
	size_t i = 0;

	while (i < entry->check_count && strcmp(entry->checks[i].name, name) != 0)
		i++;
	if (i == LOGENTRY_CHECKS_MAX) {
		refuse(reading, "it has more than %d checks", LOGENTRY_CHECKS_MAX);
		return;
	}
	if (i == entry->check_count)
		entry->checks[entry->check_count++] = (logentry_check_t){ .name = name };
	entry->checks[i].acted = entry->checks[i].acted || acted;
}

static void add_host(reading_t *reading, const char *name, bool blamed)
{
	logentry_t *entry = reading->entry;
	size_t i = 0;

	if (!is_name(name)) {
		refuse(reading, "\"%.64s\" is no name of a host", name);
		return;
	}
	if (strcmp(name, ".") == 0) /* RFC 7505: nobody's host */
		return;
	while (i < entry->host_count && strcmp(entry->hosts[i].name, name) != 0)
		i++;
	if (i == LOGENTRY_HOSTS_MAX) {
		refuse(reading, "it has more than %d hosts", LOGENTRY_HOSTS_MAX);
		return;
	}
	if (i == entry->host_count)
		entry->hosts[entry->host_count++] = (logentry_host_t){ .name = name };
	entry->hosts[i].blamed = entry->hosts[i].blamed || blamed;
}

/* A string, or null: NULL. */
static const char *read_optional(reading_t *reading, json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_string(value) && !json_is_null(value))
		refuse(reading, "\"%s\" is missing, or no string", key);
	return json_string_value(value);
}

static void read_exchange(reading_t *reading, json_t *element)
{
	const char *exchange;
	json_error_t error;

	if (json_unpack_ex(element, &error, 0, "{s:s}", "exchange", &exchange) == 0)
		add_host(reading, exchange, false);
	else
		refuse(reading, "in mx: %s", error.text);
}

static void read_finding(reading_t *reading, json_t *element)
{
	const char *check;
	const char *action_text;
	const char *host = read_optional(reading, element, "host");
	action_t action = ACTION_IGNORE;
	json_error_t error;

	if (json_unpack_ex(element, &error, 0, "{s:s, s:s}", "check", &check, "action", &action_text) != 0)
		refuse(reading, "in findings: %s", error.text);
	else if (!is_word(check) || !action_find(action_text, &action))
		refuse(reading, "it has a finding that is none");
	if (!reading->good)
		return;
	add_check(reading, check, action >= ACTION_STRIP);
	if (host != NULL)
		add_host(reading, host, action >= ACTION_STRIP);
}

static void read_array(reading_t *reading, const char *key, void (*read_element)(reading_t *, json_t *))
{
	json_t *array = json_object_get(reading->entry->line, key);
	json_t *element;
	size_t i;

	if (!json_is_array(array))
		refuse(reading, "\"%s\" is missing, or no array", key);
	json_array_foreach(array, i, element) /* which is none for what is no array */
	{
		if (reading->good)
			read_element(reading, element);
	}
}

static void read_assessment(reading_t *reading)
{
	logentry_t *entry = reading->entry;
	action_t action;

	entry->would = read_optional(reading, entry->line, "would");
	if (entry->would != NULL && !action_find(entry->would, &action))
		refuse(reading, "\"would\" is no action");
	read_array(reading, "mx", read_exchange);
	read_array(reading, "findings", read_finding);
}

static void read_client(reading_t *reading, json_t *object)
{
	logentry_client_t *client = &reading->entry->client;
	json_int_t port;
	json_int_t count;
	json_error_t error;

	if (json_is_null(object))
		return;
	if (json_unpack_ex(object, &error, 0, "{s:s, s:I, s:s, s:I}", "address", &client->address, "port", &port,
			   "transport", &client->transport, "count", &count) != 0) {
		refuse(reading, "in client: %s", error.text);
		return;
	}
	client->port = (uint16_t)port;
	client->count = (uint32_t)count;
	if (!read_address(client->address, client->octets) || port < 0 || port > UINT16_MAX || count < 0 ||
	    count > UINT32_MAX || !is_word(client->transport))
		refuse(reading, "its client is none");
}

static void read_ede(reading_t *reading, json_t *object)
{
	json_int_t code;
	json_error_t error;

	if (json_is_null(object))
		return;
	if (json_unpack_ex(object, &error, 0, "{s:I, s:s}", "code", &code, "name", &reading->entry->ede_name) != 0) {
		refuse(reading, "in ede: %s", error.text);
		return;
	}
	reading->entry->ede = (uint16_t)code;
	if (code < 0 || code > UINT16_MAX || !is_printable(reading->entry->ede_name))
		refuse(reading, "its extended error is none");
}

/* Lines of before the key was there do without. */
static void read_stale(reading_t *reading)
{
	const json_t *stale = json_object_get(reading->entry->line, "stale");

	reading->entry->stale = json_is_true(stale);
	if (stale != NULL && !json_is_boolean(stale))
		refuse(reading, "its stale is neither true nor false");
}

/* What every entry has. */
static void read_common(reading_t *reading)
{
	logentry_t *entry = reading->entry;
	const char *time;
	const char *verdict;
	json_t *client;
	json_t *ede;
	json_int_t took;
	json_error_t error;

	if (json_unpack_ex(entry->line, &error, 0, "{s:s, s:{s:s, s:s}, s:o, s:I, s:s, s:s, s:s, s:o, s:s}", "time",
			   &time, "question", "name", &entry->domain, "type", &entry->type, "client", &client,
			   "took_ms", &took, "verdict", &verdict, "security", &entry->security, "rcode", &entry->rcode,
			   "ede", &ede, "reason", &entry->reason) != 0) {
		refuse(reading, "%s", error.text);
		return;
	}
	if (!logmoment_read_stamp(time, strlen(time), &entry->time))
		refuse(reading, "its time is none");
	if (!is_name(entry->domain) || !is_type(entry->type))
		refuse(reading, "its question is none");
	if (!logentry_verdict_find(verdict, &entry->verdict) || !is_word(entry->security) || !is_type(entry->rcode))
		refuse(reading, "its verdict, security or rcode is none");
	if (took < 0 || took > UINT32_MAX || !is_printable(entry->reason))
		refuse(reading, "its took_ms or reason is none");
	entry->took_ms = (uint32_t)took;
	read_client(reading, client);
	read_ede(reading, ede);
	read_stale(reading);
}

/* --- The line ------------------------------------------------------------------------------------------------------ */

static logentry_got_t read_kind(reading_t *reading)
{
	logentry_t *entry = reading->entry;
	json_int_t version;
	json_int_t seq;
	const char *type;
	size_t kind;
	json_error_t error;

	if (json_unpack_ex(entry->line, &error, 0, "{s:I, s:I, s:s}", "v", &version, "seq", &seq, "type", &type) != 0)
		refuse(reading, "%s", error.text);
	else if (version != FORMAT_VERSION)
		refuse(reading, "it is of version %" JSON_INTEGER_FORMAT ", and this program reads version %d", version,
		       FORMAT_VERSION);
	else if (seq < 1)
		refuse(reading, "its number is none");
	if (!reading->good)
		return LOGENTRY_MALFORMED;
	entry->seq = (uint64_t)seq;
	if (!find_word(kinds, LOGENTRY_KINDS, type, &kind))
		return LOGENTRY_OTHER;
	entry->kind = (logentry_kind_t)kind;
	return LOGENTRY_READ;
}

static logentry_got_t read_line(reading_t *reading)
{
	logentry_got_t got = read_kind(reading);

	if (got != LOGENTRY_READ)
		return got;
	read_common(reading);
	if (reading->entry->kind == LOGENTRY_ASSESSMENT)
		read_assessment(reading);
	return reading->good ? LOGENTRY_READ : LOGENTRY_MALFORMED;
}

static logentry_got_t load(reading_t *reading, const char *text, size_t size)
{
	json_error_t error;

	if (!is_shallow(text, size)) {
		refuse(reading, "it is nested deeper than %d levels", LOGENTRY_DEPTH_MAX);
		return LOGENTRY_MALFORMED;
	}
	reading->entry->line = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
	if (reading->entry->line != NULL)
		return read_line(reading);
	if (json_error_code(&error) == json_error_out_of_memory)
		return LOGENTRY_NO_MEMORY;
	refuse(reading, "it is no JSON: %s", error.text);
	return LOGENTRY_MALFORMED;
}

logentry_got_t logentry_read(const char *text, size_t size, logentry_t *entry, char *why)
{
	reading_t reading = { .entry = entry, .why = why, .good = true };
	logentry_got_t got;

	memset(entry, 0, sizeof(*entry));
	got = load(&reading, text, size);
	if (got != LOGENTRY_READ)
		logentry_clear(entry);
	return got;
}

void logentry_clear(logentry_t *entry)
{
	json_decref(entry->line);
	entry->line = NULL;
}

bool logentry_is_refused(const logentry_t *entry)
{
	action_t would = ACTION_IGNORE;

	return entry->verdict >= LOGENTRY_STRIP ||
	       (entry->would != NULL && action_find(entry->would, &would) && would >= ACTION_STRIP);
}

/* --- For others ---------------------------------------------------------------------------------------------------- */

static json_t *checks_json(const logentry_t *entry)
{
	json_t *array = json_array();

	for (size_t i = 0; i < entry->check_count; i++)
		if (json_array_append_new(array, json_string(entry->checks[i].name)) != 0)
			goto failed;
	return array;
failed:
	json_decref(array);
	return NULL;
}

static json_t *hosts_json(const logentry_t *entry)
{
	json_t *array = json_array();

	for (size_t i = 0; i < entry->host_count; i++)
		if (json_array_append_new(array, json_string(entry->hosts[i].name)) != 0)
			goto failed;
	return array;
failed:
	json_decref(array);
	return NULL;
}

static json_t *client_json(const logentry_client_t *client)
{
	if (client->address == NULL)
		return json_null();
	return json_pack("{s:s, s:i, s:s, s:I}", "address", client->address, "port", (int)client->port, "transport",
			 client->transport, "count", (json_int_t)client->count);
}

static json_t *ede_json(const logentry_t *entry)
{
	if (entry->ede_name == NULL)
		return json_null();
	return json_pack("{s:i, s:s}", "code", (int)entry->ede, "name", entry->ede_name);
}

json_t *logentry_json(const logentry_t *entry, uint64_t id)
{
	return json_pack("{s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:I, s:s, s:s?, s:s, s:s, s:o, s:s, s:o, s:o, s:b}", "id",
			 (json_int_t)id, "seq", (json_int_t)entry->seq, "time", (json_int_t)entry->time, "kind",
			 kinds[entry->kind], "domain", entry->domain, "type", entry->type, "client",
			 client_json(&entry->client), "took_ms", (json_int_t)entry->took_ms, "verdict",
			 verdicts[entry->verdict], "would", entry->would, "security", entry->security, "rcode",
			 entry->rcode, "ede", ede_json(entry), "reason", entry->reason, "checks", checks_json(entry),
			 "hosts", hosts_json(entry), "stale", (int)entry->stale);
}
