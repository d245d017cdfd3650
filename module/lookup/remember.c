/* remember.c: see remember.h. Who looks a name up waits anyway: the file is read at once. */
#include "module/lookup/remember.h"

#include "validator/name.h"

static void *ask(void *from, const name_t *name, memory_told_fn *told, void *arg)
{
	history_store_t *store = from;
	history_sets_t sets = { .count = 0 };
	char domain[NAME_TEXT_MAX];
	const bool found = store != NULL &&
			   history_store_past(store, name_to_text(name, domain), &sets) == HISTORY_OK && sets.count > 0;

	told(arg, found ? &sets.sets[0] : NULL);
	history_sets_free(&sets);
	return NULL;
}

/* Nothing is ever out. */
static void forget(void *question)
{
	(void)question;
}

memory_t remember_open(const conf_t *conf)
{
	history_err_t err;

	return (memory_t){ .ask = ask,
			   .forget = forget,
			   .from = conf->history.enable ? history_store_open_reader(conf->history.file, &err) : NULL };
}

void remember_close(memory_t *memory)
{
	history_store_close(memory->from);
	memory->from = NULL;
}
