/* SPDX-License-Identifier: Apache-2.0 */
/* What the plugin docker is and knows of hosts: Docker Hub is reached elsewhere than it is called,
 * and has its tokens made elsewhere again; so has gitlab.com's registry. */
#include "docker/docker.h"
#include <artmirror/plugin.h>

static const struct artm_plugin docker = {
    .struct_size = sizeof docker,
    .threads = ARTM_THREADS_PARALLEL,
    .source = &docker_source,
};

ARTM_PLUGIN(docker, "id=docker\0"
                    "version=1.0.0\0"
                    "summary=Images of any OCI or Docker registry\0"
                    "section=images\0"
                    "noun=image\0"
                    "reference=docker://\0"
                    "reference=\0"
                    "host=docker.io=registry-1.docker.io\0"
                    "host=index.docker.io=registry-1.docker.io\0"
                    "realm=docker.io=auth.docker.io\0"
                    "realm=registry-1.docker.io=auth.docker.io\0"
                    "realm=registry.gitlab.com=gitlab.com\0"
                    "budget=docker.io=ratelimit-limit,ratelimit-remaining\0"
                    "budget=registry-1.docker.io=ratelimit-limit,ratelimit-remaining\0")
