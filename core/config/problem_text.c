/* SPDX-License-Identifier: Apache-2.0 */
/* Problems for people: message, source line, caret. */
#include "base/text.h"
#include "config/problem_print.h"
#include "report/guard.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define MESSAGE_MAX 4000
#define WINDOW 100 /* characters of a source line shown at most */

#define RED "\033[1;31m"
#define YELLOW "\033[1;33m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

/* Where the search for a line goes on: problems come sorted, so a file is walked through once. */
struct cursor {
  const struct source_file *file;
  const char *line;
  uint32_t number;
};

/* Length of the line break at p, 0 if there is none: the breaks that libyaml counts. */
static size_t break_length(const char *p, const char *end) {
  if (*p == '\r')
    return p + 1 < end && p[1] == '\n' ? 2 : 1;
  if (*p == '\n')
    return 1;
  if (end - p >= 2 && memcmp(p, "\xc2\x85", 2) == 0)
    return 2;
  if (end - p >= 3 && (memcmp(p, "\xe2\x80\xa8", 3) == 0 || memcmp(p, "\xe2\x80\xa9", 3) == 0))
    return 3;
  return 0;
}

static const char *line_end(const char *p, const char *end) {
  while (p < end && break_length(p, end) == 0)
    p++;
  return p;
}

static bool find_line(struct cursor *cursor, const struct source_file *file, uint32_t number) {
  const char *end = file->text + file->size;
  if (cursor->file != file || cursor->number > number) {
    bool marked = file->size >= 3 && memcmp(file->text, "\xef\xbb\xbf", 3) == 0;
    *cursor = (struct cursor){file, file->text + (marked ? 3 : 0), 1};
  }
  while (cursor->number < number) {
    const char *at = line_end(cursor->line, end);
    if (at >= end)
      return false;
    cursor->line = at + break_length(at, end);
    cursor->number++;
  }
  return true;
}

static size_t character_length(const char *p, const char *end) {
  size_t n = 1;
  if ((unsigned char)*p >= 0xc0)
    while (n < 4 && p + n < end && ((unsigned char)p[n] & 0xc0) == 0x80)
      n++;
  return n;
}

/* Adds one character as a terminal may see it; returns how many columns it takes. */
static size_t add_character(struct buf *out, const char *p, size_t length) {
  if (*p == '\t') {
    buf_text(out, " ");
    return 1;
  }
  size_t before = out->len, columns = 0;
  text_escape(out, p, (long)length, length);
  for (size_t i = before; i < out->len; i++)
    columns += ((unsigned char)out->data[i] & 0xc0) != 0x80;
  return columns;
}

/* The part of the line around the column, and the caret line below it. */
static void draw_line(const struct problem *problem, const char *line, const char *end,
                      struct buf *source, struct buf *caret) {
  uint32_t first = problem->column > WINDOW * 2 / 3 ? problem->column - WINDOW / 2 : 1;
  uint32_t column = 1, marked = 0;
  if (first > 1) {
    buf_text(source, "...");
    buf_text(caret, "   ");
  }
  const char *p = line;
  for (; p < end && column < first + WINDOW; column++) {
    size_t length = character_length(p, end);
    if (column >= first) {
      size_t columns = add_character(source, p, length);
      bool under = column >= problem->column && column - problem->column < problem->length;
      for (size_t i = 0; i < columns && (under || column < problem->column); i++)
        buf_text(caret, !under ? " " : marked++ ? "~" : "^");
    }
    p += length;
  }
  if (p < end)
    buf_text(source, "...");
  if (marked == 0)
    buf_text(caret, "^");
}

/* Bytes of the line before a column, which counts characters. */
static size_t offset_of(const char *line, const char *end, uint32_t column) {
  const char *p = line;
  for (uint32_t at = 1; p < end && at < column; at++)
    p += character_length(p, end);
  return (size_t)(p - line);
}

static uint32_t count_characters(const char *text) {
  uint32_t count = 0;
  const char *end = text + strlen(text);
  for (const char *p = text; p < end; p += character_length(p, end))
    count++;
  return count;
}

/* Secrets go before the line is cut to its window, which might begin in the middle of one. */
static void add_source(const struct problem *problem, struct cursor *cursor, bool color,
                       struct buf *out) {
  if (!problem->file->text || !find_line(cursor, problem->file, problem->line))
    return;
  auto_buf source = {0}, caret = {0};
  const char *end = line_end(cursor->line, problem->file->text + problem->file->size);
  size_t offset = offset_of(cursor->line, end, problem->column);
  auto_free char *before = str_copy_n(cursor->line, offset);
  auto_free char *after = str_copy_n(cursor->line + offset, (size_t)(end - cursor->line) - offset);
  auto_free char *shown_before = log_redact(before), *shown_after = log_redact(after);
  auto_free char *line = str_format("%s%s", shown_before, shown_after);
  struct problem moved = *problem;
  moved.column = count_characters(shown_before) + 1;
  buf_text(&source, "");
  draw_line(&moved, line, line + strlen(line), &source, &caret);
  buf_printf(out, "%6u | %s\n", problem->line, source.data);
  buf_printf(out, "%6s | %s%s%s\n", "", color ? GREEN : "", caret.data, color ? PLAIN : "");
}

static void add_text(struct buf *out, const char *before, const char *text) {
  auto_free char *shown = log_redact(text);
  buf_text(out, before);
  text_escape(out, shown, -1, MESSAGE_MAX);
  buf_text(out, "\n");
}

static void add_problems(const struct problems *problems, bool color, struct buf *out) {
  struct cursor cursor = {0};
  for (size_t i = 0; i < problems->count; i++) {
    const struct problem *problem = &problems->items[i];
    if (problem->file) {
      text_escape(out, problem->file->path, -1, MESSAGE_MAX);
      if (problem->line > 0)
        buf_printf(out, ":%u:%u", problem->line, problem->column);
      buf_text(out, ": ");
    }
    const char *word = problem->warning ? "warning" : "error";
    const char *start = problem->warning ? YELLOW : RED;
    buf_printf(out, "%s%s:%s", color ? start : "", word, color ? PLAIN : "");
    add_text(out, " ", problem->message);
    if (problem->file)
      add_source(problem, &cursor, color, out);
    if (problem->expected)
      add_text(out, "  expected: ", problem->expected);
    if (problem->hint)
      add_text(out, "  ", problem->hint);
  }
}

void problems_print_text(const struct problems *problems, bool color, struct buf *out) {
  auto_buf text = {0};
  buf_text(&text, "");
  add_problems(problems, color, &text);
  guard_text(out, text.data);
}
