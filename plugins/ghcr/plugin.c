/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin ghcr is and knows of GitHub's environment. */
#include "ghcr/ghcr.h"
#include <artmirror/plugin.h>

static const struct artm_plugin ghcr = {
    .struct_size = sizeof ghcr,
    .threads = ARTM_THREADS_PARALLEL,
    .target = &ghcr_target,
};

ARTM_PLUGIN(ghcr, "id=ghcr\0"
                  "version=1.0.0\0"
                  "summary=GitHub's container registry and any other OCI registry\0"
                  "prefix=ghcr.io/\0"
                  "prefix=docker://\0"
                  "prefix=\0"
                  "login=ghcr.io=GITHUB_ACTOR:GITHUB_TOKEN\0"
                  "default=GITHUB_REPOSITORY_OWNER=ghcr.io/{}\0"
                  "default=GITHUB_REPOSITORY=ghcr.io/{owner}\0")
