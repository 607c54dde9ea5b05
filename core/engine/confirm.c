/* SPDX-License-Identifier: Apache-2.0 */
/* A tag that is to change: what its old content tells about blobs that need not be asked for. Only
 * where the target refuses manifests whose parts it lacks. Failures here cost requests, no more. */
#include "engine/job.h"
#include "engine/manifests.h"
#include <string.h>

static void confirm_image(struct known *known, const struct manifest *image, uint32_t repository) {
  known_confirm(known, &image->config.digest, repository);
  for (size_t i = 0; i < image->item_count; i++)
    if (!image->items[i].foreign)
      known_confirm(known, &image->items[i].digest, repository);
}

/* Of what the tag was just seen to have: the root, or a child of it. The bytes need not come from
 * the target, they are the same everywhere. */
static struct manifest *read_old(struct job *job, const struct digest *digest) {
  auto_call call = job_call(job);
  auto_descriptor read = {0};
  struct manifest *manifest = NULL;
  if (!manifest_cache_recall(job->run->manifests, digest, &read)) {
    if (job_target_manifest(job, &call, digest->text, &read) != 0)
      return NULL;
    manifest_cache_put(job->run->manifests, &read);
  }
  manifest_parse(read.data, read.data_size, read.media_type, &manifest, &call.error);
  return manifest;
}

/* The old child for the same platform most likely shares layers with the new one. */
static void confirm_old_child(struct job *job, const struct manifest *old,
                              const struct platform *platform) {
  struct known *known = job->run->known[job->target_index];
  for (size_t i = 0; i < old->item_count; i++) {
    const struct descriptor *child = &old->items[i];
    if (!child->has_platform || memcmp(&child->platform, platform, sizeof *platform) != 0)
      continue;
    struct manifest *image = read_old(job, &child->digest);
    if (image && image->kind == MANIFEST_IMAGE)
      confirm_image(known, image, job->known_repository);
    manifest_free(image);
    return;
  }
}

static void confirm_index(struct job *job, const struct manifest *old) {
  struct known *known = job->run->known[job->target_index];
  const struct graph *graph = job->graph;
  for (size_t i = 0; !job->repository->sparse && i < old->item_count; i++)
    known_confirm(known, &old->items[i].digest, job->known_repository);
  for (size_t i = 0; i < graph->manifest_count; i++) {
    const struct manifest *manifest = graph->manifests[i];
    if (manifest->kind == MANIFEST_IMAGE &&
        known_is_confirmed(known, &manifest->digest, job->known_repository))
      confirm_image(known, manifest, job->known_repository);
  }
  for (size_t i = 0; graph->root->kind == MANIFEST_INDEX && i < graph->root->item_count; i++) {
    const struct descriptor *child = &graph->root->items[i];
    if (child->has_platform && !platform_is_unknown(&child->platform) &&
        !known_is_confirmed(known, &child->digest, job->known_repository))
      confirm_old_child(job, old, &child->platform);
  }
}

void job_learn_from_target(struct job *job) {
  if (known_is_doubted(job->run->known[job->target_index], job->known_repository))
    return;
  if (!job->repository->validates || !digest_is_set(&job->old.digest) || row_is_sparse(job->row))
    return;
  auto_error ignored = {0};
  struct manifest *old = NULL;
  if (job->old.data)
    manifest_parse(job->old.data, job->old.data_size, job->old.media_type, &old, &ignored);
  else
    old = read_old(job, &job->old.digest);
  if (!old)
    return;
  if (old->kind == MANIFEST_INDEX)
    confirm_index(job, old);
  else
    confirm_image(job->run->known[job->target_index], old, job->known_repository);
  manifest_free(old);
}
