/* keyfile.h: the key that snapshots are authenticated with: 32 random octets in a file of mode 0600 that belongs to us. */
#ifndef MODULE_SNAPSHOT_KEYFILE_H
#define MODULE_SNAPSHOT_KEYFILE_H

#include "module/snapshot/mac.h"

enum { KEYFILE_PROBLEM_MAX = 512 };

/* Reads the key at `path`, or makes one when there is no file. False, with a sentence that says what, where and what to do, when
 * neither can be done: also when others may read or write it, when it is not ours, a link, or of another size. */
MUST_USE bool keyfile_open(const char *path, uint8_t key[MAC_KEY_SIZE], char problem[KEYFILE_PROBLEM_MAX]);

#endif
