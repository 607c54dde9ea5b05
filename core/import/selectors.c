/* SPDX-License-Identifier: Apache-2.0 */
/* Filters of tags made into versions. */
#include "base/text.h"
#include "config/pattern.h"
#include "config/semver.h"
#include "import/part.h"
#include "oci/reference.h"
#include <ctype.h>
#include <string.h>

#define LOOSE_TAGS \
  "only tags with three numbers count in a range here: add versions for tags like 1.2"

/* Can our engine search for it? */
static bool check_pattern(struct import *import, struct import_item *item, const struct node *at,
                          const char *what, const char *pattern) {
  struct pattern *compiled;
  auto_error err = {0};
  if (pattern_compile(pattern, &compiled, &err) != 0) {
    remark_lost(import, &item->remarks, at, what, "%s", err.message);
    return false;
  }
  pattern_free(compiled);
  return true;
}

static bool check_range(struct import *import, struct import_item *item, const struct node *at,
                        const char *what, const char *range) {
  struct semver_range *parsed;
  auto_error err = {0};
  if (semver_range_parse(range, &parsed, &err) != 0) {
    remark_lost(import, &item->remarks, at, what, "%s", err.message);
    return false;
  }
  semver_range_free(parsed);
  return true;
}

static void add_member(struct buf *out, const char *key, const char *text) {
  buf_printf(out, "%s%s: ", out->len > 1 ? ", " : "", key);
  write_quoted(out, text);
}

void select_all(struct import *import, struct import_item *item) {
  item_version(import, item, "{pattern: '.'}");
}

bool select_pattern(struct import *import, struct import_item *item, const struct node *at,
                    const char *what, const char *pattern) {
  auto_buf written = {0};
  if (!check_pattern(import, item, at, what, pattern))
    return false;
  buf_text(&written, "{");
  add_member(&written, "pattern", *pattern ? pattern : ".");
  buf_text(&written, "}");
  item_version(import, item, written.data);
  return true;
}

bool select_range(struct import *import, struct import_item *item, const struct node *at,
                  const char *what, const char *range) {
  auto_buf written = {0};
  if (!check_range(import, item, at, what, range))
    return false;
  buf_text(&written, "{");
  add_member(&written, "semver", range);
  buf_text(&written, "}");
  item_version(import, item, written.data);
  remark_lost(import, &item->remarks, at, what, LOOSE_TAGS);
  return true;
}

/* --- regsync's sets */

struct tag_set {
  struct strings allow, deny; /* anchored */
  char *range;                /* ours, or NULL */
};

/* The only text that an expression matches, or NULL. Caller frees. */
static char *literal_of(const char *pattern) {
  auto_buf text = {0};
  buf_text(&text, "");
  for (const char *p = pattern; *p; p++) {
    bool escaped = *p == '\\' && (p[1] == '.' || p[1] == '-');
    p += escaped;
    if (!escaped && !isalnum((unsigned char)*p) && *p != '_' && *p != '-')
      return NULL;
    buf_add(&text, p, 1);
  }
  return reference_is_tag(text.data) ? buf_take(&text) : NULL;
}

/* Expressions of the key, each between ^ and $ as regsync puts it, alternatives and all. */
static bool read_patterns(struct import *import, struct import_item *item, const struct node *set,
                          const char *key, struct strings *ret) {
  auto_strings texts = {0};
  if (!texts_at(import, set, key, &texts))
    return false;
  for (size_t i = 0; i < texts.count; i++) {
    const struct node *at = node_get(set, key)->items[i];
    char *anchored = str_format("^%s$", texts.items[i]);
    auto_free char *what = str_format("%s '%s'", key, texts.items[i]);
    strings_add_taken(ret, anchored);
    /* The text itself first: a message counts its characters. */
    if (!check_pattern(import, item, at, what, texts.items[i]) ||
        !check_pattern(import, item, at, what, anchored))
      return false;
  }
  return true;
}

static bool read_ranges(struct import *import, struct import_item *item, const struct node *set,
                        struct tag_set *ret) {
  auto_strings texts = {0};
  auto_buf joined = {0};
  if (!texts_at(import, set, "semverRange", &texts))
    return false;
  for (size_t i = 0; i < texts.count; i++) {
    const char *why = NULL;
    if (!*texts.items[i])
      continue;
    const struct node *at = node_get(set, "semverRange")->items[i];
    auto_free char *what = str_format("semverRange '%s'", texts.items[i]);
    auto_free char *range = range_translate(texts.items[i], &why);
    if (!range) {
      remark_lost(import, &item->remarks, at, what, "%s", why);
      return false;
    }
    if (!check_range(import, item, at, what, range))
      return false;
    remark_lost(import, &item->remarks, at, what, LOOSE_TAGS);
    buf_printf(&joined, "%s%s", joined.len ? " || " : "", range);
  }
  ret->range = joined.len ? buf_take(&joined) : NULL;
  return true;
}

/* One selector; allow may be NULL. */
static void add_selector(struct import *import, struct import_item *item, const struct tag_set *set,
                         const char *allow) {
  auto_buf written = {0};
  buf_text(&written, "{");
  if (allow || !set->range)
    add_member(&written, "pattern", allow ? allow : ".");
  if (set->range) {
    add_member(&written, "semver", set->range);
    buf_text(&written, ", prerelease: true");
  }
  if (set->deny.count) {
    buf_text(&written, ", exclude: ");
    write_list(&written, &set->deny);
  }
  buf_text(&written, "}");
  item_version(import, item, written.data);
}

static void add_allowed(struct import *import, struct import_item *item,
                        const struct tag_set *set) {
  for (size_t i = 0; i < set->allow.count && !import_is_full(import); i++) {
    auto_free char *inner = str_copy_n(set->allow.items[i] + 1, strlen(set->allow.items[i]) - 2);
    auto_free char *literal = set->range || set->deny.count ? NULL : literal_of(inner);
    auto_buf written = {0};
    if (!literal) {
      add_selector(import, item, set, set->allow.items[i]);
      continue;
    }
    write_quoted(&written, literal);
    item_version(import, item, written.data);
  }
  if (set->allow.count == 0)
    add_selector(import, item, set, NULL);
}

void select_set(struct import *import, struct import_item *item, const struct node *node) {
  static const struct key_rule rules[] = {
      {.name = "allow"}, {.name = "deny"}, {.name = "semverRange"}};
  struct tag_set set = {0};
  remark_keys(import, &item->remarks, node, rules, sizeof rules / sizeof rules[0], false);
  if (read_patterns(import, item, node, "allow", &set.allow) &&
      read_patterns(import, item, node, "deny", &set.deny) && read_ranges(import, item, node, &set))
    add_allowed(import, item, &set);
  strings_done(&set.allow);
  strings_done(&set.deny);
  free_pointer(&set.range);
}
