/* inquiry.h: finds the answer to one question, and asks the resolver processes as often as that takes. Belongs to the pending
 * thread.
 *
 *	most types         one question over UDP (libunbound goes to TCP where it must)
 *	A, AAAA of a name  the same; where it is insecure over TCP too, whose answer is used: an exchange's address is worth
 *	 that is an exchange  as much to a forger as the MX record
 *	MX                 whatever an assessment (validator/assessment.h) needs
 *
 * UDP and TCP are asked at the same time, but where a zone is expected to be secure (expect.h): there TCP is asked when it turns
 * out not to be.
 *
 * What an assessment learns about exchanges goes into the cache: the mail server asks for it next. */
#ifndef MODULE_INQUIRY_INQUIRY_H
#define MODULE_INQUIRY_INQUIRY_H

#include "module/inquiry/judging.h"
#include "module/inquiry/memory.h"
#include "module/inquiry/resolution.h"
#include "validator/assessment.h"

#include <event2/event.h>

/* Where inquiries live; outlives them. */
typedef struct inquiry_home {
	struct event_base *base;
	pool_t *pool;
	cache_t *cache;
	const memory_t *memory; /* NULL: nothing is remembered */
	unsigned
		asks_most; /* that one inquiry may put to the processes; what is beyond counts as failed; 0: no limit */
} inquiry_home_t;

typedef struct inquiry inquiry_t;

/* Called once, from the loop; the inquiry is freed when it returns. `resolution` is NULL when the pool is being freed.
 * `verdict` is NULL for types other than MX. */
typedef void inquiry_done_fn(void *arg, const resolution_t *resolution, const verdict_t *verdict);

/* `fresh`: the servers are asked for all of it, whatever the resolver processes have cached. NULL when memory is out. `done` is
 * never called from inside. */
MUST_USE inquiry_t *inquiry_start(const inquiry_home_t *home, judging_t *judging, const name_t *name, uint16_t type,
				  bool fresh, inquiry_done_fn *done, void *arg);

/* Ends it with nothing: `done` is called now, without a resolution. For the end of the loop: what waits for memory alone, the pool's
 * end does not end. */
void inquiry_cancel(inquiry_t *inquiry);

/* The budget is over: `done` is called now, with what is known. `budget`: the seconds that were allowed. */
void inquiry_end(inquiry_t *inquiry, unsigned budget);

#endif
