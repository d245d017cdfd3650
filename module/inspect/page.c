/* page.c: see page.h. */
#include "module/inspect/page.h"

#include <string.h>

const page_file_t *page_find(const char *path)
{
	for (const page_file_t *file = page_files; file->path != NULL; file++)
		if (strcmp(file->path, path) == 0)
			return file;
	return NULL;
}
