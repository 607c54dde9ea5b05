/* SPDX-License-Identifier: Apache-2.0 */
/* Which entries and versions a run has, as flags and variables say. */
#include "matrix/selection.h"
#include "base/map.h"
#include "matrix/matrix.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LISTED_MAX 20 /* names in a message */

static const struct section_schema *find_schema(const struct section_schema *schemas, size_t count,
                                                const char *section) {
  for (size_t i = 0; i < count; i++)
    if (text_equal(schemas[i].section, section))
      return &schemas[i];
  return NULL;
}

static void add(struct selection *selection, const char *section, const char *text, char *spelled) {
  if (selection->count == selection->capacity)
    selection->items = mem_grow(selection->items, selection->count, &selection->capacity,
                                sizeof *selection->items);
  const char *at = strchr(text, '@');
  struct selector *selector = &selection->items[selection->count++];
  selector->section = section;
  selector->name = at != NULL ? str_copy_n(text, (size_t)(at - text)) : str_copy(text);
  selector->version = at != NULL && at[1] != '\0' ? str_copy(at + 1) : NULL;
  selector->spelled = spelled;
}

static int unknown_section(const char *name, const struct section_schema *schemas, size_t count,
                           struct error *err) {
  auto_buf known = {0};
  const char **names = mem_array(count + 1, sizeof *names);
  for (size_t i = 0; i < count; i++) {
    buf_printf(&known, "%s%s", i > 0 ? ", " : "", schemas[i].section);
    names[i] = schemas[i].section;
  }
  error_set(err, ARTM_E_CONFIG, "the config has no section '%s'", name);
  const char *nearest = text_nearest(name, names, count);
  if (nearest != NULL)
    error_hint(err, "did you mean '%s'?", nearest);
  else if (count > 0)
    error_hint(err, "sections: %s", known.data);
  free_pointer(&names);
  return err->code;
}

int selection_add(struct selection *selection, const char *section, const char *text,
                  const struct section_schema *schemas, size_t count, struct error *err) {
  if (*text == '\0')
    return 0; /* everything */
  if (section != NULL) {
    const struct section_schema *schema = find_schema(schemas, count, section);
    if (schema == NULL)
      return unknown_section(section, schemas, count, err);
    add(selection, schema->section, text, str_format("--%s %s", schema->noun, text));
    return 0;
  }
  const char *equals = strchr(text, '=');
  if (equals == NULL || equals == text || equals[1] == '\0' || equals[1] == '@') {
    error_set(err, ARTM_E_CONFIG, "--select '%s' is not SECTION=NAME[@VERSION]", text);
    return error_hint(err, "write it like --select %s='library/*@1.2*'",
                      count > 0 ? schemas[0].section : "SECTION");
  }
  auto_free char *name = str_copy_n(text, (size_t)(equals - text));
  const struct section_schema *schema = find_schema(schemas, count, name);
  if (schema == NULL)
    return unknown_section(name, schemas, count, err);
  add(selection, schema->section, equals + 1, str_format("--select %s", text));
  return 0;
}

char *selection_variable(const char *noun) {
  char *name = str_format("TARGET_%s", noun);
  for (char *at = name; *at != '\0'; at++)
    *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
  return name;
}

static bool selects_from(const struct selection *selection, const char *section) {
  for (size_t i = 0; i < selection->count; i++)
    if (strcmp(selection->items[i].section, section) == 0)
      return true;
  return false;
}

int selection_from_environment(struct selection *selection, const struct section_schema *schemas,
                               size_t count, struct error *err) {
  for (size_t i = 0; i < count; i++) {
    if (schemas[i].noun == NULL || selects_from(selection, schemas[i].section))
      continue;
    auto_free char *variable = selection_variable(schemas[i].noun);
    const char *text = getenv(variable);
    if (text == NULL || *text == '\0')
      continue;
    if (*text == '@')
      return error_set(err, ARTM_E_CONFIG, "%s='%s' is not NAME[@VERSION]", variable, text);
    add(selection, schemas[i].section, text, str_format("%s=%s", variable, text));
  }
  return 0;
}

static bool selector_has_entry(const struct selector *selector, const struct entry *entry) {
  return entry->name != NULL && strcmp(selector->section, entry->schema->section) == 0 &&
         text_glob(selector->name, entry->name);
}

/* Is it one version, which the entry names whole? Then what its selectors pick adds nothing. */
static bool is_named(const struct selector *selector, const struct entry *entry) {
  if (selector->version == NULL || strpbrk(selector->version, "*?[") != NULL)
    return false;
  for (size_t i = 0; i < entry->version_count; i++)
    if (text_equal(entry->versions[i].text, selector->version))
      return true;
  return false;
}

static bool selector_has_version(const struct selector *selector, const struct entry *entry,
                                 const struct version_item *version) {
  if (version->selector != NULL) /* may pick it: asked again with what it picked */
    return !is_named(selector, entry);
  return selector->version == NULL ||
         (version->text != NULL && text_glob(selector->version, version->text)) ||
         (version->digest != NULL && text_glob(selector->version, version->digest));
}

bool selection_has(const struct selection *selection, const struct entry *entry,
                   const struct version_item *version) {
  for (size_t i = 0; i < selection->count; i++)
    if (selector_has_entry(&selection->items[i], entry) &&
        selector_has_version(&selection->items[i], entry, version))
      return true;
  return selection->count == 0;
}

/* The names of the section, or the versions of the entries whose name matches. */
static void list_choices(const struct selector *selector, const struct entries *entries,
                         bool versions, struct map *ret) {
  for (size_t i = 0; i < entries->count; i++) {
    const struct entry *entry = &entries->items[i];
    if (strcmp(selector->section, entry->schema->section) != 0 || entry->name == NULL)
      continue;
    if (!versions)
      map_put(ret, entry->name, NULL);
    for (size_t k = 0; versions && selector_has_entry(selector, entry) && k < entry->version_count;
         k++) {
      auto_free char *text = matrix_version_text(&entry->versions[k]);
      map_put(ret, text, NULL);
    }
  }
}

static int nothing_matches(const struct selector *selector, const struct entries *entries,
                           bool name_matches, struct error *err) {
  struct map choices = {0};
  auto_buf list = {0};
  list_choices(selector, entries, name_matches, &choices);
  const char **names = mem_array(choices.count + 1, sizeof *names);
  for (size_t i = 0; i < choices.count; i++) {
    names[i] = choices.items[i].key;
    if (i < LISTED_MAX)
      buf_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
  }
  if (choices.count > LISTED_MAX)
    buf_printf(&list, " and %zu more", choices.count - LISTED_MAX);
  error_set(err, ARTM_E_CONFIG, "nothing matches %s; there is: %s", selector->spelled,
            choices.count > 0 ? list.data : "nothing");
  const char *nearest =
      text_nearest(name_matches ? selector->version : selector->name, names, choices.count);
  if (nearest != NULL)
    error_hint(err, "did you mean '%s'?", nearest);
  free_pointer(&names);
  map_done(&choices);
  return err->code;
}

int selection_check(const struct selection *selection, const struct entries *entries,
                    struct error *err) {
  for (size_t i = 0; i < selection->count; i++) {
    const struct selector *selector = &selection->items[i];
    bool name_matches = false, matches = false;
    for (size_t k = 0; k < entries->count && !matches; k++) {
      const struct entry *entry = &entries->items[k];
      if (!selector_has_entry(selector, entry))
        continue;
      name_matches = true;
      /* An entry whose selectors may pick nothing is there all the same. */
      matches = selector->version == NULL;
      for (size_t v = 0; v < entry->version_count && !matches; v++)
        matches = selector_has_version(selector, entry, &entry->versions[v]);
    }
    if (!matches)
      return nothing_matches(selector, entries, name_matches && selector->version != NULL, err);
  }
  return 0;
}

void selection_done(struct selection *selection) {
  for (size_t i = 0; i < selection->count; i++) {
    free_pointer(&selection->items[i].name);
    free_pointer(&selection->items[i].version);
    free_pointer(&selection->items[i].spelled);
  }
  free_pointer(&selection->items);
  *selection = (struct selection){0};
}
