/* replay.c: runs one fuzz target over the files of its corpus, so that every plain `meson test` sees what fuzzing found.
 *
 * Each input is also cut short at every length up to a limit: truncation is the commonest hostile input, and each cut is a
 * heap copy of its own, not one octet longer than it says, so that AddressSanitizer sees an overrun. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	INPUT_MAX = 1 << 20, /* octets; a larger file does not belong into a corpus */
	CUTS_MAX = 700,      /* lengths that an input is cut to: a query, a reply with a few records, a short file */
};

static void run(const uint8_t *octets, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	if (size > 0)
		memcpy(copy, octets, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_with_cuts(const uint8_t *octets, size_t size)
{
	for (size_t cut = 0; cut < size && cut < CUTS_MAX; cut++)
		run(octets, cut);
	run(octets, size);
}

static bool replay_file(const char *path)
{
	bool read = false;
	size_t size;
	uint8_t *octets = malloc(INPUT_MAX);
	FILE *in = fopen(path, "rbe");

	if (octets == NULL || in == NULL)
		goto done;
	size = fread(octets, 1, INPUT_MAX, in);
	if (ferror(in) || !feof(in))
		goto done;
	run_with_cuts(octets, size);
	read = true;
done:
	if (!read)
		fprintf(stderr, "%s: cannot be read, or has %d octets or more: %s\n", path, INPUT_MAX, strerror(errno));
	if (in != NULL)
		(void)fclose(in);
	free(octets);
	return read;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* The number of files replayed, in the order of their names; negative when one could not be. */
static int replay_folder(const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, not_hidden, alphasort);
	int result = count;

	if (count < 0)
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		char *path = NULL;

		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			abort();
		if (!replay_file(path))
			result = -1;
		free(path);
		free(entries[i]);
	}
	free((void *)entries);
	return result;
}

int main(int argc, char **argv)
{
	int count = argc == 2 ? replay_folder(argv[1]) : -1;

	if (count < 0)
		return EXIT_FAILURE;
	if (count == 0) {
		fprintf(stderr, "%s: the corpus is empty: nothing was tested\n", argv[1]);
		return EXIT_FAILURE;
	}
	printf("%d inputs replayed, each also cut short\n", count);
	return EXIT_SUCCESS;
}
