/* alerts_say.c: what others tell the alerts, and ask of them: from any thread, under the lock. See alerts.h. */
#include "module/alert/alerts_inside.h"

#include "validator/name.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The thread has something to do only when an alert has changed; the file may wait for the rest. */
static void unlock_and_wake(alerts_t *alerts, uint64_t changes_before)
{
	bool changed = book_changes(alerts->book) != changes_before;

	pthread_mutex_unlock(&alerts->lock);
	if (changed)
		deliver_wake(alerts->deliver);
}

static int by_name(const void *one, const void *other)
{
	const name_t *const *a = one;
	const name_t *const *b = other;

	if ((*a)->size != (*b)->size)
		return (*a)->size < (*b)->size ? -1 : 1;
	return memcmp((*a)->octets, (*b)->octets, (*a)->size);
}

/* SHA-256 of the names in order: who moves a domain's mail must not be able to find exchanges that pass for the former ones.
 * NULL when there are none. Sorts `names`. */
static const char *set_text(const name_t **names, size_t count, char text[ALERT_SET_MAX])
{
	uint8_t octets[ASSESSMENT_TARGETS_MAX * sizeof(name_t)];
	uint8_t digest[SHA256_DIGEST_LENGTH];
	size_t size = 0;

	if (count == 0)
		return NULL;
	qsort(names, count, sizeof(names[0]), by_name); /* NOLINT: an array of pointers is what it is */
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && by_name(&names[i - 1], &names[i]) == 0)
			continue;
		memcpy(octets + size, names[i]->octets, names[i]->size);
		size += names[i]->size;
	}
	SHA256(octets, size, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

static const char *set_now(const verdict_t *verdict, char text[ALERT_SET_MAX])
{
	const name_t *names[ASSESSMENT_TARGETS_MAX];
	size_t count = 0;

	for (size_t i = 0; verdict != NULL && i < verdict->target_count && count < ASSESSMENT_TARGETS_MAX; i++)
		if (!verdict->targets[i].stripped)
			names[count++] = &verdict->targets[i].exchange;
	return set_text(names, count, text);
}

static const char *set_before(const verdict_t *verdict, char text[ALERT_SET_MAX])
{
	const past_set_t *past = verdict != NULL ? verdict->past : NULL;
	const name_t *names[ASSESSMENT_TARGETS_MAX];
	size_t count = 0;

	for (size_t i = 0; past != NULL && i < past->count && count < ASSESSMENT_TARGETS_MAX; i++)
		names[count++] = &past->exchanges[i].exchange;
	return set_text(names, count, text);
}

/* `hosts` has the room for the causes' names. */
static void add_cause(book_note_t *note, const finding_t *finding, char hosts[BOOK_CAUSES_MAX][NAME_TEXT_MAX])
{
	char *host = hosts[note->count];

	host[0] = '\0';
	if (finding->has_name)
		name_to_text(&finding->name, host);
	note->causes[note->count].kind = check_row(finding->check)->name;
	note->causes[note->count].host = host;
	note->causes[note->count].detail = finding->detail;
	note->count++;
}

void alerts_note(alerts_t *alerts, const name_t *name, const verdict_t *verdict, bool failure, uint64_t wall)
{
	char hosts[BOOK_CAUSES_MAX][NAME_TEXT_MAX];
	char domain[NAME_TEXT_MAX];
	char set[ALERT_SET_MAX];
	char former[ALERT_SET_MAX];
	book_note_t note = { .domain = domain, .failing = failure };
	uint64_t before;

	if (alerts == NULL)
		return;
	name_to_text(name, domain);
	note.set = set_now(verdict, set);
	note.former = set_before(verdict, former);
	for (size_t i = 0; verdict != NULL && i < verdict->finding_count && note.count < BOOK_CAUSES_MAX; i++)
		if (check_row(verdict->findings[i].check)->severity == SEVERITY_ALERT)
			add_cause(&note, &verdict->findings[i], hosts);
	pthread_mutex_lock(&alerts->lock);
	before = book_changes(alerts->book);
	book_note(alerts->book, &note, wall);
	unlock_and_wake(alerts, before);
}

void alerts_raise(alerts_t *alerts, const char *kind, const char *domain, const char *host, const char *detail,
		  uint64_t wall)
{
	const alert_words_t words = { kind, domain, host != NULL ? host : "", detail, NULL };
	uint64_t before;

	if (alerts == NULL)
		return;
	pthread_mutex_lock(&alerts->lock);
	before = book_changes(alerts->book);
	book_raise(alerts->book, &words, wall);
	unlock_and_wake(alerts, before);
}

void alerts_end(alerts_t *alerts, const char *kind, const char *domain, const char *host, uint64_t wall)
{
	uint64_t before;

	if (alerts == NULL)
		return;
	pthread_mutex_lock(&alerts->lock);
	before = book_changes(alerts->book);
	book_end(alerts->book, kind, domain, host, wall);
	unlock_and_wake(alerts, before);
}

void alerts_settle(alerts_t *alerts, const char *kind, const char *domain, const char *const *hosts,
		   const char *const *details, size_t count, uint64_t wall)
{
	alert_words_t words[ALERTS_SETTLE_MAX];
	uint64_t before;

	if (alerts == NULL)
		return;
	count = count < ALERTS_SETTLE_MAX ? count : ALERTS_SETTLE_MAX;
	for (size_t i = 0; i < count; i++)
		words[i] = (alert_words_t){ kind, domain, hosts[i], details[i], NULL };
	pthread_mutex_lock(&alerts->lock);
	before = book_changes(alerts->book);
	book_settle(alerts->book, kind, domain, words, count, wall);
	unlock_and_wake(alerts, before);
}

json_t *alerts_json(alerts_t *alerts)
{
	json_t *json;

	if (alerts == NULL)
		return NULL;
	pthread_mutex_lock(&alerts->lock);
	json = book_json(alerts->book);
	pthread_mutex_unlock(&alerts->lock);
	return json;
}

void alerts_stats(alerts_t *alerts, alerts_stats_t *stats)
{
	book_counts_t counts;

	*stats = (alerts_stats_t){ 0 };
	if (alerts == NULL)
		return;
	pthread_mutex_lock(&alerts->lock);
	*stats = alerts->stats;
	counts = book_counts(alerts->book);
	pthread_mutex_unlock(&alerts->lock);
	stats->open = counts.open;
	stats->failing = counts.failing;
	stats->left_out = counts.left_out;
}
