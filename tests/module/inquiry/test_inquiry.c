/* test_inquiry.c: inquiries with a pool that the test plays itself: answers come when the test says so, from one event base that
 * the test drives. The only timers that go off are those of 0 ms. */
#include "module/inquiry/expect.h"
#include "module/inquiry/inquiry.h"
#include "module/inquiry/marks.h"

#include "tests/support.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <time.h>

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28, TYPE_TLSA = 52, MOST = 64, NEVER = 3600000, PACKET_MAX = 512 };

/* ---- the pool ---- */

typedef struct asked {
	char name[NAME_TEXT_MAX];
	uint8_t octets[WIRE_NAME_MAX];
	size_t size;
	uint16_t type;
	resolver_transport_t transport;
	pool_answer_fn *answer;
	void *arg;
	bool open;
	bool cancelled;
} asked_t;

static struct fake {
	asked_t asked[MOST];
	unsigned count;
	unsigned refuse_from; /* the questions from this one on are not taken */
} fake;

uint64_t pool_ask(pool_t *pool, const uint8_t *name, size_t name_size, uint16_t type, resolver_transport_t transport,
		  pool_answer_fn *answer, void *arg)
{
	asked_t *asked = &fake.asked[fake.count];
	name_t copy = { .size = (uint8_t)name_size };

	(void)pool;
	if (fake.count >= fake.refuse_from)
		return 0;
	assert_true(fake.count < MOST);
	memcpy(copy.octets, name, name_size);
	*asked = (asked_t){
		.size = name_size, .type = type, .transport = transport, .answer = answer, .arg = arg, .open = true
	};
	memcpy(asked->octets, name, name_size);
	name_to_text(&copy, asked->name);
	return ++fake.count;
}

void pool_cancel(pool_t *pool, uint64_t number)
{
	asked_t *asked = &fake.asked[number - 1];

	(void)pool;
	assert_true(asked->open);
	asked->open = false;
	asked->cancelled = true;
}

static unsigned count_open(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.count; i++)
		count += fake.asked[i].open;
	return count;
}

/* The open question of this name, type and transport; fails the test when there is none. */
static asked_t *find(const char *name, uint16_t type, resolver_transport_t transport)
{
	for (unsigned i = 0; i < fake.count; i++) {
		asked_t *asked = &fake.asked[i];

		if (asked->open && strcmp(asked->name, name) == 0 && asked->type == type &&
		    asked->transport == transport)
			return asked;
	}
	fail_msg("%s %u in way %d is not asked", name, type, transport);
	return NULL;
}

static bool is_asked(const char *name, uint16_t type, resolver_transport_t transport)
{
	for (unsigned i = 0; i < fake.count; i++)
		if (fake.asked[i].open && strcmp(fake.asked[i].name, name) == 0 && fake.asked[i].type == type &&
		    fake.asked[i].transport == transport)
			return true;
	return false;
}

static void hand_over(asked_t *asked, const pool_outcome_t *outcome)
{
	asked->open = false;
	asked->answer(asked->arg, outcome);
}

/* ---- answers ---- */

typedef struct message {
	uint8_t octets[PACKET_MAX];
	size_t size;
} message_t;

static void put(message_t *message, const void *octets, size_t size)
{
	assert_true(message->size + size <= sizeof(message->octets));
	memcpy(message->octets + message->size, octets, size);
	message->size += size;
}

static void put_u16(message_t *message, unsigned value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(message, octets, sizeof(octets));
}

/* A reply to what was asked, with `count` records of RDATA as they come, TTL 300. */
static message_t reply(const asked_t *asked, unsigned rcode, const char *const *rdata, const size_t *sizes,
		       unsigned count)
{
	message_t message = { .size = 0 };

	put_u16(&message, 0);
	put_u16(&message, 0x8180 | rcode);
	put_u16(&message, 1);
	put_u16(&message, count);
	put_u16(&message, 0);
	put_u16(&message, 0);
	put(&message, asked->octets, asked->size);
	put_u16(&message, asked->type);
	put_u16(&message, 1);
	for (unsigned i = 0; i < count; i++) {
		put(&message, "\300\14", 2);
		put_u16(&message, asked->type);
		put(&message, "\0\1\0\0\1\54", 6);
		put_u16(&message, (unsigned)sizes[i]);
		put(&message, rdata[i], sizes[i]);
	}
	return message;
}

static void answer_message(asked_t *asked, security_t security, const message_t *message)
{
	uint8_t *packet = test_copy(message->octets, message->size);
	const pool_outcome_t outcome = { .result = POOL_ANSWERED,
					 .security = (uint8_t)security,
					 .why = security == SECURITY_BOGUS ? "signature expired" : "",
					 .packet = packet,
					 .size = message->size };

	hand_over(asked, &outcome);
	free(packet);
}

/* One record. */
static void answer(asked_t *asked, security_t security, const char *rdata, size_t size)
{
	const message_t message = reply(asked, 0, &rdata, &size, 1);

	answer_message(asked, security, &message);
}

static void answer_nothing(asked_t *asked, security_t security, unsigned rcode)
{
	const message_t message = reply(asked, rcode, NULL, NULL, 0);

	answer_message(asked, security, &message);
}

static void lose(asked_t *asked)
{
	const pool_outcome_t lost = { .result = POOL_LOST, .why = "" };

	hand_over(asked, &lost);
}

static void cancel(asked_t *asked)
{
	const pool_outcome_t cancelled = { .result = POOL_CANCELLED, .why = "" };

	hand_over(asked, &cancelled);
}

#define ADDRESS        "\31\31\0\1" /* 25.25.0.1 */
#define OTHER_ADDRESS  "\31\31\102\102"
#define MX_ONE         "\0\12\3mx1\7example\3org\0" /* 10 mx1.example.org */
#define MX_TWO         "\0\12\3mx2\7example\3org\0"
#define WHOLE(literal) literal, sizeof(literal) - 1

/* ---- the inquiry ---- */

typedef struct fixture {
	inquiry_home_t home;
	judging_t *judging;
	name_t name;
	bool fresh; /* what start() asks for */
	inquiry_t *inquiry;
	/* what it came to: */
	unsigned done;
	bool cancelled; /* no resolution */
	bool failure;
	uint8_t rcode;
	uint8_t security;
	uint16_t ede;
	char text[CACHE_EDE_TEXT_MAX + 1];
	uint16_t records;
	uint8_t last_octet; /* of the answer: tells one address from the other */
	bool turn;
	bool was_cached;
	bool judged;
	corroboration_t corroboration;
	size_t findings;
	bool has_finding[CHECKS];
	size_t targets;
	target_state_t state; /* of the first */
} fixture_t;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_BOOTTIME, &time);
	return (uint64_t)time.tv_sec;
}

static void take_verdict(fixture_t *fixture, const verdict_t *verdict)
{
	fixture->judged = true;
	fixture->corroboration = verdict->corroboration;
	fixture->findings = verdict->finding_count;
	for (size_t i = 0; i < verdict->finding_count; i++)
		fixture->has_finding[verdict->findings[i].check] = true;
	fixture->targets = verdict->target_count;
	if (verdict->target_count > 0)
		fixture->state = verdict->targets[0].state;
}

static void on_done(void *arg, const resolution_t *resolution, const verdict_t *verdict)
{
	fixture_t *fixture = arg;
	const cache_answer_t *answer = NULL;

	fixture->done++;
	fixture->inquiry = NULL;
	fixture->cancelled = resolution == NULL;
	if (resolution == NULL) {
		assert_null(verdict);
		return;
	}
	answer = &resolution->answer;
	fixture->failure = answer->failure;
	fixture->rcode = answer->rcode;
	fixture->security = answer->security;
	fixture->ede = answer->ede;
	snprintf(fixture->text, sizeof(fixture->text), "%.*s", answer->ede_text_size,
		 answer->ede_text != NULL ? answer->ede_text : "");
	fixture->records = answer->parts[0].records;
	fixture->turn = answer->turn;
	fixture->was_cached = resolution->cached;
	if (answer->parts[0].size > 0)
		fixture->last_octet = answer->octets[answer->parts[0].size - 1];
	if (verdict != NULL)
		take_verdict(fixture, verdict);
}

static judging_t *judging_with(unsigned corroborate_ms, unsigned target_ms)
{
	static const answer_limits_t limits = { .max_ttl = 86400, .negative_max_ttl = 3600 };
	const policy_settings_t settings = { .corroborate = true, .max_targets = 16 };
	judging_t *judging = judging_new(policy_new(&settings), &limits, corroborate_ms, target_ms);

	assert_non_null(judging);
	return judging;
}

static int set_up(void **state)
{
	fixture_t *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fake = (struct fake){ .refuse_from = MOST };
	cache_thread_begin();
	fixture->home.base = event_base_new();
	fixture->home.cache = cache_new(1 << 20);
	fixture->judging = judging_with(NEVER, NEVER);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	fixture_t *fixture = *state;

	assert_null(fixture->inquiry); /* every test ends what it began */
	assert_int_equal(count_open(), 0);
	judging_release(fixture->judging);
	cache_free(fixture->home.cache);
	event_base_free(fixture->home.base);
	cache_thread_end();
	free(fixture);
	return 0;
}

static void limit(fixture_t *fixture, unsigned corroborate_ms, unsigned target_ms)
{
	judging_release(fixture->judging);
	fixture->judging = judging_with(corroborate_ms, target_ms);
}

static void start(fixture_t *fixture, const char *name, uint16_t type)
{
	assert_true(name_from_text(name, &fixture->name));
	fixture->done = 0;
	fixture->judged = false;
	fixture->inquiry =
		inquiry_start(&fixture->home, fixture->judging, &fixture->name, type, fixture->fresh, on_done, fixture);
	assert_non_null(fixture->inquiry);
}

static void set_mark(fixture_t *fixture, const char *name, mark_t mark)
{
	name_t marked;

	assert_true(name_from_text(name, &marked));
	marks_set(fixture->home.cache, &marked, mark, 600, now());
}

static bool has_mark(const fixture_t *fixture, const char *name, mark_t mark)
{
	name_t marked;

	assert_true(name_from_text(name, &marked));
	return marks_has(fixture->home.cache, &marked, mark, now());
}

static cache_result_t cached(const fixture_t *fixture, const char *name, uint16_t type, cache_found_t *found)
{
	uint8_t room[PACKET_MAX];
	name_t key_name;

	assert_true(name_from_text(name, &key_name));

	const cache_key_t key = { .name = key_name.octets, .name_size = key_name.size, .type = type };

	return cache_find(fixture->home.cache, &key, CACHE_FORM_PLAIN, now(), room, sizeof(room), found);
}

#define MX1 "mx1.example.org."

/* ---- memory ---- */

static struct memories {
	bool at_once;
	bool out; /* asked, and neither told nor forgotten */
	unsigned asked;
	unsigned forgotten;
	const char *name; /* of the exchange that is remembered; NULL: nothing is */
	memory_told_fn *told;
	void *arg;
} memories;

static void tell(void)
{
	char name[64] = "";
	history_seen_exchange_t exchange = { .preference = 10, .name = name };
	const history_set_t set = { .from = 1, .last_seen = 2, .count = 1, .exchanges = &exchange };

	memories.out = false;
	if (memories.name != NULL)
		snprintf(name, sizeof(name), "%s", memories.name);
	memories.told(memories.arg, memories.name != NULL ? &set : NULL);
}

static void *remember(void *from, const name_t *name, memory_told_fn *told, void *arg)
{
	char text[NAME_TEXT_MAX];

	assert_ptr_equal(from, &memories);
	assert_string_equal(name_to_text(name, text), "example.org.");
	memories.asked++;
	memories.told = told;
	memories.arg = arg;
	memories.out = !memories.at_once;
	if (memories.at_once)
		tell();
	return memories.at_once ? NULL : &memories;
}

static void forget(void *question)
{
	assert_ptr_equal(question, &memories);
	assert_true(memories.out);
	memories.out = false;
	memories.forgotten++;
}

static const memory_t memory = { .ask = remember, .forget = forget, .from = &memories };

/* Asks for the MX set of a domain that had one; there is none any more. */
static void ask_what_is_gone(fixture_t *fixture, bool at_once, const char *name)
{
	memories = (struct memories){ .at_once = at_once, .name = name };
	fixture->home.memory = &memory;
	start(fixture, "example.org", TYPE_MX);
	assert_int_equal(memories.asked, 1);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, 0);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, 0);
}

static void remembers_at_once(void **state)
{
	fixture_t *fixture = *state;

	ask_what_is_gone(fixture, true, "mx.example.com.");
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->has_finding[CHECK_MX_DRIFT]);
	assert_int_equal(memories.forgotten, 0);
}

static void waits_for_memory(void **state)
{
	fixture_t *fixture = *state;

	ask_what_is_gone(fixture, false, "mx.example.com.");
	assert_int_equal(fixture->done, 0);
	tell();
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->has_finding[CHECK_MX_DRIFT]);
	assert_int_equal(memories.forgotten, 0);
}

static void remembers_while_questions_are_out(void **state)
{
	fixture_t *fixture = *state;

	memories = (struct memories){ .name = "mx.example.org." };
	fixture->home.memory = &memory;
	start(fixture, "example.org", TYPE_MX);
	tell();
	assert_int_equal(fixture->done, 0);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, 0);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, 0);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->has_finding[CHECK_MX_CHANGED]);
}

static void may_remember_nothing(void **state)
{
	static const char *const names[] = { NULL, "a..b." };
	fixture_t *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		ask_what_is_gone(fixture, i == 0, names[i]);
		if (i == 1)
			tell();
		assert_int_equal(fixture->done, 1);
		assert_int_equal(fixture->findings, 1); /* implicit-mx */
	}
}

static void waits_for_memory_no_longer_than_allowed(void **state)
{
	fixture_t *fixture = *state;

	limit(fixture, NEVER, 0);
	ask_what_is_gone(fixture, false, "mx.example.com.");
	assert_int_equal(fixture->done, 0);
	assert_int_equal(event_base_loop(fixture->home.base, EVLOOP_ONCE), 0);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(memories.forgotten, 1);
	assert_false(fixture->has_finding[CHECK_MX_DRIFT]);
}

/* What is bogus is compared with nothing. */
static void does_not_wait_for_memory_in_vain(void **state)
{
	fixture_t *fixture = *state;

	memories = (struct memories){ .at_once = false };
	fixture->home.memory = &memory;
	start(fixture, "example.org", TYPE_MX);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_BOGUS, MX_ONE, sizeof(MX_ONE) - 1);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(memories.forgotten, 1);
}

static void is_cancelled_while_it_waits_for_memory(void **state)
{
	fixture_t *fixture = *state;

	ask_what_is_gone(fixture, false, "mx.example.com.");
	inquiry_cancel(fixture->inquiry);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->cancelled);
	assert_int_equal(memories.forgotten, 1);
}

static void is_cancelled_with_its_questions(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	inquiry_cancel(fixture->inquiry);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->cancelled);
	assert_true(fake.asked[0].cancelled);
}

/* ---- plain types ---- */

static void asks_once_for_other_types(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	assert_int_equal(fake.count, 1);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_INSECURE, ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fake.count, 1);
	assert_false(fixture->failure);
	assert_false(fixture->judged);
	assert_int_equal(fixture->records, 1);
	assert_int_equal(fixture->security, SECURITY_INSECURE);
}

static void says_what_is_bogus(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_BOGUS, ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_SIGNATURE_EXPIRED);
	assert_int_equal(fixture->records, 1); /* for clients that set CD */
}

static void says_what_is_lost(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	lose(find(MX1, TYPE_A, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_OTHER);
}

static void cannot_start_without_the_pool(void **state)
{
	fixture_t *fixture = *state;
	const uint16_t types[] = { TYPE_A, TYPE_MX };

	fake.refuse_from = 0;
	assert_true(name_from_text("example.org", &fixture->name));
	for (size_t i = 0; i < 2; i++)
		assert_null(inquiry_start(&fixture->home, fixture->judging, &fixture->name, types[i], false, on_done,
					  fixture));
	assert_int_equal(fixture->done, 0);
}

static void ends_with_the_budget(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	inquiry_end(fixture->inquiry, 7);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(fixture->text, "no answer within 7 s");
	assert_true(fake.asked[0].cancelled);
}

static void is_told_that_the_pool_ends(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "mx1.example.org", TYPE_A);
	cancel(find(MX1, TYPE_A, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->cancelled);
}

/* ---- addresses of exchanges ---- */

static void ask_address_of_exchange(fixture_t *fixture)
{
	set_mark(fixture, "mx1.example.org", MARK_EXCHANGE);
	start(fixture, "mx1.example.org", TYPE_A);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_INSECURE, OTHER_ADDRESS, 4);
}

static void uses_tcp_for_an_exchange(void **state)
{
	fixture_t *fixture = *state;

	ask_address_of_exchange(fixture);
	assert_int_equal(fixture->done, 0);
	answer(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->records, 1);
	assert_int_equal(fixture->last_octet, ADDRESS[3]);
	assert_false(has_mark(fixture, "mx1.example.org", MARK_NO_TCP));
}

static void waits_for_udp_when_tcp_comes_first(void **state)
{
	static const struct {
		security_t udp;
		bool tcp_fails;
		uint8_t last_octet;
	} rows[] = {
		{ SECURITY_INSECURE, false, (uint8_t)ADDRESS[3] },
		{ SECURITY_SECURE, false, (uint8_t)OTHER_ADDRESS[3] },
		{ SECURITY_INSECURE, true, (uint8_t)OTHER_ADDRESS[3] },
	};
	fixture_t *fixture = *state;

	set_mark(fixture, "mx1.example.org", MARK_EXCHANGE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		name_t name;

		assert_true(name_from_text("example.org", &name));
		expect_learn(fixture->home.cache, &name, false, now());
		start(fixture, "mx1.example.org", TYPE_A);
		if (rows[i].tcp_fails)
			answer_nothing(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, 2);
		else
			answer(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, ADDRESS, 4);
		assert_int_equal(fixture->done, 0);
		assert_false(has_mark(fixture, "mx1.example.org", MARK_NO_TCP));
		answer(find(MX1, TYPE_A, RESOLVER_UDP), rows[i].udp, OTHER_ADDRESS, 4);
		assert_int_equal(fixture->done, 1);
		assert_int_equal(fixture->last_octet, rows[i].last_octet);
		assert_int_equal(has_mark(fixture, "mx1.example.org", MARK_NO_TCP), rows[i].tcp_fails);
	}
}

static void fails_when_udp_does(void **state)
{
	fixture_t *fixture = *state;

	set_mark(fixture, "mx1.example.org", MARK_EXCHANGE);
	start(fixture, "mx1.example.org", TYPE_A);
	answer(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, ADDRESS, 4);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_BOGUS, ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_SIGNATURE_EXPIRED);
}

/* What an answer's exchanges would cost beyond the limit is not asked; what is known by then is judged. */
static void asks_no_more_than_it_may(void **state)
{
	fixture_t *fixture = *state;

	fixture->home.asks_most = 3;
	start(fixture, "example.org", TYPE_MX);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_SECURE, WHOLE(MX_ONE));
	assert_int_equal(fake.count, 3);
	for (unsigned i = 0; i < fake.count && fixture->done == 0; i++)
		if (fake.asked[i].open)
			lose(&fake.asked[i]);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fake.count, 3);
	assert_false(fixture->failure);
	assert_int_equal(fixture->records, 1);
}

static void uses_udp_where_tcp_fails(void **state)
{
	fixture_t *fixture = *state;

	ask_address_of_exchange(fixture);
	answer_nothing(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, 2);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->last_octet, (uint8_t)OTHER_ADDRESS[3]);
	assert_true(has_mark(fixture, "mx1.example.org", MARK_NO_TCP));
	/* From now on nobody waits for its TCP. */
	start(fixture, "mx1.example.org", TYPE_A);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_INSECURE, OTHER_ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fake.count, 3);
}

static void takes_no_bogus_from_tcp(void **state)
{
	fixture_t *fixture = *state;

	ask_address_of_exchange(fixture);
	answer(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_BOGUS, ADDRESS, 4);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
}

static void uses_udp_when_the_pool_takes_no_more(void **state)
{
	fixture_t *fixture = *state;

	fake.refuse_from = 1;
	ask_address_of_exchange(fixture);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->last_octet, (uint8_t)OTHER_ADDRESS[3]);
}

static void needs_no_tcp_where_secure(void **state)
{
	fixture_t *fixture = *state;

	set_mark(fixture, "mx1.example.org", MARK_EXCHANGE);
	start(fixture, "mx1.example.org", TYPE_AAAA);
	answer_nothing(find(MX1, TYPE_AAAA, RESOLVER_UDP), SECURITY_SECURE, 0);
	assert_int_equal(fixture->done, 1);
	assert_true(fake.asked[1].cancelled && fake.asked[1].transport == RESOLVER_TCP);
	start(fixture, "mx1.example.org", TYPE_AAAA); /* this time it is expected */
	answer_nothing(find(MX1, TYPE_AAAA, RESOLVER_UDP), SECURITY_SECURE, 0);
	assert_int_equal(fixture->done, 1);
	start(fixture, "mx1.example.org", TYPE_TLSA); /* and for addresses alone */
	answer_nothing(find(MX1, TYPE_TLSA, RESOLVER_UDP), SECURITY_INSECURE, 0);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fake.count, 4);
}

static void budget_leaves_what_udp_said(void **state)
{
	fixture_t *fixture = *state;

	ask_address_of_exchange(fixture);
	inquiry_end(fixture->inquiry, 1);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->last_octet, (uint8_t)OTHER_ADDRESS[3]);
}

/* ---- MX ---- */

static void start_mx(fixture_t *fixture, security_t security)
{
	start(fixture, "example.org", TYPE_MX);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), security, WHOLE(MX_ONE));
}

/* Both addresses of mx1.example.org, AAAA with none. */
static void answer_addresses(security_t security, resolver_transport_t transport)
{
	answer(find(MX1, TYPE_A, transport), security, ADDRESS, 4);
	answer_nothing(find(MX1, TYPE_AAAA, transport), security, 0);
}

static void judges_secure_mx(void **state)
{
	fixture_t *fixture = *state;
	cache_found_t found;

	start_mx(fixture, SECURITY_SECURE);
	assert_false(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	answer_addresses(SECURITY_SECURE, RESOLVER_UDP);
	assert_int_equal(fixture->done, 0);
	answer_nothing(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP), SECURITY_SECURE, 0);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->judged);
	assert_false(fixture->failure);
	assert_int_equal(fixture->security, SECURITY_SECURE);
	assert_int_equal(fixture->records, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_NONE);
	assert_int_equal(fixture->targets, 1);
	assert_int_equal(fixture->state, TARGET_RESOLVED);
	/* The mail server asks for these next. */
	assert_int_equal(cached(fixture, "mx1.example.org", TYPE_A, &found), CACHE_HIT);
	assert_int_equal(found.security, SECURITY_SECURE);
	assert_int_equal(found.answer_records, 1);
	assert_int_equal(cached(fixture, "_25._tcp.mx1.example.org", TYPE_TLSA, &found),
			 CACHE_MISS);                                                  /* no SOA: TTL 0 */
	assert_int_equal(cached(fixture, "example.org", TYPE_MX, &found), CACHE_MISS); /* pending's */
	assert_true(has_mark(fixture, "mx1.example.org", MARK_EXCHANGE));
}

/* An insecure MX over UDP and the same over TCP; its exchange is not answered yet. */
static void corroborate(fixture_t *fixture, const char *rdata, size_t size)
{
	start_mx(fixture, SECURITY_INSECURE);
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, rdata, size);
}

/* A monitor changes nothing: UDP's answer is the one that clients get, and the one that is kept. */
static void a_monitor_does_not_use_tcp(void **state)
{
	static const answer_limits_t limits = { .max_ttl = 86400, .negative_max_ttl = 3600 };
	const policy_settings_t settings = { .corroborate = true, .monitor = true, .max_targets = 16 };
	fixture_t *fixture = *state;
	name_t name;
	const cache_key_t key = { .name = name.octets, .name_size = sizeof("\3mx1\7example\3org"), .type = TYPE_A };
	uint8_t room[PACKET_MAX];
	cache_found_t found;

	assert_true(name_from_text("mx1.example.org", &name));
	judging_release(fixture->judging);
	fixture->judging = judging_new(policy_new(&settings), &limits, NEVER, NEVER);
	ask_address_of_exchange(fixture);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->last_octet, OTHER_ADDRESS[3]);
	corroborate(fixture, WHOLE(MX_ONE));
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_INSECURE, OTHER_ADDRESS, 4);
	answer(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, ADDRESS, 4); /* judged, as ever */
	lose(find(MX1, TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(cache_find(fixture->home.cache, &key, CACHE_FORM_PLAIN, now(), room, sizeof(room), &found),
			 CACHE_HIT);
	assert_int_equal(room[found.size - 1], OTHER_ADDRESS[3]);
}

static void keeps_addresses_of_tcp_alone(void **state)
{
	fixture_t *fixture = *state;
	cache_found_t found;

	corroborate(fixture, WHOLE(MX_ONE));
	answer_addresses(SECURITY_INSECURE, RESOLVER_UDP);
	assert_int_equal(cached(fixture, "mx1.example.org", TYPE_A, &found), CACHE_MISS);
	answer_addresses(SECURITY_INSECURE, RESOLVER_TCP);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
	assert_false(fixture->failure);
	assert_int_equal(fixture->findings, 0);
	assert_int_equal(cached(fixture, "mx1.example.org", TYPE_A, &found), CACHE_HIT);
	assert_int_equal(found.security, SECURITY_INSECURE);
}

static void caches_bogus_addresses_as_failures(void **state)
{
	fixture_t *fixture = *state;
	cache_found_t found;

	start_mx(fixture, SECURITY_SECURE);
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_BOGUS, ADDRESS, 4);
	answer(find(MX1, TYPE_AAAA, RESOLVER_UDP), SECURITY_BOGUS, WHOLE("\77\376\0\45\0\0\0\0\0\0\0\0\0\0\0\1"));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->state, TARGET_BOGUS);
	assert_true(fixture->has_finding[CHECK_TARGET_BOGUS]);
	assert_int_equal(cached(fixture, "mx1.example.org", TYPE_A, &found), CACHE_HIT);
	assert_true(found.failure);
	assert_int_equal(found.ede, EDE_SIGNATURE_EXPIRED);
}

static void uses_tcp_where_they_differ(void **state)
{
	fixture_t *fixture = *state;

	corroborate(fixture, WHOLE(MX_TWO));
	assert_false(is_asked("example.org.", TYPE_MX, RESOLVER_UDP)); /* which has the first answer in its cache */
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP_FRESH), SECURITY_INSECURE, WHOLE(MX_ONE));
	assert_false(is_asked(MX1, TYPE_A, RESOLVER_UDP)); /* nobody looks up what a forger says */
	lose(find("mx2.example.org.", TYPE_A, RESOLVER_UDP));
	lose(find("mx2.example.org.", TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_DIFFERED);
	assert_true(fixture->has_finding[CHECK_TRANSPORT_MISMATCH]);
	assert_int_equal(fixture->state, TARGET_FAILED);
	assert_true(has_mark(fixture, "mx2.example.org", MARK_EXCHANGE));
	assert_false(has_mark(fixture, "mx1.example.org", MARK_EXCHANGE));
}

/* The forger won once; the servers, asked again, say over UDP what they say over TCP. */
static void finds_no_difference_when_it_does_not_last(void **state)
{
	fixture_t *fixture = *state;

	corroborate(fixture, WHOLE(MX_TWO));
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP_FRESH), SECURITY_INSECURE, WHOLE(MX_TWO));
	lose(find("mx2.example.org.", TYPE_A, RESOLVER_UDP));
	lose(find("mx2.example.org.", TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
	assert_false(fixture->has_finding[CHECK_TRANSPORT_MISMATCH]);
}

/* An answer of TTL 300 that is `age` seconds old. The oldest is put first: each sets the clock. */
static void put_aged(const fixture_t *fixture, const char *text, uint16_t type, bool turn, unsigned age)
{
	const cache_answer_t nothing = { .ede = CACHE_NO_EDE, .turn = turn };
	name_t name;

	assert_true(name_from_text(text, &name));
	assert_true(cache_put(fixture->home.cache,
			      &(cache_key_t){ .name = name.octets, .name_size = name.size, .type = type }, &nothing,
			      300, now() - age));
}

static cache_look_t look(const fixture_t *fixture, const char *text, uint16_t type)
{
	cache_look_t look = { 0 };
	name_t name;

	assert_true(name_from_text(text, &name));
	assert_true(cache_look(fixture->home.cache,
			       &(cache_key_t){ .name = name.octets, .name_size = name.size, .type = type }, now(),
			       &look));
	return look;
}

/* As the pool would, which knows who was asked. */
static void answer_from(asked_t *asked, bool cached, const char *rdata, size_t size)
{
	const message_t message = reply(asked, 0, &rdata, &size, 1);
	const pool_outcome_t outcome = { .result = POOL_ANSWERED,
					 .security = SECURITY_SECURE,
					 .cached = cached,
					 .second = asked->transport == RESOLVER_UDP_SECOND,
					 .why = "",
					 .packet = message.octets,
					 .size = message.size };

	hand_over(asked, &outcome);
}

/* Each question goes to whose turn it is for that one: what is ending is renewed with the set, what is young is not asked for
 * anew, and what libunbound had takes nothing's place. */
static void asks_by_turns(void **state)
{
	fixture_t *fixture = *state;

	put_aged(fixture, "example.org.", TYPE_MX, false, 280);
	put_aged(fixture, MX1, TYPE_AAAA, true, 280);
	put_aged(fixture, MX1, TYPE_A, true, 100);
	start(fixture, "example.org.", TYPE_MX);
	answer_from(find("example.org.", TYPE_MX, RESOLVER_UDP_SECOND), false, WHOLE(MX_ONE));
	answer_from(find(MX1, TYPE_A, RESOLVER_UDP_SECOND), true, WHOLE(ADDRESS));
	answer_from(find(MX1, TYPE_AAAA, RESOLVER_UDP), false, WHOLE("\x2a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"));
	answer_nothing(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP), SECURITY_SECURE, 3);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->turn);
	assert_false(fixture->was_cached);
	assert_true(look(fixture, MX1, TYPE_A).left <= 200 && look(fixture, MX1, TYPE_A).negative); /* as it was */
	assert_true(look(fixture, MX1, TYPE_AAAA).left > 200);
	assert_false(look(fixture, MX1, TYPE_AAAA).turn);
}

/* Whether it was is the set's, not its exchanges'. */
static void tells_what_was_cached(void **state)
{
	fixture_t *fixture = *state;

	put_aged(fixture, "example.org.", TYPE_MX, true, 280);
	start(fixture, "example.org.", TYPE_MX);
	answer_from(find("example.org.", TYPE_MX, RESOLVER_UDP), true, WHOLE(MX_ONE));
	answer_from(find(MX1, TYPE_A, RESOLVER_UDP), false, WHOLE(ADDRESS));
	answer_nothing(find(MX1, TYPE_AAAA, RESOLVER_UDP), SECURITY_SECURE, 0);
	answer_nothing(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP), SECURITY_SECURE, 3);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->turn);
	assert_true(fixture->was_cached);
	start(fixture, MX1, TYPE_A);
	answer_from(find(MX1, TYPE_A, RESOLVER_UDP), true, WHOLE(ADDRESS));
	assert_true(fixture->was_cached);
}

/* Whoever asks afresh wants nothing from a cache: neither the set, nor its corroboration, nor its exchanges. */
static void asks_everything_afresh(void **state)
{
	fixture_t *fixture = *state;

	fixture->fresh = true;
	start(fixture, "example.org", TYPE_MX);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP_FRESH), SECURITY_INSECURE, WHOLE(MX_ONE));
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP_FRESH), SECURITY_INSECURE, WHOLE(MX_ONE));
	answer(find(MX1, TYPE_A, RESOLVER_UDP_FRESH), SECURITY_INSECURE, ADDRESS, 4);
	answer(find(MX1, TYPE_A, RESOLVER_TCP_FRESH), SECURITY_INSECURE, ADDRESS, 4);
	lose(find(MX1, TYPE_AAAA, RESOLVER_UDP_FRESH));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->state, TARGET_RESOLVED);
}

/* An insecure domain has its answer when the slower of the two has come, and its exchange has waited for neither. */
static void asks_udp_and_tcp_at_once(void **state)
{
	static const resolver_transport_t orders[][2] = { { RESOLVER_UDP, RESOLVER_TCP },
							  { RESOLVER_TCP, RESOLVER_UDP } };
	fixture_t *fixture = *state;

	for (size_t i = 0; i < 2; i++) {
		start(fixture, "example.org", TYPE_MX);
		answer(find("example.org.", TYPE_MX, orders[i][0]), SECURITY_INSECURE, WHOLE(MX_ONE));
		answer_addresses(SECURITY_INSECURE, orders[i][0]);
		answer_addresses(SECURITY_INSECURE, orders[i][1]);
		assert_int_equal(fixture->done, 0);
		answer(find("example.org.", TYPE_MX, orders[i][1]), SECURITY_INSECURE, WHOLE(MX_ONE));
		assert_int_equal(fixture->done, 1);
		assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
		assert_int_equal(fixture->state, TARGET_RESOLVED);
		assert_int_equal(fixture->findings, 0);
	}
}

/* What TCP was asked in vain is given up, and what else is of the zone is not asked over TCP at all, but for TLSA at once. */
static void gives_tcp_up_where_secure(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	assert_true(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_SECURE, WHOLE(MX_ONE));
	assert_int_equal(count_open(), 3);
	answer_nothing(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP), SECURITY_SECURE, 3);
	answer_addresses(SECURITY_SECURE, RESOLVER_UDP);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_NONE);

	start(fixture, "www.example.org", TYPE_MX);
	assert_int_equal(count_open(), 1);
	answer(find("www.example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_SECURE, WHOLE(MX_ONE));
	assert_int_equal(count_open(), 3);
	answer_addresses(SECURITY_INSECURE, RESOLVER_UDP); /* not what was expected */
	assert_int_equal(count_open(), 3);
	answer_addresses(SECURITY_INSECURE, RESOLVER_TCP);
	assert_int_equal(fixture->done, 1); /* nobody waits for TLSA any more */
}

/* What was expected to be secure, and is not, is corroborated all the same. */
static void corroborates_what_it_did_not_expect(void **state)
{
	fixture_t *fixture = *state;
	name_t name;

	assert_true(name_from_text("example.org", &name));
	expect_learn(fixture->home.cache, &name, true, now());
	start(fixture, "example.org", TYPE_MX);
	assert_false(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, WHOLE(MX_ONE));
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, WHOLE(MX_TWO));
	assert_false(is_asked(MX1, TYPE_A, RESOLVER_UDP));
	lose(find("mx2.example.org.", TYPE_A, RESOLVER_UDP));
	lose(find("mx2.example.org.", TYPE_AAAA, RESOLVER_UDP));
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP_FRESH), SECURITY_INSECURE, WHOLE(MX_ONE));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_DIFFERED);
	assert_true(fixture->has_finding[CHECK_TRANSPORT_MISMATCH]);
}

static void finds_a_difference_when_tcp_comes_first(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, WHOLE(MX_TWO));
	answer(find("mx2.example.org.", TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, ADDRESS, 4);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, WHOLE(MX_ONE));
	answer(find("mx2.example.org.", TYPE_A, RESOLVER_UDP), SECURITY_INSECURE, OTHER_ADDRESS, 4);
	lose(find("mx2.example.org.", TYPE_AAAA, RESOLVER_UDP));
	assert_false(is_asked(MX1, TYPE_A, RESOLVER_UDP)); /* nobody looks up what a forger says */
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP_FRESH), SECURITY_INSECURE, WHOLE(MX_ONE));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_DIFFERED);
	assert_true(fixture->has_finding[CHECK_TRANSPORT_MISMATCH]);
	assert_int_equal(fixture->targets, 1);
	assert_int_equal(fixture->state, TARGET_RESOLVED);
	assert_true(has_mark(fixture, "mx2.example.org", MARK_EXCHANGE));
	assert_false(has_mark(fixture, "mx1.example.org", MARK_EXCHANGE));
}

/* Servers that say nothing at all do not lack TCP. */
static void does_not_blame_tcp_for_what_udp_lacks(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, 2);
	assert_false(has_mark(fixture, "example.org", MARK_NO_TCP));
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, 2);
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_false(has_mark(fixture, "example.org", MARK_NO_TCP));
	start(fixture, "example.org", TYPE_MX);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, 2);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, WHOLE(MX_ONE));
	assert_true(has_mark(fixture, "example.org", MARK_NO_TCP));
	answer_nothing(find(MX1, TYPE_A, RESOLVER_TCP), SECURITY_INSECURE, 2);
	inquiry_end(fixture->inquiry, 9);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_UNAVAILABLE);
	assert_false(has_mark(fixture, "mx1.example.org", MARK_NO_TCP));
}

static void remembers_who_has_no_tcp(void **state)
{
	fixture_t *fixture = *state;

	start_mx(fixture, SECURITY_INSECURE);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, 2);
	answer_addresses(SECURITY_SECURE, RESOLVER_UDP);
	answer_nothing(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP), SECURITY_SECURE, 3);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_UNAVAILABLE);
	assert_true(fixture->has_finding[CHECK_UNCORROBORATED]);
	assert_int_equal(fixture->records, 1);
	assert_true(has_mark(fixture, "example.org", MARK_NO_TCP));
	/* The next time TCP is not asked, and the verdict is the same. */
	start_mx(fixture, SECURITY_INSECURE);
	assert_false(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	lose(find(MX1, TYPE_A, RESOLVER_UDP));
	lose(find(MX1, TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_UNAVAILABLE);
}

static void rejects_bogus_mx_at_once(void **state)
{
	fixture_t *fixture = *state;

	start_mx(fixture, SECURITY_BOGUS);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fake.count, 2);
	assert_true(fake.asked[1].cancelled); /* TCP */
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_SIGNATURE_EXPIRED);
	assert_int_equal(fixture->records, 1); /* for clients that set CD */
}

static void rejects_by_policy(void **state)
{
	fixture_t *fixture = *state;

	corroborate(fixture, WHOLE(MX_ONE));
	answer(find(MX1, TYPE_A, RESOLVER_UDP), SECURITY_SECURE, "\12\0\0\1", 4); /* 10.0.0.1 */
	answer_nothing(find(MX1, TYPE_AAAA, RESOLVER_UDP), SECURITY_SECURE, 0);
	lose(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_BLOCKED);
	assert_string_equal(fixture->text, "mx: target-internal mx1.example.org");
	assert_int_equal(fixture->records, 0);
}

static void fails_without_an_answer(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	lose(find("example.org.", TYPE_MX, RESOLVER_UDP));
	assert_int_equal(fixture->done, 0);
	lose(find("example.org.", TYPE_MX, RESOLVER_TCP));
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->judged);
	assert_true(fixture->failure);
	assert_int_equal(fixture->ede, EDE_NO_REACHABLE_AUTHORITY);
	assert_false(has_mark(fixture, "example.org", MARK_NO_TCP)); /* UDP is no better */
}

/* A forged reply may have ended the wait for the true one. */
static void uses_tcp_where_udp_fails(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	answer_nothing(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, 2);
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, WHOLE(MX_ONE));
	inquiry_end(fixture->inquiry, 9);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->records, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_NONE);
	assert_false(has_mark(fixture, "example.org", MARK_NO_TCP));
}

/* What the pool does not take is as if it had no answer. */
static void goes_on_when_the_pool_takes_no_more(void **state)
{
	fixture_t *fixture = *state;

	fake.refuse_from = 2;
	corroborate(fixture, WHOLE(MX_ONE));
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
	assert_int_equal(fixture->records, 1);
}

/* ---- time limits ---- */

static void run_timers(const fixture_t *fixture)
{
	assert_int_equal(event_base_loop(fixture->home.base, EVLOOP_ONCE), 0);
}

static void gives_up_corroboration(void **state)
{
	fixture_t *fixture = *state;

	limit(fixture, 0, NEVER);
	start_mx(fixture, SECURITY_INSECURE);
	assert_true(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	run_timers(fixture);
	assert_false(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	assert_true(has_mark(fixture, "example.org", MARK_NO_TCP));
	assert_int_equal(fixture->done, 0); /* the exchange is looked up now */
	lose(find(MX1, TYPE_A, RESOLVER_UDP));
	lose(find(MX1, TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_UNAVAILABLE);
}

/* Time for TCP is over, time for UDP is not: TCP gets as much once more. */
static void gives_tcp_as_long_as_udp(void **state)
{
	fixture_t *fixture = *state;

	limit(fixture, 0, 0);
	start(fixture, "example.org", TYPE_MX);
	run_timers(fixture);
	assert_true(is_asked("example.org.", TYPE_MX, RESOLVER_TCP));
	answer(find("example.org.", TYPE_MX, RESOLVER_TCP), SECURITY_INSECURE, WHOLE(MX_ONE));
	run_timers(fixture);
	assert_true(is_asked(MX1, TYPE_A, RESOLVER_TCP)); /* and so do exchanges */
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_INSECURE, WHOLE(MX_ONE));
	assert_int_equal(fixture->done, 0);
	run_timers(fixture);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
	assert_int_equal(fixture->state, TARGET_FAILED);
	assert_false(has_mark(fixture, "mx1.example.org", MARK_NO_TCP)); /* UDP has not answered either */
}

static void gives_up_exchanges(void **state)
{
	fixture_t *fixture = *state;

	limit(fixture, NEVER, 0);
	start_mx(fixture, SECURITY_SECURE);
	assert_int_equal(count_open(), 3);
	run_timers(fixture);
	assert_int_equal(fixture->done, 1);
	assert_int_equal(count_open(), 0);
	assert_false(fixture->failure);
	assert_int_equal(fixture->records, 1);
	assert_false(has_mark(fixture, "mx1.example.org", MARK_NO_TCP)); /* it was asked over UDP */
}

static void gives_up_exchanges_over_tcp(void **state)
{
	fixture_t *fixture = *state;

	limit(fixture, NEVER, 0);
	start_mx(fixture, SECURITY_SECURE);
	answer_addresses(SECURITY_INSECURE, RESOLVER_UDP);
	assert_int_equal(count_open(), 3);
	run_timers(fixture);
	assert_int_equal(fixture->done, 1);
	assert_true(has_mark(fixture, "mx1.example.org", MARK_NO_TCP));
	assert_int_equal(fixture->state, TARGET_RESOLVED); /* by UDP's */
}

/* ---- the budget, at each stage ---- */

static void budget_without_an_answer(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	inquiry_end(fixture->inquiry, 9);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->judged);
	assert_true(fixture->failure);
	assert_string_equal(fixture->text, "no answer within 9 s");
}

static void budget_during_corroboration(void **state)
{
	fixture_t *fixture = *state;

	start_mx(fixture, SECURITY_INSECURE);
	inquiry_end(fixture->inquiry, 9);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->records, 1);
	assert_int_equal(fixture->corroboration, CORROBORATION_UNAVAILABLE);
}

static void budget_during_exchanges(void **state)
{
	fixture_t *fixture = *state;

	corroborate(fixture, WHOLE(MX_ONE));
	inquiry_end(fixture->inquiry, 9);
	assert_int_equal(fixture->done, 1);
	assert_false(fixture->failure);
	assert_int_equal(fixture->corroboration, CORROBORATION_AGREED);
	assert_int_equal(fixture->state, TARGET_UNKNOWN);
}

static void is_told_once_that_the_pool_ends(void **state)
{
	fixture_t *fixture = *state;

	start_mx(fixture, SECURITY_SECURE);
	cancel(find(MX1, TYPE_A, RESOLVER_UDP));
	cancel(find("_25._tcp.mx1.example.org.", TYPE_TLSA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 0);
	cancel(find(MX1, TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_true(fixture->cancelled);
}

/* An inquiry goes on under the policy that it began with. */
static void outlives_its_policy(void **state)
{
	fixture_t *fixture = *state;

	start(fixture, "example.org", TYPE_MX);
	limit(fixture, NEVER, NEVER);
	answer(find("example.org.", TYPE_MX, RESOLVER_UDP), SECURITY_SECURE, WHOLE(MX_ONE));
	lose(find(MX1, TYPE_A, RESOLVER_UDP));
	lose(find(MX1, TYPE_AAAA, RESOLVER_UDP));
	assert_int_equal(fixture->done, 1);
	assert_int_equal(fixture->records, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(remembers_at_once),
		TEST(waits_for_memory),
		TEST(remembers_while_questions_are_out),
		TEST(may_remember_nothing),
		TEST(waits_for_memory_no_longer_than_allowed),
		TEST(does_not_wait_for_memory_in_vain),
		TEST(is_cancelled_while_it_waits_for_memory),
		TEST(is_cancelled_with_its_questions),
		TEST(asks_once_for_other_types),
		TEST(says_what_is_bogus),
		TEST(says_what_is_lost),
		TEST(cannot_start_without_the_pool),
		TEST(ends_with_the_budget),
		TEST(is_told_that_the_pool_ends),
		TEST(uses_tcp_for_an_exchange),
		TEST(waits_for_udp_when_tcp_comes_first),
		TEST(fails_when_udp_does),
		TEST(asks_no_more_than_it_may),
		TEST(uses_udp_where_tcp_fails),
		TEST(takes_no_bogus_from_tcp),
		TEST(uses_udp_when_the_pool_takes_no_more),
		TEST(needs_no_tcp_where_secure),
		TEST(budget_leaves_what_udp_said),
		TEST(judges_secure_mx),
		TEST(keeps_addresses_of_tcp_alone),
		TEST(a_monitor_does_not_use_tcp),
		TEST(caches_bogus_addresses_as_failures),
		TEST(uses_tcp_where_they_differ),
		TEST(finds_no_difference_when_it_does_not_last),
		TEST(asks_everything_afresh),
		TEST(asks_by_turns),
		TEST(tells_what_was_cached),
		TEST(asks_udp_and_tcp_at_once),
		TEST(gives_tcp_up_where_secure),
		TEST(corroborates_what_it_did_not_expect),
		TEST(finds_a_difference_when_tcp_comes_first),
		TEST(does_not_blame_tcp_for_what_udp_lacks),
		TEST(remembers_who_has_no_tcp),
		TEST(rejects_bogus_mx_at_once),
		TEST(rejects_by_policy),
		TEST(fails_without_an_answer),
		TEST(uses_tcp_where_udp_fails),
		TEST(goes_on_when_the_pool_takes_no_more),
		TEST(gives_up_corroboration),
		TEST(gives_tcp_as_long_as_udp),
		TEST(gives_up_exchanges),
		TEST(gives_up_exchanges_over_tcp),
		TEST(budget_without_an_answer),
		TEST(budget_during_corroboration),
		TEST(budget_during_exchanges),
		TEST(is_told_once_that_the_pool_ends),
		TEST(outlives_its_policy),
	};

	return cmocka_run_group_tests_name("inquiry", tests, NULL, NULL);
}
