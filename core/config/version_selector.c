/* SPDX-License-Identifier: Apache-2.0 */
/* Reads {pattern, semver, prerelease, newer_than, exclude, latest, sort}. */
#include "config/version_selector.h"
#include "base/text.h"
#include "config/field_value.h"
#include "config/pattern.h"
#include "config/semver.h"
#include "config/version_date.h"
#include <string.h>

#define TEXT_KEY(key, text) \
  ARTM_FIELD(.name = key, .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED, .doc = text)

static const struct artm_field fields[] = {
    TEXT_KEY("pattern", "Versions in which this regular expression (PCRE2) finds something"),
    TEXT_KEY("semver", "Full versions in this range: ^1.2, ~1.4, >=1.2 <2 || 3.x, 1.2 - 1.4"),
    ARTM_FIELD(.name = "prerelease", .type = ARTM_TYPE_BOOL,
               .doc = "Pre-releases too, or none of them"),
    TEXT_KEY("newer_than", "Versions not older than an age (90d) or a date (2025-01-31)"),
    TEXT_KEY("exclude", "Leave out in which one of these regular expressions finds something"),
    ARTM_FIELD(.name = "sort", .type = ARTM_TYPE_ENUM, .constraint = "semver|date|alpha",
               .doc = "Order in which the newest or last come first"),
    ARTM_FIELD(.name = "latest", .type = ARTM_TYPE_INT, .constraint = "1..4294967295",
               .doc = "Only so many, the first as sorted"),
};

const struct field_table *selector_fields(void) {
  static const struct field_table table = {(struct artm_field *)fields,
                                           sizeof fields / sizeof fields[0], NULL};
  return &table;
}

struct reading {
  struct version_selector *selector;
  struct arena *memory;
  bool dates; /* the source knows dates */
  struct problems *problems;
};

/* The error's hint, if it has one, is the problem's too. */
static bool bad_text(struct reading *r, const struct node *value, const char *code,
                     const char *what, const struct error *err) {
  struct problem *problem = problem_add(r->problems, value, code, "'%.80s' is no valid %s: %s",
                                        value->text, what, err->message);
  if (err->hint)
    problem_hint(problem, "%s", err->hint);
  return false;
}

static bool read_pattern(struct reading *r, const struct node *value, const char **ret) {
  auto_error err = {0};
  struct pattern *pattern;
  if (pattern_compile(value->text, &pattern, &err) < 0)
    return bad_text(r, value, "bad-pattern", "pattern", &err);
  pattern_free(pattern);
  *ret = value->text;
  return true;
}

static bool read_semver(struct reading *r, const struct node *value) {
  auto_error err = {0};
  struct semver_range *range;
  if (semver_range_parse(value->text, &range, &err) < 0)
    return bad_text(r, value, "bad-range", "range", &err);
  semver_range_free(range);
  r->selector->semver = value->text;
  return true;
}

/* The value of exclude is checked already. */
static bool read_excludes(struct reading *r, const struct node *value) {
  size_t count = value->kind == NODE_LIST ? value->count : 1;
  const char **excludes = arena_alloc(r->memory, count * sizeof *excludes);
  bool fine = true;
  for (size_t i = 0; i < count; i++)
    fine &= read_pattern(r, value->kind == NODE_LIST ? value->items[i] : value, &excludes[i]);
  r->selector->excludes = excludes;
  r->selector->exclude_count = count;
  return fine;
}

static bool knows_dates(struct reading *r, const struct node *value, const char *what,
                        const char *hint) {
  if (r->dates)
    return true;
  struct problem *problem =
      problem_add(r->problems, value, "no-dates",
                  "%s needs dates, and the source of this section knows none", what);
  problem_hint(problem, "%s", hint);
  return false;
}

/* Numbers without a unit are no ages: nobody means seconds. */
static bool read_newer_than(struct reading *r, const struct node *value) {
  struct version_selector *selector = r->selector;
  const char *text = value->text;
  size_t digits = strspn(text, "0123456789");
  selector->newer_than = text;
  if (text[digits])
    selector->has_age = text_parse_duration(text, &selector->age_ms);
  if (!selector->has_age)
    selector->has_date = version_date_parse(text, &selector->date);
  if (selector->has_age || selector->has_date)
    return knows_dates(r, value, "'newer_than'",
                       "pick the newest instead: {semver: '*', latest: 3}");
  struct problem *problem =
      problem_add(r->problems, value, "bad-value",
                  "'newer_than': '%.80s' is neither an age nor a date", value->text);
  problem_expected(problem, "an age like 90d or 12h, a date like 2025-01-31, or a time like "
                            "2025-01-31T12:00:00Z");
  int64_t weeks;
  auto_free char *number = str_copy_n(text, digits);
  if (digits > 0 && !text[digits])
    problem_hint(problem, "give the unit: %.20sd", text);
  else if (strcmp(text + digits, "w") == 0 && text_parse_int(number, &weeks) && weeks < 10000)
    problem_hint(problem, "write %lldd", (long long)weeks * 7);
  return false;
}

static bool read_sort(struct reading *r, const struct node *value) {
  r->selector->has_sort = true;
  if (strcmp(value->text, "date") == 0)
    r->selector->sort = SORT_BY_DATE;
  else if (strcmp(value->text, "alpha") == 0)
    r->selector->sort = SORT_BY_ALPHABET;
  return r->selector->sort != SORT_BY_DATE ||
         knows_dates(r, value, "'sort: date'", "write sort: semver, or sort: alpha");
}

/* Is the value of the key's type? */
static bool check_type(struct reading *r, const struct artm_field *field,
                       const struct node *value) {
  bool number =
      value->kind == NODE_SCALAR && (value->type == NODE_INT || value->type == NODE_FLOAT);
  if (number && strcmp(field->name, "newer_than") == 0)
    return true;
  struct artm_field shape = *field;
  if (value->kind == NODE_LIST && strcmp(field->name, "exclude") == 0) {
    shape.type = ARTM_TYPE_LIST;
    shape.element = ARTM_TYPE_STRING;
  }
  return field_check(&shape, value, r->problems);
}

static bool read_key(struct reading *r, const struct artm_field *field, const struct node *value) {
  struct version_selector *selector = r->selector;
  int64_t number;
  if (!check_type(r, field, value))
    return false;
  if (strcmp(field->name, "pattern") == 0)
    return read_pattern(r, value, &selector->pattern);
  if (strcmp(field->name, "semver") == 0)
    return read_semver(r, value);
  if (strcmp(field->name, "newer_than") == 0)
    return read_newer_than(r, value);
  if (strcmp(field->name, "exclude") == 0)
    return read_excludes(r, value);
  if (strcmp(field->name, "sort") == 0)
    return read_sort(r, value);
  if (!value_number(field->type, value, &number))
    return false;
  if (strcmp(field->name, "latest") == 0) {
    selector->latest = (uint32_t)number;
  } else {
    selector->has_prerelease = true;
    selector->prerelease = number != 0;
  }
  return true;
}

bool selector_read(const struct node *map, bool dates, struct arena *memory,
                   const struct version_selector **ret, struct problems *problems) {
  struct reading r = {.selector = arena_alloc(memory, sizeof *r.selector),
                      .memory = memory,
                      .dates = dates,
                      .problems = problems};
  bool fine = true;
  for (uint32_t i = 0; i < map->count; i++) {
    const struct artm_field *field = field_find(selector_fields(), map->pairs[i].key->text);
    fine = field && read_key(&r, field, map->pairs[i].value) && fine;
  }
  r.selector->only_excludes = map->count == 1 && r.selector->exclude_count > 0;
  if (fine)
    *ret = r.selector;
  return fine;
}
