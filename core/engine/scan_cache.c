/* SPDX-License-Identifier: Apache-2.0 */
/* What scans found, kept between runs: <cache>/scans/<key>.json with the raw report beside it. */
#include "engine/scan_cache.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "engine/scan_cache_part.h"
#include "report/log.h"
#include "report/scan_json.h"
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RESULT_MAX ((size_t)256 << 20)

struct scan_cache *scan_cache_open(const char *folder) {
  struct scan_cache *cache = mem_alloc(sizeof *cache);
  auto_error err = {0};
  pthread_mutex_init(&cache->lock, NULL);
  if (folder)
    cache->folder = fs_join(folder, "scans");
  if (cache->folder && fs_make_folders(cache->folder, 0700, &err) < 0) {
    log_write(LOG_NOTICE, NULL, "scans are not kept for the next run: %s", err.message);
    free_pointer(&cache->folder);
    cache->folder = NULL;
  }
  return cache;
}

void scan_cache_close(struct scan_cache *cache) {
  auto_error err = {0};
  if (!cache)
    return;
  if (cache->folder)
    scan_cache_prune(cache->folder);
  if (cache->private && fs_remove_tree(cache->private, &err) < 0)
    log_write(LOG_WARNING, NULL, "a private folder is left behind: %s", err.message);
  free(cache->folder);
  free(cache->private);
  pthread_mutex_destroy(&cache->lock);
  free(cache);
}

char *scan_cache_key(const struct scan_tool *tool, const char *manifest_digest,
                     const char *settings) {
  auto_buf text = {0};
  /* Another release may read a tool's report otherwise. */
  const char *const parts[] = {PACKAGE_VERSION,  tool->plugin, tool->name, tool->version,
                               tool->db_version, tool->inputs, settings,   manifest_digest};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    buf_add(&text, parts[i] ? parts[i] : "", strlen(parts[i] ? parts[i] : "") + 1);
  buf_printf(&text, "%d %" PRId64, tool->has_db_updated, tool->db_updated);
  return str_copy(digest_of(text.data, text.len, NULL).text);
}

/* "sha256:HEX" or "sha512:HEX" as a file name. */
char *scan_cache_path(const struct scan_cache *cache, const char *digest, const char *suffix) {
  auto_free char *name = str_format("%s%s", digest, suffix);
  for (char *p = name; *p; p++)
    if (*p == ':')
      *p = '-';
  return fs_join(cache->folder, name);
}

/* Used now: it is kept for another while. */
static void touch(const char *path) {
  utimensat(AT_FDCWD, path, NULL, 0);
}

int scan_cache_read(const struct scan_cache *cache, const char *digest, const char *suffix,
                    json_t **ret) {
  auto_error err = {0};
  auto_buf text = {0};
  auto_free char *path = scan_cache_path(cache, digest, suffix);
  if (fs_read(path, RESULT_MAX, &text, &err) < 0)
    return ARTM_NO;
  json_error_t problem;
  *ret = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &problem); /* our own file */
  if (!*ret)
    log_write(LOG_DEBUG, "scan", "%s is no JSON: %s", path, problem.text);
  else
    touch(path);
  return *ret ? 0 : ARTM_NO;
}

void scan_cache_write(const struct scan_cache *cache, const char *digest, const char *suffix,
                      const json_t *value) {
  auto_error err = {0};
  auto_free char *path = scan_cache_path(cache, digest, suffix);
  auto_free char *text = json_compact(value);
  if (fs_write_unsynced(path, text, strlen(text), 0600, &err) < 0)
    log_write(LOG_DEBUG, "scan", "a scan is not kept: %s", err.message);
}

/* By its digest too: another process may have scanned the same at the same time. */
static char *raw_path(const struct scan_cache *cache, const char *key,
                      const struct scan_result *result) {
  auto_free char *suffix = str_format("-%.16s.raw", result->raw_sha256);
  return scan_cache_path(cache, key, suffix);
}

static void find_raw(const struct scan_cache *cache, const char *key, struct scan_result *result) {
  if (!result->raw_sha256 || strspn(result->raw_sha256, "0123456789abcdef") < 16)
    return;
  auto_free char *path = raw_path(cache, key, result);
  if (!fs_exists(path))
    return;
  touch(path);
  result->raw_file = arena_copy(&result->memory, path);
}

struct scan_result *scan_cache_get(struct scan_cache *cache, const char *key, const char *plugin,
                                   const char *manifest_digest) {
  auto_json json = NULL;
  auto_error err = {0};
  struct scan_result *result = NULL;
  if (!cache->folder || scan_cache_read(cache, key, ".json", &json) != 0)
    return NULL;
  if (scan_result_read(json, &result, &err) < 0) {
    log_write(LOG_DEBUG, "scan", "a kept scan is not used: %s", err.message);
    return NULL;
  }
  if (result->status != SCAN_OK || !text_equal(result->manifest_digest, manifest_digest) ||
      !text_equal(result->tool.plugin, plugin)) {
    scan_result_free(result);
    return NULL;
  }
  result->cached = true;
  find_raw(cache, key, result);
  return result;
}

static const char *private_folder(struct scan_cache *cache, struct error *err) {
  pthread_mutex_lock(&cache->lock);
  if (!cache->private)
    fs_private_folder(&cache->private, err);
  pthread_mutex_unlock(&cache->lock);
  return cache->private;
}

/* The scan's folder goes; its raw report stays in the cache, or else in a folder of the run. */
static int keep_raw(struct scan_cache *cache, const char *key, bool lasting,
                    struct scan_result *result, struct error *err) {
  auto_free char *path = NULL;
  if (lasting) {
    path = raw_path(cache, key, result);
  } else {
    const char *folder = private_folder(cache, err);
    if (!folder)
      return err->code;
    path = fs_join(folder, strchr(key, ':') + 1);
  }
  if (fs_copy(result->raw_file, path, 0600, err) < 0)
    return err->code;
  result->raw_file = arena_copy(&result->memory, path);
  return 0;
}

void scan_cache_put(struct scan_cache *cache, const char *key, struct scan_result *result) {
  bool is_dated = result->tool.has_db_updated || result->tool.is_fixed;
  bool lasting = cache->folder && is_dated && result->status == SCAN_OK;
  auto_error err = {0};
  if (result->raw_file && keep_raw(cache, key, lasting, result, &err) < 0) {
    log_write(LOG_WARNING, NULL, "the raw report of a scan is lost: %s", err.message);
    result->raw_file = NULL;
  }
  if (!lasting)
    return;
  auto_json json = scan_result_json(result);
  scan_cache_write(cache, key, ".json", json);
}
