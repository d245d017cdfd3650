/* voice.c: see voice.h. */
#include "module/vlog/voice.h"

#include "module/log/line.h"

#include <stdarg.h>
#include <stdio.h>

void voice_init(voice_t *voice, log_t *log)
{
	pthread_mutex_init(&voice->lock, NULL);
	voice->log = log;
}

void voice_say(voice_t *voice, log_level_t level, const char *format, ...)
{
	char text[LINE_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	pthread_mutex_lock(&voice->lock);
	log_write(voice->log, level, "%s", text);
	pthread_mutex_unlock(&voice->lock);
}

void voice_mute(voice_t *voice)
{
	pthread_mutex_lock(&voice->lock);
	voice->log = NULL;
	pthread_mutex_unlock(&voice->lock);
}

void voice_destroy(voice_t *voice)
{
	pthread_mutex_destroy(&voice->lock);
}
