/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML source of skopeo sync: registries, their repositories, and what is wanted of each. */
#include "base/text.h"
#include "import/part.h"
#include "oci/digest.h"
#include "oci/reference.h"
#include "report/log.h"
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BASENAME "{basename}:{version}"

static const char images[] = "images", by_regex[] = "images-by-tag-regex",
                  by_semver[] = "images-by-semver";

/* Begins an entry for a repository of the registry. */
static bool begin(struct import *import, struct import_item *item, const char *registry,
                  const struct node_pair *pair) {
  const char *name = pair->key->text;
  import->size += sizeof *item;
  if (!text_of(import, pair->key, "a repository"))
    return false;
  auto_free char *what = str_format("repository '%s'", name);
  if (strpbrk(name, ":@")) {
    remark_lost(import, &item->remarks, pair->key, what, "it is no name of a repository");
    return false;
  }
  auto_free char *reference = str_format("%s/%s", registry, name);
  return item_source(import, item, pair->key, what, reference);
}

static void add_reference(struct import *import, struct import_item *item,
                          const struct node *node) {
  struct digest digest;
  auto_buf written = {0};
  const char *text = text_of(import, node, "a tag");
  if (!text)
    return;
  if (!reference_is_tag(text) && !digest_parse(text, &digest)) {
    auto_free char *what = str_format("'%s'", text);
    remark_lost(import, &item->remarks, node, what, "it is neither a tag nor a digest");
    return;
  }
  write_quoted(&written, text);
  item_version(import, item, written.data);
}

static void add_references(struct import *import, struct import_item *item,
                           const struct node *list) {
  if (is_nothing(list) || (list->kind == NODE_LIST && list->count == 0)) {
    select_all(import, item);
    return;
  }
  if (list->kind != NODE_LIST) {
    problem_add(import->problems, list, "wrong-type", "tags and digests must be a list");
    return;
  }
  for (uint32_t i = 0; i < list->count && !import_is_full(import); i++)
    add_reference(import, item, list->items[i]);
}

static void add_filter(struct import *import, struct import_item *item, const char *key,
                       const struct node *node) {
  const char *text = is_nothing(node) ? "" : text_of(import, node, key);
  if (!text)
    return;
  auto_free char *what = str_format("%s '%s'", key, text);
  if (key == by_regex)
    select_pattern(import, item, node, what, text);
  else
    select_range(import, item, node, what, text);
}

static void read_repositories(struct import *import, const char *registry, const struct node *map,
                              const char *key) {
  const struct node *list = map_at(import, map, key);
  for (uint32_t i = 0; list && i < list->count && !import_is_full(import); i++) {
    const struct node_pair *pair = &list->pairs[i];
    struct import_item item = {0};
    if (begin(import, &item, registry, pair)) {
      if (key == images)
        add_references(import, &item, pair->value);
      else
        add_filter(import, &item, key, pair->value);
    }
    item_add(import, &item);
    item_done(&item);
  }
}

static void read_settings(struct import *import, const struct node *name, const struct node *map) {
  static const struct key_rule rules[] = {
      {.name = images},       {.name = by_regex},
      {.name = by_semver},    {.name = "credentials"},
      {.name = "tls-verify"}, {"cert-dir", KEY_LOST, "name its files with ca, cert and key"}};
  static const struct key_rule login[] = {
      {.name = "username"},
      {.name = "password"},
      {"identitytoken", KEY_LOST, "write it as password, with a variable or a file"}};
  auto_free char *host = str_copy_n(name->text, strcspn(name->text, "/"));
  struct import_registry *registry = registry_named(import, name, host);
  if (node_text(node_get(map, "credentials"))) /* no map, but it may be a secret all the same */
    log_secret(node_text(node_get(map, "credentials")));
  const struct node *credentials = map_at(import, map, "credentials");
  if (!registry)
    return;
  remark_keys(import, &registry->remarks, map, rules, COUNT(rules), false);
  if (!bool_at(map, "tls-verify", true))
    remark_lost(import, &registry->remarks, node_pair(map, "tls-verify")->key, "tls-verify false",
                "certificates are always checked; name the registry's CA with ca, or write "
                "plain_http: true where there is no TLS");
  if (!credentials)
    return;
  if (node_text(node_get(credentials, "identitytoken")))
    log_secret(node_text(node_get(credentials, "identitytoken")));
  remark_keys(import, &registry->remarks, credentials, login, COUNT(login), true);
  registry_login(import, registry, node_get(credentials, "username"),
                 node_get(credentials, "password"), false);
}

static const char *name_of(const struct import_item *item) {
  const struct artm_field *name = field_with_role(&item->schema->fields, ARTM_ROLE_NAME);
  return name ? node_text(node_get(item->fields, name->name)) : NULL;
}

/* The base name that two repositories share, or NULL. */
static const char *shared_basename(const struct import *import) {
  struct map seen = {0};
  const char *shared = NULL;
  for (size_t i = 0; !shared && i < import->item_count; i++) {
    const char *name = import->items[i].fields ? name_of(&import->items[i]) : NULL;
    const char *slash = name ? strrchr(name, '/') : NULL, *base = slash ? slash + 1 : name;
    if (base && !map_put(&seen, base, (void *)(uintptr_t)name))
      shared = base;
  }
  map_done(&seen);
  return shared;
}

/* A registry's port can't stand in a repository's name. */
static void spell_out(struct import *import, struct import_item *item) {
  if (!item->fields || !item->registry || !strpbrk(item->registry, ":[") || !name_of(item))
    return;
  auto_free char *host = text_lower(item->registry);
  char *to = host;
  for (const char *p = host; *p; p++)
    if (*p == ':')
      *to++ = '-';
    else if (*p != '[' && *p != ']')
      *to++ = *p;
  *to = '\0';
  item->destination = arena_format(&import->memory, "%s/%s:{version}", host, name_of(item));
}

/* The command line says where skopeo puts what, and how it is called there. */
static void set_destinations(struct import *import) {
  const struct import_item *first = NULL;
  for (size_t i = 0; !first && i < import->item_count; i++)
    first = import->items[i].fields ? &import->items[i] : NULL;
  if (!first)
    return;
  const char *shared = shared_basename(import), *field = registry_field(import, first->schema);
  const char *scoped =
      arena_format(&import->memory, "{%s}/{name}:{version}", field ? field : "namespace");
  import->destination = shared ? scoped : BASENAME;
  remark_note(import, &import->remarks,
              "skopeo's command line names the target: write it as 'target:', or give --target");
  if (shared) {
    remark_note(import, &import->remarks,
                "several repositories are called %s, so destinations are as with --scoped", shared);
    for (size_t i = 0; i < import->item_count; i++)
      spell_out(import, &import->items[i]);
  } else {
    remark_note(import, &import->remarks, "destinations are as without --scoped; with it: '%s'",
                scoped);
  }
  remark_note(import, &import->remarks,
              "every platform is mirrored, as with --all; 'platforms:' in an entry limits them");
}

bool is_skopeo(const struct node *root) {
  bool any = false;
  for (uint32_t i = 0; root->kind == NODE_MAP && i < root->count; i++) {
    const struct node *value = root->pairs[i].value;
    if (value->kind != NODE_MAP && !is_nothing(value))
      return false;
    any = any || node_get(value, images) || node_get(value, by_regex) || node_get(value, by_semver);
  }
  return any;
}

void import_skopeo(struct import *import, const struct node *root) {
  static const char *const kinds[] = {images, by_regex, by_semver};
  for (uint32_t i = 0; i < root->count && !import_is_full(import); i++) {
    const struct node *map = root->pairs[i].value;
    const char *registry = text_of(import, root->pairs[i].key, "a registry");
    if (!registry || map->kind != NODE_MAP)
      continue;
    read_settings(import, root->pairs[i].key, map);
    for (size_t k = 0; k < COUNT(kinds); k++)
      read_repositories(import, registry, map, kinds[k]);
  }
  set_destinations(import);
}
