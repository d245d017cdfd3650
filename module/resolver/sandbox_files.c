/* sandbox_files.c: Landlock (Documentation/userspace-api/landlock.rst); see sandbox.h. */
#include "module/resolver/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Newer than the headers of Debian 12. */
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

enum { ABI_MAX = 5 };

static const uint64_t read_access = LANDLOCK_ACCESS_FS_READ_FILE;
static const uint64_t write_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
				     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
				     LANDLOCK_ACCESS_FS_TRUNCATE;

/* All that a version of Landlock can forbid. */
static uint64_t handled_access(long abi)
{
	static const uint64_t last[ABI_MAX + 1] = {
		[1] = LANDLOCK_ACCESS_FS_MAKE_SYM,  [2] = LANDLOCK_ACCESS_FS_REFER,
		[3] = LANDLOCK_ACCESS_FS_TRUNCATE,  [4] = LANDLOCK_ACCESS_FS_TRUNCATE,
		[5] = LANDLOCK_ACCESS_FS_IOCTL_DEV,
	};

	return (last[abi < ABI_MAX ? abi : ABI_MAX] << 1) - 1;
}

static bool allow_at(int ruleset, const char *path, int kind, uint64_t access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	bool allowed;

	rule.parent_fd = open(path, O_PATH | kind | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES; /* there is nothing that could be read */
	allowed = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
	close(rule.parent_fd);
	return allowed;
}

static bool allow_beneath(int ruleset, const char *directory, uint64_t access)
{
	return allow_at(ruleset, directory, O_DIRECTORY, access);
}

static bool allow_single(int ruleset, const sandbox_file_t *file, uint64_t handled)
{
	const uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE;

	return allow_at(ruleset, file->path, O_NOFOLLOW, (read_access | (file->writable ? writing : 0)) & handled);
}

/* Landlock looks at where a file really is, so links are followed first. */
static bool allow_file(int ruleset, const char *file, uint64_t access)
{
	char real[PATH_MAX];

	if (realpath(file, real) == NULL)
		snprintf(real, sizeof(real), "%s", file);
	return allow_beneath(ruleset, dirname(real), access);
}

static bool allow_paths(int ruleset, const sandbox_paths_t *paths, uint64_t handled)
{
	const uint64_t reading = read_access | (paths->kind == SANDBOX_INSPECTION ? LANDLOCK_ACCESS_FS_READ_DIR : 0);

	for (size_t i = 0; i < paths->count; i++)
		if (!allow_file(ruleset, paths->readable[i], reading))
			return false;
	for (size_t i = 0; i < paths->file_count; i++)
		if (!allow_single(ruleset, &paths->files[i], handled))
			return false;
	return paths->writable == NULL || allow_beneath(ruleset, paths->writable, write_access & handled);
}

bool sandbox_restrict_files(const sandbox_paths_t *paths)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attributes;
	int ruleset = -1;
	bool restricted = false;

	if (abi < 1) {
		fprintf(stderr,
			"notice: this kernel has no Landlock (%s): files are guarded by their permissions alone\n",
			strerror(errno));
		return true;
	}
	attributes = (struct landlock_ruleset_attr){ .handled_access_fs = handled_access(abi) };
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	if (ruleset >= 0 && allow_paths(ruleset, paths, attributes.handled_access_fs))
		restricted = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	if (!restricted)
		fprintf(stderr, "error: cannot restrict files with Landlock: %s\n", strerror(errno));
	if (ruleset >= 0)
		close(ruleset);
	return restricted;
}
