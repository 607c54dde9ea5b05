/* SPDX-License-Identifier: Apache-2.0 */
/* Which children of an index stay. Platforms and attestations as image-spec's image-index.md and
 * BuildKit's attestation-storage.md write them. */
#include "engine/graph.h"
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MOST 12

struct choice {
  struct buf text; /* the index so far */
  int count;
  bool keep[MOST];
  struct error error;
};

static void digest_number(int number, char out[72]) {
  memcpy(out, "sha256:", 7);
  memset(out + 7, '0' + number % 10, 64);
  out[71] = '\0';
}

/* platform: JSON of it, or NULL. attests: number of the child that it speaks of, or -1. */
static void add(struct choice *choice, const char *platform, int attests) {
  char own[72], subject[72];
  digest_number(choice->count, own);
  buf_printf(&choice->text,
             "%s{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"%s\",\"size\":7",
             choice->count ? "," : "", own);
  if (platform)
    buf_printf(&choice->text, ",\"platform\":%s", platform);
  if (attests >= 0) {
    digest_number(attests, subject);
    buf_printf(&choice->text,
               ",\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\","
               "\"vnd.docker.reference.digest\":\"%s\"}",
               subject);
  }
  buf_text(&choice->text, "}");
  choice->count++;
}

static int choose(struct choice *choice, const char *const *platforms) {
  struct platform wanted[4] = {0};
  struct entry entry = {.name = "app", .platforms = wanted};
  for (; platforms[entry.platform_count]; entry.platform_count++)
    assert_true(platform_parse(platforms[entry.platform_count], &wanted[entry.platform_count]));
  auto_free char *index =
      str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[%s]}",
                 choice->text.len ? choice->text.data : "");
  struct manifest *parsed = NULL;
  assert_int_equal(manifest_parse(index, strlen(index), MEDIA_OCI_INDEX, &parsed, &choice->error),
                   0);
  int result = children_choose(&entry, parsed, choice->keep, &choice->error);
  manifest_free(parsed);
  return result;
}

#define CHOOSE(choice, ...) choose(choice, (const char *const[]){__VA_ARGS__, NULL})

static void choice_done(struct choice *choice) {
  buf_done(&choice->text);
  error_done(&choice->error);
}

#define AMD64 "{\"os\":\"linux\",\"architecture\":\"amd64\"}"
#define ARM64_V8 "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}"
#define ARM_V6 "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v6\"}"
#define ARM_V7 "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}"
#define UNKNOWN "{\"os\":\"unknown\",\"architecture\":\"unknown\"}"
#define WINDOWS "{\"os\":\"windows\",\"architecture\":\"amd64\",\"os.version\":\"10.0.1\"}"

static void assert_kept(const struct choice *choice, const char *kept) {
  for (int i = 0; i < choice->count; i++)
    assert_int_equal(choice->keep[i], kept[i] == '1');
}

static void platforms_and_variants(void **state) {
  (void)state;
  static const struct {
    const char *wanted, *kept;
  } cases[] = {
      {"linux/amd64", "10000"}, {"linux/arm64", "01000"},  {"linux/arm64/v8", "01000"},
      {"linux/arm", "00110"},   {"linux/arm/v7", "00010"}, {"windows/amd64", "00001"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct choice choice = {0};
    add(&choice, AMD64, -1);
    add(&choice, ARM64_V8, -1);
    add(&choice, ARM_V6, -1);
    add(&choice, ARM_V7, -1);
    add(&choice, WINDOWS, -1);
    assert_int_equal(CHOOSE(&choice, cases[i].wanted), 0);
    assert_kept(&choice, cases[i].kept);
    choice_done(&choice);
  }
}

static void every_child_of_a_platform_stays(void **state) {
  (void)state;
  struct choice choice = {0};
  add(&choice, WINDOWS, -1);
  add(&choice, AMD64, -1);
  add(&choice, WINDOWS, -1);
  assert_int_equal(CHOOSE(&choice, "windows/amd64"), 0);
  assert_kept(&choice, "101");
  choice_done(&choice);
}

static void attestations_go_with_their_subject(void **state) {
  (void)state;
  struct choice choice = {0};
  add(&choice, UNKNOWN, 2); /* before what it speaks of */
  add(&choice, AMD64, -1);
  add(&choice, ARM64_V8, -1);
  add(&choice, UNKNOWN, 1);
  add(&choice, UNKNOWN, 2);
  add(&choice, UNKNOWN, 9);  /* of nobody here */
  add(&choice, UNKNOWN, -1); /* of nobody at all */
  add(&choice, UNKNOWN, 4);  /* of another attestation */
  assert_int_equal(CHOOSE(&choice, "linux/arm64"), 0);
  assert_kept(&choice, "10101000");
  choice_done(&choice);
}

static void children_without_a_platform_go(void **state) {
  (void)state;
  struct choice choice = {0};
  add(&choice, NULL, -1);
  add(&choice, AMD64, -1);
  assert_int_equal(CHOOSE(&choice, "linux/amd64"), 0);
  assert_kept(&choice, "01");
  choice_done(&choice);
}

static void what_is_missing_is_named(void **state) {
  (void)state;
  struct choice choice = {0};
  add(&choice, AMD64, -1);
  add(&choice, ARM_V7, -1);
  add(&choice, UNKNOWN, 0);
  assert_int_equal(CHOOSE(&choice, "linux/amd64", "linux/s390x"), ARTM_E_NOT_FOUND);
  assert_string_equal(choice.error.message,
                      "app has no platform linux/s390x; it has: linux/amd64, linux/arm/v7");
  assert_non_null(choice.error.hint);
  choice_done(&choice);
}

static void an_empty_index_has_none(void **state) {
  (void)state;
  struct choice choice = {0};
  add(&choice, UNKNOWN, -1);
  assert_int_equal(CHOOSE(&choice, "unknown/unknown"), ARTM_E_NOT_FOUND);
  assert_string_equal(choice.error.message, "app has no platform unknown/unknown; it has: none");
  choice_done(&choice);
}

static int check_config(const char *config, const char *wanted, struct platform *ret,
                        struct error *err) {
  struct platform platform;
  assert_true(platform_parse(wanted, &platform));
  const struct entry entry = {.name = "app", .platforms = &platform, .platform_count = 1};
  return config_platform_check(&entry, config, strlen(config), ret, err);
}

static void a_config_names_its_platform(void **state) {
  (void)state;
  struct platform found = {0};
  auto_error error = {0};
  assert_int_equal(check_config(ARM64_V8, "linux/arm64", &found, &error), 0);
  assert_string_equal(found.variant, "v8");
  assert_int_equal(check_config(AMD64, "linux/arm64", &found, &error), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(error.message, "it has: linux/amd64"));
}

static void hostile_configs(void **state) {
  (void)state;
  static const char *const configs[] = {
      "",
      "[]",
      "{}",
      "null",
      "{\"os\":1,\"architecture\":[]}",
      "{\"os\":\"linux\"",
      "{\"os\":\"linux\",\"os\":\"linux\",\"architecture\":\"amd64\"}",
      "{\"os\":\"a-name-of-more-than-thirty-two-characters\",\"architecture\":\"amd64\"}",
  };
  for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
    struct platform found = {0};
    auto_error error = {0};
    assert_true(check_config(configs[i], "linux/amd64", &found, &error) < 0);
    assert_non_null(error.message);
    assert_string_equal(found.os, "");
  }
}

static void wanted_platforms_are_sorted_and_unique(void **state) {
  (void)state;
  struct platform wanted[3] = {0};
  assert_true(platform_parse("linux/arm64", &wanted[0]));
  assert_true(platform_parse("linux/amd64", &wanted[1]));
  assert_true(platform_parse("linux/arm64", &wanted[2]));
  const struct entry entry = {.platforms = wanted, .platform_count = 3};
  auto_free char *text = graph_wanted_platforms(&entry);
  assert_string_equal(text, "linux/amd64,linux/arm64");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(platforms_and_variants),
      cmocka_unit_test(every_child_of_a_platform_stays),
      cmocka_unit_test(attestations_go_with_their_subject),
      cmocka_unit_test(children_without_a_platform_go),
      cmocka_unit_test(what_is_missing_is_named),
      cmocka_unit_test(an_empty_index_has_none),
      cmocka_unit_test(a_config_names_its_platform),
      cmocka_unit_test(hostile_configs),
      cmocka_unit_test(wanted_platforms_are_sorted_and_unique),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
