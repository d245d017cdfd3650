/* snapshot.c: see snapshot.h. */
#include "cache/snapshot.h"

#include "cache/batch.h"
#include "cache/copies.h"

#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEP = 64, /* answers that are written while writers wait: some 10 microseconds */
	LABEL_MAX = 63,
	NAME_MAX_SIZE = 255,
	TTL_SIZE = 4,
};

/* As it lies in the file. */
typedef struct record {
	uint32_t size;
	uint32_t age;
	uint32_t ttl;
	uint16_t type;
	uint16_t ttl_count;
	uint16_t ede;
	uint16_t zero;
	uint8_t rcode;
	uint8_t security;
	uint8_t name_size;
	uint8_t ede_text_size;
	uint16_t part_sizes[CACHE_PARTS];
	uint16_t part_records[CACHE_PARTS];
} record_t;

static_assert(sizeof(record_t) == 40, "nothing lies between the fields");
static_assert(sizeof(record_t) % sizeof(uint16_t) == 0, "TTL offsets follow and are read in place");

const char *cache_snapshot_strerror(cache_snapshot_err_t err)
{
	switch (err) {
	case CACHE_SNAPSHOT_OK: return "is well formed";
	case CACHE_SNAPSHOT_SHORT: return "ends before a record does";
	case CACHE_SNAPSHOT_SIZES: return "has a record whose size is not that of its parts";
	case CACHE_SNAPSHOT_NAME: return "has a record whose name is none";
	case CACHE_SNAPSHOT_TTLS: return "has a record with a TTL outside of its parts";
	case CACHE_SNAPSHOT_TIME: return "has a record that had ended already";
	case CACHE_SNAPSHOT_REST: return "has a record with an unknown field";
	case CACHE_SNAPSHOT_MEMORY: return "cannot be read: memory is out";
	}
	return "has an unknown error";
}

static size_t octets_of(const record_t *record)
{
	size_t size = 0;

	for (size_t i = 0; i < CACHE_PARTS; i++)
		size += record->part_sizes[i];
	return size;
}

static size_t record_size(const record_t *record)
{
	const size_t size = sizeof(*record) + record->ttl_count * sizeof(uint16_t) + record->name_size +
			    record->ede_text_size + octets_of(record);

	return (size + CACHE_SNAPSHOT_ALIGN - 1) / CACHE_SNAPSHOT_ALIGN * CACHE_SNAPSHOT_ALIGN;
}

/* ---- one record ---- */

/* A record with what lies behind it. */
typedef struct reading {
	record_t record;
	uint16_t *ttl_offsets;
	uint8_t *name;
	uint8_t *ede_text;
	uint8_t *octets;
} reading_t;

/* Uncompressed, in lower case, and as long as it says. */
static bool is_name(const uint8_t *name, size_t size)
{
	size_t at = 0;

	if (size == 0 || size > NAME_MAX_SIZE)
		return false;
	while (at < size && name[at] != 0) {
		const size_t end = at + 1 + name[at];

		if (name[at] > LABEL_MAX || end >= size)
			return false;
		for (at++; at < end; at++)
			if (name[at] >= 'A' && name[at] <= 'Z')
				return false;
	}
	return at == size - 1;
}

/* Ascending, and each field inside of one part. */
static bool are_ttls(const reading_t *reading)
{
	const record_t *record = &reading->record;
	size_t begin = 0; /* behind the last field, and of the part */
	size_t end = 0;   /* of the part */
	size_t part = 0;

	for (size_t i = 0; i < record->ttl_count; i++) {
		const size_t offset = reading->ttl_offsets[i];

		for (; offset >= end && part < CACHE_PARTS; part++) {
			begin = end;
			end += record->part_sizes[part];
		}
		if (offset < begin || offset + TTL_SIZE > end)
			return false;
		begin = offset + TTL_SIZE;
	}
	return true;
}

static bool are_sizes(const record_t *record)
{
	for (size_t i = 0; i < CACHE_PARTS; i++)
		if (record->part_sizes[i] == 0 && record->part_records[i] != 0)
			return false;
	return record->size == record_size(record);
}

static bool is_rest(const record_t *record)
{
	return record->zero == 0 && record->security < CACHE_SECURITIES &&
	       record->ede_text_size <= CACHE_EDE_TEXT_MAX &&
	       (record->ede != CACHE_NO_EDE || record->ede_text_size == 0);
}

static cache_snapshot_err_t read_record(uint8_t *octets, size_t size, reading_t *reading)
{
	record_t *record = &reading->record;

	if (size < sizeof(*record))
		return CACHE_SNAPSHOT_SHORT;
	memcpy(record, octets, sizeof(*record));
	if (!are_sizes(record))
		return CACHE_SNAPSHOT_SIZES;
	if (record->size > size)
		return CACHE_SNAPSHOT_SHORT;
	reading->ttl_offsets = (uint16_t *)(void *)(octets + sizeof(*record));
	reading->name = (uint8_t *)(reading->ttl_offsets + record->ttl_count);
	reading->ede_text = reading->name + record->name_size;
	reading->octets = reading->ede_text + record->ede_text_size;
	if (!is_name(reading->name, record->name_size))
		return CACHE_SNAPSHOT_NAME;
	if (!are_ttls(reading))
		return CACHE_SNAPSHOT_TTLS;
	if (record->age >= record->ttl || record->ttl > INT32_MAX) /* RFC 2181, 8 */
		return CACHE_SNAPSHOT_TIME;
	return is_rest(record) ? CACHE_SNAPSHOT_OK : CACHE_SNAPSHOT_REST;
}

/* ---- writing ---- */

typedef struct writing {
	uint64_t now;
	cache_snapshot_wanted_fn *wanted;
	void *arg;
	uint8_t *octets;
	size_t room;
	size_t size;
	uint32_t entries;
} writing_t;

static record_t record_of(const cache_seen_t *seen)
{
	const cache_answer_t *answer = &seen->answer;
	record_t record = {
		.age = seen->age,
		.ttl = seen->age + seen->left,
		.type = seen->key.type,
		.ttl_count = (uint16_t)answer->ttl_count,
		.ede = answer->ede,
		.rcode = answer->rcode,
		.security = answer->security,
		.name_size = seen->key.name_size,
		.ede_text_size = answer->ede_text_size,
	};

	for (size_t i = 0; i < CACHE_PARTS; i++) {
		record.part_sizes[i] = answer->parts[i].size;
		record.part_records[i] = answer->parts[i].records;
	}
	record.size = (uint32_t)record_size(&record);
	return record;
}

static uint8_t *append(uint8_t *to, const void *octets, size_t size)
{
	if (size > 0)
		memcpy(to, octets, size);
	return to + size;
}

/* What there is room for. */
static void write_record(writing_t *writing, const record_t *record, const cache_seen_t *seen)
{
	const cache_answer_t *answer = &seen->answer;
	uint8_t *begin = writing->octets + writing->size;
	uint8_t *to = append(begin, record, sizeof(*record));
	reading_t again;

	to = append(to, answer->ttl_offsets, answer->ttl_count * sizeof(*answer->ttl_offsets));
	to = append(to, seen->key.name, seen->key.name_size);
	to = append(to, answer->ede_text, answer->ede_text_size);
	to = append(to, answer->octets, octets_of(record));
	memset(to, 0, record->size - (size_t)(to - begin));
	/* Else the whole file would be refused for the sake of one answer. */
	if (read_record(begin, record->size, &again) != CACHE_SNAPSHOT_OK)
		return;
	writing->size += record->size;
	writing->entries++;
}

/* False when the section is full: the entry begins the next. */
static bool write_entry(writing_t *writing, const entry_t *entry)
{
	cache_seen_t seen;
	record_t record;

	if (entry->failure || entry->stale || !entry_is_alive(entry, writing->now))
		return true;
	entry_show(entry, writing->now, &seen);
	if (!writing->wanted(writing->arg, &seen))
		return true;
	record = record_of(&seen);
	if (record.size <= writing->room - writing->size)
		write_record(writing, &record, &seen);
	else
		return writing->size == 0; /* too large for any */
	return true;
}

/* False when there is no more, or no more room. */
static bool write_some(writing_t *writing, cache_t *cache)
{
	for (unsigned i = 0; i < STEP && cache->walk.next != NULL; i++) {
		if (!write_entry(writing, cache->walk.next))
			return false;
		table_walk_on(cache);
	}
	return cache->walk.next != NULL;
}

void cache_snapshot_begin(cache_t *cache)
{
	pthread_mutex_lock(&cache->writers);
	cache->walk = (table_walk_t){ .next = cache->oldest, .last = cache->newest };
	copies_begin(cache);
	pthread_mutex_unlock(&cache->writers);
}

/* Not by table_begin_writing(), for which `now` would be long ago when the sections' disk is slow. */
size_t cache_snapshot_write(cache_t *cache, uint64_t now, cache_snapshot_wanted_fn *wanted, void *arg, uint8_t *octets,
			    size_t room, uint32_t *entries)
{
	writing_t writing = { .now = now, .wanted = wanted, .arg = arg, .octets = octets, .room = room };
	bool more = true;

	while (more) {
		pthread_mutex_lock(&cache->writers);
		more = write_some(&writing, cache);
		pthread_mutex_unlock(&cache->writers);
	}
	*entries = writing.entries;
	return writing.size;
}

void cache_snapshot_end(cache_t *cache, bool kept)
{
	pthread_mutex_lock(&cache->writers);
	cache->walk = (table_walk_t){ 0 };
	if (kept)
		copies_commit(cache);
	pthread_mutex_unlock(&cache->writers);
}

/* ---- reading ---- */

/* The answer as it is `age` seconds after its beginning: young again, with less time. After a restart of the machine the cache's
 * clock may not even be as old as the answer. */
static void count_down(const reading_t *reading, uint32_t age)
{
	for (size_t i = 0; i < reading->record.ttl_count; i++) {
		uint8_t *field = reading->octets + reading->ttl_offsets[i];
		uint32_t ttl;

		memcpy(&ttl, field, sizeof(ttl));
		ttl = be32toh(ttl);
		ttl = htobe32(ttl > age ? ttl - age : 0);
		memcpy(field, &ttl, sizeof(ttl));
	}
}

static void show_record(const reading_t *reading, cache_seen_t *seen)
{
	const record_t *record = &reading->record;

	*seen = (cache_seen_t){
		.key = { .name = reading->name, .name_size = record->name_size, .type = record->type },
		.answer = { .rcode = record->rcode,
			    .security = record->security,
			    .ede = record->ede,
			    .ede_text_size = record->ede_text_size,
			    .ede_text = (const char *)reading->ede_text,
			    .octets = reading->octets,
			    .ttl_count = record->ttl_count,
			    .ttl_offsets = reading->ttl_offsets },
	};
	for (size_t i = 0; i < CACHE_PARTS; i++)
		seen->answer.parts[i] =
			(cache_part_t){ .size = record->part_sizes[i], .records = record->part_records[i] };
}

static void take_record(cache_t *cache, cache_snapshot_t *snapshot, const reading_t *reading)
{
	const record_t *record = &reading->record;
	const uint64_t age = record->age + snapshot->elapsed;
	cache_seen_t seen;
	entry_t *entry;

	show_record(reading, &seen);
	if (age >= record->ttl) {
		snapshot->ended++;
	} else if (!snapshot->wanted(snapshot->arg, &seen)) {
		snapshot->unwanted++;
	} else {
		count_down(reading, (uint32_t)age);
		entry = entry_new(&seen.key, &seen.answer, snapshot->now, record->ttl - (uint32_t)age);
		if (batch_add(cache, snapshot->batch, table_hash(cache, &seen.key), entry))
			snapshot->kept++;
		else
			snapshot->dropped++;
	}
}

/* With `writers` held. */
static cache_snapshot_err_t read_records(cache_t *cache, cache_snapshot_t *snapshot, uint8_t *octets, size_t size)
{
	cache_snapshot_err_t err = CACHE_SNAPSHOT_OK;

	for (size_t at = 0; at < size && err == CACHE_SNAPSHOT_OK;) {
		reading_t reading;

		err = read_record(octets + at, size - at, &reading);
		if (err != CACHE_SNAPSHOT_OK)
			break;
		take_record(cache, snapshot, &reading);
		at += reading.record.size;
	}
	return err;
}

cache_snapshot_err_t cache_snapshot_read(cache_t *cache, cache_snapshot_t *snapshot, uint8_t *octets, size_t size)
{
	cache_snapshot_err_t err;

	assert((uintptr_t)octets % CACHE_SNAPSHOT_ALIGN == 0);
	if (snapshot->batch == NULL)
		snapshot->batch = calloc(1, sizeof(*snapshot->batch));
	if (snapshot->batch == NULL)
		return CACHE_SNAPSHOT_MEMORY;
	snapshot->now = table_begin_writing(cache, snapshot->now);
	err = read_records(cache, snapshot, octets, size);
	table_end_writing(cache);
	return err;
}

void cache_snapshot_settle(cache_t *cache, cache_snapshot_t *snapshot, bool good)
{
	if (snapshot->batch == NULL)
		return;
	if (good) {
		snapshot->now = table_begin_writing(cache, snapshot->now);
		batch_settle(cache, snapshot->batch);
		table_end_writing(cache);
	}
	batch_free(snapshot->batch);
	free(snapshot->batch);
	snapshot->batch = NULL;
}
