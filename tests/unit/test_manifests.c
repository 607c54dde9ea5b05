/* SPDX-License-Identifier: Apache-2.0 */
/* engine/manifests.h: memory of a run, and what lasts below it. */
#include "base/fs.h"
#include "base/memory.h"
#include "engine/manifests.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct manifest *parse(const char *text) {
  struct manifest *manifest = NULL;
  auto_error err = {0};
  assert_int_equal(manifest_parse(text, strlen(text), MEDIA_OCI_INDEX, &manifest, &err), 0);
  return manifest;
}

/* What was only read is not kept; what was published is, and memory does not claim it. */
static void the_cache_keeps_what_was_published(void **state) {
  (void)state;
  auto_free char *folder = NULL;
  auto_error err = {0};
  assert_int_equal(fs_private_folder(&folder, &err), 0);
  struct manifest *published = parse("{\"schemaVersion\":2,\"manifests\":[]}");
  struct manifest *only_read = parse("{\"schemaVersion\":2,\"manifests\":[ ]}");
  struct descriptor manifest = {.media_type = MEDIA_OCI_INDEX,
                                .digest = only_read->digest,
                                .data = only_read->bytes,
                                .data_size = only_read->size};
  struct manifest_cache *cache = manifest_cache_new(folder);
  manifest_cache_put(cache, &manifest);
  manifest_cache_keep(cache, &(struct graph){.root = published});
  manifest_cache_free(cache);
  cache = manifest_cache_new(folder);
  auto_descriptor found = {0};
  assert_false(manifest_cache_recall(cache, &only_read->digest, &found));
  assert_false(manifest_cache_get(cache, &published->digest, &found));
  assert_true(manifest_cache_recall(cache, &published->digest, &found));
  assert_memory_equal(found.data, published->bytes, published->size);
  manifest_cache_free(cache);
  manifest_free(published);
  manifest_free(only_read);
  assert_int_equal(fs_remove_tree(folder, &err), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cache_keeps_what_was_published),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
