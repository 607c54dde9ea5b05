/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest's descriptors, and whether a repository has them. */
#include "graph.h"
#include "common/fail.h"
#include <errno.h>
#include <string.h>

static bool is_foreign(const json_t *layer, const struct item *item) {
  return json_array_size(json_object_get(layer, "urls")) > 0 ||
         strstr(item->media_type, ".foreign.") || strstr(item->media_type, ".nondistributable.");
}

static int32_t visit_one(const json_t *descriptor, bool manifest, graph_visit *visit, void *arg) {
  struct item item;
  if (!item_read(descriptor, &item))
    return ARTM_NO;
  return is_foreign(descriptor, &item) ? 0 : visit(arg, &item, manifest);
}

int32_t graph_each(const json_t *manifest, graph_visit *visit, void *arg) {
  static const struct {
    const char *key;
    bool manifest;
  } lists[] = {{"layers", false}, {"blobs", false}, {"manifests", true}};
  const json_t *config = json_object_get(manifest, "config");
  int32_t answer = config ? visit_one(config, false, visit, arg) : 0;
  for (size_t list = 0; answer == 0 && list < sizeof lists / sizeof *lists; list++) {
    size_t i;
    json_t *descriptor;
    json_array_foreach(json_object_get(manifest, lists[list].key), i, descriptor) {
      answer = visit_one(descriptor, lists[list].manifest, visit, arg);
      if (answer != 0)
        break;
    }
  }
  return answer;
}

struct check {
  const struct place *place;
  struct artm_call *call;
  int folder;
  size_t children, present;
  char missing[DIGEST_TEXT_MAX];
};

static int32_t check_one(void *arg, const struct item *item, bool manifest) {
  struct check *check = arg;
  char path[BLOB_PATH_MAX];
  blob_path(item->digest, path);
  int found = has_file(check->folder, path, item->size);
  if (found < 0 && found != -ENOENT)
    return place_fail(check->place, check->call, found, "open", path);
  check->children += manifest;
  check->present += manifest && found == 0;
  if (found == -ENOENT)
    memcpy(check->missing, item->digest, strlen(item->digest) + 1);
  if (found == 0 || manifest)
    return 0;
  return fail(check->place->host, check->call, ARTM_E_BLOB_UNKNOWN, check->place->reference, NULL,
              "the manifest names %s, which the repository does not have", item->digest);
}

int32_t graph_check(const struct place *place, struct artm_call *call,
                    const struct artm_descriptor *descriptor) {
  auto_json *manifest = object_parse(descriptor->data, descriptor->size);
  auto_fd folder = place_folder(place);
  if (folder < 0)
    return place_fail(place, call, folder, "open the folder", "");
  struct check check = {.place = place, .call = call, .folder = folder};
  int32_t answer = manifest ? graph_each(manifest, check_one, &check) : ARTM_NO;
  if (answer == ARTM_NO)
    return fail(place->host, call, ARTM_E_UNSUPPORTED, place->reference, NULL,
                "%s is no manifest that a layout can hold: not JSON, or a descriptor in it lacks a "
                "media type, a sha256 or sha512 digest or a size",
                descriptor->digest);
  if (answer == 0 && check.children > 0 && check.present == 0)
    return fail(place->host, call, ARTM_E_BLOB_UNKNOWN, place->reference, NULL,
                "the index names %zu manifests of which the repository has none, %s among them",
                check.children, check.missing);
  return answer;
}
