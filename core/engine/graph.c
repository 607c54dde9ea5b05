/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the content graph of one artefact and collects what has to stand at the target. */
#include "engine/graph.h"
#include "base/map.h"
#include <stdlib.h>
#include <string.h>

#define CONFIG_MAX (4u << 20)

struct walk {
  const struct entry *entry;
  manifest_reader *read_manifest;
  config_reader *read_config;
  void *arg;
  struct artm_call *call;
  struct graph *graph;
  struct map manifests, blobs; /* digests seen */
};

static void add_platform(struct graph *graph, const struct platform *platform,
                         const struct digest *digest) {
  char name[96];
  platform_format(platform, name);
  graph->platforms =
      mem_resize(graph->platforms, graph->platform_count + 1, sizeof *graph->platforms);
  graph->platforms[graph->platform_count++] =
      (struct job_platform){str_copy(name), str_copy(digest->text)};
}

static void add_blob(struct walk *walk, const struct descriptor *blob) {
  struct graph *graph = walk->graph;
  if (!map_put(&walk->blobs, blob->digest.text, (void *)(uintptr_t)blob))
    return;
  if (blob->foreign) {
    strings_add_taken(&graph->notes,
                      str_format("foreign layer %s is not mirrored", blob->digest.text));
    return;
  }
  graph->blobs =
      mem_grow(graph->blobs, graph->blob_count, &graph->blob_capacity, sizeof *graph->blobs);
  graph->blobs[graph->blob_count++] = blob;
}

static void add_image(struct walk *walk, const struct manifest *image) {
  add_blob(walk, &image->config);
  for (size_t i = 0; i < image->item_count; i++)
    add_blob(walk, &image->items[i]);
}

static int walk_children(struct walk *walk, const struct manifest *index, const bool *keep,
                         unsigned depth);

/* Reads a child and what is below it, and adds it after its own children. */
static int walk_child(struct walk *walk, const struct descriptor *child, unsigned depth) {
  if (!map_put(&walk->manifests, child->digest.text, walk))
    return 0;
  struct graph *graph = walk->graph;
  if (walk->manifests.count > GRAPH_MANIFESTS_MAX)
    return call_fail(walk->call, ARTM_E_DIGEST, "more than %d manifests below one root",
                     GRAPH_MANIFESTS_MAX);
  if (depth > GRAPH_DEPTH_MAX)
    return call_fail(walk->call, ARTM_E_DIGEST, "indexes nested deeper than %d", GRAPH_DEPTH_MAX);
  auto_descriptor read = {0};
  int result = walk->read_manifest(walk->arg, walk->call, child, &read);
  if (result != 0)
    return result;
  if (read.data_size != child->size)
    return call_fail(walk->call, ARTM_E_DIGEST, "manifest %s has %zu bytes, not %llu as announced",
                     child->digest.text, read.data_size, (unsigned long long)child->size);
  struct manifest *manifest = NULL;
  result =
      manifest_parse(read.data, read.data_size, child->media_type, &manifest, &walk->call->error);
  if (result < 0)
    return error_wrap(&walk->call->error, "manifest %s", child->digest.text);
  manifest->digest = child->digest; /* what it was asked by, also if that is no sha256 */
  if (manifest->kind == MANIFEST_INDEX)
    result = walk_children(walk, manifest, NULL, depth + 1);
  else
    add_image(walk, manifest);
  /* Added even after a failure: graph_free then frees it, and blobs point into it. */
  graph->manifests = mem_grow(graph->manifests, graph->manifest_count, &graph->manifest_capacity,
                              sizeof *graph->manifests);
  graph->manifests[graph->manifest_count++] = manifest;
  return result;
}

/* keep NULL: all of them. */
static int walk_children(struct walk *walk, const struct manifest *index, const bool *keep,
                         unsigned depth) {
  for (size_t i = 0; i < index->item_count; i++) {
    const struct descriptor *child = &index->items[i];
    if (keep && !keep[i])
      continue;
    int result = walk_child(walk, child, depth);
    if (result < 0)
      return result;
    if (child->has_platform && !platform_is_unknown(&child->platform) && depth == 1)
      add_platform(walk->graph, &child->platform, &child->digest);
  }
  return 0;
}

static int use_cut_index(struct walk *walk, const struct manifest *index, const bool *keep) {
  auto_free char *platforms = graph_wanted_platforms(walk->entry);
  size_t size = 0;
  auto_free char *bytes = index_cut(index, keep, platforms, &size);
  struct manifest *cut = NULL;
  int result = manifest_parse(bytes, size, MEDIA_OCI_INDEX, &cut, &walk->call->error);
  if (result < 0)
    return error_wrap(&walk->call->error, "the index cut to %s", platforms);
  manifest_free(walk->graph->root);
  walk->graph->root = cut;
  return 0;
}

static int walk_index_root(struct walk *walk, const struct manifest *index) {
  const struct entry *entry = walk->entry;
  if (!entry->platform_count)
    return walk_children(walk, index, NULL, 1);
  auto_free bool *keep = mem_array(index->item_count + 1, sizeof *keep);
  int result = children_choose(entry, index, keep, &walk->call->error);
  if (result == 0)
    result = walk_children(walk, index, entry->index == INDEX_VERBATIM ? NULL : keep, 1);
  if (result == 0 && entry->index == INDEX_FILTERED)
    result = use_cut_index(walk, index, keep);
  return result;
}

static int walk_image_root(struct walk *walk, const struct manifest *image) {
  add_image(walk, image);
  if (!walk->entry->platform_count)
    return 0;
  auto_free void *config = NULL;
  if (image->config.size > CONFIG_MAX)
    return call_fail(walk->call, ARTM_E_UNSUPPORTED,
                     "%s is a single manifest whose platform can't be read", walk->entry->name);
  int result = walk->read_config(walk->arg, walk->call, &image->config, &config);
  if (result < 0)
    return result;
  struct platform present = {0};
  result = config_platform_check(walk->entry, config, (size_t)image->config.size, &present,
                                 &walk->call->error);
  if (result == 0)
    add_platform(walk->graph, &present, &image->digest);
  return result;
}

int graph_build(const struct entry *entry, const struct descriptor *root,
                manifest_reader *read_manifest, config_reader *read_config, void *arg,
                struct artm_call *call, struct graph **ret) {
  struct manifest *parsed = NULL;
  int result = manifest_parse(root->data, root->data_size, root->media_type, &parsed, &call->error);
  if (result < 0)
    return error_wrap(&call->error, "manifest %s", root->digest.text);
  struct graph *graph = mem_alloc(sizeof *graph);
  parsed->digest = root->digest;
  graph->root = parsed;
  graph->source_digest = root->digest;
  struct walk walk = {.entry = entry,
                      .read_manifest = read_manifest,
                      .read_config = read_config,
                      .arg = arg,
                      .call = call,
                      .graph = graph};
  map_put(&walk.manifests, root->digest.text, &walk);
  result = parsed->kind == MANIFEST_INDEX ? walk_index_root(&walk, parsed)
                                          : walk_image_root(&walk, parsed);
  map_done(&walk.manifests);
  map_done(&walk.blobs);
  if (result < 0) {
    graph_free(graph);
    return result;
  }
  *ret = graph;
  return 0;
}

void graph_free(struct graph *graph) {
  if (!graph)
    return;
  for (size_t i = 0; i < graph->manifest_count; i++)
    manifest_free(graph->manifests[i]);
  for (size_t i = 0; i < graph->platform_count; i++) {
    free(graph->platforms[i].platform);
    free(graph->platforms[i].digest);
  }
  free(graph->manifests);
  free(graph->platforms);
  free(graph->blobs);
  manifest_free(graph->root);
  strings_done(&graph->notes);
  free(graph);
}

uint64_t graph_blob_bytes(const struct graph *graph) {
  uint64_t total = 0;
  for (size_t i = 0; i < graph->blob_count; i++)
    total += graph->blobs[i]->size;
  return total;
}
