/* SPDX-License-Identifier: Apache-2.0 */
/* oci/referrers.h: names, list and types of referrers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "oci/referrers.h"
#include <stdlib.h>
#include <string.h>

#define HEX "6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b"
#define D1 "sha256:" HEX
#define D2 "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
/* printf '{}' | sha256sum */
#define EMPTY "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

static struct digest digest(const char *text) {
  struct digest ret = {0};
  assert_true(digest_parse(text, &ret));
  return ret;
}

static void tags_of_digests(void **state) {
  (void)state;
  char tag[REFERRERS_TAG_MAX + 1];
  struct digest short_one = digest(D1), long_one = digest("sha512:" HEX HEX);
  referrers_tag(&short_one, tag);
  assert_string_equal(tag, "sha256-" HEX);
  referrers_tag(&long_one, tag);
  assert_string_equal(tag, "sha512-" HEX); /* cut to 64 characters */
  static const char *const ends[] = {".sig", ".att", ".sbom"};
  for (size_t i = 0; i < 3; i++) {
    assert_true(referrers_old_tag(&short_one, i, tag));
    assert_string_equal(tag + strlen(tag) - strlen(ends[i]), ends[i]);
    assert_int_equal(strncmp(tag, "sha256-" HEX ".", 72), 0);
    assert_false(referrers_old_tag(&long_one, i, tag)); /* 139 characters are no tag */
  }
  assert_false(referrers_old_tag(&short_one, 3, tag));
}

static struct descriptor bytes(const char *text, const char *type) {
  return (struct descriptor){.media_type = str_copy(type),
                             .data = str_copy(text),
                             .data_size = strlen(text),
                             .size = strlen(text)};
}

static void refuse(const char *text, const char *type, const char *part) {
  auto_descriptor list = bytes(text, type);
  auto_descriptor added = {0};
  struct referrers_index index = {0};
  for (int add = 0; add < 2; add++) {
    auto_error error = {0};
    int rc = add ? referrers_index_add(&list, NULL, 0, &added, &error)
                 : referrers_index_read(&list, &index, &error);
    assert_int_equal(rc, ARTM_E_DIGEST);
    if (!strstr(error.message, part))
      fail_msg("expected \"%s\" in \"%s\"", part, error.message);
    assert_null(index.items);
    assert_null(added.data);
  }
}

static void what_is_no_list_is_refused(void **state) {
  (void)state;
  refuse("", MEDIA_OCI_INDEX, "");
  refuse("{\"manifests\":", MEDIA_OCI_INDEX, "");
  refuse("[]", MEDIA_OCI_INDEX, "no OCI index");
  refuse("{}", MEDIA_OCI_INDEX, "no list");
  refuse("{\"manifests\":{}}", MEDIA_OCI_INDEX, "no list");
  refuse("{\"manifests\":[]}", "text/html", "no OCI index");
  refuse("{\"manifests\":[]}", NULL, "no OCI index");
  refuse("{\"manifests\":[],\"manifests\":[]}", MEDIA_OCI_INDEX, "");
  refuse("{\"mediaType\":\"" MEDIA_DOCKER_LIST "\",\"manifests\":[]}", MEDIA_OCI_INDEX,
         "no OCI index");
  auto_buf many = {0};
  buf_text(&many, "{\"manifests\":[0");
  for (int i = 0; i < REFERRERS_MAX; i++)
    buf_text(&many, ",0");
  buf_text(&many, "]}");
  refuse(many.data, MEDIA_OCI_INDEX, "10001 entries");
}

#define ENTRY(digest, size) \
  "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"size\":" size ",\"digest\":\"" digest "\"}"

static void malformed_entries_are_left_out(void **state) {
  (void)state;
  auto_descriptor list =
      bytes("{\"mediaType\":\"" MEDIA_OCI_INDEX
            "\",\"manifests\":[" ENTRY(D1, "7") "," ENTRY("sha384:" HEX, "7") "," ENTRY(
                "sha256:../../etc", "7") "," ENTRY(D2, "-1") ",null,"
                                                             "{\"digest\":\"" D2
                                                             "\",\"size\":1}," ENTRY(D2, "9") "]}",
            NULL);
  struct referrers_index index;
  auto_error error = {0};
  assert_int_equal(referrers_index_read(&list, &index, &error), 0);
  assert_int_equal(index.count, 2);
  assert_int_equal(index.malformed, 5);
  assert_int_equal(index.items[1].size, 9);
  struct digest first = digest(D1), other = digest(EMPTY);
  assert_true(referrers_index_has(&index, &first));
  assert_false(referrers_index_has(&index, &other));
  referrers_index_done(&index);
}

#define LAYERS(type) "\"layers\":[{\"mediaType\":\"" type "\",\"digest\":\"" D2 "\",\"size\":3}]"
#define CONFIG(type) "\"config\":{\"mediaType\":\"" type "\",\"digest\":\"" EMPTY "\",\"size\":2}"
#define HEAD "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST "\","

static struct manifest *parse(const char *text) {
  struct manifest *manifest = NULL;
  auto_error error = {0};
  if (manifest_parse(text, strlen(text), NULL, &manifest, &error) < 0)
    fail_msg("%s", error.message);
  return manifest;
}

static char *added(const char *list, struct manifest *const *manifests, size_t count) {
  auto_descriptor old = bytes(list ? list : "", MEDIA_OCI_INDEX), new = {0};
  auto_error error = {0};
  if (referrers_index_add(list ? &old : NULL, manifests, count, &new, &error) < 0)
    fail_msg("%s", error.message);
  struct digest real = digest_of(new.data, new.data_size, NULL);
  assert_string_equal(new.digest.text, real.text);
  assert_string_equal(new.media_type, MEDIA_OCI_INDEX);
  assert_int_equal(new.size, strlen(new.data));
  return take(new.data);
}

/* distribution-spec, Pushing Manifests with Subject: artifactType, else the config's type; the
 * manifest's annotations. */
static void an_entry_is_made_as_the_specification_says(void **state) {
  (void)state;
  struct manifest *both[2];
  both[0] = parse(HEAD "\"artifactType\":\"a/b\"," CONFIG("c/d") "," LAYERS(
      "e/f") ",\"annotations\":{\"z\":\"1\",\"a\":\"\\u00e4\"}}");
  both[1] = parse(HEAD CONFIG("c/d") "," LAYERS("e/f") "}");
  auto_free char *made = added(NULL, both, 2);
  auto_free char *wanted =
      str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":["
                 "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"%s\",\"size\":%zu,"
                 "\"artifactType\":\"a/b\",\"annotations\":{\"z\":\"1\",\"a\":\"\xc3\xa4\"}},"
                 "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"%s\",\"size\":%zu,"
                 "\"artifactType\":\"c/d\"}]}",
                 both[0]->digest.text, both[0]->size, both[1]->digest.text, both[1]->size);
  assert_string_equal(made, wanted);
  struct manifest *index =
      parse("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":[]}");
  auto_free char *of_index = added(NULL, &index, 1);
  assert_null(strstr(of_index, "artifactType"));
  manifest_free(both[0]);
  manifest_free(both[1]);
  manifest_free(index);
}

static void what_is_there_stays_byte_for_byte(void **state) {
  (void)state;
  struct manifest *manifest = parse(HEAD CONFIG("c/d") "," LAYERS("e/f") "}");
  static const char before[] = "{ \"x\": [\"]\", {\"manifests\": [1]}], \"manifests\" : [ "
                               "{\"odd\": 1.50, \"text\": \"\\\"]\"} ,  null";
  static const char after[] = "\n] , \"y\": {} }\n";
  auto_free char *list = str_format("%s%s", before, after);
  auto_free char *made = added(list, &manifest, 1);
  assert_int_equal(strncmp(made, before, strlen(before)), 0);
  assert_string_equal(made + strlen(made) - strlen(after), after);
  assert_int_equal(made[strlen(before)], ',');
  assert_non_null(strstr(made, manifest->digest.text));
  /* An empty one is written anew, with its annotations. */
  auto_free char *fresh = added("{\"manifests\":[ ],\"annotations\":{\"k\":\"v\"}}", &manifest, 1);
  assert_non_null(strstr(fresh, "],\"annotations\":{\"k\":\"v\"}}"));
  manifest_free(manifest);
}

static void a_list_has_its_limit(void **state) {
  (void)state;
  auto_buf text = {0};
  buf_printf(&text, HEAD CONFIG("c/d") "," LAYERS("e/f") ",\"annotations\":{\"k\":\"%*s\"}}",
             3 << 20, "");
  struct manifest *manifest = parse(text.data);
  struct manifest *twice[] = {manifest, manifest};
  auto_descriptor ret = {0};
  auto_error error = {0};
  assert_int_equal(referrers_index_add(NULL, twice, 2, &ret, &error), ARTM_E_UNSUPPORTED);
  assert_null(ret.data);
  assert_non_null(strstr(error.message, "4194304"));
  manifest_free(manifest);
}

static bool is_it(void *arg, const char *type) {
  return strcmp(arg, type) == 0;
}

static void types(void **state) {
  (void)state;
  static const struct {
    const char *text, *yes, *no;
  } cases[] = {
      {HEAD "\"artifactType\":\"a/b\"," CONFIG("c/d") "," LAYERS("e/f") "}", "a/b", "c/d"},
      {HEAD CONFIG("c/d") "," LAYERS("e/f") "}", "c/d", "e/f"},
      {HEAD "\"artifactType\":\"\"," CONFIG("c/d") "," LAYERS("e/f") "}", "c/d", ""},
      {HEAD CONFIG(MEDIA_OCI_CONFIG) "," LAYERS("e/f") "}", "e/f", MEDIA_OCI_CONFIG},
      {HEAD CONFIG("application/vnd.oci.empty.v1+json") "," LAYERS("e/f") "}", "e/f",
       "application/vnd.oci.empty.v1+json"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct manifest *manifest = parse(cases[i].text);
    assert_true(manifest_is_type(manifest, is_it, (void *)(uintptr_t)cases[i].yes));
    assert_false(manifest_is_type(manifest, is_it, (void *)(uintptr_t)cases[i].no));
    manifest_free(manifest);
  }
  assert_true(artifact_type_is_telling("a/b"));
  assert_false(artifact_type_is_telling(NULL));
  assert_false(artifact_type_is_telling(""));
  assert_false(artifact_type_is_telling(MEDIA_OCI_CONFIG));
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tags_of_digests),
      cmocka_unit_test(what_is_no_list_is_refused),
      cmocka_unit_test(malformed_entries_are_left_out),
      cmocka_unit_test(an_entry_is_made_as_the_specification_says),
      cmocka_unit_test(what_is_there_stays_byte_for_byte),
      cmocka_unit_test(a_list_has_its_limit),
      cmocka_unit_test(types),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
