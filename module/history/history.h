/* history.h: remembers which MX sets domains had (cache/history_store.h), and says what a domain's last one was.
 *
 *	pending thread ─ history_note() → [queue] → writer thread → file
 *	pending thread ─ history_past() → [queue] → reader thread → [desk] → told, in the pending thread's loop
 *
 * Nobody waits for a disk: what does not fit into a queue is lost and counted, and so is what a full disk does not take. The
 * reader has a thread and a handle of its own, so that a question does not wait while the writer's journal goes over into the
 * file. Every function takes NULL for a history that is not there; a switched-off one is there, as a reload may switch it on. */
#ifndef MODULE_HISTORY_HISTORY_H
#define MODULE_HISTORY_HISTORY_H

#include "cache/history_store.h"
#include "module/log/log.h"
#include "validator/assessment.h"

#include <event2/event.h>

typedef struct history history_t;

/* What a reload may change. Copied. */
typedef struct history_settings {
	bool enable;
	const char *file;
	history_limits_t limits;
} history_settings_t;

typedef struct history_stats {
	uint64_t recorded; /* visits, since the start */
	uint64_t lost;     /* visits that did not fit into the queue, or could not be written */
	uint64_t rows;     /* in the file, as history_limits_t counts them */
	uint64_t octets;   /* of the file */
	unsigned waiting;  /* visits in the queue */
} history_stats_t;

/* Starts the threads, to which no signal is delivered. That the file cannot be had is no error: it is said in `log`, and tried
 * again. A damaged one is moved aside and begun anew, with a warning. `log` must outlive the result. NULL when memory or threads
 * are out. Free with history_free(). */
MUST_USE history_t *history_new(const history_settings_t *settings, log_t *log);

/* Writes what is queued, waiting two seconds at most. */
void history_free(history_t *history);

/* Other settings from now on; done by the writer, behind what is queued already. */
void history_reopen(history_t *history, const history_settings_t *settings);

/* An MX question was answered so, at `wall` (seconds since 1970). Only what was accepted is remembered, as it was passed on. From
 * any thread, never blocks; all is borrowed for the time of the call. */
void history_note(history_t *history, const name_t *name, const verdict_t *verdict, uint64_t wall);

/* From any thread. Zeros for NULL. */
void history_stats(const history_t *history, history_stats_t *stats);

/* ---- the past: for one thread and its loop ---- */

/* Where history_past() tells. Once, before the first question; false when memory is out. */
MUST_USE bool history_attach(history_t *history, struct event_base *base);

/* Nothing is told any more; questions that are still out are forgotten. Before the loop is freed. */
void history_detach(history_t *history);

typedef struct history_question history_question_t;

/* The last set with exchanges that is remembered of the domain, without their addresses. NULL: nothing is known of it, or the
 * file cannot be read. Borrowed for the time of the call. */
typedef void history_told_fn(void *arg, const history_set_t *past);

/* Asks for a domain's past: `told` is called once, later, from the loop. NULL when it will not be: the history is switched off, too
 * many questions wait (HISTORY_QUESTIONS_MAX), or memory is out. What was noted a moment ago may not be in it yet. */
MUST_USE history_question_t *history_past(history_t *history, const name_t *name, history_told_fn *told, void *arg);

enum { HISTORY_QUESTIONS_MAX = 4096 };

/* `told` is not called any more. NULL is allowed. In the thread that asked. */
void history_forget(history_question_t *question);

/* ---- the past: for any number of threads, whatever their loops ---- */

/* Where what a thread has asked for is told. */
typedef struct history_desk history_desk_t;

/* NULL when memory or file descriptors are out. Free it, in the same thread, before the history: questions that are still out are
 * forgotten. NULL is allowed for history_desk_free(). */
MUST_USE history_desk_t *history_desk_new(void);
void history_desk_free(history_desk_t *desk);

/* Readable when history_desk_read() is due, which calls `told` of all that has come. The desk may be freed in there. */
int history_desk_fd(const history_desk_t *desk);
void history_desk_read(history_desk_t *desk);

/* history_past() for a desk. */
MUST_USE history_question_t *history_past_to(history_t *history, history_desk_t *desk, const name_t *name,
					     history_told_fn *told, void *arg);

#endif
