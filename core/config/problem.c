/* SPDX-License-Identifier: Apache-2.0 */
/* Collecting problems. */
#include "config/problem.h"
#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *format_text(const char *format, va_list args) {
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0)
    return str_copy(format);
  return text;
}

/* Characters that the node takes up in its first line. */
static uint32_t width_of(const struct node *node) {
  if (node->kind != NODE_SCALAR || node->expanded)
    return 1;
  uint32_t width = node->quoted ? 2 : 0;
  for (const char *p = node->text; *p && *p != '\n' && width < 1000; p++)
    width += ((unsigned char)*p & 0xc0) != 0x80;
  return width > 0 ? width : 1;
}

static struct problem *add(struct problems *problems, const struct node *at, const char *code,
                           char *message) {
  problems->items =
      mem_grow(problems->items, problems->count, &problems->capacity, sizeof *problems->items);
  struct problem *problem = &problems->items[problems->count++];
  *problem = (struct problem){.length = 1, .code = str_copy(code), .message = message};
  if (at) {
    problem->file = at->file;
    problem->line = at->line;
    problem->column = at->column;
    problem->length = width_of(at);
  }
  return problem;
}

struct problem *problem_add(struct problems *problems, const struct node *at, const char *code,
                            const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message = format_text(format, args);
  va_end(args);
  problems->errors++;
  return add(problems, at, code, message);
}

struct problem *problem_warn(struct problems *problems, const struct node *at, const char *code,
                             const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message = format_text(format, args);
  va_end(args);
  struct problem *problem = add(problems, at, code, message);
  problem->warning = true;
  return problem;
}

void problem_expected(struct problem *problem, const char *format, ...) {
  va_list args;
  va_start(args, format);
  free(problem->expected);
  problem->expected = format_text(format, args);
  va_end(args);
}

void problem_hint(struct problem *problem, const char *format, ...) {
  va_list args;
  va_start(args, format);
  free(problem->hint);
  problem->hint = format_text(format, args);
  va_end(args);
}

static int compare_numbers(uint32_t a, uint32_t b) {
  return a < b ? -1 : a > b;
}

static int compare_files(const struct source_file *a, const struct source_file *b) {
  if (a == b)
    return 0;
  if (!a || !b)
    return a ? -1 : 1;
  int order = compare_numbers(a->index, b->index);
  return order ? order : strcmp(a->path, b->path);
}

static int compare_texts(const char *a, const char *b) {
  return strcmp(a ? a : "", b ? b : "");
}

static int compare(const void *left, const void *right) {
  const struct problem *a = left, *b = right;
  int order = compare_files(a->file, b->file);
  if (!order)
    order = compare_numbers(a->line, b->line);
  if (!order)
    order = compare_numbers(a->column, b->column);
  if (!order)
    order = compare_texts(a->message, b->message);
  if (!order)
    order = compare_numbers(a->warning, b->warning);
  if (!order)
    order = compare_texts(a->hint, b->hint);
  return order;
}

static void done(struct problem *problem) {
  free(problem->code);
  free(problem->message);
  free(problem->expected);
  free(problem->hint);
}

void problems_sort(struct problems *problems) {
  if (problems->count < 2)
    return;
  qsort(problems->items, problems->count, sizeof *problems->items, compare);
  size_t kept = 1;
  for (size_t i = 1; i < problems->count; i++) {
    if (compare(&problems->items[kept - 1], &problems->items[i]) != 0) {
      problems->items[kept++] = problems->items[i];
      continue;
    }
    problems->errors -= !problems->items[i].warning;
    done(&problems->items[i]);
  }
  problems->count = kept;
}

void problems_move(struct problems *problems, struct problems *from) {
  for (size_t i = 0; i < from->count; i++) {
    problems->items =
        mem_grow(problems->items, problems->count, &problems->capacity, sizeof *problems->items);
    problems->items[problems->count++] = from->items[i];
  }
  problems->errors += from->errors;
  free(from->items);
  *from = (struct problems){0};
}

void problems_done(struct problems *problems) {
  for (size_t i = 0; i < problems->count; i++)
    done(&problems->items[i]);
  free(problems->items);
  *problems = (struct problems){0};
}
