/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin oci-layout: OCI image layouts on disk, as a source and as a target. */
#include "layout.h"

static const struct artm_plugin plugin = {.struct_size = sizeof plugin,
                                          .threads = ARTM_THREADS_PARALLEL,
                                          .source = &layout_source,
                                          .target = &layout_target};

ARTM_PLUGIN(plugin, "id=oci-layout\0"
                    "version=1.0.0\0"
                    "summary=OCI image layouts: folders on disk\0"
                    "section=layouts\0"
                    "noun=layout\0"
                    "reference=" PREFIX "\0"
                    "prefix=./\0"
                    "prefix=../\0"
                    "prefix=/\0"
                    "prefix=~/\0")
