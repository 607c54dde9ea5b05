/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's inside: libyaml's events, one at a time. */
#ifndef PLUGINS_HELM_INDEX_READER_H
#define PLUGINS_HELM_INDEX_READER_H
#include "helm/repository/index.h"
#include <yaml.h>

struct index_reader {
  yaml_parser_t parser;
  yaml_event_t event; /* the current one */
  struct index_input *input;
  struct index *index;
};

/* These answer false with a problem in the input. */
bool reader_next(struct index_reader *);
/* Leaves the node that begins with the current event; its last event is then the current one. */
bool reader_skip(struct index_reader *);
/* Is the current event a scalar with this text? */
bool reader_is(const struct index_reader *, const char *text);
/* Is it null? */
bool reader_is_null(const struct index_reader *);
/* Is it a text of at most max bytes without control characters? */
bool reader_is_text(const struct index_reader *, size_t max);
char *reader_copy(struct index_reader *);

/* index_entry.c: reads a chart's entry, whose first event is the current one. */
bool reader_entry(struct index_reader *, struct index_chart *);
/* Counts what can't be read of a chart, and remembers the first. */
void reader_leave_out(struct index_reader *, const struct index_chart *, const char *why);
/* index_time.c: RFC 3339, or a date alone. */
bool index_time(const char *text, int64_t *seconds);
/* index_sort.c: when all is read. */
void index_sort(struct index *);
#endif
