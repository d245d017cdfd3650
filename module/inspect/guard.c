/* guard.c: see guard.h. */
#include "module/inspect/guard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 255 };

/* ---- Host ---- */

static bool is_port(const char *text)
{
	return text[strspn(text, "0123456789")] == '\0';
}

/* The name or address without brackets, port and a final dot. False when it is no Host at all (RFC 9110, 7.2). */
static bool split_host(const char *host, char name[HOST_MAX + 1], bool *bracketed)
{
	const char *end = NULL;
	size_t size;

	*bracketed = host[0] == '[';
	if (*bracketed)
		host++;
	end = host + strcspn(host, *bracketed ? "]" : ":");
	size = (size_t)(end - host);
	if (*bracketed && *end != ']')
		return false;
	if (*bracketed)
		end++;
	if (size == 0 || size > HOST_MAX || (*end != '\0' && (*end != ':' || !is_port(end + 1))))
		return false;
	memcpy(name, host, size);
	name[size] = '\0';
	if (!*bracketed && size > 1 && name[size - 1] == '.')
		name[size - 1] = '\0';
	return true;
}

/* Whether the text is the address that the connection came to. */
static bool is_local(const char *text, bool bracketed, const struct sockaddr *local)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (local == NULL || bracketed != (local->sa_family == AF_INET6))
		return false;
	if (bracketed)
		return inet_pton(AF_INET6, text, &v6) == 1 &&
		       memcmp(&v6, &((const struct sockaddr_in6 *)(const void *)local)->sin6_addr, sizeof(v6)) == 0;
	return inet_pton(AF_INET, text, &v4) == 1 &&
	       v4.s_addr == ((const struct sockaddr_in *)(const void *)local)->sin_addr.s_addr;
}

static bool is_allowed(const char *name, const conf_strings_t *allowed)
{
	if (strcasecmp(name, "localhost") == 0)
		return true;
	for (size_t i = 0; i < allowed->count; i++)
		if (strcasecmp(name, allowed->items[i]) == 0)
			return true;
	return false;
}

bool guard_host(const char *host, const struct sockaddr *local, const conf_strings_t *allowed)
{
	char name[HOST_MAX + 1];
	bool bracketed;

	if (host == NULL || !split_host(host, name, &bracketed))
		return false;
	return is_local(name, bracketed, local) || (!bracketed && is_allowed(name, allowed));
}

/* ---- token ---- */

/* Digests have one length and tell nothing of what is equal, so comparing them takes one time. */
static bool same_text(const char *one, const char *other)
{
	unsigned char digests[2][SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)one, strlen(one), digests[0]);
	SHA256((const unsigned char *)other, strlen(other), digests[1]);
	return CRYPTO_memcmp(digests[0], digests[1], sizeof(digests[0])) == 0;
}

bool guard_token(const char *authorization, const char *token)
{
	static const char scheme[] = "Bearer "; /* in any case: RFC 9110, 11.1 */
	const size_t size = sizeof(scheme) - 1;
	bool named;

	if (token[0] == '\0')
		return true;
	if (authorization == NULL)
		return false;
	named = strncasecmp(authorization, scheme, size) == 0;
	if (named)
		authorization += size + strspn(authorization + size, " ");
	return same_text(authorization, token) && named;
}

static const char *problem_with(const char *token)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";

	if (strlen(token) < GUARD_TOKEN_LEAST)
		return "is shorter than 16 characters: make a longer one, for example with openssl rand -hex 32";
	if (strlen(token) > GUARD_TOKEN_MOST)
		return "is longer than 512 characters: make a shorter one, for example with openssl rand -hex 32";
	if (token[strspn(token, good)] != '\0')
		return "has other characters than letters, digits and - . _ ~ + / =: make one, for example with "
		       "openssl "
		       "rand -hex 32";
	return NULL;
}

bool guard_read_token(const char *path, char token[GUARD_TOKEN_MOST + 1], char **error)
{
	char line[GUARD_TOKEN_MOST + 3] = "";
	FILE *in = fopen(path, "re");
	const char *problem = NULL;
	const int err = errno;

	*error = NULL;
	token[0] = '\0';
	if (in == NULL) {
		if (asprintf(error, "inspection.token-file: %s cannot be read: %s", path, strerror(err)) < 0)
			*error = NULL;
		return false;
	}
	if (fgets(line, sizeof(line), in) == NULL)
		line[0] = '\0';
	fclose(in);
	line[strcspn(line, "\r\n")] = '\0';
	problem = problem_with(line);
	if (problem == NULL)
		memcpy(token, line, strlen(line) + 1);
	else if (asprintf(error, "inspection.token-file: the first line of %s %s", path, problem) < 0)
		*error = NULL;
	OPENSSL_cleanse(line, sizeof(line));
	return problem == NULL;
}
