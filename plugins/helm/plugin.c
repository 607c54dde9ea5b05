/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin helm is. */
#include "helm/helm.h"
#include <artmirror/plugin.h>

static const struct artm_plugin helm = {
    .struct_size = sizeof helm,
    .threads = ARTM_THREADS_PARALLEL,
    .source = &helm_source,
};

ARTM_PLUGIN(helm, "id=helm\0"
                  "version=1.0.0\0"
                  "summary=Helm charts of chart repositories and registries\0"
                  "section=charts\0"
                  "noun=chart\0"
                  "reference=oci://\0"
                  "reference=https://\0"
                  "reference=http://\0"
                  "reference=file://\0")
