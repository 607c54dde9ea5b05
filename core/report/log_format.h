/* SPDX-License-Identifier: Apache-2.0 */
/* How an event of the log is written, and a group of them; for log.c alone. */
#ifndef REPORT_LOG_FORMAT_H
#define REPORT_LOG_FORMAT_H
#include "base/buf.h"
#include "report/log.h"

struct log_event {
  enum log_level level;
  const char *topic, *message, *where, *hint;
  int32_t code;
};
struct log_group {
  struct buf lines; /* as they are written */
  bool full;
};

/* Adds whole lines, escaped and redacted, none of which is a workflow command. */
void log_event_text(const struct log_event *, bool color, struct buf *out);
void log_event_json(const struct log_event *, struct buf *out);
/* False: the group has no room for the line. */
bool log_group_keep(struct log_group *, const struct buf *line);
/* The group with the commands that fold it; nothing without a line. */
void log_group_text(const struct log_group *, const char *title, struct buf *out);
#endif
