/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole run report again. */
#include "base/json.h"
#include "base/memory.h"
#include "report/json_read.h"
#include "report/run_open.h"
#include <stdlib.h>

static void add_strings(struct json_reader *reader, const json_t *object, const char *name,
                        struct strings *ret) {
  const json_t *array = reader_array(reader, object, name), *item;
  size_t i;
  json_array_foreach(array, i, item) {
    if (json_is_string(item))
      strings_add(ret, json_string_value(item));
    else
      reader_refuse(reader, "%s holds something else than text", name);
  }
}

static void read_config(struct json_reader *reader, const json_t *document,
                        struct run_report *report) {
  const json_t *config = reader_object(reader, document, "config"), *item;
  const json_t *files = reader_array(reader, config, "files");
  report->config_origin = reader_copy(reader, config, "origin");
  size_t i;
  json_array_foreach(files, i, item) {
    const char *path = reader_text(reader, item, "path");
    const char *digest = reader_text(reader, item, "digest");
    strings_add(&report->config_files, path != NULL ? path : "");
    if (digest != NULL && report->config_digests.count == i)
      strings_add(&report->config_digests, digest);
  }
}

static void read_budgets(struct json_reader *reader, const json_t *document,
                         struct run_report *report) {
  const json_t *array = reader_array(reader, document, "budgets"), *item;
  size_t i, count = json_array_size(array);
  report->budgets = mem_array(count, sizeof *report->budgets);
  report->budget_count = count;
  json_array_foreach(array, i, item) {
    report->budgets[i] =
        (struct run_budget){.registry = reader_need(reader, item, "registry"),
                            .needed = reader_number(reader, item, "needed"),
                            .remaining = reader_number(reader, item, "remaining"),
                            .limit = reader_number(reader, item, "limit"),
                            .window_seconds = reader_number(reader, item, "window_seconds"),
                            .known = json_object_get(item, "remaining") != NULL};
  }
}

static void read_head(struct json_reader *reader, const json_t *document,
                      struct run_report *report) {
  free(report->id);
  free(report->command);
  report->id = reader_need(reader, document, "id");
  report->command = reader_need(reader, document, "command");
  report->version = reader_copy(reader, document, "version");
  report->start_ms = reader_time(reader, document, "start");
  report->end_ms = reader_time(reader, document, "end");
  report->exit_code = (int)reader_below(reader, document, "exit_code", 256);
  report->interrupted = reader_bool(reader, document, "interrupted");
  read_config(reader, document, report);
  add_strings(reader, document, "targets", &report->targets);
  add_strings(reader, document, "notices", &report->notices);
  read_budgets(reader, document, report);
}

static int read_jobs(const json_t *document, struct run_report *report, struct error *err) {
  const json_t *jobs = json_object_get(document, "jobs"), *item;
  size_t i;
  report->jobs = mem_array(json_array_size(jobs), sizeof *report->jobs);
  json_array_foreach(jobs, i, item) {
    struct job_record *job = mem_alloc(sizeof *job);
    report->jobs[report->job_count++] = job;
    if (run_job_read(item, report, job, err) != 0)
      return error_wrap(err, "job %zu", i + 1);
  }
  return 0;
}

static void free_report(struct run_report **report) {
  run_report_free(*report);
}

int run_report_read(const char *path, struct run_report **ret, struct error *err) {
  auto_json document = NULL;
  if (run_report_open(path, &document, err) != 0)
    return err->code;
  __attribute__((cleanup(free_report))) struct run_report *report = run_report_new("");
  struct json_reader reader = {.code = ARTM_E_CONFIG, .err = err};
  read_head(&reader, document, report);
  if (reader.failed || read_jobs(document, report, err) != 0)
    return run_report_refuse(path, err);
  *ret = take(report);
  return 0;
}
