/* book.c: see book.h. What is to be told, and when, is in telling.c. */
#include "module/alert/book.h"

#include "module/alert/book_inside.h"

#include <stdlib.h>
#include <string.h>

static const char failing_kind[] = "mx-failing";
static const char drift_kind[] = "mx-drift";
static const char watch_prefix[] = "watch-";

/* ---- places: open alerts are in the order of their domains ---- */

/* Of the first alert of a domain, or where it would be. */
static size_t place_of(const book_t *book, const char *domain)
{
	size_t low = 0;
	size_t high = book->open_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(book->open[middle]->domain, domain) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_of(const book_t *book, size_t place, const char *domain)
{
	return place < book->open_count && strcmp(book->open[place]->domain, domain) == 0;
}

/* `host` NULL: any. NULL when there is none. */
static alert_t *find(const book_t *book, const char *kind, const char *domain, const char *host)
{
	for (size_t i = place_of(book, domain); is_of(book, i, domain); i++)
		if (strcmp(book->open[i]->kind, kind) == 0 && (host == NULL || strcmp(book->open[i]->host, host) == 0))
			return book->open[i];
	return NULL;
}

static void put_in(book_t *book, alert_t *alert)
{
	size_t place = place_of(book, alert->domain);

	memmove(book->open + place + 1, book->open + place, (book->open_count - place) * sizeof(book->open[0]));
	book->open[place] = alert;
	book->open_count++;
}

static void take_out(book_t *book, size_t place)
{
	book->open_count--;
	memmove(book->open + place, book->open + place + 1, (book->open_count - place) * sizeof(book->open[0]));
}

/* ---- ends ---- */

/* The oldest of those that have ended makes room. */
static void keep_ended(book_t *book, alert_t *alert)
{
	if (book->ended_count == BOOK_ENDED_MAX) {
		free(book->ended[0]);
		book->ended_count--;
		memmove(book->ended, book->ended + 1, book->ended_count * sizeof(book->ended[0]));
	}
	book->ended[book->ended_count++] = alert;
}

static void end_at(book_t *book, size_t place, alert_outcome_t outcome, uint64_t now)
{
	alert_t *alert = book->open[place];

	take_out(book, place);
	alert->ended = now > alert->began ? now : alert->began;
	alert->outcome = outcome;
	if (alert->told[ALERT_BEGIN] == 0 && !alert->handed[ALERT_BEGIN])
		book->left_out++;
	keep_ended(book, alert);
	book->changes++;
}

static void end_alert(book_t *book, const alert_t *alert, alert_outcome_t outcome, uint64_t now)
{
	size_t place = place_of(book, alert->domain);

	while (book->open[place] != alert)
		place++;
	end_at(book, place, outcome, now);
}

/* ---- beginnings ---- */

static int by_text(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

static bool is_ours(const book_t *book, const char *domain)
{
	return book->watched_count > 0 &&
	       bsearch(&domain, book->watched, book->watched_count, sizeof(book->watched[0]), by_text) != NULL;
}

/* Of others' alerts, the one that was not seen for the longest time; NULL when all are fresh. */
static const alert_t *stalest(const book_t *book, uint64_t now)
{
	const alert_t *found = NULL;

	for (size_t i = 0; i < book->open_count; i++) {
		const alert_t *alert = book->open[i];

		if (!alert->ours && alert->seen + BOOK_BUSY < now && (found == NULL || alert->seen < found->seen))
			found = alert;
	}
	return found;
}

static void count_like(const book_t *book, const alert_t *like, size_t *same, size_t *site)
{
	*same = *site = 0;
	for (size_t i = 0; i < book->open_count; i++) {
		*same += book->open[i]->ours == like->ours;
		*site += strcmp(book->open[i]->site, like->site) == 0;
	}
}

static bool has_room(book_t *book, const alert_t *alert, uint64_t now)
{
	const alert_t *stale;
	size_t same;
	size_t site;

	count_like(book, alert, &same, &site);
	if (alert->ours)
		return same < BOOK_OPEN_MAX;
	if (site >= BOOK_PER_SITE)
		return false;
	if (same < BOOK_OPEN_MAX)
		return true;
	stale = stalest(book, now);
	if (stale != NULL)
		end_alert(book, stale, ALERT_DISPLACED, now);
	return stale != NULL;
}

static void begin(book_t *book, const alert_words_t *words, bool by_verdict, uint64_t now)
{
	alert_t *alert = alert_new(words);

	if (alert != NULL)
		alert->ours = is_ours(book, alert->domain);
	if (alert == NULL || !has_room(book, alert, now)) {
		free(alert);
		book->left_out++;
		return;
	}
	alert->id = book->next_id++;
	alert->began = alert->seen = now;
	alert->by_verdict = by_verdict;
	put_in(book, alert);
	book->changes++;
}

/* Of a verdict, one alert a kind, whichever host it is about. */
static void raise(book_t *book, const alert_words_t *words, bool by_verdict, uint64_t now)
{
	alert_t *alert = find(book, words->kind, words->domain, by_verdict ? NULL : words->host);

	book->lesser_changes++;
	if (alert == NULL)
		begin(book, words, by_verdict, now);
	else
		alert->seen = now;
}

void book_raise(book_t *book, const alert_words_t *words, uint64_t now)
{
	raise(book, words, false, now);
}

void book_end(book_t *book, const char *kind, const char *domain, const char *host, uint64_t now)
{
	const alert_t *alert;

	while ((alert = find(book, kind, domain, host)) != NULL)
		end_alert(book, alert, ALERT_CURED, now);
}

static bool is_among(const alert_t *alert, const alert_words_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(alert->host, words[i].host) == 0)
			return true;
	return false;
}

void book_settle(book_t *book, const char *kind, const char *domain, const alert_words_t *words, size_t count,
		 uint64_t now)
{
	size_t i = place_of(book, domain);

	while (is_of(book, i, domain))
		if (strcmp(book->open[i]->kind, kind) == 0 && !is_among(book->open[i], words, count))
			end_at(book, i, ALERT_CURED, now);
		else
			i++;
	for (i = 0; i < count; i++)
		book_raise(book, &words[i], now);
}

/* ---- verdicts ---- */

static bool is_caused(const book_note_t *note, const char *kind)
{
	for (size_t i = 0; i < note->count; i++)
		if (strcmp(note->causes[i].kind, kind) == 0)
			return true;
	return false;
}

static bool is_cured(const alert_t *alert, const book_note_t *note)
{
	if (strcmp(alert->kind, drift_kind) == 0)
		return note->set != NULL && strcmp(alert->former, note->set) == 0;
	return !is_caused(note, alert->kind);
}

static void end_what_is_cured(book_t *book, const book_note_t *note, uint64_t now)
{
	size_t i = place_of(book, note->domain);

	while (is_of(book, i, note->domain))
		if (book->open[i]->by_verdict && is_cured(book->open[i], note))
			end_at(book, i, ALERT_CURED, now);
		else
			i++;
}

static void note_failure(book_t *book, const char *domain, uint64_t now)
{
	const streak_t *streak = streaks_fail(&book->streaks, domain, now);
	const alert_words_t words = { failing_kind, domain, "", "", NULL };

	book->lesser_changes++;
	if (streak == NULL || streak->last - streak->first < book->settings.failing_after)
		return;
	raise(book, &words, true, now);
}

void book_note(book_t *book, const book_note_t *note, uint64_t now)
{
	for (size_t i = 0; i < note->count; i++) {
		const alert_words_t words = { note->causes[i].kind, note->domain, note->causes[i].host,
					      note->causes[i].detail, note->former };

		raise(book, &words, true, now);
	}
	if (note->failing) {
		note_failure(book, note->domain, now);
		return;
	}
	book->lesser_changes += streaks_end(&book->streaks, note->domain);
	end_what_is_cured(book, note, now);
}

/* ---- time, and the configuration ---- */

static bool is_quiet(const book_t *book, const alert_t *alert, uint64_t now)
{
	if (alert->by_verdict && strcmp(alert->kind, failing_kind) == 0)
		return streaks_find(&book->streaks, alert->domain) == NULL;
	if (strcmp(alert->kind, drift_kind) == 0)
		return alert->began + BOOK_QUIET < now;
	return alert->seen + BOOK_QUIET < now;
}

void book_tick(book_t *book, uint64_t now)
{
	size_t i = 0;

	book->lesser_changes += streaks_tick(&book->streaks, now);
	while (i < book->open_count)
		if (is_quiet(book, book->open[i], now))
			end_at(book, i, ALERT_FORGOTTEN, now);
		else
			i++;
}

static void free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

static char **copy_texts(const char *const *texts, size_t count)
{
	char **copies = calloc(count + 1, sizeof(*copies));

	for (size_t i = 0; copies != NULL && i < count; i++) {
		copies[i] = strdup(texts[i]);
		if (copies[i] == NULL) {
			free_texts(copies, i);
			copies = NULL;
		}
	}
	return copies;
}

static bool is_of_a_watch(const alert_t *alert)
{
	return !alert->by_verdict && strncmp(alert->kind, watch_prefix, sizeof(watch_prefix) - 1) == 0;
}

bool book_watch(book_t *book, const char *const *domains, size_t count, uint64_t now)
{
	char **copies = copy_texts(domains, count);
	size_t i = 0;

	if (copies == NULL)
		return false;
	free_texts(book->watched, book->watched_count);
	qsort(copies, count, sizeof(*copies), by_text);
	book->watched = copies;
	book->watched_count = count;
	while (i < book->open_count) {
		book->open[i]->ours = is_ours(book, book->open[i]->domain);
		if (!book->open[i]->ours && is_of_a_watch(book->open[i]))
			end_at(book, i, ALERT_WITHDRAWN, now);
		else
			i++;
	}
	return true;
}

void book_configure(book_t *book, const book_settings_t *settings)
{
	book->settings = *settings;
}

book_t *book_new(const book_settings_t *settings)
{
	book_t *book = calloc(1, sizeof(*book));

	if (book == NULL)
		return NULL;
	book->settings = *settings;
	book->next_id = 1;
	return book;
}

void book_free(book_t *book)
{
	if (book == NULL)
		return;
	for (size_t i = 0; i < book->open_count; i++)
		free(book->open[i]);
	for (size_t i = 0; i < book->ended_count; i++)
		free(book->ended[i]);
	streaks_clear(&book->streaks);
	free_texts(book->watched, book->watched_count);
	free(book);
}

/* ---- looking ---- */

uint64_t book_changes(const book_t *book)
{
	return book->changes;
}

uint64_t book_changes_at_all(const book_t *book)
{
	return book->changes + book->lesser_changes;
}

book_counts_t book_counts(const book_t *book)
{
	return (book_counts_t){ .open = book->open_count, .failing = book->streaks.count, .left_out = book->left_out };
}

size_t book_alerts(const book_t *book, const alert_t **alerts, size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < book->ended_count && count < room; i++)
		alerts[count++] = book->ended[i];
	for (size_t i = 0; i < book->open_count && count < room; i++)
		alerts[count++] = book->open[i];
	return count;
}

streaks_t *book_streaks(book_t *book)
{
	return &book->streaks;
}

uint64_t book_next_id(const book_t *book)
{
	return book->next_id;
}

void book_restore_next_id(book_t *book, uint64_t id)
{
	if (id > book->next_id)
		book->next_id = id;
}

bool book_restore(book_t *book, alert_t *alert)
{
	bool open = alert->ended == 0;
	bool fits = open ? book->open_count < BOOK_PLACES && find(book, alert->kind, alert->domain, alert->host) == NULL
			 : book->ended_count < BOOK_ENDED_MAX;

	if (!fits) {
		free(alert);
		return false;
	}
	if (open)
		put_in(book, alert);
	else
		keep_ended(book, alert);
	book_restore_next_id(book, alert->id + 1);
	return true;
}
