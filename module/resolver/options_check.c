/* options_check.c: see options.h. libunbound writes what it dislikes to stderr, so it is asked in a process of its own, which
 * also keeps its parsers out of the daemon. */
#include "module/resolver/options.h"

#include "module/resolver/launch.h"
#include "module/resolver/options_text.h"
#include "module/resolver/proto.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WAIT_MS = 20000, SAID_MAX = 4096 };

/* What a process said before it said HELLO or ended. */
typedef struct trial {
	bool ready;
	size_t size;
	char said[SAID_MAX + 1];
} trial_t;

static char *sentence(const char *format, ...) PRINTF_LIKE(1, 2);

static char *sentence(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return text;
}

/* False at its end. What does not fit is dropped: the first lines tell. */
static bool read_said(trial_t *trial, int fd)
{
	char octets[1024];
	ssize_t size = read(fd, octets, sizeof(octets));
	size_t room = SAID_MAX - trial->size;

	if (size <= 0)
		return size < 0 && (errno == EAGAIN || errno == EINTR);
	memcpy(trial->said + trial->size, octets, (size_t)size < room ? (size_t)size : room);
	trial->size += (size_t)size < room ? (size_t)size : room;
	return true;
}

static bool read_hello(int fd)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	ssize_t size = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	proto_t message;

	return size > 0 && proto_read(octets, (size_t)size, &message) == PROTO_OK && message.kind == PROTO_HELLO;
}

static void watch(trial_t *trial, const launched_t *process)
{
	struct pollfd fds[] = { { .fd = process->log, .events = POLLIN }, { .fd = process->socket, .events = POLLIN } };

	while (poll(fds, 2, WAIT_MS) > 0) {
		if (fds[1].revents != 0) {
			trial->ready = read_hello(process->socket);
			fds[1].fd = -1;
		}
		if (trial->ready || (fds[0].revents != 0 && !read_said(trial, process->log)))
			return;
	}
}

static bool try_text(const char *text, const char *program, trial_t *trial)
{
	launched_t process;

	*trial = (trial_t){ 0 };
	if (!launch_process(&(launch_request_t){ .program = program, .config = text }, &process))
		return false;
	watch(trial, &process);
	kill(process.pid, SIGKILL);
	while (waitpid(process.pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(process.socket);
	close(process.log);
	if (process.pidfd >= 0)
		close(process.pidfd);
	return true;
}

/* The number behind "/proc/self/fd/4:"; 0 when it is not there. */
static size_t line_number(const char *said)
{
	const char *colon = strncmp(said, "/proc/self/fd/", 14) == 0 ? strchr(said, ':') : NULL;

	return colon != NULL ? strtoul(colon + 1, NULL, 10) : 0;
}

/* "/proc/self/fd/4:12: error: TEXT" names a line of the text, "[TIME] NAME[PID:0] error: TEXT" does not. */
static char *explain(char *said, const char *text, const options_lines_t *theirs)
{
	const char *error = strstr(said, "error: ");
	size_t line = line_number(said);

	if (error == NULL)
		return sentence("libunbound does not start with these settings, and does not say why");
	error += strlen("error: ");
	said[(size_t)(error - said) + strcspn(error, "\n")] = '\0';
	if (line == 0)
		return sentence("libunbound does not start with these settings: %s", error);
	if (line >= theirs->first && line < theirs->first + theirs->count)
		return sentence("resolver.libunbound, line %zu: %s: see unbound.conf(5), server clause",
				line - theirs->first + 1, error);
	for (size_t i = 1; i < line && strchr(text, '\n') != NULL; i++)
		text = strchr(text, '\n') + 1;
	return sentence("libunbound refuses what the resolver section becomes, `%.*s`: %s",
			(int)strcspn(text + strspn(text, "\t"), "\n"), text + strspn(text, "\t"), error);
}

/* ---- trust anchors ---- */

/* Whether a line of a zone file (RFC 1035, 5.1) is a DS or DNSKEY record, or the end of one. */
static bool is_anchor(char *line)
{
	char *rest;

	line[strcspn(line, ";")] = '\0';
	for (const char *word = strtok_r(line, " \t\r\n()", &rest); word != NULL;
	     word = strtok_r(NULL, " \t\r\n()", &rest))
		if (strcasecmp(word, "DS") == 0 || strcasecmp(word, "DNSKEY") == 0)
			return true;
	return false;
}

static bool holds_anchor(const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	bool holds = false;

	while (in != NULL && !holds && getline(&line, &room, in) > 0)
		holds = is_anchor(line);
	free(line);
	if (in != NULL)
		fclose(in);
	return holds;
}

/* libunbound takes a file without any key in silence, and then validates nothing. */
static char *check_anchors(const conf_strings_t *files)
{
	for (size_t i = 0; i < files->count; i++)
		if (!holds_anchor(files->items[i]))
			return sentence(
				"resolver.trust-anchor-file: %s holds no DS or DNSKEY record, so that nothing would be "
				"validated: name another file, or install the package dns-root-data",
				files->items[i]);
	return NULL;
}

/* ---- all of it ---- */

char *options_check_with(const conf_t *conf, const char *program)
{
	options_lines_t theirs;
	char *text = options_write(conf, false, &theirs);
	trial_t trial;
	char *refusal = NULL;

	if (text == NULL)
		return sentence("a path or a name in the resolver section has a quotation mark or a control character, "
				"which libunbound's configuration cannot hold: choose another");
	if (!try_text(text, program, &trial))
		refusal = sentence("libunbound cannot be tried: a process cannot be started (%s)", strerror(errno));
	else if (!trial.ready)
		refusal = explain(trial.said, text, &theirs);
	else
		refusal = check_anchors(&conf->resolver.trust_anchor_files);
	free(text);
	return refusal;
}

char *options_check(const conf_t *conf)
{
	return options_check_with(conf, NULL);
}
