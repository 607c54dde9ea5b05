/* SPDX-License-Identifier: Apache-2.0 */
/* Advice for text that can't be a version: ranges, globs and patterns want to be selectors. */
#include "config/version_hint.h"
#include "base/error.h"
#include "config/pattern.h"
#include "config/semver.h"
#include <string.h>

#define SHOWN_MAX 100 /* longer text is not worth repeating */

static bool is_range(const char *text) {
  auto_error ignored = {0};
  struct semver_range *range;
  if (semver_range_parse(text, &range, &ignored) < 0)
    return false;
  semver_range_free(range);
  return true;
}

static bool is_pattern(const char *text) {
  auto_error ignored = {0};
  struct pattern *pattern;
  if (pattern_compile(text, &pattern, &ignored) < 0)
    return false;
  pattern_free(pattern);
  return true;
}

/* What shells and regsync call a pattern, as a regular expression. */
static void add_glob(struct buf *out, const char *glob) {
  buf_text(out, "^");
  for (; *glob; glob++) {
    if (*glob == '*')
      buf_text(out, ".*");
    else if (*glob == '?')
      buf_text(out, ".");
    else
      buf_printf(out, *glob == '.' ? "\\%c" : "%c", *glob);
  }
  buf_text(out, "$");
}

void version_hint(struct problem *problem, const char *text) {
  const char *selects = "to pick from what the source offers, write";
  if (!strpbrk(text, "*?<>=^~ |[]()$\\,"))
    return;
  if (strlen(text) > SHOWN_MAX || strchr(text, '\'')) {
    problem_hint(problem, "%s {semver: RANGE} or {pattern: REGULAR_EXPRESSION}", selects);
    return;
  }
  auto_buf glob = {0};
  if (is_range(text)) {
    problem_hint(problem, "%s {semver: '%s'}", selects, text);
  } else if (strpbrk(text, "*?") && !strpbrk(text, "^$()[]|\\+<>=~ ,")) {
    add_glob(&glob, text);
    problem_hint(problem, "%s {pattern: '%s'}", selects, glob.data);
  } else if (strpbrk(text, "^$*?()[]|\\") && is_pattern(text)) {
    problem_hint(problem, "%s {pattern: '%s'}", selects, text);
  } else {
    problem_hint(problem, "%s {semver: RANGE} or {pattern: REGULAR_EXPRESSION}", selects);
  }
}
