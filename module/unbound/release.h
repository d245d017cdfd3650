/* release.h: whether the Unbound that loaded us is the release that we were built for. */
#ifndef MODULE_UNBOUND_RELEASE_H
#define MODULE_UNBOUND_RELEASE_H

/* NULL, or why this program cannot use us, in a sentence (static). */
const char *release_wrong(void);

#endif
