/* SPDX-License-Identifier: Apache-2.0 */
/* Reading findings again. */
#include "report/finding_json.h"

static const char *const *read_list(struct json_reader *reader, const json_t *object,
                                    const char *name, struct arena *memory) {
  const json_t *array = reader_array(reader, object, name), *item;
  size_t i, count = json_array_size(array);
  if (count == 0)
    return NULL;
  const char **list = arena_alloc(memory, (count + 1) * sizeof *list);
  json_array_foreach(array, i, item) {
    list[i] = json_string_value(item);
    if (list[i] != NULL)
      continue;
    reader_refuse(reader, "%s holds something else than text", name);
    return NULL;
  }
  return list;
}

static void read_package(struct json_reader *reader, const json_t *object,
                         struct artm_finding *finding) {
  const json_t *package = reader_object(reader, object, "pkg");
  finding->package_class = reader_word(reader, package, "class", package_class_parse);
  finding->package_type = reader_text(reader, package, "type");
  finding->package_name = reader_text(reader, package, "name");
  finding->package_version = reader_text(reader, package, "version");
  finding->package_path = reader_text(reader, package, "path");
  finding->purl = reader_text(reader, package, "purl");
  finding->source_name = reader_text(reader, package, "src_name");
  finding->source_version = reader_text(reader, package, "src_version");
}

static void read_scores(struct json_reader *reader, const json_t *object, struct arena *memory,
                        struct artm_finding *finding) {
  const json_t *array = reader_array(reader, object, "cvss"), *item;
  size_t i, count = json_array_size(array);
  if (count == 0 || count > UINT32_MAX)
    return;
  struct artm_cvss *scores = arena_alloc(memory, count * sizeof *scores);
  json_array_foreach(array, i, item) {
    scores[i] = (struct artm_cvss){.struct_size = sizeof *scores,
                                   .score = reader_scaled(reader, item, "score", 10),
                                   .source = reader_text(reader, item, "source"),
                                   .version = reader_text(reader, item, "version"),
                                   .vector = reader_text(reader, item, "vector")};
  }
  finding->cvss = scores;
  finding->cvss_count = (uint32_t)count;
  finding->cvss_stride = sizeof *scores;
}

/* What has a flag that says whether it is known. */
static void read_flagged(struct json_reader *reader, const json_t *object,
                         struct artm_finding *finding) {
  int64_t published = reader_time(reader, object, "published");
  int64_t modified = reader_time(reader, object, "modified");
  finding->published = published / 1000;
  finding->modified = modified / 1000;
  finding->epss = reader_scaled(reader, object, "epss", 1e6);
  finding->risk = reader_scaled(reader, object, "risk", 1e3);
  finding->flags = (published > 0 ? ARTM_FINDING_PUBLISHED : 0) |
                   (modified > 0 ? ARTM_FINDING_MODIFIED : 0) |
                   (json_is_number(json_object_get(object, "epss")) ? ARTM_FINDING_EPSS : 0) |
                   (json_is_number(json_object_get(object, "risk")) ? ARTM_FINDING_RISK : 0) |
                   (reader_bool(reader, object, "kev") ? ARTM_FINDING_KEV : 0);
}

static void read_suppressed(struct json_reader *reader, const json_t *object,
                            struct artm_finding *finding) {
  const json_t *suppressed = reader_object(reader, object, "suppressed");
  if (suppressed == NULL)
    return;
  const char *status = reader_text(reader, suppressed, "status");
  finding->suppressed_status = status != NULL ? status : "";
  finding->suppressed_statement = reader_text(reader, suppressed, "statement");
  finding->suppressed_source = reader_text(reader, suppressed, "source");
}

void finding_read(struct json_reader *reader, const json_t *object, struct scan_result *result) {
  struct arena memory = {0};
  const json_t *fix = reader_object(reader, object, "fix");
  const json_t *layer = reader_object(reader, object, "layer");
  struct artm_finding finding = {
      .struct_size = sizeof finding,
      .id = reader_text(reader, object, "id"),
      .aliases = read_list(reader, object, "aliases", &memory),
      .data_source = reader_text(reader, object, "namespace"),
      .url = reader_text(reader, object, "url"),
      .title = reader_text(reader, object, "title"),
      .description = reader_text(reader, object, "description"),
      .severity = reader_word(reader, object, "severity", severity_parse),
      .severity_raw = reader_text(reader, object, "severity_raw"),
      .severity_source = reader_text(reader, object, "severity_source"),
      .fix_state = reader_word(reader, fix, "state", fix_state_parse),
      .fix_versions = read_list(reader, fix, "versions", &memory),
      .cwes = read_list(reader, object, "cwe", &memory),
      .references = read_list(reader, object, "refs", &memory),
      .layer_digest = reader_text(reader, layer, "digest"),
      .layer_diff_id = reader_text(reader, layer, "diff_id"),
  };
  read_package(reader, object, &finding);
  read_scores(reader, object, &memory, &finding);
  read_flagged(reader, object, &finding);
  read_suppressed(reader, object, &finding);
  if (finding.id == NULL || finding.package_name == NULL)
    reader_refuse(reader, "a finding has no id or package");
  if (!reader->failed)
    scan_result_add(result, &finding);
  arena_done(&memory);
}
