/* alert.c: see alert.h. */
#include "module/alert/alert.h"

#include "validator/check.h"

#include <inttypes.h>
#include <libpsl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Kinds that are no check's name. */
static const struct {
	const char *kind;
	const char *sentence;
} kinds[] = {
	{ "mx-failing",
	  "The domain's MX has had no usable answer for hours: mail to it waits, and will bounce when the "
	  "queue's lifetime is over." },
	{ "watch-unexpected", "The watched domain has exchanges that the configuration does not expect." },
	{ "watch-rejected", "The watched domain's MX answer is rejected: mail to it is deferred." },
	{ "watch-failing", "The watched domain's servers do not answer." },
	{ "watch-insecure", "The watched domain was signed with DNSSEC and is not any more." },
	{ "watch-signature", "A signature of the watched domain's MX records ends soon, and has not been renewed." },
	{ "watch-exchange-gone", "An exchange of the watched domain does not exist or has no address." },
	{ "watch-mx-gone", "The watched domain has no MX record any more." },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const char *const event_names[] = { [ALERT_BEGIN] = "begin", [ALERT_END] = "end" };

static const struct {
	const char *name;
	const char *words; /* how a telling of the end says it */
} outcomes[] = {
	[ALERT_IS_OPEN] = { "open", "goes on" },
	[ALERT_CURED] = { "cured", "over" },
	[ALERT_FORGOTTEN] = { "forgotten", "not heard of any more" },
	[ALERT_DISPLACED] = { "displaced", "too many alerts: no longer followed" },
	[ALERT_WITHDRAWN] = { "withdrawn", "not watched any more" },
};

/* Copies what is printable, as much as is allowed, to *at and moves that behind its NUL. */
static const char *keep(char **at, const char *text, size_t room)
{
	char *begin = *at;

	for (; *text != '\0' && (size_t)(*at - begin) < room - 1; text++)
		*(*at)++ = (char)(*text >= ' ' && *text <= '~' ? *text : '?');
	*(*at)++ = '\0';
	return begin;
}

static size_t room_for(const char *text, size_t most)
{
	return strnlen(text, most - 1) + 1;
}

alert_t *alert_new(const alert_words_t *words)
{
	const char *former = words->former != NULL ? words->former : "";
	size_t size = room_for(words->kind, ALERT_KIND_MAX) + room_for(words->domain, ALERT_NAME_MAX) +
		      room_for(words->host, ALERT_NAME_MAX) + room_for(words->detail, ALERT_DETAIL_MAX) +
		      room_for(former, ALERT_SET_MAX);
	alert_t *alert = calloc(1, sizeof(*alert) + size);
	char *at;

	if (alert == NULL)
		return NULL;
	at = alert->text;
	alert->kind = keep(&at, words->kind, ALERT_KIND_MAX);
	alert->domain = keep(&at, words->domain, ALERT_NAME_MAX);
	alert->host = keep(&at, words->host, ALERT_NAME_MAX);
	alert->detail = keep(&at, words->detail, ALERT_DETAIL_MAX);
	alert->former = keep(&at, former, ALERT_SET_MAX);
	alert->site = alert_site(alert->domain);
	return alert;
}

alert_t *alert_copy(const alert_t *alert)
{
	const alert_words_t words = { alert->kind, alert->domain, alert->host, alert->detail, alert->former };
	alert_t *copy = alert_new(&words);

	if (copy == NULL)
		return NULL;
	copy->id = alert->id;
	copy->began = alert->began;
	copy->seen = alert->seen;
	copy->ended = alert->ended;
	copy->outcome = alert->outcome;
	copy->by_verdict = alert->by_verdict;
	copy->ours = alert->ours;
	memcpy(copy->told, alert->told, sizeof(copy->told));
	memcpy(copy->handed, alert->handed, sizeof(copy->handed));
	return copy;
}

const char *alert_site(const char *domain)
{
	const psl_ctx_t *psl = psl_builtin();
	char plain[ALERT_NAME_MAX];
	size_t size = strlen(domain);
	const char *found;

	if (psl == NULL || size < 2 || size > sizeof(plain) || domain[size - 1] != '.')
		return domain;
	memcpy(plain, domain, size - 1); /* libpsl knows no final dot */
	plain[size - 1] = '\0';
	found = psl_registrable_domain(psl, plain);
	return found != NULL ? domain + (found - plain) : domain;
}

const char *alert_sentence(const char *kind)
{
	check_id_t check;

	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].sentence;
	return check_find(kind, &check) ? check_row(check)->sentence : "Something needs an administrator's eye.";
}

const char *alert_event_name(alert_event_t event)
{
	return event_names[event];
}

const char *alert_outcome_name(alert_outcome_t outcome)
{
	return outcomes[outcome].name;
}

bool alert_outcome_find(const char *name, alert_outcome_t *outcome)
{
	for (unsigned i = 0; i < ALERT_OUTCOMES; i++)
		if (strcmp(outcomes[i].name, name) == 0) {
			*outcome = (alert_outcome_t)i;
			return true;
		}
	return false;
}

const char *alert_text(const alert_t *alert, alert_event_t event, char *text)
{
	char stamp[ALERT_STAMP_SIZE];
	size_t used = (size_t)snprintf(text, ALERT_TEXT_MAX, "%.500s %s (%s", alert->domain,
				       event == ALERT_BEGIN ? "ALERT" : outcomes[alert->outcome].words, alert->kind);

	/* Each part fits by its precision, so that `used` never passes the room. */
	if (alert->host[0] != '\0')
		used += (size_t)snprintf(text + used, ALERT_TEXT_MAX - used, ", %.500s", alert->host);
	used += (size_t)snprintf(text + used, ALERT_TEXT_MAX - used, "): %.200s", alert_sentence(alert->kind));
	if (alert->detail[0] != '\0')
		used += (size_t)snprintf(text + used, ALERT_TEXT_MAX - used, " %.500s.", alert->detail);
	snprintf(text + used, ALERT_TEXT_MAX - used, " Since %s.", alert_stamp(alert->began, stamp));
	return text;
}

const char *alert_stamp(uint64_t at, char *stamp)
{
	const time_t time = (time_t)at;
	struct tm tm;

	if (at == 0 || gmtime_r(&time, &tm) == NULL ||
	    strftime(stamp, ALERT_STAMP_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		stamp[0] = '\0';
	return stamp;
}

static json_t *milliseconds(uint64_t at)
{
	return at != 0 ? json_integer((json_int_t)at * 1000) : json_null();
}

json_t *alert_json(const alert_t *alert)
{
	return json_pack("{s:I, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:o, s:s, s:b}", "id", (json_int_t)alert->id, "kind",
			 alert->kind, "domain", alert->domain, "host",
			 alert->host[0] != '\0' ? json_string(alert->host) : json_null(), "detail", alert->detail,
			 "sentence", alert_sentence(alert->kind), "began", milliseconds(alert->began), "seen",
			 milliseconds(alert->seen), "ended", milliseconds(alert->ended), "outcome",
			 alert_outcome_name(alert->outcome), "told", (int)(alert->told[ALERT_BEGIN] == ALERT_BY_ALL));
}
