/* sandbox.h: what a process of ours (launch.h) gives up before it hears from the Internet or from a client. In this order:
 *
 *	sandbox_limits()   no parent, no process: it dies with its parent, gains no privilege, keeps no capability, leaves no
 *	                   core, holds no other file, is limited in memory and time, and yields to the workers
 *	(read the configuration)
 *	sandbox_open_files()
 *	sandbox_enter()    Landlock: reads beneath some directories, writes beneath one, and single files; seccomp: an allow-list
 *	                   of system calls, one for each kind of process (sandbox_calls.c)
 *
 * In a build without MXWARD_SANDBOX sandbox_enter() does nothing but say so. Lines for the log go to stderr, where lines.h
 * reads them. */
#ifndef MODULE_RESOLVER_SANDBOX_H
#define MODULE_RESOLVER_SANDBOX_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>

/* 1 in builds with AddressSanitizer, ThreadSanitizer or MemorySanitizer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED 0
#endif

enum { SANDBOX_CPU_SECONDS = 10 }; /* of CPU time without a heartbeat, after which the kernel ends the process */

typedef enum {
	SANDBOX_RESOLVER, /* asks the Internet */
	SANDBOX_INSPECTION, /* takes connections at sockets that it is given; has threads, reads the log's directory, has a
			     * database */
} sandbox_kind_t;

typedef struct sandbox_file {
	const char *path;
	bool writable;
} sandbox_file_t;

typedef struct sandbox_paths {
	const char *writable; /* the directory of the RFC 5011 state, or of the log's index; NULL: none */
	size_t count;
	const char *const
		*readable; /* files; what lies in their directories can be read, so that they can be replaced; an
			     * inspection process may list the directories, too */
	sandbox_kind_t kind;
	size_t file_count;
	const sandbox_file_t *files; /* single ones in directories that are not to be read; those that exist */
} sandbox_paths_t;

/* `memory`: octets of address space, 0: unlimited (also in builds with sanitizers, which reserve terabytes). Files from
 * `first_fd` on are closed. False, with a line on stderr, when anything is refused. */
MUST_USE bool sandbox_limits(size_t memory, int first_fd);

/* Raises the limit of open files to `wanted` if it is lower, as far as the hard limit allows. Returns the limit. */
size_t sandbox_open_files(size_t wanted);

/* The process may use SANDBOX_CPU_SECONDS from now on. */
void sandbox_rearm_cpu(void);

/* False, with a line on stderr, when the system calls cannot be restricted. A kernel without Landlock is no failure. */
MUST_USE bool sandbox_enter(const sandbox_paths_t *paths);

/* The two halves of sandbox_enter(). */
MUST_USE bool sandbox_restrict_files(const sandbox_paths_t *paths);
MUST_USE bool sandbox_restrict_calls(sandbox_kind_t kind, bool may_write_files);

#endif
