/* conf_text.h: single values as people write them: numbers with units, addresses, networks, names. Within conf only; needs no
 * YAML. Each returns whether `text` is one, and if not, says in `problem` what is wrong and what would be right, as the end of
 * a sentence that begins with the text ("is no duration: ..."). */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include "conf/conf.h"

enum { CONF_PROBLEM_MAX = 200 };

MUST_USE bool conf_text_number(const char *text, uint64_t *number, char problem[CONF_PROBLEM_MAX]);

/* Octets: 512, 512k, 64M, 1G; the units are powers of 1024. */
MUST_USE bool conf_text_size(const char *text, uint64_t *octets, char problem[CONF_PROBLEM_MAX]);

/* Seconds: 90, 10s, 5m, 1h, 1d, 1w. */
MUST_USE bool conf_text_duration(const char *text, uint64_t *seconds, char problem[CONF_PROBLEM_MAX]);

/* Milliseconds: 1500ms, 3s, 1m; 3 without a unit is seconds, as it is everywhere. */
MUST_USE bool conf_text_milliseconds(const char *text, uint64_t *milliseconds, char problem[CONF_PROBLEM_MAX]);

/* An address, `address@port`, with %interface when it is link-local (RFC 4007, 11); port 53 when none is written. */
MUST_USE bool conf_text_address(const char *text, conf_address_t *address, char problem[CONF_PROBLEM_MAX]);

MUST_USE bool conf_text_same_address(const conf_address_t *one, const conf_address_t *other);

/* A network in CIDR notation, or a single address. */
MUST_USE bool conf_text_prefix(const char *text, conf_prefix_t *prefix, char problem[CONF_PROBLEM_MAX]);

/* A domain name of plain labels (letters, digits, - _ and the / of RFC 2317). `name` gets it without the final dot. */
enum { CONF_NAME_MAX = 254 }; /* octets of the longest name with its NUL (RFC 1035, 3.1) */
MUST_USE bool conf_text_name(const char *text, char name[CONF_NAME_MAX], char problem[CONF_PROBLEM_MAX]);

/* Such a name, or "*." and one for all names below it. */
MUST_USE bool conf_text_pattern(const char *text, char pattern[CONF_NAME_MAX], char problem[CONF_PROBLEM_MAX]);

/* A word of letters, digits and hyphens, which errors may show as it is. */
enum { CONF_WORD_MAX = 63 }; /* octets of the longest, without its NUL */
MUST_USE bool conf_text_word(const char *text, char problem[CONF_PROBLEM_MAX]);

/* The shortest way to write a number with its unit, for errors: 86400 is 1d, 65536 is 64k. */
enum { CONF_AMOUNT_MAX = 24 };
const char *conf_text_of_size(uint64_t octets, char text[CONF_AMOUNT_MAX]);
const char *conf_text_of_duration(uint64_t seconds, char text[CONF_AMOUNT_MAX]);
const char *conf_text_of_milliseconds(uint64_t milliseconds, char text[CONF_AMOUNT_MAX]);

#endif
