/* writer.h: writes one DNS response: room for the header, the question, and records behind it, with names compressed
 * (RFC 1035, 4.1.4). Internal to the validator room. */
#ifndef VALIDATOR_WRITER_H
#define VALIDATOR_WRITER_H

#include "validator/wire.h"

enum { WRITER_MAX = 65535, WRITER_SLOTS = 512 };

/* About 64 kB: not for the stack. */
typedef struct writer {
	bool full;  /* something did not fit; what follows is not written */
	bool learn; /* names written from now on may be pointed to */
	size_t size;
	name_t question;              /* its name: most owners are the same */
	uint16_t slots[WRITER_SLOTS]; /* offsets of names that may be pointed to, by hash; 0: free */
	uint8_t octets[WRITER_MAX];
} writer_t;

typedef enum { WRITER_PLAIN, WRITER_COMPRESS } writer_form_t;

/* Begins a message with an empty header and the question; the question's name may be pointed to. */
void writer_begin(writer_t *w, const name_t *name, uint16_t type);

void writer_u16(writer_t *w, uint16_t value);
void writer_u32(writer_t *w, uint32_t value);
void writer_octets(writer_t *w, const uint8_t *octets, size_t size);

/* WRITER_PLAIN writes every label, and nothing ever points to them. */
void writer_name(writer_t *w, const name_t *name, writer_form_t form);

/* Overwrites two octets that were written before: an RDLENGTH that is known only now. */
void writer_patch_u16(writer_t *w, size_t at, uint16_t value);

#endif
