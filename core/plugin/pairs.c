/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an entry that a plugin made out of a reference. */
#include "base/memory.h"
#include "config/load.h"
#include "plugin/sink.h"
#include <stdlib.h>
#include <string.h>

#define PAIRS_MAX 64
#define VALUE_MAX 4096

static void add_quoted(struct buf *yaml, const char *text) {
  buf_text(yaml, "'");
  for (; *text; text++)
    buf_text(yaml, *text == '\'' ? "''" : (char[]){*text, '\0'});
  buf_text(yaml, "'");
}

static bool has_control(const char *s) {
  for (; *s; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
      return true;
  return false;
}

/* Is the value text that means itself, even where YAML would see a number or a mapping? */
static bool is_literal(const struct artm_field *field, const char *value) {
  uint32_t type = field->type == ARTM_TYPE_LIST ? field->element : field->type;
  if (type == ARTM_TYPE_BOOL || type == ARTM_TYPE_INT || field->type == ARTM_TYPE_MAP)
    return false;
  return !strchr("[{'\"", value[0]);
}

static int32_t add(struct artm_pair_sink *sink, const char *name, const char *value) {
  struct pair_list *list = (struct pair_list *)(void *)sink;
  const struct artm_field *field = field_find(&list->plugin->source_fields, name);
  if (!field)
    return visit_misbehaved(list->plugin, list->call, "its entries have no field %s", name);
  if (++list->count > PAIRS_MAX || strnlen(value, VALUE_MAX) == VALUE_MAX || has_control(value))
    return call_fail(list->call, ARTM_E_CONFIG, "the value of %s is too long or not one line",
                     name);
  buf_printf(&list->yaml, "%s: ", field->name);
  bool wrap = field->type == ARTM_TYPE_LIST && value[0] != '[';
  if (wrap)
    buf_text(&list->yaml, "[");
  if (is_literal(field, value))
    add_quoted(&list->yaml, value);
  else
    buf_text(&list->yaml, value);
  buf_text(&list->yaml, wrap ? "]\n" : "\n");
  return 0;
}

void pair_list_init(struct pair_list *list, const struct plugin *plugin, struct artm_call *call) {
  *list = (struct pair_list){
      .abi = {.struct_size = sizeof list->abi, .add = add}, .call = call, .plugin = plugin};
}

static struct node *copy_node(const struct node *from, const struct source_file *file,
                              struct arena *memory) {
  struct node *node = arena_alloc(memory, sizeof *node);
  *node = *from;
  node->file = file;
  node->line = node->column = 0; /* the YAML is ours: nobody could look there */
  if (from->kind == NODE_SCALAR) {
    node->text = arena_copy(memory, from->text);
  } else if (from->kind == NODE_LIST) {
    node->items = arena_alloc(memory, (from->count + 1u) * sizeof(struct node *));
    for (uint32_t i = 0; i < from->count; i++)
      node->items[i] = copy_node(from->items[i], file, memory);
  } else {
    node->pairs = arena_alloc(memory, (from->count + 1u) * sizeof(struct node_pair));
    for (uint32_t i = 0; i < from->count; i++)
      node->pairs[i] = (struct node_pair){copy_node(from->pairs[i].key, file, memory),
                                          copy_node(from->pairs[i].value, file, memory)};
  }
  return node;
}

int pair_list_node(struct pair_list *list, const char *name, struct arena *memory,
                   struct node **ret) {
  struct document document = {0};
  struct problems problems = {0};
  buf_text(&list->yaml, "");
  int rc = document_load_text(name, list->yaml.data, &document, &problems);
  const struct node *root = document.file_count ? document.roots[0] : NULL;
  if (rc || problems.errors || !root || root->kind != NODE_MAP) {
    rc = visit_misbehaved(list->plugin, list->call, "source.parse gave fields that are no YAML: %s",
                          problems.count ? problems.items[0].message : "no field at all");
  } else {
    struct source_file *file = arena_alloc(memory, sizeof *file);
    file->path = arena_copy(memory, name);
    file->folder = arena_copy(memory, ".");
    *ret = copy_node(root, file, memory);
  }
  problems_done(&problems);
  document_done(&document);
  return rc;
}
