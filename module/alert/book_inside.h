/* book_inside.h: what a book consists of: for book.c and telling.c alone. */
#ifndef MODULE_ALERT_BOOK_INSIDE_H
#define MODULE_ALERT_BOOK_INSIDE_H

#include "module/alert/book.h"

enum { BOOK_PLACES = 2 * BOOK_OPEN_MAX };

/* When the last ones were told: a ring, so that never more than the limit fall into any hour. */
typedef struct meter {
	uint64_t at[BOOK_PER_HOUR_MAX];
	size_t next;  /* the oldest, once `count` is the limit */
	size_t count; /* at most the limit */
} meter_t;

struct book {
	book_settings_t settings;
	size_t open_count;
	alert_t *open[BOOK_PLACES]; /* in the order of their domains */
	size_t ended_count;
	alert_t *ended[BOOK_ENDED_MAX]; /* oldest first */
	streaks_t streaks;
	size_t watched_count;
	char **watched; /* in their order */
	uint64_t next_id;
	uint64_t changes;
	uint64_t lesser_changes;
	uint64_t left_out;
	uint64_t left_out_told; /* of these */
	uint64_t summary_at;    /* when it was last said how many are left out; 0: never */
	meter_t meters[2];      /* others, ours */
};

#endif
