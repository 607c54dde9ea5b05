/* SPDX-License-Identifier: Apache-2.0 */
/* One value against one field. */
#include "config/field_value.h"
#include "base/text.h"
#include "config/path.h"
#include "config/referrers.h"
#include "config/scalar.h"
#include "config/scanning_part.h"
#include "report/log.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A value being checked. type is the field's own, or that of its elements. */
struct check {
  const struct artm_field *field;
  const struct field_pattern *pattern;
  uint32_t type;
  struct problems *problems;
};

static enum node_type type_of(const struct node *node) {
  return node->expanded ? scalar_type(node->text) : (enum node_type)node->type;
}

bool value_number(uint32_t type, const struct node *node, int64_t *ret) {
  const char *text = node_text(node);
  if (!text)
    return false;
  enum node_type is = type_of(node);
  uint64_t number;
  int64_t whole;
  switch (type) {
  case ARTM_TYPE_BOOL:
    if (is == NODE_BOOL)
      *ret = scalar_bool(text);
    return is == NODE_BOOL;
  case ARTM_TYPE_INT:
    return is == NODE_INT && scalar_int(text, ret);
  case ARTM_TYPE_DURATION:
    if (is == NODE_INT && scalar_int(text, &whole)) {
      if (whole < 0 || __builtin_mul_overflow(whole, (int64_t)1000, &whole))
        return false;
      *ret = whole;
      return true;
    }
    if (is != NODE_STRING || !text_parse_duration(text, &number) || number > INT64_MAX)
      return false;
    break;
  case ARTM_TYPE_SIZE:
    if (is == NODE_INT && scalar_int(text, &whole)) {
      if (whole >= 0)
        *ret = whole;
      return whole >= 0;
    }
    if (is != NODE_STRING || !text_parse_size(text, &number) || number > INT64_MAX)
      return false;
    break;
  default:
    return false;
  }
  *ret = (int64_t)number;
  return true;
}

static const char *kind_name(const struct node *node) {
  if (node->kind == NODE_LIST)
    return "a list";
  if (node->kind == NODE_MAP)
    return "a map";
  return node->quoted ? "quoted text" : scalar_type_name(type_of(node));
}

/* "'name'", or "an item of 'names'". Caller frees. */
static char *label_of(const struct check *check) {
  bool item = check->type != check->field->type;
  return str_format("%s'%s'", item ? "an item of " : "", check->field->name);
}

void value_wants_quotes(const char *what, const struct node *node, struct problems *problems) {
  auto_free char *becomes = NULL;
  int64_t whole;
  if (node->type == NODE_FLOAT)
    becomes = str_format("%.15g", strtod(node->text, NULL));
  else if (node->type == NODE_INT && scalar_int(node->text, &whole))
    becomes = str_format("%lld", (long long)whole);
  bool changes = becomes && strcmp(becomes, node->text) != 0;
  struct problem *problem =
      problem_add(problems, node, "wrong-type", "%s must be text, but %.80s is %s%s%s", what,
                  node->text, scalar_type_name((enum node_type)node->type),
                  changes ? " and would become " : "", changes ? becomes : "");
  problem_hint(problem, "put it in quotes: '%.80s'", node->text);
}

static bool wrong_type(const struct check *check, const struct node *node) {
  auto_free char *label = label_of(check);
  struct artm_field shape = *check->field;
  shape.type = check->type;
  auto_free char *wanted = field_type_name(&shape);
  struct problem *problem;
  if (node->kind == NODE_SCALAR && type_of(node) == NODE_NULL) {
    problem = problem_add(check->problems, node, "empty-value", "%s has no value", label);
    problem_hint(problem, "give it a value, or remove it");
  } else {
    problem =
        problem_add(check->problems, node, "wrong-type", "%s can't be %s", label, kind_name(node));
    bool several = shape.element != ARTM_TYPE_STRING && node->text && strchr(node->text, ',');
    if (check->type == ARTM_TYPE_LIST && node->kind == NODE_SCALAR)
      problem_hint(problem, several ? "write [%.80s]" : "write ['%.80s']", node->text);
    else if (check->field->role == ARTM_ROLE_AXIS && node->kind == NODE_MAP)
      problem_hint(problem, "put it into a list: [{...}]");
    else if (check->type == ARTM_TYPE_BOOL || node->quoted)
      problem_hint(problem, "%s",
                   check->type == ARTM_TYPE_BOOL ? "write true or false, without quotes"
                                                 : "write it without quotes");
  }
  bool axis = check->field->role == ARTM_ROLE_AXIS;
  problem_expected(problem, "%s", axis ? "list of versions and selectors" : wanted);
  return false;
}

static bool bad_value(const struct check *check, const struct node *node, const char *code,
                      const char *why) {
  auto_free char *label = label_of(check);
  const char *quote = node->type == NODE_STRING ? "'" : "";
  struct artm_field shape = *check->field;
  shape.type = check->type;
  auto_free char *wanted = field_type_name(&shape);
  struct problem *problem = problem_add(check->problems, node, code, "%s: %s%.80s%s %s", label,
                                        quote, node->text, quote, why);
  problem_expected(problem, "%s", wanted);
  return false;
}

/* True if the node is text; else the problem is added. */
static bool is_text(const struct check *check, const struct node *node) {
  bool scalar = node->kind == NODE_SCALAR;
  if (scalar && node->type == NODE_STRING) {
    if (node->text[0] || !(check->field->flags & ARTM_FIELD_REQUIRED))
      return true;
    auto_free char *label = label_of(check);
    problem_add(check->problems, node, "empty-value", "%s is empty", label);
    return false;
  }
  if (!scalar || node->type == NODE_NULL)
    return wrong_type(check, node);
  auto_free char *label = label_of(check);
  value_wants_quotes(label, node, check->problems);
  return false;
}

static bool has_home(const struct check *check, const struct node *node) {
  if (!path_lacks_home(node->text))
    return true;
  auto_free char *label = label_of(check);
  struct problem *problem =
      problem_add(check->problems, node, "bad-value",
                  "%s: '%.80s' begins at HOME, which is not set", label, node->text);
  problem_hint(problem, "set HOME to an absolute path, or write the path without ~");
  return false;
}

static bool check_pattern(const struct check *check, const struct node *node) {
  const struct artm_field *field = check->field;
  if (!field->constraint)
    return true;
  bool matches;
  if (check->pattern && check->pattern->set) {
    matches = field_pattern_match(check->pattern, node->text);
  } else {
    regex_t regex;
    if (regcomp(&regex, field->constraint, REG_EXTENDED | REG_NOSUB) != 0)
      return true;
    matches = regexec(&regex, node->text, 0, NULL, 0) == 0;
    regfree(&regex);
  }
  if (matches)
    return true;
  auto_free char *label = label_of(check);
  struct problem *problem = problem_add(check->problems, node, "bad-value",
                                        "%s: '%.80s' is not well-formed", label, node->text);
  if (field->doc)
    problem_expected(problem, "%s; it must match %s", field->doc, field->constraint);
  else
    problem_expected(problem, "text that matches %s", field->constraint);
  return false;
}

static bool collect_word(void *arg, const char *word) {
  strings_add(arg, word);
  return false;
}

/* A severity may be written in any case. */
static bool check_enum(const struct check *check, const struct node *node) {
  auto_strings words = {0};
  auto_free char *word = str_copy(node->text);
  for (char *p = word; check->type == FIELD_TYPE_SEVERITY && *p; p++)
    *p = (char)toupper((unsigned char)*p);
  field_alternatives(check->field->constraint, collect_word, &words);
  if (strings_has(&words, word))
    return true;
  bad_value(check, node, "bad-value", "is not allowed");
  const char *nearest = text_nearest(word, (const char *const *)words.items, words.count);
  if (nearest)
    problem_hint(&check->problems->items[check->problems->count - 1], "did you mean '%s'?",
                 nearest);
  return false;
}

/* "https://... or file://..." Caller frees. */
static char *schemes_text(const char *schemes) {
  struct buf text = {0};
  for (const char *scheme = schemes; *scheme; scheme += strspn(scheme, "|")) {
    size_t length = strcspn(scheme, "|");
    bool is_last = scheme[length] == '\0';
    buf_printf(&text, "%s%.*s://...",
               !text.len ? ""
               : is_last ? " or "
                         : ", ",
               (int)length, scheme);
    scheme += length;
  }
  return buf_take(&text);
}

static bool check_url(const struct check *check, const struct node *node) {
  const char *why = value_url_error(check->field->constraint, node->text);
  if (!why)
    return true;
  auto_free char *label = label_of(check);
  struct problem *problem =
      strchr(node->text, '@')
          ? problem_add(check->problems, node, "bad-url", "%s: the URL %s", label, why)
          : problem_add(check->problems, node, "bad-url", "%s: '%.200s' %s", label, node->text,
                        why);
  const char *schemes = check->field->constraint ? check->field->constraint : URL_SCHEMES;
  auto_free char *expected = schemes_text(schemes);
  problem_expected(problem, "%s", expected);
  if (strstr(why, "password"))
    problem_hint(problem, "give credentials under registries: HOST: {username, password}");
  return false;
}

static bool check_number(const struct check *check, const struct node *node) {
  int64_t number, min, max;
  if (!value_number(check->type, node, &number)) {
    bool shaped = node->kind == NODE_SCALAR && node->type == NODE_STRING && !node->expanded &&
                  (check->type == ARTM_TYPE_DURATION || check->type == ARTM_TYPE_SIZE);
    bool whole =
        check->type != ARTM_TYPE_BOOL && node->kind == NODE_SCALAR && type_of(node) == NODE_INT;
    if (shaped || whole)
      return bad_value(check, node, "bad-value", whole ? "is out of range" : "is not well-formed");
    return wrong_type(check, node);
  }
  if (check->type != ARTM_TYPE_INT || !field_range(check->field->constraint, &min, &max) ||
      (number >= min && number <= max))
    return true;
  return bad_value(check, node, "out-of-range", "is out of range");
}

static bool check_fraction(const struct check *check, const struct node *node) {
  enum node_type is = node->kind == NODE_SCALAR ? type_of(node) : NODE_NULL;
  if (is != NODE_INT && is != NODE_FLOAT)
    return wrong_type(check, node);
  double number = strtod(node->text, NULL);
  int64_t min, max;
  if (!field_range(check->field->constraint, &min, &max))
    return true;
  if (number >= (double)min && number <= (double)max)
    return true;
  return bad_value(check, node, "out-of-range", "is out of range");
}

/* In the file it may stand with the escapes of quoted text, and a message shows lines of the file.
 */
static void hide(const char *secret) {
  auto_buf single = {0}, twice = {0};
  for (const char *p = secret; *p; p++) {
    buf_printf(&single, "%s%c", *p == '\'' ? "'" : "", *p);
    buf_printf(&twice, "%s%c", strchr("\"\\", *p) ? "\\" : "", *p);
  }
  log_secret(secret);
  log_secret(single.data);
  log_secret(twice.data);
  if (single.data)
    explicit_bzero(single.data, single.len);
  if (twice.data)
    explicit_bzero(twice.data, twice.len);
}

static bool check_secret(const struct check *check, const struct node *node) {
  if (node->kind == NODE_MAP) {
    const struct node *file = node_get(node, "file");
    const char *path = node_text(file);
    if (node->count == 1 && path && file->type == NODE_STRING && *path)
      return has_home(check, file);
    struct problem *problem = problem_add(check->problems, node, "wrong-type",
                                          "'%s' is no valid secret", check->field->name);
    problem_expected(problem, "a string, or {file: PATH}");
    return false;
  }
  if (node->kind != NODE_SCALAR || node->type == NODE_NULL || !node->text[0])
    return wrong_type(check, node);
  hide(node->text);
  if (node->type == NODE_STRING)
    return true;
  struct problem *problem =
      problem_add(check->problems, node, "wrong-type", "'%s' must be text, but this is %s",
                  check->field->name, scalar_type_name((enum node_type)node->type));
  problem_hint(problem, "put it in quotes");
  return false;
}

static bool check_scalar(const struct check *check, const struct node *node) {
  if (node->broken)
    return false;
  if (node->kind == NODE_SCALAR && strchr(node->text, '@'))
    log_userinfo(node->text); /* a password in a host or reference */
  switch (check->type) {
  case ARTM_TYPE_BOOL:
  case ARTM_TYPE_INT:
  case ARTM_TYPE_DURATION:
  case ARTM_TYPE_SIZE:
    return check_number(check, node);
  case FIELD_TYPE_NUMBER:
    return check_fraction(check, node);
  case ARTM_TYPE_SECRET:
    return check_secret(check, node);
  case ARTM_TYPE_ENUM:
  case FIELD_TYPE_SEVERITY:
    return is_text(check, node) && check_enum(check, node);
  case ARTM_TYPE_URL:
    return is_text(check, node) && check_url(check, node);
  default:
    return is_text(check, node) &&
           (!(check->field->flags & ARTM_FIELD_PATH) || has_home(check, node)) &&
           check_pattern(check, node);
  }
}

static bool check_items(const struct check *check, const struct node *node) {
  const struct artm_field *field = check->field;
  bool must_have = field->flags & ARTM_FIELD_REQUIRED || field->role == ARTM_ROLE_AXIS ||
                   field->role == ARTM_ROLE_PLATFORMS;
  if (node->count == 0 && must_have) {
    struct problem *problem =
        problem_add(check->problems, node, "empty-list", "'%s' is empty", field->name);
    problem_hint(problem, "give it at least one item%s",
                 field->flags & ARTM_FIELD_REQUIRED ? "" : ", or remove it");
    return false;
  }
  bool fine = true;
  struct check item = *check;
  item.type = field->element;
  for (uint32_t i = 0; i < node->count; i++) {
    const struct node *value = node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value;
    fine &= check_scalar(&item, value);
  }
  return fine;
}

bool value_check(const struct artm_field *field, const struct field_pattern *pattern,
                 const struct node *node, struct problems *problems) {
  struct check check = {field, pattern, field->type, problems};
  switch (field->type) {
  case FIELD_TYPE_REFERRERS:
    return referrers_check(field, node, problems);
  case FIELD_TYPE_GATE:
    return gate_check(field, node, problems);
  case FIELD_TYPE_ALLOW:
    return allow_check(field, node, problems);
  case FIELD_TYPE_SCAN: /* scanning_check_overrides */
    return true;
  default:
    break;
  }
  if (field->type != ARTM_TYPE_LIST && field->type != ARTM_TYPE_MAP)
    return check_scalar(&check, node);
  if (node->broken)
    return false;
  if (node->kind != (field->type == ARTM_TYPE_LIST ? NODE_LIST : NODE_MAP))
    return wrong_type(&check, node);
  /* The items of an axis may be maps: config/version.h reads them. */
  if (field->role == ARTM_ROLE_AXIS && node->count > 0)
    return true;
  return check_items(&check, node);
}

bool field_check(const struct artm_field *field, const struct node *value,
                 struct problems *problems) {
  return value_check(field, NULL, value, problems);
}
