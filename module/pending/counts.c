/* counts.c: see counts.h. */
#include "module/pending/counts.h"

const char *counts_verdict_name(counts_verdict_t verdict)
{
	switch (verdict) {
	case COUNTS_ACCEPT: return "accept";
	case COUNTS_LOG: return "log";
	case COUNTS_STRIP: return "strip";
	case COUNTS_REJECT: return "reject";
	case COUNTS_FAILED: return "failed";
	case COUNTS_VERDICTS: break;
	}
	return "unknown";
}

/* One writer: no locked instruction is needed. */
static void add(atomic_uint_fast64_t *counter, uint64_t more)
{
	atomic_store_explicit(counter, counts_read(counter) + more, memory_order_relaxed);
}

static counts_verdict_t outcome_of(const verdict_t *verdict)
{
	if (verdict->failed)
		return COUNTS_FAILED;
	if (verdict->rejected)
		return COUNTS_REJECT;
	switch (verdict->action) {
	case ACTION_IGNORE: return COUNTS_ACCEPT;
	case ACTION_LOG: return COUNTS_LOG;
	case ACTION_STRIP: return verdict->monitored ? COUNTS_LOG : COUNTS_STRIP;
	case ACTION_REJECT: break; /* in monitor mode: it was not */
	}
	return COUNTS_LOG;
}

static void note_verdict(counts_t *counts, const verdict_t *verdict, uint64_t microseconds)
{
	add(&counts->verdicts[outcome_of(verdict)], 1);
	add(&counts->corroboration[verdict->corroboration], 1);
	for (size_t i = 0; i < verdict->finding_count; i++)
		add(&counts->findings[verdict->findings[i].check][verdict->findings[i].action], 1);
	histogram_add(&counts->assessment, microseconds, 1);
}

void counts_note(counts_t *counts, const verdict_t *verdict, bool failure, bool bogus, unsigned ede, unsigned clients,
		 uint32_t took)
{
	const uint64_t microseconds = (uint64_t)took * 1000;

	histogram_add(&counts->miss, microseconds, 1);
	if (failure)
		add(&counts->servfail, clients);
	if (bogus)
		add(&counts->bogus[ede < COUNTS_EDE_MAX ? ede : COUNTS_EDE_MAX], 1);
	if (verdict != NULL)
		note_verdict(counts, verdict, microseconds);
}
