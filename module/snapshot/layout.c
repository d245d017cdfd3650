/* layout.c: see layout.h. */
#include "module/snapshot/layout.h"

#include "cache/snapshot.h"

#include <assert.h>
#include <string.h>

static const char magic[8] = "mxward\nS";
static const char word_of_head[8] = "snapshot";
static const char word_of_section[8] = "section ";

/* As it lies in the file. */
typedef struct octets {
	char magic[sizeof(magic)];
	uint32_t version;
	uint32_t sections;
	uint64_t size;
	uint64_t entries;
	uint64_t up;
	uint64_t wall;
	uint8_t boot[MOMENT_BOOT_SIZE];
	uint8_t id[LAYOUT_ID_SIZE];
	uint8_t resolving[LAYOUT_HASH_SIZE];
	uint8_t exempted[LAYOUT_HASH_SIZE];
	uint8_t judging[LAYOUT_HASH_SIZE];
	uint8_t zero[16];
} octets_t;

static_assert(sizeof(octets_t) == LAYOUT_HEAD_SIZE, "nothing lies between the fields");
static_assert(sizeof(layout_row_t) == LAYOUT_ROW_SIZE, "nor here");

const char *layout_strerror(layout_err_t err)
{
	switch (err) {
	case LAYOUT_OK: return "is whole";
	case LAYOUT_SHORT: return "is too short to be a snapshot";
	case LAYOUT_OTHER: return "is no snapshot";
	case LAYOUT_OTHER_VERSION: return "is of another version of mxward";
	case LAYOUT_SIZE: return "is not as long as it says: it was cut off, or something was added";
	case LAYOUT_ROWS: return "has sections that are not as long as it says";
	case LAYOUT_FORGED: return "was written with another key, is damaged or forged";
	}
	return "has an unknown error";
}

void layout_write_head(const layout_head_t *head, uint8_t octets[LAYOUT_HEAD_SIZE])
{
	octets_t is = { .version = LAYOUT_VERSION,
			.sections = head->sections,
			.size = head->size,
			.entries = head->entries,
			.up = head->moment.up,
			.wall = head->moment.wall };

	memcpy(is.magic, magic, sizeof(magic));
	memcpy(is.boot, head->moment.boot, sizeof(is.boot));
	memcpy(is.id, head->id, sizeof(is.id));
	memcpy(is.resolving, head->settings.resolving, sizeof(is.resolving));
	memcpy(is.exempted, head->settings.exempted, sizeof(is.exempted));
	memcpy(is.judging, head->settings.judging, sizeof(is.judging));
	memcpy(octets, &is, sizeof(is));
}

layout_err_t layout_read_head(const uint8_t octets[LAYOUT_HEAD_SIZE], uint64_t size, layout_head_t *head)
{
	octets_t is;

	if (size < LAYOUT_HEAD_SIZE + MAC_SIZE)
		return LAYOUT_SHORT;
	memcpy(&is, octets, sizeof(is));
	*head = (layout_head_t){ .size = is.size,
				 .entries = is.entries,
				 .sections = is.sections,
				 .moment = { .up = is.up, .wall = is.wall } };
	memcpy(head->moment.boot, is.boot, sizeof(is.boot));
	memcpy(head->id, is.id, sizeof(is.id));
	memcpy(head->settings.resolving, is.resolving, sizeof(is.resolving));
	memcpy(head->settings.exempted, is.exempted, sizeof(is.exempted));
	memcpy(head->settings.judging, is.judging, sizeof(is.judging));
	if (memcmp(is.magic, magic, sizeof(magic)) != 0)
		return LAYOUT_OTHER;
	if (is.version != LAYOUT_VERSION)
		return LAYOUT_OTHER_VERSION;
	return is.size == size && is.sections <= (size - LAYOUT_HEAD_SIZE - MAC_SIZE) / LAYOUT_ROW_SIZE ? LAYOUT_OK
													: LAYOUT_SIZE;
}

void layout_write_row(const layout_row_t *row, uint8_t octets[LAYOUT_ROW_SIZE])
{
	memcpy(octets, row, sizeof(*row));
}

void layout_read_row(const uint8_t octets[LAYOUT_ROW_SIZE], layout_row_t *row)
{
	memcpy(row, octets, sizeof(*row));
}

/* What is authentic may still be wrong, if whoever wrote it was. */
static layout_err_t check_rows(const layout_head_t *head, const uint8_t *rows)
{
	uint64_t size = LAYOUT_HEAD_SIZE + (uint64_t)head->sections * LAYOUT_ROW_SIZE + MAC_SIZE;

	for (uint32_t i = 0; i < head->sections; i++) {
		layout_row_t row;

		layout_read_row(rows + (size_t)i * LAYOUT_ROW_SIZE, &row);
		if (row.size == 0 || row.size > CACHE_SNAPSHOT_SECTION)
			return LAYOUT_ROWS;
		size += row.size;
	}
	return size == head->size ? LAYOUT_OK : LAYOUT_ROWS;
}

layout_err_t layout_check(mac_t *mac, const layout_head_t *head, const uint8_t head_octets[LAYOUT_HEAD_SIZE],
			  const uint8_t *rows, const uint8_t sum[MAC_SIZE])
{
	const mac_piece_t pieces[] = {
		{ word_of_head, sizeof(word_of_head) },
		{ head_octets, LAYOUT_HEAD_SIZE },
		{ rows, (size_t)head->sections * LAYOUT_ROW_SIZE },
	};

	if (!mac_is(mac, pieces, sizeof(pieces) / sizeof(pieces[0]), sum))
		return LAYOUT_FORGED;
	return check_rows(head, rows);
}

bool layout_seal(mac_t *mac, const uint8_t head_octets[LAYOUT_HEAD_SIZE], const uint8_t *rows, size_t count,
		 uint8_t sum[MAC_SIZE])
{
	const mac_piece_t pieces[] = {
		{ word_of_head, sizeof(word_of_head) },
		{ head_octets, LAYOUT_HEAD_SIZE },
		{ rows, count * LAYOUT_ROW_SIZE },
	};

	return mac_of(mac, pieces, sizeof(pieces) / sizeof(pieces[0]), sum);
}

/* The pieces of a section's HMAC; `number` must stay while they are used. */
#define SECTION_PIECES(id, number, octets, size)                                                                       \
	{                                                                                                              \
		{ word_of_section, sizeof(word_of_section) }, { (id), LAYOUT_ID_SIZE }, { &(number), sizeof(number) }, \
			{ (octets), (size) },                                                                          \
	}

bool layout_seal_section(mac_t *mac, const uint8_t id[LAYOUT_ID_SIZE], uint32_t number, const uint8_t *octets,
			 size_t size, uint8_t sum[MAC_SIZE])
{
	const mac_piece_t pieces[] = SECTION_PIECES(id, number, octets, size);

	return mac_of(mac, pieces, sizeof(pieces) / sizeof(pieces[0]), sum);
}

bool layout_is_section(mac_t *mac, const uint8_t id[LAYOUT_ID_SIZE], uint32_t number, const uint8_t *octets,
		       size_t size, const uint8_t sum[MAC_SIZE])
{
	const mac_piece_t pieces[] = SECTION_PIECES(id, number, octets, size);

	return mac_is(mac, pieces, sizeof(pieces) / sizeof(pieces[0]), sum);
}
