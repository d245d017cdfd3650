/* routes.c: see routes.h. */
#include "module/resolver/routes.h"

#include "validator/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum { CLAUSE_OTHER, CLAUSE_STUB, CLAUSE_FORWARD } clause_t;

typedef struct route {
	name_t zone;
	bool forward; /* else a stub */
} route_t;

/* Where the reader is. */
typedef struct reader {
	routes_t *routes;
	clause_t clause;
	bool named; /* the next word is a clause's name */
} reader_t;

/* A clause that is not known here counts as a part of the one before: a zone too many only costs a stop. */
static const struct {
	const char *word;
	clause_t clause;
} clauses[] = {
	{ "forward-zone:", CLAUSE_FORWARD }, { "stub-zone:", CLAUSE_STUB }, { "server:", CLAUSE_OTHER },
	{ "auth-zone:", CLAUSE_OTHER },      { "view:", CLAUSE_OTHER },     { "rpz:", CLAUSE_OTHER },
};

static bool add(routes_t *routes, const char *text, bool forward)
{
	route_t route = { .forward = forward };
	route_t *more;

	if (!name_from_text(text, &route.zone)) /* libunbound refuses it, too */
		return true;
	more = realloc(routes->items, (routes->count + 1) * sizeof(*more));
	if (more == NULL)
		return false;
	name_lower(&route.zone);
	routes->items = more;
	routes->items[routes->count++] = route;
	return true;
}

static bool take_word(reader_t *reader, const char *word)
{
	if (reader->named) {
		reader->named = false;
		return reader->clause == CLAUSE_OTHER || add(reader->routes, word, reader->clause == CLAUSE_FORWARD);
	}
	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		if (strcmp(word, clauses[i].word) == 0)
			reader->clause = clauses[i].clause;
	reader->named = strcmp(word, "name:") == 0;
	return true;
}

/* Words end at blanks and quotation marks; a line at its comment. */
static bool take_line(reader_t *reader, char *line)
{
	char *rest;
	bool taken = true;

	line[strcspn(line, "#")] = '\0';
	for (char *word = strtok_r(line, " \t\r\n\"'", &rest); word != NULL && taken;
	     word = strtok_r(NULL, " \t\r\n\"'", &rest))
		taken = take_word(reader, word);
	return taken;
}

bool routes_read(const char *config, routes_t *routes)
{
	FILE *file = fopen(config, "re");
	reader_t reader = { .routes = routes };
	char *line = NULL;
	size_t room = 0;
	bool good = file != NULL;

	*routes = (routes_t){ 0 };
	while (good && getline(&line, &room, file) >= 0)
		good = take_line(&reader, line);
	free(line);
	if (file != NULL)
		fclose(file);
	if (!good) {
		routes_free(routes);
		fputs("error: cannot read the zones that are forwarded\n", stderr);
	}
	return good;
}

void routes_free(routes_t *routes)
{
	free(routes->items);
	*routes = (routes_t){ 0 };
}

/* The closest one counts, as it does for libunbound. */
static const route_t *route_of(const routes_t *routes, const name_t *name)
{
	const route_t *closest = NULL;

	for (size_t i = 0; i < routes->count; i++) {
		const route_t *route = &routes->items[i];

		if (name_is_under(name, &route->zone) && (closest == NULL || route->zone.size > closest->zone.size))
			closest = route;
	}
	return closest;
}

void routes_cut(const routes_t *routes, const name_t *name, minimise_stops_t *stops)
{
	const route_t *route = route_of(routes, name);
	unsigned kept = 0;

	if (route == NULL)
		return;
	for (unsigned i = 0; i < stops->count && !route->forward; i++)
		if (name->size - stops->at[i] > route->zone.size)
			stops->at[kept++] = stops->at[i];
	stops->count = kept;
}
