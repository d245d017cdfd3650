/* owners.h: the table of whose mail hosts are (validator/owner.h), from the files that a configuration names (mx.providers). */
#ifndef MODULE_OWNERS_H
#define MODULE_OWNERS_H

#include "conf/conf.h"
#include "validator/owner.h"

/* What is in later files comes before what is in earlier ones. A default that is not there is passed over. A bad one is left out,
 * and *complaint is a line about the first such, `FILE:LINE:COLUMN: what is wrong, what would be right`, to be freed by the
 * caller; else NULL. Returns NULL only when memory is out. */
MUST_USE owner_table_t *owners_load(const conf_t *conf, char **complaint);

/* False when a file that the configuration names is bad, and *complaint is as above; NULL when memory is out. */
MUST_USE bool owners_check(const conf_t *conf, char **complaint);

#endif
