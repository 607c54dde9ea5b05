/* SPDX-License-Identifier: Apache-2.0 */
/* Findings made of a tool's JSON: strings lent by the JSON, lists owned by the finding. */
#ifndef COMMON_FINDING_H
#define COMMON_FINDING_H
#include <artmirror/scanner.h>
#include <jansson.h>
#include <stdbool.h>

#define FINDING_LIST_MAX 1000

struct finding {
  struct artm_finding row;
  void **owned;
  size_t owned_count;
};
void finding_init(struct finding *);
void finding_done(struct finding *);
#define auto_finding __attribute__((cleanup(finding_done))) struct finding

/* Zeroed memory, and a copy of a string, that live as long as the finding. */
void *finding_memory(struct finding *, size_t count, size_t size);
const char *finding_copy(struct finding *, const char *text, size_t length);

/* The member's text if it is a string and not empty, else NULL. object may be anything. */
const char *json_text(const json_t *object, const char *key);
/* The strings of an array, each once, up to FINDING_LIST_MAX; NULL if there is none. array may be
 * anything. */
const char *const *finding_strings(struct finding *, const json_t *array);
/* The strings that the objects of an array have under key, likewise, without except. */
const char *const *finding_members(struct finding *, const json_t *array, const char *key,
                                   const char *except);

/* A number times unit, rounded, within 0 and max; 0 if it is none. */
uint32_t json_scaled(const json_t *number, double unit, uint32_t max);
/* "9.8" as 98; -1: no score from 0 to 10. */
int32_t cvss_tenths(const char *text);
/* ARTM_SEVERITY_* of a CVSS score in tenths, by the specification's scale. */
uint32_t severity_of_score(uint32_t tenths);
/* Any case, with the spellings of other tools ("important", "moderate"). False: no severity. */
bool severity_of(const char *text, uint32_t *ret);
/* Seconds since 1970 of a date or of RFC 3339. False: neither. */
bool time_of(const char *text, int64_t *ret);
/* ARTM_PACKAGE_* by a package's type as package URLs and scanners name it. */
uint32_t package_class_of(const char *type);
#endif
