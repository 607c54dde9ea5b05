/* SPDX-License-Identifier: Apache-2.0 */
/* Source "helm": charts of classic repositories (index.yaml over https, http or file) and of OCI
 * registries. A classic chart becomes the artefact that helm 3.12 pushes; one in a registry is
 * copied as it is. */
#ifndef PLUGINS_HELM_HELM_H
#define PLUGINS_HELM_HELM_H
#include "common/registry.h"
#include <artmirror/source.h>
#include <artmirror/state.h>

#define CONFIG_TYPE "application/vnd.cncf.helm.config.v1+json"
#define CHART_TYPE "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
#define OLD_CHART_TYPE "application/tar+gzip" /* helm 3.7 and before */
#define PROVENANCE_TYPE "application/vnd.cncf.helm.chart.provenance.v1.prov"

/* Helm's own limits since 3.17.3: unpacked, and of one file in the archive. */
#define CHART_MAX (100u << 20)
#define CHART_FILE_MAX (5u << 20)
#define PROVENANCE_MAX (1u << 20)

struct repositories;

/* The instance. */
struct helm {
  struct registry_client client;
  const struct artm_state *state; /* NULL: the host has none */
  struct repositories *repositories;
};

/* parse.c: as artm_source.parse. */
int32_t helm_parse(void *self, struct artm_call *, const char *reference, struct artm_pair_sink *);

extern const struct artm_source helm_source;
#endif
