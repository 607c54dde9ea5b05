/* SPDX-License-Identifier: Apache-2.0 */
/* The provenance file beside a chart's archive. */
#ifndef PLUGINS_HELM_SIGNATURE_H
#define PLUGINS_HELM_SIGNATURE_H
#include "helm/chart/chart.h"

/* Downloads what stands beside the archive at url into chart->provenance, as the entry wants it. */
int32_t signature_fetch(struct helm *, struct artm_call *, const struct chart_wanted *,
                        const char *url, struct chart *);
#endif
