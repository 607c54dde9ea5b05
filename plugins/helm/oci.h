/* SPDX-License-Identifier: Apache-2.0 */
/* A chart in a registry, copied as it is. */
#ifndef PLUGINS_HELM_OCI_H
#define PLUGINS_HELM_OCI_H
#include "helm/helm.h"
#include "helm/oci_name.h"

struct oci_chart;

struct oci_wanted {
  const struct oci_name *name;
  const char *root;     /* tag or digest to ask for */
  const char *named_by; /* URL of the index that names it, or NULL: the user does */
  const char *layer;    /* digest that the chart's layer must have, or NULL */
  bool provenance;      /* it must have one */
};
/* No request. Texts are copied; helm outlives it. */
struct oci_chart *oci_open(const struct helm *, const struct oci_wanted *);
void oci_close(struct oci_chart *); /* NULL too */

const char *oci_repository(const struct oci_chart *); /* "host/path/name" */
bool oci_is_counted(const struct oci_chart *);

/* As artm_source has them. */
int32_t oci_resolve(struct oci_chart *, struct artm_call *, struct artm_descriptor_sink *);
int32_t oci_manifest(const struct oci_chart *, struct artm_call *, const char *reference,
                     struct artm_descriptor_sink *);
int32_t oci_open_blob(const struct oci_chart *, struct artm_call *, const struct artm_descriptor *,
                      uint64_t offset, struct artm_stream **ret);
int32_t oci_referrers(const struct oci_chart *, struct artm_call *, const char *digest,
                      struct artm_descriptor_sink *);

/* Lists the tags of a repository as versions. */
int32_t oci_list(const struct helm *, struct artm_call *, const struct oci_name *,
                 struct artm_version_sink *);
#endif
