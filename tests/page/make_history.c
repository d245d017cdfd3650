/* make_history.c: writes an MX history of some years through the store itself, for the page to show: domains that stayed, moved,
 * took no mail for a while, and many that share a host.
 *
 * Usage: make_history FILE NOW    NOW: seconds since 1970 */
#include "cache/history_store.h"
#include "validator/answer.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

enum { DAY = 86400, EXCHANGES = 3, SHARED = 640 };

/* What a domain was seen with, that many days ago and every `every` days from then on until the next row. */
typedef struct scene {
	const char *domain;
	unsigned from;
	unsigned until;
	unsigned every;
	history_kind_t kind;
	security_t security;
	struct {
		uint16_t preference;
		const char *name;
		const char *address;
	} exchanges[EXCHANGES];
} scene_t;

static const scene_t scenes[] = {
	{ "birch-bank.example.org.",
	  790,
	  520,
	  9,
	  HISTORY_MX,
	  SECURITY_INSECURE,
	  { { 10, "mail.birch-bank.example.org.", "192.0.2.10" },
	    { 20, "backup.mailhost.example.", "198.51.100.7" } } },
	{ "birch-bank.example.org.",
	  519,
	  290,
	  9,
	  HISTORY_MX,
	  SECURITY_INSECURE,
	  { { 10, "aspmx.l.google.com.", "203.0.113.26" },
	    { 20, "alt1.aspmx.l.google.com.", "203.0.113.27" },
	    { 20, "backup.mailhost.example.", "198.51.100.7" } } },
	{ "birch-bank.example.org.", 284, 276, 4, HISTORY_NULL_MX, SECURITY_INSECURE, { { 0, NULL, NULL } } },
	{ "birch-bank.example.org.",
	  275,
	  130,
	  9,
	  HISTORY_MX,
	  SECURITY_INSECURE,
	  { { 10, "mx1.birch-bank.example.org.", "192.0.2.25" }, { 20, "backup.mailhost.example.", "198.51.100.7" } } },
	{ "birch-bank.example.org.",
	  129,
	  40,
	  9,
	  HISTORY_MX,
	  SECURITY_SECURE,
	  { { 10, "mx1.birch-bank.example.org.", "2001:db8::25" },
	    { 10, "mx2.birch-bank.example.org.", "2001:db8::26" } } },
	{ "birch-bank.example.org.",
	  39,
	  0,
	  3,
	  HISTORY_MX,
	  SECURITY_SECURE,
	  { { 10, "mx1.birch-bank.example.org.", "2001:db8::25" },
	    { 20, "mx2.birch-bank.example.org.", "2001:db8::26" } } },
};

static history_address_t address_of(const char *text)
{
	history_address_t address = { .size = 4 };

	if (inet_pton(AF_INET, text, address.octets) == 1)
		return address;
	address.size = 16;
	if (inet_pton(AF_INET6, text, address.octets) != 1)
		abort();
	return address;
}

static history_err_t visit(history_store_t *store, const scene_t *scene, uint64_t now)
{
	history_address_t addresses[EXCHANGES];
	history_exchange_t exchanges[EXCHANGES];
	size_t count = 0;

	for (; count < EXCHANGES && scene->exchanges[count].name != NULL; count++) {
		addresses[count] = address_of(scene->exchanges[count].address);
		exchanges[count] = (history_exchange_t){ .preference = scene->exchanges[count].preference,
							 .name = scene->exchanges[count].name,
							 .address_count = 1,
							 .addresses = &addresses[count] };
	}
	return history_store_record(store,
				    &(history_visit_t){ .domain = scene->domain,
							.kind = scene->kind,
							.security = (uint8_t)scene->security,
							.count = count,
							.exchanges = exchanges },
				    now);
}

static history_err_t play(history_store_t *store, const scene_t *scene, uint64_t now)
{
	history_err_t err = HISTORY_OK;

	for (unsigned ago = scene->from; err == HISTORY_OK && ago >= scene->until && ago <= scene->from;
	     ago -= scene->every)
		err = visit(store, scene, now - (uint64_t)ago * DAY);
	return err;
}

/* Domains of one host. */
static history_err_t share(history_store_t *store, uint64_t now)
{
	history_err_t err = HISTORY_OK;

	for (unsigned i = 0; err == HISTORY_OK && i < SHARED; i++) {
		char domain[64];
		scene_t scene = { .domain = domain,
				  .from = 3 + i % 700,
				  .until = 1,
				  .every = 2 + i % 700,
				  .exchanges = { { 10, "backup.mailhost.example.", "198.51.100.7" } } };

		snprintf(domain, sizeof(domain), "customer-%03u.example.net.", i);
		err = play(store, &scene, now);
	}
	return err;
}

static history_err_t write_all(history_store_t *store, uint64_t now)
{
	history_err_t err = history_store_begin(store);

	for (size_t i = 0; err == HISTORY_OK && i < sizeof(scenes) / sizeof(scenes[0]); i++)
		err = play(store, &scenes[i], now);
	if (err == HISTORY_OK)
		err = share(store, now);
	return err == HISTORY_OK ? history_store_commit(store) : err;
}

int main(int argc, char **argv)
{
	history_err_t err = HISTORY_OK;
	history_store_t *store = argc == 3 ? history_store_open(argv[1], &err) : NULL;

	if (store != NULL)
		err = write_all(store, strtoull(argv[2], NULL, 10));
	history_store_close(store);
	if (argc == 3 && err == HISTORY_OK)
		return 0;
	fprintf(stderr, "make_history: %s\n", argc == 3 ? history_strerror(err) : "usage: make_history FILE NOW");
	return 1;
}
