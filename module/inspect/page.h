/* page.h: the files of the page (module/inspect/page/), built into the program by embed.py. */
#ifndef MODULE_INSPECT_PAGE_H
#define MODULE_INSPECT_PAGE_H

#include <stddef.h>

typedef struct page_file {
	const char *path; /* "/page.css"; that of index.html is "/" */
	const char *type; /* Content-Type */
	const char *etag; /* with its quotes */
	const unsigned char *octets;
	size_t size;
} page_file_t;

extern const page_file_t page_files[]; /* ends with a path of NULL */

/* NULL: there is none. */
const page_file_t *page_find(const char *path);

#endif
