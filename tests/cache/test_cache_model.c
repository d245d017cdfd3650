/* test_cache_model.c: long random sequences of everything that can be done to a cache, beside a model so simple that it is
 * plainly right. With room for all, both must agree in every answer; with little room, the cache may have less than the
 * model, but never anything else. */
#include "tests/cache/sample.h"

enum { KEYS = 60, STEPS = 20000, ROOMY = 4 << 20, TIGHT = 30000, SKEW = 10 };

typedef struct model {
	bool there;
	bool failure;
	bool stale;
	uint32_t past; /* stale: seconds between the answer's end and `born` */
	uint64_t born;
	uint32_t ttl;
	unsigned failures; /* in a row; a stale answer counts as one */
	sample_t sample;
} model_t;

typedef struct world {
	cache_t *cache;
	bool roomy;
	uint64_t random;
	uint64_t now;    /* of the thread that acts */
	uint64_t latest; /* of all */
	model_t models[KEYS];
} world_t;

struct row {
	const char *name;
	size_t limit;
	uint64_t seed;
};

static const struct row rows[] = {
	{ "room for all, 1", ROOMY, 1 }, { "room for all, 2", ROOMY, 2 }, { "room for all, 3", ROOMY, 3 },
	{ "little room, 4", TIGHT, 4 },  { "little room, 5", TIGHT, 5 },  { "little room, 6", TIGHT, 6 },
	{ "hardly any, 7", 9000, 7 },    { "hardly any, 8", 9000, 8 },
};

/* splitmix64 (Steele, Lea and Flood, 2014) */
static uint64_t draw(world_t *world, uint64_t below)
{
	uint64_t z = world->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

static bool is_alive(const world_t *world, const model_t *model)
{
	return model->there && world->latest - model->born < model->ttl;
}

static uint32_t backoff(unsigned failures)
{
	uint32_t ttl = 5;

	while (failures-- > 1)
		ttl = ttl >= 160 ? 300 : ttl * 2;
	return ttl;
}

static void draw_sample(world_t *world, sample_t *sample)
{
	uint16_t records[CACHE_PARTS];

	for (size_t i = 0; i < CACHE_PARTS; i++)
		records[i] = (uint16_t)(draw(world, 3) * draw(world, 3));
	sample_make(sample, (uint8_t)draw(world, 256), (uint32_t)draw(world, 1000), records);
	sample->answer.rcode = (uint8_t)draw(world, 16);
	sample->answer.security = (uint8_t)draw(world, 3);
	if (draw(world, 4) == 0) {
		sample->answer.ede = (uint16_t)draw(world, 30);
		sample->answer.ede_text = "because";
		sample->answer.ede_text_size = (uint8_t)draw(world, 8);
	}
}

/* A put learns the time first. When the clock went back by more than the skew, all is forgotten. */
static void learn_time(world_t *world)
{
	if (world->now + SKEW < world->latest) {
		for (size_t i = 0; i < KEYS; i++)
			world->models[i].there = false;
		world->latest = world->now;
	}
	if (world->now > world->latest)
		world->latest = world->now;
}

static void keep(world_t *world, model_t *model, const sample_t *sample, uint32_t ttl, bool failure, bool kept)
{
	unsigned failures = model->there ? model->failures : 0;

	*model = (model_t){ .there = kept, .failure = failure, .born = world->now, .ttl = ttl, .sample = *sample };
	if (failure)
		model->failures = failures + 1;
	model->sample.answer.octets = model->sample.octets;
	model->sample.answer.ttl_offsets = model->sample.offsets;
}

static void step_put(world_t *world, model_t *model, const cache_key_t *key)
{
	uint32_t ttl = (uint32_t)draw(world, 4) * (uint32_t)draw(world, 40);
	sample_t sample;
	bool kept;

	draw_sample(world, &sample);
	kept = cache_put(world->cache, key, &sample.answer, ttl, world->now);
	assert_true(!world->roomy || kept == (ttl > 0));
	learn_time(world);
	keep(world, model, &sample, ttl, false, kept);
}

static void step_fail(world_t *world, model_t *model, const cache_key_t *key)
{
	sample_t sample;
	bool kept;

	draw_sample(world, &sample);
	kept = cache_put_failure(world->cache, key, &sample.answer, world->now);
	learn_time(world);
	if (world->roomy)
		assert_int_equal(kept, model->failure || model->stale || !is_alive(world, model));
	if (kept)
		keep(world, model, &sample,
		     backoff(model->there && (model->failure || model->stale) ? model->failures + 1 : 1), true, true);
}

static uint64_t overdue(const world_t *world, const model_t *model)
{
	const uint64_t age = world->latest - model->born;

	if (model->stale)
		return model->past + age;
	return age > model->ttl ? age - model->ttl : 0;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void step_stale(world_t *world, model_t *model, const cache_key_t *key)
{
	const cache_stale_t stale = { .most = (uint32_t)draw(world, 600),
				      .longest = (uint32_t)(draw(world, 3) * draw(world, 100)),
				      .failed = draw(world, 3) > 0 };
	const bool kept = cache_put_stale(world->cache, key, &stale, world->now);
	uint64_t past;

	learn_time(world);
	past = overdue(world, model);
	if (is_alive(world, model) && !model->failure && !(model->stale && stale.failed)) {
		assert_true(kept || !world->roomy);
		return;
	}
	if (world->roomy)
		assert_int_equal(kept, model->there && !model->failure && past < stale.most && stale.longest > 0);
	if (!kept)
		return;
	assert_true(model->there && !model->failure);
	model->failures = !model->stale ? 1 : model->failures + stale.failed;
	model->ttl =
		(uint32_t)least(stale.failed ? backoff(model->failures) : 5, least(stale.longest, stale.most - past));
	model->past = (uint32_t)past;
	model->stale = true;
	model->born = world->latest;
}

static void step_flush(world_t *world, model_t *model, const cache_key_t *key)
{
	bool was_there = cache_flush(world->cache, key);

	if (world->roomy)
		assert_int_equal(was_there, model->there);
	model->there = false;
}

static void step_flush_all(world_t *world)
{
	cache_flush_all(world->cache);
	for (size_t i = 0; i < KEYS; i++)
		world->models[i].there = false;
	world->latest = 0;
}

static void check_octets(const model_t *model, cache_form_t form, uint32_t age, const uint8_t *out,
			 const cache_found_t *found)
{
	sample_t sample = model->sample;

	if (found->stale)
		sample.ttl = CACHE_STALE_TTL;
	sample_check(&sample, form, found->stale ? 0 : age, out, found);
}

static void step_find_stale(world_t *world, const model_t *model, const cache_key_t *key)
{
	const cache_form_t form = draw(world, 2) == 0 ? CACHE_FORM_PLAIN : CACHE_FORM_DNSSEC;
	const uint32_t most = (uint32_t)draw(world, 600) + 1;
	uint8_t out[SAMPLE_ROOM];
	cache_found_t found;
	const cache_result_t result =
		cache_find_stale(world->cache, key, form, most, world->now, out, sizeof(out), &found);
	bool alive;

	if (world->now > world->latest)
		world->latest = world->now;
	alive = is_alive(world, model);
	if (world->now + SKEW < world->latest || !model->there ||
	    (!alive && (model->failure || overdue(world, model) > most))) {
		assert_int_equal(result, CACHE_MISS);
		return;
	}
	if (!world->roomy && result == CACHE_MISS)
		return;
	assert_int_equal(result, CACHE_HIT);
	assert_int_equal(found.stale, model->stale || !alive);
	assert_int_equal(found.left, alive ? model->ttl - (world->latest - model->born) : 0);
	check_octets(model, form, (uint32_t)(world->latest - model->born), out, &found);
}

static void step_find(world_t *world, model_t *model, const cache_key_t *key)
{
	cache_form_t form = draw(world, 2) == 0 ? CACHE_FORM_PLAIN : CACHE_FORM_DNSSEC;
	uint8_t out[SAMPLE_ROOM];
	cache_found_t found;
	cache_result_t result = cache_find(world->cache, key, form, world->now, out, sizeof(out), &found);
	uint32_t age;

	if (world->now > world->latest)
		world->latest = world->now;
	if (world->now + SKEW < world->latest || !is_alive(world, model)) {
		assert_int_equal(result, CACHE_MISS);
		return;
	}
	if (!world->roomy && result == CACHE_MISS)
		return;
	assert_int_equal(result, CACHE_HIT);
	age = (uint32_t)(world->latest - model->born);
	assert_int_equal(found.stale, model->stale);
	check_octets(model, form, age, out, &found);
	assert_int_equal(found.left, model->ttl - age);
	assert_int_equal(found.failure, model->failure);
}

static void step_time(world_t *world)
{
	switch (draw(world, 20)) {
	case 0: world->now += draw(world, 500); break;
	case 1: world->now -= draw(world, 30); break; /* 11 and more: the clock went back */
	default: world->now += draw(world, 3); break;
	}
}

static void check_stats(const world_t *world, size_t limit)
{
	cache_stats_t stats;
	size_t there = 0;

	for (size_t i = 0; i < KEYS; i++)
		there += world->models[i].there;
	cache_stats(world->cache, &stats);
	assert_true(stats.octets <= limit);
	assert_true(stats.entries <= KEYS);
	if (world->roomy) {
		assert_int_equal(stats.entries, there);
		assert_int_equal(stats.evictions, 0);
	}
}

static void agrees_with_model(void **state)
{
	const struct row *row = *state;
	world_t *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	*world = (world_t){
		.cache = cache_new(row->limit), .roomy = row->limit == ROOMY, .random = row->seed, .now = 1000000
	};
	assert_non_null(world->cache);
	cache_thread_begin();
	for (size_t step = 0; step < STEPS; step++) {
		size_t number = (size_t)draw(world, KEYS);
		model_t *model = &world->models[number];
		uint64_t what = draw(world, 1000);
		sample_key_t space;
		const cache_key_t *key = sample_key(&space, (uint32_t)number / 3, (uint16_t)(number % 3));

		if (what < 300)
			step_put(world, model, key);
		else if (what < 400)
			step_fail(world, model, key);
		else if (what < 450)
			step_stale(world, model, key);
		else if (what < 470)
			step_flush(world, model, key);
		else if (what < 472)
			step_flush_all(world);
		else if (what < 600)
			step_time(world);
		else if (what < 680)
			step_find_stale(world, model, key);
		else
			step_find(world, model, key);
		check_stats(world, row->limit);
	}
	cache_free(world->cache);
	cache_thread_end();
	free(world);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] =
			(struct CMUnitTest){ rows[i].name, agrees_with_model, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
