/* SPDX-License-Identifier: Apache-2.0 */
/* One item of an entry's axis of versions, as written in the config. */
#include "config/version.h"
#include "base/text.h"
#include "config/field_value.h"
#include "config/version_hint.h"
#include "config/version_selector.h"
#include "oci/digest.h"
#include "oci/reference.h"
#include "report/log.h"
#include <string.h>

/* "+" of a version's build metadata becomes "_" in its tag, so it counts as one here. */
bool version_is_legal(const char *text) {
  if (!strchr(text, '+'))
    return reference_is_tag(text);
  auto_free char *tag = str_copy(text);
  for (char *p = strchr(tag, '+'); p; p = strchr(p, '+'))
    *p = '_';
  return reference_is_tag(tag);
}

/* Text of a scalar that must be a string; NULL, with a problem, if it is none. */
static const char *text_of(const char *what, const struct node *node, struct problems *problems) {
  if (node->kind == NODE_SCALAR && node->type == NODE_STRING)
    return node->text;
  if (node->kind == NODE_SCALAR && node->type != NODE_NULL) {
    value_wants_quotes(what, node, problems);
    return NULL;
  }
  bool null = node->kind == NODE_SCALAR;
  struct problem *problem = problem_add(problems, node, null ? "empty-value" : "wrong-type",
                                        null ? "%s has no value" : "%s must be text", what);
  problem_expected(problem, "text in quotes, like '1.27'");
  return NULL;
}

static bool read_tag(const struct node *node, const char **ret, struct problems *problems) {
  const char *text = text_of("a version", node, problems);
  if (!text)
    return false;
  if (version_is_legal(text)) {
    *ret = text;
    return true;
  }
  log_userinfo(text);
  struct problem *problem =
      problem_add(problems, node, "bad-version", "'%.200s' is no valid version", text);
  problem_expected(problem, "1 to 128 of the characters A-Z a-z 0-9 . _ + -, not starting with . "
                            "or -");
  if (strchr(text, '@') || text_starts(text, "sha512:"))
    problem_hint(problem, "to pin a digest write {tag: '1.2', digest: 'sha256:...'}");
  else
    version_hint(problem, text);
  return false;
}

static bool read_digest(const struct node *node, const char **ret, struct problems *problems) {
  const char *text = text_of("a digest", node, problems);
  if (!text)
    return false;
  struct digest digest;
  if (digest_parse(text, &digest)) {
    *ret = text;
    return true;
  }
  struct problem *problem =
      problem_add(problems, node, "bad-digest", "'%.200s' is no valid digest", text);
  problem_expected(problem, "sha256: and 64 digits of 0-9 a-f, or sha512: and 128");
  return false;
}

static bool is_pin_key(const char *key) {
  return strcmp(key, "tag") == 0 || strcmp(key, "digest") == 0;
}

static void unknown_key(const struct node *key, struct problems *problems) {
  const struct field_table *fields = selector_fields();
  const char *known[16] = {"tag", "digest"};
  size_t count = 2;
  auto_buf keys = {0};
  for (size_t i = 0; i < fields->count; i++) {
    known[count++] = fields->fields[i].name;
    buf_printf(&keys, "%s, ", fields->fields[i].name);
  }
  struct problem *problem =
      problem_add(problems, key, "unknown-key", "unknown key '%.80s' in a version", key->text);
  problem_expected(problem, "a selector's keys: %sor a pin's: tag, digest", keys.data);
  const char *nearest = text_nearest(key->text, known, count);
  if (nearest)
    problem_hint(problem, "did you mean '%s'?", nearest);
}

/* Are all keys known, and all of one kind? */
static bool check_keys(const struct node *map, bool pin, struct problems *problems) {
  bool fine = true, mixed = false;
  for (uint32_t i = 0; i < map->count; i++) {
    const struct node *key = map->pairs[i].key;
    bool selects = field_find(selector_fields(), key->text);
    if (!selects && !is_pin_key(key->text)) {
      unknown_key(key, problems);
      fine = false;
    }
    if (!selects || !pin || mixed)
      continue;
    struct problem *problem = problem_add(
        problems, key, "mixed-version",
        "'%s' picks versions and can't stand beside a version that is named", key->text);
    problem_hint(problem, "make two items of it: one with tag and digest, one with the selector");
    mixed = true;
  }
  return fine && !mixed;
}

static bool read_pin(const struct node *map, struct version_item *item, struct problems *problems) {
  const struct node *tag = node_get(map, "tag"), *digest = node_get(map, "digest");
  bool fine = !tag || read_tag(tag, &item->text, problems);
  return (!digest || read_digest(digest, &item->digest, problems)) && fine;
}

static bool read_map(const struct node *map, bool dates, struct arena *memory,
                     struct version_item *item, struct problems *problems) {
  if (map->count == 0) {
    problem_expected(problem_add(problems, map, "missing-field", "a version names nothing"),
                     "text in quotes, {tag, digest}, or a selector like {semver: '^1.2'}");
    return false;
  }
  bool pin = node_get(map, "tag") || node_get(map, "digest");
  if (!check_keys(map, pin, problems))
    return false;
  return pin ? read_pin(map, item, problems)
             : selector_read(map, dates, memory, &item->selector, problems);
}

bool version_read(const struct node *node, bool dates, struct arena *memory,
                  struct version_item *ret, struct problems *problems) {
  struct version_item item = {.at = node};
  bool fine;
  if (node->broken)
    return false;
  if (node->kind == NODE_MAP)
    fine = read_map(node, dates, memory, &item, problems);
  else if (node->kind == NODE_SCALAR && node->type == NODE_STRING &&
           text_starts(node->text, "sha256:"))
    fine = read_digest(node, &item.digest, problems);
  else
    fine = read_tag(node, &item.text, problems);
  if (fine)
    *ret = item;
  return fine;
}

/* An item that only takes away needs another that gives. */
static bool check_excludes(const struct version_item *items, size_t count,
                           struct problems *problems) {
  const struct version_item *excludes = NULL;
  for (size_t i = 0; i < count; i++) {
    if (items[i].selector && !items[i].selector->only_excludes)
      return true;
    if (items[i].selector && !excludes)
      excludes = &items[i];
  }
  if (!excludes)
    return true;
  struct problem *problem =
      problem_add(problems, excludes->at, "excludes-nothing",
                  "this excludes nothing: no other item of the list is a selector");
  problem_expected(problem, "a selector that it takes away from, like {semver: '*'}; versions that "
                            "are named whole stay in any case");
  return false;
}

bool version_read_list(const struct node *list, bool dates, struct arena *memory,
                       struct version_item *ret, size_t *ret_count, struct problems *problems) {
  size_t count = 0;
  for (uint32_t i = 0; i < list->count; i++)
    if (version_read(list->items[i], dates, memory, &ret[count], problems))
      count++;
  *ret_count = count;
  return count == list->count && check_excludes(ret, count, problems);
}
