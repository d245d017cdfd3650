/* show_trust.c: `mxward trust-anchors` and `mxward nta`. */
#include "module/ask/records.h"
#include "module/clock.h"
#include "module/control/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_MAX_OCTETS = 8192 };

/* ---- keys, out of the files' text ---- */

/* libunbound notes the state of a key behind its record: ;;state=2 [  VALID  ] (RFC 5011, 4.2). */
static const char *state_of(const char *line)
{
	static const char *const words[][2] = { { "[   START  ]", "start" },   { "[  ADDPEND ]", "pending" },
						{ "[   VALID  ]", "valid" },   { "[  VALID  ]", "valid" },
						{ "[  MISSING ]", "missing" }, { "[  REVOKED ]", "revoked" },
						{ "[  REMOVED ]", "removed" } };
	static const char *const states[] = { "start", "pending", "valid", "missing", "revoked", "removed" };
	const char *state = strstr(line, ";;state=");

	if (state != NULL && state[8] >= '0' && state[8] <= '5')
		return states[state[8] - '0'];
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(line, words[i][0]) != NULL)
			return words[i][1];
	return NULL;
}

static int tag_of(const ldns_rr *record)
{
	if (ldns_rr_get_type(record) == LDNS_RR_TYPE_DNSKEY)
		return ldns_calc_keytag(record);
	return ldns_rr_rd_count(record) > 0 ? ldns_rdf2native_int16(ldns_rr_rdf(record, 0)) : 0;
}

static int algorithm_of(const ldns_rr *record)
{
	const size_t at = ldns_rr_get_type(record) == LDNS_RR_TYPE_DNSKEY ? 2 : 1;

	return ldns_rr_rd_count(record) > at ? ldns_rdf2native_int8(ldns_rr_rdf(record, at)) : 0;
}

static void add_key(json_t *keys, const char *line)
{
	ldns_rr *record = NULL;
	char *owner, *type;

	if (ldns_rr_new_frm_str(&record, line, 0, NULL, NULL) != LDNS_STATUS_OK)
		return;
	owner = records_text(ldns_rr_owner(record));
	type = ldns_rr_type2str(ldns_rr_get_type(record));
	if (owner != NULL && type != NULL && (strcmp(type, "DS") == 0 || strcmp(type, "DNSKEY") == 0))
		json_array_append_new(keys, json_pack("{s:s, s:s, s:i, s:i, s:s?}", "owner", owner, "type", type, "tag",
						      tag_of(record), "algorithm", algorithm_of(record), "state",
						      state_of(line)));
	free(owner);
	free(type);
	ldns_rr_free(record);
}

static void enrich_file(json_t *file)
{
	const char *at = json_string_value(json_object_get(file, "text"));
	json_t *keys = json_array();
	char line[LINE_MAX_OCTETS];

	while (at != NULL && *at != '\0') {
		const size_t size = strcspn(at, "\n");

		if (size < sizeof(line) && *at != ';') {
			memcpy(line, at, size);
			line[size] = '\0';
			add_key(keys, line);
		}
		at += size + (at[size] == '\n');
	}
	json_object_set_new(file, "keys", keys);
	json_object_del(file, "text");
}

void show_enrich_trust_anchors(json_t *reply)
{
	json_t *file;
	size_t i;

	json_array_foreach(json_object_get(reply, "anchors"), i, file)
	{
		enrich_file(file);
	}
}

/* ---- for people ---- */

static void show_keys(const show_t *show, const json_t *keys)
{
	const json_t *key;
	size_t i;

	json_array_foreach(keys, i, key)
	{
		char owner[SHOW_TEXT_MAX], type[SHOW_TEXT_MAX], state[SHOW_TEXT_MAX];
		const bool valid = strcmp(show_string(key, "state", state), "valid") == 0;

		fprintf(show->out, "    %s %s, key tag %" PRIu64 ", algorithm %" PRIu64 "%s%s%s%s\n",
			show_string(key, "owner", owner), show_string(key, "type", type), show_integer(key, "tag"),
			show_integer(key, "algorithm"), state[0] != '\0' ? ", " : "",
			show_tone(show, valid ? SHOW_GOOD : SHOW_DOUBTFUL), state,
			state[0] != '\0' ? show_end(show) : "");
	}
}

void show_trust_anchors(const show_t *show, const json_t *order, const json_t *reply)
{
	const json_t *file;
	size_t i;

	(void)order;
	json_array_foreach(json_object_get(reply, "anchors"), i, file)
	{
		char path[SHOW_TEXT_MAX], kind[SHOW_TEXT_MAX], error[SHOW_TEXT_MAX];
		const bool follows = strcmp(show_string(file, "kind", kind), "automatic") == 0;
		const char *what = follows ? "follows changes of the keys by itself (RFC 5011)" : "trusted as it is";

		if (!json_is_true(json_object_get(file, "used")))
			what = "what the one above began as";
		fprintf(show->out, "%s%s%s: %s\n", show_tone(show, SHOW_STRONG), show_string(file, "file", path),
			show_end(show), what);
		if (show_string(file, "error", error)[0] != '\0')
			fprintf(show->out, "    %scannot be read: %s%s\n", show_tone(show, SHOW_BAD), error,
				show_end(show));
		show_keys(show, json_object_get(file, "keys"));
	}
}

static void show_anchor(const show_t *show, const json_t *nta)
{
	char name[SHOW_TEXT_MAX], time[SHOW_NUMBER_MAX], span[SHOW_NUMBER_MAX];
	const uint64_t until = show_integer(nta, "until");
	const uint64_t now = clock_of_wall();

	fprintf(show->out, "  %s%s%s  ", show_tone(show, SHOW_STRONG), show_string(nta, "name", name), show_end(show));
	if (until == 0)
		fputs("for ever: it is in the configuration\n", show->out);
	else
		fprintf(show->out, "until %s, %s more\n", show_time(until, time),
			show_span(until > now ? until - now : 0, span));
}

void show_nta(const show_t *show, const json_t *order, const json_t *reply)
{
	const json_t *ntas = json_object_get(reply, "ntas");
	const json_t *nta;
	size_t i;

	(void)order;
	fputs(json_array_size(ntas) == 0 ? "every domain is validated: there are no negative trust anchors\n"
					 : "not validated (RFC 7646):\n",
	      show->out);
	json_array_foreach(ntas, i, nta)
	{
		show_anchor(show, nta);
	}
}
