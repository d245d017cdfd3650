/* logscan.h: reads the files of a log and hands out the entries that a filter wants. Says on stderr how far it is, where that is
 * a terminal and the files are large, and what could not be read. */
#ifndef MODULE_LOGSHOW_LOGSCAN_H
#define MODULE_LOGSHOW_LOGSCAN_H

#include "module/logread/logentry.h"
#include "module/logread/logfiles.h"
#include "module/logread/logfilter.h"
#include "module/logread/loglines.h"

typedef struct logscan logscan_t;

/* An entry that matches, and its line. False ends the reading of this file. */
typedef bool logscan_entry_fn(void *arg, const logentry_t *entry, const logline_t *line, const char *file);

/* Borrows the filter and the files, whose sizes progress is told by. NULL when memory is out. */
MUST_USE logscan_t *logscan_new(const logfilter_t *filter, const logfiles_t *files, logscan_entry_fn *entry, void *arg);
void logscan_free(logscan_t *scan);

/* Reads one of the files to its end. What is wrong with it was said. */
void logscan_file(logscan_t *scan, const logfile_t *file);

/* Reads on in lines that are open already, to their end. Returns what ended it. */
loglines_got_t logscan_lines(logscan_t *scan, loglines_t *lines, int fd, const char *file);

/* Something is to be written to a terminal: takes the progress away. */
void logscan_clear(logscan_t *scan);

/* Says how many lines were none, and which was the first. True: all was read. */
MUST_USE bool logscan_finish(logscan_t *scan);

/* Says that a file cannot be read; it counts for logscan_finish(). */
void logscan_cannot_read(logscan_t *scan, const char *file, const char *why);

#endif
