/* compare.h: our own result beside a server's: does it answer what our verdict says? */
#ifndef MODULE_LOOKUP_COMPARE_H
#define MODULE_LOOKUP_COMPARE_H

#include "module/lookup/result.h"

typedef enum {
	DIFFERENCE_RCODE,
	DIFFERENCE_AD,    /* one says secure, the other does not */
	DIFFERENCE_ERROR, /* the extended error of a policy: 15 (Blocked) or 4 (Forged Answer), or its text */
	DIFFERENCE_SET,   /* other MX records */
	DIFFERENCES,
} difference_t;

typedef struct comparison {
	bool differs[DIFFERENCES];
	bool agrees; /* in all of them; false also when the server did not reply */
} comparison_t;

comparison_t compare(const result_t *ours, const result_t *servers);

/* The stable word for it: "rcode", "ad", "extended-error", "set". */
const char *compare_word(difference_t difference);

/* The extended error that a policy's verdict came with, or NULL. */
const summary_error_t *compare_policy_error(const result_t *result);

#endif
