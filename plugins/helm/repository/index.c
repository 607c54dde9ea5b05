/* SPDX-License-Identifier: Apache-2.0 */
/* An index.yaml, read as a stream: from the document down to a chart's entries. */
#include "helm/repository/index.h"
#include "common/registry_text.h"
#include "helm/repository/index_reader.h"
#include <stdlib.h>
#include <string.h>

#define NAMES_MAX (512u << 10) /* bytes of all names: 15,000 charts need half */
#define NAME_TEXT_MAX 256u

static int compare_name(const void *name, const void *chart) {
  return strcmp(name, ((const struct index_chart *)chart)->name);
}

struct index_chart *index_chart(const struct index *index, const char *name) {
  if (!index->chart_count)
    return NULL;
  return bsearch(name, index->charts, index->chart_count, sizeof *index->charts, compare_name);
}

static void note_name(struct index_reader *reader) {
  struct index *index = reader->index;
  if (!reader_is_text(reader, NAME_TEXT_MAX))
    return;
  index->name_bytes += sizeof(char *) + reader->event.data.scalar.length + 1;
  if (index->name_bytes > NAMES_MAX)
    return;
  if (index->name_count == index->name_capacity) {
    size_t capacity = index->name_capacity ? index->name_capacity * 2 : 64;
    const char **wider = registry_zalloc(capacity * sizeof *wider);
    if (index->name_count)
      memcpy(wider, index->names, index->name_count * sizeof *wider);
    free(index->names);
    index->names = wider;
    index->name_capacity = capacity;
  }
  index->names[index->name_count++] = reader_copy(reader);
}

static bool read_versions(struct index_reader *reader, struct index_chart *chart) {
  chart->seen = true;
  if (reader->event.type != YAML_SEQUENCE_START_EVENT) {
    if (!reader_is_null(reader))
      reader_leave_out(reader, chart,
                       reader->event.type == YAML_ALIAS_EVENT
                           ? "its versions are a YAML alias, which is not followed in an index"
                           : "its versions are no list");
    return reader_skip(reader);
  }
  while (reader_next(reader)) {
    if (reader->event.type == YAML_SEQUENCE_END_EVENT)
      return true;
    if (!reader_entry(reader, chart))
      return false;
  }
  return false;
}

static bool read_charts(struct index_reader *reader) {
  if (reader_is_null(reader))
    return true;
  if (reader->event.type != YAML_MAPPING_START_EVENT) {
    index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED, "line %zu: entries is no map",
                      reader->event.start_mark.line + 1);
    return false;
  }
  while (reader_next(reader)) {
    if (reader->event.type == YAML_MAPPING_END_EVENT)
      return true;
    struct index_chart *chart = NULL;
    if (reader_is_text(reader, NAME_TEXT_MAX))
      chart = index_chart(reader->index, (const char *)reader->event.data.scalar.value);
    note_name(reader);
    if (!reader_skip(reader) || !reader_next(reader))
      return false;
    if (!(chart ? read_versions(reader, chart) : reader_skip(reader)))
      return false;
  }
  return false;
}

/* The map at the top. Helm insists on apiVersion; either of the two shows what this is. */
static bool read_top(struct index_reader *reader) {
  bool is_index = false;
  while (reader_next(reader) && reader->event.type != YAML_MAPPING_END_EVENT) {
    bool entries = reader_is(reader, "entries");
    is_index = is_index || entries || reader_is(reader, "apiVersion");
    if (!reader_skip(reader) || !reader_next(reader))
      return false;
    if (!(entries ? read_charts(reader) : reader_skip(reader)))
      return false;
  }
  if (!reader->input->problem.code && !is_index)
    index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED,
                      "it has neither entries nor apiVersion");
  return reader->input->problem.code == 0;
}

static bool read_document(struct index_reader *reader) {
  if (!reader_next(reader) || !reader_next(reader)) /* the stream, the document */
    return false;
  if (reader->event.type == YAML_STREAM_END_EVENT) {
    index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED, "it is empty");
    return false;
  }
  if (!reader_next(reader))
    return false;
  if (reader->event.type == YAML_MAPPING_START_EVENT)
    return read_top(reader);
  index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED,
                    "it holds no map with apiVersion and entries");
  return false;
}

static struct index *new_index(const char *const *names, size_t count) {
  struct index *index = registry_zalloc(sizeof *index);
  index->charts = registry_zalloc(count * sizeof *index->charts);
  index->chart_count = count;
  for (size_t i = 0; i < count; i++)
    index->charts[i].name = region_copy(&index->memory, names[i], strlen(names[i]));
  return index;
}

struct index *index_read(struct index_input *input, const char *const *names, size_t count) {
  struct index_reader reader = {.input = input};
  if (!yaml_parser_initialize(&reader.parser)) {
    index_problem_set(&input->problem, ARTM_E_NOMEM, "out of memory");
    return NULL;
  }
  yaml_parser_set_input(&reader.parser, index_input_read, input);
  reader.index = new_index(names, count);
  bool fine = read_document(&reader);
  yaml_event_delete(&reader.event);
  yaml_parser_delete(&reader.parser);
  if (fine)
    index_input_drain(input);
  if (!fine || input->problem.code) {
    index_free(reader.index);
    return NULL;
  }
  index_sort(reader.index);
  return reader.index;
}

void index_free(struct index *index) {
  if (!index)
    return;
  for (size_t i = 0; i < index->chart_count; i++) {
    free(index->charts[i].versions);
    free(index->charts[i].sorted);
  }
  free(index->charts);
  free(index->names);
  region_done(&index->memory);
  free(index);
}
