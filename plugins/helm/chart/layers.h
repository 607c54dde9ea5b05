/* SPDX-License-Identifier: Apache-2.0 */
/* What a manifest tells of a chart. */
#ifndef PLUGINS_HELM_LAYERS_H
#define PLUGINS_HELM_LAYERS_H
#include "common/grammar.h"
#include <artmirror/types.h>

struct chart_layers {
  bool is_index;               /* no manifest itself */
  bool is_chart;               /* its config is a chart's */
  char chart[DIGEST_TEXT_MAX]; /* digest of the layer that helm takes, the last one; "" if none */
  bool has_provenance;
};
/* Of a manifest with its data. What can't be read has none of it. */
struct chart_layers layers_read(const struct artm_descriptor *);
#endif
