/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into scanners that keep the contract, and into some that don't: their life, their tools,
 * what they are given. */
#include "unit/scripted_scanner.h"

static void knows_what_it_takes(void **state) {
  struct lab *lab = *state;
  assert_true(scanner_takes(lab->scanner, types[0]));
  assert_false(scanner_takes(lab->scanner, "application/vnd.cncf.helm.config.v1+json"));
  assert_false(scanner_takes(lab->scanner, NULL));
  assert_true(scanner_reads_registry(lab->scanner));
  assert_false(scanner_reads_layout(lab->scanner));
}

static void a_crash_in_create_is_refused(void **state) {
  struct lab *lab = *state;
  struct scanner *scanner = NULL;
  auto_error error = {0};
  script.create = CREATE_CRASH;
  assert_int_equal(scanner_new(&lab->world->plugin, &lab->world->services, NULL, &scanner, &error),
                   ARTM_E_CONFIG);
  assert_null(scanner);
  assert_non_null(strstr(error.message, "signal 11"));
}

static void who_is_none_is_told(void **state) {
  struct lab *lab = *state;
  struct scanner *scanner = NULL;
  auto_error error = {0};
  lab->world->plugin.has_scanner = false;
  assert_int_equal(scanner_new(&lab->world->plugin, &lab->world->services, NULL, &scanner, &error),
                   ARTM_E_CONFIG);
  assert_non_null(strstr(error.message, "no scanner"));
}

static void the_tool_is_copied(void **state) {
  struct lab *lab = *state;
  struct arena memory = {0};
  struct scan_tool tool = {0};
  char version[] = "0.74.0";
  scan.gives_tool = true;
  scan.tool = (struct artm_tool){.struct_size = sizeof scan.tool, .name = "it", .version = version};
  assert_int_equal(scanner_probe(lab->scanner, &lab->world->call, &memory, &tool), 0);
  version[0] = 'x';
  assert_string_equal(tool.plugin, "kit");
  assert_string_equal(tool.name, "it");
  assert_string_equal(tool.version, "0.74.0");
  assert_false(tool.has_db_updated || tool.has_db_next_update);
  scan.tool = (struct artm_tool){.struct_size = sizeof scan.tool,
                                 .flags = ARTM_TOOL_DB_UPDATED,
                                 .db_updated = 1700000000,
                                 .db_version = "2"};
  assert_int_equal(scanner_prepare(lab->scanner, &lab->world->call, &memory, &tool), 0);
  assert_string_equal(tool.version, "0.74.0");
  assert_string_equal(tool.db_version, "2");
  assert_true(tool.has_db_updated && !tool.has_db_next_update);
  assert_int_equal(tool.db_updated, 1700000000);
  scan.gives_tool = false;
  assert_int_equal(scanner_prepare(lab->scanner, &lab->world->call, &memory, &tool), 0);
  assert_string_equal(tool.db_version, "2");
  arena_done(&memory);
}

static void a_missing_tool_is_an_answer(void **state) {
  struct lab *lab = *state;
  struct arena memory = {0};
  struct scan_tool tool = {0};
  script.answer = ARTM_NO;
  assert_int_equal(scanner_probe(lab->scanner, &lab->world->call, &memory, &tool), ARTM_NO);
  expect_failure(lab->world, scanner_prepare(lab->scanner, &lab->world->call, &memory, &tool),
                 ARTM_E_INTERNAL, "scanner.prepare answered 1");
  script.answer = ARTM_E_POLICY;
  script.fails = true;
  expect_failure(lab->world, scanner_probe(lab->scanner, &lab->world->call, &memory, &tool),
                 ARTM_E_POLICY, "as the script says");
  assert_null(tool.plugin);
  arena_done(&memory);
}

static void a_strange_tool_is_refused(void **state) {
  struct lab *lab = *state;
  struct arena memory = {0};
  struct scan_tool tool = {0};
  char text[2000];
  memset(text, 'v', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  expect_failure(lab->world, scanner_probe(lab->scanner, &lab->world->call, &memory, &tool),
                 ARTM_E_INTERNAL, "named no tool");
  scan.gives_tool = true;
  for (int swallows = 0; swallows < 2; swallows++) {
    scan.swallows = swallows != 0;
    scan.tool = (struct artm_tool){.struct_size = sizeof scan.tool, .name = "it", .version = text};
    expect_failure(lab->world, scanner_probe(lab->scanner, &lab->world->call, &memory, &tool),
                   ARTM_E_INTERNAL, "name or version");
    scan.tool = (struct artm_tool){.struct_size = sizeof scan.tool, .name = "it", .flags = 64};
    expect_failure(lab->world, scanner_probe(lab->scanner, &lab->world->call, &memory, &tool),
                   ARTM_E_UNSUPPORTED, "0x40");
  }
  assert_null(tool.plugin);
  arena_done(&memory);
}

static void the_subject_arrives(void **state) {
  struct lab *lab = *state;
  lab->subject.plain_http = true;
  lab->subject.ca_file = "/ca.pem";
  assert_int_equal(scan_now(lab), 0);
  assert_int_equal(scan.seen.struct_size, sizeof scan.seen);
  assert_int_equal(scan.seen.flags, ARTM_SCAN_PLAIN_HTTP);
  assert_string_equal(scan.seen.reference, lab->subject.reference);
  assert_string_equal(scan.seen.repository, "host:5000/name");
  assert_string_equal(scan.seen.ca_file, "/ca.pem");
  assert_null(scan.seen.layout);
  assert_string_equal(scan.seen.folder, lab->folder);
  assert_string_equal(scan.seen.platform, "linux/arm64/v8");
  assert_string_equal(scan.seen.config_media_type, types[0]);
  assert_ptr_equal(scan.seen.settings, &lab->scanner->options);
  assert_false(lab->result->os_known);
}

static int32_t export_it(struct artm_repository *repository, struct artm_call *call,
                         const struct artm_descriptor *manifest, const char *folder) {
  assert_ptr_equal(repository, &a_repository);
  snprintf(scan.exported, sizeof scan.exported, "%s to %s", manifest->digest, folder);
  return answer(call);
}

static void a_layout_is_exported(void **state) {
  struct lab *lab = *state;
  struct world *world = lab->world;
  open_all(world);
  assert_int_equal(
      target_export_layout(world->repository, &world->call, &lab->manifest, lab->folder),
      ARTM_E_UNSUPPORTED);
  assert_non_null(strstr(world->call.error.message, "kit"));
  world->plugin.target.export_layout = export_it;
  assert_int_equal(
      target_export_layout(world->repository, &world->call, &lab->manifest, lab->folder), 0);
  assert_true(text_starts(scan.exported, HELLO_256 " to "));
  assert_true(text_ends(scan.exported, lab->folder));
  script.answer = ARTM_NO;
  assert_int_equal(
      target_export_layout(world->repository, &world->call, &lab->manifest, lab->folder),
      ARTM_E_INTERNAL);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, lab_up, lab_down)
  const struct CMUnitTest tests[] = {
      CASE(knows_what_it_takes),         CASE(a_crash_in_create_is_refused),
      CASE(who_is_none_is_told),         CASE(the_tool_is_copied),
      CASE(a_missing_tool_is_an_answer), CASE(a_strange_tool_is_refused),
      CASE(the_subject_arrives),         CASE(a_layout_is_exported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
