/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the file of a run report; which of its jobs are still to be done. */
#include "report/run_open.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

#define REPORT_MAX ((size_t)512 << 20)

struct failed_list {
  struct failed_job *items;
  size_t count, capacity;
};

static void list_done(struct failed_list *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].section);
    free(list->items[i].name);
    free(list->items[i].version);
    free(list->items[i].target);
  }
  free(list->items);
}

int run_report_refuse(const char *path, struct error *err) {
  error_wrap(err, "%s is no run report", path);
  error_where(err, "%s", path);
  return error_hint(err, "give a file that --report wrote");
}

int run_report_open(const char *path, json_t **ret, struct error *err) {
  auto_buf text = {0};
  if (fs_read(path, REPORT_MAX, &text, err) < 0) {
    if (err->code == ARTM_E_NOT_FOUND) {
      err->code = ARTM_E_CONFIG; /* a mistake in the command line, nobody's source */
      error_hint(err, "give a file that --report wrote");
    }
    return err->code;
  }
  /* The user's own file, so without the budget for JSON from the network: large runs are read. */
  json_error_t problem;
  auto_json report = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &problem);
  if (report == NULL) {
    error_set(err, ARTM_E_CONFIG, "%s", problem.text);
    return run_report_refuse(path, err);
  }
  const char *schema = json_text(report, "schema");
  if (schema == NULL || strcmp(schema, "artmirror.run/1") != 0 ||
      !json_is_array(json_object_get(report, "jobs"))) {
    error_set(err, ARTM_E_CONFIG, "its schema is not artmirror.run/1");
    return run_report_refuse(path, err);
  }
  *ret = take(report);
  return 0;
}

static bool is_done(const json_t *job, const char *status) {
  static const enum job_status done[] = {JOB_UNCHANGED, JOB_CREATED, JOB_UPDATED, JOB_KEPT};
  if (json_is_object(json_object_get(job, "policy")))
    return false;
  for (size_t i = 0; i < sizeof done / sizeof done[0]; i++)
    if (strcmp(status, job_status_name(done[i])) == 0)
      return true;
  return false;
}

static bool read_job(const json_t *job, struct failed_list *list) {
  const json_t *key = json_object_get(job, "key");
  const char *status = json_text(job, "status"), *name = json_text(job, "name");
  const char *section = json_text(key, "section"), *version = json_text(key, "version");
  const char *target = json_text(key, "target");
  if (status == NULL || name == NULL || section == NULL || version == NULL || target == NULL)
    return false;
  if (is_done(job, status))
    return true;
  list->items = mem_grow(list->items, list->count, &list->capacity, sizeof *list->items);
  list->items[list->count++] = (struct failed_job){.section = str_copy(section),
                                                   .name = str_copy(name),
                                                   .version = str_copy(version),
                                                   .target = str_copy(target)};
  return true;
}

int run_report_read_failed(const char *path, struct failed_job **ret, size_t *count,
                           struct error *err) {
  auto_json report = NULL;
  if (run_report_open(path, &report, err) != 0)
    return err->code;
  const json_t *jobs = json_object_get(report, "jobs"), *job;
  __attribute__((cleanup(list_done))) struct failed_list list = {0};
  size_t i;
  json_array_foreach(jobs, i, job) {
    if (read_job(job, &list))
      continue;
    error_set(err, ARTM_E_CONFIG, "job %zu has no key, name or status", i + 1);
    return run_report_refuse(path, err);
  }
  *ret = take(list.items);
  *count = list.count;
  list.count = 0;
  return 0;
}
