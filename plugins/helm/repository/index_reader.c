/* SPDX-License-Identifier: Apache-2.0 */
/* Events of libyaml, one at a time; what nobody wants is left behind without a copy. */
#include "helm/repository/index_reader.h"
#include <string.h>

#define DEPTH_MAX 100u

/* In an error of its reader libyaml knows no line, but where it was. */
static void report_syntax(struct index_reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  struct index_problem *problem = &reader->input->problem;
  const char *what = parser->problem ? parser->problem : "broken";
  if (parser->error == YAML_MEMORY_ERROR)
    index_problem_set(problem, ARTM_E_NOMEM, "out of memory");
  else if (parser->error == YAML_READER_ERROR)
    index_problem_set(problem, ARTM_E_UNSUPPORTED, "line %zu or soon after: %s",
                      parser->mark.line + 1, what);
  else
    index_problem_set(problem, ARTM_E_UNSUPPORTED, "line %zu: %s%s%s",
                      parser->problem_mark.line + 1, what, parser->context ? " " : "",
                      parser->context ? parser->context : "");
}

bool reader_next(struct index_reader *reader) {
  yaml_event_delete(&reader->event);
  if (!yaml_parser_parse(&reader->parser, &reader->event)) {
    report_syntax(reader);
    return false;
  }
  index_input_event(reader->input, reader->event.type != YAML_STREAM_START_EVENT);
  return true;
}

bool reader_skip(struct index_reader *reader) {
  unsigned depth = 0;
  for (;;) {
    yaml_event_type_t type = reader->event.type;
    if (type == YAML_MAPPING_START_EVENT || type == YAML_SEQUENCE_START_EVENT)
      depth++;
    else if (type == YAML_MAPPING_END_EVENT || type == YAML_SEQUENCE_END_EVENT)
      depth--;
    if (depth > DEPTH_MAX) {
      index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED,
                        "line %zu: nested deeper than %u", reader->event.start_mark.line + 1,
                        DEPTH_MAX);
      return false;
    }
    if (!depth)
      return true;
    if (!reader_next(reader))
      return false;
  }
}

static const char *scalar(const struct index_reader *reader, size_t *length) {
  *length = reader->event.data.scalar.length;
  return (const char *)reader->event.data.scalar.value;
}

bool reader_is(const struct index_reader *reader, const char *text) {
  size_t length;
  return reader->event.type == YAML_SCALAR_EVENT && strcmp(scalar(reader, &length), text) == 0 &&
         strlen(text) == length;
}

bool reader_is_null(const struct index_reader *reader) {
  return reader->event.type == YAML_SCALAR_EVENT &&
         reader->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
         (reader_is(reader, "") || reader_is(reader, "~") || reader_is(reader, "null") ||
          reader_is(reader, "Null") || reader_is(reader, "NULL"));
}

bool reader_is_text(const struct index_reader *reader, size_t max) {
  if (reader->event.type != YAML_SCALAR_EVENT)
    return false;
  size_t length;
  const char *text = scalar(reader, &length);
  for (size_t i = 0; i < length && length <= max; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
      return false;
  return length <= max;
}

char *reader_copy(struct index_reader *reader) {
  size_t length;
  const char *text = scalar(reader, &length);
  return region_copy(&reader->index->memory, text, length);
}
