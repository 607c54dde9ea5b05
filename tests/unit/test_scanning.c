/* SPDX-License-Identifier: Apache-2.0 */
/* scanners:, gate: and scan: merged into the rules of each entry. */
#include "base/clock.h"
#include "unit/scanning_fixture.h"
#include <unistd.h>

static uint32_t bits(uint32_t a, uint32_t b, uint32_t c) {
  return 1u << a | 1u << b | 1u << c;
}

static void without_any_key_the_default_scanner_is_on(void **state) {
  (void)state;
  struct fixture f;
  load_fine(&f, FILES "}\n");
  assert_int_equal(f.entries.scan_count, 2);
  const struct entry *entry = &f.entries.items[0];
  assert_ptr_equal(entry->scans, f.entries.scans);
  const struct scan_rule *rule = &entry->scans[0];
  assert_string_equal(rule->scanner->id, "first");
  assert_true(rule->enabled);
  assert_false(rule->required);
  assert_int_equal(rule->filter.severities,
                   bits(ARTM_SEVERITY_CRITICAL, ARTM_SEVERITY_HIGH, ARTM_SEVERITY_MEDIUM));
  assert_int_equal(rule->filter.package_classes,
                   bits(ARTM_PACKAGE_OS, ARTM_PACKAGE_LANG, ARTM_PACKAGE_OTHER));
  assert_true(rule->filter.ignore_unfixed);
  assert_int_equal(rule->timeout_ms, 600000);
  assert_int_equal(rule->gate.mode, GATE_NONE);
  assert_null(rule->gate.at);
  assert_null(rule->options.node);
  assert_int_equal(config_number(&rule->options, "offline", 0), 0);
  assert_false(rule->overridden);
  assert_false(entry->scans[1].enabled);
  fixture_done(&f);
  fixture_load_with(&f, FILES "}\n", &none);
  assert_int_equal(f.problems.count, 0);
  assert_int_equal(f.entries.items[0].scan_count, 0);
  fixture_done(&f);
}

static void every_level_is_merged_key_by_key(void **state) {
  (void)state;
  struct fixture f;
  load_fine(
      &f, "scanners:\n"
          "  first: {severity: [low, High], ignore_unfixed: false, timeout: 1m, vex: [a.json],\n"
          "    server: 'https://one.example'}\n"
          "  second: {command: [scan]}\n"
          "defaults: {files: {scan: {first: {timeout: 2m, pkg_types: [library],\n"
          "  offline: true}}}}\n" FILES
          ", scan: {first: {timeout: 3m, required: true, server: 'https://two.example'}}}\n" ENTRY(
              "b") "}\n"
                   "images:\n  - {name: c, source_registry: r.example, versions: ['1']}\n");
  auto_free char *here = getcwd(NULL, 0), *vex = str_format("%s/a.json", here);
  const struct scan_rule *a = f.entries.items[0].scans, *b = f.entries.items[1].scans;
  const struct scan_rule *c = f.entries.items[2].scans;
  assert_int_equal(a->filter.severities, 1u << ARTM_SEVERITY_LOW | 1u << ARTM_SEVERITY_HIGH);
  assert_false(a->filter.ignore_unfixed);
  assert_int_equal(a->filter.package_classes, 1u << ARTM_PACKAGE_LANG | 1u << ARTM_PACKAGE_OTHER);
  assert_int_equal(a->timeout_ms, 180000);
  assert_true(a->required);
  assert_true(a->overridden);
  assert_string_equal(config_text(&a->options, "server", 0), "https://two.example");
  assert_string_equal(config_text(&a->options, "vex", 0), vex);
  assert_int_equal(config_number(&a->options, "offline", 0), 1);
  assert_null(config_node(&a->options, "timeout"));
  assert_int_equal(b->timeout_ms, 120000);
  assert_false(b->required);
  assert_string_equal(config_text(&b->options, "server", 0), "https://one.example");
  assert_ptr_equal(c, f.entries.scans);
  assert_int_equal(c->timeout_ms, 60000);
  assert_int_equal(config_number(&c->options, "offline", 0), 0);
  assert_false(c->overridden);
  assert_true(c[1].enabled);
  fixture_done(&f);
}

static void entries_share_the_rules_of_their_defaults(void **state) {
  (void)state;
  struct fixture f;
  load_fine(&f, "defaults: {files: {scan: {first: {timeout: 2m}}}}\n" FILES "}\n" ENTRY("b") "}\n");
  assert_ptr_equal(f.entries.items[0].scans, f.entries.items[1].scans);
  assert_ptr_not_equal(f.entries.items[0].scans, f.entries.scans);
  assert_int_equal(f.entries.items[1].scans->timeout_ms, 120000);
  assert_false(f.entries.items[1].scans->overridden);
  fixture_done(&f);
}

static void the_nearest_level_turns_on_and_off(void **state) {
  (void)state;
  static const struct {
    const char *top, *defaults, *entry;
    bool first, second;
  } cases[] = {
      {"{}", "{}", "{}", true, false},
      {"{first: false}", "{}", "{}", false, false},
      {"{first: {enabled: false}}", "{}", "{}", false, false},
      {"{first: {enabled: false}}", "{}", "{scan: true}", false, false},
      {"{first: {enabled: false}}", "{}", "{scan: {first: true}}", true, false},
      {"{first: false}", "{}", "{scan: {first: {enabled: true}}}", true, false},
      {"{first: false}", "{}", "{scan: {first: {timeout: 1m}}}", false, false},
      {"{second: true}", "{}", "{}", true, true},
      {"{second: {}}", "{}", "{}", true, true},
      {"{second: {}}", "{}", "{scan: false}", false, false},
      {"{second: {}}", "{scan: false}", "{}", false, false},
      {"{second: {}}", "{scan: false}", "{scan: true}", true, true},
      {"{second: {}}", "{scan: false}", "{scan: {first: {}}}", true, false},
      {"{second: {}}", "{scan: {first: false}}", "{scan: {second: false}}", false, false},
      {"{}", "{scan: {first: false, second: true}}", "{scan: true}", true, false},
      {"{}", "{scan: true}", "{scan: {second: {timeout: 1m}}}", true, true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct document document = {0};
    struct problems problems = {0};
    document_load_text("top", cases[i].top, &document, &problems);
    document_load_text("defaults", cases[i].defaults, &document, &problems);
    document_load_text("entry", cases[i].entry, &document, &problems);
    const struct settings settings = {.scanners = document.roots[0]};
    struct arena memory = {0};
    struct scan_rule rules[2];
    scan_rules_make(&settings, known, 2, document.roots[1], document.roots[2], &memory, rules,
                    &problems);
    if (rules[0].enabled != cases[i].first || rules[1].enabled != cases[i].second)
      fail_msg("%s %s %s: %d %d", cases[i].top, cases[i].defaults, cases[i].entry, rules[0].enabled,
               rules[1].enabled);
    problems_done(&problems);
    arena_done(&memory);
    document_done(&document);
  }
}

#define ALLOW(id) "{id: " id ", reason: why, expires: '2999-01-31'}"

static void gates_are_merged_key_by_key(void **state) {
  (void)state;
  struct fixture f;
  load_fine(&f, "gate: {mode: warn, fail_on: low, allow: [" ALLOW(
                    "A-1") "]}\n"
                           "scanners: {first: {gate: {fail_on: HIGH, allow: [" ALLOW(
                               "A-2") "]}}}\n"
                                      "defaults: {files: {gate: {mode: block, allow: [" ALLOW(
                                          "A-3") "]},\n"
                                                 "  scan: {first: {gate: {allow: [" ALLOW(
                                                     "A-4") "]}}}}}\n" FILES
                                                            ", gate: {fixable_only: false, "
                                                            "fail_on: CRITICAL},\n"
                                                            "     scan: {first: {gate: {fail_on: "
                                                            "UNKNOWN}}}}\n" ENTRY(
                                                                "b") ", gate: {fail_on: MEDIUM}}\n"
                                                                     "images:\n  - {name: c, "
                                                                     "source_registry: r.example, "
                                                                     "versions: ['1']}\n");
  const struct scan_rule *a = f.entries.items[0].scans, *b = f.entries.items[1].scans;
  const struct scan_rule *c = f.entries.items[2].scans;
  assert_int_equal(a->gate.mode, GATE_BLOCK);
  assert_true(a->required);
  assert_int_equal(a->gate.fail_on, ARTM_SEVERITY_UNKNOWN);
  assert_false(a->gate.fixable_only);
  assert_int_equal(a->gate.allow_count, 4);
  assert_string_equal(a->gate.allow[0].id, "A-4");
  assert_string_equal(a->gate.allow[3].id, "A-1");
  assert_string_equal(a->gate.allow[3].reason, "why");
  assert_null(a->gate.allow[3].package);
  assert_int_equal(a->gate.at->line, 7);
  assert_int_equal(a[1].gate.fail_on, ARTM_SEVERITY_CRITICAL); /* of another scanner */
  assert_int_equal(b->gate.fail_on, ARTM_SEVERITY_MEDIUM);
  assert_false(b->gate.fixable_only);
  assert_int_equal(c->gate.mode, GATE_WARN);
  assert_false(c->required);
  assert_int_equal(c->gate.fail_on, ARTM_SEVERITY_HIGH);
  assert_int_equal(c->gate.allow_count, 2);
  fixture_done(&f);
  load_fine(&f, "scanners: {first: {ignore_unfixed: false, gate: {mode: warn}}}\n" FILES "}\n");
  assert_false(f.entries.scans->gate.fixable_only);
  assert_int_equal(f.entries.scans->gate.fail_on, ARTM_SEVERITY_CRITICAL);
  assert_int_equal(f.entries.scans[1].gate.mode, GATE_NONE);
  fixture_done(&f);
}

/* `date -u -d '2028-03-01' +%s` is 1835481600: the end of the leap day before. */
static void an_exception_lasts_to_the_end_of_its_day(void **state) {
  (void)state;
  struct fixture f;
  load_fine(&f, "gate: {mode: warn, allow: [{id: cve-1, package: openssl, reason: r, expires: "
                "2028-02-29}]}\n" FILES "}\n");
  const struct allowed_finding *allowed = &f.entries.scans->gate.allow[0];
  assert_true(allowed->until_ms == 1835481600000LL);
  assert_string_equal(allowed->package, "openssl");
  assert_int_equal(allowed->at->line, 1);
  fixture_done(&f);
  /* Today counts, yesterday does not. */
  for (int day = 0; day < 2; day++) {
    auto_free char *date = clock_format(clock_wall_ms() - day * 86400000LL);
    auto_free char *text =
        str_format("gate: {mode: warn, allow: [{id: C-1, reason: r, expires: '%.10s'}]}\n", date);
    fixture_load_with(&f, text, &both);
    assert_int_equal(f.problems.errors, 0);
    assert_int_equal(f.problems.count, day);
    if (day)
      assert_string_equal(f.problems.items[0].code, "expired");
    fixture_done(&f);
  }
}

static void a_scanner_that_only_an_entry_uses(void **state) {
  (void)state;
  struct fixture f;
  load_fine(&f, "scanners: {second: {timeout: 1m}}\n" FILES ", scan: {second: {command: [x]}}}\n");
  assert_string_equal(config_text(&f.entries.items[0].scans[1].options, "command", 0), "x");
  assert_true(f.entries.items[0].scans[1].overridden);
  fixture_done(&f);
}

static void variables_and_names(void **state) {
  (void)state;
  setenv("ARTM_TEST_MODE", "block", 1);
  setenv("ARTM_TEST_ON", "true", 1);
  unsetenv("ARTM_TEST_UNSET");
  struct fixture f;
  load_fine(
      &f, "gate: {mode: '${ARTM_TEST_MODE}', fail_on: '${ARTM_TEST_UNSET:-high}'}\n"
          "scanners: {first: '${ARTM_TEST_ON}'}\n"
          "defaults: {files: {scan: {second: {enabled: '${ARTM_TEST_ON}', command: [x]}}}}\n" FILES
          ", scan: {first: {token: secret}}}\n");
  const struct scan_rule *rules = f.entries.items[0].scans;
  assert_int_equal(rules[0].gate.mode, GATE_BLOCK);
  assert_int_equal(rules[0].gate.fail_on, ARTM_SEVERITY_HIGH);
  assert_true(rules[1].enabled);
  auto_free char *token = NULL;
  auto_error err = {0};
  assert_int_equal(config_secret(&rules[0].options, "token", &token, &err), 0);
  assert_string_equal(token, "secret");
  auto_strings names = {0};
  scanning_names(&f.settings, &names);
  assert_int_equal(names.count, 2);
  assert_string_equal(names.items[0], "first");
  assert_string_equal(names.items[1], "second");
  fixture_done(&f);
}

static void many_entries_share_one_rule_a_scanner(void **state) {
  (void)state;
  auto_buf text = {0};
  buf_text(&text, "scanners: {second: {command: [x]}}\nfiles:\n");
  for (int i = 0; i < 20000; i++)
    buf_printf(&text, "  - {name: n%d, versions: ['1']}\n", i);
  struct fixture f;
  load_fine(&f, text.data);
  for (size_t i = 0; i < f.entries.count; i++)
    assert_ptr_equal(f.entries.items[i].scans, f.entries.scans);
  fixture_done(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_any_key_the_default_scanner_is_on),
      cmocka_unit_test(every_level_is_merged_key_by_key),
      cmocka_unit_test(entries_share_the_rules_of_their_defaults),
      cmocka_unit_test(the_nearest_level_turns_on_and_off),
      cmocka_unit_test(gates_are_merged_key_by_key),
      cmocka_unit_test(an_exception_lasts_to_the_end_of_its_day),
      cmocka_unit_test(a_scanner_that_only_an_entry_uses),
      cmocka_unit_test(variables_and_names),
      cmocka_unit_test(many_entries_share_one_rule_a_scanner),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
