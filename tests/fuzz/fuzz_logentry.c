/* fuzz_logentry.c: a line of the validation log is refused with a sentence that is safe to print, or is an entry that holds
 * nothing but printable ASCII, names no host and no check twice, is the same when it is written and read again, and is
 * found by each condition that is made of what it says. Behind a NUL there is a text: an entry that has it is not among the
 * lines that are passed over unread, and as a time it is what its stamp says. */
#include "tests/fuzz/fuzz.h"

#include "module/logread/logfilter.h"
#include "module/logread/logmoment.h"
#include "module/vlog/chain.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t NOW = 1795373581042; /* 2026-11-22T18:53:01.042Z */

static void check_printable(const char *text)
{
	for (; *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

static void check_name(const char *text)
{
	char again[NAME_TEXT_MAX];
	name_t name;

	assert(name_from_text(text, &name));
	name_lower(&name);
	assert(strcmp(name_to_text(&name, again), text) == 0);
}

static void check_entry(const logentry_t *entry)
{
	check_name(entry->domain);
	check_printable(entry->type);
	check_printable(entry->security);
	check_printable(entry->rcode);
	check_printable(entry->reason);
	assert(entry->seq > 0 && entry->kind < LOGENTRY_KINDS && entry->verdict < LOGENTRY_VERDICTS);
	for (size_t i = 0; i < entry->check_count; i++) {
		check_printable(entry->checks[i].name);
		for (size_t j = 0; j < i; j++)
			assert(strcmp(entry->checks[i].name, entry->checks[j].name) != 0);
	}
	for (size_t i = 0; i < entry->host_count; i++) {
		check_name(entry->hosts[i].name);
		for (size_t j = 0; j < i; j++)
			assert(strcmp(entry->hosts[i].name, entry->hosts[j].name) != 0);
	}
}

static void check_same(const logentry_t *entry)
{
	char *line = json_dumps(entry->line, JSON_COMPACT);
	json_t *one = logentry_json(entry, 1);
	json_t *other;
	logentry_t again;

	assert(line != NULL && one != NULL);
	assert(logentry_read(line, strlen(line), &again, NULL) == LOGENTRY_READ);
	other = logentry_json(&again, 1);
	assert(json_equal(one, other));
	json_decref(one);
	json_decref(other);
	logentry_clear(&again);
	free(line);
}

typedef struct read {
	const char *line;
	size_t size;
	logentry_t entry;
} read_t;

/* False when there is no such condition: a check that nobody knows, a text that is too long. */
static bool is_found(const read_t *read, const char *key, const char *value)
{
	logfilter_t filter = { 0 };
	char why[LOGFILTER_WHY_MAX];

	if (!logfilter_set(&filter, key, value, NOW, why)) {
		check_printable(why);
		return false;
	}
	assert(logfilter_matches(&filter, &read->entry));
	assert(logfilter_may_match(&filter, read->line, read->size));
	return true;
}

static void check_finding(const read_t *read)
{
	const logentry_t *entry = &read->entry;
	char stamp[CHAIN_STAMP_SIZE];

	assert(is_found(read, "domain", entry->domain) && is_found(read, "type", entry->type));
	assert(is_found(read, "verdict", logentry_verdict_name(entry->verdict)));
	assert(is_found(read, "since", chain_stamp(entry->time, stamp)));
	assert(entry->client.address == NULL || is_found(read, "client", entry->client.address));
	for (size_t i = 0; i < entry->host_count; i++)
		assert(is_found(read, "host", entry->hosts[i].name));
	for (size_t i = 0; i < entry->check_count; i++)
		(void)is_found(read, "check", entry->checks[i].name);
	assert(is_found(read, "q", entry->reason) || entry->reason[0] == '\0' ||
	       strlen(entry->reason) >= LOGFILTER_TEXT_MAX);
}

static void check_text(const read_t *read, const char *text)
{
	logfilter_t filter = { 0 };
	char why[LOGFILTER_WHY_MAX];

	if (logfilter_set(&filter, "q", text, NOW, why) && logfilter_matches(&filter, &read->entry))
		assert(logfilter_may_match(&filter, read->line, read->size));
}

static void check_moment(const char *text)
{
	char stamp[CHAIN_STAMP_SIZE];
	uint64_t time;
	uint64_t again;

	if (!logmoment_read(text, NOW, &time))
		return;
	chain_stamp(time, stamp);
	assert(logmoment_read_stamp(stamp, strlen(stamp), &again) && again == time);
}

/* strndup() without its looking for an end in what has none. */
static char *text_of(const uint8_t *octets, size_t size)
{
	char *text = calloc(1, size + 1);

	assert(text != NULL);
	memcpy(text, octets, size);
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	read_t read = { .line = (const char *)data, .size = nul != NULL ? (size_t)(nul - data) : size };
	char *text = nul != NULL ? text_of(nul + 1, size - read.size - 1) : NULL;
	char why[LOGENTRY_WHY_MAX] = "";
	const logentry_got_t got = logentry_read(read.line, read.size, &read.entry, why);

	check_printable(why);
	assert((got == LOGENTRY_MALFORMED) == (why[0] != '\0'));
	if (got == LOGENTRY_READ) {
		check_entry(&read.entry);
		check_same(&read.entry);
		check_finding(&read);
		if (text != NULL)
			check_text(&read, text);
		logentry_clear(&read.entry);
	}
	if (text != NULL)
		check_moment(text);
	free(text);
	return 0;
}
