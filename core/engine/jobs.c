/* SPDX-License-Identifier: Apache-2.0 */
/* From the matrix to rows and jobs with their records. */
#include "engine/jobs.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

static json_t *field_json(const struct artm_config *config, const struct artm_field *field) {
  uint32_t count = config_count(config, field->name);
  if (field->type != ARTM_TYPE_LIST) {
    const char *text = config_text(config, field->name, 0);
    return text ? json_string(text) : json_null();
  }
  json_t *list = json_array();
  for (uint32_t i = 0; i < count; i++)
    json_array_append_new(list, json_string(config_text(config, field->name, i)));
  return list;
}

static json_t *entry_fields(const struct entry *entry) {
  json_t *fields = json_object();
  const struct field_table *table = &entry->schema->fields;
  for (size_t i = 0; i < table->count; i++) {
    const struct artm_field *field = &table->fields[i];
    if ((field->flags & ARTM_FIELD_MATRIX) && field->role != ARTM_ROLE_AXIS &&
        config_count(&entry->config, field->name) > 0)
      json_object_set_new(fields, field->name, field_json(&entry->config, field));
  }
  return fields;
}

static struct job_record *record_make(const struct matrix_row *matrix, const char *target) {
  struct job_record *record = mem_alloc(sizeof *record);
  record->section = str_copy(matrix->entry->schema->section);
  record->fields = entry_fields(matrix->entry);
  record->name = str_copy(matrix->entry->name);
  record->version = matrix_version_text(matrix->version);
  record->target = str_copy(target);
  return record;
}

static bool allows_target(const struct entry *entry, const struct run_target *target) {
  if (!entry->target_count)
    return true;
  for (size_t i = 0; i < entry->target_count; i++)
    if (text_equal(entry->targets[i], target->id) || text_equal(entry->targets[i], target->name))
      return true;
  return false;
}

static bool is_wanted(const struct run_options *options, const struct matrix_row *matrix,
                      const struct run_target *target) {
  if (!options->only)
    return true;
  auto_free char *version = matrix_version_text(matrix->version);
  const struct version_item selector = {.at = matrix->version->at};
  auto_free char *spelled = version_spelled(&selector); /* as it was called when it failed itself */
  for (size_t i = 0; i < options->only_count; i++) {
    const struct failed_job *only = &options->only[i];
    if (text_equal(only->section, matrix->entry->schema->section) &&
        text_equal(only->name, matrix->entry->name) &&
        (text_equal(only->version, version) || text_equal(only->version, spelled)) &&
        text_equal(only->target, target->name))
      return true;
  }
  return false;
}

static void row_make(struct run *run, const struct matrix_row *matrix, struct row *row) {
  const struct run_input *input = run->input;
  row->task.run = row_run;
  row->run = run;
  row->matrix = matrix;
  for (size_t i = 0; i < input->schema_count; i++)
    if (&input->schemas[i] == matrix->entry->schema)
      row->source = input->sources[i];
  const struct error *error = matrix->version->error;
  if (error || (row->source && row->source->begin_error.code))
    error_copy(&row->error, error ? error : &row->source->begin_error);
  row->jobs = mem_array(input->target_count, sizeof *row->jobs);
  for (size_t i = 0; i < input->target_count; i++) {
    const struct run_target *target = &input->targets[i];
    if (!allows_target(matrix->entry, target) || !is_wanted(run->options, matrix, target))
      continue;
    struct job *job = &row->jobs[row->job_count++];
    job->run = run;
    job->row = row;
    job->target_index = i;
    job->traffic = traffic_new();
    pthread_mutex_init(&job->lock, NULL);
    job->record = record_make(matrix, target->name);
    run->report->jobs[run->report->job_count++] = job->record;
  }
}

void rows_make(struct run *run, struct row_list *ret) {
  const struct run_input *input = run->input;
  size_t most = input->matrix->count * input->target_count;
  run->report->jobs = mem_array(most + 1, sizeof *run->report->jobs);
  ret->rows = mem_array(input->matrix->count + 1, sizeof *ret->rows);
  for (size_t i = 0; i < input->matrix->count; i++) {
    struct row *row = &ret->rows[ret->count];
    row_make(run, &input->matrix->rows[i], row);
    if (row->job_count)
      ret->count++;
    else
      free(row->jobs);
  }
  if (!run->options->only && ret->count < input->matrix->count)
    log_write(LOG_NOTICE, NULL, "%zu of %zu are left out: their 'targets' name none of this run's",
              input->matrix->count - ret->count, input->matrix->count);
}

void rows_free(struct row_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    struct row *row = &list->rows[i];
    for (size_t j = 0; j < row->job_count; j++) {
      struct job *job = &row->jobs[j];
      traffic_free(job->traffic);
      free(job->brought);
      descriptor_done(&job->old);
      error_done(&job->error);
      pthread_mutex_destroy(&job->lock);
    }
    free(row->jobs);
    descriptor_done(&row->root);
    error_done(&row->error);
  }
  free(list->rows);
}
