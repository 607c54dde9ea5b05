/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the file that is imported, checked as far as they are used. */
#include "base/text.h"
#include "config/scalar.h"
#include "import/part.h"
#include <string.h>

bool is_nothing(const struct node *node) {
  return !node || (node->kind == NODE_SCALAR && node->type == NODE_NULL && !node->quoted);
}

static void wrong_type(struct import *import, const struct node *node, const char *what,
                       const char *expected) {
  problem_expected(
      problem_add(import->problems, node, "wrong-type", "'%.80s' is of another kind", what), "%s",
      expected);
}

/* May every character stand in a quoted text of one line? */
static bool is_printable(const char *text) {
  auto_free char *escaped = text_escaped(text);
  return strcmp(escaped, text) == 0 && !strstr(text, "\xef\xbb\xbf") &&
         !strstr(text, "\xef\xbf\xbe") && !strstr(text, "\xef\xbf\xbf");
}

const char *text_of(struct import *import, const struct node *node, const char *what) {
  if (!node || node->kind != NODE_SCALAR) {
    wrong_type(import, node, what, "a text");
    return NULL;
  }
  if (strlen(node->text) > IMPORT_TEXT_MAX) {
    problem_add(import->problems, node, "too-large", "'%.80s' is longer than %d bytes", what,
                IMPORT_TEXT_MAX);
    return NULL;
  }
  if (!is_printable(node->text)) {
    problem_add(import->problems, node, "bad-value", "'%.80s' holds control characters", what);
    return NULL;
  }
  return node->text;
}

const char *text_at(struct import *import, const struct node *map, const char *key) {
  const struct node *node = node_get(map, key);
  return is_nothing(node) ? "" : text_of(import, node, key);
}

/* YAML 1.1 had more words for it, which Go's readers still take. */
bool bool_at(const struct node *map, const char *key, bool otherwise) {
  static const char *const yes[] = {"y", "yes", "on"}, *const no[] = {"n", "no", "off"};
  const struct node *node = node_get(map, key);
  if (!node || node->kind != NODE_SCALAR || node->quoted)
    return otherwise;
  if (node->type == NODE_BOOL)
    return scalar_bool(node->text);
  auto_free char *lower = text_lower(node->text);
  for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
    if (strcmp(lower, yes[i]) == 0 || strcmp(lower, no[i]) == 0)
      return strcmp(lower, yes[i]) == 0;
  return otherwise;
}

bool texts_at(struct import *import, const struct node *map, const char *key, struct strings *ret) {
  const struct node *list = node_get(map, key);
  if (is_nothing(list))
    return true;
  if (list->kind != NODE_LIST) {
    wrong_type(import, list, key, "a list of texts");
    return false;
  }
  for (uint32_t i = 0; i < list->count; i++) {
    const char *text = text_of(import, list->items[i], key);
    if (!text)
      return false;
    strings_add(ret, text);
  }
  return true;
}

const struct node *map_at(struct import *import, const struct node *map, const char *key) {
  const struct node *node = node_get(map, key);
  if (is_nothing(node))
    return NULL;
  if (node->kind == NODE_MAP)
    return node;
  wrong_type(import, node, key, "a map");
  return NULL;
}
