/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the report folder. All work on an open folder, so that nothing is ever written or
 * removed elsewhere, and follow no link in it. */
#ifndef REPORT_FOLDER_PART_H
#define REPORT_FOLDER_PART_H
#include "report/run.h"

struct folder {
  int fd;
  const char *path; /* for messages */
};

/* --- folder_files.c */
bool folder_has(const struct folder *, const char *name);      /* anything, a link too */
bool folder_has_file(const struct folder *, const char *name); /* a plain file */
/* A complete new file, or none: there must not be one of this name yet. ARTM_E_LOCAL. */
int folder_write(const struct folder *, const char *name, const void *data, size_t len,
                 struct error *err);
int folder_copy(const struct folder *, const char *name, const char *from, struct error *err);
/* Removes what a killed run left half-written. */
void folder_clean(const struct folder *);
int folder_fail(const struct folder *, const char *what, const char *name, struct error *err);

/* --- folder_marker.c: a file that says which files a run made in a folder */
#define FOLDER_MARKER ".artmirror-reports"
struct folder_marker {
  char *run; /* id */
  int64_t start_ms;
  struct strings files;
};
/* 1: read, 0: there is none. ARTM_E_LOCAL: there is something else of its name. */
int folder_marker_read(const struct folder *, struct folder_marker *ret, struct error *err);
int folder_marker_write(const struct folder *, const struct folder_marker *, struct error *err);
void folder_marker_done(struct folder_marker *);
#define auto_marker __attribute__((cleanup(folder_marker_done))) struct folder_marker

/* --- folder_earlier.c */
/* Moves the files of an earlier run, and its marker, to a folder named by its start. Can be
 * repeated if it was interrupted. */
int folder_move_earlier(const struct folder *, const struct folder_marker *, struct error *err);
/* Removes those folders, and only the files in them that we made. */
void folder_remove_old(const struct folder *, uint64_t keep_ms);

/* --- folder_names.c */
struct image_files {
  struct job_record *job;
  char *text, *json;
  char **raws; /* one for each scan of the job; NULL: none */
};
struct folder_names {
  struct image_files *images;
  size_t count;
};
/* Names that are all different, also where case doesn't count; taken: those of the other files. */
void folder_names_of(const struct run_report *, const struct folder *, const struct strings *taken,
                     struct folder_names *ret);
void folder_names_done(struct folder_names *);
#endif
