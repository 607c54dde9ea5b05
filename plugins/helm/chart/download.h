/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a chart repository, brought here. */
#ifndef PLUGINS_HELM_DOWNLOAD_H
#define PLUGINS_HELM_DOWNLOAD_H
#include "common/grammar.h"
#include "helm/repository/repository.h"

/* An archive in an unnamed file, which whoever has it closes. */
struct download {
  int fd;
  uint64_t size;
  char digest[DIGEST_TEXT_MAX];
  const char *url; /* where it came from, as the index has it; lives as long as that */
};
/* From the first address of the version that has it, with the index's digest if that is told. */
int32_t download_chart(struct helm *, struct artm_call *, const char *repo_url,
                       const struct index_version *, struct download *ret);

/* A text up to max bytes, beside a file of the index; caller frees. ARTM_NO: not there. */
int32_t download_text(struct helm *, struct artm_call *, const char *repo_url, const char *url,
                      const char *suffix, size_t max, char **ret, size_t *ret_size);

/* An address of the index for people: resolved, without what may be secret. Caller frees. */
char *download_shown(const char *repo_url, const char *url);
#endif
