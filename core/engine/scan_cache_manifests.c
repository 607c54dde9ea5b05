/* SPDX-License-Identifier: Apache-2.0 */
/* Which image manifests stand below a root, kept between runs; and what is forgotten. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "engine/scan_cache_part.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEPT_MS ((int64_t)30 * 24 * 3600 * 1000)
#define LOOK_MS ((int64_t)24 * 3600 * 1000)
#define LOOKED "looked" /* its time is when the folder was pruned last */

void scan_manifests_add(struct scan_manifests *list, const struct scan_manifest *item) {
  list->items = mem_resize(list->items, list->count + 1, sizeof *list->items);
  list->items[list->count++] =
      (struct scan_manifest){.digest = item->digest,
                             .size = item->size,
                             .media_type = str_copy(item->media_type),
                             .config_media_type = str_copy(item->config_media_type),
                             .platform = str_copy(item->platform)};
}

void scan_manifests_done(struct scan_manifests *list) {
  for (size_t i = 0; i < list->count; i++) {
    free(list->items[i].media_type);
    free(list->items[i].config_media_type);
    free(list->items[i].platform);
  }
  free(list->items);
  *list = (struct scan_manifests){0};
}

static bool read_item(const json_t *json, struct scan_manifests *list) {
  const char *digest = json_text(json, "digest");
  struct scan_manifest item = {.size = (uint64_t)json_number(json, "size", 0),
                               .media_type = (char *)json_text(json, "media_type"),
                               .config_media_type = (char *)json_text(json, "config_media_type"),
                               .platform = (char *)json_text(json, "platform")};
  if (!digest || !digest_parse(digest, &item.digest) || !item.config_media_type || !item.platform)
    return false;
  scan_manifests_add(list, &item);
  return true;
}

bool scan_cache_get_manifests(struct scan_cache *cache, const struct digest *root,
                              struct scan_manifests *ret) {
  auto_json json = NULL;
  struct scan_manifests list = {0};
  if (!cache || !cache->folder || scan_cache_read(cache, root->text, ".manifests", &json) != 0)
    return false;
  const json_t *items = json_object_get(json, "manifests");
  bool fine = text_equal(json_text(json, "root"), root->text) && json_is_array(items);
  for (size_t i = 0; fine && i < json_array_size(items); i++)
    fine = read_item(json_array_get(items, i), &list);
  if (fine)
    *ret = list;
  else
    scan_manifests_done(&list);
  return fine;
}

void scan_cache_put_manifests(struct scan_cache *cache, const struct digest *root,
                              const struct scan_manifests *list) {
  if (!cache || !cache->folder)
    return;
  auto_json items = json_array();
  for (size_t i = 0; i < list->count; i++) {
    const struct scan_manifest *item = &list->items[i];
    json_array_append_new(items, json_pack("{s:s, s:I, s:s?, s:s, s:s}", "digest",
                                           item->digest.text, "size", (json_int_t)item->size,
                                           "media_type", item->media_type, "config_media_type",
                                           item->config_media_type, "platform", item->platform));
  }
  auto_json json = json_pack("{s:s, s:O}", "root", root->text, "manifests", items);
  scan_cache_write(cache, root->text, ".manifests", json);
}

static int64_t age_ms(const char *path) {
  struct stat st;
  if (lstat(path, &st) < 0)
    return -1;
  return clock_wall_ms() - (int64_t)st.st_mtime * 1000;
}

void scan_cache_prune(const char *folder) {
  auto_free char *looked = fs_join(folder, LOOKED);
  auto_strings names = {0};
  auto_error ignored = {0};
  int64_t since = age_ms(looked);
  if ((since >= 0 && since < LOOK_MS) || fs_write(looked, "", 0, 0600, &ignored) < 0 ||
      fs_list(folder, &names, &ignored) < 0)
    return;
  for (size_t i = 0; i < names.count; i++) {
    auto_free char *path = fs_join(folder, names.items[i]);
    if (text_starts(names.items[i], "sha") && age_ms(path) > KEPT_MS)
      unlink(path);
  }
}
