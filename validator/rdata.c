/* rdata.c: see rdata.h. */
#include "validator/rdata.h"

#include "validator/name.h"

#include <string.h>

/* A digit: so many octets. c: a name that may be compressed; n: one that may not be when written; k: one whose case counts
 * as well (RFC 6840, 5.1). s: a character string (RFC 1035, 3.3); *: any number of them; b: a type bitmap (RFC 4034, 4.1.2);
 * x: the rest, as it is. */
static const char *const formats[] = {
	[1] = "4",          /* A (RFC 1035, 3.4.1) */
	[2] = "c",          /* NS */
	[3] = "c",          /* MD */
	[4] = "c",          /* MF */
	[5] = "c",          /* CNAME */
	[6] = "cc44444",    /* SOA */
	[7] = "c",          /* MB */
	[8] = "c",          /* MG */
	[9] = "c",          /* MR */
	[12] = "c",         /* PTR */
	[13] = "ss",        /* HINFO */
	[14] = "cc",        /* MINFO */
	[15] = "2c",        /* MX */
	[16] = "*",         /* TXT */
	[17] = "nn",        /* RP (RFC 1183) */
	[18] = "2n",        /* AFSDB */
	[19] = "s",         /* X25 */
	[20] = "s*",        /* ISDN */
	[21] = "2n",        /* RT */
	[23] = "n",         /* NSAP-PTR (RFC 1348) */
	[24] = "2114442nx", /* SIG (RFC 2535, 4.1) */
	[25] = "211x",      /* KEY (RFC 2535, 3.1) */
	[26] = "2nn",       /* PX (RFC 2163) */
	[27] = "sss",       /* GPOS (RFC 1712) */
	[28] = "88",        /* AAAA (RFC 3596, 2.2) */
	[30] = "nx",        /* NXT (RFC 2535, 5.2) */
	[33] = "222n",      /* SRV (RFC 2782) */
	[35] = "22sssn",    /* NAPTR (RFC 3403, 4.1) */
	[36] = "2n",        /* KX (RFC 2230) */
	[37] = "221x",      /* CERT (RFC 4398, 2) */
	[39] = "n",         /* DNAME (RFC 6672, 2.1) */
	[43] = "211x",      /* DS (RFC 4034, 5.1) */
	[44] = "11x",       /* SSHFP (RFC 4255, 3.1) */
	[46] = "2114442nx", /* RRSIG (RFC 4034, 3.1) */
	[47] = "kb",        /* NSEC (RFC 4034, 4.1) */
	[48] = "211x",      /* DNSKEY (RFC 4034, 2.1) */
	[50] = "112ssb",    /* NSEC3 (RFC 5155, 3.2) */
	[51] = "112s",      /* NSEC3PARAM (RFC 5155, 4.2) */
	[52] = "111x",      /* TLSA (RFC 6698, 2.1) */
	[53] = "111x",      /* SMIMEA (RFC 8162, 2) */
	[59] = "211x",      /* CDS (RFC 7344, 3.1) */
	[60] = "211x",      /* CDNSKEY (RFC 7344, 3.2) */
	[62] = "42b",       /* CSYNC (RFC 7477, 2.1.1) */
	[99] = "*",         /* SPF (RFC 4408, 3.1.1) */
	[256] = "22x",      /* URI (RFC 7553, 4) */
	[257] = "1sx",      /* CAA (RFC 8659, 4.1) */
};

static const char *format_of(uint16_t type)
{
	const char *format = type < sizeof(formats) / sizeof(formats[0]) ? formats[type] : NULL;

	return format != NULL ? format : "x";
}

/* What one field is: a name, or octets as they are. */
typedef struct field {
	bool is_name;
	bool folds; /* its case does not count */
	writer_form_t form;
	name_t name;
	const uint8_t *octets;
	size_t size;
} field_t;

static size_t strings_size(wire_t rdata)
{
	size_t start = rdata.pos;

	while (wire_left(&rdata) > 0)
		(void)wire_octets(&rdata, wire_u8(&rdata));
	return rdata.err == WIRE_OK ? rdata.pos - start : SIZE_MAX;
}

/* Windows of 1 to 32 octets each. */
static size_t bitmap_size(wire_t rdata)
{
	size_t start = rdata.pos;

	while (wire_left(&rdata) > 0) {
		(void)wire_u8(&rdata); /* which window */

		uint8_t size = wire_u8(&rdata);

		if (size < 1 || size > 32 || wire_octets(&rdata, size) == NULL)
			return SIZE_MAX;
	}
	return rdata.pos - start;
}

/* Octets of a field that is no name; more than there are when it is not whole. */
static size_t field_size(char format, const wire_t *rdata)
{
	switch (format) {
	case 's': return wire_left(rdata) > 0 ? (size_t)1 + rdata->msg[rdata->pos] : SIZE_MAX;
	case '*': return strings_size(*rdata);
	case 'b': return bitmap_size(*rdata);
	case 'x': return wire_left(rdata);
	default: return (size_t)(format - '0');
	}
}

static void read_field(wire_t *rdata, char format, field_t *field)
{
	field->is_name = format == 'c' || format == 'n' || format == 'k';
	field->folds = format != 'k';
	field->form = format == 'c' ? WRITER_COMPRESS : WRITER_PLAIN;
	if (field->is_name) {
		wire_name(rdata, &field->name);
		return;
	}
	field->size = field_size(format, rdata);
	field->octets = wire_octets(rdata, field->size);
}

bool rdata_is_valid(uint16_t type, wire_t rdata)
{
	field_t field;

	for (const char *format = format_of(type); *format != '\0'; format++)
		read_field(&rdata, *format, &field);
	return wire_finish(&rdata) == WIRE_OK;
}

bool rdata_has_names(uint16_t type)
{
	return strpbrk(format_of(type), "cnk") != NULL;
}

bool rdata_write(writer_t *w, uint16_t type, wire_t rdata)
{
	field_t field;

	for (const char *format = format_of(type); *format != '\0'; format++) {
		read_field(&rdata, *format, &field);
		if (rdata.err != WIRE_OK)
			return false;
		if (field.is_name)
			writer_name(w, &field.name, field.form);
		else
			writer_octets(w, field.octets, field.size);
	}
	return wire_finish(&rdata) == WIRE_OK;
}

bool rdata_canonical(uint16_t type, wire_t rdata, uint8_t *out, size_t *size)
{
	field_t field;

	*size = 0;
	for (const char *format = format_of(type); *format != '\0'; format++) {
		read_field(&rdata, *format, &field);
		if (rdata.err != WIRE_OK)
			return false;
		if (field.is_name && field.folds)
			name_lower(&field.name);
		memcpy(out + *size, field.is_name ? field.name.octets : field.octets,
		       field.is_name ? field.name.size : field.size);
		*size += field.is_name ? field.name.size : field.size;
	}
	return wire_finish(&rdata) == WIRE_OK;
}
