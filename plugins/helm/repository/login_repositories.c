/* SPDX-License-Identifier: Apache-2.0 */
/* Helm's repositories.yaml. */
#include "common/registry_text.h"
#include "helm/repository/login_part.h"
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define ENTRIES_MAX 10000u
#define DEPTH_MAX 100u

struct file_reader {
  yaml_parser_t parser;
  yaml_event_t event;
  char *why;
};

void login_wipe(char *secret) {
  if (secret)
    explicit_bzero(secret, strlen(secret));
  free(secret);
}

void login_entries_free(struct login_entry *entries) {
  while (entries) {
    struct login_entry *next = entries->next;
    free(entries->url);
    free(entries->username);
    login_wipe(entries->password);
    free(entries->ca_file);
    free(entries->certificate_file);
    free(entries->key_file);
    free(entries);
    entries = next;
  }
}

static bool refuse_line(struct file_reader *reader, size_t line, const char *what) {
  if (!reader->why)
    reader->why = registry_format("line %zu: %s", line + 1, what);
  return false;
}

static bool next_event(struct file_reader *reader) {
  if (reader->event.type == YAML_SCALAR_EVENT) /* it may be a password */
    explicit_bzero(reader->event.data.scalar.value, reader->event.data.scalar.length);
  yaml_event_delete(&reader->event);
  if (yaml_parser_parse(&reader->parser, &reader->event))
    return true;
  bool marked = reader->parser.error != YAML_READER_ERROR;
  return refuse_line(reader, marked ? reader->parser.problem_mark.line : reader->parser.mark.line,
                     reader->parser.problem ? reader->parser.problem : "it is no YAML");
}

static bool skip_node(struct file_reader *reader) {
  unsigned depth = 0;
  for (;;) {
    yaml_event_type_t type = reader->event.type;
    if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT)
      depth++;
    else if (type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT)
      depth--;
    if (depth > DEPTH_MAX)
      return refuse_line(reader, reader->event.start_mark.line, "nested too deep");
    if (!depth)
      return true;
    if (!next_event(reader))
      return false;
  }
}

static bool is_text(const struct file_reader *reader, const char *text) {
  return reader->event.type == YAML_SCALAR_EVENT &&
         strcmp((const char *)reader->event.data.scalar.value, text) == 0;
}

static bool is_null(const struct file_reader *reader) {
  return reader->event.type == YAML_SCALAR_EVENT &&
         reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
         (is_text(reader, "") || is_text(reader, "~") || is_text(reader, "null"));
}

/* Where a key's value goes. */
static char **text_field(struct login_entry *entry, const struct file_reader *key) {
  return is_text(key, "url")        ? &entry->url
         : is_text(key, "username") ? &entry->username
         : is_text(key, "password") ? &entry->password
         : is_text(key, "caFile")   ? &entry->ca_file
         : is_text(key, "certFile") ? &entry->certificate_file
         : is_text(key, "keyFile")  ? &entry->key_file
                                    : NULL;
}

static bool read_setting(struct file_reader *reader, struct login_entry *entry) {
  char **text = text_field(entry, reader);
  bool *flag = is_text(reader, "pass_credentials_all")       ? &entry->pass_everywhere
               : is_text(reader, "insecure_skip_tls_verify") ? &entry->insecure
                                                             : NULL;
  if (!skip_node(reader) || !next_event(reader))
    return false;
  if ((text || flag) && reader->event.type != YAML_SCALAR_EVENT)
    return refuse_line(reader, reader->event.start_mark.line, "a field of a repository is no text");
  if (text) {
    const char *value = (const char *)reader->event.data.scalar.value;
    login_wipe(*text);
    *text = *value && !is_null(reader) ? registry_format("%s", value) : NULL;
  }
  if (flag)
    *flag = is_text(reader, "true");
  return skip_node(reader);
}

static bool read_repository(struct file_reader *reader, struct login_entry *entry) {
  if (reader->event.type != YAML_MAPPING_START_EVENT)
    return refuse_line(reader, reader->event.start_mark.line, "a repository is no map");
  while (next_event(reader)) {
    if (reader->event.type == YAML_MAPPING_END_EVENT)
      return true;
    if (!read_setting(reader, entry))
      return false;
  }
  return false;
}

static bool read_repositories(struct file_reader *reader, struct login_entry **last) {
  if (is_null(reader))
    return true;
  if (reader->event.type != YAML_SEQUENCE_START_EVENT)
    return refuse_line(reader, reader->event.start_mark.line, "repositories is no list");
  for (size_t count = 0; next_event(reader); count++) {
    if (reader->event.type == YAML_SEQUENCE_END_EVENT)
      return true;
    if (count == ENTRIES_MAX)
      return refuse_line(reader, reader->event.start_mark.line, "too many repositories");
    struct login_entry *entry = registry_zalloc(sizeof *entry);
    *last = entry;
    last = &entry->next;
    if (!read_repository(reader, entry))
      return false;
  }
  return false;
}

static bool read_root(struct file_reader *reader, struct login_entry **ret) {
  if (!next_event(reader) || !next_event(reader)) /* the stream, the document */
    return false;
  if (reader->event.type == YAML_STREAM_END_EVENT)
    return true;
  if (!next_event(reader))
    return false;
  if (reader->event.type != YAML_MAPPING_START_EVENT)
    return refuse_line(reader, reader->event.start_mark.line, "it is no map with repositories");
  while (next_event(reader)) {
    if (reader->event.type == YAML_MAPPING_END_EVENT)
      return true;
    bool wanted = is_text(reader, "repositories") && !*ret;
    if (!skip_node(reader) || !next_event(reader) ||
        !(wanted ? read_repositories(reader, ret) : skip_node(reader)))
      return false;
  }
  return false;
}

bool login_read_repositories(const char *text, size_t size, struct login_entry **ret, char **why) {
  struct file_reader reader = {.why = NULL};
  struct login_entry *entries = NULL;
  if (!yaml_parser_initialize(&reader.parser)) {
    *why = registry_format("out of memory");
    return false;
  }
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, size);
  bool fine = read_root(&reader, &entries);
  yaml_event_delete(&reader.event);
  yaml_parser_delete(&reader.parser);
  if (fine) {
    *ret = entries;
    return true;
  }
  login_entries_free(entries);
  *why = reader.why;
  return false;
}
