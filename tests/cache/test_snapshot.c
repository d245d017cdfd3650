/* test_snapshot.c: what was cached comes back, no older and no younger; what is damaged does not, and harms nothing. */
#include "cache/snapshot.h"

#include "tests/cache/sample.h"

enum { LIMIT = 1 << 22, MX = 15, TTL = 1000, NOW = 5000, DAY = 86400, SECTION = CACHE_SNAPSHOT_SECTION };

/* A name of seven digits, which have no case. */
typedef struct test_key {
	cache_key_t key;
	unsigned number;
	uint8_t name[9];
} test_key_t;

/* One cache that is written, one that is read, and the octets between them. */
typedef struct desk {
	cache_t *from;
	cache_t *to;
	uint8_t *octets;
	size_t size;
	uint32_t entries;
	test_key_t key;
	sample_t sample;
	cache_found_t found;
	uint8_t out[SAMPLE_ROOM];
} desk_t;

static int set_up(void **state)
{
	desk_t *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	cache_thread_begin();
	desk->from = cache_new(LIMIT);
	desk->to = cache_new(LIMIT);
	desk->octets = aligned_alloc(CACHE_SNAPSHOT_ALIGN, SECTION);
	assert_non_null(desk->from);
	assert_non_null(desk->to);
	assert_non_null(desk->octets);
	*state = desk;
	return 0;
}

static int tear_down(void **state)
{
	desk_t *desk = *state;

	cache_free(desk->from);
	cache_free(desk->to);
	free(desk->octets);
	cache_thread_end();
	free(desk);
	return 0;
}

static void make_key(desk_t *desk, unsigned number, uint16_t type)
{
	char text[sizeof(desk->key.name)];

	snprintf(text, sizeof(text), "\a%07u", number % 10000000);
	memcpy(desk->key.name, text, sizeof(text));
	desk->key.number = number;
	desk->key.key = (cache_key_t){ .name = desk->key.name, .name_size = sizeof(desk->key.name), .type = type };
}

static void put(desk_t *desk, unsigned number, uint32_t ttl, uint64_t now)
{
	make_key(desk, number, MX);
	sample_plain(&desk->sample, (uint8_t)number, ttl);
	assert_true(cache_put(desk->from, &desk->key.key, &desk->sample.answer, ttl, now));
}

static bool all(void *arg, const cache_seen_t *seen)
{
	(void)arg;
	(void)seen;
	return true;
}

static size_t write_section(desk_t *desk, uint64_t now, size_t room)
{
	desk->size = cache_snapshot_write(desk->from, now, all, NULL, desk->octets, room, &desk->entries);
	return desk->size;
}

/* All there is, in one section. */
static void write_all(desk_t *desk, uint64_t now)
{
	cache_snapshot_begin(desk->from);
	write_section(desk, now, SECTION);
	cache_snapshot_end(desk->from, true);
}

static cache_snapshot_err_t read_unsettled(desk_t *desk, cache_snapshot_t *snapshot, const uint8_t *octets, size_t size)
{
	uint8_t *copy = aligned_alloc(CACHE_SNAPSHOT_ALIGN, (size + 3) / 4 * 4 + 4);
	cache_snapshot_err_t err;

	assert_non_null(copy);
	memcpy(copy, octets, size);
	if (snapshot->wanted == NULL)
		snapshot->wanted = all;
	err = cache_snapshot_read(desk->to, snapshot, copy, size);
	free(copy);
	return err;
}

static cache_snapshot_err_t read_octets(desk_t *desk, cache_snapshot_t *snapshot, const uint8_t *octets, size_t size)
{
	const cache_snapshot_err_t err = read_unsettled(desk, snapshot, octets, size);

	cache_snapshot_settle(desk->to, snapshot, true);
	return err;
}

static cache_result_t find(desk_t *desk, unsigned number, cache_form_t form, uint64_t now)
{
	make_key(desk, number, MX);
	return cache_find(desk->to, &desk->key.key, form, now, desk->out, sizeof(desk->out), &desk->found);
}

/* ---- what comes back ---- */

static void comes_back_in_both_forms_with_the_time_that_is_left(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = 90, .elapsed = 300 }; /* the machine was started anew */

	put(desk, 1, TTL, NOW);
	write_all(desk, NOW + 100);
	assert_int_equal(desk->entries, 1);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, 1);
	for (cache_form_t form = CACHE_FORM_PLAIN; form <= CACHE_FORM_DNSSEC; form++) {
		assert_int_equal(find(desk, 1, form, 90), CACHE_HIT);
		sample_check(&desk->sample, form, 400, desk->out, &desk->found);
		assert_int_equal(desk->found.left, 600);
	}
	assert_int_equal(find(desk, 1, CACHE_FORM_DNSSEC, 90 + 599), CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 999, desk->out, &desk->found);
	assert_int_equal(find(desk, 1, CACHE_FORM_DNSSEC, 90 + 600), CACHE_MISS);
}

static void keeps_what_was_said_of_it(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	static const uint16_t negative[CACHE_PARTS] = { 0, 0, 1, 3 };

	make_key(desk, 7, 1);
	sample_make(&desk->sample, 7, 60, negative);
	desk->sample.answer.rcode = 3;
	desk->sample.answer.security = 2;
	desk->sample.answer.ede = 33;
	desk->sample.answer.ede_text = "why it is so";
	desk->sample.answer.ede_text_size = 12;
	assert_true(cache_put(desk->from, &desk->key.key, &desk->sample.answer, 60, NOW));
	write_all(desk, NOW);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(cache_find(desk->to, &desk->key.key, CACHE_FORM_DNSSEC, NOW, desk->out, sizeof(desk->out),
				    &desk->found),
			 CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 0, desk->out, &desk->found);
	assert_int_equal(desk->found.rcode, 3);
	assert_int_equal(desk->found.security, 2);
	assert_int_equal(desk->found.ede, 33);
	assert_int_equal(desk->found.ede_text_size, 12);
	assert_memory_equal(desk->found.ede_text, "why it is so", 12);
	assert_false(desk->found.failure);
}

/* A mark is an answer without octets. */
static void keeps_an_answer_without_octets(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	const cache_answer_t nothing = { .ede = CACHE_NO_EDE };

	make_key(desk, 3, 0);
	assert_true(cache_put(desk->from, &desk->key.key, &nothing, 60, NOW));
	write_all(desk, NOW);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(cache_find(desk->to, &desk->key.key, CACHE_FORM_PLAIN, NOW, NULL, 0, &desk->found), CACHE_HIT);
}

static void leaves_out_what_ended_failures_and_stale_answers(void **state)
{
	desk_t *desk = *state;
	const cache_stale_t stale = { .most = DAY, .longest = DAY, .failed = true };

	put(desk, 1, 10, NOW);
	put(desk, 2, 10, NOW);
	assert_true(cache_put_stale(desk->from, &desk->key.key, &stale, NOW + 20));
	make_key(desk, 3, MX);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW + 20));
	write_all(desk, NOW + 20);
	assert_int_equal(desk->entries, 0);
	assert_int_equal(desk->size, 0);
}

static void what_ended_since_stays_away(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW, .elapsed = TTL - 10 };

	put(desk, 1, TTL, NOW - 9);
	put(desk, 2, TTL, NOW - 10);
	write_all(desk, NOW);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, 1);
	assert_int_equal(snapshot.ended, 1);
	assert_int_equal(find(desk, 1, CACHE_FORM_PLAIN, NOW), CACHE_HIT);
	assert_int_equal(find(desk, 2, CACHE_FORM_PLAIN, NOW), CACHE_MISS);
}

static bool is_even(void *arg, const cache_seen_t *seen)
{
	(void)arg;
	return seen->answer.octets[0] % 2 == 0; /* the sample's mark */
}

static void only_what_is_wanted_is_written_and_read(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW, .wanted = is_even };

	for (unsigned i = 0; i < 10; i++)
		put(desk, i, TTL, NOW);
	write_all(desk, NOW);
	assert_int_equal(desk->entries, 10);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, 5);
	assert_int_equal(snapshot.unwanted, 5);
	cache_snapshot_begin(desk->from);
	desk->size = cache_snapshot_write(desk->from, NOW, is_even, NULL, desk->octets, SECTION, &desk->entries);
	cache_snapshot_end(desk->from, true);
	assert_int_equal(desk->entries, 5);
}

static void more_than_one_section(void **state)
{
	enum { COUNT = 300, ROOM = 1000 };
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	unsigned sections = 0;
	uint32_t entries = 0;

	for (unsigned i = 0; i < COUNT; i++)
		put(desk, i, TTL, NOW);
	cache_snapshot_begin(desk->from);
	while (write_section(desk, NOW, ROOM) > 0) {
		assert_in_range(desk->size, 1, ROOM);
		assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
		entries += desk->entries;
		sections++;
	}
	cache_snapshot_end(desk->from, true);
	assert_in_range(sections, 2, COUNT);
	assert_int_equal(entries, COUNT);
	assert_int_equal(snapshot.kept, COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		assert_int_equal(find(desk, i, CACHE_FORM_DNSSEC, NOW), CACHE_HIT);
		assert_int_equal(desk->out[0], (uint8_t)i);
	}
}

/* ---- the cache goes on meanwhile ---- */

static unsigned rest_of(desk_t *desk, size_t room)
{
	unsigned entries = 0;

	while (write_section(desk, NOW, room) > 0)
		entries += desk->entries;
	return entries;
}

/* Wherever the walk stands: what leaves is not shown, what enters is not, what is replaced has left. */
static void walks_on_while_answers_come_and_go(void **state)
{
	enum { COUNT = 20 };
	desk_t *desk = *state;

	for (unsigned i = 0; i < COUNT; i++)
		put(desk, i, TTL, NOW);
	cache_snapshot_begin(desk->from);
	assert_int_not_equal(write_section(desk, NOW, 100), 0);
	assert_int_equal(desk->entries, 1); /* 0 */
	make_key(desk, 1, MX);
	assert_true(cache_flush(desk->from, &desk->key.key)); /* the next */
	put(desk, 2, TTL, NOW);                               /* the one behind it is replaced, */
	make_key(desk, COUNT - 1, MX);
	assert_true(cache_flush(desk->from, &desk->key.key)); /* the last one leaves, */
	put(desk, COUNT, TTL, NOW);                           /* and one is new */
	assert_int_equal(rest_of(desk, 100), COUNT - 4);
	cache_snapshot_end(desk->from, true);
}

static void walks_over_a_cache_that_becomes_empty(void **state)
{
	desk_t *desk = *state;

	for (unsigned i = 0; i < 20; i++)
		put(desk, i, TTL, NOW);
	cache_snapshot_begin(desk->from);
	assert_int_not_equal(write_section(desk, NOW, 100), 0);
	cache_flush_all(desk->from);
	put(desk, 1, TTL, NOW);
	assert_int_equal(rest_of(desk, 100), 0);
	cache_snapshot_end(desk->from, false);
}

static void walks_over_an_empty_cache(void **state)
{
	desk_t *desk = *state;

	cache_snapshot_begin(desk->from);
	assert_int_equal(write_section(desk, NOW, SECTION), 0);
	cache_snapshot_end(desk->from, true);
}

/* ---- what must not come back ---- */

static void count_call(void *arg)
{
	(*(unsigned *)arg)++;
}

static void flush_retracts(void **state)
{
	desk_t *desk = *state;
	unsigned calls = 0;

	assert_true(cache_on_retract(desk->from, count_call, &calls));
	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	assert_int_equal(calls, 0);
	assert_true(cache_flush(desk->from, &desk->key.key));
	assert_int_equal(calls, 1);
	assert_false(cache_flush(desk->from, &desk->key.key)); /* nothing was there */
	assert_int_equal(calls, 1);
	cache_flush_all(desk->from);
	assert_int_equal(calls, 2);
	cache_retract(desk->from);
	assert_int_equal(calls, 3);
	assert_true(cache_on_retract(desk->from, NULL, NULL));
	cache_retract(desk->from);
	assert_int_equal(calls, 3);
}

static void a_failure_of_what_had_ended_or_never_was_retracts_nothing(void **state)
{
	desk_t *desk = *state;
	unsigned calls = 0;

	assert_true(cache_on_retract(desk->from, count_call, &calls));
	put(desk, 1, 10, NOW);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW + 10));
	make_key(desk, 2, MX);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW + 10));
	assert_int_equal(calls, 0);
}

/* More than fits, so that the first have made room. */
static void fill(desk_t *desk, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		put(desk, i, TTL, NOW);
}

static unsigned first_evicted(desk_t *desk, unsigned from)
{
	for (;; from++) {
		make_key(desk, from, MX);
		if (cache_find(desk->from, &desk->key.key, CACHE_FORM_PLAIN, NOW, desk->out, sizeof(desk->out),
			       &desk->found) == CACHE_MISS)
			return from;
	}
}

static void a_failure_of_what_was_evicted_retracts(void **state)
{
	enum { FULL = 40000 };
	desk_t *desk = *state;
	unsigned calls = 0;
	cache_stats_t stats;

	assert_true(cache_on_retract(desk->from, count_call, &calls));
	fill(desk, 0, FULL);
	cache_stats(desk->from, &stats);
	assert_true(stats.evictions > 0);
	make_key(desk, first_evicted(desk, 0), MX);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW));
	assert_int_equal(calls, 1);
	/* A copy that begins now does not have it, and counts once it is whole. */
	cache_snapshot_begin(desk->from);
	make_key(desk, first_evicted(desk, desk->key.number + 1), MX);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW));
	assert_int_equal(calls, 2);
	cache_snapshot_end(desk->from, true);
	make_key(desk, first_evicted(desk, desk->key.number + 1), MX);
	assert_true(cache_put_failure(desk->from, &desk->key.key, &desk->sample.answer, NOW));
	assert_int_equal(calls, 2);
}

/* ---- hostile octets ---- */

static void every_truncation_is_refused(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };

	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	for (size_t size = 1; size < desk->size; size++)
		assert_int_not_equal(read_octets(desk, &snapshot, desk->octets, size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, 0);
}

/* Whatever octet is changed: it is refused, or something else is read; ASan looks at how. */
static void every_octet_may_be_any_other(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xff };
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };

	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	for (size_t at = 0; at < desk->size; at++)
		for (size_t i = 0; i < sizeof(masks); i++) {
			desk->octets[at] ^= masks[i];
			(void)!read_octets(desk, &snapshot, desk->octets, desk->size);
			desk->octets[at] ^= masks[i];
		}
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
}

/* ---- one field wrong ---- */

typedef struct row {
	const char *name;
	size_t at;
	uint16_t value;
	cache_snapshot_err_t want;
} row_t;

static const row_t rows[] = {
	{ "a record longer than its parts", 0, 400, CACHE_SNAPSHOT_SIZES },
	{ "a record of no size", 0, 0, CACHE_SNAPSHOT_SIZES },
	{ "an age past the time to live", 4, TTL, CACHE_SNAPSHOT_TIME },
	{ "a time to live past RFC 2181", 10, 0x8000, CACHE_SNAPSHOT_TIME },
	{ "an unknown field", 18, 1, CACHE_SNAPSHOT_REST },
	{ "a security that nobody gave", 20, CACHE_SECURITIES << 8, CACHE_SNAPSHOT_REST },
	{ "a text without a code", 22, 0x0100 | 1, CACHE_SNAPSHOT_SIZES },
	{ "a part that has grown", 24, 15, CACHE_SNAPSHOT_SIZES },
	{ "records without octets", 36, 1, CACHE_SNAPSHOT_SIZES },
	{ "a TTL before the last", 42, 1, CACHE_SNAPSHOT_TTLS },
	{ "a TTL that reaches over its part's end", 42, 11, CACHE_SNAPSHOT_TTLS },
	{ "a TTL past all", 44, 60000, CACHE_SNAPSHOT_TTLS },
	{ "a label that is too long", 46, 0x4040, CACHE_SNAPSHOT_NAME },
};

static void refuses(void **state)
{
	const row_t *row = *state;
	desk_t *desk;
	void *made = NULL;
	cache_snapshot_t snapshot = { .now = NOW };
	cache_snapshot_err_t err;

	set_up(&made);
	desk = made;
	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	memcpy(desk->octets + row->at, &row->value, sizeof(row->value));
	err = read_octets(desk, &snapshot, desk->octets, desk->size);
	assert_string_equal(cache_snapshot_strerror(err), cache_snapshot_strerror(row->want));
	assert_int_equal(snapshot.kept, 0);
	tear_down(&made);
}

static void refuses_upper_case(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	uint8_t *name;

	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	name = desk->octets + 40 + desk->sample.answer.ttl_count * 2;
	name[1] = 'X';
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_NAME);
}

/* Names that nobody should put: they are not written, so that the rest can be read. */
static void does_not_write_what_it_would_not_read(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	const uint8_t name[] = { 1, 'A', 0 };
	const cache_key_t key = { .name = name, .name_size = sizeof(name), .type = MX };

	sample_plain(&desk->sample, 1, TTL);
	assert_true(cache_put(desk->from, &key, &desk->sample.answer, TTL, NOW));
	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	assert_int_equal(desk->entries, 1);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
}

static void stays_within_a_smaller_limit(void **state)
{
	enum { COUNT = 4000, SMALL = 1 << 18 };
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	cache_stats_t stats;

	cache_set_limit(desk->to, SMALL);
	fill(desk, 0, COUNT);
	write_all(desk, NOW);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	cache_stats(desk->to, &stats);
	assert_true(stats.octets <= SMALL);
	assert_in_range(stats.entries, 100, COUNT - 1);
	assert_int_equal(find(desk, COUNT - 1, CACHE_FORM_PLAIN, NOW), CACHE_HIT); /* the newest have room */
}

/* ---- settling ---- */

static size_t entries_of(const cache_t *cache)
{
	cache_stats_t stats;

	cache_stats(cache, &stats);
	return stats.entries;
}

enum { MANY = 24000, LARGE = 16 << 20 }; /* so many that two threads link them */

static size_t write_many(desk_t *desk, unsigned count)
{
	size_t size;

	cache_set_limit(desk->from, LARGE);
	cache_set_limit(desk->to, LARGE);
	desk->octets = realloc(desk->octets, LARGE);
	assert_non_null(desk->octets);
	fill(desk, 0, count);
	cache_snapshot_begin(desk->from);
	size = write_section(desk, NOW, LARGE);
	cache_snapshot_end(desk->from, true);
	assert_int_equal(desk->entries, count);
	return size;
}

/* In the same order, too: it is written once more, octet by octet the same. */
static void many_get_in_together(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };
	const size_t size = write_many(desk, MANY);
	uint8_t *before;

	assert_int_equal(read_unsettled(desk, &snapshot, desk->octets, size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, MANY);
	assert_int_equal(entries_of(desk->to), 0);
	cache_snapshot_settle(desk->to, &snapshot, true);
	assert_int_equal(entries_of(desk->to), MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(find(desk, i, CACHE_FORM_PLAIN, NOW), CACHE_HIT);
	before = malloc(size);
	assert_non_null(before);
	memcpy(before, desk->octets, size);
	cache_snapshot_begin(desk->to);
	assert_int_equal(cache_snapshot_write(desk->to, NOW, all, NULL, desk->octets, LARGE, &desk->entries), size);
	cache_snapshot_end(desk->to, true);
	assert_memory_equal(desk->octets, before, size);
	free(before);
}

static void of_two_with_one_key_the_later_one_is_kept(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };

	put(desk, 1, TTL / 2, NOW);
	write_all(desk, NOW);
	assert_int_equal(read_unsettled(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	assert_int_equal(read_octets(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	assert_int_equal(entries_of(desk->to), 1);
	assert_int_equal(find(desk, 1, CACHE_FORM_PLAIN, NOW), CACHE_HIT);
	assert_int_equal(desk->found.left, TTL);
}

static void of_many_with_one_key_each_the_later_ones_are_kept(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW, .elapsed = 10 };
	const size_t size = write_many(desk, MANY / 2);

	assert_int_equal(read_unsettled(desk, &snapshot, desk->octets, size), CACHE_SNAPSHOT_OK);
	snapshot.elapsed = 0;
	assert_int_equal(read_unsettled(desk, &snapshot, desk->octets, size), CACHE_SNAPSHOT_OK);
	assert_int_equal(snapshot.kept, MANY);
	cache_snapshot_settle(desk->to, &snapshot, true);
	assert_int_equal(entries_of(desk->to), MANY / 2);
	for (unsigned i = 0; i < MANY / 2; i++) {
		assert_int_equal(find(desk, i, CACHE_FORM_PLAIN, NOW), CACHE_HIT);
		assert_int_equal(desk->found.left, TTL);
	}
}

static void what_is_not_good_as_a_whole_is_forgotten(void **state)
{
	desk_t *desk = *state;
	cache_snapshot_t snapshot = { .now = NOW };

	put(desk, 1, TTL, NOW);
	write_all(desk, NOW);
	assert_int_equal(read_unsettled(desk, &snapshot, desk->octets, desk->size), CACHE_SNAPSHOT_OK);
	cache_snapshot_settle(desk->to, &snapshot, false);
	assert_int_equal(entries_of(desk->to), 0);
	assert_int_equal(find(desk, 1, CACHE_FORM_PLAIN, NOW), CACHE_MISS);
	cache_snapshot_settle(desk->to, &snapshot, true); /* nothing is left of it */
	assert_int_equal(entries_of(desk->to), 0);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest field_tests[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_back_in_both_forms_with_the_time_that_is_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_what_was_said_of_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_an_answer_without_octets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(leaves_out_what_ended_failures_and_stale_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_ended_since_stays_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(only_what_is_wanted_is_written_and_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_than_one_section, set_up, tear_down),
		cmocka_unit_test_setup_teardown(walks_on_while_answers_come_and_go, set_up, tear_down),
		cmocka_unit_test_setup_teardown(walks_over_a_cache_that_becomes_empty, set_up, tear_down),
		cmocka_unit_test_setup_teardown(walks_over_an_empty_cache, set_up, tear_down),
		cmocka_unit_test_setup_teardown(flush_retracts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_failure_of_what_had_ended_or_never_was_retracts_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_failure_of_what_was_evicted_retracts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_truncation_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_octet_may_be_any_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_upper_case, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_not_write_what_it_would_not_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(stays_within_a_smaller_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_get_in_together, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_two_with_one_key_the_later_one_is_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_many_with_one_key_each_the_later_ones_are_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_good_as_a_whole_is_forgotten, set_up, tear_down),
	};

	for (size_t i = 0; i < ROWS; i++)
		field_tests[i] = (struct CMUnitTest){ rows[i].name, refuses, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(field_tests, NULL, NULL);
}
