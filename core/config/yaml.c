/* SPDX-License-Identifier: Apache-2.0 */
/* YAML text to a node tree, from libyaml's events: its document API is quadratic and has no limit
 * of nesting. */
#include "config/yaml.h"
#include "config/scalar.h"
#include <string.h>

#define TAG_PREFIX "tag:yaml.org,2002:"

struct yaml_anchor {
  struct node *node; /* NULL: still being read, so an alias would contain itself */
  size_t size;       /* nodes below and with it */
};

static struct node *read_node(struct yaml_reader *, yaml_event_t *, unsigned depth, size_t *size);

void yaml_pairs_add(struct yaml_pairs *pairs, const struct node_pair *pair) {
  pairs->items = mem_grow(pairs->items, pairs->count, &pairs->capacity, sizeof *pairs->items);
  pairs->items[pairs->count++] = *pair;
}

struct node yaml_place(const struct yaml_reader *reader, yaml_mark_t mark) {
  return (struct node){.kind = NODE_LIST,
                       .line = (uint32_t)mark.line + 1,
                       .column = (uint32_t)mark.column + 1,
                       .file = reader->file};
}

static bool next_event(struct yaml_reader *reader, yaml_event_t *event) {
  if (yaml_parser_parse(&reader->parser, event))
    return true;
  yaml_report_syntax(reader);
  return false;
}

static struct node *new_node(struct yaml_reader *reader, const yaml_event_t *event,
                             enum node_kind kind) {
  struct node place = yaml_place(reader, event->start_mark);
  if (++reader->document->node_count > YAML_NODES_MAX) {
    problem_add(reader->problems, &place, "too-large", "the config has more than %d nodes",
                YAML_NODES_MAX);
    return NULL;
  }
  struct node *node = arena_alloc(&reader->document->memory, sizeof *node);
  *node = place;
  node->kind = (uint8_t)kind;
  return node;
}

static struct yaml_anchor *add_anchor(struct yaml_reader *reader, const yaml_char_t *name) {
  if (!name)
    return NULL;
  struct yaml_anchor *anchor = arena_alloc(&reader->document->memory, sizeof *anchor);
  map_put(&reader->anchors, (const char *)name, anchor);
  return anchor;
}

static struct node *read_alias(struct yaml_reader *reader, const yaml_event_t *event,
                               size_t *size) {
  const char *name = (const char *)event->data.alias.anchor;
  struct node place = yaml_place(reader, event->start_mark);
  const struct yaml_anchor *anchor = map_get(&reader->anchors, name);
  if (!anchor) {
    problem_add(reader->problems, &place, "unknown-alias",
                "no anchor '&%.80s' stands above '*%.80s'", name, name);
    return NULL;
  }
  if (!anchor->node) {
    problem_add(reader->problems, &place, "unknown-alias", "'*%.80s' stands inside of '&%.80s'",
                name, name);
    return NULL;
  }
  reader->document->alias_count += anchor->size;
  if (reader->document->alias_count > YAML_ALIASES_MAX) {
    problem_add(reader->problems, &place, "too-large", "aliases expand to more than %d nodes",
                YAML_ALIASES_MAX);
    return NULL;
  }
  *size = anchor->size;
  return anchor->node;
}

/* Tags of scalars: those of the core schema, which must fit what is written. */
static bool apply_tag(struct yaml_reader *reader, struct node *node, const char *tag) {
  static const char *const names[] = {[NODE_STRING] = TAG_PREFIX "str",
                                      [NODE_NULL] = TAG_PREFIX "null",
                                      [NODE_BOOL] = TAG_PREFIX "bool",
                                      [NODE_INT] = TAG_PREFIX "int",
                                      [NODE_FLOAT] = TAG_PREFIX "float"};
  if (!tag) {
    node->type = (uint8_t)(node->quoted ? NODE_STRING : scalar_type(node->text));
    return true;
  }
  enum node_type type = scalar_type(node->text);
  if (strcmp(tag, "!") == 0 || strcmp(tag, names[NODE_STRING]) == 0)
    node->quoted = true;
  else if (strcmp(tag, names[type]) == 0)
    node->type = (uint8_t)type;
  else if (strcmp(tag, names[NODE_FLOAT]) == 0 && type == NODE_INT)
    node->type = NODE_FLOAT;
  else {
    struct problem *problem = problem_add(reader->problems, node, "bad-tag",
                                          "the tag '%.80s' does not fit or is not known here", tag);
    problem_expected(problem, "no tag, or one of !!str, !!int, !!float, !!bool, !!null that fits");
    return false;
  }
  node->quoted = node->quoted && node->type == NODE_STRING;
  return true;
}

static struct node *read_scalar(struct yaml_reader *reader, const yaml_event_t *event) {
  const char *text = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  struct node place = yaml_place(reader, event->start_mark);
  if (length > YAML_SCALAR_MAX) {
    problem_add(reader->problems, &place, "too-large", "a text of %zu bytes; at most %u are read",
                length, YAML_SCALAR_MAX);
    return NULL;
  }
  if (memchr(text, '\0', length)) {
    problem_add(reader->problems, &place, "bad-value", "a text holds a NUL character");
    return NULL;
  }
  struct node *node = new_node(reader, event, NODE_SCALAR);
  if (!node)
    return NULL;
  node->text = arena_copy_n(&reader->document->memory, text, length);
  node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  return apply_tag(reader, node, (const char *)event->data.scalar.tag) ? node : NULL;
}

static bool check_collection_tag(struct yaml_reader *reader, const struct node *node,
                                 const yaml_char_t *tag) {
  const char *wanted = node->kind == NODE_MAP ? TAG_PREFIX "map" : TAG_PREFIX "seq";
  if (!tag || strcmp((const char *)tag, wanted) == 0 || strcmp((const char *)tag, "!") == 0)
    return true;
  problem_add(reader->problems, node, "bad-tag", "the tag '%.80s' is not known here",
              (const char *)tag);
  return false;
}

/* Reads a key (or list item, into value) and its value. 1: one more, 0: the end, -1: given up. */
static int read_member(struct yaml_reader *reader, bool is_map, unsigned depth,
                       struct node_pair *pair, size_t *size) {
  yaml_event_t event;
  size_t part = 0;
  *pair = (struct node_pair){0};
  if (!next_event(reader, &event))
    return -1;
  bool end = event.type == YAML_MAPPING_END_EVENT || event.type == YAML_SEQUENCE_END_EVENT;
  struct node *node = end ? NULL : read_node(reader, &event, depth, &part);
  yaml_event_delete(&event);
  if (end)
    return 0;
  if (!node)
    return -1;
  *size += part;
  if (!is_map) {
    pair->value = node;
    return 1;
  }
  if (node->kind != NODE_SCALAR) {
    problem_add(reader->problems, node, "wrong-type", "a key must be text, not a list or map");
    return -1;
  }
  pair->key = node;
  if (!next_event(reader, &event))
    return -1;
  pair->value = read_node(reader, &event, depth, &part);
  yaml_event_delete(&event);
  *size += part;
  return pair->value ? 1 : -1;
}

static void finish_list(struct yaml_reader *reader, struct node *list, size_t first) {
  size_t count = reader->members.count - first;
  list->count = (uint32_t)count;
  list->items = arena_alloc(&reader->document->memory, count * sizeof *list->items);
  for (size_t i = 0; i < count; i++)
    list->items[i] = reader->members.items[first + i].value;
}

static struct node *read_collection(struct yaml_reader *reader, const yaml_event_t *event,
                                    unsigned depth, size_t *size) {
  bool is_map = event->type == YAML_MAPPING_START_EVENT;
  struct node *node = new_node(reader, event, is_map ? NODE_MAP : NODE_LIST);
  if (!node ||
      !check_collection_tag(
          reader, node, is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag))
    return NULL;
  if (depth >= YAML_DEPTH_MAX) {
    problem_add(reader->problems, node, "too-deep", "lists and maps are nested deeper than %d",
                YAML_DEPTH_MAX);
    return NULL;
  }
  struct yaml_pairs *pairs = &reader->members;
  size_t first = pairs->count;
  struct node_pair pair;
  int more;
  while ((more = read_member(reader, is_map, depth + 1, &pair, size)) == 1)
    yaml_pairs_add(pairs, &pair);
  if (more == 0 && is_map)
    yaml_finish_map(reader, node, first);
  else if (more == 0)
    finish_list(reader, node, first);
  pairs->count = first;
  return more == 0 ? node : NULL;
}

static struct node *read_node(struct yaml_reader *reader, yaml_event_t *event, unsigned depth,
                              size_t *size) {
  *size = 1;
  if (event->type == YAML_ALIAS_EVENT)
    return read_alias(reader, event, size);
  if (event->type == YAML_SCALAR_EVENT) {
    struct yaml_anchor *anchor = add_anchor(reader, event->data.scalar.anchor);
    struct node *node = read_scalar(reader, event);
    if (anchor)
      *anchor = (struct yaml_anchor){node, 1};
    return node;
  }
  struct yaml_anchor *anchor = add_anchor(reader, event->type == YAML_MAPPING_START_EVENT
                                                      ? event->data.mapping_start.anchor
                                                      : event->data.sequence_start.anchor);
  struct node *node = read_collection(reader, event, depth, size);
  if (anchor)
    *anchor = (struct yaml_anchor){node, *size};
  return node;
}

/* Reads events up to the end of the text. */
static struct node *read_stream(struct yaml_reader *reader) {
  struct node *root = NULL;
  yaml_event_type_t type = YAML_NO_EVENT;
  while (type != YAML_STREAM_END_EVENT) {
    yaml_event_t event;
    if (!next_event(reader, &event))
      return NULL;
    type = event.type;
    bool fine = true;
    size_t size;
    if (type == YAML_DOCUMENT_START_EVENT && root) {
      struct node place = yaml_place(reader, event.start_mark);
      struct problem *problem = problem_add(reader->problems, &place, "several-documents",
                                            "a second YAML document begins here");
      problem_hint(problem, "put it into a file of its own");
      fine = false;
    } else if (type == YAML_SCALAR_EVENT || type == YAML_ALIAS_EVENT ||
               type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT) {
      root = read_node(reader, &event, 0, &size);
      fine = root != NULL;
    }
    yaml_event_delete(&event);
    if (!fine)
      return NULL;
  }
  return root;
}

struct node *yaml_read(struct document *document, struct source_file *file,
                       struct problems *problems) {
  if (!yaml_check_encoding(file, problems))
    return NULL;
  struct yaml_reader reader = {.document = document, .file = file, .problems = problems};
  if (!yaml_parser_initialize(&reader.parser)) {
    problem_add(problems, NULL, "internal", "libyaml can't start");
    return NULL;
  }
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)file->text, file->size);
  struct node *root = read_stream(&reader);
  yaml_parser_delete(&reader.parser);
  map_done(&reader.anchors);
  free_pointer(&reader.members.items);
  free_pointer(&reader.merged.items);
  bool empty = root && root->kind == NODE_SCALAR && root->type == NODE_NULL && !root->quoted;
  return empty ? NULL : root;
}
