/* SPDX-License-Identifier: Apache-2.0 */
/* Entries made out of references by source.parse. */
#include "unit/scripted_plugin.h"

static void references_become_entries(void **state) {
  struct world *world = *state;
  open_all(world);
  static const char *const pairs[][2] = {
      {"name", "it's: a #name"}, {"versions", "1.20"}, {"depth", "3"}, {NULL, NULL}};
  memcpy(script.pairs, pairs, sizeof pairs);
  struct arena memory = {0};
  struct node *node = NULL;
  assert_int_equal(source_parse(world->source, &world->call, "x", &memory, &node), 0);
  assert_string_equal(node_text(node_get(node, "name")), "it's: a #name");
  const struct node *versions = node_get(node, "versions");
  assert_int_equal(versions->kind, NODE_LIST);
  assert_int_equal(versions->count, 1);
  assert_string_equal(versions->items[0]->text, "1.20");
  assert_int_equal(versions->items[0]->type, NODE_STRING);
  assert_int_equal(node_get(node, "depth")->type, NODE_INT);
  assert_int_equal(versions->line, 0); /* no place that a message may name */
  assert_null(versions->file->text);

  script.pairs[1][1] = "['1.20', {tag: '2', digest: 'sha256:x'}]";
  assert_int_equal(source_parse(world->source, &world->call, "x", &memory, &node), 0);
  versions = node_get(node, "versions");
  assert_int_equal(versions->count, 2);
  assert_string_equal(node_text(node_get(versions->items[1], "tag")), "2");
  arena_done(&memory);
}

static void bad_fields_of_a_reference_are_refused(void **state) {
  struct world *world = *state;
  open_all(world);
  struct arena memory = {0};
  struct node *node = NULL;
  expect_failure(world, source_parse(world->source, &world->call, "x", &memory, &node),
                 ARTM_E_INTERNAL, "no field at all");
  script.pairs[0][0] = "destination";
  script.pairs[0][1] = "x";
  expect_failure(world, source_parse(world->source, &world->call, "x", &memory, &node),
                 ARTM_E_INTERNAL, "no field destination");
  script.pairs[0][0] = "name";
  script.pairs[0][1] = "a\ndestination: b";
  expect_failure(world, source_parse(world->source, &world->call, "x", &memory, &node),
                 ARTM_E_CONFIG, "not one line");
  script.pairs[0][1] = "{a: ";
  expect_failure(world, source_parse(world->source, &world->call, "x", &memory, &node),
                 ARTM_E_INTERNAL, "no YAML");
  script.pairs[0][0] = NULL;
  script.answer = ARTM_NO;
  assert_int_equal(source_parse(world->source, &world->call, "x", &memory, &node), ARTM_NO);
  assert_null(node);
  arena_done(&memory);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(references_become_entries),
      CASE(bad_fields_of_a_reference_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
