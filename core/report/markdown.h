/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the Markdown report, and how it keeps within its limit: a part that no longer fits
 * is left out, and so is every later one. */
#ifndef REPORT_MARKDOWN_H
#define REPORT_MARKDOWN_H
#include "report/run.h"

struct markdown {
  struct buf *out;
  size_t end;        /* the length of out that may not be passed; 0: any */
  const char *close; /* what is still to be written behind the last part, our own */
  size_t left_out;   /* lines of tables and lists */
};

/* Adds text as a code span: nothing in it is markup, a mention, a reference or a link, in a table
 * too. "-" for nothing. */
void markdown_code(struct buf *out, const char *text, size_t max);
/* The same as a link to url, which is finding_link()'s; NULL: no link. */
void markdown_link(struct buf *out, const char *text, const char *url);
/* A part with so many lines of a table or a list. Whole or not at all; false: not at all. */
bool markdown_add(struct markdown *, const char *part, size_t lines);
/* A line of a table or a list. The first one that is added brings what stands before it (heading
 * and column names), which is emptied then. */
void markdown_line(struct markdown *, struct buf *before, const char *line);

void markdown_failures(struct markdown *, const struct run_report *);
void markdown_jobs(struct markdown *, const struct run_report *);
void markdown_scans(struct markdown *, const struct run_report *);
void markdown_findings(struct markdown *, const struct run_report *);
#endif
