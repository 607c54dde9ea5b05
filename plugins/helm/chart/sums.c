/* SPDX-License-Identifier: Apache-2.0 */
/* Reads "files: {NAME: DIGEST}" by libyaml's events; only levels one and two matter. */
#include "helm/chart/sums.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/printable.h"
#include <stdbool.h>
#include <string.h>
#include <yaml.h>

struct walk {
  const char *file_name;
  unsigned depth;
  bool at_value[3]; /* by depth: the next node is a key's value */
  bool in_files;    /* the value at depth 1 is that of "files" */
  bool wanted;      /* the value at depth 2 is the file's */
  unsigned files, named;
  char *found;
  bool odd; /* another form than helm's */
};

static void node_done(struct walk *walk) {
  if (walk->depth == 1 || walk->depth == 2)
    walk->at_value[walk->depth] = !walk->at_value[walk->depth];
}

static bool is_text(const yaml_event_t *event, const char *text) {
  return event->data.scalar.length == strlen(text) &&
         !memcmp(event->data.scalar.value, text, event->data.scalar.length);
}

static void take_scalar(struct walk *walk, const yaml_event_t *event) {
  bool is_key = walk->depth <= 2 && !walk->at_value[walk->depth];
  if (walk->depth == 0)
    walk->odd = true;
  if (walk->depth == 1 && is_key)
    walk->in_files = is_text(event, "files");
  if (walk->depth == 2 && walk->in_files && is_key)
    walk->wanted = is_text(event, walk->file_name);
  if (walk->depth == 2 && walk->in_files && !is_key && walk->wanted && ++walk->named == 1)
    walk->found = registry_copy((const char *)event->data.scalar.value, event->data.scalar.length);
  node_done(walk);
}

static void begin_collection(struct walk *walk, bool is_map) {
  bool is_value = walk->depth > 2 || walk->at_value[walk->depth];
  bool is_root = walk->depth == 0, is_files = walk->depth == 1 && walk->in_files;
  if ((is_root || is_files) && !is_map)
    walk->odd = true;
  if (!is_root && !is_value)
    walk->odd = true;
  if (is_files)
    walk->files++;
  if (++walk->depth <= 2)
    walk->at_value[walk->depth] = false;
}

/* False: that was the end. */
static bool take_event(struct walk *walk, const yaml_event_t *event) {
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    take_scalar(walk, event);
    break;
  case YAML_MAPPING_START_EVENT:
  case YAML_SEQUENCE_START_EVENT:
    begin_collection(walk, event->type == YAML_MAPPING_START_EVENT);
    break;
  case YAML_MAPPING_END_EVENT:
  case YAML_SEQUENCE_END_EVENT:
    walk->depth--;
    node_done(walk);
    break;
  case YAML_ALIAS_EVENT:
    walk->odd = true;
    break;
  default:
    return event->type != YAML_DOCUMENT_END_EVENT && event->type != YAML_STREAM_END_EVENT;
  }
  return !walk->odd;
}

static bool walk_yaml(struct walk *walk, const char *yaml) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser))
    return false;
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char *)yaml, strlen(yaml));
  bool valid = true, more = true;
  while (valid && more) {
    yaml_event_t event;
    valid = yaml_parser_parse(&parser, &event);
    if (!valid)
      break;
    more = take_event(walk, &event);
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return valid && !walk->odd;
}

char *sums_find(const char *yaml, const char *file_name, char **ret) {
  struct walk walk = {.file_name = file_name};
  bool valid = walk_yaml(&walk, yaml);
  auto_free char *found = walk.found;
  if (!valid || walk.files > 1 || walk.named > 1)
    return registry_format("its list of files is not as helm writes it");
  auto_free char *name = printable(file_name);
  if (!found)
    return registry_format("it names no file %s", name);
  *ret = registry_take(&found);
  return NULL;
}
