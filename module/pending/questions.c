/* questions.c: see questions.h. */
#include "module/pending/questions.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *left, const void *right)
{
	const question_t *a = left;
	const question_t *b = right;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->fresh != b->fresh)
		return a->fresh ? 1 : -1;
	if (a->name.size != b->name.size)
		return a->name.size < b->name.size ? -1 : 1;
	return memcmp(a->name.octets, b->name.octets, a->name.size);
}

question_t *questions_find(const questions_t *questions, const name_t *name, uint16_t type, bool fresh)
{
	question_t key = { .name = *name, .type = type, .fresh = fresh };
	void *found = tfind(&key, &questions->tree, compare);

	return found != NULL ? *(question_t **)found : NULL;
}

question_t *questions_add(questions_t *questions, const name_t *name, uint16_t type, bool fresh)
{
	question_t *question = calloc(1, sizeof(*question));

	if (question == NULL)
		return NULL;
	question->name = *name;
	question->type = type;
	question->fresh = fresh;
	if (tsearch(question, &questions->tree, compare) == NULL) {
		free(question);
		return NULL;
	}
	question->next = questions->first;
	if (questions->first != NULL)
		questions->first->previous = question;
	questions->first = question;
	questions->count++;
	return question;
}

void questions_remove(questions_t *questions, question_t *question)
{
	tdelete(question, &questions->tree, compare);
	if (question->previous != NULL)
		question->previous->next = question->next;
	else
		questions->first = question->next;
	if (question->next != NULL)
		question->next->previous = question->previous;
	questions->count--;
	free(question);
}
