/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over JSON texts: what it passes through, what it refuses, and what memory it takes. */
#include "common/json_walk.h" /* before cmocka, which has a macro fail() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail /* common/fail.h has a function */
#undef fail_msg
#define fail_msg(...)          \
  do {                         \
    print_error(__VA_ARGS__);  \
    print_error("\n");         \
    _fail(__FILE__, __LINE__); \
  } while (0)

#include "common/fail.c"
#include "common/json_walk.c"
#include "common/json_walk_input.c"
#include "common/json_walk_token.c"
#include "common/registry_text.c"
#include <stdio.h>

struct artm_call {
  int32_t code;
  char message[200];
};
static int32_t note_failure(struct artm_call *call, const struct artm_error *error) {
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s: %s", error->where, error->message);
  return error->code;
}
static const struct artm_host host = {.struct_size = sizeof host, .fail = note_failure};

/* Goes over the whole text, one level by hand, the rest by value or skip; true if it was sound. */
static bool passes(struct json_walk *walk, bool by_value) {
  char kind = json_walk_peek(walk);
  if (kind == '{' || kind == '[') {
    json_walk_enter(walk, kind);
    while (kind == '{' ? json_walk_member(walk) : json_walk_item(walk)) {
      if (by_value)
        json_decref(json_walk_value(walk));
      else
        json_walk_skip(walk);
    }
  } else if (by_value) {
    json_decref(json_walk_value(walk));
  } else {
    json_walk_skip(walk);
  }
  bool sound = json_walk_end(walk);
  assert_true(sound == !walk->problem);
  return sound;
}

/* In memory of just that size, so that a sanitizer sees a byte read beyond. */
static bool text_passes(const char *text, size_t size, bool by_value) {
  struct json_walk walk;
  char *exact = malloc(size ? size : 1);
  assert_non_null(exact);
  memcpy(exact, text, size);
  json_walk_text(&walk, exact, size);
  bool sound = passes(&walk, by_value);
  json_walk_done(&walk);
  free(exact);
  return sound;
}

static char folder[] = "/tmp/test-json-walk-XXXXXX";
static const char *file(const char *text, size_t size) {
  static char path[64];
  snprintf(path, sizeof path, "%s/text", folder);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  assert_int_equal(fwrite(text, 1, size, out), size);
  assert_int_equal(fclose(out), 0);
  return path;
}
static bool file_passes(const char *text, size_t size, bool by_value) {
  struct json_walk walk;
  struct artm_call call = {0};
  assert_int_equal(json_walk_open(&walk, &host, &call, file(text, size)), 0);
  bool sound = passes(&walk, by_value);
  json_walk_done(&walk);
  return sound;
}

static const char document[] =
    " {\"a\":[1,-2.5e+3,0,{\"b\":null}],\"c\":\"x\\\"\\u00e9\\\\\",\"\":true,\"d\":{},\"e\":[ ],"
    "\"f\":false }\n";

static void sound_texts(void **state) {
  (void)state;
  static const char *const texts[] = {document, "[]",  "{}",     "null",
                                      "\"x\"",  " 0 ", "-0.5E1", "[[]]",
                                      "true",   "12",  "[{},1]", "{\"a\":{\"b\":[]}}"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    for (int by_value = 0; by_value < 2; by_value++) {
      assert_true(text_passes(texts[i], strlen(texts[i]), by_value));
      assert_true(file_passes(texts[i], strlen(texts[i]), by_value));
    }
}

static void broken_texts(void **state) {
  (void)state;
  static const char *const texts[] = {"",
                                      " ",
                                      "{",
                                      "[1,]",
                                      "[,1]",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{a:1}",
                                      "[1 2]",
                                      "[1]]",
                                      "{}{}",
                                      "[] x",
                                      "nul",
                                      "nulls",
                                      "tru e",
                                      "\"x",
                                      "\"\n\"",
                                      "\"\\x\"",
                                      "01",
                                      "1.",
                                      ".5",
                                      "1e",
                                      "-",
                                      "+1",
                                      "[1}",
                                      "{\"a\":1]",
                                      "\xef\xbb\xbf{}",
                                      "{\"a\":1 \"b\":2}",
                                      "['a']",
                                      "// x\n1",
                                      "{\"a\" 1}",
                                      "[\"a\":1]",
                                      "[1,,2]",
                                      "\x01"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    for (int by_value = 0; by_value < 2; by_value++) {
      if (text_passes(texts[i], strlen(texts[i]), by_value))
        fail_msg("taken: %s", texts[i]);
      assert_false(file_passes(texts[i], strlen(texts[i]), by_value));
    }
  assert_false(text_passes("[1]\0", 4, false));
}

static void cut_off_anywhere(void **state) {
  (void)state;
  size_t whole = strlen(document) - 1; /* without the line's end */
  for (size_t size = 0; size < whole; size++)
    for (int by_value = 0; by_value < 2; by_value++)
      if (text_passes(document, size, by_value))
        fail_msg("taken when cut at %zu", size);
}

static void only_whole_values(void **state) {
  (void)state;
  static const char *const bad[] = {"[\"\xff\"]", "[\"\\ud800\"]", "[{\"a\":1,\"a\":2}]",
                                    "[123456789012345678901234567890]"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_false(text_passes(bad[i], strlen(bad[i]), true));
  assert_true(text_passes("[\"a\\u0000b\"]", 12, true)); /* cut there by who reads it as a text */
}

static void names(void **state) {
  (void)state;
  struct json_walk walk;
  char longest[200], text[600];
  memset(longest, 'n', sizeof longest);
  longest[63] = '\0';
  snprintf(text, sizeof text, "{\"a\":1,\"R\\u0065s\":2,\"%s\":3,\"%sn\":4,\"\\u0000\":5}", longest,
           longest);
  json_walk_text(&walk, text, strlen(text));
  assert_true(json_walk_enter(&walk, '{'));
  const char *const wanted[] = {"a", "Res", longest, "", ""};
  for (size_t i = 0; i < 5; i++) {
    assert_true(json_walk_member(&walk));
    assert_string_equal(walk.name, wanted[i]);
    json_t *value = json_walk_value(&walk);
    assert_int_equal(json_integer_value(value), i + 1);
    json_decref(value);
  }
  assert_false(json_walk_member(&walk));
  assert_true(json_walk_end(&walk));
}

static void misuse_is_a_problem(void **state) {
  (void)state;
  struct json_walk walk;
  json_walk_text(&walk, "{\"a\":[1]}", 9);
  assert_true(json_walk_enter(&walk, '{'));
  assert_false(json_walk_item(&walk));
  assert_non_null(walk.problem);
  json_walk_text(&walk, "[1]", 3);
  assert_false(json_walk_enter(&walk, '{'));
  assert_false(json_walk_end(&walk));
  json_walk_text(&walk, "[1]", 3);
  assert_true(json_walk_enter(&walk, '['));
  assert_false(json_walk_end(&walk));
  json_walk_text(&walk, "[1]", 3);
  json_walk_refuse(&walk, "not wanted");
  json_walk_refuse(&walk, "later");
  assert_false(json_walk_enter(&walk, '['));
  assert_string_equal(walk.problem, "not wanted");
}

static void depth_is_bounded(void **state) {
  (void)state;
  char text[400];
  for (size_t depth = 63; depth < 67; depth++) {
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    for (int by_value = 0; by_value < 2; by_value++)
      assert_true(text_passes(text, depth * 2, by_value) == (depth <= JSON_WALK_DEPTH));
  }
  char *deep = malloc(1000000);
  assert_non_null(deep);
  memset(deep, '[', 1000000);
  assert_false(text_passes(deep, 1000000, true));
  free(deep);
}

static void values_are_bounded(void **state) {
  (void)state;
  size_t size = JSON_WALK_VALUE_MAX + 20;
  char *text = malloc(size);
  assert_non_null(text);
  memset(text, 'x', size);
  memcpy(text, "[\"", 2);
  memcpy(text + size - 2, "\"]", 2);
  assert_false(text_passes(text, size, true));
  assert_false(file_passes(text, size, true));
  assert_true(file_passes(text, size, false)); /* one that is passed over may be long */
  for (size_t i = 2; i + 1 < size; i += 2)
    memcpy(text + i, "0,", 2);
  memcpy(text, "[[", 2);
  memcpy(text + size - 4, "00]]", 4);
  text[size - 4] = ' ';
  assert_false(text_passes(text, size / 2, true)); /* cut off, but too many items come first */
  assert_true(file_passes(text, size, false));
  free(text);
}

static void large_files_take_little(void **state) {
  (void)state;
  char path[64];
  snprintf(path, sizeof path, "%s/large", folder);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  fputs("{\"Results\":[", out);
  for (int i = 0; i < 50000; i++)
    fprintf(out, "%s{\"VulnerabilityID\":\"CVE-%d\",\"Title\":\"%0200d\"}", i ? ",\n" : "", i, i);
  fputs("]}", out);
  assert_int_equal(fclose(out), 0);
  struct json_walk walk;
  struct artm_call call = {0};
  assert_int_equal(json_walk_open(&walk, &host, &call, path), 0);
  assert_true(json_walk_enter(&walk, '{'));
  assert_true(json_walk_member(&walk));
  assert_true(json_walk_enter(&walk, '['));
  int count = 0;
  while (json_walk_item(&walk)) {
    json_t *value = json_walk_value(&walk);
    int id = 0;
    assert_int_equal(
        sscanf(json_string_value(json_object_get(value, "VulnerabilityID")), "CVE-%d", &id), 1);
    assert_int_equal(id, count++);
    json_decref(value);
  }
  assert_int_equal(count, 50000);
  assert_false(json_walk_member(&walk));
  assert_true(json_walk_end(&walk));
  assert_true(walk.capacity <= 4 * 65536);
  json_walk_done(&walk);
}

static void only_plain_files(void **state) {
  (void)state;
  struct json_walk walk;
  struct artm_call call = {0};
  char path[64], link[64];
  snprintf(path, sizeof path, "%s/none", folder);
  assert_int_equal(json_walk_open(&walk, &host, &call, path), ARTM_NO);
  assert_int_equal(json_walk_open(&walk, &host, &call, folder), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "no plain file"));
  snprintf(link, sizeof link, "%s/link", folder);
  assert_int_equal(symlink(file("1", 1), link), 0);
  assert_int_equal(json_walk_open(&walk, &host, &call, link), ARTM_E_LOCAL);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(json_walk_open(&walk, &host, &call, path), ARTM_E_LOCAL);
  assert_int_equal(unlink(path), 0);
  FILE *out = fopen(path, "we");
  assert_non_null(out);
  assert_int_equal(ftruncate(fileno(out), (off_t)JSON_WALK_FILE_MAX + 1), 0);
  assert_int_equal(fclose(out), 0);
  assert_int_equal(json_walk_open(&walk, &host, &call, path), ARTM_E_LOCAL);
  assert_non_null(strstr(call.message, "larger than 1 GiB"));
}

static int set_up(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}
static int tear_down(void **state) {
  (void)state;
  static const char *const names_made[] = {"text", "large", "link", "none"};
  char path[64];
  for (size_t i = 0; i < 4; i++) {
    snprintf(path, sizeof path, "%s/%s", folder, names_made[i]);
    unlink(path);
  }
  return rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sound_texts),
      cmocka_unit_test(broken_texts),
      cmocka_unit_test(cut_off_anywhere),
      cmocka_unit_test(only_whole_values),
      cmocka_unit_test(names),
      cmocka_unit_test(misuse_is_a_problem),
      cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(values_are_bounded),
      cmocka_unit_test(large_files_take_little),
      cmocka_unit_test(only_plain_files),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
