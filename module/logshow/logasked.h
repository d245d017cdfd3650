/* logasked.h: what `mxward log show` and `mxward log stats` are asked for, as read from the command line. */
#ifndef MODULE_LOGSHOW_LOGASKED_H
#define MODULE_LOGSHOW_LOGASKED_H

#include "module/logread/logfiles.h"
#include "module/logread/logfilter.h"

typedef struct logasked {
	logfilter_t filter;
	bool json;
	bool follow;
	bool reverse;
	bool details;
	uint64_t limit; /* 0: none was given */
	const char *conf_path;
	size_t file_count; /* 0: those of the configuration */
	char *const *files;
} logasked_t;

typedef enum { LOGASKED_OK, LOGASKED_HELP, LOGASKED_WRONG } logasked_got_t;

/* Reads argv behind the word at argv[0]. What show alone understands is refused for stats (`shows` false). With WRONG the fault was
 * said on stderr. */
MUST_USE logasked_got_t logasked_read(int argc, char **argv, bool shows, logasked_t *asked);

/* The files to read, oldest first: those that were named, or all of the log that the configuration names, without those that
 * were written last before the filter's `since`. `-` is standard input. 0, or the exit status when there are none and that was
 * said. Free with logfiles_clear(). */
MUST_USE int logasked_files(const logasked_t *asked, logfiles_t *files);

#endif
