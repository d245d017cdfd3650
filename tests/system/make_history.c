/* make_history.c: makes a history of visits, for tests of what reads it. Usage: make_history FILE < VISITS, where a line is
 *
 *	TIME DOMAIN PREFERENCE EXCHANGE ADDRESS..., PREFERENCE EXCHANGE ADDRESS...
 *
 * or null or none in place of the exchanges. */
#include "cache/history_store.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCHANGES_MAX = 16, ADDRESSES_MAX = 4, LINE_MAX = 4096 };

typedef struct line {
	history_visit_t visit;
	history_exchange_t exchanges[EXCHANGES_MAX];
	history_address_t addresses[EXCHANGES_MAX][ADDRESSES_MAX];
} line_t;

static void read_exchange(line_t *line, char *text)
{
	history_address_t *addresses = line->addresses[line->visit.count];
	history_exchange_t *exchange = &line->exchanges[line->visit.count++];
	char *saved = NULL;

	exchange->preference = (uint16_t)atoi(strtok_r(text, " ", &saved));
	exchange->name = strtok_r(NULL, " ", &saved);
	exchange->addresses = addresses;
	for (const char *word; (word = strtok_r(NULL, " ", &saved)) != NULL; exchange->address_count++) {
		history_address_t *address = &addresses[exchange->address_count];

		address->size = strchr(word, ':') != NULL ? 16 : 4;
		if (inet_pton(address->size == 4 ? AF_INET : AF_INET6, word, address->octets) != 1)
			exit(2);
	}
}

static void read_set(line_t *line, char *set)
{
	line->visit.exchanges = line->exchanges;
	line->visit.kind = strcmp(set, "null") == 0   ? HISTORY_NULL_MX
			   : strcmp(set, "none") == 0 ? HISTORY_NONE
						      : HISTORY_MX;
	if (line->visit.kind != HISTORY_MX)
		return;
	for (char *one; (one = strsep(&set, ",")) != NULL && line->visit.count < EXCHANGES_MAX;)
		read_exchange(line, one);
}

static history_err_t record(history_store_t *store, char *text)
{
	line_t line = { .visit = { .count = 0 } };
	char *rest = text;
	const uint64_t now = strtoull(strsep(&rest, " "), NULL, 10);

	line.visit.domain = strsep(&rest, " ");
	if (rest == NULL)
		exit(2);
	read_set(&line, rest);
	return history_store_record(store, &line.visit, now);
}

int main(int argc, char **argv)
{
	history_err_t err = HISTORY_FAILED;
	history_store_t *store = argc == 2 ? history_store_open(argv[1], &err) : NULL;
	char text[LINE_MAX];

	if (store != NULL)
		err = history_store_begin(store);
	while (err == HISTORY_OK && fgets(text, sizeof(text), stdin) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		err = record(store, text);
	}
	if (err == HISTORY_OK)
		err = history_store_commit(store);
	history_store_close(store);
	if (err != HISTORY_OK)
		fprintf(stderr, "make_history: the history %s\n", history_strerror(err));
	return err == HISTORY_OK ? 0 : 1;
}
