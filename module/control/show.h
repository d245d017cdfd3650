/* show.h: a server's answers, for people. Each writes the answer to one order; what is missing or of another kind than it should
 * be is left out, and every string is escaped: the server may be another version, or none of ours. */
#ifndef MODULE_CONTROL_SHOW_H
#define MODULE_CONTROL_SHOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct show {
	FILE *out;
	bool colour;
} show_t;

typedef void show_fn(const show_t *show, const json_t *order, const json_t *reply);

show_fn show_status, show_stats, show_reload, show_log_level, show_stop, show_flush, show_cache, show_nta,
	show_trust_anchors, show_alerts, show_explain;

/* Puts what the server leaves to us into its answer: records in words, out of octets. What does not read is left out. */
typedef void show_enrich_fn(json_t *reply);

show_enrich_fn show_enrich_cache, show_enrich_trust_anchors;

/* ---- for those who show (show.c) ---- */

enum { SHOW_TEXT_MAX = 1100, SHOW_NUMBER_MAX = 64 };

/* A string of an object, escaped into `room` (SHOW_TEXT_MAX octets); "" when there is none. */
const char *show_string(const json_t *object, const char *key, char *room);

/* An integer of an object; 0 when there is none. */
uint64_t show_integer(const json_t *object, const char *key);

/* "2026-11-22 22:05:00" in local time, of seconds since 1970. */
const char *show_time(uint64_t seconds, char *room);

/* "1,234,567", "5.2 MB", "1 h 5 min", "81.0 %", "1.25 ms", into `room` (SHOW_NUMBER_MAX octets). */
const char *show_count(uint64_t count, char *room);
const char *show_octets(uint64_t octets, char *room);
const char *show_span(uint64_t seconds, char *room);
const char *show_share(uint64_t part, uint64_t whole, char *room);
const char *show_latency(double seconds, char *room);

typedef enum { SHOW_PLAIN, SHOW_STRONG, SHOW_GOOD, SHOW_DOUBTFUL, SHOW_BAD } show_tone_t;

/* What begins a tone, and what ends any; "" without colour. */
const char *show_tone(const show_t *show, show_tone_t tone);
const char *show_end(const show_t *show);

#endif
