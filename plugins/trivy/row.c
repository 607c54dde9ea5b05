/* SPDX-License-Identifier: Apache-2.0 */
/* One finding of Trivy's report as a row. */
#include "trivy/row.h"
#include <string.h>

static uint32_t fix_state_of(const json_t *vulnerability) {
  static const struct {
    const char *name;
    uint32_t state;
  } names[] = {
      {"fixed", ARTM_FIX_FIXED},
      {"affected", ARTM_FIX_AFFECTED},
      {"will_not_fix", ARTM_FIX_WONT_FIX},
      {"fix_deferred", ARTM_FIX_DEFERRED},
      {"end_of_life", ARTM_FIX_END_OF_LIFE},
      {"under_investigation", ARTM_FIX_UNDER_INVESTIGATION},
      {"not_affected", ARTM_FIX_NOT_AFFECTED},
  };
  const char *status = json_text(vulnerability, "Status");
  for (size_t i = 0; status && i < sizeof names / sizeof names[0]; i++)
    if (!strcmp(status, names[i].name))
      return names[i].state;
  /* Older releases have no status. */
  return !status && json_text(vulnerability, "FixedVersion") ? ARTM_FIX_FIXED : ARTM_FIX_UNKNOWN;
}

/* "1.1.1, 3.0.2" */
static const char *const *fix_versions_of(struct finding *finding, const json_t *vulnerability) {
  const char *text = json_text(vulnerability, "FixedVersion");
  if (!text)
    return NULL;
  size_t most = 2;
  for (const char *at = text; *at; at++)
    most += *at == ',';
  const char **list = finding_memory(finding, most, sizeof *list);
  size_t count = 0;
  while (*text) {
    size_t length = strcspn(text, ","), start = strspn(text, " ");
    size_t end = length;
    while (end > start && text[end - 1] == ' ')
      end--;
    if (end > start)
      list[count++] = finding_copy(finding, text + start, end - start);
    text += length + (text[length] == ',');
  }
  return count ? list : NULL;
}

static const struct cvss_form {
  const char *vector, *score, *version;
} cvss_forms[] = {{"V40Vector", "V40Score", "4.0"},
                  {"V3Vector", "V3Score", "3.0"},
                  {"V2Vector", "V2Score", "2.0"}};
#define CVSS_FORMS (sizeof cvss_forms / sizeof cvss_forms[0])

/* The version that a vector names ("CVSS:3.1/AV:N/..."), else the form's. */
static const char *version_of(struct finding *finding, const char *vector,
                              const struct cvss_form *form) {
  if (!vector || strncmp(vector, "CVSS:", 5) != 0)
    return form->version;
  size_t length = strcspn(vector + 5, "/");
  return length > 0 && length < 8 ? finding_copy(finding, vector + 5, length) : form->version;
}

static void read_cvss(struct finding *finding, const json_t *map) {
  size_t count = 0;
  struct artm_cvss *list = NULL;
  const char *source;
  json_t *item;
  if (json_object_size(map))
    list = finding_memory(finding, json_object_size(map) * CVSS_FORMS, sizeof *list);
  json_object_foreach((json_t *)(uintptr_t)map, source, item) { /* only reads */
    for (size_t i = 0; i < CVSS_FORMS; i++) {
      const char *vector = json_text(item, cvss_forms[i].vector);
      uint32_t score = json_scaled(json_object_get(item, cvss_forms[i].score), 10, 100);
      if (!vector && !score)
        continue;
      list[count++] = (struct artm_cvss){.struct_size = (uint32_t)sizeof *list,
                                         .score = score,
                                         .source = source,
                                         .version = version_of(finding, vector, &cvss_forms[i]),
                                         .vector = vector};
    }
  }
  finding->row.cvss = list;
  finding->row.cvss_count = (uint32_t)count;
}

static void read_dates(struct artm_finding *row, const json_t *vulnerability) {
  if (time_of(json_text(vulnerability, "PublishedDate"), &row->published))
    row->flags |= ARTM_FINDING_PUBLISHED;
  if (time_of(json_text(vulnerability, "LastModifiedDate"), &row->modified))
    row->flags |= ARTM_FINDING_MODIFIED;
}

bool row_read(const json_t *vulnerability, const struct row_place *place, struct finding *ret) {
  struct artm_finding *row = &ret->row;
  row->id = json_text(vulnerability, "VulnerabilityID");
  row->package_name = json_text(vulnerability, "PkgName");
  if (!row->id || !row->package_name)
    return false;
  row->severity_raw = json_text(vulnerability, "Severity");
  if (!severity_of(row->severity_raw, &row->severity))
    row->severity = ARTM_SEVERITY_UNKNOWN;
  row->severity_source = json_text(vulnerability, "SeveritySource");
  row->fix_state = fix_state_of(vulnerability);
  row->fix_versions = fix_versions_of(ret, vulnerability);
  row->package_class = place->package_class;
  row->package_type = place->type;
  row->package_version = json_text(vulnerability, "InstalledVersion");
  row->package_path = json_text(vulnerability, "PkgPath");
  if (!row->package_path)
    row->package_path = place->target;
  row->purl = json_text(json_object_get(vulnerability, "PkgIdentifier"), "PURL");
  row->aliases = finding_strings(ret, json_object_get(vulnerability, "VendorIDs"));
  row->data_source = json_text(json_object_get(vulnerability, "DataSource"), "ID");
  row->url = json_text(vulnerability, "PrimaryURL");
  row->title = json_text(vulnerability, "Title");
  row->description = json_text(vulnerability, "Description");
  row->cwes = finding_strings(ret, json_object_get(vulnerability, "CweIDs"));
  row->references = finding_strings(ret, json_object_get(vulnerability, "References"));
  const json_t *layer = json_object_get(vulnerability, "Layer");
  row->layer_digest = json_text(layer, "Digest");
  row->layer_diff_id = json_text(layer, "DiffID");
  read_cvss(ret, json_object_get(vulnerability, "CVSS"));
  read_dates(row, vulnerability);
  return true;
}
