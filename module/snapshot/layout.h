/* layout.h: what a snapshot's file consists of. Pure: octets to fields and back. Numbers are in the machine's own byte order.
 *
 *	head                  192 octets
 *	section × sections    one behind the other (cache/snapshot.h)
 *	row × sections        40 octets each: size and number of answers of the section (u32 each), its HMAC
 *	HMAC                  of head and rows
 *
 * A section's HMAC is that of a word, the head's id, the section's number, and its octets; the last one is that of another word,
 * the head, and all rows. So every octet of the file counts for it, no section can stand in another's place or come from another
 * file, and a section can be checked as soon as it is read, beside the reading of others. */
#ifndef MODULE_SNAPSHOT_LAYOUT_H
#define MODULE_SNAPSHOT_LAYOUT_H

#include "module/snapshot/mac.h"
#include "module/snapshot/moment.h"

enum {
	LAYOUT_VERSION = 1,
	LAYOUT_HEAD_SIZE = 192,
	LAYOUT_ROW_SIZE = 40,
	LAYOUT_ID_SIZE = 16,
	LAYOUT_HASH_SIZE = 32,
};

/* What answers depend on beside what servers say; made by whoever knows the configuration. */
typedef struct layout_settings {
	uint8_t resolving[LAYOUT_HASH_SIZE]; /* who is asked, and how is validated */
	uint8_t exempted[LAYOUT_HASH_SIZE];  /* what is not validated by command: negative trust anchors (RFC 7646) */
	uint8_t judging[LAYOUT_HASH_SIZE];   /* how MX answers are judged */
} layout_settings_t;

typedef struct layout_head {
	uint64_t size; /* of the file */
	uint64_t entries;
	uint32_t sections;
	uint8_t id[LAYOUT_ID_SIZE]; /* random */
	moment_t moment;            /* when it was begun */
	layout_settings_t settings;
} layout_head_t;

typedef struct layout_row {
	uint32_t size;
	uint32_t entries;
	uint8_t mac[MAC_SIZE];
} layout_row_t;

typedef enum {
	LAYOUT_OK,
	LAYOUT_SHORT,
	LAYOUT_OTHER,
	LAYOUT_OTHER_VERSION,
	LAYOUT_SIZE,
	LAYOUT_ROWS,
	LAYOUT_FORGED,
} layout_err_t;

/* As the end of a sentence: "is ..." */
const char *layout_strerror(layout_err_t err);

void layout_write_head(const layout_head_t *head, uint8_t octets[LAYOUT_HEAD_SIZE]);

/* Of a file of `size` octets. What it says is not to be believed yet, but rows fit into the file. */
MUST_USE layout_err_t layout_read_head(const uint8_t octets[LAYOUT_HEAD_SIZE], uint64_t size, layout_head_t *head);

void layout_write_row(const layout_row_t *row, uint8_t octets[LAYOUT_ROW_SIZE]);
void layout_read_row(const uint8_t octets[LAYOUT_ROW_SIZE], layout_row_t *row);

/* Whether head and rows are what was written with this key, and make up the whole file. `mac` is the HMAC behind the rows. */
MUST_USE layout_err_t layout_check(mac_t *mac, const layout_head_t *head, const uint8_t head_octets[LAYOUT_HEAD_SIZE],
				   const uint8_t *rows, const uint8_t sum[MAC_SIZE]);

/* The HMAC of head and rows, and of a section. False when memory is out. */
MUST_USE bool layout_seal(mac_t *mac, const uint8_t head_octets[LAYOUT_HEAD_SIZE], const uint8_t *rows, size_t count,
			  uint8_t sum[MAC_SIZE]);
MUST_USE bool layout_seal_section(mac_t *mac, const uint8_t id[LAYOUT_ID_SIZE], uint32_t number, const uint8_t *octets,
				  size_t size, uint8_t sum[MAC_SIZE]);
MUST_USE bool layout_is_section(mac_t *mac, const uint8_t id[LAYOUT_ID_SIZE], uint32_t number, const uint8_t *octets,
				size_t size, const uint8_t sum[MAC_SIZE]);

#endif
