/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the scan model. */
#include "report/severity.h"
#include <string.h>
#include <strings.h>

static const char *const severities[SEVERITY_COUNT] = {
    [ARTM_SEVERITY_UNKNOWN] = "UNKNOWN",       [ARTM_SEVERITY_NONE] = "NONE",
    [ARTM_SEVERITY_NEGLIGIBLE] = "NEGLIGIBLE", [ARTM_SEVERITY_LOW] = "LOW",
    [ARTM_SEVERITY_MEDIUM] = "MEDIUM",         [ARTM_SEVERITY_HIGH] = "HIGH",
    [ARTM_SEVERITY_CRITICAL] = "CRITICAL",
};
static const char *const fix_states[] = {
    [ARTM_FIX_UNKNOWN] = "unknown",
    [ARTM_FIX_FIXED] = "fixed",
    [ARTM_FIX_AFFECTED] = "affected",
    [ARTM_FIX_WONT_FIX] = "wont_fix",
    [ARTM_FIX_DEFERRED] = "deferred",
    [ARTM_FIX_END_OF_LIFE] = "eol",
    [ARTM_FIX_UNDER_INVESTIGATION] = "under_investigation",
    [ARTM_FIX_NOT_AFFECTED] = "not_affected",
};
static const char *const package_classes[] = {
    [ARTM_PACKAGE_OTHER] = "other",
    [ARTM_PACKAGE_OS] = "os",
    [ARTM_PACKAGE_LANG] = "lang",
};
#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* Only the two lowest stand elsewhere than their number says. */
unsigned severity_rank(uint32_t severity) {
  switch (severity) {
  case ARTM_SEVERITY_NONE:
    return 0;
  case ARTM_SEVERITY_UNKNOWN:
    return 1;
  default:
    return severity < SEVERITY_COUNT ? severity : 1;
  }
}

uint32_t severity_of_rank(unsigned rank) {
  switch (rank) {
  case 0:
    return ARTM_SEVERITY_NONE;
  case 1:
    return ARTM_SEVERITY_UNKNOWN;
  default:
    return rank < SEVERITY_COUNT ? rank : ARTM_SEVERITY_CRITICAL;
  }
}

const char *severity_name(uint32_t severity) {
  return severities[severity < SEVERITY_COUNT ? severity : ARTM_SEVERITY_UNKNOWN];
}

static bool find_name(const char *const *names, size_t count, const char *text, uint32_t *ret) {
  for (uint32_t i = 0; text != NULL && i < count; i++)
    if (strcasecmp(names[i], text) == 0) {
      *ret = i;
      return true;
    }
  return false;
}

bool severity_parse(const char *text, uint32_t *ret) {
  return find_name(severities, SEVERITY_COUNT, text, ret);
}

const char *fix_state_name(uint32_t fix_state) {
  return fix_states[fix_state < COUNT(fix_states) ? fix_state : ARTM_FIX_UNKNOWN];
}

bool fix_state_parse(const char *text, uint32_t *ret) {
  return find_name(fix_states, COUNT(fix_states), text, ret);
}

const char *package_class_name(uint32_t package_class) {
  return package_classes[package_class < COUNT(package_classes) ? package_class
                                                                : ARTM_PACKAGE_OTHER];
}

bool package_class_parse(const char *text, uint32_t *ret) {
  return find_name(package_classes, COUNT(package_classes), text, ret);
}
