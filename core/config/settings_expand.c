/* SPDX-License-Identifier: Apache-2.0 */
/* ${VAR}, ${VAR:-default} and $$ in the scalars of settings. */
#include "base/buf.h"
#include "config/settings_part.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct expansion {
  struct arena *memory;
  struct problems *problems;
};

static size_t name_length(const char *s) {
  size_t n = 0;
  while (isalnum((unsigned char)s[n]) || s[n] == '_')
    n++;
  return isdigit((unsigned char)s[0]) ? 0 : n;
}

/* Expands what begins at "${"; returns how long that is, 0 with a problem if it is not valid. */
static size_t expand_variable(const struct expansion *e, const struct node *node, const char *at,
                              struct buf *out) {
  const char *name = at + 2, *end = strchr(name, '}');
  size_t length = name_length(name);
  bool has_default = strncmp(name + length, ":-", 2) == 0;
  if (!end || length == 0 || (!has_default && name + length != end)) {
    struct problem *problem =
        problem_add(e->problems, node, "bad-variable", "'%.40s' is no valid variable", at);
    problem_expected(problem, "${NAME}, ${NAME:-default}, or $$ for a plain $");
    return 0;
  }
  auto_free char *variable = str_copy_n(name, length);
  const char *value = getenv(variable);
  if (has_default && (!value || !*value)) {
    const char *text = name + length + 2;
    buf_add(out, text, (size_t)(end - text));
  } else if (value) {
    buf_text(out, value);
  } else {
    struct problem *problem =
        problem_add(e->problems, node, "unset-variable", "the variable %s is not set", variable);
    problem_hint(problem, "set it, or write ${%s:-default}", variable);
    return 0;
  }
  return (size_t)(end - at) + 1;
}

static const struct node *broken(const struct expansion *e, const struct node *node) {
  struct node *copy = arena_alloc(e->memory, sizeof *copy);
  *copy = *node;
  copy->broken = true;
  return copy;
}

static const struct node *expand_scalar(const struct expansion *e, const struct node *node) {
  if (!strchr(node->text, '$'))
    return node;
  auto_buf out = {0};
  bool replaced = false;
  for (const char *p = node->text; *p;) {
    size_t length = 1;
    if (p[0] == '$' && p[1] == '{') {
      length = expand_variable(e, node, p, &out);
      if (length == 0)
        return broken(e, node);
      replaced = true;
    } else {
      buf_add(&out, p, 1);
      length += p[0] == '$' && p[1] == '$';
    }
    p += length;
  }
  struct node *copy = arena_alloc(e->memory, sizeof *copy);
  *copy = *node;
  copy->text = arena_copy(e->memory, out.data ? out.data : "");
  copy->expanded = replaced;
  return copy;
}

static const struct node *expand(const struct expansion *e, const struct node *node);

static const struct node *expand_list(const struct expansion *e, const struct node *node) {
  struct node *copy = arena_alloc(e->memory, sizeof *copy);
  *copy = *node;
  copy->items = arena_alloc(e->memory, node->count * sizeof *copy->items);
  bool changed = false;
  for (uint32_t i = 0; i < node->count; i++) {
    copy->items[i] = (struct node *)expand(e, node->items[i]);
    changed |= copy->items[i] != node->items[i];
  }
  return changed ? copy : node;
}

static const struct node *expand_map(const struct expansion *e, const struct node *node) {
  struct node *copy = arena_alloc(e->memory, sizeof *copy);
  *copy = *node;
  copy->pairs = arena_alloc(e->memory, node->count * sizeof *copy->pairs);
  bool changed = false;
  for (uint32_t i = 0; i < node->count; i++) {
    copy->pairs[i].key = node->pairs[i].key;
    copy->pairs[i].value = (struct node *)expand(e, node->pairs[i].value);
    changed |= copy->pairs[i].value != node->pairs[i].value;
  }
  return changed ? copy : node;
}

static const struct node *expand(const struct expansion *e, const struct node *node) {
  if (node->kind == NODE_SCALAR)
    return expand_scalar(e, node);
  return node->kind == NODE_LIST ? expand_list(e, node) : expand_map(e, node);
}

const struct node *settings_expand(const struct node *node, struct arena *memory,
                                   struct problems *problems) {
  struct expansion expansion = {memory, problems};
  return expand(&expansion, node);
}
