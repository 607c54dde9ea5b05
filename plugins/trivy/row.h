/* SPDX-License-Identifier: Apache-2.0 */
/* One finding of Trivy's report as a row. */
#ifndef PLUGINS_TRIVY_ROW_H
#define PLUGINS_TRIVY_ROW_H
#include "common/finding.h"

/* Of the result that the finding belongs to. */
struct row_place {
  uint32_t package_class;
  const char *type; /* "alpine", "gobinary"; or NULL */
  const char
      *target; /* where its packages are, for those that have no path of their own; or NULL */
};
/* Fills the finding from a DetectedVulnerability, whose strings it lends. False: it has no id or no
 * package. */
bool row_read(const json_t *vulnerability, const struct row_place *, struct finding *ret);
#endif
