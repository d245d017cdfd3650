/* test_system.c: what doctor reads from proc(5), from dpkg's database and from the kernel's clock. */
#include "tests/module/doctor/folder.h"

#include "module/doctor/doctor.h"

#include <errno.h>

#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define REST " 00000000:00000000 00:00000000 00000000     0        0 "

enum { PROCESSES_MAX = 3 };

struct process {
	const char *number;
	const char *name;
	const char *link; /* of one file descriptor */
};

struct port {
	const char *name;
	const char *listen;
	const char *udp; /* lines of the tables in /proc/net; NULL: no such table */
	const char *tcp6;
	struct process processes[PROCESSES_MAX];
	finding_status_t want;
	const char *what;
};

static const struct port ports[] = {
	{ "mxward",
	  "",
	  HEAD "  11: 0100007F:0035 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { "12", "mxward\n", "socket:[4711]" } },
	  FINDING_OK,
	  "mxward listens" },
	{ "dnsmasq on all addresses",
	  "",
	  HEAD "  11: 00000000:0035 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { "9", "sh\n", "/dev/null" }, { "12", "dnsmasq\n", "socket:[4711]" } },
	  FINDING_FAIL,
	  "dnsmasq holds" },
	{ "unbound on IPv6, over TCP",
	  "listen: ['::1']",
	  HEAD "  11: 0100007F:0035 00000000:0000 07" REST "4711 2\n",
	  HEAD "   0: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 0A" REST "815 1\n",
	  { { "12", "mxward\n", "socket:[4711]" }, { "13", "unbound\n", "socket:[815]" } },
	  FINDING_FAIL,
	  "unbound holds" },
	{ "systemd-resolved on an address that is not ours",
	  "",
	  HEAD "  11: 3500007F:0035 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { "12", "systemd-resolve\n", "socket:[4711]" } },
	  FINDING_FAIL,
	  "nobody listens" },
	{ "another port",
	  "",
	  HEAD "  11: 0100007F:0036 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { 0 } },
	  FINDING_FAIL,
	  "nobody listens" },
	{ "a connection is no listener",
	  "",
	  HEAD,
	  HEAD "   0: 00000000000000000000000001000000:0035 00000000000000000000000001000000:1234 01" REST "815 1\n",
	  { { 0 } },
	  FINDING_FAIL,
	  "nobody listens" },
	{ "a process that we may not see",
	  "",
	  HEAD "  11: 0100007F:0035 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { "12", "mxward\n", "socket:[4712]" } },
	  FINDING_SKIPPED,
	  "root can see" },
	{ "escape sequences in a process's name",
	  "",
	  HEAD "  11: 0100007F:0035 00000000:0000 07" REST "4711 2\n",
	  "",
	  { { "12", "\033[31m\n", "socket:[4711]" } },
	  FINDING_FAIL,
	  "\\027[31m holds" },
	{ "lines that say nothing",
	  "",
	  HEAD "\n  11: 0100007F 07\n  12: 01:0035 00000000:0000 07" REST "1 2\nxx\n",
	  "",
	  { { 0 } },
	  FINDING_FAIL,
	  "nobody listens" },
	{ "no tables", "", NULL, NULL, { { 0 } }, FINDING_SKIPPED, "cannot be read" },
};

enum { PORTS = sizeof(ports) / sizeof(ports[0]) };

static void expect(const finding_t *finding, finding_status_t want, const char *what)
{
	if (finding->status != want || strstr(finding->what, what) == NULL)
		fail_msg("%s: %s; %s", finding_name(finding->status), finding->what, finding->mend);
	if ((want == FINDING_FAIL || want == FINDING_WARNING) != (finding->mend[0] != '\0'))
		fail_msg("how to mend it: %s", finding->mend);
}

static void write_proc(folder_t *folder, const struct port *port)
{
	char name[64];

	if (port->udp != NULL) {
		folder_write(folder, "net/udp", port->udp);
		folder_write(folder, "net/tcp", HEAD);
		folder_write(folder, "net/udp6", HEAD);
		folder_write(folder, "net/tcp6", port->tcp6);
	}
	folder_write(folder, "self/comm", "test\n");
	for (size_t i = 0; i < PROCESSES_MAX && port->processes[i].number != NULL; i++) {
		snprintf(name, sizeof(name), "%s/comm", port->processes[i].number);
		folder_write(folder, name, port->processes[i].name);
		snprintf(name, sizeof(name), "%s/fd/3", port->processes[i].number);
		folder_link(folder, name, port->processes[i].link);
	}
}

static void finds_who_holds_the_port(void **state)
{
	const struct port *port = *state;
	doctor_t *doctor = calloc(1, sizeof(*doctor));
	finding_t finding = { 0 };
	folder_t folder;
	char *error;
	conf_t *conf = conf_parse(port->listen, strlen(port->listen), "conf", &error);

	assert_non_null(doctor);
	assert_non_null(conf);
	folder_make(&folder);
	write_proc(&folder, port);
	doctor->conf = conf;
	doctor->proc = folder.path;
	doctor_check_port(doctor, &finding);
	folder_remove(&folder);
	conf_free(conf);
	free(doctor);
	expect(&finding, port->want, port->what);
}

#define INSTALLED "Status: install ok installed\n"

struct package {
	const char *name;
	const char *status;     /* dpkg's database; NULL: not there */
	const char *libunbound; /* ub_version() */
	finding_status_t want;
	const char *what;
};

static const struct package packages[] = {
	{ "a Debian 12 of 2023", "Package: libunbound8\n" INSTALLED "Version: 1.17.1-2+deb12u1\n\n", "1.17.1",
	  FINDING_WARNING, "libunbound 1.17.1-2+deb12u1 has no fix" },
	{ "a version that is new enough", "Package: libunbound8\n" INSTALLED "Version: 1.27.0-1\n\n", "1.17.1",
	  FINDING_OK, "libunbound 1.27.0-1 has the fixes" },
	{ "Debian 13", "Package: libunbound8\n" INSTALLED "Version: 1.22.0-2+deb13u3\n\n", "1.22.0", FINDING_WARNING,
	  "libunbound 1.22.0-2+deb13u3 is older than upstream's fix for" },
	{ "the package among others",
	  "Package: libunbound-dev\n" INSTALLED "Version: 1.0\n\nPackage: libunbound8\n" INSTALLED
	  "Description: a library\n Package: zlib\nVersion: 1.27.0-1\n\nPackage: zlib1g\n" INSTALLED "Version: 1.2\n\n",
	  "1.17.1", FINDING_OK, "libunbound 1.27.0-1" },
	{ "the package at the end", "Package: a\n\nPackage: libunbound8\n" INSTALLED "Version: 1.27.0-1", "1.17.1",
	  FINDING_OK, "libunbound 1.27.0-1" },
	{ "the package removed", "Package: libunbound8\nStatus: deinstall ok config-files\nVersion: 1.27.0-1\n\n",
	  "1.17.1", FINDING_WARNING, "libunbound 1.17.1 is older than upstream's fix" },
	{ "the package not there", "Package: zlib1g\n" INSTALLED "Version: 9\n\n", "99.0", FINDING_OK,
	  "libunbound 99.0" },
	{ "the package without a version", "Package: libunbound8\n" INSTALLED "\n", "99.0", FINDING_OK,
	  "libunbound 99.0" },
	{ "no database", NULL, "99.0", FINDING_OK, "libunbound 99.0" },
};

enum { PACKAGES = sizeof(packages) / sizeof(packages[0]) };

static void knows_old_packages(void **state)
{
	const struct package *package = *state;
	doctor_t *doctor = calloc(1, sizeof(*doctor));
	finding_t finding = { 0 };
	folder_t folder;

	assert_non_null(doctor);
	folder_make(&folder);
	if (package->status != NULL)
		folder_write(&folder, "status", package->status);
	doctor->dpkg_status = folder_path(&folder, "status");
	doctor->libunbound = package->libunbound;
	doctor_check_libunbound(doctor, &finding);
	folder_remove(&folder);
	free(doctor);
	expect(&finding, package->want, package->what);
}

/* The words of a line that is longer than what is read at once begin no field. */
static void long_lines_hide_no_field(void **state)
{
	static const char begin[] = "Package: libunbound8\n" INSTALLED "Depends: ";
	static const char end[] = "Version: 1.0\nVersion: 1.27.0-1\n\n";
	enum { LINE = 1023 };
	char text[4096];
	struct package package = { "", text, "1.17.1", FINDING_OK, "libunbound 1.27.0-1" };
	void *row = &package;
	size_t size = sizeof(begin) - 1;

	(void)state;
	memcpy(text, begin, size);
	for (size_t i = strlen("Depends: "); i < LINE; i++)
		text[size++] = 'x';
	memcpy(text + size, end, sizeof(end));
	knows_old_packages(&row);
}

static int synchronised(struct timex *timex)
{
	timex->status = 0;
	return TIME_OK;
}

static int unsynchronised(struct timex *timex)
{
	timex->status = STA_UNSYNC;
	return TIME_ERROR;
}

static int forbidden(struct timex *timex)
{
	(void)timex;
	errno = EPERM;
	return -1;
}

static void asks_the_kernel_about_its_clock(void **state)
{
	static const struct {
		int (*adjtimex)(struct timex *);
		finding_status_t want;
		const char *what;
	} clocks[] = {
		{ synchronised, FINDING_OK, "keeps the clock right" },
		{ unsynchronised, FINDING_WARNING, "no time service" },
		{ forbidden, FINDING_SKIPPED, "does not tell" },
	};
	doctor_t *doctor = calloc(1, sizeof(*doctor));

	(void)state;
	assert_non_null(doctor);
	for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		finding_t finding = { 0 };

		doctor->adjtimex = clocks[i].adjtimex;
		doctor_check_clock_sync(doctor, &finding);
		expect(&finding, clocks[i].want, clocks[i].what);
	}
	free(doctor);
}

static void checks_have_names(void **state)
{
	size_t count;
	const check_t *checks = doctor_checks(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_non_null(checks[i].about);
		assert_non_null(checks[i].run);
		assert_int_equal(strspn(checks[i].name, "abcdefghijklmnopqrstuvwxyz-"), strlen(checks[i].name));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(checks[i].name, checks[j].name);
	}
}

int main(void)
{
	struct CMUnitTest tests[PORTS + PACKAGES + 3];

	for (size_t i = 0; i < PORTS; i++)
		tests[i] = (struct CMUnitTest){ ports[i].name, finds_who_holds_the_port, NULL, NULL,
						(void *)(uintptr_t)&ports[i] };
	for (size_t i = 0; i < PACKAGES; i++)
		tests[PORTS + i] = (struct CMUnitTest){ packages[i].name, knows_old_packages, NULL, NULL,
							(void *)(uintptr_t)&packages[i] };
	tests[PORTS + PACKAGES] = (struct CMUnitTest)cmocka_unit_test(long_lines_hide_no_field);
	tests[PORTS + PACKAGES + 1] = (struct CMUnitTest)cmocka_unit_test(asks_the_kernel_about_its_clock);
	tests[PORTS + PACKAGES + 2] = (struct CMUnitTest)cmocka_unit_test(checks_have_names);
	return cmocka_run_group_tests_name("doctor system", tests, NULL, NULL);
}
