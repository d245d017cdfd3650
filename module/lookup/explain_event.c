/* explain_event.c: see explain_event.h. */
#include "module/lookup/explain_event.h"

#include "module/clock.h"
#include "module/lookup/result.h"
#include "module/vlog/event.h"

#include <stdlib.h>
#include <time.h>

enum { RCODE_SERVFAIL = 2, TYPE_MX = 15 };

/* The sentence of its check, for each finding. */
static bool add_sentences(json_t *object, const verdict_t *verdict)
{
	json_t *findings = json_object_get(object, "findings");
	json_t *finding;
	size_t i;

	json_array_foreach(findings, i, finding)
	{
		const char *sentence = check_row(verdict->findings[i].check)->sentence;

		if (json_object_set_new(finding, "sentence", json_string(sentence)) != 0)
			return false;
	}
	return true;
}

json_t *explain_event_json(const vlog_event_t *event, const char *policy, int status, json_t *server)
{
	char *text = event_json(event);
	json_t *object = text != NULL ? json_loads(text, 0, NULL) : NULL;
	json_t *more = json_pack("{s:s, s:i, s:o}", "policy", policy, "exit", status, "server", server);

	if (object == NULL || more == NULL || json_object_update(object, more) != 0 ||
	    (event->verdict != NULL && !add_sentences(object, event->verdict))) {
		json_decref(object);
		object = NULL;
	}
	json_decref(more);
	free(text);
	return object;
}

static result_status_t status_of(const cache_answer_t *answer, const verdict_t *verdict)
{
	if (answer->security == SECURITY_BOGUS)
		return RESULT_BOGUS;
	if (answer->failure)
		return verdict != NULL && verdict->rejected && !verdict->failed ? RESULT_REJECTED : RESULT_FAILED;
	return verdict != NULL && verdict->negative ? RESULT_NO_RECORD : RESULT_ANSWER;
}

json_t *explain_event_of(const name_t *name, const resolution_t *resolution, const verdict_t *verdict, uint32_t took,
			 const char *policy)
{
	const cache_answer_t *answer = &resolution->answer;
	char reason[CACHE_EDE_TEXT_MAX + 1];
	const vlog_event_t event = { .kind = verdict != NULL ? VLOG_ASSESSMENT : VLOG_REJECTED,
				     .time = clock_milliseconds(CLOCK_REALTIME),
				     .name = name,
				     .type = TYPE_MX,
				     .took = took,
				     .verdict = verdict,
				     .security = (security_t)answer->security,
				     .rcode = answer->failure ? RCODE_SERVFAIL : answer->rcode,
				     .ede = answer->ede,
				     .reason = verdict == NULL ? reason : NULL };

	snprintf(reason, sizeof(reason), "%.*s", answer->ede_text_size,
		 answer->ede_text != NULL ? answer->ede_text : "");
	return explain_event_json(&event, policy, (int)status_of(answer, verdict), json_null());
}
