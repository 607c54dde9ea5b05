/* SPDX-License-Identifier: Apache-2.0 */
/* The run report as JSON: schema artmirror.run/1, docs/run-report.schema.json. */
#include "base/json.h"
#include "base/memory.h"
#include "report/guard.h"
#include "report/json_write.h"
#include "report/run.h"
#include "report/scan_json.h"
#include "report/totals.h"

static json_t *strings_json(const struct strings *list) {
  json_t *array = json_array();
  for (size_t i = 0; i < list->count; i++)
    json_array_append_new(array, guard_string(list->items[i]));
  return array;
}

/* The fields are shallow: values, lists and maps of an entry. */
static json_t *redacted(json_t *value) {
  if (json_is_string(value))
    return guard_string(json_string_value(value));
  json_t *copy, *item;
  if (json_is_array(value)) {
    size_t i;
    copy = json_array();
    json_array_foreach(value, i, item) {
      json_array_append_new(copy, redacted(item));
    }
    return copy;
  }
  if (json_is_object(value)) {
    const char *name;
    copy = json_object();
    json_object_foreach(value, name, item) {
      json_object_set_new(copy, name, redacted(item));
    }
    return copy;
  }
  return json_deep_copy(value);
}

static json_t *key_json(const struct job_record *job) {
  json_t *key = json_object();
  json_set_text(key, "section", job->section);
  json_object_set_new(key, "fields", job->fields ? redacted(job->fields) : json_object());
  json_set_text(key, "version", job->version);
  json_set_text(key, "target", job->target);
  return key;
}

static json_t *place_json(const char *reference, const char *digest) {
  json_t *place = json_object();
  json_set_text(place, "reference", reference);
  json_set_text(place, "digest", digest);
  return place;
}

static json_t *amounts_json(uint64_t sent, uint64_t mounted, uint64_t present) {
  json_t *amounts = json_object();
  json_set_number(amounts, "sent", sent);
  json_set_number(amounts, "mounted", mounted);
  json_set_number(amounts, "present", present);
  return amounts;
}

static json_t *referrers_json(uint64_t copied, uint64_t present) {
  json_t *referrers = json_object();
  json_set_number(referrers, "copied", copied);
  json_set_number(referrers, "present", present);
  return referrers;
}

static json_t *platforms_json(const struct job_record *job) {
  json_t *array = json_array();
  for (size_t i = 0; i < job->platform_count; i++) {
    json_t *item = json_object();
    json_set_text(item, "platform", job->platforms[i].platform);
    json_set_text(item, "digest", job->platforms[i].digest);
    json_array_append_new(array, item);
  }
  return array;
}

static json_t *requests_json(const struct job_record *job) {
  json_t *array = json_array();
  for (size_t i = 0; i < job->request_count; i++) {
    const struct job_requests *from = &job->requests[i];
    json_t *item = json_object();
    json_set_text(item, "origin", from->origin);
    json_set_number(item, "requests", from->requests);
    json_set_number(item, "retries", from->retries);
    json_set_number(item, "bytes_sent", from->sent);
    json_set_number(item, "bytes_received", from->received);
    json_array_append_new(array, item);
  }
  return array;
}

static json_t *spans_json(const struct job_record *job) {
  json_t *array = json_array();
  for (size_t i = 0; i < job->span_count; i++) {
    const struct job_span *span = &job->spans[i];
    json_t *item = json_object();
    json_set_text(item, "phase", span->phase);
    json_set_number(item, "worker", span->worker);
    json_set_time(item, "start", span->start_ms);
    json_set_time(item, "end", span->end_ms);
    json_array_append_new(array, item);
  }
  return array;
}

static json_t *scans_json(const struct job_record *job, struct finding_cache *cache) {
  json_t *array = json_array();
  for (size_t i = 0; i < job->scan_count; i++)
    json_array_append_new(array, job_scan_json_shared(job, &job->scans[i], cache));
  return array;
}

static json_t *job_json(const struct job_record *job, struct finding_cache *cache) {
  json_t *object = json_object();
  json_object_set_new(object, "key", key_json(job));
  json_set_text(object, "name", job->name);
  json_set_text(object, "status", job_status_name(job->status));
  json_set_time(object, "start", job->start_ms);
  json_set_time(object, "end", job->end_ms);
  json_object_set_new(object, "source", place_json(job->source_reference, job->source_digest));
  json_t *target = place_json(job->target_reference, job->target_digest);
  json_set_text(target, "previous_digest", job->old_digest);
  json_object_set_new(object, "target", target);
  json_object_set_new(object, "platforms", platforms_json(job));
  json_object_set_new(object, "bytes",
                      amounts_json(job->bytes_sent, job->bytes_mounted, job->bytes_present));
  json_object_set_new(object, "blobs",
                      amounts_json(job->blobs_sent, job->blobs_mounted, job->blobs_present));
  json_set_number(object, "manifests_sent", job->manifests_sent);
  json_set_number(object, "counted_pulls", job->counted_pulls);
  json_object_set_new(object, "referrers",
                      referrers_json(job->referrers_copied, job->referrers_present));
  json_object_set_new(object, "requests", requests_json(job));
  json_object_set_new(object, "spans", spans_json(job));
  json_set_error(object, "error", &job->error);
  json_object_set_new(object, "scans", scans_json(job, cache));
  json_set_error(object, "policy", &job->policy);
  json_object_set_new(object, "notes", strings_json(&job->notes));
  return object;
}

static json_t *scan_totals_json(const struct totals *sum) {
  json_t *object = json_object(), *findings = sum->scans[SCAN_OK] > 0 ? json_object() : json_null();
  for (size_t i = 0; i < sizeof sum->scans / sizeof sum->scans[0]; i++)
    json_set_number(object, scan_status_name((enum scan_status)i), sum->scans[i]);
  for (unsigned rank = SEVERITY_COUNT; json_is_object(findings) && rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    json_set_number(findings, severity_name(severity), sum->findings[severity]);
  }
  json_object_set_new(object, "findings", findings);
  return object;
}

static json_t *totals_json(const struct run_report *report) {
  struct totals sum = totals_of(report);
  json_t *object = json_object(), *statuses = json_object();
  json_set_number(object, "jobs", sum.jobs);
  for (size_t i = 0; i < sizeof sum.status / sizeof sum.status[0]; i++)
    if (sum.status[i] > 0)
      json_set_number(statuses, job_status_name((enum job_status)i), sum.status[i]);
  json_object_set_new(object, "statuses", statuses);
  json_object_set_new(object, "bytes",
                      amounts_json(sum.bytes_sent, sum.bytes_mounted, sum.bytes_present));
  json_object_set_new(object, "blobs",
                      amounts_json(sum.blobs_sent, sum.blobs_mounted, sum.blobs_present));
  json_set_number(object, "manifests_sent", sum.manifests_sent);
  json_set_number(object, "counted_pulls", sum.counted_pulls);
  json_object_set_new(object, "referrers",
                      referrers_json(sum.referrers_copied, sum.referrers_present));
  json_set_number(object, "requests", sum.requests);
  json_set_number(object, "retries", sum.retries);
  json_object_set_new(object, "scans", scan_totals_json(&sum));
  json_set_number(object, "policy", sum.policy);
  return object;
}

static json_t *config_json(const struct run_report *report) {
  json_t *object = json_object(), *files = json_array();
  json_set_text(object, "origin", report->config_origin);
  for (size_t i = 0; i < report->config_files.count; i++) {
    json_t *file = json_object();
    json_set_text(file, "path", report->config_files.items[i]);
    json_set_text(file, "digest",
                  i < report->config_digests.count ? report->config_digests.items[i] : NULL);
    json_array_append_new(files, file);
  }
  json_object_set_new(object, "files", files);
  return object;
}

static json_t *budgets_json(const struct run_report *report) {
  json_t *array = json_array();
  for (size_t i = 0; i < report->budget_count; i++) {
    const struct run_budget *budget = &report->budgets[i];
    json_t *item = json_object();
    json_set_text(item, "registry", budget->registry);
    json_set_number(item, "needed", budget->needed);
    if (budget->known) {
      json_set_number(item, "remaining", budget->remaining);
      json_set_number(item, "limit", budget->limit);
      json_set_number(item, "window_seconds", budget->window_seconds);
    }
    json_array_append_new(array, item);
  }
  return array;
}

json_t *run_report_json(const struct run_report *report) {
  json_t *object = json_object(), *jobs = json_array();
  json_set_text(object, "schema", "artmirror.run/1");
  json_set_text(object, "id", report->id);
  json_set_text(object, "version", report->version != NULL ? report->version : PACKAGE_VERSION);
  json_set_text(object, "command", report->command);
  json_object_set_new(object, "config", config_json(report));
  json_object_set_new(object, "targets", strings_json(&report->targets));
  json_set_time(object, "start", report->start_ms);
  json_set_time(object, "end", report->end_ms);
  json_object_set_new(object, "exit_code", json_integer(report->exit_code));
  json_object_set_new(object, "interrupted", json_boolean(report->interrupted));
  json_object_set_new(object, "totals", totals_json(report));
  json_object_set_new(object, "budgets", budgets_json(report));
  json_object_set_new(object, "notices", strings_json(&report->notices));
  struct finding_cache *cache = finding_cache_new(report);
  for (size_t i = 0; i < report->job_count; i++)
    json_array_append_new(jobs, job_json(report->jobs[i], cache));
  finding_cache_free(cache);
  json_object_set_new(object, "jobs", jobs);
  return object;
}
