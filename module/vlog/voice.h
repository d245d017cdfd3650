/* voice.h: what the writer of the validation log says in the program's log, for as long as there is one: a writer that is
 * stuck may outlive it. */
#ifndef MODULE_VLOG_VOICE_H
#define MODULE_VLOG_VOICE_H

#include "module/log/log.h"

#include <pthread.h>

typedef struct voice {
	pthread_mutex_t lock;
	log_t *log; /* NULL: nothing is said */
} voice_t;

void voice_init(voice_t *voice, log_t *log);
void voice_say(voice_t *voice, log_level_t level, const char *format, ...) PRINTF_LIKE(3, 4);

/* Nothing is said any more once this returns. */
void voice_mute(voice_t *voice);
void voice_destroy(voice_t *voice);

#endif
