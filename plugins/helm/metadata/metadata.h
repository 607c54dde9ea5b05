/* SPDX-License-Identifier: Apache-2.0 */
/* A chart's metadata as Helm reads it from Chart.yaml (and requirements.yaml), and what helm push
 * writes from it. Pure functions: no I/O, no host. */
#ifndef PLUGINS_HELM_METADATA_H
#define PLUGINS_HELM_METADATA_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct metadata; /* checked and sanitised as Helm's Metadata.Validate does */

/* Reads a chart's metadata. requirements is the chart's requirements.yaml or NULL; Helm reads it
 * over what Chart.yaml says, whatever the apiVersion. A leading byte order mark is skipped. NULL:
 * Helm would refuse the chart (or its YAML is beyond all measure), and *why (caller frees) says
 * why: "Chart.yaml, line 3: ...", "Chart.yaml: no version". */
struct metadata *metadata_read(const char *chart, size_t chart_size, const char *requirements,
                               size_t requirements_size, char **why);
void metadata_free(struct metadata *);
const char *metadata_name(const struct metadata *);
const char *metadata_version(const struct metadata *);

/* The config blob: Go's compact JSON of the metadata, byte for byte. Caller frees. */
char *metadata_config(const struct metadata *, size_t *size);

struct chart_part {
  const char *digest; /* "sha256:..." */
  uint64_t size;
};
/* The manifest as helm 3.12 writes it: layers sorted by digest, annotations without "created".
 * provenance may be NULL. Caller frees. */
char *metadata_manifest(const struct metadata *, const struct chart_part *config,
                        const struct chart_part *chart, const struct chart_part *provenance,
                        size_t *size);

/* Is text a version for Helm (Masterminds' NewVersion: a leading v and missing parts allowed)? */
bool version_is_legal(const char *text);
/* Do both name the same version, but for a leading v and missing parts? Build metadata counts. */
bool version_is_same(const char *a, const char *b);
#endif
