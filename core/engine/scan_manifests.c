/* SPDX-License-Identifier: Apache-2.0 */
/* The image manifests of what a job has at its target, each with its platform. */
#include "engine/manifests.h"
#include "engine/scan.h"
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX (4u << 20)

struct walk {
  struct job *job;
  struct artm_call *call;
  bool may_ask;
  bool is_partial; /* a child is not at the target: whoever has them all needs another list */
  struct map seen; /* digests */
  struct scan_manifests *list;
};

static const struct manifest *in_graph(const struct graph *graph, const struct digest *digest) {
  if (!graph)
    return NULL;
  if (digest_equal(&graph->root->digest, digest))
    return graph->root;
  for (size_t i = 0; i < graph->manifest_count; i++)
    if (digest_equal(&graph->manifests[i]->digest, digest))
      return graph->manifests[i];
  return NULL;
}

/* From what is at hand, else from the target. ARTM_NO: not there, or not to be asked for. */
static int load(const struct walk *walk, const struct digest *digest, struct manifest **ret) {
  struct job *job = walk->job;
  auto_descriptor read = {0};
  const struct manifest *known = in_graph(job->row->graph, digest);
  int result = 0;
  if (known) {
    result = manifest_parse(known->bytes, known->size, known->media_type, ret, &walk->call->error);
  } else if (job->old.data && digest_equal(&job->old.digest, digest)) {
    result = manifest_parse(job->old.data, job->old.data_size, job->old.media_type, ret,
                            &walk->call->error);
  } else {
    /* What another job has read need not be at this target where some of it is left out. */
    if (row_is_sparse(job->row) || !manifest_cache_get(job->run->manifests, digest, &read))
      result = walk->may_ask ? job_target_manifest(job, walk->call, digest->text, &read) : ARTM_NO;
    if (result != 0)
      return result;
    result = manifest_parse(read.data, read.data_size, read.media_type, ret, &walk->call->error);
  }
  if (result == 0)
    (*ret)->digest = *digest;
  return result;
}

/* What the image's own config says. */
static int read_platform(const struct walk *walk, const struct manifest *image,
                         struct platform *ret) {
  struct job *job = walk->job;
  const struct content_origin origin = {.repository = job->repository};
  const struct graph *graph = job->row->graph;
  auto_free void *config = NULL;
  auto_error no_json = {0};
  for (size_t i = 0; graph && i < graph->platform_count; i++)
    if (strcmp(graph->platforms[i].digest, image->digest.text) == 0 &&
        platform_parse(graph->platforms[i].platform, ret))
      return 0;
  if (image->config.size > CONFIG_MAX)
    return 0;
  if (!walk->may_ask)
    return ARTM_NO;
  int result = origin_read_blob(&origin, walk->call, &image->config, CONFIG_MAX,
                                job->run->options->retries, &config);
  if (result == 0) /* a config that is no JSON names no platform */
    config_platform_read(config, (size_t)image->config.size, ret, &no_json);
  return result;
}

static bool is_taken(const struct job *job, const char *config_media_type) {
  const struct run_input *input = job->run->input;
  for (size_t i = 0; i < input->scanner_count; i++)
    if (input->scanners[i].scanner && scanner_takes(input->scanners[i].scanner, config_media_type))
      return true;
  return false;
}

static int add_image(struct walk *walk, const struct manifest *image,
                     const struct descriptor *child) {
  const char *type = image->config.media_type ? image->config.media_type : "";
  struct platform platform = {0};
  char name[96] = "";
  if (child && child->has_platform)
    platform = child->platform;
  else if (is_taken(walk->job, type)) {
    int result = read_platform(walk, image, &platform);
    if (result != 0)
      return result;
  }
  if (platform.os[0])
    platform_format(&platform, name);
  struct scan_manifest item = {.digest = image->digest,
                               .size = image->size,
                               .media_type = image->media_type,
                               .config_media_type = (char *)type,
                               .platform = name};
  scan_manifests_add(walk->list, &item);
  return 0;
}

static int visit(struct walk *walk, const struct digest *digest, const struct descriptor *child,
                 unsigned depth);

static int visit_children(struct walk *walk, const struct manifest *index, unsigned depth) {
  int result = 0;
  for (size_t i = 0; result == 0 && i < index->item_count; i++) {
    const struct descriptor *child = &index->items[i];
    if (map_put(&walk->seen, child->digest.text, walk))
      result = visit(walk, &child->digest, child, depth + 1);
  }
  return result;
}

static int visit(struct walk *walk, const struct digest *digest, const struct descriptor *child,
                 unsigned depth) {
  struct manifest *manifest = NULL;
  if (depth > GRAPH_DEPTH_MAX)
    return call_fail(walk->call, ARTM_E_DIGEST, "indexes nested deeper than %d", GRAPH_DEPTH_MAX);
  if (walk->seen.count > GRAPH_MANIFESTS_MAX)
    return call_fail(walk->call, ARTM_E_DIGEST, "more than %d manifests below one root",
                     GRAPH_MANIFESTS_MAX);
  int result = load(walk, digest, &manifest);
  if (result == ARTM_NO && child && walk->may_ask) {
    walk->is_partial = true; /* of a sparse index */
    return 0;
  }
  if (result != 0)
    return result;
  if (manifest->kind == MANIFEST_INDEX)
    result = visit_children(walk, manifest, depth);
  else if (!manifest_is_attestation(manifest)) /* by its content: anybody can call it unknown */
    result = add_image(walk, manifest, child);
  manifest_free(manifest);
  return result;
}

int job_scan_manifests(struct job *job, struct artm_call *call, const struct digest *root,
                       bool may_ask, struct scan_manifests *ret) {
  struct scan_cache *cache = job->run->input->scans;
  /* Which children are there may change, and is not known of what the config does not name. */
  bool is_sparse = row_is_sparse(job->row) || !job->row->matrix->entry->node;
  if (!is_sparse && scan_cache_get_manifests(cache, root, ret))
    return 0;
  struct scan_manifests list = {0};
  struct walk walk = {.job = job, .call = call, .may_ask = may_ask, .list = &list};
  int result = visit(&walk, root, NULL, 0);
  map_done(&walk.seen);
  if (result != 0) {
    scan_manifests_done(&list);
    return result;
  }
  if (!is_sparse && !walk.is_partial)
    scan_cache_put_manifests(cache, root, &list);
  *ret = list;
  return 0;
}
