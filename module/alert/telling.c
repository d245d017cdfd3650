/* telling.c: which alerts are to be told, and when: the other half of book.h. */
#include "module/alert/book_inside.h"

enum {
	HOUR = 3600,
};

/* ---- the limit of the hour ---- */

/* Seconds until one more may be told: 0 for now. A clock that was set back is no reason to wait. */
static uint64_t meter_wait(const meter_t *meter, unsigned per_hour, uint64_t now)
{
	size_t behind = meter->count < per_hour ? meter->count : per_hour; /* those that count against the limit */
	uint64_t oldest;

	if (behind < per_hour)
		return 0;
	oldest = meter->at[(meter->next + BOOK_PER_HOUR_MAX - behind) % BOOK_PER_HOUR_MAX];
	return oldest > now || oldest + HOUR <= now ? 0 : oldest + HOUR - now;
}

static void meter_take(meter_t *meter, uint64_t now)
{
	meter->at[meter->next] = now;
	meter->next = (meter->next + 1) % BOOK_PER_HOUR_MAX;
	if (meter->count < BOOK_PER_HOUR_MAX)
		meter->count++;
}

/* ---- what is left to tell ---- */

/* Whether the alert has something to tell, and what. One that ended before its beginning was told is not told at all. */
static bool has_news(const alert_t *alert, alert_event_t *event)
{
	*event = ALERT_BEGIN;
	if (alert->told[ALERT_BEGIN] != ALERT_BY_ALL && !alert->handed[ALERT_BEGIN])
		return alert->ended == 0 || alert->told[ALERT_BEGIN] != 0;
	*event = ALERT_END;
	return alert->ended != 0 && alert->told[ALERT_END] != ALERT_BY_ALL && !alert->handed[ALERT_END];
}

typedef struct candidate {
	alert_t *alert;
	alert_event_t event;
} candidate_t;

/* An end goes first: it closes what somebody worries about. Then what began first. */
static bool is_sooner(const candidate_t *one, const candidate_t *other)
{
	if (other->alert == NULL || one->event != other->event)
		return other->alert == NULL || one->event == ALERT_END;
	return one->alert->id < other->alert->id;
}

/* The best of ours, or of others; its alert is NULL when there is none. Adds to *waiting how many there are. */
static candidate_t best(const book_t *book, bool ours, uint64_t *waiting)
{
	candidate_t found = { .alert = NULL };

	for (size_t i = 0; i < book->ended_count + book->open_count; i++) {
		candidate_t candidate = { .alert = i < book->ended_count ? book->ended[i]
									 : book->open[i - book->ended_count] };

		if (candidate.alert->ours != ours || !has_news(candidate.alert, &candidate.event))
			continue;
		(*waiting)++;
		if (is_sooner(&candidate, &found))
			found = candidate;
	}
	return found;
}

static bool take(book_t *book, const candidate_t *candidate, uint64_t now, telling_t *telling)
{
	alert_t *alert = candidate->alert;
	meter_t *meter = &book->meters[alert->ours];

	if (meter_wait(meter, book->settings.per_hour, now) > 0)
		return false;
	*telling = (telling_t){ .alert = alert_copy(alert),
				.event = candidate->event,
				.by = ALERT_BY_ALL & ~alert->told[candidate->event] };
	if (telling->alert == NULL)
		return false;
	meter_take(meter, now);
	alert->handed[candidate->event] = true;
	return true;
}

/* At most once in an hour: how many are left out, and how many wait. */
static bool take_summary(book_t *book, uint64_t waiting, uint64_t now, telling_t *telling)
{
	uint64_t left_out = book->left_out - book->left_out_told;

	if (left_out + waiting == 0 ||
	    (book->summary_at != 0 && book->summary_at <= now && book->summary_at + HOUR > now))
		return false;
	*telling = (telling_t){ .by = ALERT_BY_ALL, .left_out = left_out, .waiting = waiting };
	book->left_out_told = book->left_out;
	book->summary_at = now;
	return true;
}

bool book_next(book_t *book, uint64_t now, telling_t *telling)
{
	uint64_t waiting = 0;

	for (int ours = 1; ours >= 0; ours--) {
		candidate_t candidate = best(book, ours == 1, &waiting);

		if (candidate.alert != NULL && take(book, &candidate, now, telling))
			return true;
	}
	return take_summary(book, waiting, now, telling);
}

uint64_t book_wait(const book_t *book, uint64_t now)
{
	uint64_t waiting = 0;
	uint64_t wait = UINT64_MAX;

	for (int ours = 0; ours < 2; ours++)
		if (best(book, ours == 1, &waiting).alert != NULL) {
			uint64_t more = meter_wait(&book->meters[ours], book->settings.per_hour, now);

			wait = more < wait ? more : wait;
		}
	if (book->left_out > book->left_out_told && book->summary_at + HOUR > now &&
	    book->summary_at + HOUR - now < wait)
		wait = book->summary_at + HOUR - now;
	return wait;
}

static void mark(alert_t *alert, alert_event_t event, unsigned by)
{
	alert->told[event] |= by;
	alert->handed[event] = alert->handed[event] && alert->told[event] != ALERT_BY_ALL;
}

void book_told(book_t *book, uint64_t id, alert_event_t event, unsigned by)
{
	book->changes++;
	for (size_t i = 0; i < book->open_count; i++)
		if (book->open[i]->id == id)
			mark(book->open[i], event, by);
	for (size_t i = 0; i < book->ended_count; i++)
		if (book->ended[i]->id == id)
			mark(book->ended[i], event, by);
}

/* ---- for people ---- */

static bool append(json_t *list, const alert_t *alert)
{
	return json_array_append_new(list, alert_json(alert)) == 0;
}

json_t *book_json(const book_t *book)
{
	json_t *open = json_array();
	json_t *ended = json_array();
	uint64_t waiting = 0;
	bool good = open != NULL && ended != NULL;

	for (size_t i = 0; good && i < book->open_count; i++)
		good = append(open, book->open[i]);
	for (size_t i = book->ended_count; good && i > 0; i--)
		good = append(ended, book->ended[i - 1]);
	if (!good) {
		json_decref(open);
		json_decref(ended);
		return NULL;
	}
	(void)best(book, false, &waiting);
	(void)best(book, true, &waiting);
	return json_pack("{s:o, s:o, s:I, s:I}", "open", open, "ended", ended, "left_out", (json_int_t)book->left_out,
			 "waiting", (json_int_t)waiting);
}
