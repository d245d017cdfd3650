/* privileges.c: see privileges.h. */
#include "module/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char fallback_user[] = "nobody";

static void raise_file_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

/* A daemon started with a closed 0, 1 or 2 would write its log into a client's socket. */
static void fill_standard_streams(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = dup(fd);
	if (fd > STDERR_FILENO)
		close(fd);
}

void privileges_prepare(void)
{
	const struct rlimit none = { 0, 0 };

	fill_standard_streams();
	umask(077);
	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
	raise_file_limit();
}

void privileges_whom(const char *user, uid_t *uid, gid_t *gid)
{
	const struct passwd *entry = NULL;

	if (user[0] != '\0' && geteuid() == 0)
		entry = getpwnam(user);
	if (entry == NULL && user[0] != '\0' && geteuid() == 0)
		entry = getpwnam(fallback_user);
	*uid = entry != NULL ? entry->pw_uid : geteuid();
	*gid = entry != NULL ? entry->pw_gid : getegid();
}

static const struct passwd *find_user(const char *user, bool user_is_default, log_t *log)
{
	const struct passwd *entry = getpwnam(user);

	if (entry == NULL && user_is_default) {
		log_write(log, LOG_LEVEL_WARNING,
			  "there is no user %s: going on as %s; create it with systemd-sysusers, or set the key user",
			  user, fallback_user);
		entry = getpwnam(fallback_user);
	}
	if (entry == NULL)
		log_write(log, LOG_LEVEL_ERROR,
			  "there is no user %s: create it, or set the key user to one that exists, or to \"\" to stay "
			  "root",
			  user);
	return entry;
}

static bool become(const struct passwd *entry, log_t *log)
{
	log_give(log, entry->pw_uid, entry->pw_gid);
	if (setgroups(0, NULL) == 0 && setresgid(entry->pw_gid, entry->pw_gid, entry->pw_gid) == 0 &&
	    setresuid(entry->pw_uid, entry->pw_uid, entry->pw_uid) == 0)
		return true;
	log_write(log, LOG_LEVEL_ERROR, "cannot become user %s: %s", entry->pw_name, strerror(errno));
	return false;
}

static bool drop_capabilities(log_t *log)
{
	if (capng_apply(CAPNG_SELECT_CAPS) == 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		return true;
	log_write(log, LOG_LEVEL_ERROR, "cannot drop capabilities: %s", strerror(errno));
	return false;
}

bool privileges_drop(const char *user, bool user_is_default, log_t *log)
{
	const struct passwd *entry = NULL;

	if (user[0] != '\0' && geteuid() == 0) {
		entry = find_user(user, user_is_default, log);
		if (entry == NULL)
			return false;
	}
	capng_clear(CAPNG_SELECT_ALL);
	/* Before setresuid(), which takes the right to lower the bounding set away. Who never had it need not: exec() cannot
	 * give capabilities back once PR_SET_NO_NEW_PRIVS is set. */
	(void)capng_apply(CAPNG_SELECT_BOUNDS);
	if (entry != NULL && !become(entry, log))
		return false;
	if (!drop_capabilities(log))
		return false;
	prctl(PR_SET_DUMPABLE, 0); /* setresuid() sets it anew */
	return true;
}
