/* past.c: see past.h.
 *
 *	past_ask() → queue → reader thread: looks it up → desk → history_desk_read(), in the thread that asked → told, freed
 *
 * A question belongs to whoever holds it; `told` is the asking thread's alone. */
#include "module/history/past.h"

#include "module/history/desk.h"
#include "module/log/queue.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>

struct history_question {
	queue_item_t item;
	mail_t mail;
	past_t *past;
	history_desk_t *desk;
	history_told_fn *told; /* NULL: nobody wants to know any more */
	void *arg;
	history_sets_t found;
	char name[NAME_TEXT_MAX];
};

/* In the queue as well: to read another file. */
typedef struct request {
	queue_item_t item;
	char *file;
} request_t;

struct past {
	queue_t *queue;
	const atomic_uint *files;
	_Atomic bool on;
	atomic_uint waiting; /* questions */

	/* The loop's, where there is one. */
	history_desk_t *desk;
	struct event *event;

	/* The reader's. */
	char *file; /* NULL: none */
	history_store_t *store;
	unsigned files_opened; /* *files when it was opened */
};

/* ---- the reader ---- */

static void close_store(past_t *past)
{
	history_store_close(past->store);
	past->store = NULL;
}

/* What goes wrong here, the writer says. */
static void look_up(past_t *past, history_question_t *question)
{
	const unsigned files = atomic_load(past->files);
	history_err_t err = HISTORY_OK;

	if (past->store != NULL && past->files_opened != files)
		close_store(past);
	if (past->store == NULL && past->file != NULL) {
		past->store = history_store_open_reader(past->file, &err);
		past->files_opened = files;
	}
	if (past->store != NULL && history_store_past(past->store, question->name, &question->found) != HISTORY_OK)
		close_store(past);
}

static void finish(void *owner, size_t lost)
{
	(void)owner;
	(void)lost;
}

static void free_question(history_question_t *question)
{
	atomic_fetch_sub(&question->past->waiting, 1);
	history_sets_free(&question->found);
	free(question);
}

static history_question_t *question_of(mail_t *mail)
{
	return (history_question_t *)((char *)mail - offsetof(history_question_t, mail));
}

static void drop(mail_t *answer)
{
	free_question(question_of(answer));
}

static void take(void *owner, queue_item_t *item)
{
	past_t *past = owner;

	if (item->is_request) {
		request_t *request = (request_t *)item;

		close_store(past);
		free(past->file);
		past->file = request->file;
		free(request);
	} else {
		history_question_t *question = (history_question_t *)item;
		history_desk_t *desk = question->desk;

		look_up(past, question);
		desk_put(desk, &question->mail);
		desk_leave(desk, drop);
	}
}

static void free_item(queue_item_t *item)
{
	if (item->is_request) {
		free(((request_t *)item)->file);
		free(item);
	} else {
		history_question_t *question = (history_question_t *)item;

		desk_leave(question->desk, drop);
		free_question(question);
	}
}

static void destroy(void *owner)
{
	past_t *past = owner;

	history_desk_free(past->desk);
	close_store(past);
	free(past->file);
	free(past);
}

static const queue_use_t use = { .write = take, .finish = finish, .free_item = free_item, .destroy = destroy };

/* ---- everybody else ---- */

past_t *past_new(const atomic_uint *files)
{
	past_t *past = calloc(1, sizeof(*past));

	if (past == NULL)
		return NULL;
	past->files = files;
	past->queue = queue_new(HISTORY_QUESTIONS_MAX, &use, past);
	if (past->queue != NULL && queue_start(past->queue))
		return past;
	if (past->queue != NULL)
		queue_discard(past->queue);
	destroy(past);
	return NULL;
}

void past_free(past_t *past)
{
	if (past != NULL)
		queue_free(past->queue);
}

void past_use(past_t *past, const char *file)
{
	request_t *request = calloc(1, sizeof(*request));

	atomic_store(&past->on, file != NULL);
	if (request == NULL)
		return;
	request->item.is_request = true;
	request->file = file != NULL ? strdup(file) : NULL;
	queue_put(past->queue, &request->item);
}

/* ---- threads that ask ---- */

/* It may be freed by what is told. */
void history_desk_read(history_desk_t *desk)
{
	desk_hold(desk);
	for (mail_t *mail = desk_take(desk), *next; mail != NULL; mail = next) {
		history_question_t *question = question_of(mail);

		next = mail->next;
		if (question->told != NULL)
			question->told(question->arg, question->found.count > 0 ? &question->found.sets[0] : NULL);
		free_question(question);
	}
	desk_leave(desk, drop);
}

void history_desk_free(history_desk_t *desk)
{
	if (desk != NULL)
		desk_leave(desk, drop);
}

static void on_mail(evutil_socket_t fd, short events, void *desk)
{
	(void)fd;
	(void)events;
	history_desk_read(desk);
}

bool past_attach(past_t *past, struct event_base *base)
{
	if (past->desk == NULL)
		past->desk = history_desk_new();
	if (past->desk == NULL)
		return false;
	past->event = event_new(base, history_desk_fd(past->desk), EV_READ | EV_PERSIST, on_mail, past->desk);
	return past->event != NULL && event_add(past->event, NULL) == 0;
}

history_desk_t *past_own_desk(past_t *past)
{
	return past->desk;
}

/* Questions that are out stay with the reader, whose mail nobody opens. */
void past_detach(past_t *past)
{
	if (past->event != NULL)
		event_free(past->event);
	past->event = NULL;
}

history_question_t *past_ask(past_t *past, history_desk_t *desk, const name_t *name, history_told_fn *told, void *arg)
{
	history_question_t *question = NULL;

	if (desk == NULL || !atomic_load(&past->on))
		return NULL;
	if (atomic_fetch_add(&past->waiting, 1) < HISTORY_QUESTIONS_MAX)
		question = malloc(sizeof(*question));
	if (question == NULL) {
		atomic_fetch_sub(&past->waiting, 1);
		return NULL;
	}
	*question = (history_question_t){ .item.weight = 1, .past = past, .desk = desk, .told = told, .arg = arg };
	name_to_text(name, question->name);
	desk_hold(desk);
	queue_put(past->queue, &question->item);
	return question;
}

void history_forget(history_question_t *question)
{
	if (question != NULL)
		question->told = NULL;
}
