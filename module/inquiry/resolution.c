/* resolution.c: see resolution.h. */
#include "module/inquiry/resolution.h"

#include <stdio.h>
#include <string.h>

enum { RCODE_SERVFAIL = 2 };

/* EXTRA-TEXT is cut where it must be: it is ASCII, as libunbound's and our own texts are. */
void resolution_note(resolution_t *resolution, ede_t ede, const char *text)
{
	cache_answer_t *answer = &resolution->answer;

	answer->ede = (uint16_t)ede;
	snprintf(resolution->text, sizeof(resolution->text), "%s", text);
	answer->ede_text = resolution->text;
	answer->ede_text_size = (uint8_t)strlen(resolution->text);
}

void resolution_fail(resolution_t *resolution, ede_t ede, const char *text)
{
	resolution->answer.failure = true;
	resolution->answer.rcode = RCODE_SERVFAIL;
	resolution_note(resolution, ede, text);
}

void resolution_show(resolution_t *resolution, const answer_t *shown)
{
	cache_answer_t *answer = &resolution->answer;

	_Static_assert((int)CACHE_PARTS == (int)ANSWER_PARTS, "both rooms cut an answer alike");
	for (size_t i = 0; i < CACHE_PARTS; i++)
		answer->parts[i] = (cache_part_t){ .size = shown->parts[i].size, .records = shown->parts[i].records };
	answer->rcode = shown->rcode;
	answer->octets = shown->octets;
	answer->ttl_count = shown->ttl_count;
	answer->ttl_offsets = shown->ttl_offsets;
	resolution->ttl = shown->ttl;
}

void resolution_moved(resolution_t *resolution)
{
	if (resolution->answer.ede_text != NULL)
		resolution->answer.ede_text = resolution->text;
}

/* A bogus answer keeps its data, for clients that set CD (RFC 4035, 3.2.2); everybody else gets SERVFAIL. */
static void judge_bogus(resolution_t *resolution, answer_err_t err, const char *why)
{
	resolution_fail(resolution, ede_from_reason(why), why);
	if (err == ANSWER_OK)
		resolution_show(resolution, &resolution->built);
}

static void judge_failed(resolution_t *resolution, answer_err_t err, const pool_outcome_t *outcome)
{
	if (outcome->rate_limited)
		resolution_fail(resolution, EDE_OTHER, "too many queries to the servers of this zone");
	else if (err == ANSWER_RCODE || outcome->size == 0)
		resolution_fail(resolution, EDE_NO_REACHABLE_AUTHORITY,
				outcome->why[0] != '\0' ? outcome->why : "no server of the zone gave a usable answer");
	else
		resolution_fail(resolution, EDE_OTHER, answer_strerror(err));
}

void resolution_begin(resolution_t *resolution)
{
	memset(resolution, 0, sizeof(*resolution));
	resolution->answer.ede = CACHE_NO_EDE;
}

void resolution_of_verdict(resolution_t *resolution, const verdict_t *verdict)
{
	resolution_begin(resolution);
	resolution->answer.security = (uint8_t)verdict->security;
	if (verdict->rejected)
		resolution_fail(resolution, (ede_t)verdict->ede, verdict->text);
	else if (verdict->ede != EDE_NONE)
		resolution_note(resolution, (ede_t)verdict->ede, verdict->text);
	if (!verdict->failed)
		resolution_show(resolution, &verdict->answer);
}

void resolution_judge(resolution_t *resolution, const name_t *name, uint16_t type, const pool_outcome_t *outcome,
		      const answer_limits_t *limits, uint64_t wall)
{
	answer_err_t err = ANSWER_RCODE;

	resolution_begin(resolution);
	resolution->answer.security = outcome->security;
	resolution->answer.turn = outcome->second;
	resolution->cached = outcome->cached;
	if (outcome->size > 0)
		err = answer_build(&resolution->built, name, type, outcome->packet, outcome->size, limits, wall);
	if (outcome->security == SECURITY_BOGUS)
		judge_bogus(resolution, err, outcome->why);
	else if (err == ANSWER_OK)
		resolution_show(resolution, &resolution->built);
	else
		judge_failed(resolution, err, outcome);
}

void resolution_give_up(resolution_t *resolution, resolution_loss_t loss, unsigned budget)
{
	char text[CACHE_EDE_TEXT_MAX];

	resolution_begin(resolution);
	switch (loss) {
	case RESOLUTION_TIMED_OUT:
		snprintf(text, sizeof(text), "no answer within %u s", budget);
		resolution_fail(resolution, EDE_NO_REACHABLE_AUTHORITY, text);
		break;
	case RESOLUTION_LOST:
		resolution_fail(resolution, EDE_OTHER, "resolver processes ended while they worked on this question");
		break;
	}
}

void resolution_free(resolution_t *resolution)
{
	answer_free(&resolution->built);
}
