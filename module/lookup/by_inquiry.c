/* by_inquiry.c: what came of an inquiry, as a result: the answer that the daemon would give, and why. */
#include "module/escape.h"
#include "module/lookup/result.h"
#include "validator/ede.h"

#include <stdlib.h>
#include <string.h>

enum { RCODE_SERVFAIL = 2 };

static const trust_t trusts[] = {
	[SECURITY_INSECURE] = TRUST_INSECURE,
	[SECURITY_BOGUS] = TRUST_BOGUS,
	[SECURITY_SECURE] = TRUST_SECURE,
};

/* A copy of `count` targets; NULL when there are none, or memory is out. */
static target_t *copy_targets(const target_t *targets, size_t count)
{
	target_t *copy = count > 0 ? malloc(count * sizeof(*copy)) : NULL;

	if (copy != NULL)
		memcpy(copy, targets, count * sizeof(*copy));
	return copy;
}

/* In one allocation, with its exchanges behind. NULL when there is none, or memory is out. */
static past_set_t *copy_past(const past_set_t *past)
{
	past_set_t *copy = past != NULL ? malloc(sizeof(*copy) + past->count * sizeof(past->exchanges[0])) : NULL;

	if (copy == NULL)
		return NULL;
	*copy = *past;
	copy->exchanges = memcpy(copy + 1, past->exchanges, past->count * sizeof(past->exchanges[0]));
	return copy;
}

/* The verdict ends with its inquiry. False when memory is out. */
static bool keep_verdict(result_t *result, const verdict_t *verdict)
{
	verdict_t *copy = malloc(sizeof(*copy));

	if (copy == NULL)
		return false;
	*copy = *verdict;
	copy->answer = (answer_t){ 0 };
	copy->targets = copy_targets(verdict->targets, verdict->target_count);
	copy->other = copy_targets(verdict->other, verdict->other_count);
	copy->past = copy_past(verdict->past);
	if (copy->targets == NULL)
		copy->target_count = 0;
	if (copy->other == NULL)
		copy->other_count = 0;
	result->verdict = copy;
	return copy->target_count == verdict->target_count && copy->other_count == verdict->other_count &&
	       (copy->past == NULL) == (verdict->past == NULL);
}

static void take_answer(result_t *result, const request_t *request, const resolution_t *resolution)
{
	const cache_answer_t *from = &resolution->answer;
	answer_t answer = { .rcode = from->rcode, .octets = from->octets };

	for (size_t i = 0; i < ANSWER_PARTS; i++) {
		answer.parts[i] = (answer_part_t){ .size = from->parts[i].size, .records = from->parts[i].records };
		answer.size += from->parts[i].size;
	}
	result_take_answer(result, request, &answer);
	result->ttl = resolution->ttl;
}

static void take_error(result_t *result, const cache_answer_t *answer)
{
	summary_error_t *error = &result->errors[0];

	if (answer->ede == CACHE_NO_EDE)
		return;
	error->code = answer->ede;
	escape_sentence((const uint8_t *)answer->ede_text, answer->ede_text_size, error->text, sizeof(error->text));
	result->error_count = 1;
}

/* The sentence of the check that rejects it. */
static const char *rejecting_sentence(const verdict_t *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].action == ACTION_REJECT)
			return check_row(verdict->findings[i].check)->sentence;
	return "its MX records do not stand up to the checks";
}

static void take_failure(result_t *result, const cache_answer_t *answer, const verdict_t *verdict)
{
	const security_t security = verdict != NULL ? verdict->received : (security_t)answer->security;
	const char *text = result->errors[0].text;

	result->rcode = RCODE_SERVFAIL;
	if (security == SECURITY_BOGUS) {
		result->trust = TRUST_BOGUS;
		result_fail(result, RESULT_BOGUS, "%s", text);
	} else if (verdict != NULL && verdict->rejected && !verdict->failed) {
		result->trust = trusts[security];
		result_fail(result, RESULT_REJECTED, "%s", rejecting_sentence(verdict));
	} else {
		result->trust = TRUST_UNKNOWN;
		result_fail(result, RESULT_FAILED, "%s", text);
	}
}

void result_take_inquiry(result_t *result, const request_t *request, const resolution_t *resolution,
			 const verdict_t *verdict)
{
	const cache_answer_t *answer = &resolution->answer;
	const bool has_data = resolution->answer.octets != NULL;

	if (verdict != NULL && !keep_verdict(result, verdict)) {
		result_fail(result, RESULT_FAILED, "memory is out");
		return;
	}
	result->rcode = answer->rcode;
	result->trust = trusts[answer->security];
	take_error(result, answer);
	if (!answer->failure || (has_data && request->show_bogus))
		take_answer(result, request, resolution);
	if (answer->failure)
		take_failure(result, answer, verdict);
}
