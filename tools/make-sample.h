/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of make-sample share. */
#ifndef TOOLS_MAKE_SAMPLE_H
#define TOOLS_MAKE_SAMPLE_H
#include <stddef.h>
#include <time.h>

#define DIGEST_SIZE (7 + 64 + 1)
#define DATE_SIZE 32

extern const char *texts, *target; /* folders from the command line */
extern time_t date;                /* of everything that is made */

_Noreturn void die(const char *what, const char *where); /* errno says why */
void path_in(char *ret, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
void write_file(const char *path, const void *data, size_t size);
size_t read_text(const char *name, char *ret, size_t size); /* less than size */
void digest_of(const void *data, size_t size, char ret[DIGEST_SIZE]);
void date_text(char ret[DATE_SIZE]);

/* The chart repository, in target. */
void make_charts(void);
#endif
