/* past.c: see past.h.
 *
 *	past_ask() → queue → reader thread: looks it up → mailbox → on_mail(), in the loop → told, freed
 *
 * A question belongs to whoever holds it; `told` is the loop's alone. */
#include "module/history/past.h"

#include "module/log/queue.h"
#include "module/mailbox.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>

struct history_question {
	queue_item_t item;
	mail_t mail;
	past_t *past;
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
	mailbox_t mailbox;
	const atomic_uint *files;
	_Atomic bool on;
	atomic_uint waiting; /* questions */

	/* The loop's. */
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

		look_up(past, question);
		mailbox_put(&past->mailbox, &question->mail);
	}
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

static void free_item(queue_item_t *item)
{
	if (!item->is_request) {
		free_question((history_question_t *)item);
		return;
	}
	free(((request_t *)item)->file);
	free(item);
}

static history_question_t *question_of(mail_t *mail)
{
	return (history_question_t *)((char *)mail - offsetof(history_question_t, mail));
}

static void drop_mail(past_t *past)
{
	for (mail_t *mail = mailbox_take(&past->mailbox), *next; mail != NULL; mail = next) {
		next = mail->next;
		free_question(question_of(mail));
	}
}

static void destroy(void *owner)
{
	past_t *past = owner;

	drop_mail(past);
	mailbox_close(&past->mailbox);
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
	past->mailbox.fd = -1;
	if (mailbox_open(&past->mailbox))
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

/* ---- the loop ---- */

static void on_mail(evutil_socket_t fd, short events, void *arg)
{
	past_t *past = arg;

	(void)fd;
	(void)events;
	for (mail_t *mail = mailbox_take(&past->mailbox), *next; mail != NULL; mail = next) {
		history_question_t *question = question_of(mail);

		next = mail->next;
		if (question->told != NULL)
			question->told(question->arg, question->found.count > 0 ? &question->found.sets[0] : NULL);
		free_question(question);
	}
}

bool past_attach(past_t *past, struct event_base *base)
{
	past->event = event_new(base, past->mailbox.fd, EV_READ | EV_PERSIST, on_mail, past);
	return past->event != NULL && event_add(past->event, NULL) == 0;
}

/* Questions that are out stay with the reader, whose mail nobody opens. */
void past_detach(past_t *past)
{
	if (past->event != NULL)
		event_free(past->event);
	past->event = NULL;
}

history_question_t *past_ask(past_t *past, const name_t *name, history_told_fn *told, void *arg)
{
	history_question_t *question = NULL;

	if (!atomic_load(&past->on))
		return NULL;
	if (atomic_fetch_add(&past->waiting, 1) < HISTORY_QUESTIONS_MAX)
		question = malloc(sizeof(*question));
	if (question == NULL) {
		atomic_fetch_sub(&past->waiting, 1);
		return NULL;
	}
	*question = (history_question_t){ .item.weight = 1, .past = past, .told = told, .arg = arg };
	name_to_text(name, question->name);
	queue_put(past->queue, &question->item);
	return question;
}

void history_forget(history_question_t *question)
{
	if (question != NULL)
		question->told = NULL;
}
