/* SPDX-License-Identifier: Apache-2.0 */
/* What a scanner found in a platform manifest. */
#include "report/scan.h"
#include "base/buf.h"
#include "base/text.h"
#include "report/json_write.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 65536
#define LIST_MAX 1024

const char *scan_status_name(enum scan_status status) {
  static const char *const names[] = {[SCAN_OK] = "ok",
                                      [SCAN_FAILED] = "failed",
                                      [SCAN_TIMEOUT] = "timeout",
                                      [SCAN_SKIPPED] = "skipped"};
  return names[status];
}

/* The bytes of text, at most max, that are whole characters. */
static size_t whole_length(const char *text, size_t len, size_t max) {
  size_t used = 0, size;
  uint32_t code;
  while (used < len && (size = text_character(text + used, len - used, &code)) > 0 &&
         used + size <= max)
    used += size;
  return used;
}

/* Text of any size that may be no UTF-8 at all: bytes that are none become \xNN, as in JSON, so
 * that whatever is made from a result that was read again is the same. */
static const char *keep_text(struct arena *memory, const char *text, size_t len) {
  auto_buf clean = {0};
  for (size_t at = 0; at < len && clean.len <= TEXT_MAX; at++) {
    size_t size = whole_length(text + at, len - at, SIZE_MAX);
    buf_add(&clean, text + at, size);
    at += size;
    if (at < len)
      buf_printf(&clean, "\\x%02x", (unsigned char)text[at]);
  }
  if (clean.len <= TEXT_MAX)
    return arena_copy_n(memory, clean.data, clean.len);
  size_t size = whole_length(clean.data, clean.len, TEXT_MAX - 3);
  return arena_format(memory, "%.*s...", (int)size, clean.data);
}

static const char *keep(struct arena *memory, const char *text) {
  if (text == NULL)
    return NULL;
  size_t len = strnlen(text, TEXT_MAX + 1);
  bool plain = len <= TEXT_MAX && whole_length(text, len, SIZE_MAX) == len;
  return plain ? arena_copy_n(memory, text, len) : keep_text(memory, text, len);
}

struct scan_result *scan_result_new(const char *plugin, const char *manifest_digest) {
  struct scan_result *result = mem_alloc(sizeof *result);
  result->tool.plugin = keep(&result->memory, plugin);
  result->manifest_digest = keep(&result->memory, manifest_digest);
  return result;
}

void scan_result_free(struct scan_result *result) {
  if (result == NULL)
    return;
  error_done(&result->error);
  free(result->findings);
  arena_done(&result->memory);
  free(result);
}

static bool is_time(int64_t seconds) {
  return seconds > 0 && seconds <= TIME_MAX_SECONDS;
}

void scan_result_set_tool(struct scan_result *result, const struct scan_tool *tool) {
  struct arena *memory = &result->memory;
  struct scan_tool copy = *tool;
  copy.plugin = tool->plugin != NULL ? keep(memory, tool->plugin) : result->tool.plugin;
  copy.name = keep(memory, tool->name);
  copy.version = keep(memory, tool->version);
  copy.db_version = keep(memory, tool->db_version);
  copy.inputs = keep(memory, tool->inputs);
  copy.has_db_updated = tool->has_db_updated && is_time(tool->db_updated);
  copy.has_db_next_update = tool->has_db_next_update && is_time(tool->db_next_update);
  result->tool = copy;
}

static const char *const *keep_list(struct arena *memory, const char *const *list) {
  size_t count = 0;
  if (list == NULL)
    return NULL;
  while (count < LIST_MAX && list[count] != NULL)
    count++;
  const char **copy = arena_alloc(memory, (count + 1) * sizeof *copy);
  for (size_t i = 0; i < count; i++)
    copy[i] = keep(memory, list[i]);
  return copy;
}

/* A record of another size: what both know of it, zeros behind. */
static void copy_record(void *to, uint32_t own_size, const void *from, uint32_t size) {
  memcpy(to, from, size < own_size ? size : own_size);
  memcpy(to, &own_size, sizeof own_size);
}

static void keep_cvss(struct arena *memory, struct artm_finding *finding) {
  const char *from = (const char *)finding->cvss;
  size_t stride = finding->cvss_stride,
         count = from != NULL && stride > 0 ? finding->cvss_count : 0;
  struct artm_cvss *copies = count > 0 ? arena_alloc(memory, count * sizeof *copies) : NULL;
  for (size_t i = 0; i < count; i++) {
    uint32_t size;
    memcpy(&size, from + i * stride, sizeof size);
    copy_record(&copies[i], sizeof copies[i], from + i * stride,
                size < stride ? size : (uint32_t)stride);
    copies[i].source = keep(memory, copies[i].source);
    copies[i].version = keep(memory, copies[i].version);
    copies[i].vector = keep(memory, copies[i].vector);
  }
  finding->cvss = copies;
  finding->cvss_count = (uint32_t)count;
  finding->cvss_stride = sizeof *copies;
}

static void keep_strings(struct arena *memory, struct artm_finding *finding) {
  const char **const texts[] = {
      &finding->id,
      &finding->data_source,
      &finding->url,
      &finding->title,
      &finding->description,
      &finding->severity_raw,
      &finding->severity_source,
      &finding->package_type,
      &finding->package_name,
      &finding->package_version,
      &finding->package_path,
      &finding->purl,
      &finding->source_name,
      &finding->source_version,
      &finding->layer_digest,
      &finding->layer_diff_id,
      &finding->suppressed_status,
      &finding->suppressed_statement,
      &finding->suppressed_source,
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    *texts[i] = keep(memory, *texts[i]);
  finding->aliases = keep_list(memory, finding->aliases);
  finding->fix_versions = keep_list(memory, finding->fix_versions);
  finding->cwes = keep_list(memory, finding->cwes);
  finding->references = keep_list(memory, finding->references);
}

void scan_result_add(struct scan_result *result, const struct artm_finding *finding) {
  result->findings = mem_grow(result->findings, result->finding_count, &result->finding_capacity,
                              sizeof *result->findings);
  struct artm_finding *own = &result->findings[result->finding_count++];
  *own = (struct artm_finding){0};
  copy_record(own, sizeof *own, finding, finding->struct_size);
  own->flags &= ~((is_time(own->published) ? 0 : ARTM_FINDING_PUBLISHED) |
                  (is_time(own->modified) ? 0 : ARTM_FINDING_MODIFIED));
  keep_strings(&result->memory, own);
  keep_cvss(&result->memory, own);
}

static int compare_text(const char *a, const char *b) {
  return strcmp(a != NULL ? a : "", b != NULL ? b : "");
}

static int compare_findings(const void *left, const void *right) {
  const struct artm_finding *a = left, *b = right;
  unsigned mine = severity_rank(a->severity), other = severity_rank(b->severity);
  if (mine != other)
    return mine > other ? -1 : 1;
  int order = compare_text(a->id, b->id);
  if (order == 0)
    order = compare_text(a->package_name, b->package_name);
  if (order == 0)
    order = compare_text(a->package_version, b->package_version);
  if (order == 0)
    order = compare_text(a->package_path, b->package_path);
  return order;
}

void scan_result_sort(struct scan_result *result) {
  if (result->finding_count > 1)
    qsort(result->findings, result->finding_count, sizeof *result->findings, compare_findings);
}

void finding_fingerprint(const struct job_scan *scan, const struct artm_finding *finding,
                         char ret[65]) {
  const char *const parts[] = {scan->repository,
                               scan->platform,
                               package_class_name(finding->package_class),
                               finding->package_type,
                               finding->package_name,
                               finding->package_version,
                               finding->package_path,
                               finding->id};
  size_t count = sizeof parts / sizeof parts[0];
  unsigned char digest[EVP_MAX_MD_SIZE] = {0};
  auto_buf text = {0};
  for (size_t i = 0; i < count; i++) {
    buf_text(&text, parts[i] != NULL ? parts[i] : "");
    buf_add(&text, "", i + 1 < count ? 1 : 0);
  }
  EVP_Digest(text.data, text.len, digest, NULL, EVP_sha256(), NULL);
  for (size_t i = 0; i < 32; i++) {
    ret[2 * i] = "0123456789abcdef"[digest[i] >> 4];
    ret[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
  }
  ret[64] = '\0';
}

char *finding_text(const struct artm_finding *finding) {
  auto_buf text = {0};
  const char *version = finding->package_version;
  buf_printf(&text, "%s in %s", finding->id != NULL ? finding->id : "?",
             finding->package_name != NULL ? finding->package_name : "?");
  if (version != NULL && version[0] != '\0')
    buf_printf(&text, " %s", version);
  for (size_t i = 0; finding->fix_versions != NULL && finding->fix_versions[i] != NULL; i++)
    buf_printf(&text, "%s%s", i == 0 ? ", fixed in " : ", ", finding->fix_versions[i]);
  return buf_take(&text);
}
