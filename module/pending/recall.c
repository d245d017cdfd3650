/* recall.c: see recall.h. */
#include "module/pending/recall.h"

static void *ask(void *from, const name_t *name, memory_told_fn *told, void *arg)
{
	return history_past(from, name, told, arg);
}

static void forget(void *question)
{
	history_forget(question);
}

memory_t recall_from(history_t *history)
{
	return (memory_t){ .ask = ask, .forget = forget, .from = history };
}
