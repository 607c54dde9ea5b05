/* SPDX-License-Identifier: Apache-2.0 */
/* YAML 1.1 as sigs.k8s.io/yaml reads it: libyaml's events become a tree. An alias is a second
 * pointer to what its anchor names, so that nothing grows by aliases before it is written out. */
#include "helm/metadata/chart_yaml.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/metadata/chart_yaml_reader.h"
#include "helm/metadata/yaml_scalar.h"
#include <string.h>

static struct value *read_node(struct chart_reader *, const yaml_event_t *, size_t depth);

bool chart_yaml_refuse(struct chart_reader *reader, size_t line, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto_free char *message = registry_vformat(format, arguments);
  va_end(arguments);
  *reader->why = registry_format("%s, line %zu: %s", reader->file, line, message);
  return false;
}

bool chart_yaml_spend(struct chart_reader *reader, size_t line, size_t nodes) {
  if (nodes > reader->nodes_left)
    return chart_yaml_refuse(reader, line, "more than %u values in one file", CHART_NODES_MAX);
  reader->nodes_left -= nodes;
  return true;
}

/* libyaml's reader tells only the offset of a bad character. */
static size_t line_of_byte(const struct chart_reader *reader, size_t offset) {
  size_t line = 1;
  for (size_t i = 0; i < offset && i < reader->size; i++)
    line += reader->data[i] == '\n';
  return line;
}

static bool refuse_syntax(struct chart_reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  const char *problem = parser->problem ? parser->problem : "broken YAML";
  if (parser->error == YAML_READER_ERROR)
    return chart_yaml_refuse(reader, line_of_byte(reader, parser->problem_offset), "%s", problem);
  return chart_yaml_refuse(reader, parser->problem_mark.line + 1, "%s%s%s", problem,
                           parser->context ? " " : "", parser->context ? parser->context : "");
}

static bool next_event(struct chart_reader *reader, yaml_event_t *event) {
  return yaml_parser_parse(&reader->parser, event) || refuse_syntax(reader);
}

/* Anchors are known before what they name is complete, and the newest of a name counts. */
static bool add_anchor(struct chart_reader *reader, const yaml_char_t *name, struct value *value) {
  size_t at = 0;
  if (!name)
    return true;
  while (at < reader->anchor_count && strcmp(reader->anchors[at].name, (const char *)name))
    at++;
  if (at == CHART_ANCHORS_MAX)
    return chart_yaml_refuse(reader, value->line, "more than %u anchors", CHART_ANCHORS_MAX);
  if (!reader->anchors)
    reader->anchors = region_alloc(reader->region, CHART_ANCHORS_MAX, sizeof *reader->anchors);
  if (at == reader->anchor_count)
    reader->anchors[reader->anchor_count++].name =
        region_copy(reader->region, (const char *)name, strlen((const char *)name));
  reader->anchors[at].value = value;
  return true;
}

static struct value *follow_alias(struct chart_reader *reader, const yaml_event_t *event) {
  const char *name = (const char *)event->data.alias.anchor;
  size_t line = event->start_mark.line + 1;
  for (size_t i = 0; i < reader->anchor_count; i++) {
    if (strcmp(reader->anchors[i].name, name))
      continue;
    if (!reader->anchors[i].value->open)
      return reader->anchors[i].value;
    chart_yaml_refuse(reader, line, "the value of anchor '%.60s' contains itself", name);
    return NULL;
  }
  chart_yaml_refuse(reader, line, "no anchor '%.60s' before this alias", name);
  return NULL;
}

static struct value *read_scalar(struct chart_reader *reader, const yaml_event_t *event,
                                 struct value *value) {
  const char *tag = (const char *)event->data.scalar.tag;
  if (!scalar_resolve(reader->region, (const char *)event->data.scalar.value,
                      event->data.scalar.length, tag, event->data.scalar.plain_implicit, value)) {
    chart_yaml_refuse(reader, value->line, "'%.60s' can't be read as !!%.20s",
                      (const char *)event->data.scalar.value, tag + strlen(YAML_TAG));
    return NULL;
  }
  value->bytes = value->text.size;
  return add_anchor(reader, event->data.scalar.anchor, value) ? value : NULL;
}

/* The next node; NULL with *failed, or at the end of the collection. */
static struct value *read_item(struct chart_reader *reader, yaml_event_type_t end, size_t depth,
                               bool *merge, bool *failed) {
  yaml_event_t event;
  *failed = !next_event(reader, &event);
  if (*failed)
    return NULL;
  struct value *value = NULL;
  if (event.type != end) {
    value = read_node(reader, &event, depth);
    *failed = !value;
    *merge =
        event.type == YAML_SCALAR_EVENT && !strcmp((const char *)event.data.scalar.value, "<<") &&
        (event.data.scalar.plain_implicit ||
         (event.data.scalar.tag && !strcmp((const char *)event.data.scalar.tag, YAML_TAG "merge")));
  }
  yaml_event_delete(&event);
  return value;
}

/* Grows an array by doubling; count is how many there are. */
static void *make_room(void *items, size_t count, size_t size) {
  if (count & (count - 1) || count == 1)
    return items;
  void *grown = registry_zalloc((count ? count * 2 : 2) * size);
  if (count)
    memcpy(grown, items, count * size);
  free(items);
  return grown;
}

static bool read_list(struct chart_reader *reader, struct value *list, size_t depth) {
  auto_free struct value **items = NULL;
  size_t count = 0;
  for (bool failed, merge;;) {
    struct value *item = read_item(reader, YAML_SEQUENCE_END_EVENT, depth, &merge, &failed);
    if (failed)
      return false;
    if (!item)
      break;
    items = make_room(items, count, sizeof(struct value *));
    items[count++] = item;
  }
  chart_yaml_finish_list(reader, list, items, count);
  return true;
}

static bool read_map(struct chart_reader *reader, struct value *map, size_t depth) {
  auto_free struct chart_entry *entries = NULL;
  size_t count = 0;
  for (bool failed, merge;;) {
    struct chart_entry entry = {0};
    entry.key = read_item(reader, YAML_MAPPING_END_EVENT, depth, &entry.merge, &failed);
    if (failed)
      return false;
    if (!entry.key)
      break;
    entry.value = read_item(reader, YAML_NO_EVENT, depth, &merge, &failed);
    if (failed)
      return false;
    entries = make_room(entries, count, sizeof *entries);
    entries[count++] = entry;
  }
  return chart_yaml_finish_map(reader, map, entries, count);
}

static struct value *read_collection(struct chart_reader *reader, const yaml_event_t *event,
                                     struct value *value, size_t depth) {
  bool is_map = event->type == YAML_MAPPING_START_EVENT;
  const yaml_char_t *anchor =
      is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
  if (depth == CHART_DEPTH_MAX) {
    chart_yaml_refuse(reader, value->line, "nested more than %d deep", CHART_DEPTH_MAX);
    return NULL;
  }
  value->kind = is_map ? VALUE_MAP : VALUE_LIST;
  value->open = true;
  if (!add_anchor(reader, anchor, value) ||
      !(is_map ? read_map(reader, value, depth + 1) : read_list(reader, value, depth + 1)))
    return NULL;
  value->open = false;
  return value;
}

static struct value *read_node(struct chart_reader *reader, const yaml_event_t *event,
                               size_t depth) {
  if (!chart_yaml_spend(reader, event->start_mark.line + 1, 1))
    return NULL;
  if (event->type == YAML_ALIAS_EVENT)
    return follow_alias(reader, event);
  struct value *value = region_alloc(reader->region, 1, sizeof *value);
  value->line = event->start_mark.line + 1;
  value->nodes = 1;
  if (event->type == YAML_SCALAR_EVENT)
    return read_scalar(reader, event, value);
  return read_collection(reader, event, value, depth);
}

/* What a document start says of itself. */
static bool check_directive(struct chart_reader *reader, const yaml_event_t *event) {
  if (event->type != YAML_DOCUMENT_START_EVENT)
    return true;
  const yaml_version_directive_t *version = event->data.document_start.version_directive;
  if (version && version->minor != 1)
    return chart_yaml_refuse(reader, event->start_mark.line + 1,
                             "Helm reads YAML 1.1 only, not %%YAML %d.%d", version->major,
                             version->minor);
  return true;
}

/* The events around a document; at_end: there is none. */
static bool read_frame(struct chart_reader *reader, bool *at_end) {
  yaml_event_t event;
  if (!next_event(reader, &event))
    return false;
  *at_end = event.type == YAML_STREAM_END_EVENT;
  bool legal = check_directive(reader, &event);
  yaml_event_delete(&event);
  return legal;
}

static const struct value *read_document(struct chart_reader *reader) {
  bool at_end, failed, merge;
  if (!read_frame(reader, &at_end) || !read_frame(reader, &at_end))
    return NULL;
  if (at_end) {
    struct value *nothing = region_alloc(reader->region, 1, sizeof *nothing);
    nothing->line = 1;
    return nothing;
  }
  const struct value *root = read_item(reader, YAML_NO_EVENT, 0, &merge, &failed);
  if (!root || !read_frame(reader, &at_end))
    return NULL;
  if (root->nodes > CHART_EXPANDED_MAX || root->bytes > CHART_TEXT_MAX) {
    chart_yaml_refuse(reader, root->line, "its aliases make it larger than anything sensible");
    return NULL;
  }
  return root;
}

const struct value *chart_yaml_read(struct region *region, const char *file, const char *data,
                                    size_t size, char **why) {
  struct chart_reader reader = {.region = region,
                                .file = file,
                                .data = data,
                                .size = size,
                                .nodes_left = CHART_NODES_MAX,
                                .why = why};
  if (!yaml_parser_initialize(&reader.parser)) {
    *why = registry_format("%s: out of memory", file);
    return NULL;
  }
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)data, size);
  const struct value *root = read_document(&reader);
  yaml_parser_delete(&reader.parser);
  return root;
}
