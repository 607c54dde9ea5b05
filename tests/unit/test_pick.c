/* SPDX-License-Identifier: Apache-2.0 */
/* What selectors pick, in which order, and why the rest is left out. */
#include "base/json.h"
#include "config/load.h"
#include "matrix/pick.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define DAY 86400
#define NOW (20000 * (int64_t)DAY)

struct picking {
  struct document document;
  struct problems problems;
  struct arena memory;
  struct version_item items[8];
  struct entry entry;
  struct candidate candidates[64];
  size_t count;
  struct picks picks;
};

/* offered: versions with blanks between, "1.2@90" was made 90 days before NOW. */
static void offer(struct picking *p, const char *offered) {
  for (offered += strspn(offered, " "); *offered; offered += strspn(offered, " ")) {
    size_t length = strcspn(offered, " "), name = strcspn(offered, " @");
    struct candidate *candidate = &p->candidates[p->count++];
    candidate->version = arena_copy_n(&p->memory, offered, name);
    candidate->dated = name < length;
    if (candidate->dated)
      candidate->created = NOW - strtol(offered + name + 1, NULL, 10) * DAY;
    offered += length;
  }
}

static void load(struct picking *p, const char *versions, const char *offered) {
  *p = (struct picking){0};
  auto_free char *text = str_format("versions: %s\n", versions);
  document_load_text("t.yaml", text, &p->document, &p->problems);
  assert_int_equal(p->problems.count, 0);
  const struct node *list = node_get(p->document.roots[0], "versions");
  assert_true(list->count <= 8);
  if (!version_read_list(list, true, &p->memory, p->items, &p->entry.version_count, &p->problems))
    fail_msg("%s: %s", versions, p->problems.items[0].message);
  p->entry.versions = p->items;
  offer(p, offered);
}

static void pick(struct picking *p, const char *versions, const char *offered) {
  load(p, versions, offered);
  auto_error err = {0};
  if (versions_pick(&p->entry, p->candidates, p->count, NOW, &p->picks, &err) != 0)
    fail_msg("%s: %s", versions, err.message);
}

static void done(struct picking *p) {
  picks_done(&p->picks);
  arena_done(&p->memory);
  problems_done(&p->problems);
  document_done(&p->document);
}

static char *order_of(const struct picking *p) {
  struct buf out = {0};
  buf_text(&out, "");
  for (size_t i = 0; i < p->picks.count; i++)
    buf_printf(&out, "%s%s", i ? " " : "", p->candidates[p->picks.order[i]].version);
  return buf_take(&out);
}

static void check_consistent(const struct picking *p) {
  size_t by_selectors = 0;
  for (size_t i = 0; i < p->count; i++) {
    const struct verdict *verdict = &p->picks.verdicts[i];
    assert_true((verdict->by != NULL) == (verdict->reason == NULL));
    by_selectors += verdict->by && verdict->by->selector;
  }
  assert_int_equal(by_selectors, p->picks.count);
}

/* picked: the versions in their order. */
static void expect(const char *versions, const char *offered, const char *picked) {
  struct picking p;
  pick(&p, versions, offered);
  auto_free char *order = order_of(&p);
  if (strcmp(order, picked) != 0)
    fail_msg("%s of %s: [%s], not [%s]", versions, offered, order, picked);
  check_consistent(&p);
  done(&p);
}

static void expect_reason(const char *versions, const char *offered, const char *version,
                          const char *reason) {
  struct picking p;
  pick(&p, versions, offered);
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < p.count; i++)
    if (strcmp(p.candidates[i].version, version) == 0)
      found = i;
  assert_true(found != SIZE_MAX);
  const char *is = p.picks.verdicts[found].reason;
  if (!is || strcmp(is, reason) != 0)
    fail_msg("%s of %s: '%s', not '%s'", version, versions, is ? is : "picked", reason);
  check_consistent(&p);
  done(&p);
}

static void patterns(void **state) {
  (void)state;
  expect("[{pattern: '^1\\.'}]", "2.1.0 1.0.0 1.10.0 1.9.0", "1.10.0 1.9.0 1.0.0");
  expect("[{pattern: '1'}]", "latest 2.1.0 v1", "2.1.0 v1");
  /* Pre-releases count unless they are not wanted; what is no full version is none. */
  expect("[{pattern: '^1'}]", "1.0.0 1.0.1-rc1 1-rc", "1.0.1-rc1 1.0.0 1-rc");
  expect("[{pattern: '^1', prerelease: false}]", "1.0.0 1.0.1-rc1 1-rc", "1.0.0 1-rc");
  expect_reason("[{pattern: '^1'}]", "2.0", "2.0", "does not match '^1'");
}

static void ranges(void **state) {
  (void)state;
  const char *offered = "1.2.0 v1.3.0 1.3 latest 1.4.0-rc.1 2.0.0-rc.1 2.0.0 1.2.1_b 1.2";
  expect("[{semver: '^1.2'}]", offered, "v1.3.0 1.2.1_b 1.2.0");
  expect("[{semver: '^1.2', prerelease: true}]", offered, "1.4.0-rc.1 v1.3.0 1.2.1_b 1.2.0");
  expect("[{semver: '>=1.2.0-0'}]", offered, "2.0.0 2.0.0-rc.1 1.4.0-rc.1 v1.3.0 1.2.1_b 1.2.0");
  expect("[{semver: '>=1.2.0-0', prerelease: false}]", offered, "2.0.0 v1.3.0 1.2.1_b 1.2.0");
  expect("[{semver: '^1.2', pattern: '-rc'}]", offered, "1.4.0-rc.1");
  expect("[{semver: '^1.2', pattern: '-rc', prerelease: false}]", offered, "");
  expect_reason("[{semver: '^1.2'}]", offered, "2.0.0", "not in ^1.2");
  expect_reason("[{semver: '^1.2'}]", offered, "1.3", "no full version x.y.z");
  expect_reason("[{semver: '^1.2'}]", offered, "1.4.0-rc.1", "pre-release");
  expect_reason("[{semver: '^1.2'}]", offered, "2.0.0-rc.1", "not in ^1.2");
}

static void latest(void **state) {
  (void)state;
  const char *offered = "1.9.0 1.10.0 1.10.1-rc.1 latest 2024-01 1.2.0 stable-2 stable-10";
  expect("[{latest: 2}]", offered, "1.10.0 1.9.0");
  expect("[{latest: 99}]", offered, "1.10.0 1.9.0 1.2.0");
  expect("[{latest: 2, prerelease: true}]", offered, "1.10.1-rc.1 1.10.0");
  expect("[{pattern: '^1', latest: 2}]", offered, "1.10.1-rc.1 1.10.0");
  expect("[{pattern: '^stable', latest: 1}]", offered, "");
  expect("[{pattern: '^stable', sort: alpha, latest: 1}]", offered, "stable-2");
  expect("[{sort: alpha, latest: 3}]", offered, "stable-2 stable-10 latest");
  /* exclude comes before latest. */
  expect("[{exclude: '^1\\.10', latest: 1}]", offered, "1.9.0");
  expect_reason("[{latest: 2}]", offered, "1.2.0", "not among the latest 2");
  expect_reason("[{latest: 2}]", offered, "latest", "no full version x.y.z");
  expect_reason("[{latest: 2}]", offered, "1.10.1-rc.1", "pre-release");
}

static void sorting(void **state) {
  (void)state;
  const char *offered = "b 1.2.0@3 a@1 1.10.0@2 v1.2.0@3 1.2.0_x@3 1.2.0_a@3";
  expect("[{sort: semver}]", offered, "1.10.0 v1.2.0 1.2.0_x 1.2.0_a 1.2.0 b a");
  expect("[{sort: date}]", offered, "a 1.10.0 v1.2.0 1.2.0_x 1.2.0_a 1.2.0");
  expect("[{sort: alpha}]", offered, "v1.2.0 b a 1.2.0_x 1.2.0_a 1.2.0 1.10.0");
  expect("[{sort: date, latest: 1}]", offered, "a");
  expect_reason("[{sort: date}]", offered, "b", "has no date");
}

/* Helm lists the tags of a registry in this order. */
static void as_helm_lists_tags(void **state) {
  (void)state;
  const char *top = getenv("SRCDIR");
  auto_free char *path = str_format("%s/tests/data/semver/helm-semver.json", top ? top : ".");
  auto_json vectors = json_load_file(path, 0, NULL);
  assert_non_null(vectors);
  json_t *item;
  size_t i;
  auto_buf offered = {0}, wanted = {0};
  json_array_foreach(json_object_get(vectors, "tags_in"), i,
                     item) if (json_string_value(item)[0] != 'v') /* which helm does not list */
      buf_printf(&offered, "%s ", json_string_value(item));
  json_array_foreach(json_object_get(vectors, "tags_as_helm_lists_them"), i, item)
      buf_printf(&wanted, "%s%s", i ? " " : "", json_string_value(item));
  for (char *p = strchr(wanted.data, '+'); p; p = strchr(p, '+'))
    *p = '_';
  expect("[{latest: 99, prerelease: true}]", offered.data, wanted.data);
}

static void ages(void **state) {
  (void)state;
  const char *offered = "1.0.0@100 1.1.0@90 1.2.0@89 1.3.0 x@1";
  expect("[{newer_than: 90d}]", offered, "1.2.0 1.1.0 x");
  expect("[{newer_than: 90d, sort: date, latest: 2}]", offered, "x 1.2.0");
  /* NOW is 2024-10-04. */
  expect("[{newer_than: 2024-07-06}]", offered, "1.2.0 1.1.0 x");
  expect("[{newer_than: '2024-07-06T00:00:01Z'}]", offered, "1.2.0 x");
  expect("[{newer_than: 999999999d}]", offered, "1.2.0 1.1.0 1.0.0 x");
  expect_reason("[{newer_than: 90d}]", offered, "1.0.0", "older than 90d");
  expect_reason("[{newer_than: 2024-07-06}]", offered, "1.0.0", "older than 2024-07-06");
  expect_reason("[{newer_than: 90d}]", offered, "1.3.0", "has no date");
}

static void items_are_united(void **state) {
  (void)state;
  const char *offered = "1.0.0 1.1.0 2.0.0 2.1.0 edge";
  expect("[{semver: '^1', latest: 1}, {pattern: '0\\.0|edge'}]", offered, "1.1.0 2.0.0 1.0.0 edge");
  /* The reason is that of the selector which came nearest. */
  expect_reason("[{semver: '^3'}, {semver: '^1', latest: 1}]", offered, "1.0.0",
                "not among the latest 1");
  expect_reason("[{semver: '^1', latest: 1}, {semver: '^3'}]", offered, "1.0.0",
                "not among the latest 1");
  expect_reason("[{semver: '^1'}, {semver: '^3'}]", offered, "2.0.0", "not in ^1");
  struct picking p;
  pick(&p, "[{semver: '^1'}, {semver: '1.1.0'}, {semver: '^9'}, {exclude: 'x'}]", offered);
  assert_ptr_equal(p.picks.verdicts[1].by, &p.items[0]);
  assert_true(p.picks.matched[0] && p.picks.matched[1]);
  assert_false(p.picks.matched[2]);
  done(&p);
}

static void exclusions(void **state) {
  (void)state;
  const char *offered = "1.0.0 1.1.0 1.2.0 1.2.0-perl edge";
  expect("[{pattern: '^1', exclude: ['perl', '^1\\.1']}]", offered, "1.2.0 1.0.0");
  expect_reason("[{pattern: '^1', exclude: ['perl', '^1\\.1']}]", offered, "1.1.0",
                "excluded by '^1\\.1'");
  /* An item of its own takes away from all of them, after latest. */
  expect("[{exclude: '^1\\.2'}, {semver: '^1', latest: 2}, {pattern: edge}]", offered,
         "1.1.0 edge");
  expect_reason("[{exclude: '^1\\.2'}, {semver: '^1', latest: 2}]", offered, "1.2.0",
                "excluded by '^1\\.2'");
  expect_reason("[{exclude: '^1\\.2'}, {semver: '^1', latest: 2}]", offered, "1.0.0",
                "not among the latest 2");
  struct picking p;
  pick(&p, "[{semver: '1.1.0'}, {exclude: '1'}]", offered);
  assert_false(p.picks.matched[0]);
  done(&p);
}

static void what_is_named_stays(void **state) {
  (void)state;
  struct picking p;
  pick(&p, "['1.1.0', '1.3.0+b', '0.9', {semver: '^1', latest: 2}, {exclude: '.'}]",
       "1.0.0 1.1.0 1.3.0_b 0.9 9.9.9");
  auto_free char *order = order_of(&p);
  assert_string_equal(order, "");
  assert_ptr_equal(p.picks.verdicts[1].by, &p.items[0]);
  assert_ptr_equal(p.picks.verdicts[2].by, &p.items[1]);
  assert_ptr_equal(p.picks.verdicts[3].by, &p.items[2]);
  assert_null(p.picks.verdicts[0].by);
  assert_string_equal(p.picks.verdicts[4].reason, "not in ^1");
  assert_true(p.picks.matched[3]); /* both are named too */
  done(&p);
  /* It takes its part of latest. */
  expect("['1.1.0', {semver: '^1', latest: 2}]", "1.0.0 1.1.0 0.9.0", "1.0.0");
}

static void nothing_offered(void **state) {
  (void)state;
  struct picking p;
  pick(&p, "[{latest: 3}]", "");
  assert_int_equal(p.picks.count, 0);
  assert_false(p.picks.matched[0]);
  done(&p);
}

static void long_patterns_are_cut_in_reasons(void **state) {
  (void)state;
  struct buf versions = {0};
  buf_text(&versions, "[{pattern: '");
  for (int i = 0; i < 500; i++)
    buf_text(&versions, "\xe2\x82\xac");
  buf_text(&versions, "'}]");
  struct picking p;
  pick(&p, versions.data, "1.0.0");
  const char *reason = p.picks.verdicts[0].reason;
  assert_true(strlen(reason) < 250);
  auto_json text = json_string(reason); /* fails on broken UTF-8 */
  assert_non_null(text);
  assert_non_null(strstr(reason, "...'"));
  done(&p);
  buf_done(&versions);
}

static void a_catastrophe_is_an_error(void **state) {
  (void)state;
  static const char *const bad[] = {"[{pattern: '^(a+)+$'}]", "[{exclude: '^(a+)+$', latest: 1}]",
                                    "[{latest: 1, pattern: a, sort: alpha}, {exclude: '^(a+)+$'}]"};
  for (size_t i = 0; i < 3; i++) {
    struct picking p;
    load(&p, bad[i], "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_");
    auto_error err = {0};
    assert_int_equal(versions_pick(&p.entry, p.candidates, 1, NOW, &p.picks, &err), ARTM_E_CONFIG);
    assert_non_null(strstr(err.message, "^(a+)+$"));
    assert_null(p.picks.verdicts);
    done(&p);
  }
}

static void a_hundred_thousand(void **state) {
  (void)state;
  static const char *const lists[] = {
      "[{latest: 5}]",
      "[{semver: '>=1.2 <40 || 50.x', latest: 10}]",
      "[{pattern: '^v?\\d+\\.\\d+(-alpine)?', exclude: ['-rc', b], newer_than: 90d, latest: 9}]",
      "[{pattern: '.*'}, {exclude: 'alpine|slim'}]",
  };
  size_t count = 100000;
  struct candidate *candidates = mem_array(count, sizeof *candidates);
  struct arena names = {0};
  for (size_t i = 0; i < count; i++) {
    size_t mixed = i * 7919 % count;
    candidates[i] =
        (struct candidate){arena_format(&names, "%zu.%zu.%zu%s", mixed / 1000, mixed / 10 % 100,
                                        mixed % 10, mixed % 3 ? "" : "-alpine"),
                           NOW - (int64_t)(i % 1000) * DAY, true};
  }
  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    struct picking p;
    load(&p, lists[i], "");
    auto_error err = {0};
    clock_t start = clock();
    assert_int_equal(versions_pick(&p.entry, candidates, count, NOW, &p.picks, &err), 0);
    clock_t took = (clock() - start) / (CLOCKS_PER_SEC / 1000);
    print_message("%s: %zu picked in %d ms\n", lists[i], p.picks.count, (int)took);
    assert_true(p.picks.count > 0);
    assert_true(took < 30000);
    done(&p);
  }
  free_pointer(&candidates);
  arena_done(&names);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(patterns),
      cmocka_unit_test(ranges),
      cmocka_unit_test(latest),
      cmocka_unit_test(sorting),
      cmocka_unit_test(as_helm_lists_tags),
      cmocka_unit_test(ages),
      cmocka_unit_test(items_are_united),
      cmocka_unit_test(exclusions),
      cmocka_unit_test(what_is_named_stays),
      cmocka_unit_test(nothing_offered),
      cmocka_unit_test(long_patterns_are_cut_in_reasons),
      cmocka_unit_test(a_catastrophe_is_an_error),
      cmocka_unit_test(a_hundred_thousand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
