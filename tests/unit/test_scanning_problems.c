/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong in scanners:, gate: and scan:, with its place. */
#include "unit/scanning_fixture.h"

/* In text "`" stands before the place of the only problem. */
static void expect_problem(const struct scanners *scanners, const char *text, const char *code,
                           const char *says) {
  const char *mark = strchr(text, '`');
  uint32_t line = 1, column = 1;
  auto_buf plain = {0};
  for (const char *p = text; p < mark; p++) {
    column = *p == '\n' ? 1 : column + 1;
    line += *p == '\n';
  }
  buf_add(&plain, text, (size_t)(mark - text));
  buf_text(&plain, mark + 1);
  struct fixture f;
  fixture_load_with(&f, plain.data, scanners);
  const struct problem *problem = only_problem(&f, code);
  if (!problem)
    fail_msg("not one '%s' in:\n%s", code, text);
  auto_free char *all =
      str_format("%s / %s / %s", problem->message, problem->expected ? problem->expected : "",
                 problem->hint ? problem->hint : "");
  if (!strstr(all, says))
    fail_msg("'%s' is not said in: %s", says, all);
  if (problem->line != line || problem->column != column)
    fail_msg("%u:%u, not %u:%u: %s", problem->line, problem->column, line, column, all);
  fixture_done(&f);
}

#define expect_bad(text, code, says) expect_problem(&both, text, code, says)

#define BAD_ALLOW(item) "gate: {mode: warn, allow: [" item "]}\n"

static void mistakes_in_gates(void **state) {
  (void)state;
  expect_bad("gate: {mode: `stop}\n", "bad-value", "one of warn, block");
  expect_bad("gate: {mode: warn, `fail_at: HIGH}\n", "unknown-key", "did you mean 'fail_on'?");
  expect_bad("gate: {mode: warn, fail_on: `NONE}\n", "bad-value", "CRITICAL, HIGH");
  expect_bad("gate: {mode: warn, fail_on: `hihg}\n", "bad-value", "did you mean 'HIGH'?");
  expect_bad("gate: {mode: warn, fixable_only: `1}\n", "wrong-type", "true or false");
  expect_bad("gate: {mode: warn, `mode: block}\n" FILES "}\n", "duplicate-key", "mode");
  expect_bad("gate: {mode: warn, allow: `CVE-1}\n", "wrong-type", "[{id:");
  expect_bad(BAD_ALLOW("`CVE-1"), "wrong-type", "must be a map");
  expect_bad(BAD_ALLOW("`{id: C-1, expires: '2999-01-31'}"), "missing-field", "'reason'");
  expect_bad(BAD_ALLOW("`{id: C-1, reason: r}"), "missing-field", "'expires'");
  expect_bad(BAD_ALLOW("`{reason: r, expires: '2999-01-31'}"), "missing-field", "'id'");
  expect_bad(BAD_ALLOW("{id: C-1, reason: `'', expires: '2999-01-31'}"), "empty-value", "");
  expect_bad(BAD_ALLOW("{id: C-1, reason: r, expires: `soon}"), "bad-value", "YYYY-MM-DD");
  expect_bad(BAD_ALLOW("{id: C-1, reason: r, expires: `'2027-02-30'}"), "bad-value", "no date");
  expect_bad(BAD_ALLOW("{id: C-1, reason: r, expires: '2999-01-31', `pkg: a}"), "unknown-key",
             "package");
  expect_bad(BAD_ALLOW("{id: C-1, reason: r, expires: `'2020-01-31'}"), "expired",
             "2020-01-31 is over");
  expect_bad(FILES ", gate: `block}\n", "wrong-type", "write gate: {mode: block}");
  expect_bad(FILES ", gate: `}\n", "empty-value", "'gate' has no value");
  expect_bad("defaults: {files: {gate: `[a]}}\n" FILES "}\n", "wrong-type", "must be a map");
}

static void mistakes_in_scanners(void **state) {
  (void)state;
  expect_bad("scanners: {`frist: {}}\n", "unknown-scanner",
             "no plugin offers the scanner 'frist'; found: first, second / ");
  expect_bad("scanners: {`frist: {}}\n", "unknown-scanner", "did you mean 'first'?");
  expect_bad(FILES ", scan: {`third: false}}\n", "unknown-scanner", "'third'");
  expect_bad("defaults: {files: {scan: {`frist: {}}}}\n" FILES "}\n", "unknown-scanner", "");
  expect_bad("scanners: {first: {`severty: [LOW]}}\n", "unknown-key", "did you mean 'severity'?");
  expect_bad("scanners: {first: {`sever: 'https://x.example'}}\n", "unknown-key", "'server'");
  expect_bad("scanners: {first: {severity: `LOW}}\n", "wrong-type", "write ['LOW']");
  expect_bad("scanners: {first: {severity: `'LOW,HIGH'}}\n", "wrong-type", "write [LOW,HIGH]");
  expect_bad("scanners: {first: {severity: `[]}}\n", "empty-list", "");
  expect_bad("scanners: {first: {severity: [`BAD]}}\n", "bad-value", "one of CRITICAL");
  expect_bad("scanners: {first: {pkg_types: [`lib]}}\n", "bad-value", "os, library");
  expect_bad("scanners: {first: {timeout: `soon}}\n", "bad-value", "duration like 30s");
  expect_bad("scanners: {first: {offline: `'true'}}\n", "wrong-type", "without quotes");
  expect_bad("scanners: {first: {gate: {mode: `stop}}}\n", "bad-value", "warn, block");
  expect_bad("scanners: {first: `on}\n", "wrong-type", "true, false, or a map");
  expect_bad("scanners: {first: `}\n", "empty-value", "'first' has no value");
  expect_bad("scanners: {first: `[x]}\n", "wrong-type", "neither true nor false nor a map");
  expect_bad(FILES ", scan: `'false'}\n", "wrong-type", "without quotes");
  expect_bad(FILES ", scan: {first: {`timout: 1m}}}\n", "unknown-key", "'timeout'");
  expect_bad("defaults: {files: {scan: {first: {offline: `no}}}}\n" FILES "}\n" ENTRY("b") "}\n",
             "wrong-type", "true or false");
  expect_bad("scanners: {second: `true}\n" FILES "}\n", "missing-field",
             "the scanner 'second' lacks 'command'");
  expect_bad(FILES ", scan: {second: `{timeout: 1m}}}\n", "missing-field", "What to run");
  expect_problem(&none, "scanners: {`first: true}\n", "unknown-scanner", "found: none");
  unsetenv("ARTM_TEST_UNSET");
  expect_bad("gate: {mode: `'${ARTM_TEST_UNSET}'}\n", "unset-variable", "");
  expect_bad("scanners: {first: `'${ARTM_TEST_UNSET}'}\n", "unset-variable", "");
}

static void a_gate_that_blocks_wants_a_scan(void **state) {
  (void)state;
  static const char code[] = "gate-without-scan";
  expect_bad(
      "gate: {mode: block}\n" FILES ", scan: `false}\n", code,
      "the gate in test.yaml:1:7 blocks what is not scanned, and no scanner is enabled here");
  expect_bad("gate: `{mode: block}\nscanners: {first: false}\n" FILES "}\n", code,
             "this gate blocks what is not scanned");
  expect_bad("scanners: {first: false}\n" FILES ", gate: `{mode: block}}\n", code, "this gate");
  expect_bad("defaults: {files: {scan: false}}\n" FILES ", gate: `{mode: block}}\n", code,
             "enable it");
  expect_bad("gate: {mode: block}\ndefaults: {files: {scan: `false}}\n" FILES
             "}\n" ENTRY("b") "}\n",
             code, "test.yaml:1:7");
  expect_bad("scanners: {first: {gate: {mode: block}}, second: {command: [x]}}\n" FILES
             ", scan: `{first: false}}\n",
             code, "the scanner 'first' is not enabled");
  expect_problem(&none, "gate: `{mode: block}\n" FILES "}\n", code, "");
  expect_problem(&none, FILES ", gate: `{mode: block}}\n", code, "");
  expect_problem(&none, "gate: `{mode: block}\n", code, "");
  struct fixture f;
  load_fine(&f, "gate: {mode: block}\nscanners: {first: false}\n" FILES
                ", scan: {first: true}}\n" ENTRY("b") ", scan: false, gate: {mode: warn}}\n");
  assert_int_equal(f.entries.items[0].scans->gate.mode, GATE_BLOCK);
  fixture_done(&f);
  load_fine(&f, "gate: {mode: block}\nscanners: {second: false}\n" FILES
                ", scan: {first: {gate: {mode: warn}}}}\n");
  fixture_done(&f);
}

static void a_gate_without_a_mode_gets_a_warning(void **state) {
  (void)state;
  expect_bad("gate: `{fail_on: HIGH}\n" FILES "}\n", "no-mode", "mode: block");
  expect_bad("scanners: {first: {gate: `{}}}\n" FILES "}\n", "no-mode", "only warns");
  expect_bad(FILES ", gate: `{fail_on: HIGH}}\n", "no-mode", "only warns");
  expect_bad("defaults: {files: {gate: `{fail_on: HIGH}}}\n" FILES "}\n" ENTRY("b") "}\n",
             "no-mode", "");
  expect_problem(&none, "gate: `{fail_on: HIGH}\n" FILES "}\n", "no-mode", "");
  struct fixture f;
  load_fine(&f, "gate: {fail_on: HIGH}\ndefaults: {files: {gate: {mode: warn}}}\n" FILES
                ", gate: {fail_on: LOW}}\n");
  fixture_done(&f);
}

static void hostile_configs_do_no_harm(void **state) {
  (void)state;
  static const char *const texts[] = {
      "gate: {allow: [[], {}, null, 5, {id: [], reason: {}, expires: {}}]}\n" FILES "}\n",
      "gate: {mode: [], fail_on: {}, fixable_only: [], allow: {}}\n" FILES "}\n",
      "scanners: {first: {severity: [[], {}, null], pkg_types: {}, timeout: [], gate: []}}\n",
      "scanners: {first: {enabled: [], server: {}, vex: {a: b}, token: []}}\n" FILES "}\n",
      "scanners: {'': {}, \"\\e[31m\": 1}\n",
      FILES ", scan: [], gate: []}\n" ENTRY("b") ", scan: null, gate: null}\n",
      FILES ", scan: {first: null, second: []}, gate: {mode: 1}}\n",
      "defaults: {files: {scan: 7, gate: 7}}\n" FILES "}\n",
      "defaults: {files: {scan: {first: {gate: {mode: block, allow: 7}}}}}\n" FILES "}\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct fixture f;
    fixture_load_with(&f, texts[i], &both);
    assert_true(f.problems.errors > 0);
    fixture_done(&f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mistakes_in_gates),
      cmocka_unit_test(mistakes_in_scanners),
      cmocka_unit_test(a_gate_that_blocks_wants_a_scan),
      cmocka_unit_test(a_gate_without_a_mode_gets_a_warning),
      cmocka_unit_test(hostile_configs_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
