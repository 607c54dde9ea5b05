/* SPDX-License-Identifier: Apache-2.0 */
/* A chart of a classic repository, made into the artefact that helm push writes. */
#ifndef PLUGINS_HELM_CHART_H
#define PLUGINS_HELM_CHART_H
#include "common/grammar.h"
#include "helm/repository/repository.h"

enum provenance { PROVENANCE_AUTO, PROVENANCE_REQUIRE, PROVENANCE_NEVER };

struct chart_wanted {
  const char *repo_url, *name;
  const struct index_version *version; /* as the index has it */
  const char *pin;                     /* digest of the archive or of the manifest, or NULL */
  enum provenance provenance;
  const char *where; /* for messages */
};

/* Content in memory. */
struct chart_blob {
  char *data;
  size_t size;
  char digest[DIGEST_TEXT_MAX];
};

struct chart {
  int fd; /* the archive */
  uint64_t size;
  char digest[DIGEST_TEXT_MAX];
  struct chart_blob config, manifest;
  struct chart_blob provenance; /* data NULL: none */
};

/* Downloads and checks the chart. */
int32_t chart_fetch(struct helm *, struct artm_call *, const struct chart_wanted *,
                    struct chart **ret);
void chart_free(struct chart *);

int32_t chart_add_root(const struct chart *, struct artm_descriptor_sink *);
int32_t chart_open_blob(const struct chart *, const struct artm_host *, struct artm_call *,
                        const char *digest, uint64_t offset, struct artm_stream **ret);

/* Does the manifest hold this chart? fetched may be NULL. As artm_source.matches. */
int32_t chart_matches(const struct chart_wanted *, const struct chart *fetched,
                      const struct artm_descriptor *manifest);
#endif
