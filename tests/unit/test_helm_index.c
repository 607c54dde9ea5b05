/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of chart indexes: what it keeps, what it lets pass, what it survives. */
#include "unit/helm_driver.h"

#include "common/cleanup.h"
#include "common/region.c"
#include "common/registry_text.c"
#include "helm/repository/index.c"
#include "helm/repository/index_entry.c"
#include "helm/repository/index_input.c"
#include "helm/repository/index_json.c"
#include "helm/repository/index_nearest.c"
#include "helm/repository/index_reader.c"
#include "helm/repository/index_sort.c"
#include "helm/repository/index_time.c"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Stands for the real ones, which have their own tests. */
bool version_is_legal(const char *text) {
  return text[strspn(text, "v")] >= '0' && text[strspn(text, "v")] <= '9';
}
bool version_is_same(const char *a, const char *b) {
  return strcmp(a + (*a == 'v'), b + (*b == 'v')) == 0;
}

static const struct artm_host host = {.struct_size = sizeof host,
                                      .log = driver_note,
                                      .fail = driver_fail,
                                      .cancelled = driver_cancelled};
static struct artm_call call;
static struct index_problem problem; /* of the last reading */

static struct index *read_bytes(struct bytes bytes, const char *const *names, size_t count) {
  struct index_input *input = calloc(1, sizeof *input);
  assert_non_null(input);
  index_problem_done(&problem);
  input->host = &host;
  input->call = &call;
  input->stream = &bytes.stream;
  input->copy_fd = -1;
  struct index *index = index_read(input, names, count);
  problem = input->problem;
  assert_int_equal(index == NULL, problem.code != 0);
  free(input);
  return index;
}

/* Reads in parts of several sizes: the answer must always be the same. Takes the last. */
static struct index *read_text_for(const char *text, const char *const *names, size_t count) {
  static const size_t parts[] = {1, 7, 13, 4096, 0};
  struct index *index = NULL;
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    struct bytes bytes = BYTES(text, strlen(text));
    bytes.part = parts[i];
    index_free(index);
    index = read_bytes(bytes, names, count);
  }
  return index;
}
static struct index *read_for_vault(const char *text) {
  static const char *const names[] = {"absent", "vault"};
  return read_text_for(text, names, 2);
}

static const struct index_kept *vault(const struct index *index, const char *version) {
  if (!index)
    fail_msg("%d %s", problem.code, problem.text);
  return index_find(index_chart(index, "vault"), version);
}

static void reads_what_helm_writes(void **state) {
  (void)state;
  struct index *index = read_for_vault(
      "apiVersion: v1\nentries:\n  other:\n  - version: 9.9.9\n    maintainers: [{name: x}]\n"
      "  vault:\n  - annotations:\n      version: 7.7.7\n      text: |\n        urls: no\n"
      "    apiVersion: v2\n    appVersion: 1.10\n    created: \"2024-02-29T23:59:59.999-02:30\"\n"
      "    digest: SHA256:" HEX64 "\n    name: vault\n    urls:\n    - a/vault-0.30.0.tgz\n"
      "    - https://mirror.example/vault-0.30.0.tgz\n    version: 0.30.0\n    deprecated: true\n"
      "  - version: 1.10\n    urls: [b.tgz]\n"
      "generated: \"2024-01-01T00:00:00Z\"\nserverInfo: {contextPath: x}\n");
  const struct index_kept *kept = vault(index, "0.30.0");
  assert_non_null(kept);
  assert_null(kept->fault);
  assert_string_equal(kept->version.digest, "sha256:" HEX64);
  assert_int_equal(kept->version.url_count, 2);
  assert_string_equal(kept->version.urls[1], "https://mirror.example/vault-0.30.0.tgz");
  assert_true(kept->version.dated);
  assert_int_equal(kept->version.created, 1709260199); /* date -d 2024-03-01T02:29:59Z +%s */
  assert_true(kept->version.deprecated);
  kept = vault(index, "1.10"); /* as written, not 1.1 */
  assert_non_null(kept);
  assert_null(kept->version.digest);
  assert_false(kept->version.dated);
  assert_false(kept->version.deprecated);
  assert_null(vault(index, "7.7.7"));
  assert_null(vault(index, "9.9.9"));
  assert_true(index_chart(index, "vault")->seen);
  assert_false(index_chart(index, "absent")->seen);
  assert_null(index_chart(index, "other"));
  assert_int_equal(index->name_count, 2);
  assert_int_equal(index->left_out, 0);
  index_free(index);
}

static void reads_json(void **state) {
  (void)state;
  struct index *index = read_for_vault(
      " {\"apiVersion\":\"v1\",\"entries\":{\"vault\":[{\"version\":\"1.0.0\",\"urls\":[\"a\\/b\"],"
      "\"description\":\"\\ud83d\\ude00 \\uD83D \\ude00\\\\ud83d\\ud83d\\ud83d\\udE00 \\\"\","
      "\"digest\":\"\",\"created\":null,\"deprecated\":false,\"x\":{\"version\":\"2.0.0\"}},null,\n"
      "\t{\"version\":\"1.1.0\",\"urls\":[\"\\ud83d\\ude00/\\u00e9\\ud83d\"]}]},\"y\":[1,-2.5e3]}");
  const struct index_kept *kept = vault(index, "1.0.0");
  assert_non_null(kept);
  assert_string_equal(kept->version.urls[0], "a/b");
  assert_null(kept->version.digest);
  kept = vault(index, "1.1.0");
  assert_non_null(kept);
  assert_string_equal(kept->version.urls[0], "\xf0\x9f\x98\x80/\xc3\xa9\xef\xbf\xbd");
  assert_int_equal(index_chart(index, "vault")->count, 2);
  assert_int_equal(index->left_out, 0);
  index_free(index);
}

static void odd_entries_are_no_end(void **state) {
  (void)state;
  struct index *index = read_for_vault(
      "entries:\n  ? [a, b]\n  : x\n  vault:\n  -\n  - ~\n  - just text\n  - [1]\n"
      "  - version: null\n    urls: [x]\n  - urls: [x]\n  - version: {a: b}\n    urls: [x]\n"
      "  - version: latest\n    urls: [x]\n"
      "  - version: \"1.\\0\"\n    urls: [x]\n"
      "  - {version: 1.0.0, version: 1.0.1, unknown: [{}], urls: [a], urls: [b, null, '']}\n"
      "  - {version: 2.0.0, urls: []}\n  - {version: 2.0.1}\n  - {version: 2.0.2, urls: one.tgz}\n"
      "  - {version: 2.0.3, urls: [[x]]}\n"
      "  - {version: 3.0.0, urls: [x], digest: sha256:abc, created: yesterday}\n");
  const struct index_kept *kept = vault(index, "1.0.1");
  assert_non_null(kept);
  assert_int_equal(kept->version.url_count, 1);
  assert_string_equal(kept->version.urls[0], "b");
  assert_null(vault(index, "1.0.0"));
  assert_non_null(vault(index, "2.0.0")->fault);
  assert_non_null(vault(index, "2.0.1")->fault);
  assert_false(vault(index, "2.0.1")->hidden);
  assert_null(vault(index, "2.0.2")->fault);
  assert_non_null(vault(index, "2.0.3")->fault);
  assert_string_equal(vault(index, "3.0.0")->fault,
                      "its digest 'sha256:abc' in the index is no SHA-256");
  assert_false(vault(index, "3.0.0")->version.dated);
  assert_true(vault(index, "latest")->hidden);
  assert_int_equal(index->left_out, 7);
  assert_string_equal(index->first_left_out, "vault: an entry is no map");
  index_free(index);
}

static void lists_that_are_none(void **state) {
  static const char *const texts[] = {
      "apiVersion: v1\n",         "apiVersion: v1\nentries:\n", "apiVersion: v1\nentries: {}\n",
      "entries: {vault: null}\n", "entries: {vault: {a: b}}\n", "entries: {vault: *x, b: &x y}\n",
      "{\"entries\":{}}",
  };
  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    struct index *index = read_for_vault(texts[i]);
    assert_null(vault(index, "1.0.0"));
    index_free(index);
  }
}

static void the_same_version_twice(void **state) {
  (void)state;
  struct index *index =
      read_for_vault("entries:\n  vault:\n"
                     "  - {version: 1.0.0, urls: [first], digest: " HEX64 "}\n"
                     "  - {version: 2.0.0, urls: [first]}\n"
                     "  - {version: 1.0.0, urls: [second], digest: sha256:" HEX64 "}\n"
                     "  - {version: 2.0.0, urls: [second], digest: " HEX64 "}\n");
  assert_string_equal(vault(index, "1.0.0")->version.urls[0], "first");
  assert_string_equal(vault(index, "2.0.0")->version.urls[0], "first");
  assert_int_equal(index->differing, 0);
  const struct index_chart *chart = index_chart(index, "vault");
  assert_false(chart->versions[0]->hidden || chart->versions[1]->hidden);
  assert_true(chart->versions[2]->hidden && chart->versions[3]->hidden);
  index_free(index);
  index = read_for_vault("entries:\n  vault:\n"
                         "  - {version: 1.0.0, urls: [first], digest: " HEX64 "}\n"
                         "  - {version: 1.0.0, urls: [second], digest: f" HEX64 "}\n"
                         "  other: []\n  vault:\n"
                         "  - {version: 1.0.0, urls: [third], digest: a123456789abcdef0123456789a"
                         "bcdef0123456789abcdef0123456789abcdef}\n");
  assert_string_equal(vault(index, "1.0.0")->version.urls[0], "first");
  assert_int_equal(index->differing, 1);
  assert_string_equal(index->first_differing, "vault 1.0.0");
  index_free(index);
}

static void aliases_are_not_followed(void **state) {
  (void)state;
  struct index *index = read_for_vault(
      "x: &a [&b {c: &c d}, *b]\nentries:\n  other: [*a, *a, *undefined]\n  vault:\n"
      "  - {version: 1.0.0, urls: [x], description: *c, maintainers: *a, home: &d e}\n"
      "  - {version: 1.0.1, urls: *a}\n  - {version: 1.0.2, urls: [*c]}\n"
      "  - {version: &e 1.0.3, urls: [&f x], digest: *c}\n  - {<<: *b, version: 1.0.4, urls: [x]}\n"
      "  - *b\n  - {version: *c, urls: [x]}\n");
  assert_null(vault(index, "1.0.0")->fault);
  for (const char *version = "1234"; *version; version++) {
    char text[] = "1.0.x";
    text[4] = *version;
    assert_non_null(vault(index, text)->fault);
  }
  assert_int_equal(index->left_out, 2);
  assert_non_null(strstr(index->first_left_out, "YAML alias"));
  index_free(index);
  index = read_for_vault("x: &x []\nentries:\n  vault: *x\n");
  assert_string_equal(index->first_left_out,
                      "vault: its versions are a YAML alias, which is not followed in an index");
  index_free(index);
  index = read_for_vault("entries:\n  vault: {version: 1.0.0}\n");
  assert_string_equal(index->first_left_out, "vault: its versions are no list");
  index_free(index);
}

static void refused(const char *text, const char *expected) {
  struct index *index = read_for_vault(text);
  assert_null(index);
  assert_int_equal(problem.code, ARTM_E_UNSUPPORTED);
  if (!strstr(problem.text, expected))
    fail_msg("%s", problem.text);
}

static void what_is_no_index(void **state) {
  (void)state;
  refused("", "it is empty");
  refused("\n  # nothing\n---\n", "no map");
  refused("# nothing\n", "it is empty");
  refused("\xef\xbb\xbf \n<!DOCTYPE html>", "web page");
  refused("<?xml version=\"1.0\"?>", "web page");
  refused("Not Found", "no map");
  refused("- a\n", "no map");
  refused("{\"message\":\"Not Found\"}", "neither entries nor apiVersion");
  refused("entries: []\n", "line 1: entries is no map");
  refused("a: b\nentries:\n  vault:\n  - version: 1\n   urls: [x]\n", "line 5: did not find");
  refused("a: b\n\tentries: c\n", "line 2: ");
  refused("entries: {vault: [{version: 1.0.0", "line ");
  refused("{\"entries\":{\"vault\":[{\"version\":\"1", "line ");
  refused("a: \"\\ud83d\\ude00\"\n", "line 1: "); /* YAML's escapes are not JSON's */
  refused("entries:\n  a: \xff\xfe\n", "UTF-8");
  refused("entries:\n  a: \xc0\x80\n", "UTF-8");
}

/* A text of many copies. */
static char *repeated(const char *before, const char *part, size_t count, const char *after,
                      size_t *size) {
  size_t length = strlen(part), head = strlen(before), tail = strlen(after);
  char *text = malloc(head + count * length + tail + 1), *at = text + head;
  assert_non_null(text);
  memcpy(text, before, head);
  for (size_t i = 0; i < count; i++, at += length)
    memcpy(at, part, length);
  memcpy(at, after, tail + 1);
  *size = head + count * length + tail;
  return text;
}

static void hostile(const char *before, const char *part, size_t count, const char *after,
                    const char *expected) {
  static const char *const names[] = {"vault"};
  size_t size;
  auto_free char *text = repeated(before, part, count, after, &size);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  struct index *index = read_bytes(BYTES(text, size), names, 1);
  clock_gettime(CLOCK_MONOTONIC, &end);
  assert_true(end.tv_sec - start.tv_sec < 20); /* sanitizers included; else it takes well under 1 */
  if (expected && !index) {
    if (!strstr(problem.text, expected))
      fail_msg("%s", problem.text);
  } else if (expected) {
    fail_msg("not refused: %s", expected);
  } else if (!index) {
    fail_msg("%s", problem.text);
  }
  index_free(index);
}

#define TEN "0123456789"
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define LONG_TEXT "\nc: \"" HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED "\""

static void hostile_texts_end_soon(void **state) {
  (void)state;
  hostile("", "[", 100000, "", "no map");
  hostile("a: ", "[", 100000, "", "nested deeper than 100");
  hostile("entries: {vault: [{urls: ", "[", 100000, "", "nested deeper than 100");
  hostile("{\"a\":", "{\"a\":", 100000, "", "nested deeper than 100");
  hostile("a: ", "- ", 100000, "", "line 1: ");
  hostile("a:\n  ", "- ", 100000, "", "nested deeper than 100");
  hostile("a:\n  ", "? ", 100000, "", "nested deeper than 100");
  hostile("", "#", 4 << 20, "", "256 KiB");
  hostile("a: \"", "x", 4 << 20, "\"", "2048 KiB");
  hostile("a: ", "x\n  ", 1 << 20, "", "2048 KiB");
  hostile("a: b #", "x", 4 << 20, "", "2048 KiB");
  hostile("entries:\n  vault: []\n#", LONG_TEXT "\n#", 140000, "", "64 MiB");
  hostile("entries:\n  vault:\n", "  - {version: 1.0.0, urls: [x]}\n", 1000000, "",
          "more than 200000");
  hostile("entries:\n  vault:\n", "  - {version: latest}\n", 250000, "", "more than 200000");
  hostile("entries:\n  vault:\n", "  - {version: 1.0.0, urls: [x]}\n", 50000, "", NULL);
  hostile("entries:\n  vault:\n", "  - null\n", 200000, "", NULL);
  hostile("entries:\n", "  x: []\n", 200000, "", NULL);
  hostile("x: &x [", "*x,", 200000, "]\nentries: {}\n", NULL);
  hostile("a: {\"", "\\", 100000, "\"}\nentries: {}\n", NULL);
  hostile("{\"a\":\"", "\\ud83d", 30000, "\",\"entries\":{}}", NULL);
}

/* Each is compared with all before it. */
static void directives_are_few(void **state) {
  size_t count = 100000, size = 0;
  auto_free char *text = malloc(count * 20);
  (void)state;
  assert_non_null(text);
  for (size_t i = 0; i < count; i++)
    size += (size_t)snprintf(text + size, 20, "%%TAG !a%06zu! b\n", i);
  assert_null(read_bytes(BYTES(text, size), NULL, 0));
  assert_non_null(strstr(problem.text, "256 KiB"));
}

static void zero_bytes_and_ends(void **state) {
  static const char *const names[] = {"vault"};
  static const char zero[] = "entries:\n  a: b\0c\n";
  (void)state;
  assert_null(read_bytes(BYTES(zero, sizeof zero - 1), names, 1));
  assert_non_null(strstr(problem.text, "control characters"));
  struct bytes broken = BYTES("entries:\n  vault: []\n", 21);
  broken.error = ARTM_E_NETWORK;
  assert_null(read_bytes(broken, names, 1));
  assert_int_equal(problem.code, ARTM_E_NETWORK);
  assert_true(problem.told && problem.broken_off);
  call.cancelled = ARTM_E_CANCELLED;
  assert_null(read_bytes(BYTES("entries: {}\n", 12), names, 1));
  assert_int_equal(problem.code, ARTM_E_CANCELLED);
  assert_true(problem.told && !problem.broken_off);
  call.cancelled = 0;
}

/* Expected values are GNU date's. */
static void times(void **state) {
  static const struct {
    const char *text;
    int64_t seconds; /* INT64_MIN: none */
  } cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2016-10-06T16:23:20.499814565-06:00", 1475792600},
      {"2000-02-29t12:00:00.5z", 951825600},
      {"1969-12-31T23:59:59+00:00", -1},
      {"2024-12-31 23:59:60Z", 1735689600},
      {"9999-12-31T23:59:59Z", 253402300799},
      {"2023-01-18", 1674000000},
      {"0001-01-01T00:00:00Z", INT64_MIN},
      {"2023-02-29T00:00:00Z", INT64_MIN},
      {"1900-02-29T00:00:00Z", INT64_MIN},
      {"2023-13-01T00:00:00Z", INT64_MIN},
      {"2023-01-18T24:00:00Z", INT64_MIN},
      {"2023-01-18T00:00:00", INT64_MIN},
      {"2023-01-18T00:00:00.Z", INT64_MIN},
      {"2023-01-18T00:00:00+25:00", INT64_MIN},
      {"2023-01-18T00:00:00Zx", INT64_MIN},
      {"2023-1-18", INT64_MIN},
      {"", INT64_MIN},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int64_t seconds = INT64_MIN;
    assert_int_equal(index_time(cases[i].text, &seconds), cases[i].seconds != INT64_MIN);
    assert_int_equal(seconds, cases[i].seconds);
  }
}

static void names_that_are_near(void **state) {
  static const struct {
    const char *wanted, *hint;
  } names[] = {
      {"valt", "did you mean vault, vault2?"},
      {"vault-secrets", "did you mean vault?"},
      {"nothing-alike", "the index has vault, vault2, nginx, consul, kong, ..."},
  };
  static const struct {
    const char *wanted, *hint;
  } versions[] = {
      {"v1.2.0", "the index has 1.2.0, ..."},
      {"1.2.7", "the index has 1.2.1, v1.2.2, 1.2.0, ..."},
      {"9", "the index has 2.0.0, 1.2.1, v1.2.2, 1.2.0, 1.1.9, ..."},
  };
  (void)state;
  struct index *index = read_for_vault(
      "entries:\n  vault:\n  - {version: 2.0.0}\n  - {version: 1.2.1}\n  - {version: v1.2.2}\n"
      "  - {version: 1.2.0}\n  - {version: 1.2.0}\n  - {version: 1.1.9}\n  - {version: 1.1.8}\n"
      "  vault2: []\n  nginx: []\n  consul: []\n  kong: []\n  minio: []\n  \"a\\nb\": []\n");
  assert_non_null(vault(index, "1.1.8"));
  for (size_t i = 0; i < 3; i++) {
    auto_free char *name = index_nearest_names(index, names[i].wanted);
    auto_free char *version =
        index_nearest_versions(index_chart(index, "vault"), versions[i].wanted);
    assert_string_equal(name, names[i].hint);
    assert_string_equal(version, versions[i].hint);
  }
  index_free(index);
}

static int finish(void **state) {
  (void)state;
  index_problem_done(&problem);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_helm_writes),
      cmocka_unit_test(reads_json),
      cmocka_unit_test(odd_entries_are_no_end),
      cmocka_unit_test(lists_that_are_none),
      cmocka_unit_test(the_same_version_twice),
      cmocka_unit_test(aliases_are_not_followed),
      cmocka_unit_test(what_is_no_index),
      cmocka_unit_test(hostile_texts_end_soon),
      cmocka_unit_test(directives_are_few),
      cmocka_unit_test(zero_bytes_and_ends),
      cmocka_unit_test(times),
      cmocka_unit_test(names_that_are_near),
  };
  return cmocka_run_group_tests(tests, NULL, finish);
}
