/* SPDX-License-Identifier: Apache-2.0 */
/* The report folder. Killed at any moment, it holds every earlier report somewhere, each file
 * whole, and the next run can tell which are ours. */
#include "report/folder.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/memory.h"
#include "report/folder_part.h"
#include "report/guard.h"
#include "report/log.h"
#include "report/render.h"
#include "report/scan_json.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void render_whole_markdown(const struct run_report *report, struct buf *out) {
  render_markdown(report, 0, out);
}

/* The most important one first, should the disk be full. */
static const struct {
  const char *name;
  void (*render)(const struct run_report *, struct buf *);
} run_files[] = {
    {"run.json", render_json},
    {"report.html", render_html},
    {"report.md", render_whole_markdown},
    {"findings.sarif", render_sarif},
    {"findings.csv", render_csv},
    {"junit.xml", render_junit},
};
#define RUN_FILES (sizeof run_files / sizeof run_files[0])

static int open_folder(const char *path, struct folder *ret, struct error *err) {
  if (fs_make_folders(path, 0755, err) != 0)
    return err->code;
  ret->path = path;
  ret->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (ret->fd >= 0)
    return 0;
  error_set(err, ARTM_E_LOCAL, "cannot open the report folder %s: %s", path,
            strerrordesc_np(errno));
  return error_where(err, "%s", path);
}

static void close_folder(struct folder *folder) {
  fd_close(&folder->fd);
}
#define auto_folder __attribute__((cleanup(close_folder))) struct folder

/* A file that is in the way would make the run lose its report. */
static int check_names(const struct folder *folder, bool ours, struct error *err) {
  for (size_t i = 0; i < RUN_FILES; i++) {
    const char *name = run_files[i].name;
    if (!folder_has(folder, name) || (ours && folder_has_file(folder, name)))
      continue;
    error_set(err, ARTM_E_LOCAL, "the report folder %s has a %s that no earlier run made",
              folder->path, name);
    error_where(err, "%s", folder->path);
    return error_hint(err, "move it away, or choose another folder");
  }
  return 0;
}

int report_folder_check(const char *path, struct error *err) {
  auto_folder folder = {-1, path};
  auto_marker marker = {0};
  if (open_folder(path, &folder, err) != 0)
    return err->code;
  if (faccessat(folder.fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
    error_set(err, ARTM_E_LOCAL, "the report folder %s can't be written to: %s", path,
              strerrordesc_np(errno));
    error_where(err, "%s", path);
    return error_hint(err, "choose a folder that is yours");
  }
  int there = folder_marker_read(&folder, &marker, err);
  return there < 0 ? there : check_names(&folder, there > 0, err);
}

static int write_image(const struct folder *folder, const struct image_files *image,
                       struct error *err) {
  const struct job_record *job = image->job;
  auto_buf text = {0}, json = {0};
  auto_json scans = json_array();
  render_image_text(job, job->scans, job->scan_count, &text);
  if (folder_write(folder, image->text, text.data, text.len, err) != 0)
    return err->code;
  for (size_t i = 0; i < job->scan_count; i++)
    json_array_append_new(scans, job_scan_json(job, &job->scans[i]));
  render_document(scans, &json);
  return folder_write(folder, image->json, json.data, json.len, err);
}

static int copy_raws(const struct folder *folder, const struct image_files *image,
                     struct error *err) {
  int result = 0;
  for (size_t i = 0; i < image->job->scan_count; i++) {
    struct job_scan *scan = &image->job->scans[i];
    if (image->raws[i] == NULL)
      continue;
    if (folder_copy(folder, image->raws[i], scan->result->raw_file, err) != 0) {
      result = err->code;
      continue;
    }
    free(scan->raw_path);
    scan->raw_path = str_copy(image->raws[i]);
  }
  return result;
}

static int write_marker(const struct folder *folder, const struct run_report *report,
                        const struct folder_names *names, struct error *err) {
  auto_marker marker = {.run = str_copy(report->id), .start_ms = report->start_ms};
  for (size_t i = 0; i < RUN_FILES; i++)
    strings_add(&marker.files, run_files[i].name);
  for (size_t i = 0; i < names->count; i++) {
    const struct image_files *image = &names->images[i];
    strings_add(&marker.files, image->text);
    strings_add(&marker.files, image->json);
    for (size_t j = 0; j < image->job->scan_count; j++)
      if (image->raws[j] != NULL)
        strings_add(&marker.files, image->raws[j]);
  }
  return folder_marker_write(folder, &marker, err);
}

/* One file that fails keeps none of the others from being written; the first failure is told. */
static int write_files(const struct folder *folder, const struct run_report *report,
                       const struct folder_names *names, struct error *err) {
  int result = 0;
  for (size_t i = 0; i < names->count; i++) {
    auto_error failure = {0};
    if (copy_raws(folder, &names->images[i], &failure) != 0 && result == 0)
      result = error_move(err, &failure);
  }
  for (size_t i = 0; i < RUN_FILES; i++) {
    auto_error failure = {0};
    auto_buf out = {0};
    run_files[i].render(report, &out);
    if (folder_write(folder, run_files[i].name, out.data, out.len, &failure) != 0 && result == 0)
      result = error_move(err, &failure);
  }
  for (size_t i = 0; i < names->count; i++) {
    auto_error failure = {0};
    if (write_image(folder, &names->images[i], &failure) != 0 && result == 0)
      result = error_move(err, &failure);
  }
  fsync(folder->fd);
  return result;
}

static int write_run(const struct folder *folder, const struct run_report *report,
                     struct error *err) {
  __attribute__((cleanup(folder_names_done))) struct folder_names names = {0};
  auto_strings taken = {0};
  for (size_t i = 0; i < RUN_FILES; i++)
    strings_add(&taken, run_files[i].name);
  folder_names_of(report, folder, &taken, &names);
  if (write_marker(folder, report, &names, err) != 0)
    return err->code;
  return write_files(folder, report, &names, err);
}

int report_folder_write(const char *path, struct run_report *report, uint64_t keep_ms,
                        struct error *err) {
  auto_folder folder = {-1, path};
  auto_marker earlier = {0};
  if (open_folder(path, &folder, err) != 0)
    return err->code;
  flock(folder.fd, LOCK_EX); /* another run may write here; where there are no locks, without */
  folder_clean(&folder);
  int there = folder_marker_read(&folder, &earlier, err);
  if (there < 0 || (there > 0 && folder_move_earlier(&folder, &earlier, err) != 0))
    return err->code;
  int result = write_run(&folder, report, err);
  if (keep_ms > 0)
    folder_remove_old(&folder, keep_ms);
  return result;
}
