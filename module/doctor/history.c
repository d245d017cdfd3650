/* history.c: the file in which MX sets are remembered. */
#include "cache/history_store.h"
#include "module/doctor/doctor.h"
#include "module/escape.h"

#include <inttypes.h>
#include <unistd.h>

enum {
	PATH_SHOWN_MAX = 512,
	HUNDRED = 100,
	NEARLY_FULL = 95, /* per cent of history.max-rows */
	MEGABYTE = 1 << 20,
};

static void tell_size(const conf_history_t *conf, history_store_t *store, const char *path, finding_t *finding)
{
	history_counts_t counts;

	history_store_counts(store, &counts);
	if (counts.rows * HUNDRED < (uint64_t)conf->max_rows * NEARLY_FULL) {
		finding_ok(finding, "%s has %" PRIu64 " rows of %u at most, in %" PRIu64 " MB", path, counts.rows,
			   conf->max_rows, counts.octets / MEGABYTE);
		return;
	}
	finding_warn(finding,
		     "%s has %" PRIu64 " rows of %u at most: what was not asked for the longest time makes room", path,
		     counts.rows, conf->max_rows);
	finding_mend(finding, "raise history.max-rows where the disk has room, some 100 octets a row");
}

static void mend(history_err_t err, const char *path, finding_t *finding)
{
	switch (err) {
	case HISTORY_DENIED:
		finding_mend(finding, "ask as root or as a member of the group that may read it: ls -l %s", path);
		break;
	case HISTORY_CORRUPT:
		finding_mend(finding, "systemctl restart mxward: a damaged file is moved aside and begun anew");
		break;
	case HISTORY_FOREIGN:
		finding_mend(finding, "let history.file name a file that no other program has made");
		break;
	case HISTORY_TOO_NEW: finding_mend(finding, "install the newer mxward again, or move the file away"); break;
	default: finding_mend(finding, "see what the log says of the history: journalctl -u mxward"); break;
	}
}

void doctor_check_history(doctor_t *doctor, finding_t *finding)
{
	const conf_history_t *conf = &doctor->conf->history;
	char path[PATH_SHOWN_MAX];
	history_err_t err;
	history_store_t *store;

	escape_string(conf->file, path, sizeof(path));
	if (!conf->enable) {
		finding_skip(finding, "history.enable is no: MX sets are not remembered");
		return;
	}
	store = history_store_open_reader(conf->file, &err);
	if (store != NULL) {
		tell_size(conf, store, path, finding);
		history_store_close(store);
	} else if (err == HISTORY_NO_FILE) {
		finding_skip(finding, "%s is not there: mxward has not been started with it", path);
	} else if (err == HISTORY_DENIED && geteuid() != 0) {
		finding_skip(finding, "%s may not be read by you", path);
		mend(err, path, finding);
	} else {
		finding_fail(finding, "%s %s", path, history_strerror(err));
		mend(err, path, finding);
	}
}
