/* moment.c: see moment.h. */
#include "module/snapshot/moment.h"

#include "module/clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READING_MAX = 2 }; /* seconds that may lie between reading one clock and the other */

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 32 hexadecimal digits, with hyphens anywhere; zeros when it is anything else. */
static void read_boot(const char *text, uint8_t boot[MOMENT_BOOT_SIZE])
{
	size_t digits = 0;

	memset(boot, 0, MOMENT_BOOT_SIZE);
	for (; *text != '\0' && *text != '\n'; text++) {
		const int digit = digit_of(*text);

		if (*text == '-')
			continue;
		if (digit < 0 || digits == 2 * MOMENT_BOOT_SIZE) {
			digits = 0;
			break;
		}
		boot[digits / 2] = (uint8_t)(boot[digits / 2] << 4 | digit);
		digits++;
	}
	if (digits != 2 * MOMENT_BOOT_SIZE)
		memset(boot, 0, MOMENT_BOOT_SIZE);
}

moment_t moment_now(void)
{
	moment_t now = { .up = clock_of_cache(), .wall = clock_of_wall() };
	const int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	const char *given = getenv("MXWARD_BOOT_ID");
	char text[64] = "";

	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	read_boot(text[0] != '\0' || given == NULL ? text : given, now.boot);
	return now;
}

static bool is_known(const moment_t *moment)
{
	static const uint8_t unknown[MOMENT_BOOT_SIZE];

	return memcmp(moment->boot, unknown, sizeof(unknown)) != 0;
}

static bool within_run(const moment_t *then, const moment_t *now, uint64_t *seconds, char *problem)
{
	const uint64_t least = now->wall + MOMENT_STEP_MAX; /* what wall clocks say, moved by the largest step */
	const uint64_t ran = now->up - then->up;

	if (now->up < then->up) {
		snprintf(problem, MOMENT_PROBLEM_MAX, "it comes from the future of this run of the machine");
		return false;
	}
	if (least < then->wall + ran || now->wall > then->wall + ran + MOMENT_STEP_MAX) {
		snprintf(problem, MOMENT_PROBLEM_MAX,
			 "the clock was set since, by %+" PRId64
			 " seconds: it was wrong then or is now, and signatures were judged by it",
			 (int64_t)(now->wall - then->wall - ran));
		return false;
	}
	*seconds = ran;
	return true;
}

static bool between_runs(const moment_t *then, const moment_t *now, uint64_t *seconds, char *problem)
{
	const bool known = is_known(then) && is_known(now);
	const uint64_t passed = now->wall - then->wall;

	if (now->wall < then->wall) {
		snprintf(problem, MOMENT_PROBLEM_MAX,
			 "the clock is %" PRIu64 " seconds behind it: nobody knows how old it is",
			 then->wall - now->wall);
		return false;
	}
	if (known && passed + READING_MAX < now->up) {
		snprintf(problem, MOMENT_PROBLEM_MAX,
			 "by the clock it is %" PRIu64 " seconds old, but the machine is up for %" PRIu64
			 " since: the clock has gone back",
			 passed, now->up);
		return false;
	}
	*seconds = passed + 1; /* whole seconds of two readings */
	return true;
}

bool moment_since(const moment_t *then, const moment_t *now, uint32_t *seconds, char problem[MOMENT_PROBLEM_MAX])
{
	const bool same = is_known(now) && memcmp(then->boot, now->boot, sizeof(then->boot)) == 0;
	uint64_t passed = 0;
	const bool dated = same ? within_run(then, now, &passed, problem) : between_runs(then, now, &passed, problem);

	*seconds = passed < UINT32_MAX ? (uint32_t)passed : UINT32_MAX;
	return dated;
}
