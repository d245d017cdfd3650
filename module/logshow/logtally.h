/* logtally.h: sums up entries: verdicts, latencies, what was refused most, and all of it over time. Memory is bounded, however
 * many entries and names there are. */
#ifndef MODULE_LOGSHOW_LOGTALLY_H
#define MODULE_LOGSHOW_LOGTALLY_H

#include "module/logread/logentry.h"
#include "module/logread/logspread.h"

enum {
	LOGTALLY_BARS = 30,          /* stretches of time */
	LOGTALLY_TOP = 10,           /* names that are shown of each kind */
	LOGTALLY_NAMES_MAX = 100000, /* that are counted of each kind; beyond that the rarest are forgotten */
};

typedef enum { LOGTALLY_CHECKS, LOGTALLY_DOMAINS, LOGTALLY_HOSTS, LOGTALLY_CLIENTS, LOGTALLY_KINDS } logtally_kind_t;

typedef struct logtally_bar {
	uint64_t verdicts[LOGENTRY_VERDICTS];
	uint64_t refused;
} logtally_bar_t;

typedef struct logtally {
	uint64_t count;
	uint64_t refused; /* stripped, rejected, failed, or in monitor mode would have been */
	uint64_t first;   /* times, milliseconds since 1970 */
	uint64_t last;
	uint64_t verdicts[LOGENTRY_VERDICTS];
	logspread_t took;
	json_t *names[LOGTALLY_KINDS]; /* objects: how often a name was refused; owned */
	bool forgot[LOGTALLY_KINDS];   /* counts may be too small, and rare names are missing */
	uint64_t width;                /* of a bar: milliseconds */
	uint64_t start;                /* of the first bar, in widths since 1970 */
	unsigned bar_count;
	logtally_bar_t bars[LOGTALLY_BARS];
} logtally_t;

typedef struct logtally_name {
	const char *name; /* borrowed from the tally */
	uint64_t count;
} logtally_name_t;

/* False when memory is out. Free what it holds with logtally_clear() in either case. */
MUST_USE bool logtally_begin(logtally_t *tally);
MUST_USE bool logtally_add(logtally_t *tally, const logentry_t *entry);
void logtally_clear(logtally_t *tally);

/* The names of a kind that were refused most, at most LOGTALLY_TOP, the first one most often. Returns how many. */
size_t logtally_top(const logtally_t *tally, logtally_kind_t kind, logtally_name_t *top);

/* "checks" and so on. */
const char *logtally_kind_name(logtally_kind_t kind);

#endif
