/* command.c: `mxward doctor`: options, the run over the table, and what is printed. */
#include "module/command.h"
#include "module/ask/address.h"
#include "module/doctor/doctor.h"
#include "module/escape.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>
#include <unistd.h>

enum { SKIPS_MAX = 16, SHOWN_MAX = 320, SERVER_MS = 10000, ROOT_MS = 2000, SECONDS_MAX = 300, MS = 1000 };

typedef struct options {
	const char *conf_path;
	bool json;
	bool list;
	bool no_dnsbl;
	size_t skip_count;
	const char *skips[SKIPS_MAX];
} options_t;

static const char help[] =
	"Usage: mxward doctor [OPTION...]\n"
	"\n"
	"Checks an installation from the client's side, and says what is wrong and how to mend it.\n"
	"It changes nothing. As root it sees more.\n"
	"\n"
	"  -c, --config FILE          the daemon's configuration\n"
	"                             (default: " MXWARD_CONFIG_FILE ", if it is there)\n"
	"  -s, --server ADDR[@PORT]   the server to ask (default: what resolv.conf names)\n"
	"      --resolv-conf FILE     default: /etc/resolv.conf\n"
	"      --postfix-chroot DIR   Postfix's queue directory (default: /var/spool/postfix)\n"
	"      --dpkg-status FILE     default: /var/lib/dpkg/status\n"
	"      --proc DIR             default: /proc\n"
	"      --dnsbl ZONE           a DNS blocklist to try instead of zen.spamhaus.org; may be repeated\n"
	"      --no-dnsbl             ask no blocklist\n"
	"      --skip CHECK           leave a check out; may be repeated\n"
	"      --timeout SEC          for each question to the server (default: 10)\n"
	"      --list                 print the names of all checks and what they look at\n"
	"      --json                 print one JSON object\n"
	"  -h, --help                 this\n"
	"\n"
	"Exit status: 0 all is well; 1 warnings; 2 something is broken; 64 wrong command line;\n"
	"70 memory or output failed; 78 the configuration is wrong.\n";

static int usage_error(const char *what, const char *value)
{
	char shown[SHOWN_MAX];

	fprintf(stderr, "mxward doctor: %s %s; see mxward doctor --help\n", what,
		escape_string(value, shown, sizeof(shown)));
	return EXIT_USAGE;
}

static bool is_check(const char *name)
{
	size_t count;
	const check_t *checks = doctor_checks(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(checks[i].name, name) == 0)
			return true;
	return false;
}

static int read_timeout(const char *text, doctor_t *doctor)
{
	char *end;
	long seconds = strtol(text, &end, 10);

	if (end == text || *end != '\0' || seconds < 1 || seconds > SECONDS_MAX)
		return usage_error("--timeout takes seconds from 1 to 300, and not", text);
	doctor->timeout_ms = (unsigned)seconds * MS;
	return 0;
}

static int add_skip(options_t *options, const char *name)
{
	if (!is_check(name))
		return usage_error("there is no check (mxward doctor --list shows all)", name);
	if (options->skip_count < SKIPS_MAX)
		options->skips[options->skip_count++] = name;
	return 0;
}

static int add_zone(doctor_t *doctor, const char *zone)
{
	if (doctor->zone_count == DOCTOR_ZONES_MAX)
		return usage_error("too many lists:", zone);
	doctor->zones[doctor->zone_count++] = zone;
	return 0;
}

static int read_server(doctor_t *doctor, const char *text)
{
	doctor->has_server = true;
	if (address_from_text(text, &doctor->server))
		return 0;
	return usage_error("-s takes ADDR or ADDR@PORT, for example 127.0.0.1@53, and not", text);
}

static int read_option(int option, const char *word, options_t *options, doctor_t *doctor)
{
	switch (option) {
	case 'c': options->conf_path = optarg; return 0;
	case 's': return read_server(doctor, optarg);
	case 'r': doctor->resolv_conf = optarg; return 0;
	case 'p': doctor->postfix = optarg; return 0;
	case 'd': doctor->dpkg_status = optarg; return 0;
	case 'P': doctor->proc = optarg; return 0;
	case 'z': return add_zone(doctor, optarg);
	case 'n': options->no_dnsbl = true; return 0;
	case 'k': return add_skip(options, optarg);
	case 't': return read_timeout(optarg, doctor);
	case 'l': options->list = true; return 0;
	case 'j': options->json = true; return 0;
	case ':': return usage_error("a value is missing behind", word);
	default: return usage_error("there is no option", word);
	}
}

/* 0, or the exit status. *asked_help when --help was there. */
static int read_options(int argc, char **argv, options_t *options, doctor_t *doctor, bool *asked_help)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "server", required_argument, NULL, 's' },
		{ "resolv-conf", required_argument, NULL, 'r' },
		{ "postfix-chroot", required_argument, NULL, 'p' },
		{ "dpkg-status", required_argument, NULL, 'd' },
		{ "proc", required_argument, NULL, 'P' },
		{ "dnsbl", required_argument, NULL, 'z' },
		{ "no-dnsbl", no_argument, NULL, 'n' },
		{ "skip", required_argument, NULL, 'k' },
		{ "timeout", required_argument, NULL, 't' },
		{ "list", no_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int status = 0;
	int option;

	optind = 0; /* begins anew: getopt keeps its place between calls */
	opterr = 0;
	while (status == 0 && (option = getopt_long(argc, argv, ":c:s:h", known, NULL)) != -1) {
		if (option == 'h') {
			*asked_help = true;
			return 0;
		}
		status = read_option(option, argv[optind - 1], options, doctor);
	}
	if (status == 0 && optind < argc)
		return usage_error("there is no argument", argv[optind]);
	return status;
}

static conf_t *load(const char *path, char **error)
{
	if (path != NULL)
		return conf_load(path, error);
	if (access(MXWARD_CONFIG_FILE, F_OK) == 0)
		return conf_load(MXWARD_CONFIG_FILE, error);
	return conf_parse("", 0, "defaults", error);
}

/* Whom to ask: what the user named, else what programs of this machine ask. */
static void choose_server(doctor_t *doctor)
{
	doctor->resolv_error = resolv_read(doctor->resolv_conf, &doctor->resolv) ? 0 : errno;
	if (!doctor->has_server && doctor->resolv_error == 0 && doctor->resolv.count > 0)
		doctor->server = doctor->resolv.nameservers[0];
	else if (!doctor->has_server && !address_from_text("127.0.0.1", &doctor->server))
		abort(); /* a constant of ours */
}

static bool is_skipped(const options_t *options, const char *name)
{
	for (size_t i = 0; i < options->skip_count; i++)
		if (strcmp(options->skips[i], name) == 0)
			return true;
	return false;
}

static void run_check(doctor_t *doctor, const options_t *options, const check_t *check, finding_t *finding)
{
	*finding = (finding_t){ .status = FINDING_OK };
	if (is_skipped(options, check->name))
		finding_skip(finding, "left out as --skip says");
	else
		check->run(doctor, finding);
}

static void print_finding(const check_t *check, const finding_t *finding)
{
	printf("%-8s %-15s %s\n", finding_name(finding->status), check->name, finding->what);
	if (finding->mend[0] != '\0')
		printf("%24s %s\n", "mend:", finding->mend);
	fflush(stdout); /* a silent server takes time: what is known so far is shown */
}

static json_t *finding_json(const check_t *check, const finding_t *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "check", check->name, "status", finding_name(finding->status), "what",
			 finding->what, "mend", finding->mend);
}

static int run_all(doctor_t *doctor, const options_t *options, json_t *array)
{
	size_t count;
	const check_t *checks = doctor_checks(&count);
	int worst = FINDING_OK;

	for (size_t i = 0; i < count; i++) {
		finding_t finding;

		run_check(doctor, options, &checks[i], &finding);
		if ((int)finding.status > worst)
			worst = (int)finding.status;
		if (array == NULL)
			print_finding(&checks[i], &finding);
		else if (json_array_append_new(array, finding_json(&checks[i], &finding)) != 0)
			return EXIT_SOFTWARE;
	}
	return worst;
}

static int run_json(doctor_t *doctor, const options_t *options)
{
	json_t *object = json_pack("{s:[]}", "checks");
	int status = EXIT_SOFTWARE;

	if (object != NULL)
		status = run_all(doctor, options, json_object_get(object, "checks"));
	if (object == NULL || json_object_set_new(object, "exit", json_integer(status)) != 0 ||
	    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) != 0 || putchar('\n') == EOF)
		status = EXIT_SOFTWARE;
	json_decref(object);
	return status;
}

static int list_checks(void)
{
	size_t count;
	const check_t *checks = doctor_checks(&count);

	for (size_t i = 0; i < count; i++)
		printf("%-15s %s\n", checks[i].name, checks[i].about);
	return fflush(stdout) == 0 ? 0 : EXIT_SOFTWARE;
}

static int examine(doctor_t *doctor, options_t *options)
{
	char *error = NULL;
	conf_t *conf = load(options->conf_path, &error);
	int status;

	if (conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward doctor: memory is out");
		free(error);
		return EXIT_CONFIG;
	}
	doctor->conf = conf;
	if (doctor->zone_count == 0)
		doctor->zones[doctor->zone_count++] = "zen.spamhaus.org";
	if (options->no_dnsbl)
		doctor->zone_count = 0;
	choose_server(doctor);
	status = options->json ? run_json(doctor, options) : run_all(doctor, options, NULL);
	conf_free(conf);
	return fflush(stdout) == 0 && !ferror(stdout) ? status : EXIT_SOFTWARE;
}

int command_doctor(int argc, char **argv)
{
	options_t options = { 0 };
	doctor_t *doctor = calloc(1, sizeof(*doctor));
	bool asked_help = false;
	int status;

	if (doctor == NULL) {
		fputs("mxward doctor: memory is out\n", stderr);
		return EXIT_SOFTWARE;
	}
	doctor->resolv_conf = "/etc/resolv.conf";
	doctor->postfix = "/var/spool/postfix";
	doctor->dpkg_status = "/var/lib/dpkg/status";
	doctor->proc = "/proc";
	doctor->libunbound = ub_version();
	doctor->timeout_ms = SERVER_MS;
	doctor->root_timeout_ms = ROOT_MS;
	doctor->now = time(NULL);
	doctor->adjtimex = adjtimex;
	status = read_options(argc, argv, &options, doctor, &asked_help);
	if (status == 0 && asked_help)
		fputs(help, stdout);
	else if (status == 0)
		status = options.list ? list_checks() : examine(doctor, &options);
	free(doctor);
	return status;
}
