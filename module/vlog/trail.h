/* trail.h: the file of the validation log: writes lines, each chained to the one before, also from one file to the next, and
 * signed checkpoints. What cannot be written is counted, said once, and written down as a line of type "lost" when that is
 * possible again; the chain has no gap then. Belongs to one thread.
 *
 *	CLOSED -file opened-> UNWRITTEN -lines "open", "recovered", "lost" written-> OPEN -reopen, or the file is unusable-> CLOSED
 */
#ifndef MODULE_VLOG_TRAIL_H
#define MODULE_VLOG_TRAIL_H

#include "module/vlog/voice.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct trail trail_t;

typedef struct trail_settings {
	const char *file; /* "": none, and nothing is written */
	const char *key_file;
	unsigned checkpoint_lines; /* between two checkpoints */
} trail_settings_t;

/* For other threads to look at. */
typedef struct trail_counts {
	_Atomic uint64_t written; /* lines */
	_Atomic uint64_t lost;
	_Atomic uint64_t checkpoints;
} trail_counts_t;

/* Borrows voice and counts. Opens nothing yet. NULL when memory is out. Free with trail_free(). */
MUST_USE trail_t *trail_new(voice_t *voice, trail_counts_t *counts);

/* Ends what is open with a checkpoint and opens what `settings` (copied) says, made with mode 0640, unless it is the same
 * file still. Continues a file that is there behind its last whole line. Where one of these cannot be done it is said, and
 * tried again every ten seconds when there is something to write. */
void trail_open(trail_t *trail, const trail_settings_t *settings);

/* Appends a line: `body` is a JSON object without the chain's fields. NULL (memory was out) counts as lost. */
void trail_write(trail_t *trail, const char *type, const char *body);

/* Counts lines that were lost before they came here. `why` is static. */
void trail_lose(trail_t *trail, uint64_t count, const char *why);

/* Writes what is still to be said, a last checkpoint, and closes. */
void trail_close(trail_t *trail);
void trail_free(trail_t *trail);

#endif
