/* logkept.c: see logkept.h. A ring of copies. */
#include "module/logshow/logkept.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_LEAST = 64 };

typedef struct copy {
	char *text;
	size_t size;
} copy_t;

struct logkept {
	copy_t *ring;
	size_t room;
	size_t first;
	size_t count;
	uint64_t most;
	uint64_t octets;
	bool cut;
};

logkept_t *logkept_new(uint64_t most)
{
	logkept_t *kept = calloc(1, sizeof(*kept));

	if (kept != NULL)
		kept->most = most > 0 ? most : UINT64_MAX;
	return kept;
}

static void drop_oldest(logkept_t *kept)
{
	copy_t *oldest = &kept->ring[kept->first];

	kept->octets -= oldest->size;
	free(oldest->text);
	kept->first = (kept->first + 1) % kept->room;
	kept->count--;
}

void logkept_free(logkept_t *kept)
{
	if (kept == NULL)
		return;
	while (kept->count > 0)
		drop_oldest(kept);
	free(kept->ring);
	free(kept);
}

static bool grow(logkept_t *kept)
{
	const size_t room = kept->room > 0 ? 2 * kept->room : ROOM_LEAST;
	copy_t *ring = reallocarray(kept->ring, room, sizeof(*ring));

	if (ring == NULL)
		return false;
	/* What was wrapped around comes behind the former end. */
	memcpy(ring + kept->room, ring, kept->first * sizeof(*ring));
	kept->ring = ring;
	kept->room = room;
	return true;
}

bool logkept_add(logkept_t *kept, const char *line, size_t size)
{
	copy_t copy = { .size = size };

	while (kept->count > 0 && (kept->count >= kept->most || kept->octets + size > LOGKEPT_OCTETS_MAX)) {
		kept->cut = kept->cut || kept->count < kept->most;
		drop_oldest(kept);
	}
	if (kept->count == kept->room && !grow(kept))
		return false;
	copy.text = malloc(size + 1);
	if (copy.text == NULL)
		return false;
	memcpy(copy.text, line, size);
	kept->ring[(kept->first + kept->count++) % kept->room] = copy;
	kept->octets += size;
	return true;
}

size_t logkept_count(const logkept_t *kept)
{
	return kept->count;
}

const char *logkept_at(const logkept_t *kept, size_t place, size_t *size)
{
	const copy_t *copy = &kept->ring[(kept->first + place) % kept->room];

	*size = copy->size;
	return copy->text;
}

bool logkept_is_cut(const logkept_t *kept)
{
	return kept->cut;
}
