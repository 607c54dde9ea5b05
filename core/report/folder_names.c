/* SPDX-License-Identifier: Apache-2.0 */
/* Names of an image's files: short where that is clear, never one for two. */
#include "base/json.h"
#include "base/map.h"
#include "base/memory.h"
#include "report/folder_part.h"
#include "report/log.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* All together, with "-123" and an extension, no longer than a file's name may be (255). */
#define STEM_MAX 136
#define TARGET_MAX 40
#define PART_MAX 24
#define DIGEST_HEX 12

struct naming {
  const struct folder *folder;
  struct map targets; /* stem to its jobs' target, or to several */
  struct map stems;   /* what the names of a job begin with, in lower case, to "once" or "twice" */
  struct map taken;   /* names in lower case */
  char several[1], once[1], twice[1];
};

/* Adds text with all but letters, digits and "._+" as "-". False: it had to be cut. */
static bool add_plain(struct buf *out, const char *text, size_t max) {
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
  auto_free char *clean = log_redact(text != NULL ? text : "");
  size_t len = strlen(clean);
  for (size_t i = 0; i < len && i < max; i++)
    buf_add(out, strchr(plain, clean[i]) != NULL ? &clean[i] : "-", 1);
  return len <= max;
}

/* "vulnerability-report-hashicorp-vault-1.19.0" */
static bool add_stem(struct buf *out, const struct job_record *job) {
  auto_free char *label = str_format("%s-%s", job->name, job->version);
  buf_text(out, "vulnerability-report-");
  return add_plain(out, label, STEM_MAX - out->len);
}

static char *stem_key(const struct job_record *job) {
  auto_buf stem = {0};
  add_stem(&stem, job);
  return text_lower(stem.data);
}

static void see_target(struct naming *naming, struct job_record *job) {
  auto_free char *key = stem_key(job);
  char *before = map_get(&naming->targets, key), *target = job->target;
  if (target == NULL)
    target = naming->once;
  if (before == NULL)
    map_put(&naming->targets, key, target);
  else if (before != naming->several && !text_equal(before, target))
    map_put(&naming->targets, key, naming->several);
}

/* What follows platform and scanner, if anything. False: it had to be cut. */
static bool add_target(struct buf *out, const struct naming *naming, const struct job_record *job) {
  auto_free char *key = stem_key(job);
  if (map_get(&naming->targets, key) != naming->several)
    return true;
  buf_text(out, "-");
  return add_plain(out, job->target, TARGET_MAX);
}

static char *whole_key(const struct naming *naming, const struct job_record *job) {
  auto_buf name = {0};
  add_stem(&name, job);
  add_target(&name, naming, job);
  return text_lower(name.data);
}

static void see_stem(struct naming *naming, const struct job_record *job) {
  auto_free char *key = whole_key(naming, job);
  map_put(&naming->stems, key, map_has(&naming->stems, key) ? naming->twice : naming->once);
}

static void add_digest(struct buf *out, const struct job_record *job) {
  unsigned char hash[EVP_MAX_MD_SIZE] = {0};
  auto_buf key = {0};
  auto_free char *fields = job->fields != NULL ? json_compact(job->fields) : str_copy("");
  const char *parts[] = {job->section, job->name, job->version, job->target, fields};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
    buf_add(&key, parts[i] != NULL ? parts[i] : "", parts[i] != NULL ? strlen(parts[i]) + 1 : 1);
  EVP_Digest(key.data, key.len, hash, NULL, EVP_sha256(), NULL);
  buf_text(out, "-");
  for (size_t i = 0; i < DIGEST_HEX / 2; i++)
    buf_printf(out, "%02x", hash[i]);
}

/* middle: platform and scanner, or "". Names that are taken all the same, by files of others too,
 * get a number. */
static char *make_name(struct naming *naming, const struct job_record *job, const char *middle,
                       const char *extension) {
  auto_buf base = {0};
  auto_free char *key = whole_key(naming, job);
  bool whole = add_stem(&base, job);
  buf_text(&base, middle);
  whole = add_target(&base, naming, job) && whole;
  if (!whole || map_get(&naming->stems, key) == naming->twice)
    add_digest(&base, job);
  for (unsigned i = 1;; i++) {
    auto_free char *name = i == 1 ? str_format("%s%s", base.data, extension)
                                  : str_format("%s-%u%s", base.data, i, extension);
    auto_free char *lower = text_lower(name);
    if (map_has(&naming->taken, lower) || folder_has(naming->folder, name))
      continue;
    map_put(&naming->taken, lower, naming->once);
    return take(name);
  }
}

static bool has_several(const struct job_record *job, bool scanners) {
  for (size_t i = 1; i < job->scan_count; i++) {
    const struct job_scan *first = &job->scans[0], *scan = &job->scans[i];
    if (scanners ? !text_equal(first->result->tool.plugin, scan->result->tool.plugin)
                 : !text_equal(first->platform, scan->platform))
      return true;
  }
  return false;
}

static char *raw_name(struct naming *naming, const struct job_record *job,
                      const struct job_scan *scan) {
  auto_buf middle = {0};
  if (has_several(job, false)) {
    buf_text(&middle, "-");
    add_plain(&middle, scan->platform, PART_MAX);
  }
  if (has_several(job, true)) {
    buf_text(&middle, "-");
    add_plain(&middle, scan->result->tool.plugin, PART_MAX);
  }
  return make_name(naming, job, middle.len > 0 ? middle.data : "", ".raw.json");
}

/* A job whose scans were all skipped gets no files: there is nothing to say but that. */
static bool has_files(const struct job_record *job) {
  for (size_t i = 0; i < job->scan_count; i++)
    if (job->scans[i].result->status != SCAN_SKIPPED)
      return true;
  return false;
}

static void name_image(struct naming *naming, struct job_record *job, struct image_files *ret) {
  *ret = (struct image_files){
      .job = job,
      .text = make_name(naming, job, "", ".txt"),
      .json = make_name(naming, job, "", ".json"),
      .raws = mem_array(job->scan_count, sizeof *ret->raws),
  };
  for (size_t i = 0; i < job->scan_count; i++)
    if (job->scans[i].result->raw_file != NULL)
      ret->raws[i] = raw_name(naming, job, &job->scans[i]);
}

void folder_names_of(const struct run_report *report, const struct folder *folder,
                     const struct strings *taken, struct folder_names *ret) {
  struct naming naming = {.folder = folder};
  for (size_t i = 0; i < taken->count; i++) {
    auto_free char *lower = text_lower(taken->items[i]);
    map_put(&naming.taken, lower, naming.once);
  }
  for (size_t i = 0; i < report->job_count; i++)
    if (has_files(report->jobs[i]))
      see_target(&naming, report->jobs[i]);
  for (size_t i = 0; i < report->job_count; i++)
    if (has_files(report->jobs[i]))
      see_stem(&naming, report->jobs[i]);
  *ret = (struct folder_names){mem_array(report->job_count + 1, sizeof *ret->images), 0};
  for (size_t i = 0; i < report->job_count; i++)
    if (has_files(report->jobs[i]))
      name_image(&naming, report->jobs[i], &ret->images[ret->count++]);
  map_done(&naming.targets);
  map_done(&naming.stems);
  map_done(&naming.taken);
}

void folder_names_done(struct folder_names *names) {
  for (size_t i = 0; i < names->count; i++) {
    struct image_files *image = &names->images[i];
    free(image->text);
    free(image->json);
    for (size_t j = 0; image->raws != NULL && j < image->job->scan_count; j++)
      free(image->raws[j]);
    free(image->raws);
  }
  free(names->images);
  *names = (struct folder_names){0};
}
