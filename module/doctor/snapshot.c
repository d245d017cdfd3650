/* snapshot.c: the file that keeps the cache over a restart, and its key: whether the next start would take them. */
#include "module/doctor/doctor.h"
#include "module/escape.h"
#include "module/snapshot/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_SHOWN_MAX = 400,
	LATE = 3,         /* times cache.snapshot.every, after which a file is old, */
	LATE_LEAST = 120, /*   and seconds that it may always take */
	MINUTE = 60,
	KILOBYTE = 1024,
};

typedef struct look {
	const doctor_t *doctor;
	finding_t *finding;
	const char *file; /* both as they are shown */
	const char *key;
} look_t;

/* Those who can mend what there is to mend see it in the log. */
static void see_the_log(const look_t *look)
{
	finding_mend(look->finding, "see what the log says of the snapshot: journalctl -u mxward");
}

static bool has_folder(const char *file)
{
	char *copy = strdup(file);
	struct stat st;
	const bool has = copy != NULL && stat(dirname(copy), &st) == 0 && S_ISDIR(st.st_mode);

	free(copy);
	return has;
}

static void tell_missing(const look_t *look, int err)
{
	finding_t *finding = look->finding;

	if (err == EACCES && geteuid() != 0) {
		finding_skip(finding, "%s may not be looked at by you", look->file);
		finding_mend(finding, "ask as root");
	} else if (err != ENOENT) {
		finding_warn(finding, "%s cannot be read: %s", look->file,
			     err == ELOOP ? "it is a symbolic link" : strerror(err));
		see_the_log(look);
	} else if (has_folder(look->doctor->conf->cache.snapshot.file)) {
		finding_skip(finding, "%s is not there: mxward has not been started with it, or has just begun anew",
			     look->file);
	} else {
		finding_warn(finding, "%s cannot be made, as its folder is not there: a restart empties the cache",
			     look->file);
		finding_mend(finding, "systemd-tmpfiles --create; systemctl restart mxward");
	}
}

/* What keyfile.h refuses; `owner` is whose the snapshot is. False when there is something to tell. */
static bool is_key_good(const look_t *look, uid_t owner)
{
	struct stat st;

	if (lstat(look->doctor->conf->cache.snapshot.key, &st) != 0 || !S_ISREG(st.st_mode)) {
		finding_warn(look->finding, "the key %s is no file: the next start cannot use the snapshot", look->key);
		finding_mend(look->finding, "systemctl restart mxward: another key is made");
	} else if ((st.st_mode & 077) != 0) {
		finding_warn(look->finding, "others may use the key %s: the next start will not", look->key);
		finding_mend(look->finding, "chmod 600 %s; or remove it, and another one is made", look->key);
	} else if (st.st_uid != owner) {
		finding_warn(look->finding, "the key %s does not belong to whom the snapshot belongs to", look->key);
		finding_mend(look->finding, "give it to the user that mxward runs as: ls -l %s", look->file);
	} else {
		return true;
	}
	return false;
}

/* While nobody answers, an old file is what is to be expected. */
static void tell_age(const look_t *look, const layout_head_t *head)
{
	const uint64_t now = (uint64_t)look->doctor->now;
	const uint64_t age = now > head->moment.wall ? now - head->moment.wall : 0;
	const uint32_t every = look->doctor->conf->cache.snapshot.every;
	finding_t *finding = look->finding;

	if (age > (uint64_t)every * LATE + LATE_LEAST && !look->doctor->silent) {
		finding_warn(finding, "%s was written %" PRIu64 " minutes ago, and should be every %" PRIu32 " seconds",
			     look->file, age / MINUTE, every);
		see_the_log(look);
		return;
	}
	finding_ok(finding, "%s has %" PRIu64 " answers in %" PRIu64 " KB, written %" PRIu64 " minutes ago", look->file,
		   head->entries, (head->size + KILOBYTE - 1) / KILOBYTE, age / MINUTE);
}

static void tell_file(const look_t *look, int fd)
{
	uint8_t octets[LAYOUT_HEAD_SIZE] = { 0 };
	layout_head_t head;
	layout_err_t err;
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		finding_warn(look->finding, "%s is no file", look->file);
		finding_mend(look->finding, "remove it: mxward makes another one");
		return;
	}
	(void)!read(fd, octets, sizeof(octets)); /* what is missing is found by the size */
	err = layout_read_head(octets, (uint64_t)st.st_size, &head);
	if (err != LAYOUT_OK) {
		finding_warn(look->finding, "%s %s: the next start would not take it", look->file,
			     layout_strerror(err));
		finding_mend(look->finding, "systemctl restart mxward: it is replaced");
	} else if (is_key_good(look, st.st_uid)) {
		tell_age(look, &head);
	}
}

void doctor_check_snapshot(doctor_t *doctor, finding_t *finding)
{
	const char *path = doctor->conf->cache.snapshot.file;
	char file[PATH_SHOWN_MAX];
	char key[PATH_SHOWN_MAX];
	const look_t look = {
		.doctor = doctor,
		.finding = finding,
		.file = escape_string(path, file, sizeof(file)),
		.key = escape_string(doctor->conf->cache.snapshot.key, key, sizeof(key)),
	};
	int fd;

	if (path[0] == '\0') {
		finding_skip(finding, "cache.snapshot.file is empty: a restart empties the cache");
		return;
	}
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		tell_missing(&look, errno);
		return;
	}
	tell_file(&look, fd);
	close(fd);
}
