/* book_file.h: keeps a book of alerts in a file, so that a restart neither forgets an alert nor tells it again. Internal to the
 * alert room.
 *
 * JSON, replaced in one step: after a crash it is the old one or the new one. Reading is strict, and all or nothing: the file
 * lies where others of our user can write, and what it says is told to people. */
#ifndef MODULE_ALERT_BOOK_FILE_H
#define MODULE_ALERT_BOOK_FILE_H

#include "module/alert/book.h"

enum {
	BOOK_FILE_MAX = 16 << 20, /* octets; a full book is smaller */
	BOOK_FILE_PROBLEM_MAX = 256,
};

typedef enum {
	BOOK_FILE_OK,
	BOOK_FILE_NONE, /* there is no such file */
	BOOK_FILE_BAD,  /* `problem` is a sentence that says why, with what the file is called */
} book_file_t;

/* The text of a book, to be freed. NULL when memory is out. */
MUST_USE char *book_file_text(book_t *book);

/* Puts that text into the place of the file at `path`. */
MUST_USE book_file_t book_file_write(const char *path, const char *text, char problem[BOOK_FILE_PROBLEM_MAX]);

/* Reads the file into `book`, which is empty; after BOOK_FILE_BAD it is to be freed. Times after `now` are from a clock that was
 * wrong, then or now: they count as `now`. */
MUST_USE book_file_t book_file_read(book_t *book, const char *path, uint64_t now, char problem[BOOK_FILE_PROBLEM_MAX]);

/* The same from text. False when it is none of ours; *problem is static. */
MUST_USE bool book_file_parse(book_t *book, const char *text, size_t size, uint64_t now, const char **problem);

#endif
