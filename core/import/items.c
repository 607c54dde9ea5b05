/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in the making. Which section, fields and names they have is what the plugin says that
 * reads such references. */
#include "base/text.h"
#include "import/part.h"
#include <string.h>

#define PROBE "registry.invalid"

static int ask(struct import *import, const char *reference, const struct section_schema **schema,
               const struct node **fields, struct error *err) {
  auto_free char *whole = str_format("docker://%s", reference);
  return import->lookup->entry(import->lookup->arg, whole, schema, fields, err);
}

const char *registry_field(struct import *import, const struct section_schema *wanted) {
  const struct section_schema *schema;
  const struct node *fields;
  auto_error err = {0};
  if (import->probed == wanted)
    return import->probed_field;
  import->probed = wanted;
  import->probed_field = NULL;
  if (ask(import, PROBE "/a/b:c", &schema, &fields, &err) != 0 || schema != wanted)
    return NULL;
  for (uint32_t i = 0; i < fields->count; i++)
    if (text_equal(node_text(fields->pairs[i].value), PROBE))
      import->probed_field = fields->pairs[i].key->text;
  return import->probed_field;
}

static const char *field_text(const struct node *fields, const char *name) {
  return name ? node_text(node_get(fields, name)) : NULL;
}

int reference_split(struct import *import, const char *reference, const char **ret_registry,
                    const char **ret_repository, struct error *err) {
  const struct section_schema *schema;
  const struct node *fields;
  if (ask(import, reference, &schema, &fields, err) != 0)
    return err->code;
  const struct artm_field *name = field_with_role(&schema->fields, ARTM_ROLE_NAME);
  const char *registry = field_text(fields, registry_field(import, schema));
  const char *repository = field_text(fields, name ? name->name : NULL);
  if (!registry || !repository)
    return error_set(err, ARTM_E_CONFIG, "its plugin does not tell registry and repository apart");
  *ret_registry = registry;
  *ret_repository = repository;
  return 0;
}

bool item_source(struct import *import, struct import_item *item, const struct node *at,
                 const char *what, const char *reference) {
  auto_error err = {0};
  if (ask(import, reference, &item->schema, &item->fields, &err) != 0) {
    item->fields = NULL;
    remark_lost(import, &item->remarks, at, what, "%s", err.message);
    return false;
  }
  if (!field_with_role(&item->schema->fields, ARTM_ROLE_AXIS)) {
    item->fields = NULL;
    remark_lost(import, &item->remarks, at, what, "entries of '%s' have no versions",
                item->schema->section);
    return false;
  }
  item->registry = field_text(item->fields, registry_field(import, item->schema));
  return true;
}

void item_version(struct import *import, struct import_item *item, const char *written) {
  import->size += strlen(written) + 2;
  if (!import_is_full(import))
    map_put(&item->versions, written, import);
}

/* What entries must have in common to be one. */
static char *key_of(const struct import_item *item) {
  auto_buf key = {0};
  buf_printf(&key, "%s\n", item->schema->section);
  write_fields(item->schema, item->fields, "", &key);
  write_list(&key, &item->platforms);
  buf_printf(&key, "%d %s\n", item->sparse, item->referrers ? item->referrers : "");
  if (item->target_registry)
    buf_printf(&key, "%s/%s\n", item->target_registry, item->target_repository);
  if (item->target_tag)
    buf_printf(&key, "%s %s\n", item->target_tag, item->versions.items[0].key);
  return buf_take(&key);
}

static void append(struct import *import, struct import_item *item) {
  import->items =
      mem_grow(import->items, import->item_count, &import->item_capacity, sizeof *import->items);
  import->items[import->item_count++] = *item;
  *item = (struct import_item){0};
}

static void add_all(struct import *import, struct map *to, const struct map *from) {
  for (size_t i = 0; i < from->count; i++)
    map_put(to, from->items[i].key, import);
}

void item_add(struct import *import, struct import_item *item) {
  if (!item->fields || item->versions.count == 0) {
    item->fields = NULL;
    append(import, item);
    return;
  }
  auto_free char *key = key_of(item);
  uintptr_t position = (uintptr_t)map_get(&import->by_key, key);
  if (position) {
    add_all(import, &import->items[position - 1].versions, &item->versions);
    add_all(import, &import->items[position - 1].remarks, &item->remarks);
    item_done(item);
    return;
  }
  import->size += strlen(key);
  map_put(&import->by_key, key, (void *)(uintptr_t)(import->item_count + 1));
  append(import, item);
}

void item_done(struct import_item *item) {
  map_done(&item->versions);
  map_done(&item->remarks);
  strings_done(&item->platforms);
  *item = (struct import_item){0};
}
