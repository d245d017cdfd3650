/* tsan.h: tells ThreadSanitizer of orderings that it cannot see, because liburcu is not instrumented. Nothing elsewhere.
 * Each use names one address that stands for one ordering, and says why liburcu guarantees it: an annotation too many
 * would hide races. */
#ifndef CACHE_TSAN_H
#define CACHE_TSAN_H

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define CACHE_TSAN
#endif
#elif defined(__SANITIZE_THREAD__)
#define CACHE_TSAN
#endif

#ifdef CACHE_TSAN
#include <sanitizer/tsan_interface.h>
#endif

/* What this thread did so far comes before what follows a tsan_after() of the same address. */
static inline void tsan_before(void *address)
{
#ifdef CACHE_TSAN
	__tsan_release(address);
#else
	(void)address;
#endif
}

static inline void tsan_after(void *address)
{
#ifdef CACHE_TSAN
	__tsan_acquire(address);
#else
	(void)address;
#endif
}

#endif
