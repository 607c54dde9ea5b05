/* SPDX-License-Identifier: Apache-2.0 */
/* How an event of the log is written, and a group of them. */
#include "report/log_format.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/github_command.h"
#include "report/guard.h"
#include <string.h>

#define GROUP_MAX ((size_t)256 << 10)

static const char *level_name(enum log_level level) {
  static const char *const names[] = {[LOG_DEBUG] = "debug",
                                      [LOG_INFO] = "info",
                                      [LOG_NOTICE] = "notice",
                                      [LOG_WARNING] = "warning",
                                      [LOG_ERROR] = "error"};
  return names[level];
}

static void add_escaped(struct buf *line, const char *text) {
  auto_free char *clean = guard_field(text);
  buf_text(line, clean);
}

/* A place that the message names already is not said twice. */
static bool names_place(const struct log_event *event) {
  return event->where == NULL || strstr(event->message, event->where) != NULL;
}

void log_event_text(const struct log_event *event, bool color, struct buf *out) {
  static const char *const colors[] = {[LOG_DEBUG] = "\033[2m",
                                       [LOG_INFO] = "",
                                       [LOG_NOTICE] = "\033[36m",
                                       [LOG_WARNING] = "\033[33m",
                                       [LOG_ERROR] = "\033[31m"};
  auto_buf line = {0};
  if (event->level != LOG_INFO)
    buf_printf(&line, "%s%s:%s ", color ? colors[event->level] : "", level_name(event->level),
               color ? "\033[0m" : "");
  if (event->topic != NULL) {
    add_escaped(&line, event->topic);
    buf_text(&line, ": ");
  }
  if (!names_place(event)) {
    add_escaped(&line, event->where);
    buf_text(&line, ": ");
  }
  add_escaped(&line, event->message);
  buf_text(&line, "\n");
  if (event->hint != NULL) {
    buf_text(&line, "  hint: ");
    add_escaped(&line, event->hint);
    buf_text(&line, "\n");
  }
  guard_text(out, line.data);
}

static void set_text(json_t *object, const char *name, const char *value) {
  if (value != NULL)
    json_object_set_new(object, name, guard_string(value));
}

void log_event_json(const struct log_event *event, struct buf *out) {
  auto_json object = json_object();
  auto_free char *now = clock_format(clock_wall_ms());
  set_text(object, "time", now);
  set_text(object, "level", level_name(event->level));
  set_text(object, "topic", event->topic);
  set_text(object, "message", event->message);
  set_text(object, "where", event->where);
  set_text(object, "hint", event->hint);
  if (event->code != 0)
    set_text(object, "code", error_code_name(event->code));
  auto_free char *text = json_compact(object);
  guard_json(out, text);
  buf_text(out, "\n");
}

bool log_group_keep(struct log_group *group, const struct buf *line) {
  if (line->len > GROUP_MAX - group->lines.len) {
    group->full = true;
    return false;
  }
  return buf_add(&group->lines, line->data, line->len);
}

void log_group_text(const struct log_group *group, const char *title, struct buf *out) {
  auto_buf line = {0};
  if (group->lines.len == 0)
    return;
  auto_free char *clean = guard_field(title);
  guard_text(&line, clean);
  buf_text(out, "::group::");
  github_command_data(out, line.len > 0 ? line.data : "");
  buf_text(out, "\n");
  buf_add(out, group->lines.data, group->lines.len);
  if (group->full)
    buf_text(out, "(further lines of this group stand before it)\n");
  buf_text(out, "::endgroup::\n");
}
