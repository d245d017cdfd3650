/* say.h: appends to short texts for people; what does not fit is cut off. Texts stay printable ASCII. Internal to the validator
 * room. */
#ifndef VALIDATOR_SAY_H
#define VALIDATOR_SAY_H

#include "validator/assessment_state.h"

/* All append to the string in `text`, which has room for `room` octets with its final NUL. */
void say(char *text, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* In presentation format without the final dot; the root is ".". */
void say_name(char *text, size_t room, const name_t *name);

/* "10 mx1.example.org, 20 mx2.example.org", "NXDOMAIN", "no MX record". */
void say_reply(char *text, size_t room, const reply_t *reply);

/* "10.0.0.1 (Private-Use), ::1 (Loopback Address)": those that count as internal. */
void say_internal(char *text, size_t room, const policy_t *policy, const host_t *host);

#endif
