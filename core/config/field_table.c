/* SPDX-License-Identifier: Apache-2.0 */
/* Is an option table sane? Asked once when a plugin is opened, so that the rest may rely on it. */
#include "base/text.h"
#include "config/field_value.h"
#include "config/scalar.h"
#include <ctype.h>
#include <string.h>

#define ROLE_MAX ARTM_ROLE_VALUE
#define FLAGS_KNOWN \
  (ARTM_FIELD_REQUIRED | ARTM_FIELD_DEPRECATED | ARTM_FIELD_MATRIX | ARTM_FIELD_PATH)

static bool is_name(const char *name) {
  if (!name || !islower((unsigned char)name[0]))
    return false;
  for (const char *p = name; *p; p++)
    if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
      return false;
  return true;
}

static bool is_scalar_type(uint32_t type) {
  return type >= ARTM_TYPE_STRING && type <= ARTM_TYPE_SECRET;
}

static char *check_type(const struct artm_field *field) {
  bool many = field->type == ARTM_TYPE_LIST || field->type == ARTM_TYPE_MAP;
  if (!many && !is_scalar_type(field->type))
    return str_format("unknown type %u", field->type);
  if (many && (!is_scalar_type(field->element) || field->element == ARTM_TYPE_SECRET))
    return str_format("a %s can't hold elements of type %u",
                      field->type == ARTM_TYPE_LIST ? "list" : "map", field->element);
  if (field->flags & ~FLAGS_KNOWN)
    return str_format("unknown flags 0x%x", field->flags & ~FLAGS_KNOWN);
  if (field->role > ROLE_MAX)
    return str_format("unknown role %u", field->role);
  bool wants_list = field->role == ARTM_ROLE_AXIS || field->role == ARTM_ROLE_PLATFORMS;
  if (wants_list && (field->type != ARTM_TYPE_LIST || field->element != ARTM_TYPE_STRING))
    return str_format("role %u needs a list of strings", field->role);
  if (field->role == ARTM_ROLE_NAME && field->type != ARTM_TYPE_STRING)
    return str_copy("the name must be a string");
  return NULL;
}

static bool is_empty_word(void *arg, const char *word) {
  (void)arg;
  return *word == '\0';
}

static char *check_constraint(const struct artm_field *field) {
  uint32_t type = field_scalar_type(field);
  const char *constraint = field->constraint;
  int64_t min, max;
  if (type == ARTM_TYPE_ENUM &&
      (!constraint || field_alternatives(constraint, is_empty_word, NULL)))
    return str_copy("an enum needs its words, as in \"a|b\"");
  if (type == ARTM_TYPE_INT && !field_range(constraint, &min, &max))
    return str_format("'%s' is no range, as in \"1..64\"", constraint);
  if (type == ARTM_TYPE_URL && constraint && field_alternatives(constraint, is_empty_word, NULL))
    return str_copy("the URL schemes must read like \"https|http\"");
  if (type == ARTM_TYPE_STRING && constraint) {
    if (strstr(constraint, "[:"))
      return str_copy("a pattern can't have [:classes:], which JSON Schema does not know");
    regex_t regex;
    int code = regcomp(&regex, constraint, REG_EXTENDED | REG_NOSUB);
    if (code == 0) {
      regfree(&regex);
      return NULL;
    }
    char reason[128];
    regerror(code, &regex, reason, sizeof reason);
    return str_format("bad pattern '%s': %s", constraint, reason);
  }
  bool free_type = type == ARTM_TYPE_BOOL || type == ARTM_TYPE_DURATION || type == ARTM_TYPE_SIZE ||
                   type == ARTM_TYPE_SECRET;
  return free_type && constraint ? str_copy("this type takes no constraint") : NULL;
}

static char *check_default(const struct artm_field *field) {
  if (!field->default_value)
    return NULL;
  if (field->flags & ARTM_FIELD_REQUIRED)
    return str_copy("it is required, so it can't have a default");
  if (!is_scalar_type(field->type) || field->type == ARTM_TYPE_SECRET)
    return str_copy("this type can't have a default");
  struct node node = {.kind = NODE_SCALAR, .text = field->default_value, .expanded = true};
  struct problems problems = {0};
  bool fine = field_check(field, &node, &problems);
  char *reason =
      fine ? NULL : str_format("bad default: %s", problems.count ? problems.items[0].message : "?");
  problems_done(&problems);
  return reason;
}

static char *check_field(const struct field_table *table, size_t i, const char *const *reserved,
                         size_t count) {
  const struct artm_field *field = &table->fields[i];
  for (size_t k = 0; k < count; k++)
    if (strcmp(reserved[k], field->name) == 0)
      return str_copy("the name belongs to the core");
  for (size_t k = 0; k < i; k++) {
    if (strcmp(table->fields[k].name, field->name) == 0)
      return str_copy("two fields have this name");
    if (field->role && table->fields[k].role == field->role)
      return str_format("role %u is taken by '%s'", field->role, table->fields[k].name);
  }
  char *reason = check_type(field);
  if (!reason)
    reason = check_constraint(field);
  return reason ? reason : check_default(field);
}

char *field_table_check(const struct field_table *table, const char *const *reserved,
                        size_t count) {
  for (size_t i = 0; i < table->count; i++)
    if (!is_name(table->fields[i].name))
      return str_format("field %zu has no name of the form [a-z][a-z0-9_]*", i + 1);
  for (size_t i = 0; i < table->count; i++) {
    auto_free char *reason = check_field(table, i, reserved, count);
    if (reason)
      return str_format("field '%s': %s", table->fields[i].name, reason);
  }
  return NULL;
}
