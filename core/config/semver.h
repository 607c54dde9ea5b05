/* SPDX-License-Identifier: Apache-2.0 */
/* Semantic versions (semver.org 2.0.0) and ranges of them, in the grammar of Masterminds/semver 3.
 */
#ifndef CONFIG_SEMVER_H
#define CONFIG_SEMVER_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct semver {
  uint64_t major, minor, patch;
  const char *prerelease; /* borrowed from the text, with its length; length 0: none */
  size_t prerelease_length;
  const char *build;
  size_t build_length;
};
/* A full x.y.z with optional pre-release and build metadata, a leading "v" allowed; "_" stands for
 * "+" where a tag can't have one. False: not one. ret borrows text. */
bool semver_parse(const char *text, struct semver *ret);
/* Precedence: semver.org section 11; build metadata does not count. <0, 0, >0. */
int semver_compare(const struct semver *, const struct semver *);
/* Is this a pre-release by semver.org section 9? Moves *p behind it. For ranges too. */
bool semver_read_prerelease(const char **p, const char **ret, size_t *ret_length);
/* The same for build metadata, whose numbers may begin with 0. */
bool semver_read_build(const char **p, const char **ret, size_t *ret_length);
/* A decimal number that fits. Moves *p behind it. */
bool semver_read_number(const char **p, uint64_t *ret);

struct semver_range;
/* "^1.2", "~1.4", ">=1.2 <2 || 3.x", "1.2 - 1.4": the grammar and meaning of Masterminds/semver 3,
 * where "1.2" is "~1.2", ">11" is ">=12", and "^*" has 0.0.0 only. ARTM_E_CONFIG says what is
 * wrong.
 */
int semver_range_parse(const char *text, struct semver_range **ret, struct error *err);
/* A pre-release is only in a range whose alternative names one, or with prereleases set. */
bool semver_range_has(const struct semver_range *, const struct semver *, bool prereleases);
void semver_range_free(struct semver_range *);
#endif
