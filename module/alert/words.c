/* words.c: see words.h. The keys are documented in docs/alerts.md and stay. */
#include "module/alert/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	VERSION = 1,
	SERVER_MAX = 256,
	PRIORITY_WARNING = 4, /* syslog(3) */
	PRIORITY_NOTICE = 5,
};

static const char left_out[] = "left-out";

const char *words_event(const telling_t *telling)
{
	return telling->alert != NULL ? alert_event_name(telling->event) : left_out;
}

const char *words_text(const telling_t *telling, char *text)
{
	if (telling->alert != NULL)
		return alert_text(telling->alert, telling->event, text);
	snprintf(text, ALERT_TEXT_MAX,
		 "There are more alerts than may be told in an hour (alerts.max-per-hour): %" PRIu64
		 " wait to be told, %" PRIu64 " were left out.",
		 telling->waiting, telling->left_out);
	return text;
}

static const char *server_name(char name[SERVER_MAX])
{
	if (gethostname(name, SERVER_MAX - 1) != 0)
		name[0] = '\0';
	name[SERVER_MAX - 1] = '\0';
	return name;
}

/* What chat programs take for markup, mentions and links becomes \DDD, as it is written in names. */
static const char *without_markup(const char *text, char *out, size_t room)
{
	size_t used = 0;

	for (; *text != '\0' && used + sizeof("\\000") < room; text++)
		if (strchr("<>&@`*[]|~", *text) != NULL)
			used += (size_t)snprintf(out + used, room - used, "\\%03u", (unsigned)(unsigned char)*text);
		else
			out[used++] = *text;
	out[used] = '\0';
	return out;
}

static json_t *optional(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *object_of(const telling_t *telling, const char *text, const char *server)
{
	char began[ALERT_STAMP_SIZE];
	char ended[ALERT_STAMP_SIZE];
	const alert_t *alert = telling->alert;

	if (alert == NULL)
		return json_pack("{s:i, s:s, s:s, s:s, s:I, s:I}", "v", VERSION, "event", left_out, "text", text,
				 "server", server, "waiting", (json_int_t)telling->waiting, "left_out",
				 (json_int_t)telling->left_out);
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:s, s:s, s:o, s:o, s:s}", "v", VERSION, "event",
			 words_event(telling), "text", text, "server", server, "id", (json_int_t)alert->id, "kind",
			 alert->kind, "domain", alert->domain, "host", optional(alert->host), "detail", alert->detail,
			 "sentence", alert_sentence(alert->kind), "began", optional(alert_stamp(alert->began, began)),
			 "ended", optional(alert_stamp(alert->ended, ended)), "outcome",
			 alert_outcome_name(alert->outcome));
}

char *words_json(const telling_t *telling)
{
	char text[ALERT_TEXT_MAX];
	char plain[4 * ALERT_TEXT_MAX];
	char server[SERVER_MAX];
	json_t *object;
	char *json;

	without_markup(words_text(telling, text), plain, sizeof(plain));
	object = object_of(telling, plain, server_name(server));
	json = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
	json_decref(object);
	return json;
}

typedef void put_fn(FILE *out, const telling_t *telling, const char *text);

/* What `put` writes, in memory of its own. */
static char *gather(const telling_t *telling, put_fn *put, size_t *size)
{
	char text[ALERT_TEXT_MAX];
	char *gathered = NULL;
	FILE *out = open_memstream(&gathered, size);

	if (out == NULL)
		return NULL;
	put(out, telling, words_text(telling, text));
	if (fclose(out) != 0) {
		free(gathered);
		gathered = NULL;
	}
	return gathered;
}

static void put_environment(FILE *out, const telling_t *telling, const char *text)
{
	const alert_t *alert = telling->alert;
	char server[SERVER_MAX];
	char stamp[ALERT_STAMP_SIZE];

	fprintf(out, "MXWARD_ALERT_EVENT=%s%cMXWARD_ALERT_TEXT=%s%cMXWARD_ALERT_SERVER=%s%c", words_event(telling),
		'\0', text, '\0', server_name(server), '\0');
	if (alert == NULL) {
		fprintf(out, "MXWARD_ALERT_WAITING=%" PRIu64 "%cMXWARD_ALERT_LEFT_OUT=%" PRIu64 "%c", telling->waiting,
			'\0', telling->left_out, '\0');
	} else {
		fprintf(out, "MXWARD_ALERT_ID=%" PRIu64 "%cMXWARD_ALERT_KIND=%s%cMXWARD_ALERT_DOMAIN=%s%c", alert->id,
			'\0', alert->kind, '\0', alert->domain, '\0');
		fprintf(out, "MXWARD_ALERT_HOST=%s%cMXWARD_ALERT_DETAIL=%s%cMXWARD_ALERT_SENTENCE=%s%c", alert->host,
			'\0', alert->detail, '\0', alert_sentence(alert->kind), '\0');
		fprintf(out, "MXWARD_ALERT_BEGAN=%s%c", alert_stamp(alert->began, stamp), '\0');
		fprintf(out, "MXWARD_ALERT_ENDED=%s%cMXWARD_ALERT_OUTCOME=%s%c", alert_stamp(alert->ended, stamp), '\0',
			alert_outcome_name(alert->outcome), '\0');
	}
	fputc('\0', out);
}

char *words_environment(const telling_t *telling)
{
	size_t size = 0;

	return gather(telling, put_environment, &size);
}

static void put_fields(FILE *out, const telling_t *telling, const char *text)
{
	const alert_t *alert = telling->alert;
	bool over = alert != NULL && telling->event == ALERT_END;

	fprintf(out, "MESSAGE=%s%cPRIORITY=%d%cSYSLOG_IDENTIFIER=mxward%c", text, '\0',
		over ? PRIORITY_NOTICE : PRIORITY_WARNING, '\0', '\0');
	fprintf(out, "MXWARD_EVENT=alert-%s%c", words_event(telling), '\0');
	if (alert == NULL)
		return;
	fprintf(out, "MXWARD_ALERT_ID=%" PRIu64 "%cMXWARD_ALERT_KIND=%s%cMXWARD_DOMAIN=%s%c", alert->id, '\0',
		alert->kind, '\0', alert->domain, '\0');
	fprintf(out, "MXWARD_DETAIL=%s%cMXWARD_ALERT_OUTCOME=%s%c", alert->detail, '\0',
		alert_outcome_name(alert->outcome), '\0');
	if (alert->host[0] != '\0')
		fprintf(out, "MXWARD_EXCHANGE=%s%c", alert->host, '\0');
}

char *words_fields(const telling_t *telling, size_t *size)
{
	return gather(telling, put_fields, size);
}
