/* SPDX-License-Identifier: Apache-2.0 */
/* What a plain scalar of YAML 1.1 is, decided as go-yaml version 2 decides. */
#include "helm/metadata/yaml_scalar.h"
#include "helm/metadata/go_json.h"
#include "helm/metadata/yaml_number.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct scalar_word {
  char word[8];
  enum value_kind kind;
  double number; /* truth is 1 */
};

static const struct scalar_word words[] = {
    {"y", VALUE_BOOL, 1},
    {"Y", VALUE_BOOL, 1},
    {"yes", VALUE_BOOL, 1},
    {"Yes", VALUE_BOOL, 1},
    {"YES", VALUE_BOOL, 1},
    {"true", VALUE_BOOL, 1},
    {"True", VALUE_BOOL, 1},
    {"TRUE", VALUE_BOOL, 1},
    {"on", VALUE_BOOL, 1},
    {"On", VALUE_BOOL, 1},
    {"ON", VALUE_BOOL, 1},
    {"n", VALUE_BOOL, 0},
    {"N", VALUE_BOOL, 0},
    {"no", VALUE_BOOL, 0},
    {"No", VALUE_BOOL, 0},
    {"NO", VALUE_BOOL, 0},
    {"false", VALUE_BOOL, 0},
    {"False", VALUE_BOOL, 0},
    {"FALSE", VALUE_BOOL, 0},
    {"off", VALUE_BOOL, 0},
    {"Off", VALUE_BOOL, 0},
    {"OFF", VALUE_BOOL, 0},
    {"", VALUE_NULL, 0},
    {"~", VALUE_NULL, 0},
    {"null", VALUE_NULL, 0},
    {"Null", VALUE_NULL, 0},
    {"NULL", VALUE_NULL, 0},
    {".nan", VALUE_FLOAT, NAN},
    {".NaN", VALUE_FLOAT, NAN},
    {".NAN", VALUE_FLOAT, NAN},
    {".inf", VALUE_FLOAT, INFINITY},
    {".Inf", VALUE_FLOAT, INFINITY},
    {".INF", VALUE_FLOAT, INFINITY},
    {"+.inf", VALUE_FLOAT, INFINITY},
    {"+.Inf", VALUE_FLOAT, INFINITY},
    {"+.INF", VALUE_FLOAT, INFINITY},
    {"-.inf", VALUE_FLOAT, -INFINITY},
    {"-.Inf", VALUE_FLOAT, -INFINITY},
    {"-.INF", VALUE_FLOAT, -INFINITY},
};

static bool find_word(const char *data, size_t size, struct value *value) {
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (strlen(words[i].word) != size || memcmp(words[i].word, data, size))
      continue;
    value->kind = words[i].kind;
    if (value->kind == VALUE_BOOL)
      value->boolean = words[i].number > 0;
    else
      value->number = words[i].number;
    return true;
  }
  return false;
}

/* Without looking at the tag. data has no NUL in it. */
static void resolve_plain(const char *data, size_t size, struct value *value) {
  value->kind = VALUE_TEXT;
  if (find_word(data, size, value))
    return;
  if (data[0] == '.')
    yaml_fraction(data, value);
  else if (data[0] == '+' || data[0] == '-' || (data[0] >= '0' && data[0] <= '9'))
    yaml_number(data, value);
}

/* Makes of a resolved value what its tag says, if that is possible. */
static bool apply_tag(const char *tag, struct value *value) {
  static const struct {
    const char *tag;
    enum value_kind kind;
  } tags[] = {
      {"bool", VALUE_BOOL}, {"int", VALUE_INT},        {"float", VALUE_FLOAT},
      {"null", VALUE_NULL}, {"timestamp", VALUE_TEXT},
  };
  for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
    if (strcmp(tag, tags[i].tag))
      continue;
    if (tags[i].kind == VALUE_FLOAT && value->kind == VALUE_INT) {
      value->kind = VALUE_FLOAT;
      value->number = (double)value->integer;
    }
    return value->kind == tags[i].kind || (tags[i].kind == VALUE_INT && value->kind == VALUE_UINT);
  }
  value->kind = VALUE_TEXT; /* !!str, and tags that nobody knows */
  return strcmp(tag, "binary");
}

static void set_text(struct region *region, const char *data, size_t size, struct value *value) {
  char text[GO_NUMBER_MAX] = "";
  switch (value->kind) {
  case VALUE_BOOL:
    snprintf(text, sizeof text, "%s", value->boolean ? "true" : "false");
    break;
  case VALUE_INT:
    snprintf(text, sizeof text, "%" PRId64, value->integer);
    break;
  case VALUE_UINT:
    snprintf(text, sizeof text, "%" PRIu64, value->natural);
    break;
  case VALUE_FLOAT:
    go_float32(value->number, text);
    break;
  case VALUE_TEXT:
    value->text = (struct text){region_copy(region, data, size), size};
    return;
  default:
    return;
  }
  size_t length = strlen(text);
  value->text = (struct text){region_copy(region, text, length), length};
}

bool scalar_resolve(struct region *region, const char *data, size_t size, const char *tag,
                    bool plain, struct value *value) {
  bool fits = true;
  value->kind = VALUE_TEXT;
  if ((plain || tag) && !memchr(data, '\0', size))
    resolve_plain(data, size, value);
  if (tag)
    fits = apply_tag(strncmp(tag, YAML_TAG, strlen(YAML_TAG)) ? "" : tag + strlen(YAML_TAG), value);
  value->infinite = value->kind == VALUE_FLOAT && !isfinite(value->number);
  set_text(region, data, size, value);
  return fits;
}

bool scalar_key(const struct value *value, struct text *ret) {
  if (value->kind != VALUE_BOOL && value->kind != VALUE_INT && value->kind != VALUE_FLOAT &&
      value->kind != VALUE_TEXT)
    return false;
  *ret = value->text;
  if (text_is(ret, "NaN") && value->kind == VALUE_FLOAT)
    *ret = (struct text){".nan", 4};
  else if (text_is(ret, "+Inf") && value->kind == VALUE_FLOAT)
    *ret = (struct text){".inf", 4};
  else if (text_is(ret, "-Inf") && value->kind == VALUE_FLOAT)
    *ret = (struct text){"-.inf", 5};
  return true;
}
