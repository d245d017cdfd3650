/* escape.h: makes octets from outside safe for a terminal, a log or JSON. */
#ifndef MODULE_ESCAPE_H
#define MODULE_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Writes `size` octets to `text`, everything but printable ASCII as \DDD (RFC 1035, 5.1) and a backslash as \\, as many as fit
 * in `room` octets with the final NUL. Returns text. */
const char *escape_octets(const uint8_t *octets, size_t size, char *text, size_t room);

/* The same for a string that is its own end. */
const char *escape_string(const char *string, char *text, size_t room);

/* The same for sentences: names in them are in presentation format already, so a backslash is left as it is. */
const char *escape_sentence(const uint8_t *octets, size_t size, char *text, size_t room);
const char *escape_text(const char *string, char *text, size_t room);

#endif
