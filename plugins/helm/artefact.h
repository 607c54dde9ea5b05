/* SPDX-License-Identifier: Apache-2.0 */
/* An entry at one version: a chart of a classic repository, or an artefact in a registry. Functions
 * are those of artm_source. */
#ifndef PLUGINS_HELM_ARTEFACT_H
#define PLUGINS_HELM_ARTEFACT_H
#include "helm/helm.h"

int32_t artefact_open(void *self, struct artm_call *, const struct artm_config *entry,
                      const struct artm_version *, struct artm_artefact **);
void artefact_close(struct artm_artefact *);
int32_t artefact_resolve(struct artm_artefact *, struct artm_call *, struct artm_descriptor_sink *);
int32_t artefact_matches(struct artm_artefact *, struct artm_call *,
                         const struct artm_descriptor *);
int32_t artefact_fetch(struct artm_artefact *, struct artm_call *, struct artm_descriptor_sink *);
int32_t artefact_manifest(struct artm_artefact *, struct artm_call *, const char *reference,
                          struct artm_descriptor_sink *);
int32_t artefact_open_blob(struct artm_artefact *, struct artm_call *,
                           const struct artm_descriptor *, uint64_t offset, struct artm_stream **);
int32_t artefact_referrers(struct artm_artefact *, struct artm_call *, const char *digest,
                           struct artm_descriptor_sink *);
#endif
