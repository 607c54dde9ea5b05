/* SPDX-License-Identifier: Apache-2.0 */
/* Option tables themselves: copied, searched, checked for sense. */
#include "config/field.h"
#include "base/text.h"
#include "config/field_value.h"
#include "config/referrers.h"
#include "config/scanning_part.h"
#include <stdlib.h>
#include <string.h>

static void prepare(struct field_pattern *pattern, const char *constraint) {
  pattern->set = regcomp(&pattern->regex, constraint, REG_EXTENDED | REG_NOSUB) == 0;
  if (pattern->set)
    pattern->automaton = automaton_new(constraint);
}

bool field_pattern_match(const struct field_pattern *pattern, const char *text) {
  int matches = pattern->automaton ? automaton_match(pattern->automaton, text) : -1;
  return matches < 0 ? regexec(&pattern->regex, text, 0, NULL, 0) == 0 : matches > 0;
}

void field_table_adopt(struct field_table *table, const struct artm_field *fields, uint32_t count,
                       uint32_t stride) {
  table->fields = mem_array(count, sizeof *table->fields);
  table->patterns = mem_array(count, sizeof *table->patterns);
  table->count = count;
  const char *from = (const char *)fields;
  for (uint32_t i = 0; i < count; i++, from += stride) {
    struct artm_field *field = &table->fields[i];
    uint32_t size = 0;
    if (stride >= sizeof size)
      memcpy(&size, from, sizeof size);
    size = size < stride ? size : stride;
    memcpy(field, from, size < sizeof *field ? size : sizeof *field);
    if (field_has_pattern(field))
      prepare(&table->patterns[i], field->constraint);
  }
}

void field_table_done(struct field_table *table) {
  for (size_t i = 0; table->patterns && i < table->count; i++)
    if (table->patterns[i].set) {
      regfree(&table->patterns[i].regex);
      automaton_free(table->patterns[i].automaton);
    }
  free(table->patterns);
  free(table->fields);
  *table = (struct field_table){0};
}

const struct artm_field *field_find(const struct field_table *table, const char *name) {
  for (size_t i = 0; i < table->count; i++)
    if (text_is(table->fields[i].name, name))
      return &table->fields[i];
  return NULL;
}

const struct artm_field *field_with_role(const struct field_table *table, uint32_t role) {
  for (size_t i = 0; i < table->count; i++)
    if (table->fields[i].role == role)
      return &table->fields[i];
  return NULL;
}

uint32_t field_scalar_type(const struct artm_field *field) {
  bool many = field->type == ARTM_TYPE_LIST || field->type == ARTM_TYPE_MAP;
  return many ? field->element : field->type;
}

bool field_has_pattern(const struct artm_field *field) {
  return field_scalar_type(field) == ARTM_TYPE_STRING && field->constraint != NULL;
}

static bool range_end(const char *text, size_t len, int64_t *value) {
  if (len == 0)
    return true;
  auto_free char *number = str_copy_n(text, len);
  return text_parse_int(number, value);
}

bool field_range(const char *constraint, int64_t *min, int64_t *max) {
  *min = INT64_MIN;
  *max = INT64_MAX;
  const char *dots = constraint ? strstr(constraint, "..") : NULL;
  if (!dots)
    return constraint == NULL;
  return range_end(constraint, (size_t)(dots - constraint), min) &&
         range_end(dots + 2, strlen(dots + 2), max) && *min <= *max;
}

bool field_alternatives(const char *constraint, bool (*use)(void *, const char *), void *arg) {
  for (const char *word = constraint; word;) {
    const char *end = strchr(word, '|');
    auto_free char *copy = end ? str_copy_n(word, (size_t)(end - word)) : str_copy(word);
    if (use(arg, copy))
      return true;
    word = end ? end + 1 : NULL;
  }
  return false;
}

static const char *type_word(uint32_t type, bool many) {
  static const struct {
    const char *one, *many;
  } words[] = {
      [ARTM_TYPE_STRING] = {"string", "strings"},
      [ARTM_TYPE_BOOL] = {"true or false", "true or false"},
      [ARTM_TYPE_INT] = {"whole number", "whole numbers"},
      [ARTM_TYPE_ENUM] = {"word", "words"},
      [ARTM_TYPE_DURATION] = {"duration like 30s or 5m", "durations like 30s or 5m"},
      [ARTM_TYPE_SIZE] = {"size like 64M or 1.5G", "sizes like 64M or 1.5G"},
      [ARTM_TYPE_URL] = {"URL", "URLs"},
      [ARTM_TYPE_SECRET] = {"secret (a string, or {file: PATH})", "secrets"},
  };
  switch (type) {
  case FIELD_TYPE_REFERRERS:
    return REFERRERS_SHAPE;
  case FIELD_TYPE_NUMBER:
    return "number";
  case FIELD_TYPE_SEVERITY:
    return many ? "severities like CRITICAL, HIGH" : "severity like CRITICAL";
  case FIELD_TYPE_GATE:
    return GATE_SHAPE;
  case FIELD_TYPE_ALLOW:
    return ALLOW_SHAPE;
  case FIELD_TYPE_SCAN:
    return SCAN_SHAPE;
  default:
    break;
  }
  if (type == 0 || type >= sizeof words / sizeof words[0])
    return "value";
  return many ? words[type].many : words[type].one;
}

char *field_type_name(const struct artm_field *field) {
  uint32_t type = field_scalar_type(field);
  bool is_list = field->type == ARTM_TYPE_LIST, is_map = field->type == ARTM_TYPE_MAP;
  if (is_list || is_map)
    return str_format("%s of %s", is_list ? "list" : "map", type_word(type, true));
  if ((type == ARTM_TYPE_ENUM || type == FIELD_TYPE_SEVERITY) && field->constraint) {
    auto_buf out = {0};
    buf_text(&out, "one of ");
    for (const char *p = field->constraint; *p; p++)
      *p == '|' ? buf_text(&out, ", ") : buf_add(&out, p, 1);
    return buf_take(&out);
  }
  int64_t min, max;
  if (type == ARTM_TYPE_INT && field->constraint && field_range(field->constraint, &min, &max))
    return str_format("whole number, %s", field->constraint);
  return str_copy(type_word(type, false));
}
