/* SPDX-License-Identifier: Apache-2.0 */
/* The content graph: what stays of an index, order of manifests, hostile shapes. Manifests are
 * written here by hand after image-spec's examples. */
#include "base/map.h"
#include "engine/graph.h"
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct store { /* manifests and blobs by digest */
  struct map items;
  int reads;
};

static struct digest put(struct store *store, const char *text) {
  struct digest digest = digest_of(text, strlen(text), NULL);
  if (!map_has(&store->items, digest.text))
    map_put(&store->items, digest.text, str_copy(text));
  return digest;
}

static int read_manifest(void *arg, struct artm_call *call, const struct descriptor *wanted,
                         struct descriptor *ret) {
  struct store *store = arg;
  const char *text = map_get(&store->items, wanted->digest.text);
  store->reads++;
  if (!text)
    return call_fail(call, ARTM_E_NOT_FOUND, "no such manifest");
  ret->data = str_copy(text);
  ret->data_size = strlen(text);
  ret->digest = wanted->digest;
  return 0;
}

static int read_config(void *arg, struct artm_call *call, const struct descriptor *config,
                       void **ret) {
  struct store *store = arg;
  const char *text = map_get(&store->items, config->digest.text);
  if (!text)
    return call_fail(call, ARTM_E_NOT_FOUND, "no such blob");
  *ret = str_copy(text);
  return 0;
}

/* An image with one layer of its own and one that all share. */
static char *image(struct store *store, const char *os, const char *arch) {
  auto_free char *config = str_format("{\"os\":\"%s\",\"architecture\":\"%s\"}", os, arch);
  auto_free char *layer = str_format("layer of %s", arch);
  struct digest c = put(store, config), l = put(store, layer), shared = put(store, "shared");
  return str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST
                    "\",\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG
                    "\",\"digest\":\"%s\",\"size\":%zu},\"layers\":["
                    "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"%s\","
                    "\"size\":%zu},"
                    "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"%s\","
                    "\"size\":6}]}",
                    c.text, strlen(config), l.text, strlen(layer), shared.text);
}

static char *child(const struct digest *digest, size_t size, const char *os, const char *arch,
                   const char *variant, const char *attests) {
  auto_free char *extra =
      attests ? str_format(",\"annotations\":{\"vnd.docker.reference.type\":"
                           "\"attestation-manifest\",\"vnd.docker.reference.digest\":\"%s\"}",
                           attests)
              : str_copy("");
  auto_free char *v = variant ? str_format(",\"variant\":\"%s\"", variant) : str_copy("");
  return str_format("{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"%s\",\"size\":%zu,"
                    "\"platform\":{\"architecture\":\"%s\",\"os\":\"%s\"%s}%s}",
                    digest->text, size, arch, os, v, extra);
}

/* amd64, arm64/v8, arm/v7, and an attestation of arm64. */
static char *multi_platform_index(struct store *store) {
  auto_free char *amd = image(store, "linux", "amd64");
  auto_free char *arm64 = image(store, "linux", "arm64");
  auto_free char *arm = image(store, "linux", "arm");
  auto_free char *attestation = image(store, "unknown", "unknown");
  struct digest a = put(store, amd), b = put(store, arm64), c = put(store, arm),
                d = put(store, attestation);
  auto_free char *ca = child(&a, strlen(amd), "linux", "amd64", NULL, NULL);
  auto_free char *cb = child(&b, strlen(arm64), "linux", "arm64", "v8", NULL);
  auto_free char *cc = child(&c, strlen(arm), "linux", "arm", "v7", NULL);
  auto_free char *cd = child(&d, strlen(attestation), "unknown", "unknown", NULL, b.text);
  return str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX
                    "\",\"manifests\":[%s,%s,%s,%s]}",
                    ca, cb, cc, cd);
}

static int build(struct store *store, const char *root, const char *const *platforms,
                 enum index_mode mode, struct artm_call *call, struct graph **ret) {
  struct platform wanted[4] = {0};
  size_t count = 0;
  for (; platforms && platforms[count]; count++)
    assert_true(platform_parse(platforms[count], &wanted[count]));
  struct entry entry = {
      .name = "test", .platforms = wanted, .platform_count = count, .index = mode};
  struct descriptor descriptor = {.data = str_copy(root),
                                  .data_size = strlen(root),
                                  .digest = digest_of(root, strlen(root), NULL)};
  int result = graph_build(&entry, &descriptor, read_manifest, read_config, store, call, ret);
  descriptor_done(&descriptor);
  return result;
}

static void store_done(struct store *store) {
  for (size_t i = 0; i < store->items.count; i++)
    free(store->items.items[i].value);
  map_done(&store->items);
}

static void verbatim_keeps_root_and_all(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = multi_platform_index(&store);
  auto_call call = {0};
  struct graph *graph = NULL;
  assert_int_equal(build(&store, root, NULL, INDEX_FILTERED, &call, &graph), 0);
  assert_int_equal(graph->manifest_count, 4);
  assert_int_equal(graph->blob_count, 9); /* 4 configs, 4 layers, 1 shared */
  assert_int_equal(graph->root->size, strlen(root));
  assert_memory_equal(graph->root->bytes, root, strlen(root));
  assert_int_equal(graph->platform_count, 3);
  graph_free(graph);
  store_done(&store);
}

static void filtered_cuts_and_keeps_attestations(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = multi_platform_index(&store);
  auto_call call = {0};
  struct graph *graph = NULL;
  const char *wanted[] = {"linux/arm64", NULL};
  assert_int_equal(build(&store, root, wanted, INDEX_FILTERED, &call, &graph), 0);
  assert_int_equal(graph->manifest_count, 2); /* arm64 and its attestation */
  assert_int_equal(store.reads, 2);           /* nothing else was read */
  assert_string_equal(graph->root->media_type, MEDIA_OCI_INDEX);
  assert_int_equal(graph->root->item_count, 2);
  assert_string_equal(manifest_annotation(graph->root, ANNOTATION_SOURCE_DIGEST),
                      graph->source_digest.text);
  assert_string_equal(manifest_annotation(graph->root, ANNOTATION_PLATFORMS), "linux/arm64");
  assert_null(strstr(graph->root->bytes, "amd64"));
  graph_free(graph);
  store_done(&store);
}

static void sparse_keeps_the_root(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = multi_platform_index(&store);
  auto_call call = {0};
  struct graph *graph = NULL;
  const char *wanted[] = {"linux/arm", NULL};
  assert_int_equal(build(&store, root, wanted, INDEX_SPARSE, &call, &graph), 0);
  assert_int_equal(graph->manifest_count, 1);
  assert_memory_equal(graph->root->bytes, root, strlen(root));
  graph_free(graph);
  store_done(&store);
}

static void missing_platform_lists_what_there_is(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = multi_platform_index(&store);
  auto_call call = {0};
  struct graph *graph = NULL;
  const char *wanted[] = {"linux/amd64", "linux/s390x", NULL};
  assert_int_equal(build(&store, root, wanted, INDEX_FILTERED, &call, &graph), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.error.message, "linux/s390x"));
  assert_non_null(strstr(call.error.message, "linux/arm64/v8"));
  assert_null(graph);
  store_done(&store);
}

static void single_manifest_is_checked(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = image(&store, "linux", "amd64");
  auto_call call = {0};
  struct graph *graph = NULL;
  const char *right[] = {"linux/amd64", NULL}, *wrong[] = {"linux/arm64", NULL};
  assert_int_equal(build(&store, root, right, INDEX_FILTERED, &call, &graph), 0);
  assert_memory_equal(graph->root->bytes, root, strlen(root));
  graph_free(graph);
  graph = NULL;
  assert_int_equal(build(&store, root, wrong, INDEX_FILTERED, &call, &graph), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(call.error.message, "linux/amd64"));
  store_done(&store);
}

static char *index_of(struct store *store, const char *below) {
  struct digest digest = put(store, below);
  return str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX
                    "\",\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}]}",
                    strstr(below, "\"layers\"") ? MEDIA_OCI_MANIFEST : MEDIA_OCI_INDEX, digest.text,
                    strlen(below));
}

static void nesting_is_limited(void **state) {
  (void)state;
  struct store store = {0};
  char *below = image(&store, "linux", "amd64");
  for (int depth = 0; depth < 10; depth++) {
    char *above = index_of(&store, below);
    free(below);
    below = above;
    auto_call call = {0};
    struct graph *graph = NULL;
    int result = build(&store, below, NULL, INDEX_FILTERED, &call, &graph);
    if (depth < GRAPH_DEPTH_MAX) {
      assert_int_equal(result, 0);
      /* children come before their parents */
      assert_int_equal(graph->manifests[0]->kind, MANIFEST_IMAGE);
    } else {
      assert_int_equal(result, ARTM_E_DIGEST);
    }
    graph_free(graph);
  }
  free(below);
  store_done(&store);
}

static void same_child_twice_is_read_once(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *amd = image(&store, "linux", "amd64");
  struct digest digest = put(&store, amd);
  auto_free char *one = child(&digest, strlen(amd), "linux", "amd64", NULL, NULL);
  auto_free char *root = str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX
                                    "\",\"manifests\":[%s,%s,%s]}",
                                    one, one, one);
  auto_call call = {0};
  struct graph *graph = NULL;
  assert_int_equal(build(&store, root, NULL, INDEX_FILTERED, &call, &graph), 0);
  assert_int_equal(store.reads, 1);
  assert_int_equal(graph->manifest_count, 1);
  graph_free(graph);
  store_done(&store);
}

static void absent_child_fails(void **state) {
  (void)state;
  struct store store = {0}, other = {0};
  auto_free char *root = multi_platform_index(&other);
  auto_call call = {0};
  struct graph *graph = NULL;
  assert_int_equal(build(&store, root, NULL, INDEX_FILTERED, &call, &graph), ARTM_E_NOT_FOUND);
  store_done(&other);
}

/* "size": N of the first child becomes "size": 1N. */
static void a_child_of_another_size_fails(void **state) {
  (void)state;
  struct store store = {0};
  auto_free char *root = multi_platform_index(&store);
  const char *size = strstr(root, "\"size\":") + 7;
  auto_free char *wrong = str_format("%.*s1%s", (int)(size - root), root, size);
  auto_call call = {0};
  struct graph *graph = NULL;
  assert_int_equal(build(&store, wrong, NULL, INDEX_FILTERED, &call, &graph), ARTM_E_DIGEST);
  assert_non_null(strstr(call.error.message, "not 1"));
  store_done(&store);
}

/* An index of so many children, all with the same content but for one number. */
static char *wide_index(struct store *store, int count) {
  struct buf text = {0};
  buf_text(&text, "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[");
  for (int i = 0; i < count; i++) {
    auto_free char *arch = str_format("a%d", i);
    auto_free char *manifest = image(store, "linux", arch);
    struct digest digest = put(store, manifest);
    auto_free char *entry = child(&digest, strlen(manifest), "linux", arch, NULL, NULL);
    buf_printf(&text, "%s%s", i ? "," : "", entry);
  }
  buf_text(&text, "]}");
  return buf_take(&text);
}

static void children_are_limited(void **state) {
  (void)state;
  for (int over = 0; over < 2; over++) {
    struct store store = {0};
    auto_free char *root = wide_index(&store, GRAPH_MANIFESTS_MAX - 1 + over);
    auto_call call = {0};
    struct graph *graph = NULL;
    int result = build(&store, root, NULL, INDEX_FILTERED, &call, &graph);
    assert_int_equal(result, over ? ARTM_E_DIGEST : 0);
    if (!over)
      assert_int_equal(graph->manifest_count, GRAPH_MANIFESTS_MAX - 1);
    graph_free(graph);
    store_done(&store);
  }
}

static void foreign_layers_are_noted_once_and_left(void **state) {
  (void)state;
  struct store store = {0};
  const char *config_text = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
  struct digest config = put(&store, config_text);
  struct digest layer = digest_of("elsewhere", 9, NULL);
  auto_free char *foreign =
      str_format("{\"mediaType\":\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\","
                 "\"digest\":\"%s\",\"size\":9,\"urls\":[\"https://foreign.test/layer\"]}",
                 layer.text);
  auto_free char *root = str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST
                                    "\",\"config\":{\"mediaType\":\"" MEDIA_OCI_CONFIG
                                    "\",\"digest\":\"%s\",\"size\":%zu},\"layers\":[%s,%s]}",
                                    config.text, strlen(config_text), foreign, foreign);
  auto_call call = {0};
  struct graph *graph = NULL;
  assert_int_equal(build(&store, root, NULL, INDEX_FILTERED, &call, &graph), 0);
  assert_int_equal(graph->blob_count, 1);
  assert_int_equal(graph_blob_bytes(graph), strlen(config_text));
  assert_int_equal(graph->notes.count, 1);
  assert_non_null(strstr(graph->notes.items[0], layer.text));
  graph_free(graph);
  store_done(&store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(verbatim_keeps_root_and_all),
      cmocka_unit_test(filtered_cuts_and_keeps_attestations),
      cmocka_unit_test(sparse_keeps_the_root),
      cmocka_unit_test(missing_platform_lists_what_there_is),
      cmocka_unit_test(single_manifest_is_checked),
      cmocka_unit_test(nesting_is_limited),
      cmocka_unit_test(same_child_twice_is_read_once),
      cmocka_unit_test(absent_child_fails),
      cmocka_unit_test(a_child_of_another_size_fails),
      cmocka_unit_test(children_are_limited),
      cmocka_unit_test(foreign_layers_are_noted_once_and_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
