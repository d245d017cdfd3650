/* vlog.h: the validation log: one JSON object a line for every judged MX answer and every rejected answer of any type, so
 * that it can be told later why mail was deferred, and proved that nobody edited what it says. The format, with its
 * fields, is documented in docs/validation-log.md.
 *
 * Each line carries a sequence number and the SHA-256 of the line before; every so many lines, and when a file ends, comes
 * a checkpoint that is signed (Ed25519). Lines go through a bounded queue to a thread of their own: a full or slow disk
 * delays nobody; what was lost is counted and written down once that is possible again. */
#ifndef MODULE_VLOG_VLOG_H
#define MODULE_VLOG_VLOG_H

#include "module/log/log.h"
#include "validator/assessment.h"

#include <sys/socket.h>

typedef struct vlog vlog_t;

/* What a reload may change. Copied. */
typedef struct vlog_settings {
	const char *file;          /* path; "": none */
	bool journal;              /* to systemd's journal, as structured fields */
	const char *key_file;      /* PEM, made when it is not there; FILE.pub has the public key */
	unsigned checkpoint_lines; /* lines between two signed checkpoints, at least 1 */
	bool hits;                 /* write VLOG_HIT events too */
} vlog_settings_t;

typedef enum {
	VLOG_ASSESSMENT, /* an MX answer was judged: there is a verdict */
	VLOG_REJECTED,   /* an answer of another type was bogus, or could not be had */
	VLOG_HIT,        /* an answer came from the cache */
} vlog_kind_t;

/* What is written. All is borrowed for the time of the call. */
typedef struct vlog_event {
	vlog_kind_t kind;
	uint64_t time; /* wall clock, milliseconds since 1970 */
	const name_t *name;
	uint16_t type;
	const struct sockaddr *client; /* the first who asked, IPv4 or IPv6; NULL: nobody did (a refresh) */
	bool tcp;                      /* how that client asked */
	unsigned clients;              /* how many asked and waited */
	uint32_t took;                 /* milliseconds from the question to the answer */
	const verdict_t *verdict;      /* NULL where none was made: other types than MX */
	security_t security;           /* of what was sent; with a verdict it counts instead */
	uint8_t rcode;                 /* that was sent to clients without CD */
	uint16_t ede;                  /* an ede_t; with a verdict it counts instead */
	bool stale;         /* clients got what had ended instead: rcode is that answer's, and security, which counts */
	const char *reason; /* why, in words, may hold anything; NULL or "": none, or the verdict's */
} vlog_event_t;

typedef struct vlog_stats {
	uint64_t written;     /* lines in the file, checkpoints and the like among them */
	uint64_t lost;        /* events that did not fit into the queue, or could not be written */
	uint64_t checkpoints; /* signed */
	uint64_t waiting;     /* octets that are not written yet */
} vlog_stats_t;

/* Opens the log and makes or reads the key. That a file cannot be opened is no error: it is said in `log`, tried again later,
 * and what is lost is counted. `log` must outlive the result. Starts a thread, to which no signal is delivered. Free with
 * vlog_free(). NULL when memory or threads are out. */
MUST_USE vlog_t *vlog_new(const vlog_settings_t *settings, log_t *log);

/* Writes what is queued and a last checkpoint, waiting two seconds at most, and closes. NULL is allowed. */
void vlog_free(vlog_t *vlog);

/* After rotation, and at SIGHUP: ends the old file with a checkpoint and goes on in what is at the path now, the chain
 * continuing from one to the other. Done by the writer, behind what is queued already. NULL is allowed. */
void vlog_reopen(vlog_t *vlog, const vlog_settings_t *settings);

/* Whether events of this kind are written at all: saves gathering them. From any thread; NULL is allowed (false). */
MUST_USE bool vlog_wants(const vlog_t *vlog, vlog_kind_t kind);

/* Writes an event that is wanted. From any thread, never blocks. NULL is allowed (nothing happens). */
void vlog_write(vlog_t *vlog, const vlog_event_t *event);

/* From any thread. Zeros for NULL. */
void vlog_stats(const vlog_t *vlog, vlog_stats_t *stats);

#endif
