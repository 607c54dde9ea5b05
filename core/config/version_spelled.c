/* SPDX-License-Identifier: Apache-2.0 */
/* A version as people wrote it. */
#include "base/buf.h"
#include "config/scalar.h"
#include "config/version.h"
#include <string.h>

/* Would YAML read this text, without quotes in a flow collection, as just this string? */
static bool is_plain(const char *text) {
  if (scalar_type(text) != NODE_STRING || strpbrk(text, ",[]{}\n\r\t") || strstr(text, ": ") ||
      strstr(text, " #"))
    return false;
  size_t length = strlen(text);
  if (strchr("-?:", text[0]))
    return length > 1 && text[1] != ' ' && text[length - 1] != ':' && text[length - 1] != ' ';
  return !strchr("#&*!|>'\"%@` ", text[0]) && text[length - 1] != ':' && text[length - 1] != ' ';
}

static void add_scalar(struct buf *out, const struct node *node) {
  const char *text = node->text;
  if (node->type != NODE_STRING || is_plain(text)) {
    buf_text(out, text);
    return;
  }
  buf_text(out, "'");
  for (; *text; text++)
    if (*text == '\'')
      buf_text(out, "''");
    else
      buf_add(out, text, 1);
  buf_text(out, "'");
}

static void add_node(struct buf *out, const struct node *node) {
  if (node->kind == NODE_SCALAR) {
    add_scalar(out, node);
    return;
  }
  bool map = node->kind == NODE_MAP;
  buf_text(out, map ? "{" : "[");
  for (uint32_t i = 0; i < node->count; i++) {
    buf_text(out, i ? ", " : "");
    if (map) {
      add_scalar(out, node->pairs[i].key);
      buf_text(out, ": ");
    }
    add_node(out, map ? node->pairs[i].value : node->items[i]);
  }
  buf_text(out, map ? "}" : "]");
}

char *version_spelled(const struct version_item *item) {
  if (item->text || item->digest)
    return str_copy(item->text ? item->text : item->digest);
  auto_buf out = {0};
  if (item->at)
    add_node(&out, item->at);
  buf_text(&out, "");
  return buf_take(&out);
}
