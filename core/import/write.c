/* SPDX-License-Identifier: Apache-2.0 */
/* YAML output that YAML 1.1 and 1.2 read alike: lines, single quotes, flow lists. */
#include "base/text.h"
#include "import/part.h"
#include <string.h>

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-"

/* A word with a letter first that is neither true nor false nor null in any version of YAML. */
static bool is_plain(const char *text) {
  static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  auto_free char *lower = text_lower(text);
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcmp(lower, words[i]) == 0)
      return false;
  return *lower >= 'a' && *lower <= 'z' && !text[strspn(text, PLAIN)];
}

void write_quoted(struct buf *out, const char *text) {
  buf_text(out, "'");
  for (const char *p = text; *p; p++)
    buf_add(out, *p == '\'' ? "''" : p, *p == '\'' ? 2 : 1);
  buf_text(out, "'");
}

void write_text(struct buf *out, const char *text) {
  if (is_plain(text))
    buf_text(out, text);
  else
    write_quoted(out, text);
}

char *setting_text(const char *text) {
  auto_buf doubled = {0}, out = {0};
  buf_text(&doubled, "");
  for (const char *p = text; *p; p++)
    buf_add(&doubled, *p == '$' ? "$$" : p, *p == '$' ? 2 : 1);
  write_text(&out, doubled.data);
  return buf_take(&out);
}

static void write_node(struct buf *out, const struct node *node) {
  if (node->kind == NODE_SCALAR && node->type != NODE_STRING) {
    buf_text(out, node->text);
  } else if (node->kind == NODE_SCALAR) {
    write_text(out, node->text);
  } else if (node->kind == NODE_LIST) {
    for (uint32_t i = 0; i < node->count; i++) {
      buf_text(out, i ? ", " : "[");
      write_node(out, node->items[i]);
    }
    buf_text(out, node->count ? "]" : "[]");
  } else {
    for (uint32_t i = 0; i < node->count; i++) {
      buf_text(out, i ? ", " : "{");
      write_text(out, node->pairs[i].key->text);
      buf_text(out, ": ");
      write_node(out, node->pairs[i].value);
    }
    buf_text(out, node->count ? "}" : "{}");
  }
}

void write_fields(const struct section_schema *schema, const struct node *fields,
                  const char *indent, struct buf *out) {
  const struct artm_field *axis = field_with_role(&schema->fields, ARTM_ROLE_AXIS);
  for (uint32_t i = 0; i < fields->count; i++) {
    const char *key = fields->pairs[i].key->text;
    if (axis && strcmp(axis->name, key) == 0)
      continue;
    buf_printf(out, "%s%s: ", indent, key);
    write_node(out, fields->pairs[i].value);
    buf_text(out, "\n");
  }
}

void write_list(struct buf *out, const struct strings *items) {
  buf_text(out, "[");
  for (size_t i = 0; i < items->count; i++) {
    buf_text(out, i ? ", " : "");
    write_quoted(out, items->items[i]);
  }
  buf_text(out, "]");
}

void write_remarks(struct buf *out, const struct map *remarks, const char *indent) {
  for (size_t i = 0; i < remarks->count; i++)
    buf_printf(out, "%s%s\n", indent, remarks->items[i].key);
}
