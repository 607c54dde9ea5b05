/* SPDX-License-Identifier: Apache-2.0 */
/* Settings and sections out of one or several files. */
#include "base/fs.h"
#include "base/text.h"
#include "config/settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct artm_field image_fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED, .role = ARTM_ROLE_AXIS),
    ARTM_FIELD(.name = "source_registry", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED),
};
static struct section_schema known[] = {
    {.section = "images", .noun = "image", .plugin = "docker"},
    {.section = "layouts", .noun = "layout", .plugin = "oci-layout"},
};

struct reading {
  struct document document;
  struct settings settings;
  struct problems problems;
};

static void read_files(struct reading *r, const char *first, const char *second) {
  *r = (struct reading){0};
  document_load_text("a.yaml", first, &r->document, &r->problems);
  if (second)
    document_load_text("b.yaml", second, &r->document, &r->problems);
  settings_read(&r->document, known, 2, &r->settings, &r->problems);
}

static void done(struct reading *r) {
  settings_done(&r->settings);
  document_done(&r->document);
  problems_done(&r->problems);
}

static void expect_fine(struct reading *r, const char *first, const char *second) {
  read_files(r, first, second);
  if (r->problems.count)
    fail_msg("%s: %s", first, r->problems.items[0].message);
}

static void expect_bad(const char *text, const char *code, const char *says) {
  struct reading r;
  read_files(&r, text, NULL);
  if (r.problems.count != 1)
    fail_msg("%zu problems in %s (%s)", r.problems.count, text,
             r.problems.count ? r.problems.items[0].message : "");
  const struct problem *problem = &r.problems.items[0];
  auto_free char *all =
      str_format("%s / %s / %s", problem->message, problem->expected ? problem->expected : "",
                 problem->hint ? problem->hint : "");
  if (strcmp(problem->code, code) != 0 || !strstr(all, says))
    fail_msg("%s: '%s' is not said in: %s: %s", text, says, problem->code, all);
  done(&r);
}

static void test_sections(void **state) {
  (void)state;
  struct reading r;
  expect_fine(&r, "x-common: &c {source_registry: docker.io}\nimages: [{name: a, <<: *c}]\n",
              "defaults: {images: {source_registry: ghcr.io, on_change: keep}}\n"
              "layouts: []\nimages: [{name: b}, {name: c}]\n");
  assert_int_equal(r.settings.section_count, 2);
  const struct section *images = &r.settings.sections[0];
  assert_string_equal(images->name, "images");
  assert_int_equal(images->entry_count, 3);
  assert_string_equal(node_text(node_get(images->entries[2], "name")), "c");
  assert_string_equal(node_text(node_get(images->defaults, "on_change")), "keep");
  assert_string_equal(r.settings.sections[1].name, "layouts");
  assert_null(r.settings.sections[1].defaults);
  assert_int_equal(config_number(&r.settings.run, "parallel", 0), 32);
  assert_int_equal(config_number(&r.settings.run, "stall_timeout", 0), 60000);
  done(&r);
  expect_fine(&r, "# empty\n", NULL);
  assert_int_equal(r.settings.section_count, 0);
  done(&r);
}

static void test_bad_top(void **state) {
  (void)state;
  expect_bad("wheels: []\n", "unclaimed-section",
             "no plugin claims 'wheels:'; loaded: docker (images), oci-layout (layouts)");
  expect_bad("image: []\n", "unclaimed-section", "did you mean 'images'?");
  expect_bad("registry: {}\n", "unclaimed-section", "did you mean 'registries'?");
  expect_bad("scanners: [x]\n", "wrong-type", "'scanners' must be a map");
  expect_bad("gate: block\n", "wrong-type", "'gate' must be a map");
  expect_bad("referrers: all\n", "wrong-type", "true, false, or {artifact_types: [");
  expect_bad("referrers: 'true'\n", "wrong-type", "without quotes");
  expect_bad("referrers:\n", "empty-value", "'referrers' has no value");
  expect_bad("referrers: [a/b]\n", "wrong-type", "write referrers: {artifact_types: [...]}");
  expect_bad("referrers: {}\n", "missing-field", "artifact_types");
  expect_bad("referrers: {artifact_types: []}\n", "empty-list", "artifact_types");
  expect_bad("referrers: {artifact_types: a/b}\n", "wrong-type", "write ['a/b']");
  expect_bad("referrers: {artifact_types: ['a b']}\n", "bad-value", "a b");
  expect_bad("referrers: {artifact_types: ['a/b'], artifact_type: ['c']}\n", "unknown-key",
             "did you mean 'artifact_types'?");
  expect_bad("defaults: {images: {referrers: 1}}\n", "wrong-type", "neither true nor false");
  expect_bad("defaults: {images: {allow_empty: 1}}\n", "wrong-type", "allow_empty");
  expect_bad("reports: x\n", "wrong-type", "'reports' must be a map");
  expect_bad("reports: {dri: x}\n", "unknown-key", "did you mean 'dir'?");
  expect_bad("reports: {dir: ''}\n", "empty-value", "'dir' is empty");
  expect_bad("reports: {keep: 2w}\n", "bad-value", "duration");
  expect_bad("scaners: {}\n", "unclaimed-section", "did you mean 'scanners'?");
  expect_bad("[a, b]\n", "wrong-type", "a config must be a map");
  expect_bad("just text\n", "wrong-type", "a config must be a map");
  expect_bad("images:\n", "empty-value", "write images: []");
  expect_bad("images: {name: a}\n", "wrong-type", "each entry begins with '- '");
  expect_bad("images: [a]\n", "wrong-type", "an entry of images must be a map");
  expect_bad("defaults: {wheels: {}}\n", "unknown-key", "no plugin claims 'wheels:'");
  expect_bad("defaults: {images: {nmae: x}}\n", "unknown-key", "did you mean 'name'?");
  expect_bad("defaults: {images: {gate: warn}}\n", "wrong-type", "write gate: {mode: warn}");
  expect_bad("defaults: {images: []}\n", "wrong-type", "defaults of images");
  expect_bad("plugins: {wheels: x}\n", "unknown-key", "no plugin claims");
  expect_bad("plugins: {images: [x]}\n", "wrong-type", "'images'");
  expect_bad("plugins: {images: {id: 3}}\n", "wrong-type", "'id'");
  expect_bad("on_change: replace\n", "bad-value", "one of update, keep, fail");
  expect_bad("run: {paralel: 3}\n", "unknown-key", "did you mean 'parallel'?");
  expect_bad("run: {parallel: 0}\n", "out-of-range", "1..256");
  expect_bad("run:\n", "empty-value", "'run'");
}

static void test_two_files(void **state) {
  (void)state;
  struct reading r;
  read_files(&r, "run: {parallel: 3}\n", "# x\nrun: {retries: 3}\n");
  assert_int_equal(r.problems.count, 1);
  assert_string_equal(r.problems.items[0].code, "duplicate-setting");
  assert_non_null(strstr(r.problems.items[0].message, "a.yaml:1:1"));
  assert_string_equal(r.problems.items[0].file->path, "b.yaml");
  assert_int_equal(r.problems.items[0].line, 2);
  assert_int_equal(config_number(&r.settings.run, "parallel", 0), 3);
  done(&r);
  read_files(&r, "target: a\n", "targets: [b]\n");
  assert_int_equal(r.problems.count, 1);
  assert_string_equal(r.problems.items[0].code, "conflict");
  done(&r);
}

static void test_targets(void **state) {
  (void)state;
  struct reading r;
  expect_fine(&r, "targets: ['registry.example/owner', {id: disk, type: oci-layout, path: ./m}]\n",
              NULL);
  assert_int_equal(r.settings.target_count, 2);
  assert_string_equal(r.settings.targets[0].value, "registry.example/owner");
  assert_null(r.settings.targets[0].node);
  assert_string_equal(r.settings.targets[1].id, "disk");
  assert_string_equal(r.settings.targets[1].type, "oci-layout");
  assert_string_equal(node_text(node_get(r.settings.targets[1].node, "path")), "./m");
  assert_null(r.settings.targets[1].value);
  done(&r);
  expect_bad("target:\n", "empty-value", "registry.example/owner");
  expect_bad("target: ''\n", "empty-value", "registry.example/owner");
  expect_bad("target: 5000\n", "wrong-type", "quotes");
  expect_bad("target: [a]\n", "wrong-type", "targets:");
  expect_bad("target: {}\n", "missing-field", "names no place");
  expect_bad("target: {id: a}\n", "missing-field", "names no place");
  expect_bad("target: {type: 3}\n", "wrong-type", "'type'");
  expect_bad("target: {id: 'a b', type: x}\n", "bad-value", "no valid id");
  expect_bad("targets: []\n", "empty-list", "targets");
  expect_bad("targets: x\n", "wrong-type", "target:");
  expect_bad("targets: [{id: a, type: x}, {id: a, type: y}]\n", "duplicate-id", "a.yaml:1:11");
}

static void test_registries(void **state) {
  (void)state;
  setenv("ARTM_TEST_PASSWORD", "from-the-environment", 1);
  struct reading r;
  expect_fine(
      &r,
      "registries:\n"
      "  registry.example:5000: {username: u, password: '${ARTM_TEST_PASSWORD}',\n"
      "    ca: certs/ca.pem, cert: /abs/c.pem, key: k.pem, plain_http: true,\n"
      "    trusted_realms: [auth.example], mirrors: ['m.example/docker', 'n.example:5000'],\n"
      "    max_connections: 4, requests_per_second: 0.5, min_remaining: 0}\n"
      "  ghcr.io: {helper: pass}\n",
      NULL);
  assert_int_equal(r.settings.registry_count, 2);
  const struct registry_settings *registry = &r.settings.registries[0];
  assert_string_equal(registry->host, "registry.example:5000");
  assert_string_equal(registry->password, "from-the-environment");
  auto_free char *here = getcwd(NULL, 0), *ca = str_format("%s/certs/ca.pem", here);
  assert_string_equal(registry->ca, ca);
  assert_string_equal(registry->cert, "/abs/c.pem");
  assert_true(registry->plain_http);
  assert_int_equal(registry->trusted_realm_count, 1);
  assert_string_equal(registry->mirrors[1], "n.example:5000");
  assert_int_equal(registry->max_connections, 4);
  assert_true(registry->requests_per_second > 0.49 && registry->requests_per_second < 0.51);
  assert_true(registry->has_min_remaining);
  assert_false(r.settings.registries[1].has_min_remaining);
  assert_string_equal(r.settings.registries[1].helper, "pass");
  done(&r);
  expect_bad("registries: {'https://ghcr.io': {}}\n", "bad-host", "no valid name of a registry");
  expect_bad("registries: {ghcr.io: {pasword: x}}\n", "unknown-key", "did you mean 'password'?");
  expect_bad("registries: {ghcr.io: {username: u, password: {file: no/such}}}\n",
             "unreadable-secret", "no/such");
  expect_bad("registries: {ghcr.io: {password: abc}}\n", "missing-field", "username");
  expect_bad("registries: {ghcr.io: {username: abc}}\n", "missing-field", "password");
  expect_bad("registries: {ghcr.io: {username: a, password: b, helper: c}}\n", "conflict",
             "helper");
  expect_bad("registries: {ghcr.io: {key: abc}}\n", "missing-field", "cert");
  expect_bad("registries: {ghcr.io: {requests_per_second: fast}}\n", "wrong-type", "number");
  expect_bad("registries: {ghcr.io: {requests_per_second: -1}}\n", "out-of-range", "");
  expect_bad("registries: {ghcr.io: {mirrors: ['https://m.example']}}\n", "bad-value", "HOST");
  expect_bad("registries: {ghcr.io: {mirrors: ['m.example/UP']}}\n", "bad-host", "'m.example/UP'");
  expect_bad("registries: {ghcr.io: {helper: '../x'}}\n", "bad-value", "docker-credential-");
  expect_bad("registries: {ghcr.io: }\n", "wrong-type", "map");
  expect_bad("registries: [ghcr.io]\n", "wrong-type", "'registries'");
}

static void test_variables(void **state) {
  (void)state;
  setenv("ARTM_TEST_N", "12", 1);
  setenv("ARTM_TEST_EMPTY", "", 1);
  unsetenv("ARTM_TEST_UNSET");
  struct reading r;
  expect_fine(&r,
              "run:\n  parallel: ${ARTM_TEST_N}\n  retries: '${ARTM_TEST_UNSET:-3}'\n"
              "  fail_fast: ${ARTM_TEST_EMPTY:-true}\n"
              "target: 'a-${ARTM_TEST_N}$$x$y-${ARTM_TEST_EMPTY}'\n"
              "images: [{name: '${ARTM_TEST_UNSET}'}]\n"
              "registries: {r.example: {username: '${ARTM_TEST_N}', password: '${ARTM_TEST_N}'}}\n"
              "x-other: ${ARTM_TEST_UNSET}\n",
              NULL);
  assert_int_equal(config_number(&r.settings.run, "parallel", 0), 12);
  assert_int_equal(config_number(&r.settings.run, "retries", 0), 3);
  assert_int_equal(config_number(&r.settings.run, "fail_fast", 0), 1);
  assert_string_equal(r.settings.targets[0].value, "a-12$x$y-");
  assert_string_equal(r.settings.registries[0].password, "12");
  assert_string_equal(node_text(node_get(r.settings.sections[0].entries[0], "name")),
                      "${ARTM_TEST_UNSET}");
  done(&r);
  expect_bad("target: '${ARTM_TEST_UNSET}'\n", "unset-variable", "ARTM_TEST_UNSET is not set");
  expect_bad("run: {parallel: '${ARTM_TEST_UNSET}'}\n", "unset-variable", "is not set");
  expect_bad("run: {parallel: ${ARTM_TEST_N}}\n", "yaml-syntax", "in quotes");
  expect_bad("target: '${ARTM_TEST_N'\n", "bad-variable", "$$");
  expect_bad("target: '${}'\n", "bad-variable", "$$");
  expect_bad("target: '${1X}'\n", "bad-variable", "$$");
  expect_bad("target: '${A-b}'\n", "bad-variable", "$$");
  expect_bad("run: {parallel: '${ARTM_TEST_EMPTY}'}\n", "empty-value", "no value");
}

static void test_reports(void **state) {
  (void)state;
  setenv("ARTM_TEST_AGE", "12h", 1);
  struct reading r;
  auto_free char *here = getcwd(NULL, 0), *folder = str_format("%s/out", here);
  expect_fine(&r, "reports: {dir: ./out, keep: '${ARTM_TEST_AGE}'}\nscanners: {x: {}}\ngate: {}\n",
              NULL);
  assert_string_equal(config_text(&r.settings.reports, "dir", 0), folder);
  assert_int_equal(config_number(&r.settings.reports, "keep", 0), 12 * 3600 * 1000);
  assert_non_null(r.settings.scanners);
  assert_non_null(r.settings.gate);
  done(&r);
  expect_fine(&r, "reports: {}\n", NULL);
  assert_null(config_text(&r.settings.reports, "dir", 0));
  assert_int_equal(config_number(&r.settings.reports, "keep", 0), 30LL * 86400 * 1000);
  assert_null(r.settings.scanners);
  done(&r);
}

static void test_plugins(void **state) {
  (void)state;
  struct reading r;
  expect_fine(&r, "plugins: {images: docker, layouts: {id: oci-layout, deep: true}}\n", NULL);
  assert_string_equal(settings_plugin_id(&r.settings, "images"), "docker");
  assert_string_equal(settings_plugin_id(&r.settings, "layouts"), "oci-layout");
  assert_null(settings_plugin_options(&r.settings, "images"));
  assert_non_null(node_get(settings_plugin_options(&r.settings, "layouts"), "deep"));
  assert_null(settings_plugin_id(&r.settings, "charts"));
  done(&r);
}

static void test_entries(void **state) {
  (void)state;
  struct reading r;
  expect_fine(&r,
              "images:\n- {name: a, versions: ['1'], source_registry: r, destination: '{name}'}\n"
              "- {name: a, versions: ['1'], targets: all, gate: warn}\n"
              "- {versions: ['1'], source_registry: r, index: sparce, targts: [x]}\n",
              NULL);
  const struct section *images = &r.settings.sections[0];
  const char *what = "an entry of images";
  assert_true(section_check_entry(&known[0], what, images->entries[0], NULL, &r.problems));
  assert_false(section_check_entry(&known[0], what, images->entries[1], NULL, &r.problems));
  assert_false(section_check_entry(&known[0], what, images->entries[2], NULL, &r.problems));
  problems_sort(&r.problems);
  static const char *const expected[] = {"missing-field", "wrong-type", "wrong-type",
                                         "missing-field", "bad-value",  "unknown-key"};
  assert_int_equal(r.problems.count, 6);
  for (size_t i = 0; i < 6; i++)
    assert_string_equal(r.problems.items[i].code, expected[i]);
  done(&r);
}

static void test_readable_password(void **state) {
  (void)state;
  auto_error err = {0};
  char *folder = NULL;
  assert_int_equal(fs_private_folder(&folder, &err), 0);
  auto_free char *path = fs_join(folder, "a.yaml");
  static const char text[] = "registries: {r.example: {username: u, password: open-secret}}\n";
  for (unsigned mode = 0600; mode <= 0644; mode += 044) {
    assert_int_equal(fs_write(path, text, sizeof text - 1, mode, &err), 0);
    auto_strings paths = {0};
    strings_add(&paths, path);
    struct reading r = {0};
    assert_int_equal(document_load(&paths, &r.document, &r.problems, &err), 0);
    settings_read(&r.document, known, 2, &r.settings, &r.problems);
    assert_int_equal(r.problems.errors, 0);
    assert_int_equal(r.problems.count, mode == 0644);
    if (mode == 0644) {
      assert_string_equal(r.problems.items[0].code, "readable-secret");
      struct buf out = {0};
      problems_print(&r.problems, PROBLEM_TEXT, false, &out);
      assert_null(strstr(out.data, "open-secret"));
      buf_done(&out);
    }
    done(&r);
  }
  fs_remove_tree(folder, &err);
  free(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sections),   cmocka_unit_test(test_bad_top),
      cmocka_unit_test(test_two_files),  cmocka_unit_test(test_targets),
      cmocka_unit_test(test_registries), cmocka_unit_test(test_variables),
      cmocka_unit_test(test_reports),    cmocka_unit_test(test_plugins),
      cmocka_unit_test(test_entries),    cmocka_unit_test(test_readable_password),
  };
  field_table_adopt(&known[0].fields, image_fields, 3, sizeof image_fields[0]);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  field_table_done(&known[0].fields);
  return failed;
}
