/* SPDX-License-Identifier: Apache-2.0 */
/* The start of a run, seen by its sources: each is told once which entries there are. */
#include "engine/begin.h"
#include <stdlib.h>

static void begin(struct source *source, const struct section_schema *schema,
                  const struct run_input *input) {
  const struct matrix *matrix = input->matrix;
  auto_free const struct artm_config **entries = mem_array(matrix->count + 1, sizeof *entries);
  const struct entry *last = NULL;
  uint32_t count = 0;
  for (size_t i = 0; i < matrix->count; i++) {
    const struct entry *entry = matrix->rows[i].entry;
    if (entry->schema == schema && entry != last)
      entries[count++] = &entry->config;
    last = entry;
  }
  if (!count)
    return;
  auto_call call = {.cancel = input->cancel};
  source->begun = true;
  if (source_begin(source, &call, entries, count) < 0)
    error_move(&source->begin_error, &call.error);
}

void sources_begin(const struct run_input *input) {
  for (size_t i = 0; i < input->schema_count; i++) {
    struct source *source = input->sources[i];
    if (source && !source->begun && atomic_load(&input->cancel->level) == 0)
      begin(source, &input->schemas[i], input);
  }
}
