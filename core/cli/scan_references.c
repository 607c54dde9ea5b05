/* SPDX-License-Identifier: Apache-2.0 */
/* References of 'artmirror scan'. */
#include "cli/scan_references.h"
#include "oci/digest.h"
#include <string.h>

struct parts {
  char *place; /* target and repository */
  char *tag;   /* NULL: only by digest */
  char *digest;
};

static int refuse(const char *reference, const char *why, struct error *err) {
  error_set(err, ARTM_E_CONFIG, "'%s' %s", reference, why);
  return error_hint(err, "a reference is TARGET/REPOSITORY[:TAG][@DIGEST], such as "
                         "registry.example:5000/mirror/app:1.2; with --target, "
                         "REPOSITORY[:TAG][@DIGEST]");
}

static int split(struct arena *memory, const char *reference, struct parts *ret,
                 struct error *err) {
  struct digest digest;
  char *place = arena_copy(memory, reference);
  char *at = strrchr(place, '@');
  if (at) {
    *at = '\0';
    ret->digest = at + 1;
    if (!digest_parse(ret->digest, &digest))
      return refuse(reference, "has no valid digest after the '@'", err);
  }
  char *slash = strrchr(place, '/');
  char *colon = strrchr(slash ? slash : place, ':');
  if (colon) {
    *colon = '\0';
    ret->tag = colon + 1;
  } else if (!at) {
    ret->tag = arena_copy(memory, "latest");
  }
  ret->place = place;
  if ((ret->tag && !*ret->tag) || !*place || (slash && !slash[1]))
    return refuse(reference, "names no repository or tag", err);
  return 0;
}

/* The target's place among those of the run. */
static int use_target(struct session *session, struct targets *targets, const char *text,
                      const char **ret_name, struct error *err) {
  for (size_t i = 0; i < targets->count; i++)
    if (strcmp(targets->items[i].name, text) == 0) {
      *ret_name = targets->items[i].name;
      return 0;
    }
  if (targets_add(&session->app->plugins, text, targets, err) != 0)
    return err->code;
  *ret_name = targets->items[targets->count - 1].name;
  return 0;
}

static struct entry *make_entry(struct session *session, const char *name,
                                const struct parts *parts, struct version_item *version) {
  static const struct section_schema schema = {.section = "references"};
  struct entry *entry = arena_alloc(&session->memory, sizeof *entry);
  *version = (struct version_item){.text = parts->tag, .digest = parts->digest};
  *entry = (struct entry){.schema = &schema,
                          .name = name,
                          .versions = version,
                          .version_count = 1,
                          .scans = session->entries.scans,
                          .scan_count = session->entries.scan_count};
  return entry;
}

static int add_row(struct session *session, const char *reference, struct targets *targets,
                   bool below, struct matrix *matrix, struct error *err) {
  struct arena *memory = &session->memory;
  struct parts parts = {0};
  if (split(memory, reference, &parts, err) != 0)
    return err->code;
  struct version_item *version = arena_alloc(memory, sizeof *version);
  struct entry *entry = make_entry(session, arena_copy(memory, parts.place), &parts, version);
  const char *repository = parts.place;
  if (!below) {
    char *slash = strrchr(parts.place, '/');
    const char **target = arena_alloc(memory, sizeof *target);
    if (!slash || slash == parts.place)
      return refuse(reference, "names no target", err);
    *slash = '\0';
    repository = slash + 1;
    if (use_target(session, targets, parts.place, target, err) != 0)
      return err->code;
    entry->targets = target;
    entry->target_count = 1;
  }
  matrix->rows = mem_resize(matrix->rows, matrix->count + 1, sizeof *matrix->rows);
  matrix->rows[matrix->count++] = (struct matrix_row){
      .entry = entry, .version = version, .repository = repository, .tag = parts.tag};
  return 0;
}

int scan_references_read(struct session *session, const struct arguments *arguments,
                         struct targets *targets, struct matrix *ret, struct error *err) {
  const struct scanners scanners = scanners_open(session);
  struct settings settings = session->settings;
  auto_strings wanted = {0};
  settings.section_count = 0;
  entries_read(&settings, NULL, 0, &scanners, &session->entries, &session->problems);
  argument_values(arguments, "target", &wanted);
  for (size_t i = 0; i < wanted.count; i++)
    if (targets_add(&session->app->plugins, wanted.items[i], targets, err) != 0)
      return err->code;
  for (size_t i = 0; i < arguments->words.count; i++)
    if (add_row(session, arguments->words.items[i], targets, wanted.count > 0, ret, err) != 0)
      return err->code;
  return 0;
}
