/* SPDX-License-Identifier: Apache-2.0 */
/* The packaged chart (.tgz): what has to be read of it, and what makes it unacceptable. */
#ifndef PLUGINS_HELM_ARCHIVE_H
#define PLUGINS_HELM_ARCHIVE_H
#include <artmirror/host.h>
#include <stddef.h>

struct chart_files {
  char *chart; /* Chart.yaml, ended by NUL */
  size_t chart_size;
  char *requirements; /* requirements.yaml, or NULL */
  size_t requirements_size;
};

/* Reads the archive at fd from its beginning to its end. Refuses with ARTM_E_DIGEST, naming the
 * file in it: no gzip or tar, links and special files, absolute names, "..", drive letters, files
 * outside of a folder, more than CHART_FILE_MAX in a file, CHART_MAX in all or 10,000 files, no
 * Chart.yaml. where is for messages. */
int32_t archive_read(const struct artm_host *, struct artm_call *, int fd, const char *where,
                     struct chart_files *ret);
void chart_files_done(struct chart_files *);
#endif
