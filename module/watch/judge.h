/* judge.h: what is wrong with a watched domain: a state machine without I/O, clock or thread. Internal to the watch room. */
#ifndef MODULE_WATCH_JUDGE_H
#define MODULE_WATCH_JUDGE_H

#include "module/watch/seen.h"
#include "validator/name.h"

enum {
	JUDGE_FAILURES = 3, /* in a row that raise watch-failing: one lost packet is no news */
	JUDGE_FINDINGS_MAX = ASSESSMENT_TARGETS_MAX + 8,
	JUDGE_DETAIL_MAX = 400,
};

/* Kinds of alerts; judge_kind_name(). */
typedef enum {
	JUDGE_FAILING,
	JUDGE_REJECTED,
	JUDGE_UNEXPECTED,
	JUDGE_INSECURE,
	JUDGE_SIGNATURE,
	JUDGE_EXCHANGE_GONE,
	JUDGE_MX_GONE,
	JUDGE_KINDS,
} judge_kind_t;

/* An exchange that is expected, or all below a name. */
typedef struct judge_pattern {
	name_t name;
	bool below;
} judge_pattern_t;

/* What somebody wishes of a domain. */
typedef struct judge_wish {
	size_t count;
	const judge_pattern_t *expect; /* none: whatever there is */
	uint32_t signatures_within;    /* seconds; 0: never mind */
} judge_wish_t;

/* What is remembered of a domain from one answer to the next; zeros at first. */
typedef struct judge_memory {
	bool was_secure;
	bool had_mx;
	unsigned failures; /* in a row */
} judge_memory_t;

typedef struct judge_finding {
	judge_kind_t kind;
	char host[NAME_TEXT_MAX]; /* "": it is about the domain */
	char detail[JUDGE_DETAIL_MAX];
} judge_finding_t;

typedef struct judgement {
	bool settled[JUDGE_KINDS]; /* what of this kind is not among the findings is over */
	size_t count;
	judge_finding_t findings[JUDGE_FINDINGS_MAX];
} judgement_t;

/* "watch-failing" … */
const char *judge_kind_name(judge_kind_t kind);

/* `now` is seconds since 1970. */
void judge(judgement_t *judgement, const judge_wish_t *wish, judge_memory_t *memory, const seen_t *seen, uint64_t now);

#endif
