/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's JSON report (its schema version 2), read finding by finding. */
#ifndef PLUGINS_TRIVY_REPORT_H
#define PLUGINS_TRIVY_REPORT_H
#include "common/json_walk.h"
#include <artmirror/scanner.h>

struct report_facts {
  char version[64]; /* of the Trivy that made it; "" in older ones' */
};
/* Hands everything to the sink. A report that is not whole is ARTM_E_INTERNAL, whatever the sink
 * got by then, and so is one about another image. digest: of the manifest, NULL if Trivy was not
 * told it. */
int32_t report_read(struct json_walk *, const struct artm_host *, struct artm_call *,
                    const char *digest, struct artm_finding_sink *, struct report_facts *ret);
#endif
