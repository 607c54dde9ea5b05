/* SPDX-License-Identifier: Apache-2.0 */
/* Which platforms of an index stay. */
#include "base/json.h"
#include "engine/graph.h"
#include <stdlib.h>
#include <string.h>

static bool is_attestation(const struct descriptor *child) {
  return child->has_platform && platform_is_unknown(&child->platform);
}

static char *describe_platforms(const struct manifest *index) {
  struct buf text = {0};
  for (size_t i = 0; i < index->item_count; i++) {
    const struct descriptor *child = &index->items[i];
    if (!child->has_platform || is_attestation(child))
      continue;
    char platform[96];
    platform_format(&child->platform, platform);
    buf_printf(&text, "%s%s", text.len ? ", " : "", platform);
  }
  if (!text.len)
    buf_text(&text, "none");
  return buf_take(&text);
}

static int missing(const struct entry *entry, const struct platform *wanted, const char *present,
                   struct error *err) {
  char name[96];
  platform_format(wanted, name);
  error_set(err, ARTM_E_NOT_FOUND, "%s has no platform %s; it has: %s", entry->name, name, present);
  return error_hint(err, "correct 'platforms' of this entry");
}

int children_choose(const struct entry *entry, const struct manifest *index, bool *keep,
                    struct error *err) {
  for (size_t p = 0; p < entry->platform_count; p++) {
    bool found = false;
    for (size_t i = 0; i < index->item_count; i++) {
      const struct descriptor *child = &index->items[i];
      if (child->has_platform && !is_attestation(child) &&
          platform_covers(&entry->platforms[p], &child->platform))
        keep[i] = found = true;
    }
    if (!found) {
      auto_free char *present = describe_platforms(index);
      return missing(entry, &entry->platforms[p], present, err);
    }
  }
  for (size_t i = 0; i < index->item_count; i++) {
    const char *subject = attestation_subject(&index->items[i]);
    for (size_t j = 0; subject && j < index->item_count; j++)
      if (keep[j] && !is_attestation(&index->items[j]) &&
          strcmp(index->items[j].digest.text, subject) == 0)
        keep[i] = true;
  }
  return 0;
}

static void take_word(char *to, size_t size, const char *from) {
  if (from && strlen(from) < size)
    memcpy(to, from, strlen(from) + 1);
}

int config_platform_read(const void *config, size_t size, struct platform *ret, struct error *err) {
  auto_json json = NULL;
  if (json_parse(config, size, &json, err) < 0)
    return error_wrap(err, "the image's config");
  take_word(ret->os, sizeof ret->os, json_text(json, "os"));
  take_word(ret->architecture, sizeof ret->architecture, json_text(json, "architecture"));
  take_word(ret->variant, sizeof ret->variant, json_text(json, "variant"));
  return 0;
}

int config_platform_check(const struct entry *entry, const void *config, size_t size,
                          struct platform *ret, struct error *err) {
  struct platform present = {0};
  if (config_platform_read(config, size, &present, err) < 0)
    return err->code;
  for (size_t p = 0; p < entry->platform_count; p++) {
    if (!platform_covers(&entry->platforms[p], &present)) {
      char name[96] = "none in its config";
      if (present.os[0] != '\0')
        platform_format(&present, name);
      return missing(entry, &entry->platforms[p], name, err);
    }
  }
  *ret = present;
  return 0;
}

static int compare_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

char *graph_wanted_platforms(const struct entry *entry) {
  auto_strings names = {0};
  for (size_t i = 0; i < entry->platform_count; i++) {
    char name[96];
    platform_format(&entry->platforms[i], name);
    if (!strings_has(&names, name))
      strings_add(&names, name);
  }
  if (names.count)
    qsort(names.items, names.count, sizeof *names.items, compare_text);
  struct buf text = {0};
  for (size_t i = 0; i < names.count; i++)
    buf_printf(&text, "%s%s", i ? "," : "", names.items[i]);
  return buf_take(&text);
}
