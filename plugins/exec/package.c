/* SPDX-License-Identifier: Apache-2.0 */
/* Which package a SARIF result is about. */
#include "common/registry_text.h"
#include "exec/sarif.h"
#include <string.h>

/* "curl/curl@7.74.0" as a name and a version. What stands before the name may hold "@", too. */
static bool split_name(const char *text, size_t length, struct finding *finding) {
  const char *end = text + length, *at = end;
  while (at > text && at[-1] != '@' && at[-1] != '/')
    at--;
  if (at < text + 2 || at == end || at[-1] != '@')
    return false;
  struct artm_finding *row = &finding->row;
  row->package_name = finding_copy(finding, text, (size_t)(at - 1 - text));
  if (!row->package_version)
    row->package_version = finding_copy(finding, at, (size_t)(end - at));
  return true;
}

static bool from_name(const char *text, struct finding *finding, struct sarif_system *system) {
  if (!text || !*text)
    return false;
  return package_url(text, finding, system) || split_name(text, strlen(text), finding);
}

static bool from_lines(const struct sarif_subject *subject, struct sarif_system *system) {
  struct artm_finding *row = &subject->finding->row;
  const char *name = SARIF_TOLD(subject, "Package");
  if (!name || !*name)
    return false;
  const char *version = SARIF_TOLD(subject, "Installed Version", "Version");
  const char *type = SARIF_TOLD(subject, "Type");
  row->package_version = version && *version ? version : NULL;
  row->package_type = type && *type ? type : NULL;
  if (!package_url(name, subject->finding, system))
    row->package_name = name;
  return true;
}

static bool from_properties(const struct sarif_subject *subject, struct sarif_system *system) {
  const json_t *urls = sarif_property(subject, "purls");
  const char *url = json_string_value(sarif_property(subject, "purl"));
  if (!url && json_array_size(urls) == 1) /* more are other results' of the rule */
    url = json_string_value(json_array_get(urls, 0));
  return package_url(url, subject->finding, system);
}

static const json_t *first_location(const struct sarif_subject *subject) {
  return json_array_get(json_object_get(subject->result, "locations"), 0);
}

static bool from_places(const struct sarif_subject *subject, struct sarif_system *system) {
  const json_t *places = json_object_get(first_location(subject), "logicalLocations"), *place;
  size_t i;
  json_array_foreach(places, i, place) {
    if (from_name(json_text(place, "fullyQualifiedName"), subject->finding, system) ||
        from_name(json_text(place, "name"), subject->finding, system))
      return true;
  }
  return false;
}

/* "Package 'lodash@4.17.20' is vulnerable to ...". */
static bool from_message(const struct sarif_subject *subject) {
  static const char start[] = "Package '";
  const char *message = subject->message;
  if (!message || strncmp(message, start, strlen(start)) != 0)
    return false;
  message += strlen(start);
  return split_name(message, strcspn(message, "'"), subject->finding);
}

static const char *artifact_uri(const struct sarif_subject *subject) {
  const json_t *place = json_object_get(first_location(subject), "physicalLocation");
  return json_text(json_object_get(place, "artifactLocation"), "uri");
}

static void set_class(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const char *rule = json_text(subject->rule, "name");
  row->package_class = package_class_of(row->package_type);
  if (rule && !strcmp(rule, "OsPackageVulnerability"))
    row->package_class = ARTM_PACKAGE_OS;
  else if (rule && !strcmp(rule, "LanguageSpecificPackageVulnerability"))
    row->package_class = ARTM_PACKAGE_LANG;
}

void sarif_set_package(const struct sarif_subject *subject, struct sarif_system *system) {
  struct artm_finding *row = &subject->finding->row;
  bool is_known = from_lines(subject, system);
  is_known = from_properties(subject, system) || is_known; /* for the rest of it */
  if (!is_known && !from_places(subject, system))
    from_message(subject);
  const char *uri = artifact_uri(subject);
  if (!row->package_name)
    row->package_name = uri ? uri : "unknown";
  set_class(subject);
  if (row->package_class != ARTM_PACKAGE_OS) /* there it is the image's own name */
    row->package_path = uri;
}
