/* SPDX-License-Identifier: Apache-2.0 */
/* One item of an entry's axis of versions, as written in the config. */
#include "config/version.h"
#include "base/text.h"
#include "config/field_value.h"
#include "oci/digest.h"
#include "oci/reference.h"
#include "report/log.h"
#include <string.h>

static const char *const selectors[] = {"pattern", "semver", "newer_than", "exclude",
                                        "latest",  "sort",   "prerelease"};

/* "+" of a chart's version becomes "_" in its tag, so it counts as one here. */
static bool is_version(const char *text) {
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
  if (is_version(text)) {
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
  else if (strpbrk(text, "*?<>=^~ |"))
    problem_hint(problem,
                 "each version is named whole; selectors are not supported by this version");
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

static void unknown_key(const struct node *key, struct problems *problems) {
  static const char *const known[] = {"tag", "digest"};
  for (size_t i = 0; i < sizeof selectors / sizeof selectors[0]; i++)
    if (strcmp(selectors[i], key->text) == 0) {
      struct problem *problem =
          problem_add(problems, key, "unsupported-key",
                      "the selector '%s' is not supported by this version", key->text);
      problem_hint(problem, "name each version");
      return;
    }
  struct problem *problem =
      problem_add(problems, key, "unknown-key", "unknown key '%.80s' in a version", key->text);
  problem_expected(problem, "tag, digest");
  const char *nearest = text_nearest(key->text, known, 2);
  if (nearest)
    problem_hint(problem, "did you mean '%s'?", nearest);
}

static bool read_map(const struct node *map, struct version_item *item, struct problems *problems) {
  bool fine = true;
  for (uint32_t i = 0; i < map->count; i++) {
    const struct node *key = map->pairs[i].key, *value = map->pairs[i].value;
    if (strcmp(key->text, "tag") == 0) {
      fine &= read_tag(value, &item->text, problems);
    } else if (strcmp(key->text, "digest") == 0) {
      fine &= read_digest(value, &item->digest, problems);
    } else {
      unknown_key(key, problems);
      fine = false;
    }
  }
  if (fine && !item->text && !item->digest) {
    problem_expected(problem_add(problems, map, "missing-field", "a version names nothing"),
                     "text in quotes, or {tag, digest}");
    return false;
  }
  return fine;
}

bool version_read(const struct node *node, struct version_item *ret, struct problems *problems) {
  struct version_item item = {.at = node};
  bool fine;
  if (node->kind == NODE_MAP)
    fine = read_map(node, &item, problems);
  else if (node->kind == NODE_SCALAR && node->type == NODE_STRING &&
           text_starts(node->text, "sha256:"))
    fine = read_digest(node, &item.digest, problems);
  else
    fine = read_tag(node, &item.text, problems);
  if (fine)
    *ret = item;
  return fine;
}
