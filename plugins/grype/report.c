/* SPDX-License-Identifier: Apache-2.0 */
/* Grype's report, read once from its start to its end. */
#include "common/cleanup.h"
#include "grype/grype.h"
#include <string.h>

struct report {
  const struct artm_host *host;
  struct artm_call *call;
  struct json_walk *walk;
  struct artm_finding_sink *sink;
  const char *digest;
  json_t *rows; /* those of Grype's table so far, as members */
  json_t *distro;
  int32_t answer; /* of the sink, or that the run was cancelled */
  bool has_matches, is_end_of_life;
};

/* Grype's table shows what differs only in its place in the image once, and so do the counts. */
static bool is_repeated(struct report *report, const json_t *match, bool is_ignored) {
  auto_free char *row = grype_row(match);
  row[0] = is_ignored ? 'i' : 'm';
  if (json_object_get(report->rows, row))
    return true;
  json_object_set_new(report->rows, row, json_true());
  return false;
}

static void take_match(struct report *report, bool is_ignored) {
  auto_json *match = json_walk_value(report->walk);
  if (!match || is_repeated(report, match, is_ignored))
    return;
  auto_finding finding;
  finding_init(&finding);
  if (grype_match(match, is_ignored, &finding))
    report->answer = report->sink->add(report->sink, &finding.row);
  else
    json_walk_refuse(report->walk, "a match before this has no id or no package");
}

static void take_matches(struct report *report, bool is_ignored) {
  if (json_walk_peek(report->walk) == 'n') {
    json_walk_skip(report->walk);
    return;
  }
  if (json_walk_enter(report->walk, '['))
    while (!report->answer && json_walk_item(report->walk)) {
      take_match(report, is_ignored);
      if (!report->answer)
        report->answer = report->host->cancelled(report->call);
    }
}

static void take_alerts(struct report *report) {
  if (json_walk_peek(report->walk) != '[') {
    json_walk_skip(report->walk);
    return;
  }
  json_walk_enter(report->walk, '[');
  while (json_walk_item(report->walk)) {
    auto_json *package = json_walk_value(report->walk);
    const json_t *alerts = json_object_get(package, "alerts"), *alert;
    size_t i;
    json_array_foreach(alerts, i, alert) {
      const char *type = json_text(alert, "type");
      if (type && !strcmp(type, "distro-eol"))
        report->is_end_of_life = true;
    }
  }
}

static void check_digest(struct report *report) {
  auto_json *digest = json_walk_value(report->walk);
  const char *text = json_string_value(digest);
  if (text && *text && report->digest && strcmp(text, report->digest) != 0)
    json_walk_refuse(report->walk, "it is the report of another manifest");
}

/* source.target.manifestDigest; the rest of it is large. */
static void take_source(struct report *report, bool is_target) {
  struct json_walk *walk = report->walk;
  if (json_walk_peek(walk) != '{') {
    json_walk_skip(walk);
    return;
  }
  json_walk_enter(walk, '{');
  while (json_walk_member(walk))
    if (!is_target && !strcmp(walk->name, "target"))
      take_source(report, true);
    else if (is_target && !strcmp(walk->name, "manifestDigest"))
      check_digest(report);
    else
      json_walk_skip(walk);
}

static void take_member(struct report *report) {
  struct json_walk *walk = report->walk;
  if (!strcmp(walk->name, "matches")) {
    report->has_matches = true;
    take_matches(report, false);
  } else if (!strcmp(walk->name, "ignoredMatches")) {
    take_matches(report, true);
  } else if (!strcmp(walk->name, "alertsByPackage")) {
    take_alerts(report);
  } else if (!strcmp(walk->name, "source")) {
    take_source(report, false);
  } else if (!strcmp(walk->name, "distro")) {
    json_decref(report->distro);
    report->distro = json_walk_value(walk);
  } else {
    json_walk_skip(walk);
  }
}

int32_t grype_report(const struct artm_host *host, struct artm_call *call, struct json_walk *walk,
                     const char *digest, struct artm_finding_sink *sink) {
  struct report report = {.host = host,
                          .call = call,
                          .walk = walk,
                          .sink = sink,
                          .digest = digest,
                          .rows = json_object()};
  if (json_walk_enter(walk, '{'))
    while (!report.answer && json_walk_member(walk))
      take_member(&report);
  if (!report.answer && json_walk_end(walk) && !report.has_matches)
    json_walk_refuse(walk, "it has no matches");
  const char *family = json_text(report.distro, "name");
  if (!report.answer && !walk->problem && family)
    report.answer = sink->os(sink, family, json_text(report.distro, "version"),
                             report.is_end_of_life ? ARTM_OS_END_OF_LIFE : 0);
  json_decref(report.rows);
  json_decref(report.distro);
  return report.answer;
}
