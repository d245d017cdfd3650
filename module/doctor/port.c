/* port.c: who holds the addresses that mxward is to listen on. The kernel lists sockets with their inodes, and each process's
 * directory says which inodes it has open; other users' processes can be seen by root alone. */
#include "module/ask/address.h"
#include "module/doctor/doctor.h"
#include "module/escape.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LINE_SIZE = 512,
	SOCKETS_MAX = 256,
	TCP_LISTEN = 0x0a, /* states as /proc/net counts them */
	UDP_BOUND = 0x07,
	NAME_SIZE = 64,
	SCALE_10 = 10,
	SCALE_16 = 16,
	FIELD_LOCAL = 1,
	FIELD_STATE = 3,
	FIELD_INODE = 9,
	FIELDS,
};

typedef struct sockets {
	size_t count;
	unsigned long inodes[SOCKETS_MAX];
} sockets_t;

/* The kernel prints addresses as native 32-bit words in hexadecimal. */
static bool read_address(const char *text, int family, conf_address_t *address)
{
	uint32_t words[4] = { 0 };
	size_t count = family == AF_INET ? 1 : 4;
	const char *port = strchr(text, ':');

	memset(address, 0, sizeof(*address));
	if (port == NULL || (size_t)(port - text) != count * 8)
		return false;
	for (size_t i = 0; i < count; i++) {
		char word[9] = { 0 };

		memcpy(word, text + i * 8, 8);
		words[i] = (uint32_t)strtoul(word, NULL, SCALE_16);
	}
	address->sa.any.sa_family = (sa_family_t)family;
	if (family == AF_INET) {
		memcpy(&address->sa.v4.sin_addr, words, sizeof(address->sa.v4.sin_addr));
		address->sa.v4.sin_port = htons((uint16_t)strtoul(port + 1, NULL, SCALE_16));
	} else {
		memcpy(&address->sa.v6.sin6_addr, words, sizeof(address->sa.v6.sin6_addr));
		address->sa.v6.sin6_port = htons((uint16_t)strtoul(port + 1, NULL, SCALE_16));
	}
	return true;
}

static bool is_any(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET)
		return address->sa.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->sa.v6.sin6_addr);
}

/* A socket at `held` takes what is sent to `wanted`, or the other way round. Ports are at the same place in both forms. */
static bool collides(const conf_address_t *held, const conf_address_t *wanted)
{
	return held->sa.any.sa_family == wanted->sa.any.sa_family && held->sa.v4.sin_port == wanted->sa.v4.sin_port &&
	       (is_any(held) || is_any(wanted) || address_same_host(held, wanted));
}

static bool is_wanted(const conf_t *conf, const conf_address_t *held)
{
	for (size_t i = 0; i < conf->listen.count; i++)
		if (collides(held, &conf->listen.items[i]))
			return true;
	return false;
}

/* "sl: local remote st tx:rx tr:when retrnsmt uid timeout inode ..." (proc(5)). False when fields are missing. */
static bool split(char *line, char **fields)
{
	char *place = line;

	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = strtok_r(i == 0 ? line : NULL, " \n", &place);
		if (fields[i] == NULL)
			return false;
	}
	return true;
}

static void read_socket(const doctor_t *doctor, char *line, int family, sockets_t *sockets)
{
	char *fields[FIELDS];
	conf_address_t address;
	unsigned long state;
	unsigned long inode;

	if (!split(line, fields) || !read_address(fields[FIELD_LOCAL], family, &address))
		return;
	state = strtoul(fields[FIELD_STATE], NULL, SCALE_16);
	inode = strtoul(fields[FIELD_INODE], NULL, SCALE_10);
	if ((state == TCP_LISTEN || state == UDP_BOUND) && inode != 0 && is_wanted(doctor->conf, &address) &&
	    sockets->count < SOCKETS_MAX)
		sockets->inodes[sockets->count++] = inode;
}

static bool read_table(const doctor_t *doctor, const char *table, int family, sockets_t *sockets)
{
	char path[PATH_MAX];
	char line[LINE_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/net/%s", doctor->proc, table);
	file = fopen(path, "re");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		read_socket(doctor, line, family, sockets);
	if (file != NULL)
		fclose(file);
	return file != NULL;
}

static bool holds(const char *link, const sockets_t *sockets)
{
	static const char kind[] = "socket:[";
	unsigned long inode;

	if (strncmp(link, kind, sizeof(kind) - 1) != 0)
		return false;
	inode = strtoul(link + sizeof(kind) - 1, NULL, SCALE_10);
	for (size_t i = 0; i < sockets->count; i++)
		if (sockets->inodes[i] == inode)
			return true;
	return false;
}

/* The process of this number has one of the sockets open. */
static bool has_open(const char *proc, const char *number, const sockets_t *sockets)
{
	char path[PATH_MAX];
	char link[NAME_SIZE];
	DIR *directory;
	bool found = false;

	snprintf(path, sizeof(path), "%s/%s/fd", proc, number);
	directory = opendir(path);
	while (directory != NULL && !found) {
		const struct dirent *entry = readdir(directory);
		ssize_t size;

		if (entry == NULL)
			break;
		size = readlinkat(dirfd(directory), entry->d_name, link, sizeof(link) - 1);
		if (size <= 0)
			continue;
		link[size] = '\0';
		found = holds(link, sockets);
	}
	if (directory != NULL)
		closedir(directory);
	return found;
}

/* The command's name, safe to print. */
static void read_name(const char *proc, const char *number, char *name)
{
	char path[PATH_MAX];
	char line[NAME_SIZE] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/comm", proc, number);
	file = fopen(path, "re");
	if (file != NULL && fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	escape_string(line, name, NAME_SIZE);
	if (file != NULL)
		fclose(file);
}

/* The name of a process other than mxward that holds one of the sockets; else "mxward" if that does, else "". */
static void find_holder(const doctor_t *doctor, const sockets_t *sockets, char *holder)
{
	DIR *directory = opendir(doctor->proc);

	holder[0] = '\0';
	for (;;) {
		const struct dirent *entry = directory != NULL ? readdir(directory) : NULL;

		if (entry == NULL)
			break;
		if (!isdigit((unsigned char)entry->d_name[0]) || !has_open(doctor->proc, entry->d_name, sockets))
			continue;
		read_name(doctor->proc, entry->d_name, holder);
		if (strcmp(holder, "mxward") != 0)
			break;
	}
	if (directory != NULL)
		closedir(directory);
}

void doctor_check_port(doctor_t *doctor, finding_t *finding)
{
	sockets_t sockets = { 0 };
	char holder[NAME_SIZE];
	bool read = read_table(doctor, "udp", AF_INET, &sockets);

	read = read_table(doctor, "tcp", AF_INET, &sockets) && read;
	(void)read_table(doctor, "udp6", AF_INET6, &sockets); /* not there without IPv6 */
	(void)read_table(doctor, "tcp6", AF_INET6, &sockets);
	find_holder(doctor, &sockets, holder);
	if (!read) {
		finding_skip(finding, "%s/net cannot be read", doctor->proc);
	} else if (sockets.count == 0) {
		finding_fail(finding, "nobody listens on the addresses of listen");
		finding_mend(finding, "start the daemon: systemctl start mxward");
	} else if (holder[0] == '\0') {
		finding_skip(finding, "somebody listens on the addresses of listen; root can see who");
	} else if (strcmp(holder, "mxward") == 0) {
		finding_ok(finding, "mxward listens on the addresses of listen");
	} else {
		finding_fail(finding, "%s holds an address that mxward is to listen on", holder);
		finding_mend(finding, "stop it (systemctl disable --now %s), or give one of them another address",
			     holder);
	}
}
