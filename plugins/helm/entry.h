/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an entry of the section charts. */
#ifndef PLUGINS_HELM_ENTRY_H
#define PLUGINS_HELM_ENTRY_H
#include "helm/helm.h"
#include "helm/oci_name.h"

#define ENTRY_FIELDS 5
extern const struct artm_field entry_fields[ENTRY_FIELDS];

/* The repository of a chart below a repo_url of scheme oci://. */
int32_t entry_oci_name(const struct artm_host *, struct artm_call *, const char *repo_url,
                       const char *name, struct oci_name *ret);
#endif
