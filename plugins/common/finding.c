/* SPDX-License-Identifier: Apache-2.0 */
/* Findings made of a tool's JSON. */
#include "common/finding.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <string.h>
#include <strings.h>

void finding_init(struct finding *finding) {
  *finding = (struct finding){
      .row = {.struct_size = sizeof finding->row, .cvss_stride = sizeof(struct artm_cvss)}};
}

void finding_done(struct finding *finding) {
  while (finding->owned_count)
    free(finding->owned[--finding->owned_count]);
  free(finding->owned);
  finding->owned = NULL;
}

static void *own(struct finding *finding, void *memory) {
  size_t count = finding->owned_count;
  if ((count & (count - 1)) == 0) { /* full at each power of two */
    void **grown = registry_zalloc((count ? 2 * count : 1) * sizeof *grown);
    if (count)
      memcpy(grown, finding->owned, count * sizeof *grown);
    free(finding->owned);
    finding->owned = grown;
  }
  finding->owned[finding->owned_count++] = memory;
  return memory;
}

void *finding_memory(struct finding *finding, size_t count, size_t size) {
  return own(finding, registry_zalloc(count * size)); /* count is of what JSON has in memory */
}

const char *finding_copy(struct finding *finding, const char *text, size_t length) {
  return own(finding, registry_copy(text, length));
}

const char *json_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text && *text ? text : NULL;
}

static const char *const *strings(struct finding *finding, const json_t *array, const char *key,
                                  const char *except) {
  size_t count = json_array_size(array);
  count = count < FINDING_LIST_MAX ? count : FINDING_LIST_MAX;
  if (!count)
    return NULL;
  auto_json *seen = json_object();
  const char **list = registry_zalloc((count + 1) * sizeof *list);
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    const json_t *item = json_array_get(array, i);
    const char *text = key ? json_text(item, key) : json_string_value(item);
    bool is_wanted = text && *text && !(except && !strcmp(text, except));
    if (!is_wanted || json_object_get(seen, text))
      continue;
    json_object_set_new(seen, text, json_true());
    list[found++] = text;
  }
  if (!found) {
    free(list);
    return NULL;
  }
  return own(finding, list);
}

const char *const *finding_strings(struct finding *finding, const json_t *array) {
  return strings(finding, array, NULL, NULL);
}

const char *const *finding_members(struct finding *finding, const json_t *array, const char *key,
                                   const char *except) {
  return strings(finding, array, key, except);
}

uint32_t json_scaled(const json_t *number, double unit, uint32_t max) {
  double value = json_number_value(number) * unit; /* 0 for anything else */
  if (!(value > 0))
    return 0;
  return value >= max ? max : (uint32_t)(value + 0.5);
}

int32_t cvss_tenths(const char *text) {
  char *end;
  double score = text && *text >= '0' && *text <= '9' ? strtod(text, &end) : -1;
  return score >= 0 && score <= 10 && !*end ? (int32_t)(score * 10 + 0.5) : -1;
}

uint32_t severity_of_score(uint32_t tenths) {
  if (tenths >= 90)
    return ARTM_SEVERITY_CRITICAL;
  if (tenths >= 70)
    return ARTM_SEVERITY_HIGH;
  if (tenths >= 40)
    return ARTM_SEVERITY_MEDIUM;
  return tenths ? ARTM_SEVERITY_LOW : ARTM_SEVERITY_NONE;
}

bool severity_of(const char *text, uint32_t *ret) {
  static const struct {
    const char *name;
    uint32_t severity;
  } names[] = {
      {"critical", ARTM_SEVERITY_CRITICAL},     {"high", ARTM_SEVERITY_HIGH},
      {"important", ARTM_SEVERITY_HIGH},        {"medium", ARTM_SEVERITY_MEDIUM},
      {"moderate", ARTM_SEVERITY_MEDIUM},       {"low", ARTM_SEVERITY_LOW},
      {"negligible", ARTM_SEVERITY_NEGLIGIBLE}, {"none", ARTM_SEVERITY_NONE},
      {"unknown", ARTM_SEVERITY_UNKNOWN},       {"unspecified", ARTM_SEVERITY_UNKNOWN},
  };
  for (size_t i = 0; text && i < sizeof names / sizeof names[0]; i++)
    if (!strcasecmp(text, names[i].name)) {
      *ret = names[i].severity;
      return true;
    }
  return false;
}

uint32_t package_class_of(const char *type) {
  static const char *const systems[] = {"apk",    "deb",    "rpm",    "alpm",   "portage",
                                        "opkg",   "alpine", "debian", "ubuntu", "redhat",
                                        "ebuild", "pacman", "msrc-kb"};
  static const char *const others[] = {
      "binary", "generic", "linux-kernel", "UnknownPackage", "docker", "linux-kernel-module",
      "oci"};
  if (!type)
    return ARTM_PACKAGE_OTHER;
  for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++)
    if (!strcasecmp(type, systems[i]))
      return ARTM_PACKAGE_OS;
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (!strcasecmp(type, others[i]))
      return ARTM_PACKAGE_OTHER;
  return ARTM_PACKAGE_LANG;
}
