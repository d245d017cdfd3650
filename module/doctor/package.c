/* package.c: whether the linked libunbound is older than the fixes that are known (module/advisories.h). */
#include "module/advisories.h"
#include "module/doctor/doctor.h"
#include "module/escape.h"

#include <stdio.h>
#include <string.h>

enum {
	LINE_SIZE = 1024,
	VERSION_SIZE = 128,
	LINES_MAX = 4000000, /* of dpkg's database that we are willing to read */
	NAMED_MAX = 5,       /* advisories that are named in one sentence */
};

typedef struct stanza {
	bool ours; /* Package: libunbound8 */
	bool installed;
	char version[VERSION_SIZE];
} stanza_t;

static void read_field(const char *line, stanza_t *stanza)
{
	if (strcmp(line, "Package: libunbound8") == 0)
		stanza->ours = true;
	else if (strcmp(line, "Status: install ok installed") == 0)
		stanza->installed = true;
	else if (strncmp(line, "Version: ", 9) == 0)
		escape_string(line + 9, stanza->version, sizeof(stanza->version));
}

/* The version of the installed package in dpkg's database, or false. */
static bool package_version(const char *path, char *version)
{
	FILE *file = fopen(path, "re");
	stanza_t stanza = { 0 };
	bool whole = true; /* the line before ended: this is the beginning of one */
	char line[LINE_SIZE];

	for (int i = 0; file != NULL && i < LINES_MAX && fgets(line, sizeof(line), file) != NULL; i++) {
		bool begins = whole;

		whole = strchr(line, '\n') != NULL;
		line[strcspn(line, "\n")] = '\0';
		if (begins && line[0] == '\0') {
			if (stanza.ours && stanza.installed)
				break;
			stanza = (stanza_t){ 0 };
		} else if (begins) {
			read_field(line, &stanza);
		}
	}
	if (file != NULL)
		fclose(file);
	if (!stanza.ours || !stanza.installed || stanza.version[0] == '\0')
		return false;
	memcpy(version, stanza.version, VERSION_SIZE);
	return true;
}

/* Debian 12 has 1.17.1 and mends that. */
static bool is_debian12(const char *package)
{
	return strncmp(package, "1.17.1-", 7) == 0;
}

static bool affects(const advisory_t *advisory, const char *version)
{
	return is_debian12(version) ? advisories_affects_debian12(advisory, version)
				    : advisories_affects(advisory, version);
}

/* Writes the first of the open advisories to `text`; returns how many there are. */
static size_t name_open(const char *version, char *text, size_t room)
{
	size_t count;
	const advisory_t *all = advisories(&count);
	size_t open = 0;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!affects(&all[i], version))
			continue;
		if (open < NAMED_MAX && used < room)
			used += (size_t)snprintf(text + used, room - used, "%s%s", open > 0 ? ", " : "", all[i].cve);
		open++;
	}
	return open;
}

void doctor_check_libunbound(doctor_t *doctor, finding_t *finding)
{
	char version[VERSION_SIZE];
	char named[FINDING_TEXT_MAX / 2];
	bool packaged = package_version(doctor->dpkg_status, version);
	size_t open;

	if (!packaged)
		snprintf(version, sizeof(version), "%s", doctor->libunbound);
	open = name_open(version, named, sizeof(named));
	if (open == 0) {
		finding_ok(finding, "libunbound %s has the fixes of all advisories that this mxward knows", version);
		return;
	}
	finding_warn(finding, "libunbound %s %s %zu advisories: %s%s", version,
		     is_debian12(version) ? "has no fix that this mxward knows of for"
					  : "is older than upstream's fix for",
		     open, named, open > NAMED_MAX ? ", ..." : "");
	finding_mend(finding,
		     "apt-get update && apt-get install --only-upgrade libunbound8; apt changelog libunbound8 tells "
		     "what it mends; mxward version tells what each is about");
}
