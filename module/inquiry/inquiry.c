/* inquiry.c: see inquiry.h. Every way through it ends in inquiry_finish(). */
#include "module/inquiry/inquiry.h"

#include "module/clock.h"
#include "module/inquiry/inner.h"
#include "module/inquiry/turn.h"

#include <stdlib.h>

enum { TYPE_MX = 15 };

static void inquiry_free(inquiry_t *inquiry)
{
	asks_cancel_all(inquiry);
	assess_clear(inquiry);
	plain_clear(inquiry);
	judging_release(inquiry->judging);
	free(inquiry);
}

void inquiry_finish(inquiry_t *inquiry, const resolution_t *resolution, const verdict_t *verdict)
{
	inquiry->done(inquiry->arg, resolution, verdict);
	inquiry_free(inquiry);
}

inquiry_t *inquiry_start(const inquiry_home_t *home, judging_t *judging, const name_t *name, uint16_t type, bool fresh,
			 inquiry_done_fn *done, void *arg)
{
	inquiry_t *inquiry = calloc(1, sizeof(*inquiry));

	if (inquiry == NULL)
		return NULL;
	inquiry->home = *home;
	inquiry->judging = judging_hold(judging);
	inquiry->name = *name;
	inquiry->type = type;
	inquiry->fresh = fresh;
	inquiry->second = turn_is_second(home->cache, name, type, clock_of_cache());
	inquiry->done = done;
	inquiry->arg = arg;
	if (type == TYPE_MX ? assess_begin(inquiry) : plain_begin(inquiry))
		return inquiry;
	inquiry_free(inquiry);
	return NULL;
}

void inquiry_cancel(inquiry_t *inquiry)
{
	inquiry_finish(inquiry, NULL, NULL);
}

void inquiry_end(inquiry_t *inquiry, unsigned budget)
{
	resolution_t resolution;

	if (inquiry->assessment != NULL && assessment_waits_for(inquiry->assessment, NEED_ANSWER) == 0) {
		assess_end(inquiry);
	} else if (inquiry->assessment != NULL || !plain_end(inquiry)) {
		resolution_give_up(&resolution, RESOLUTION_TIMED_OUT, budget);
		inquiry_finish(inquiry, &resolution, NULL);
		resolution_free(&resolution);
	}
}
