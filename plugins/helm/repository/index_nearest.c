/* SPDX-License-Identifier: Apache-2.0 */
/* What a chart or version that is not there may have been meant to be. */
#include "common/registry_text.h"
#include "helm/metadata/metadata.h"
#include "helm/repository/index.h"
#include <stdlib.h>
#include <string.h>

#define NAMES_SHOWN 3u
#define VERSIONS_SHOWN 5u
#define NAME_MAX_COMPARED 64u

struct shown {
  char text[512];
  size_t length, count;
};

static void show_next(struct shown *shown, const char *text) {
  size_t length = strlen(text), room = sizeof shown->text - shown->length;
  if (length + 3 > room)
    return;
  if (shown->count++) {
    memcpy(shown->text + shown->length, ", ", 2);
    shown->length += 2;
  }
  memcpy(shown->text + shown->length, text, length + 1);
  shown->length += length;
}

static size_t least(size_t a, size_t b, size_t c) {
  size_t less = a < b ? a : b;
  return less < c ? less : c;
}

/* Levenshtein's, of names not longer than NAME_MAX_COMPARED. */
static size_t distance(const char *a, const char *b, size_t b_length) {
  size_t row[NAME_MAX_COMPARED + 1];
  for (size_t j = 0; j <= b_length; j++)
    row[j] = j;
  for (size_t i = 0; a[i]; i++) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b_length; j++) {
      size_t above = row[j + 1];
      row[j + 1] = least(above + 1, row[j] + 1, diagonal + (a[i] != b[j]));
      diagonal = above;
    }
  }
  return row[b_length];
}

/* SIZE_MAX: not alike. */
static size_t unlikeness(const char *wanted, const char *name) {
  size_t length = strlen(name), wanted_length = strlen(wanted);
  if (length > NAME_MAX_COMPARED || wanted_length > NAME_MAX_COMPARED)
    return SIZE_MAX;
  size_t far = distance(wanted, name, length);
  if (far <= 1 + wanted_length / 4)
    return far;
  bool part = wanted_length > 2 && length > 2 && (strstr(name, wanted) || strstr(wanted, name));
  return part ? NAME_MAX_COMPARED + far : SIZE_MAX;
}

char *index_nearest_names(const struct index *index, const char *name) {
  const char *best[NAMES_SHOWN] = {NULL};
  size_t best_far[NAMES_SHOWN] = {0};
  struct shown shown = {.count = 0};
  for (size_t i = 0; i < index->name_count; i++) {
    const char *next = index->names[i];
    size_t far = unlikeness(name, next);
    for (size_t at = 0; at < NAMES_SHOWN && far != SIZE_MAX; at++) {
      if (best[at] && best_far[at] <= far)
        continue;
      const char *pushed = best[at];
      size_t pushed_far = best_far[at];
      best[at] = next;
      best_far[at] = far;
      next = pushed;
      far = pushed ? pushed_far : SIZE_MAX;
    }
  }
  for (size_t at = 0; at < NAMES_SHOWN && best[at]; at++)
    show_next(&shown, best[at]);
  if (shown.count)
    return registry_format("did you mean %s?", shown.text);
  for (size_t i = 0; i < index->name_count && i < VERSIONS_SHOWN; i++)
    show_next(&shown, index->names[i]);
  if (!shown.count)
    return registry_format("the index has no charts");
  return registry_format("the index has %s%s", shown.text,
                         index->name_count > VERSIONS_SHOWN ? ", ..." : "");
}

/* Length of "1.2." of "v1.2.3"; 0 if there is no second dot. */
static size_t minor_length(const char *version) {
  const char *dot = strchr(version, '.');
  dot = dot ? strchr(dot + 1, '.') : NULL;
  return dot ? (size_t)(dot + 1 - version) : 0;
}

static bool same_minor(const char *a, const char *b) {
  a += *a == 'v';
  b += *b == 'v';
  size_t length = minor_length(a);
  return length && strncmp(a, b, length) == 0;
}

static bool any_version(const char *a, const char *b) {
  (void)a;
  (void)b;
  return true;
}

char *index_nearest_versions(const struct index_chart *chart, const char *version) {
  bool (*const likenesses[])(const char *, const char *) = {version_is_same, same_minor,
                                                            any_version};
  struct shown shown = {.count = 0};
  size_t listed = 0;
  for (size_t i = 0; i < chart->count; i++)
    listed += !chart->versions[i]->hidden;
  for (size_t like = 0; like < 3 && !shown.count; like++)
    for (size_t i = 0; i < chart->count && shown.count < VERSIONS_SHOWN; i++) {
      const struct index_kept *kept = chart->versions[i];
      if (!kept->hidden && likenesses[like](version, kept->version.version))
        show_next(&shown, kept->version.version);
    }
  if (!shown.count)
    return registry_format("the index has no version of it");
  return registry_format("the index has %s%s", shown.text, listed > shown.count ? ", ..." : "");
}
