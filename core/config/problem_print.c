/* SPDX-License-Identifier: Apache-2.0 */
/* Problems for programs: JSON, and the annotations of GitHub's workflow commands. */
#include "config/problem_print.h"
#include "base/json.h"
#include "base/text.h"
#include "report/log.h"
#include <string.h>

/* Text that is no UTF-8 (a path may be anything) is escaped. */
static json_t *json_of(const char *text) {
  auto_free char *shown = log_redact(text);
  json_t *value = json_string(shown);
  if (value)
    return value;
  auto_free char *escaped = text_escaped(shown);
  return json_string(escaped);
}

static void print_json(const struct problems *problems, struct buf *out) {
  auto_json list = json_array();
  for (size_t i = 0; i < problems->count; i++) {
    const struct problem *problem = &problems->items[i];
    json_t *object = json_object();
    if (problem->file) {
      json_object_set_new(object, "file", json_of(problem->file->path));
      json_object_set_new(object, "line", json_integer(problem->line));
      json_object_set_new(object, "column", json_integer(problem->column));
    }
    json_object_set_new(object, "severity", json_string(problem->warning ? "warning" : "error"));
    json_object_set_new(object, "code", json_of(problem->code));
    json_object_set_new(object, "message", json_of(problem->message));
    if (problem->expected)
      json_object_set_new(object, "expected", json_of(problem->expected));
    if (problem->hint)
      json_object_set_new(object, "hint", json_of(problem->hint));
    json_array_append_new(list, object);
  }
  auto_free char *text = json_compact(list);
  buf_text(out, text);
  buf_text(out, "\n");
}

/* The escapes of GitHub's toolkit: % and line breaks everywhere, ":" and "," in properties. */
static void add_command_text(struct buf *out, const char *text, bool property) {
  auto_free char *redacted = log_redact(text);
  auto_buf shown = {0};
  buf_text(&shown, "");
  for (const char *line = redacted, *end; line; line = end ? end + 1 : NULL) {
    end = strchr(line, '\n');
    text_escape(&shown, line, end ? (long)(end - line) : -1, 4000);
    if (end)
      buf_text(&shown, "\n");
  }
  for (const char *p = shown.data; *p; p++) {
    if (*p == '%')
      buf_text(out, "%25");
    else if (*p == '\n')
      buf_text(out, "%0A");
    else if (property && *p == ':')
      buf_text(out, "%3A");
    else if (property && *p == ',')
      buf_text(out, "%2C");
    else
      buf_add(out, p, 1);
  }
}

static void print_github(const struct problems *problems, struct buf *out) {
  for (size_t i = 0; i < problems->count; i++) {
    const struct problem *problem = &problems->items[i];
    buf_text(out, problem->warning ? "::warning " : "::error ");
    if (problem->file) {
      const char *path = problem->file->path;
      buf_text(out, "file=");
      add_command_text(out, text_starts(path, "./") ? path + 2 : path, true);
      buf_printf(out, ",line=%u,col=%u,", problem->line, problem->column);
    }
    buf_text(out, "title=");
    add_command_text(out, problem->code, true);
    auto_buf message = {0};
    buf_text(&message, problem->message);
    if (problem->expected)
      buf_printf(&message, "\nexpected: %s", problem->expected);
    if (problem->hint)
      buf_printf(&message, "\n%s", problem->hint);
    buf_text(out, "::");
    add_command_text(out, message.data, false);
    buf_text(out, "\n");
  }
}

void problems_print(const struct problems *problems, enum problem_format format, bool color,
                    struct buf *out) {
  if (format == PROBLEM_JSON)
    print_json(problems, out);
  else if (format == PROBLEM_GITHUB)
    print_github(problems, out);
  else
    problems_print_text(problems, color, out);
}
