/* witness.c: see witness.h. */
#include "module/pending/witness.h"

#include "validator/ede.h"
#include "validator/name.h"
#include "validator/rdata.h"

#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>

enum { RCODE_SERVFAIL = 2, CODE_MAX = sizeof("65535") };

static const char *failure_in_words(const cache_answer_t *answer)
{
	if (answer->security == SECURITY_BOGUS)
		return "rejected a bogus answer";
	return answer->ede == EDE_BLOCKED ? "rejected an MX answer" : "could not resolve";
}

/* The code of the extended error, or a dash where there is none. */
static const char *code_in_words(uint16_t ede, char room[CODE_MAX])
{
	if (ede == EDE_NONE)
		return "-";
	snprintf(room, CODE_MAX, "%u", ede);
	return room;
}

static void log_failure(log_t *log, const ended_t *ended)
{
	const cache_answer_t *answer = &ended->resolution->answer;
	char name[NAME_TEXT_MAX];
	char code[CODE_MAX];
	char *type;

	if (!answer->failure || !log_wants(log, LOG_LEVEL_INFO))
		return;
	type = ldns_rr_type2str((ldns_rr_type)ended->type);
	log_write(log, LOG_LEVEL_INFO, "%s name=%s type=%s ede=%s why=\"%.*s\"%s", failure_in_words(answer),
		  name_to_text(ended->name, name), type != NULL ? type : "", code_in_words(answer->ede, code),
		  answer->ede_text_size, answer->ede_text != NULL ? answer->ede_text : "",
		  ended->stale != NULL ? " given=stale" : "");
	free(type);
}

/* Findings worth a line: what was done, or would have been, and alerts. Bogus answers have log_failure(). */
static void log_verdict(log_t *log, const ended_t *ended)
{
	const verdict_t *verdict = ended->verdict;
	char name[NAME_TEXT_MAX];
	char host[NAME_TEXT_MAX];

	for (size_t i = 0; verdict != NULL && i < verdict->finding_count; i++) {
		const finding_t *finding = &verdict->findings[i];
		const check_t *check = check_row(finding->check);
		bool loud = finding->action > ACTION_LOG || check->severity == SEVERITY_ALERT;
		log_level_t level = loud ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG;

		if (finding->action != ACTION_IGNORE && finding->check != CHECK_BOGUS && log_wants(log, level))
			log_write(log, level, "mx name=%s check=%s action=%s%s host=%s detail=\"%s\"",
				  name_to_text(ended->name, name), check->name, action_name(finding->action),
				  verdict->monitored ? " mode=monitor" : "",
				  finding->has_name ? name_to_text(&finding->name, host) : "-", finding->detail);
	}
}

/* Every verdict, and every failure of another type. */
static void log_validation(vlog_t *vlog, const ended_t *ended)
{
	const cache_answer_t *answer = &ended->resolution->answer;
	const vlog_kind_t kind = ended->verdict != NULL ? VLOG_ASSESSMENT : VLOG_REJECTED;
	vlog_event_t event = { .kind = kind,
			       .time = ended->wall,
			       .name = ended->name,
			       .type = ended->type,
			       .client = ended->client,
			       .tcp = ended->tcp,
			       .clients = ended->clients,
			       .took = ended->took,
			       .verdict = ended->verdict,
			       .security = (security_t)answer->security,
			       .rcode = answer->failure ? RCODE_SERVFAIL : answer->rcode,
			       .ede = answer->ede,
			       .reason = answer->ede_text };

	if (ended->stale != NULL) {
		event.stale = true;
		event.security = (security_t)ended->stale->security;
		event.rcode = ended->stale->rcode;
	}
	if ((ended->verdict != NULL || answer->failure) && vlog_wants(vlog, kind))
		vlog_write(vlog, &event);
}

static void count(counts_t *counts, const ended_t *ended)
{
	const cache_answer_t *answer = &ended->resolution->answer;

	if (counts != NULL)
		counts_note(counts, ended->verdict, answer->failure && ended->stale == NULL,
			    answer->security == SECURITY_BOGUS, answer->ede, ended->clients, ended->took);
}

void witnesses_hear(const witnesses_t *witnesses, const ended_t *ended)
{
	log_failure(witnesses->log, ended);
	log_verdict(witnesses->log, ended);
	log_validation(witnesses->vlog, ended);
	if (ended->type == RDATA_TYPE_MX && ended->stale == NULL) /* neither SERVFAIL nor a success */
		alerts_note(witnesses->alerts, ended->name, ended->verdict, ended->resolution->answer.failure,
			    ended->wall / 1000);
	history_note(witnesses->history, ended->name, ended->verdict, ended->wall / 1000);
	count(witnesses->counts, ended);
}
