/* rdata.c: see rdata.h. */
#include "validator/rdata.h"

#include "validator/name.h"

#include <string.h>

/* A digit: so many octets. c: a name that may be compressed; n: one that may not be when written. s: a character string
 * (RFC 1035, 3.3); *: any number of them; x: the rest, as it is. */
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
	[21] = "2n",        /* RT */
	[24] = "2114442nx", /* SIG (RFC 2535, 4.1) */
	[26] = "2nn",       /* PX (RFC 2163) */
	[28] = "88",        /* AAAA (RFC 3596, 2.2) */
	[30] = "nx",        /* NXT (RFC 2535, 5.2) */
	[33] = "222n",      /* SRV (RFC 2782) */
	[35] = "22sssn",    /* NAPTR (RFC 3403, 4.1) */
	[36] = "2n",        /* KX (RFC 2230) */
	[39] = "n",         /* DNAME (RFC 6672, 2.1) */
	[46] = "2114442nx", /* RRSIG (RFC 4034, 3.1) */
	[47] = "nx",        /* NSEC (RFC 4034, 4.1) */
	[50] = "112ssx",    /* NSEC3 (RFC 5155, 3.2) */
};

static const char *format_of(uint16_t type)
{
	const char *format = type < sizeof(formats) / sizeof(formats[0]) ? formats[type] : NULL;

	return format != NULL ? format : "x";
}

/* What one field is: a name, or octets as they are. */
typedef struct field {
	bool is_name;
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

/* Octets of a field that is no name; more than there are when it is not whole. */
static size_t field_size(char format, const wire_t *rdata)
{
	switch (format) {
	case 's': return wire_left(rdata) > 0 ? (size_t)1 + rdata->msg[rdata->pos] : SIZE_MAX;
	case '*': return strings_size(*rdata);
	case 'x': return wire_left(rdata);
	default: return (size_t)(format - '0');
	}
}

static void read_field(wire_t *rdata, char format, field_t *field)
{
	field->is_name = format == 'c' || format == 'n';
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
	return strpbrk(format_of(type), "cn") != NULL;
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
		if (field.is_name)
			name_lower(&field.name);
		memcpy(out + *size, field.is_name ? field.name.octets : field.octets,
		       field.is_name ? field.name.size : field.size);
		*size += field.is_name ? field.name.size : field.size;
	}
	return wire_finish(&rdata) == WIRE_OK;
}
