/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin tables of the right and the wrong size, with and without what they announce. */
#include "base/memory.h"
#include "plugin/adopt.h"
#include "unit/plugin_kit.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int adopt(struct kit *kit, struct plugin *plugin, struct error *error) {
  memset(plugin, 0, sizeof *plugin);
  plugin->id = str_copy("kit");
  plugin->metadata.size = kit->keys_size;
  plugin->metadata.bytes = str_copy_n(kit->keys, kit->keys_size);
  return adopt_entry(plugin, &kit->entry, error);
}

static void plugin_clear(struct plugin *plugin) {
  field_table_done(&plugin->source_fields);
  field_table_done(&plugin->source_options);
  field_table_done(&plugin->target_options);
  field_table_done(&plugin->scanner_options);
  metadata_done(&plugin->metadata);
  free(plugin->id);
}

static void expect_refusal(struct kit *kit, const char *part) {
  struct plugin plugin;
  struct error error = {0};
  int rc = adopt(kit, &plugin, &error);
  if (rc != ARTM_E_CONFIG || !strstr(error.message, part))
    fail_msg("expected a refusal with \"%s\", got \"%s\"", part,
             error.message ? error.message : "none");
  error_done(&error);
  plugin_clear(&plugin);
}

static void expect_fine(struct kit *kit, struct plugin *plugin) {
  struct error error = {0};
  if (adopt(kit, plugin, &error) != 0)
    fail_msg("refused: %s", error.message);
}

static void takes_a_good_one(void **state) {
  (void)state;
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  expect_fine(&kit, &plugin);
  assert_true(plugin.has_source);
  assert_true(plugin.has_target);
  assert_false(plugin.has_scanner);
  assert_int_equal(plugin.threads, ARTM_THREADS_SERIAL_PLUGIN);
  assert_int_equal(plugin.source_fields.count, 2);
  assert_int_equal(plugin.target_options.count, 1);
  assert_string_equal(plugin.build, "by hand");
  struct section_schema schema;
  plugin_section_schema(&plugin, &schema);
  assert_string_equal(schema.section, "things");
  assert_string_equal(schema.noun, "thing");
  assert_string_equal(schema.destination, "{name}:{version}");
  assert_false(schema.dates);
  plugin_clear(&plugin);
}

static void optional_functions_are_never_null(void **state) {
  (void)state;
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  expect_fine(&kit, &plugin);
  struct artm_call call = {.plugin = "kit"};
  assert_int_equal(plugin.source.begin(NULL, &call, NULL, 0), 0);
  assert_int_equal(plugin.source.parse(NULL, &call, "x", NULL), ARTM_NO);
  assert_int_equal(plugin.source.list_versions(NULL, &call, NULL, NULL), ARTM_E_UNSUPPORTED);
  assert_non_null(strstr(call.error.message, "kit"));
  assert_int_equal(plugin.source.matches(NULL, &call, NULL), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.source.fetch(NULL, &call, NULL), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.source.referrers(NULL, &call, "x", NULL), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.target.referrers(NULL, &call, "x", NULL), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.target.mount(NULL, &call, NULL, "x"), ARTM_NO);
  assert_int_equal(plugin.target.tags(NULL, &call, NULL), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.target.delete_tag(NULL, &call, "x"), ARTM_E_UNSUPPORTED);
  assert_int_equal(plugin.target.export_layout(NULL, &call, NULL, "x"), ARTM_E_UNSUPPORTED);
  call_done(&call);
  plugin_clear(&plugin);
}

static void refuses_structs_shorter_than_the_first(void **state) {
  (void)state;
  struct kit kit;
  kit_init(&kit);
  kit.entry.struct_size -= 8;
  expect_refusal(&kit, "struct artm_entry");
  kit_init(&kit);
  kit.plugin.struct_size -= 1;
  expect_refusal(&kit, "struct artm_plugin");
  kit_init(&kit);
  kit.source.struct_size -= (uint32_t)sizeof(void *);
  expect_refusal(&kit, "struct artm_source");
  kit_init(&kit);
  kit.target.struct_size = 0;
  expect_refusal(&kit, "struct artm_target has 0 bytes");
  kit_init(&kit);
  kit.entry.plugin = NULL;
  expect_refusal(&kit, "no plugin table");
}

/* What a newer plugin appends is not read, and not written over. */
static void takes_longer_structs(void **state) {
  (void)state;
  struct {
    struct artm_source source;
    void *more[4];
  } longer;
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  longer.source = kit.source;
  memset(longer.more, 0xee, sizeof longer.more);
  longer.source.struct_size = sizeof longer;
  kit.plugin.source = &longer.source;
  kit.entry.abi_minor = 4;
  expect_fine(&kit, &plugin);
  assert_ptr_equal(plugin.source.open_blob, source_blob);
  assert_int_equal(plugin.source.struct_size, sizeof longer);
  plugin_clear(&plugin);
}

#define LACKS(member, function)                                                     \
  do {                                                                              \
    kit_init(&kit);                                                                 \
    kit.member.function = NULL;                                                     \
    expect_refusal(&kit, "its " #member " lacks the required function " #function); \
  } while (0)

static void refuses_missing_required_functions(void **state) {
  (void)state;
  struct kit kit;
  LACKS(source, create);
  LACKS(source, destroy);
  LACKS(source, open);
  LACKS(source, close);
  LACKS(source, resolve);
  LACKS(source, manifest);
  LACKS(source, open_blob);
  LACKS(target, create);
  LACKS(target, destroy);
  LACKS(target, open);
  LACKS(target, close);
  LACKS(target, resolve);
  LACKS(target, manifest);
  LACKS(target, open_blob);
  LACKS(target, has_blob);
  LACKS(target, put_blob);
  LACKS(target, put_manifest);
}

static void refuses_abilities_without_their_functions(void **state) {
  (void)state;
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  kit.source.caps = ARTM_SOURCE_DEFERRED;
  kit.source.fetch = source_sink;
  expect_refusal(&kit, "without the functions matches and fetch");
  kit.source.matches = source_matches_it;
  expect_fine(&kit, &plugin);
  plugin_clear(&plugin);
  kit_init(&kit);
  kit.source.caps = ARTM_SOURCE_DATES;
  expect_refusal(&kit, "without the function list_versions");
}

static void unknown_abilities_depend_on_the_minor(void **state) {
  (void)state;
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  kit.source.caps = 0x100;
  expect_refusal(&kit, "0x100");
  kit_init(&kit);
  kit.target.caps = 1;
  expect_refusal(&kit, "0x1");
  kit.source.caps = 0x100;
  kit.plugin.threads = 17;
  kit.entry.abi_minor = ARTM_ABI_MINOR + 1;
  expect_fine(&kit, &plugin);
  assert_int_equal(plugin.source.caps, 0);
  assert_int_equal(plugin.threads, ARTM_THREADS_SERIAL_PLUGIN);
  plugin_clear(&plugin);
  kit_init(&kit);
  kit.plugin.threads = 17;
  expect_refusal(&kit, "thread model");
  kit_init(&kit);
  kit.source.on_change = 3;
  expect_refusal(&kit, "on_change");
}

static void metadata_and_tables_must_agree(void **state) {
  (void)state;
  struct kit kit;
  kit_init(&kit);
  kit.plugin.source = NULL;
  expect_refusal(&kit, "brings no source");
  kit_init(&kit);
  kit.plugin.target = NULL;
  expect_refusal(&kit, "brings no target");
  kit_init(&kit);
  kit.keys = "artmirror=1.0\0id=kit\0prefix=\0";
  kit.keys_size = sizeof "artmirror=1.0\0id=kit\0prefix=\0";
  expect_refusal(&kit, "lacks \"section=\"");
  kit_init(&kit);
  kit.plugin.source = NULL;
  kit.plugin.target = NULL;
  kit.keys = "artmirror=1.0\0id=kit\0";
  kit.keys_size = sizeof "artmirror=1.0\0id=kit\0";
  expect_refusal(&kit, "no source, target or scanner");
}

static void checks_field_tables(void **state) {
  (void)state;
  struct kit kit;
  kit_init(&kit);
  kit.source.fields_count = 1;
  expect_refusal(&kit, "no field for the versions");
  kit_init(&kit);
  kit.source.fields_count = 0;
  expect_refusal(&kit, "no field for");
  kit_init(&kit);
  kit.source.fields = NULL;
  expect_refusal(&kit, "damaged");
  kit_init(&kit);
  kit.source.fields_stride = 8;
  expect_refusal(&kit, "damaged");
  kit_init(&kit);
  kit.source.fields_stride = sizeof(struct artm_field) + 4;
  expect_refusal(&kit, "damaged");
  kit_init(&kit);
  kit.source.fields_count = UINT32_MAX;
  expect_refusal(&kit, "damaged");
  kit_init(&kit);
  kit.target.options_count = 0;
  expect_refusal(&kit, "no option for the value");
  kit_init(&kit);
  kit.source.destination = NULL;
  expect_refusal(&kit, "no default destination");

  struct artm_field fields[3] = {good_fields[0], good_fields[1],
                                 ARTM_FIELD(.name = "gate", .type = ARTM_TYPE_STRING, .doc = "x")};
  kit_init(&kit);
  kit.source.fields = fields;
  kit.source.fields_count = 3;
  expect_refusal(&kit, "gate"); /* a core field */
  fields[2].name = "fine";
  fields[2].struct_size = 16;
  expect_refusal(&kit, "has 16 bytes");
  fields[2].struct_size = sizeof fields[2] + 8;
  expect_refusal(&kit, "its stride is");
  fields[2].struct_size = sizeof fields[2];
  fields[1].matrix_key = NULL;
  kit.source.fields_count = 2;
  expect_refusal(&kit, "versions");
}

/* A newer plugin's fields are longer; each is found by the stride. */
static void reads_fields_by_their_stride(void **state) {
  (void)state;
  struct {
    struct artm_field field;
    const char *more;
  } longer[2] = {{good_fields[0], "new"}, {good_fields[1], "new"}};
  longer[0].field.struct_size = longer[1].field.struct_size = sizeof longer[0];
  struct kit kit;
  struct plugin plugin;
  kit_init(&kit);
  kit.source.fields = &longer[0].field;
  kit.source.fields_stride = sizeof longer[0];
  kit.entry.abi_minor = 1;
  expect_fine(&kit, &plugin);
  assert_string_equal(plugin.source_fields.fields[1].name, "versions");
  plugin_clear(&plugin);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(takes_a_good_one),
      cmocka_unit_test(optional_functions_are_never_null),
      cmocka_unit_test(refuses_structs_shorter_than_the_first),
      cmocka_unit_test(takes_longer_structs),
      cmocka_unit_test(refuses_missing_required_functions),
      cmocka_unit_test(refuses_abilities_without_their_functions),
      cmocka_unit_test(unknown_abilities_depend_on_the_minor),
      cmocka_unit_test(metadata_and_tables_must_agree),
      cmocka_unit_test(checks_field_tables),
      cmocka_unit_test(reads_fields_by_their_stride),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
