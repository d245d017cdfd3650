/* finding.h: what one check of `mxward doctor` found: a sentence on what is, and one on how to mend it. */
#ifndef MODULE_DOCTOR_FINDING_H
#define MODULE_DOCTOR_FINDING_H

#include "config.h"

/* In the order of the exit statuses: the worst of all findings is the program's. */
typedef enum {
	FINDING_SKIPPED = -1, /* it could not be looked at, or does not matter here */
	FINDING_OK = 0,
	FINDING_WARNING = 1, /* works, but not as it should */
	FINDING_FAIL = 2,
} finding_status_t;

enum { FINDING_TEXT_MAX = 1024 };

typedef struct finding {
	finding_status_t status;
	char what[FINDING_TEXT_MAX]; /* safe to print */
	char mend[FINDING_TEXT_MAX]; /* "" when there is nothing to mend */
} finding_t;

/* Each sets the status and the sentence. */
void finding_ok(finding_t *finding, const char *format, ...) PRINTF_LIKE(2, 3);
void finding_skip(finding_t *finding, const char *format, ...) PRINTF_LIKE(2, 3);
void finding_warn(finding_t *finding, const char *format, ...) PRINTF_LIKE(2, 3);
void finding_fail(finding_t *finding, const char *format, ...) PRINTF_LIKE(2, 3);

/* Says how to mend it. */
void finding_mend(finding_t *finding, const char *format, ...) PRINTF_LIKE(2, 3);

/* "ok", "warning", "fail", "skipped". */
const char *finding_name(finding_status_t status);

#endif
