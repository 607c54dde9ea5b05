/* SPDX-License-Identifier: Apache-2.0 */
/* Checking and copying a loaded plugin's tables. */
#include "plugin/adopt.h"
#include "base/memory.h"
#include "plugin/visit.h"
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 256

struct table {
  const char *name; /* "struct artm_source" */
  const void *from; /* its size is the first member */
  size_t least;
  void *to;
  size_t size;
};

static int copy(const struct table *table, struct error *err) {
  uint32_t offered;
  memcpy(&offered, table->from, sizeof offered);
  if (offered < table->least)
    return error_set(err, ARTM_E_CONFIG, "its %s has %u bytes; ABI 1.0 wants %zu", table->name,
                     offered, table->least);
  memset(table->to, 0, table->size);
  memcpy(table->to, table->from, offered < table->size ? offered : table->size);
  return 0;
}

/* Bits that we don't know: the same minor can't have them, a newer one may, and lives without. */
static int check_bits(uint32_t *bits, uint32_t known, const char *what, bool newer,
                      struct error *err) {
  if ((*bits & ~known) && !newer)
    return error_set(err, ARTM_E_CONFIG, "its %s announces abilities unknown to ABI %d.%d: 0x%x",
                     what, ARTM_ABI_MAJOR, ARTM_ABI_MINOR, *bits & ~known);
  *bits &= known;
  return 0;
}

struct required {
  const char *name;
  bool present;
};

static int check_required(const struct required *functions, size_t count, const char *what,
                          struct error *err) {
  for (size_t i = 0; i < count; i++)
    if (!functions[i].present)
      return error_set(err, ARTM_E_CONFIG, "its %s lacks the required function %s", what,
                       functions[i].name);
  return 0;
}

static int adopt_fields(struct field_table *to, const struct artm_field *fields, uint32_t count,
                        uint32_t stride, const char *const *reserved, size_t reserved_count,
                        const char *what, struct error *err) {
  const size_t least = SIZE_THROUGH(struct artm_field, matrix_default);
  if (count == 0)
    return 0;
  if (!fields || count > FIELDS_MAX || stride < least || stride % _Alignof(struct artm_field) != 0)
    return error_set(err, ARTM_E_CONFIG, "its table of %s is damaged (%u items of %u bytes)", what,
                     count, stride);
  for (uint32_t i = 0; i < count; i++) {
    const struct artm_field *field =
        (const struct artm_field *)(const void *)((const char *)fields + (size_t)i * stride);
    if (field->struct_size < least || field->struct_size > stride)
      return error_set(err, ARTM_E_CONFIG,
                       "item %u of its %s has %u bytes; ABI 1.0 wants %zu, its stride is %u", i,
                       what, field->struct_size, least, stride);
  }
  field_table_adopt(to, fields, count, stride);
  auto_free char *wrong = field_table_check(to, reserved, reserved_count);
  return wrong ? error_set(err, ARTM_E_CONFIG, "its table of %s: %s", what, wrong) : 0;
}

static int check_source_fields(const struct plugin *plugin, struct error *err) {
  const struct artm_field *axis = field_with_role(&plugin->source_fields, ARTM_ROLE_AXIS);
  if (!field_with_role(&plugin->source_fields, ARTM_ROLE_NAME) || !axis)
    return error_set(err, ARTM_E_CONFIG, "its entries have no field for the %s",
                     axis ? "name" : "versions");
  if (!axis->matrix_key)
    return error_set(err, ARTM_E_CONFIG, "its field %s does not say what one item is called",
                     axis->name);
  if (!plugin->source.destination || !*plugin->source.destination)
    return error_set(err, ARTM_E_CONFIG, "its source has no default destination");
  return 0;
}

static int check_source_functions(const struct artm_source *source, struct error *err) {
  const struct required functions[] = {
      {"create", source->create},       {"destroy", source->destroy},
      {"open", source->open},           {"close", source->close},
      {"resolve", source->resolve},     {"manifest", source->manifest},
      {"open_blob", source->open_blob},
  };
  int rc = check_required(functions, sizeof functions / sizeof functions[0], "source", err);
  if (rc)
    return rc;
  if ((source->caps & ARTM_SOURCE_DEFERRED) && (!source->matches || !source->fetch))
    return error_set(err, ARTM_E_CONFIG,
                     "its source announces deferred roots without the functions matches and fetch");
  if ((source->caps & ARTM_SOURCE_DATES) && !source->list_versions)
    return error_set(err, ARTM_E_CONFIG,
                     "its source announces dates without the function list_versions");
  return 0;
}

static int adopt_source(struct plugin *plugin, const struct artm_source *from, bool newer,
                        struct error *err) {
  static const char *const option_names[] = {"id"};
  struct artm_source *source = &plugin->source;
  int rc =
      copy(&(struct table){"struct artm_source", from, SIZE_THROUGH(struct artm_source, referrers),
                           source, sizeof *source},
           err);
  if (!rc)
    rc = check_bits(&source->caps, ARTM_SOURCE_DATES | ARTM_SOURCE_DEFERRED, "source", newer, err);
  if (!rc)
    rc = check_source_functions(source, err);
  if (rc)
    return rc;
  size_t count;
  const char *const *names = core_entry_names(&count);
  rc = adopt_fields(&plugin->source_fields, source->fields, source->fields_count,
                    source->fields_stride, names, count, "entry fields", err);
  if (!rc)
    rc = adopt_fields(&plugin->source_options, source->options, source->options_count,
                      source->options_stride, option_names, 1, "source options", err);
  if (!rc && source->on_change > ARTM_ON_CHANGE_FAIL)
    rc =
        error_set(err, ARTM_E_CONFIG, "its source has an unknown on_change: %u", source->on_change);
  return rc ? rc : check_source_fields(plugin, err);
}

static int adopt_target(struct plugin *plugin, const struct artm_target *from, bool newer,
                        struct error *err) {
  static const char *const option_names[] = {"id", "type"};
  struct artm_target *target = &plugin->target;
  int rc =
      copy(&(struct table){"struct artm_target", from,
                           SIZE_THROUGH(struct artm_target, export_layout), target, sizeof *target},
           err);
  if (!rc)
    rc = check_bits(&target->caps, 0, "target", newer, err);
  if (rc)
    return rc;
  const struct required functions[] = {
      {"create", target->create},       {"destroy", target->destroy},
      {"open", target->open},           {"close", target->close},
      {"resolve", target->resolve},     {"manifest", target->manifest},
      {"open_blob", target->open_blob}, {"has_blob", target->has_blob},
      {"put_blob", target->put_blob},   {"put_manifest", target->put_manifest},
  };
  rc = check_required(functions, sizeof functions / sizeof functions[0], "target", err);
  if (!rc)
    rc = adopt_fields(&plugin->target_options, target->options, target->options_count,
                      target->options_stride, option_names, 2, "target options", err);
  if (!rc && !field_with_role(&plugin->target_options, ARTM_ROLE_VALUE))
    rc = error_set(err, ARTM_E_CONFIG, "its target has no option for the value of --target");
  return rc;
}

static int adopt_scanner(struct plugin *plugin, const struct artm_scanner *from, bool newer,
                         struct error *err) {
  static const char *const option_names[] = {"enabled",   "required", "severity", "ignore_unfixed",
                                             "pkg_types", "timeout",  "gate"};
  struct artm_scanner *scanner = &plugin->scanner;
  int rc = copy(&(struct table){"struct artm_scanner", from,
                                SIZE_THROUGH(struct artm_scanner, scan), scanner, sizeof *scanner},
                err);
  if (!rc)
    rc = check_bits(&scanner->caps, ARTM_SCANNER_REGISTRY | ARTM_SCANNER_LAYOUT, "scanner", newer,
                    err);
  if (rc)
    return rc;
  const struct required functions[] = {
      {"create", scanner->create},   {"destroy", scanner->destroy}, {"probe", scanner->probe},
      {"prepare", scanner->prepare}, {"scan", scanner->scan},
  };
  rc = check_required(functions, sizeof functions / sizeof functions[0], "scanner", err);
  if (!rc && (!scanner->caps || !scanner->config_media_types))
    rc = error_set(err, ARTM_E_CONFIG, "its scanner does not say what it can scan");
  return rc ? rc
            : adopt_fields(&plugin->scanner_options, scanner->options, scanner->options_count,
                           scanner->options_stride, option_names,
                           sizeof option_names / sizeof option_names[0], "scanner options", err);
}

/* Metadata and tables must tell the same story: one was read to choose the plugin. */
static int check_claims(const struct plugin *plugin, const struct artm_plugin *table,
                        struct error *err) {
  const struct {
    const char *key, *what;
    bool present;
  } kinds[] = {{"section", "source", table->source != NULL},
               {"prefix", "target", table->target != NULL},
               {"scanner", "scanner", table->scanner != NULL}};
  for (size_t i = 0; i < 3; i++) {
    bool claimed = metadata_value(&plugin->metadata, kinds[i].key, 0) != NULL;
    if (claimed && !kinds[i].present)
      return error_set(err, ARTM_E_CONFIG, "its metadata has \"%s=\", but it brings no %s",
                       kinds[i].key, kinds[i].what);
    if (!claimed && kinds[i].present)
      return error_set(err, ARTM_E_CONFIG, "it brings a %s, but its metadata lacks \"%s=\"",
                       kinds[i].what, kinds[i].key);
  }
  if (!table->source && !table->target && !table->scanner)
    return error_set(err, ARTM_E_CONFIG, "it brings no source, target or scanner");
  return 0;
}

static int adopt_plugin(struct plugin *plugin, const struct artm_plugin *from, bool newer,
                        struct error *err) {
  struct artm_plugin table;
  int rc = copy(&(struct table){"struct artm_plugin", from,
                                SIZE_THROUGH(struct artm_plugin, extension), &table, sizeof table},
                err);
  if (!rc)
    rc = check_claims(plugin, &table, err);
  if (!rc && table.threads > ARTM_THREADS_PARALLEL && !newer)
    rc = error_set(err, ARTM_E_CONFIG, "it declares an unknown thread model: %u", table.threads);
  if (!rc && table.source)
    rc = adopt_source(plugin, table.source, newer, err);
  if (!rc && table.target)
    rc = adopt_target(plugin, table.target, newer, err);
  if (!rc && table.scanner)
    rc = adopt_scanner(plugin, table.scanner, newer, err);
  if (rc)
    return rc;
  plugin->threads =
      table.threads <= ARTM_THREADS_PARALLEL ? table.threads : ARTM_THREADS_SERIAL_PLUGIN;
  plugin->has_source = table.source != NULL;
  plugin->has_target = table.target != NULL;
  plugin->has_scanner = table.scanner != NULL;
  adopt_defaults(plugin);
  return 0;
}

int adopt_entry(struct plugin *plugin, const struct artm_entry *from, struct error *err) {
  const size_t least = SIZE_THROUGH(struct artm_entry, build);
  if (from->struct_size < least)
    return error_set(err, ARTM_E_CONFIG, "its struct artm_entry has %u bytes; ABI 1.0 wants %zu",
                     from->struct_size, least);
  if (!from->plugin)
    return error_set(err, ARTM_E_CONFIG, "its entry has no plugin table");
  plugin->build = from->build ? from->build : "";
  return adopt_plugin(plugin, from->plugin, from->abi_minor > ARTM_ABI_MINOR, err);
}
