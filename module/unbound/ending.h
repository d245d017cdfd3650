/* ending.h: the one end of every judgement of an MX answer. */
#ifndef MODULE_UNBOUND_ENDING_H
#define MODULE_UNBOUND_ENDING_H

#include "module/unbound/question_inside.h"

/* The assessment needs nothing more: its verdict is noted for the questions to come, told to the witnesses, and becomes the answer
 * of the query, which is finished then. */
void ending_carry_out(question_t *question);

#endif
