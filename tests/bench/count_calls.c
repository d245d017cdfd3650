/* count_calls.c: a library to be loaded before the others (LD_PRELOAD), which counts what threads of one name ask of the allocator
 * and of locks. Counters are in the file $COUNT_CALLS_FILE, which it makes as long as it needs and which others may read at
 * any time: one of 64 bits for each row of counter_t, in this machine's order. $COUNT_CALLS_THREADS is how names of these
 * threads begin. Processes that are started do not inherit it. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum { ALLOCATED, FREED, LOCKED, FUTEX, COUNTERS } counter_t;

enum { THREAD_NAME_SIZE = 16 };

/* Set once, before there are threads. */
static atomic_uint_fast64_t *counters;
static char prefix[THREAD_NAME_SIZE];

/* glibc's own names: dlsym() allocates, so that what it finds cannot be the allocator. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("COUNT_CALLS_FILE");
	const char *threads = getenv("COUNT_CALLS_THREADS");
	const size_t size = COUNTERS * sizeof(*counters);
	int fd = path != NULL && threads != NULL ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	void *map = fd >= 0 && ftruncate(fd, (off_t)size) == 0
			    ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
			    : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (map == MAP_FAILED)
		return;
	strncpy(prefix, threads, sizeof(prefix) - 1);
	counters = map;
	unsetenv("LD_PRELOAD");
	unsetenv("COUNT_CALLS_FILE");
	unsetenv("COUNT_CALLS_THREADS");
}

static void count(counter_t what)
{
	char name[THREAD_NAME_SIZE] = "";

	if (counters != NULL && prctl(PR_GET_NAME, name) == 0 && strncmp(name, prefix, strlen(prefix)) == 0)
		atomic_fetch_add(&counters[what], 1);
}

/* The C library's own declarations have reserved names for parameters.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

/* ---- the allocator ---- */

void *malloc(size_t size)
{
	count(ALLOCATED);
	return __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	count(ALLOCATED);
	return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size)
{
	count(ALLOCATED);
	return __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t number, size_t size)
{
	size_t all = 0;

	count(ALLOCATED);
	return __builtin_mul_overflow(number, size, &all) ? NULL : __libc_realloc(block, all);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count(ALLOCATED);
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	count(ALLOCATED);
	*block = __libc_memalign(alignment, size);
	return *block != NULL ? 0 : ENOMEM;
}

void free(void *block)
{
	if (block == NULL)
		return;
	count(FREED);
	__libc_free(block);
}

/* ---- locks ---- */

/* A function of one lock, counted. */
#define COUNTED(function, type)                                    \
	int function(type lock)                                    \
	{                                                          \
		static int (*_Atomic next)(type);                  \
                                                                   \
		count(LOCKED);                                     \
		if (next == NULL) {                                \
			void *found = dlsym(RTLD_NEXT, #function); \
			int (*call)(type) = NULL;                  \
                                                                   \
			memcpy(&call, &found, sizeof(call));       \
			next = call;                               \
		}                                                  \
		return next(lock);                                 \
	}

COUNTED(pthread_mutex_lock, pthread_mutex_t *)
COUNTED(pthread_mutex_trylock, pthread_mutex_t *)
COUNTED(pthread_mutex_unlock, pthread_mutex_t *)
COUNTED(pthread_rwlock_rdlock, pthread_rwlock_t *)
COUNTED(pthread_rwlock_wrlock, pthread_rwlock_t *)
COUNTED(pthread_rwlock_unlock, pthread_rwlock_t *)
COUNTED(pthread_spin_lock, pthread_spinlock_t *)
COUNTED(pthread_cond_signal, pthread_cond_t *)
COUNTED(pthread_cond_broadcast, pthread_cond_t *)

/* liburcu waits by it. */
long syscall(long number, ...)
{
	static long (*_Atomic next)(long, ...);
	long arguments[6];
	va_list list;

	if (number == SYS_futex)
		count(FUTEX);
	if (next == NULL) {
		void *found = dlsym(RTLD_NEXT, "syscall");
		long (*call)(long, ...) = NULL;

		memcpy(&call, &found, sizeof(call));
		next = call;
	}
	va_start(list, number);
	for (unsigned i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	return next(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
