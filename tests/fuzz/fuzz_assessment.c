/* fuzz_assessment.c: any packets, in any order, as what comes of an assessment's needs. The input is policy, seed of the order,
 * number of outcomes before the end, then chunks: one octet of bits (security, failure, RCODE, whether the rest is a whole
 * packet), one for the records of ANSWER and AUTHORITY, two for the size, and what follows the question. A need's chunk depends
 * on the question alone, so that the order may not matter to the verdict. What is remembered of the domain is in the first chunk
 * that has a bit for it: preferences and names.
 *
 * Secure sets are never altered, positive ones never become empty, only what is bogus, failed or to be rejected is rejected, and
 * what is accepted reads again. */
#include "tests/fuzz/fuzz.h"
#include "validator/assessment.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
	NOW = 1700000000,
	PACKET_MAX = 65535,
	CHUNKS_MAX = 24,
	OUT_MAX = 64,
	HEADER = 12,
	TYPE_MX = 15,
	MX_CHUNKS = 3,
	PAST_MAX = 120
};

/* Bits of the first octet. */
enum {
	POLICY_MONITOR = 1,
	POLICY_TRUSTING = 2,
	POLICY_PIN = 4,
	POLICY_STRICT = 8,
	POLICY_STRIP = 16,
	POLICY_LENIENT = 32
};

/* Bits of a chunk's first octet; the lowest two are security, 3 for a failure. */
enum { CHUNK_NXDOMAIN = 4, CHUNK_WHOLE = 8, CHUNK_PAST = 16, CHUNK_PAST_SIGNED = 32, CHUNK_PAST_ENDED = 64 };

static const answer_limits_t limits = { .min_ttl = 5, .max_ttl = 86400, .negative_max_ttl = 3600 };

typedef struct chunk {
	uint8_t bits;
	uint8_t records; /* four bits for ANSWER, four for AUTHORITY */
	const uint8_t *octets;
	size_t size;
} chunk_t;

typedef struct input {
	uint8_t policy;
	uint8_t seed;
	uint8_t finish;
	size_t count;
	chunk_t chunks[CHUNKS_MAX];
	name_t domain;
} input_t;

static bool read_input(input_t *input, const uint8_t *data, size_t size)
{
	wire_t w = wire_begin(data, size);

	input->policy = wire_u8(&w);
	input->seed = wire_u8(&w);
	input->finish = wire_u8(&w);
	for (input->count = 0; input->count < CHUNKS_MAX && wire_left(&w) > 0; input->count++) {
		chunk_t *chunk = &input->chunks[input->count];

		chunk->bits = wire_u8(&w);
		chunk->records = wire_u8(&w);
		chunk->size = wire_u16(&w);
		if (chunk->size > wire_left(&w))
			chunk->size = wire_left(&w);
		chunk->octets = wire_octets(&w, chunk->size);
	}
	return input->count > 0 && w.err == WIRE_OK && name_from_text("example.org", &input->domain);
}

static policy_t *make_policy(uint8_t bits)
{
	policy_t *policy = policy_new(&(policy_settings_t){
		.monitor = bits & POLICY_MONITOR, .corroborate = !(bits & POLICY_TRUSTING), .max_targets = 4 });

	assert(policy != NULL);
	if (bits & POLICY_PIN) {
		bool added = policy_add_pin(policy, "example.org", "*.example.net");

		assert(added);
	}
	for (unsigned id = 0; id < CHECKS; id++) {
		if (bits & POLICY_STRICT && id % 3 == 0)
			policy_set_action(policy, (check_id_t)id, ACTION_REJECT);
		if (bits & POLICY_STRIP && id % 3 == 1)
			policy_set_action(policy, (check_id_t)id, ACTION_STRIP);
		if (bits & POLICY_LENIENT && id % 3 == 2)
			policy_set_action(policy, (check_id_t)id, ACTION_IGNORE);
	}
	return policy;
}

/* ---- outcomes ---- */

static void put_u16(uint8_t *message, size_t *size, unsigned value)
{
	message[(*size)++] = (uint8_t)(value >> 8);
	message[(*size)++] = (uint8_t)value;
}

static void put(uint8_t *message, size_t *size, const uint8_t *octets, size_t count)
{
	if (count > PACKET_MAX - *size)
		count = PACKET_MAX - *size;
	if (count > 0)
		memcpy(message + *size, octets, count);
	*size += count;
}

static size_t begin_message(uint8_t *message, unsigned rcode, unsigned answers, unsigned authorities,
			    const name_t *name, uint16_t type)
{
	size_t size = 0;

	put_u16(message, &size, 0);
	put_u16(message, &size, 0x8180U | rcode);
	put_u16(message, &size, 1);
	put_u16(message, &size, answers);
	put_u16(message, &size, authorities);
	put_u16(message, &size, 0);
	put(message, &size, name->octets, name->size);
	put_u16(message, &size, type);
	put_u16(message, &size, 1);
	return size;
}

/* The numbers of needs for exchanges depend on which set came first. */
static unsigned number_of(const need_t *need)
{
	unsigned number = need->type + need->tcp;

	for (size_t i = 0; i < need->name.size; i++)
		number = number * 31 + need->name.octets[i];
	return number;
}

static const chunk_t *chunk_of(const input_t *input, const need_t *need)
{
	const size_t first = input->count > MX_CHUNKS ? MX_CHUNKS : 0;

	if (need->id < MX_CHUNKS)
		return &input->chunks[need->id % input->count];
	return &input->chunks[first + number_of(need) % (input->count - first)];
}

/* `message` has room for PACKET_MAX octets. */
static void make_outcome(const input_t *input, const need_t *need, uint8_t *message, outcome_t *outcome)
{
	const chunk_t *chunk = chunk_of(input, need);
	size_t size = 0;

	*outcome = (outcome_t){ .state = OUTCOME_ANSWERED, .why = "", .packet = message };
	if ((chunk->bits & 3) == 3) {
		*outcome = (outcome_t){ .state = OUTCOME_FAILED, .why = "failed \x1b[1m" };
		return;
	}
	outcome->security = (security_t)(chunk->bits & 3);
	if (!(chunk->bits & CHUNK_WHOLE))
		size = begin_message(message, chunk->bits & CHUNK_NXDOMAIN ? 3 : 0, chunk->records & 15,
				     chunk->records >> 4, &need->name, need->type);
	put(message, &size, chunk->octets, chunk->size);
	outcome->size = size;
}

/* An outcome in a block of its own size, so that AddressSanitizer sees an overrun. */
static void supply(assessment_t *assessment, const input_t *input, const need_t *need, uint8_t *message)
{
	outcome_t outcome;

	make_outcome(input, need, message, &outcome);

	uint8_t *packet = malloc(outcome.size + 1);

	assert(packet != NULL);
	if (outcome.size > 0)
		memcpy(packet, message, outcome.size);
	if (outcome.state == OUTCOME_ANSWERED)
		outcome.packet = packet;
	assessment_supply(assessment, need->id, &outcome);
	free(packet);
}

static const chunk_t *past_chunk(const input_t *input)
{
	for (size_t i = 0; i < input->count; i++)
		if (input->chunks[i].bits & CHUNK_PAST)
			return &input->chunks[i];
	return NULL;
}

static void supply_past(assessment_t *assessment, const input_t *input)
{
	static past_exchange_t exchanges[PAST_MAX];
	const chunk_t *chunk = past_chunk(input);
	past_set_t past = { .exchanges = exchanges, .since = NOW - input->seed * UINT64_C(0x123456789abcdef) };

	if (chunk != NULL) {
		wire_t w = wire_begin(chunk->octets, chunk->size);

		past.security = chunk->bits & CHUNK_PAST_SIGNED ? SECURITY_SECURE : SECURITY_INSECURE;
		past.ended = chunk->bits & CHUNK_PAST_ENDED ? NOW : 0;
		while (past.count < PAST_MAX && wire_left(&w) > 0 && w.err == WIRE_OK) {
			past_exchange_t *exchange = &exchanges[past.count];

			exchange->preference = wire_u16(&w);
			wire_name(&w, &exchange->exchange);
			name_lower(&exchange->exchange);
			past.count += w.err == WIRE_OK;
		}
	}
	assessment_supply_past(assessment, chunk != NULL ? &past : NULL);
}

/* ---- what must hold ---- */

static void check_texts(const verdict_t *verdict)
{
	for (const char *c = verdict->text; *c != '\0'; c++)
		assert(*c >= ' ' && *c <= '~');
	assert(verdict->finding_count <= ASSESSMENT_FINDINGS_MAX);
	for (size_t i = 0; i < verdict->finding_count; i++) {
		assert(verdict->findings[i].action > ACTION_IGNORE && verdict->findings[i].action <= verdict->action);
		assert(i == 0 || verdict->findings[i].action <= verdict->findings[i - 1].action);
		for (const char *c = verdict->findings[i].detail; *c != '\0'; c++)
			assert(*c >= ' ' && *c <= '~');
	}
}

static void check_targets(const verdict_t *verdict)
{
	assert(verdict->target_count <= ASSESSMENT_TARGETS_MAX);
	for (size_t i = 0; i < verdict->target_count; i++) {
		const target_t *target = &verdict->targets[i];

		assert(i == 0 || target->preference >= verdict->targets[i - 1].preference);
		assert(target->address_count <= ASSESSMENT_ADDRESSES_MAX);
		assert((target->address_count > 0) == (target->state == TARGET_RESOLVED));
		assert(!target->stripped || verdict->received == SECURITY_INSECURE);
	}
}

/* The answer, read as a packet again, is the same answer; a positive one has MX records. */
static void check_answer(const verdict_t *verdict, const name_t *domain, uint8_t *message)
{
	const answer_part_t *parts = verdict->answer.parts;
	answer_t again;
	size_t size = begin_message(message, verdict->answer.rcode, parts[0].records + parts[1].records,
				    parts[2].records + parts[3].records, domain, TYPE_MX);

	put(message, &size, verdict->answer.octets, verdict->answer.size);

	answer_err_t err = answer_build(&again, domain, TYPE_MX, message, size, &limits, NOW);

	assert(err == ANSWER_OK && again.dropped == 0);
	assert(again.size == verdict->answer.size &&
	       (again.size == 0 || memcmp(again.octets, verdict->answer.octets, again.size) == 0));
	assert(verdict->security == SECURITY_BOGUS || again.negative == verdict->answer.negative);
	answer_free(&again);
}

/* It is what one of the packets says, to the last octet. */
static void check_unaltered(const verdict_t *verdict, const input_t *input, uint8_t *message)
{
	bool same = false;

	for (unsigned id = 0; id < 2 && !same; id++) {
		const need_t need = { .id = id, .name = input->domain, .type = TYPE_MX };
		outcome_t outcome;
		answer_t answer;

		make_outcome(input, &need, message, &outcome);
		if (outcome.state == OUTCOME_FAILED || outcome.size == 0)
			continue;
		if (answer_build(&answer, &input->domain, TYPE_MX, message, outcome.size, &limits, NOW) == ANSWER_OK)
			same = answer.size == verdict->answer.size &&
			       (answer.size == 0 || memcmp(answer.octets, verdict->answer.octets, answer.size) == 0);
		answer_free(&answer);
	}
	assert(same);
	assert(verdict->security == SECURITY_SECURE);
}

/* Of signed sets a move is no alert, and one that is the same is no news. */
static void check_drift(const verdict_t *verdict)
{
	bool moved = false;
	bool changed = false;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		moved |= verdict->findings[i].check == CHECK_MX_DRIFT;
		changed |= verdict->findings[i].check == CHECK_MX_CHANGED;
	}
	assert((verdict->past != NULL) == (verdict->drift != DRIFT_UNKNOWN));
	assert(verdict->past == NULL || (verdict->past->count > 0 && verdict->past->count <= ASSESSMENT_TARGETS_MAX));
	assert(!moved || (verdict->drift == DRIFT_MOVED && verdict->received == SECURITY_INSECURE && !changed));
	assert(!changed || verdict->drift >= DRIFT_CHANGED);
}

static void check_verdict(const verdict_t *verdict, const input_t *input, uint8_t *message)
{
	const bool monitor = input->policy & POLICY_MONITOR;
	const bool bogus = verdict->received == SECURITY_BOGUS;
	const bool rejecting = verdict->action == ACTION_REJECT && !monitor;

	assert(verdict->rejected == (verdict->failed || bogus || rejecting));
	assert(verdict->ede != EDE_NONE || !verdict->rejected);
	assert(!verdict->monitored || monitor);
	check_texts(verdict);
	check_targets(verdict);
	check_drift(verdict);
	if (verdict->rejected && !bogus)
		assert(verdict->answer.octets == NULL);
	if (verdict->answer.octets != NULL)
		check_answer(verdict, &input->domain, message);
	if (verdict->rejected)
		return;
	assert(verdict->answer.octets != NULL);
	if (monitor && verdict->corroboration == CORROBORATION_DIFFERED) {
		assert(verdict->security != SECURITY_BOGUS);
		return; /* what UDP says is passed on, and what TCP says described */
	}
	assert(verdict->negative || verdict->answer.parts[0].records > 0);
	assert(verdict->negative || !verdict->answer.negative);
	if (verdict->received == SECURITY_SECURE)
		check_unaltered(verdict, input, message);
	else
		assert(verdict->security == SECURITY_INSECURE);
}

/* ---- runs ---- */

static assessment_t *run(const policy_t *policy, const input_t *input, unsigned seed, unsigned finish, uint8_t *message)
{
	assessment_t *assessment = assessment_begin(policy, &input->domain, &limits, NOW);
	need_t out[OUT_MAX];
	size_t count = 0;

	assert(assessment != NULL);
	for (unsigned supplied = 0; finish == 0 || supplied < finish; supplied++) {
		while (count < OUT_MAX && assessment_next_need(assessment, &out[count])) {
			if (seed & 1)
				assessment_decline(assessment, out[count].id);
			if (out[count].kind == NEED_PAST || assessment_wants(assessment, out[count].id))
				count++;
		}
		if (count == 0)
			break;
		seed = seed * 1103515245 + 12345;

		const size_t at = (seed >> 16) % count;
		const need_t need = out[at];

		out[at] = out[--count];
		if (need.kind == NEED_PAST)
			supply_past(assessment, input);
		else
			supply(assessment, input, &need, message);
	}
	return assessment;
}

static void check_same(const verdict_t *a, const verdict_t *b)
{
	assert(a->action == b->action && a->rejected == b->rejected && a->failed == b->failed && a->ede == b->ede);
	assert(strcmp(a->text, b->text) == 0);
	assert(a->drift == b->drift);
	assert(a->finding_count == b->finding_count && a->target_count == b->target_count);
	for (size_t i = 0; i < a->finding_count; i++)
		assert(a->findings[i].check == b->findings[i].check &&
		       strcmp(a->findings[i].detail, b->findings[i].detail) == 0);
	assert(a->answer.size == b->answer.size &&
	       (a->answer.size == 0 || memcmp(a->answer.octets, b->answer.octets, a->answer.size) == 0));
}

static void check_orders(const policy_t *policy, const input_t *input, uint8_t *message)
{
	assessment_t *one = run(policy, input, input->seed, 0, message);
	assessment_t *other = run(policy, input, input->seed + 1U, 0, message);

	check_verdict(assessment_finish(one), input, message);
	check_same(assessment_finish(one), assessment_finish(other));
	assessment_free(one);
	assessment_free(other);
}

static void check_haste(const policy_t *policy, const input_t *input, uint8_t *message)
{
	assessment_t *assessment = run(policy, input, input->seed, 1U + input->finish % 32, message);

	for (unsigned kind = NEED_ANSWER; kind <= NEED_PAST && input->finish & 128; kind++)
		assessment_expire(assessment, (need_kind_t)kind);
	check_verdict(assessment_finish(assessment), input, message);
	assessment_free(assessment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static input_t input;
	uint8_t *message = malloc(PACKET_MAX + WIRE_NAME_MAX + HEADER + 4);

	assert(message != NULL);
	if (read_input(&input, data, size)) {
		policy_t *policy = make_policy(input.policy);

		check_orders(policy, &input, message);
		check_haste(policy, &input, message);
		policy_free(policy);
	}
	free(message);
	return 0;
}
