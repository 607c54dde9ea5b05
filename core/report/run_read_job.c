/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the jobs of a run report again. */
#include "base/memory.h"
#include "report/json_read.h"
#include "report/run_open.h"
#include "report/scan_json.h"
#include <string.h>

static bool status_parse(const char *text, uint32_t *ret) {
  for (uint32_t status = JOB_PENDING; status <= JOB_WOULD_UPDATE; status++)
    if (strcmp(text, job_status_name((enum job_status)status)) == 0) {
      *ret = status;
      return true;
    }
  return false;
}

static void read_key(struct json_reader *reader, const json_t *object, struct job_record *job) {
  const json_t *key = reader_object(reader, object, "key");
  if (key == NULL)
    reader_refuse(reader, "key is missing");
  job->section = reader_copy(reader, key, "section");
  job->version = reader_copy(reader, key, "version");
  job->target = reader_copy(reader, key, "target");
  job->fields = json_deep_copy(reader_object(reader, key, "fields"));
  job->name = reader_copy(reader, object, "name");
  job->status = (enum job_status)reader_word(reader, object, "status", status_parse);
  job->start_ms = reader_time(reader, object, "start");
  job->end_ms = reader_time(reader, object, "end");
}

static void read_places(struct json_reader *reader, const json_t *object, struct job_record *job) {
  const json_t *source = reader_object(reader, object, "source");
  const json_t *target = reader_object(reader, object, "target");
  job->source_reference = reader_copy(reader, source, "reference");
  job->source_digest = reader_copy(reader, source, "digest");
  job->target_reference = reader_copy(reader, target, "reference");
  job->target_digest = reader_copy(reader, target, "digest");
  job->old_digest = reader_copy(reader, target, "previous_digest");
}

static void read_amounts(struct json_reader *reader, const json_t *object, struct job_record *job) {
  const json_t *bytes = reader_object(reader, object, "bytes");
  const json_t *blobs = reader_object(reader, object, "blobs");
  const json_t *referrers = reader_object(reader, object, "referrers");
  job->bytes_sent = reader_number(reader, bytes, "sent");
  job->bytes_mounted = reader_number(reader, bytes, "mounted");
  job->bytes_present = reader_number(reader, bytes, "present");
  job->blobs_sent = reader_number(reader, blobs, "sent");
  job->blobs_mounted = reader_number(reader, blobs, "mounted");
  job->blobs_present = reader_number(reader, blobs, "present");
  job->referrers_copied = reader_number(reader, referrers, "copied");
  job->referrers_present = reader_number(reader, referrers, "present");
  job->manifests_sent = reader_number(reader, object, "manifests_sent");
  job->counted_pulls = reader_number(reader, object, "counted_pulls");
}

static void read_platforms(struct json_reader *reader, const json_t *object,
                           struct job_record *job) {
  const json_t *array = reader_array(reader, object, "platforms"), *item;
  size_t i;
  job->platform_count = json_array_size(array);
  job->platforms = mem_array(job->platform_count, sizeof *job->platforms);
  json_array_foreach(array, i, item) {
    job->platforms[i] = (struct job_platform){.platform = reader_need(reader, item, "platform"),
                                              .digest = reader_copy(reader, item, "digest")};
  }
}

static void read_requests(struct json_reader *reader, const json_t *object,
                          struct job_record *job) {
  const json_t *array = reader_array(reader, object, "requests"), *item;
  size_t i;
  job->request_count = json_array_size(array);
  job->requests = mem_array(job->request_count, sizeof *job->requests);
  json_array_foreach(array, i, item) {
    job->requests[i] =
        (struct job_requests){.origin = reader_need(reader, item, "origin"),
                              .requests = reader_number(reader, item, "requests"),
                              .retries = reader_number(reader, item, "retries"),
                              .sent = reader_number(reader, item, "bytes_sent"),
                              .received = reader_number(reader, item, "bytes_received")};
  }
}

static void read_spans(struct json_reader *reader, const json_t *object, struct run_report *report,
                       struct job_record *job) {
  const json_t *array = reader_array(reader, object, "spans"), *item;
  size_t i;
  job->span_count = job->span_capacity = json_array_size(array);
  job->spans = mem_array(job->span_count, sizeof *job->spans);
  json_array_foreach(array, i, item) {
    const char *phase = reader_text(reader, item, "phase");
    job->spans[i] =
        (struct job_span){.phase = arena_copy(&report->memory, phase != NULL ? phase : ""),
                          .worker = reader_below(reader, item, "worker", UINT32_MAX),
                          .start_ms = reader_time(reader, item, "start"),
                          .end_ms = reader_time(reader, item, "end")};
  }
}

static void read_notes(struct json_reader *reader, const json_t *object, struct job_record *job) {
  const json_t *array = reader_array(reader, object, "notes"), *item;
  size_t i;
  json_array_foreach(array, i, item) {
    if (json_is_string(item))
      strings_add(&job->notes, json_string_value(item));
    else
      reader_refuse(reader, "notes holds something else than text");
  }
}

static int read_scans(struct json_reader *reader, const json_t *object, struct run_report *report,
                      struct job_record *job) {
  const json_t *array = reader_array(reader, object, "scans"), *item;
  size_t i;
  job->scans = mem_array(json_array_size(array), sizeof *job->scans);
  json_array_foreach(array, i, item) {
    if (job_scan_read(item, report, &job->scans[i], reader->err) != 0)
      return error_wrap(reader->err, "scan %zu", i + 1);
    job->scan_count++;
  }
  return 0;
}

int run_job_read(const json_t *object, struct run_report *report, struct job_record *ret,
                 struct error *err) {
  struct json_reader reader = {.code = ARTM_E_CONFIG, .err = err};
  read_key(&reader, object, ret);
  read_places(&reader, object, ret);
  read_amounts(&reader, object, ret);
  read_platforms(&reader, object, ret);
  read_requests(&reader, object, ret);
  read_spans(&reader, object, report, ret);
  read_notes(&reader, object, ret);
  reader_error(&reader, object, "error", &ret->error);
  reader_error(&reader, object, "policy", &ret->policy);
  return reader.failed ? err->code : read_scans(&reader, object, report, ret);
}
