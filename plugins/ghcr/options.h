/* SPDX-License-Identifier: Apache-2.0 */
/* The instance, made of the target's options. */
#ifndef PLUGINS_GHCR_OPTIONS_H
#define PLUGINS_GHCR_OPTIONS_H
#include "ghcr/ghcr.h"

/* As artm_target.create and destroy. */
int32_t ghcr_create(const struct artm_host *, struct artm_call *, const struct artm_config *,
                    void **self);
void ghcr_destroy(void *self);
#endif
