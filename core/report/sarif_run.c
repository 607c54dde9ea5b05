/* SPDX-License-Identifier: Apache-2.0 */
/* What a SARIF run says of the scans in it: how each went, and of which image it was. */
#include "base/clock.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/sarif.h"
#include "report/scan_label.h"

static void set_text(json_t *object, const char *name, const char *text) {
  auto_free char *shown = excerpt(text, EXCERPT_NAME);
  if (shown[0] != '\0')
    json_object_set_new(object, name, json_string(shown));
}

static void set_time(json_t *object, const char *name, int64_t wall_ms) {
  auto_free char *time = wall_ms > 0 ? clock_format(wall_ms) : NULL;
  if (time != NULL)
    json_object_set_new(object, name, json_string(time));
}

static void add_notification(json_t *list, const char *level, const char *text) {
  json_t *item = json_object(), *message = json_object();
  json_object_set_new(message, "text", sarif_text(text, 3 * EXCERPT_TEXT));
  json_object_set_new(item, "level", json_string(level));
  json_object_set_new(item, "message", message);
  json_array_append_new(list, item);
}

static void add_warnings(json_t *list, const struct scan_result *result) {
  if (result->status != SCAN_OK) {
    auto_free char *reason = scan_failure(result);
    auto_free char *text = str_format("scan %s: %s", scan_status_name(result->status), reason);
    add_notification(list, "error", text);
    return;
  }
  auto_free char *system = scan_system_label(result);
  if (!result->os_known)
    add_notification(list, "warning",
                     "os unknown: no packages of an operating system were looked at");
  else if (result->os_eol)
    add_notification(list, "warning", system);
}

json_t *sarif_invocations(const struct sarif_group *group) {
  json_t *invocations = json_array();
  for (size_t i = 0; i < group->part_count; i++) {
    const struct scan_result *result = group->parts[i].scan->result;
    json_t *item = json_object(), *notifications = json_array();
    json_object_set_new(item, "executionSuccessful", json_boolean(result->status == SCAN_OK));
    set_time(item, "startTimeUtc", result->start_ms);
    set_time(item, "endTimeUtc", result->end_ms);
    add_warnings(notifications, result);
    if (i == 0 && group->left_out > 0) {
      auto_free char *text = str_format(
          "%zu of the least severe findings are left out: a file for GitHub has no room for them",
          group->left_out);
      add_notification(notifications, "warning", text);
    }
    json_object_set_new(item, "toolExecutionNotifications", notifications);
    json_array_append_new(invocations, item);
  }
  return invocations;
}

static json_t *counts_json(const struct scan_counts *counts) {
  json_t *object = json_object();
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;) {
    uint32_t severity = severity_of_rank(rank);
    if (counts->by_severity[severity] > 0)
      json_object_set_new(object, severity_name(severity),
                          json_integer((json_int_t)counts->by_severity[severity]));
  }
  return object;
}

static json_t *part_properties(const struct sarif_part *part) {
  const struct job_record *job = part->job;
  const struct scan_result *result = part->scan->result;
  auto_free char *tag = job_tag(job), *system = scan_system_label(result);
  json_t *object = json_object();
  set_text(object, "imageName", job->target_reference != NULL ? job->target_reference : job->name);
  set_text(object, "name", job->name);
  set_text(object, "version", job->version);
  set_text(object, "repository", part->scan->repository);
  set_text(object, "tag", tag);
  set_text(object, "imageDigest", job->target_digest);
  set_text(object, "manifestDigest", result->manifest_digest);
  set_text(object, "platform", part->scan->platform);
  json_object_set_new(object, "status", json_string(scan_status_name(result->status)));
  set_text(object, "gate", gate_verdict_name(part->scan->verdict));
  if (result->status != SCAN_OK)
    return object;
  json_object_set_new(object, "os", json_string(system));
  json_object_set_new(object, "counts", counts_json(&part->scan->counts));
  if (result->tool.has_db_updated)
    set_time(object, "databaseTime", result->tool.db_updated * 1000);
  return object;
}

json_t *sarif_properties(const struct sarif_group *group) {
  json_t *object = NULL;
  if (group->part_count == 1) {
    object = part_properties(&group->parts[0]);
  } else {
    json_t *images = json_array();
    for (size_t i = 0; i < group->part_count; i++)
      json_array_append_new(images, part_properties(&group->parts[i]));
    object = json_object();
    json_object_set_new(object, "images", images);
  }
  if (group->left_out > 0)
    json_object_set_new(object, "leftOut", json_integer((json_int_t)group->left_out));
  return object;
}
