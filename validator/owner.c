/* owner.c: see owner.h. The suffixes stand sorted in wire form, so that a dot within a label is none between labels; a host's own
 * name is looked for, then what is behind its first label, and so on. */
#include "validator/owner.h"

#include "validator/name.h"
#include "validator/registrable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry {
	const uint8_t *suffix; /* wire format in lower case */
	size_t size;
	const char *provider;
	size_t order; /* of the rules */
} entry_t;

struct owner_table {
	size_t count;
	entry_t *entries;
	uint8_t *room; /* what they point to */
};

static int compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
	if (a_size != b_size)
		return a_size < b_size ? -1 : 1;
	return memcmp(a, b, a_size);
}

static int by_suffix(const void *a, const void *b)
{
	const entry_t *x = a;
	const entry_t *y = b;
	const int order = compare(x->suffix, x->size, y->suffix, y->size);

	return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

/* A name has at most one octet more on the wire than in text, and the root's; a provider has its NUL. */
static size_t room_for(const owner_rule_t *rules, size_t count)
{
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += strlen(rules[i].suffix) + 2 + strlen(rules[i].provider) + 1;
	return room;
}

static bool fill(owner_table_t *table, const owner_rule_t *rules, size_t count)
{
	uint8_t *room = table->room;

	for (size_t i = 0; i < count; i++) {
		const size_t size = strlen(rules[i].provider) + 1;
		name_t name;

		if (!name_from_text(rules[i].suffix, &name))
			return false;
		name_lower(&name);
		memcpy(room, name.octets, name.size);
		memcpy(room + name.size, rules[i].provider, size);
		table->entries[table->count++] = (entry_t){
			.suffix = room,
			.size = name.size,
			.provider = (const char *)room + name.size,
			.order = i,
		};
		room += name.size + size;
	}
	return true;
}

static void drop_earlier(owner_table_t *table)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->count; i++) {
		const entry_t *last = kept > 0 ? &table->entries[kept - 1] : NULL;
		const entry_t *entry = &table->entries[i];

		if (last != NULL && compare(last->suffix, last->size, entry->suffix, entry->size) == 0)
			kept--;
		table->entries[kept++] = *entry;
	}
	table->count = kept;
}

owner_table_t *owner_table_new(const owner_rule_t *rules, size_t count)
{
	owner_table_t *table = calloc(1, sizeof(*table));

	if (table == NULL)
		return NULL;
	table->entries = calloc(count + 1, sizeof(*table->entries));
	table->room = malloc(room_for(rules, count));
	if (table->entries != NULL && table->room != NULL && fill(table, rules, count)) {
		qsort(table->entries, table->count, sizeof(*table->entries), by_suffix);
		drop_earlier(table);
		return table;
	}
	owner_table_free(table);
	return NULL;
}

void owner_table_free(owner_table_t *table)
{
	if (table == NULL)
		return;
	free(table->entries);
	free(table->room);
	free(table);
}

static int by_name(const void *key, const void *entry)
{
	const entry_t *wanted = key;
	const entry_t *at = entry;

	return compare(wanted->suffix, wanted->size, at->suffix, at->size);
}

static const char *provider_of(const owner_table_t *table, const name_t *host)
{
	size_t at = 0;

	while (table != NULL && at < host->size) {
		const entry_t wanted = { .suffix = host->octets + at, .size = (size_t)host->size - at };
		const entry_t *found = bsearch(&wanted, table->entries, table->count, sizeof(*table->entries), by_name);

		if (found != NULL)
			return found->provider;
		at += 1U + host->octets[at];
	}
	return NULL;
}

void owner_find(const owner_table_t *table, const name_t *host, owner_t *owner)
{
	name_t name = *host;

	name_lower(&name);
	*owner = (owner_t){ .provider = provider_of(table, &name), .domain = name };
	if (owner->provider == NULL && !registrable_domain(&name, &owner->domain))
		owner->domain = name;
}

bool owner_equal(const owner_t *a, const owner_t *b)
{
	if (a->provider != NULL && b->provider != NULL)
		return strcmp(a->provider, b->provider) == 0;
	return a->provider == b->provider && name_equal(&a->domain, &b->domain);
}

const char *owner_text(const owner_t *owner, char text[OWNER_TEXT_MAX])
{
	char name[NAME_TEXT_MAX];
	const char *shown = owner->provider;
	size_t size;

	if (shown == NULL)
		shown = name_to_text(&owner->domain, name);
	size = strlen(shown);
	if (shown == name && size > 1)
		size--; /* the final dot */
	snprintf(text, OWNER_TEXT_MAX, "%.*s", (int)size, shown);
	return text;
}

const char *owner_text_of(const owner_table_t *table, const char *host, char text[OWNER_TEXT_MAX])
{
	owner_t owner;
	name_t name;

	if (name_from_text(host, &name)) {
		owner_find(table, &name, &owner);
		return owner_text(&owner, text);
	}
	snprintf(text, OWNER_TEXT_MAX, "%s", host);
	return text;
}
