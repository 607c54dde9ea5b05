/* SPDX-License-Identifier: Apache-2.0 */
/* oci/manifest.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include "oci/manifest.h"
#include <stdlib.h>
#include <string.h>

#define D1 "sha256:e692418e4cbaf90ca69d05a66403747baa33ee08806650b51fab815ad7fc331f"
#define D2 "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270"
#define D3 "sha256:b5b2b2c507a0944348e0303114d8d93aaaa081732b86451d9bce1f432a537bc7"
#define LAYER(digest, size)                                                             \
  "{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"" digest \
  "\",\"size\":" #size "}"
#define CHILD(digest, platform)                                                  \
  "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"size\":7143,\"digest\":\"" digest \
  "\",\"platform\":" platform "}"
#define AMD64 "{\"architecture\":\"amd64\",\"os\":\"linux\"}"
#define MANIFEST(layers)                                     \
  "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_MANIFEST \
  "\",\"config\":" LAYER(D1, 7) ",\"layers\":" layers "}"
#define INDEX(children) \
  "{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":" children "}"

/* The examples of image-spec 1.1: image-index.md and manifest.md. */
static const char spec_index[] =
    "{\n"
    "  \"schemaVersion\": 2,\n"
    "  \"mediaType\": \"application/vnd.oci.image.index.v1+json\",\n"
    "  \"manifests\": [\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "      \"size\": 7143,\n"
    "      \"digest\": \"" D1 "\",\n"
    "      \"platform\": {\n"
    "        \"architecture\": \"ppc64le\",\n"
    "        \"os\": \"linux\"\n"
    "      }\n"
    "    },\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "      \"size\": 7682,\n"
    "      \"digest\": \"" D2 "\",\n"
    "      \"platform\": {\n"
    "        \"architecture\": \"amd64\",\n"
    "        \"os\": \"linux\"\n"
    "      }\n"
    "    }\n"
    "  ],\n"
    "  \"annotations\": {\n"
    "    \"com.example.key1\": \"value1\",\n"
    "    \"com.example.key2\": \"value2\"\n"
    "  }\n"
    "}\n";
static const char spec_manifest[] =
    "{\n"
    "  \"schemaVersion\": 2,\n"
    "  \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "  \"config\": {\n"
    "    \"mediaType\": \"application/vnd.oci.image.config.v1+json\",\n"
    "    \"digest\": \"" D3 "\",\n"
    "    \"size\": 7023\n"
    "  },\n"
    "  \"layers\": [\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\",\n"
    "      \"digest\": "
    "\"sha256:9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0\",\n"
    "      \"size\": 32654\n"
    "    },\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\",\n"
    "      \"digest\": "
    "\"sha256:3c3a4604a545cdc127456d94e421cd355bca5b528f4a9c1905b15da2eb4a4c6b\",\n"
    "      \"size\": 16724\n"
    "    },\n"
    "    {\n"
    "      \"mediaType\": \"application/vnd.oci.image.layer.v1.tar+gzip\",\n"
    "      \"digest\": "
    "\"sha256:ec4b8955958665577945c89419d1af06b5f7636b4ac3da7f12184802ad867736\",\n"
    "      \"size\": 73109\n"
    "    }\n"
    "  ],\n"
    "  \"subject\": {\n"
    "    \"mediaType\": \"application/vnd.oci.image.manifest.v1+json\",\n"
    "    \"digest\": \"" D2 "\",\n"
    "    \"size\": 7682\n"
    "  },\n"
    "  \"annotations\": {\n"
    "    \"com.example.key1\": \"value1\",\n"
    "    \"com.example.key2\": \"value2\"\n"
    "  }\n"
    "}\n";

static struct manifest *parse(const char *text, const char *type) {
  struct manifest *manifest = NULL;
  struct error err = {0};
  if (manifest_parse(text, strlen(text), type, &manifest, &err) < 0)
    fail_msg("%s", err.message);
  return manifest;
}

static void check_refused(const char *text, const char *type, int code, const char *reason) {
  struct manifest *manifest = NULL;
  struct error err = {0};
  int rc = manifest_parse(text, strlen(text), type, &manifest, &err);
  if (rc != code || strstr(err.message, reason) == NULL)
    fail_msg("%.200s: %d %s, expected \"%s\"", text, rc, err.message ? err.message : "", reason);
  assert_null(manifest);
  error_done(&err);
}

static void test_spec_index(void **state) {
  (void)state;
  struct manifest *index = parse(spec_index, MEDIA_OCI_INDEX "; charset=utf-8");
  assert_int_equal(index->kind, MANIFEST_INDEX);
  assert_int_equal(index->item_count, 2);
  assert_string_equal(index->items[1].digest.text, D2);
  assert_int_equal(index->items[1].size, 7682);
  assert_true(index->items[1].has_platform);
  assert_string_equal(index->items[0].platform.architecture, "ppc64le");
  assert_string_equal(manifest_annotation(index, "com.example.key2"), "value2");
  assert_null(manifest_annotation(index, "absent"));
  assert_int_equal(index->size, sizeof spec_index - 1);
  assert_memory_equal(index->bytes, spec_index, sizeof spec_index);
  const struct descriptor *child = &index->items[0];
  const char *raw = (const char *)index->bytes + child->raw_offset;
  assert_ptr_equal(raw, strstr(index->bytes, "{\n      \"mediaType\""));
  assert_memory_equal(raw + child->raw_size - 7, "}\n    },\n", 9);
  manifest_free(index);
}

static void test_spec_manifest(void **state) {
  (void)state;
  struct manifest *manifest = parse(spec_manifest, NULL);
  assert_int_equal(manifest->kind, MANIFEST_IMAGE);
  assert_string_equal(manifest->media_type, MEDIA_OCI_MANIFEST);
  assert_int_equal(manifest->item_count, 3);
  assert_int_equal(manifest->items[2].size, 73109);
  assert_string_equal(manifest->config.digest.text, D3);
  assert_string_equal(manifest->config.media_type, MEDIA_OCI_CONFIG);
  assert_true(manifest->has_subject);
  assert_string_equal(manifest->subject.digest.text, D2);
  manifest_free(manifest);
}

static void test_types(void **state) {
  (void)state;
  static const char bare[] = "{\"schemaVersion\":2,\"manifests\":[]}";
  struct manifest *manifest = parse(bare, "text/plain; charset=utf-8");
  assert_string_equal(manifest->media_type, MEDIA_OCI_INDEX);
  manifest_free(manifest);
  manifest = parse(bare, MEDIA_DOCKER_LIST);
  assert_string_equal(manifest->media_type, MEDIA_DOCKER_LIST);
  manifest_free(manifest);
  check_refused(bare, MEDIA_OCI_MANIFEST, ARTM_E_DIGEST, "has no \"layers\"");
  check_refused(spec_index, MEDIA_DOCKER_LIST, ARTM_E_DIGEST, "calls itself");
  check_refused(bare, "application/vnd.oci.artifact.manifest.v1+json", ARTM_E_UNSUPPORTED,
                "no type of manifest");
  assert_true(media_is_index(MEDIA_DOCKER_LIST));
  assert_false(media_is_index(MEDIA_OCI_MANIFEST));
  assert_true(media_is_manifest(MEDIA_DOCKER_MANIFEST));
  assert_false(media_is_manifest(NULL));
}

static void test_schema1(void **state) {
  (void)state;
  static const char text[] = "{\"schemaVersion\":1,\"name\":\"a\",\"fsLayers\":[]}";
  check_refused(text, MEDIA_DOCKER_SCHEMA1_SIGNED, ARTM_E_UNSUPPORTED, "schema 1");
  check_refused(text, NULL, ARTM_E_UNSUPPORTED, "schema 1");
}

static void test_refuses(void **state) {
  (void)state;
  static const struct {
    const char *text, *reason;
  } bad[] = {
      {"", "not valid JSON"},
      {"[]", "not a JSON object"},
      {"{\"schemaVersion\":2", "not valid JSON"},
      {"\xef\xbb\xbf" INDEX("[]"), "not valid JSON"},
      {"{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}", "not valid JSON"},
      {"{\"schemaVersion\":2,\"manifests\":[],\"\\u006danifests\":[]}", "not valid JSON"},
      {"{\"schemaVersion\":\"2\",\"manifests\":[]}", "schemaVersion"},
      {"{\"schemaVersion\":3,\"manifests\":[]}", "schemaVersion"},
      {"{\"manifests\":[]}", "schemaVersion"},
      {"{\"schemaVersion\":2,\"mediaType\":7,\"manifests\":[]}", "mediaType"},
      {"{\"schemaVersion\":2}", "has no \"layers\""},
      {"{\"schemaVersion\":2,\"manifests\":[],\"layers\":[]}", "ambiguous"},
      {"{\"schemaVersion\":2,\"manifests\":[],\"config\":null}", "ambiguous"},
      {"{\"schemaVersion\":2,\"layers\":[],\"fsLayers\":[]}", "ambiguous"},
      {"{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"layers\":[]}",
       "\"manifests\""},
      {INDEX("{}"), "not an array"},
      {INDEX("null"), "not an array"},
      {INDEX("[1]"), "not an object"},
      {INDEX("[{}]"), "mediaType"},
      {"{\"schemaVersion\":2,\"manifests\":[],\"annotations\":[]}", "annotations"},
      {MANIFEST("7"), "not an array"},
      {MANIFEST("[" LAYER(D1, -1) "]"), "size"},
      {MANIFEST("[" LAYER(D1, 1e3) "]"), "size"},
      {MANIFEST("[" LAYER(D1, "5") "]"), "size"},
      {MANIFEST("[" LAYER(D1, 1099511627777) "]"), "size"},
      {MANIFEST("[" LAYER(D1, 9223372036854775808) "]"), "not valid JSON"},
      {MANIFEST("[" LAYER("sha256:../../../etc/passwd", 1) "]"), "digest"},
      {MANIFEST("[" LAYER("md5:900150983cd24fb0d6963f7d28e17f72", 1) "]"), "digest"},
      {MANIFEST("[{\"mediaType\":\"a/b\",\"size\":1}]"), "missing"},
      {MANIFEST("[{\"mediaType\":\"a/b\\r\\nX: y\",\"size\":1,\"digest\":\"" D1 "\"}]"),
       "mediaType"},
      {MANIFEST("[" LAYER(D2, 1) "," LAYER(D2, 2) "]"), "twice"},
      {INDEX("[" CHILD(D1, "7") "]"), "platform"},
      {INDEX("[" CHILD(D1, "{\"os\":7}") "]"), "platform"},
      {INDEX("[" CHILD(D1, AMD64) ",{\"mediaType\":\"" MEDIA_DOCKER_MANIFEST
                                  "\",\"size\":7143,\"digest\":\"" D1 "\"}]"),
       "twice"},
      {"{\"schemaVersion\":2,\"layers\":[],\"subject\":7}", "subject"},
      {"{\"schemaVersion\":2,\"layers\":[],\"config\":[]}", "config"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    check_refused(bad[i].text, NULL, ARTM_E_DIGEST, bad[i].reason);
}

static void test_every_cut_is_refused(void **state) {
  (void)state;
  for (size_t len = 0; len + 2 < sizeof spec_index; len++) {
    struct manifest *manifest = NULL;
    auto_error err = {0};
    /* Its own allocation, so that a read past the end is seen. */
    auto_free char *part = mem_alloc(len + 1);
    memcpy(part, spec_index, len);
    assert_int_equal(manifest_parse(part, len, NULL, &manifest, &err), ARTM_E_DIGEST);
  }
}

static char *many(const char *name, size_t count) {
  auto_buf text = {0};
  buf_printf(&text, "{\"schemaVersion\":2,\"%s\":[", name);
  for (size_t i = 0; i < count; i++)
    buf_printf(&text, "%s" CHILD(D1, AMD64), i > 0 ? "," : "");
  buf_text(&text, "]}");
  return buf_take(&text);
}

static void test_counts(void **state) {
  (void)state;
  auto_free char *most = many("manifests", 1000), *children = many("manifests", 1001);
  auto_free char *layers = many("layers", 501);
  /* The same child a thousand times is legal: whoever walks it visits it once. */
  struct manifest *index = parse(most, NULL);
  assert_int_equal(index->item_count, 1000);
  manifest_free(index);
  check_refused(children, NULL, ARTM_E_DIGEST, "1001 manifests");
  check_refused(layers, NULL, ARTM_E_DIGEST, "501 layers");
}

static void test_size_limit(void **state) {
  (void)state;
  struct manifest *manifest = NULL;
  auto_error err = {0};
  auto_free char *big = mem_alloc(MANIFEST_MAX + 2);
  memset(big, ' ', MANIFEST_MAX + 1);
  assert_int_equal(manifest_parse(big, MANIFEST_MAX + 1, NULL, &manifest, &err), ARTM_E_DIGEST);
  assert_non_null(strstr(err.message, "more than"));
  static const char start[] = "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"a/b\",\"size\":2,"
                              "\"digest\":\"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e83"
                              "10c060f61caaff8a\"},\"layers\":[]}";
  memcpy(big, start, sizeof start - 1);
  assert_int_equal(manifest_parse(big, MANIFEST_MAX, NULL, &manifest, &err), 0);
  manifest_free(manifest);
}

static void test_json_bomb(void **state) {
  (void)state;
  auto_buf text = {0};
  buf_text(&text, "{\"schemaVersion\":2,\"layers\":[{}");
  while (text.len < MANIFEST_MAX - 10)
    buf_text(&text, ",{}");
  buf_text(&text, "]}");
  check_refused(text.data, NULL, ARTM_E_LOCAL, "64 MiB");
}

static void test_foreign_layers(void **state) {
  (void)state;
  struct manifest *manifest = parse(
      MANIFEST("[{\"mediaType\":\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\","
               "\"size\":1,\"digest\":\"" D2
               "\"},{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"" D3
               "\",\"urls\":[\"https://other.example/x\"]}," LAYER(D1, 7) "]"),
      NULL);
  assert_true(manifest->items[0].foreign);
  assert_true(manifest->items[1].foreign);
  assert_false(manifest->items[2].foreign);
  manifest_free(manifest);
}

static void test_odd_platforms(void **state) {
  (void)state;
  struct manifest *index =
      parse(INDEX("[" CHILD(D1, "{\"os\":\"\",\"architecture\":\"\"}") "," CHILD(
                D2, "{\"os\":\"linux\","
                    "\"architecture\":"
                    "\"a012345678901234567"
                    "890123456789012345678"
                    "9\"}") "," CHILD(D3, "{\"os\":\"linux\",\"architecture\":\"arm64\","
                                          "\"variant\":\"v8\"}") "]"),
            NULL);
  assert_false(index->items[0].has_platform);
  assert_false(index->items[1].has_platform);
  assert_string_equal(index->items[2].platform.variant, "v8");
  manifest_free(index);
}

#define ATTESTATION                                                                               \
  "{\"mediaType\":\"" MEDIA_OCI_MANIFEST "\",\"digest\":\"" D3 "\",\"size\":566,\"annotations\":" \
  "{\"vnd.docker.reference.digest\":\"" D1                                                        \
  "\",\"vnd.docker.reference.type\":\"attestation-manifest\"},\"platform\":{\"architecture\":"    \
  "\"unknown\",\"os\":\"unknown\"}}"

static void test_attestations(void **state) {
  (void)state;
  struct manifest *index = parse(INDEX("[" CHILD(D1, AMD64) "," ATTESTATION "]"), NULL);
  assert_null(attestation_subject(&index->items[0]));
  assert_string_equal(attestation_subject(&index->items[1]), D1);
  manifest_free(index);
}

/* The second child keeps its strange spelling: escapes, brackets in strings, spaces. */
static void test_cut(void **state) {
  (void)state;
#define STRANGE                                                                         \
  "{ \"\\u006dediaType\" : \"" MEDIA_OCI_MANIFEST "\",\n\t\"size\":1 ,\"digest\":\"" D2 \
  "\", \"annotations\": {\"k]\\\"}\": \"[{\\\\\"} }"
  static const char source[] = "{\"x\":[{\"a\":\"]}\\\"\"},[]],\"y\":-1.5e3,\"subject\":" LAYER(
      D3, 5) ",\"artifactType\":\"a/b\",\"annotations\":{\"z\":\"1\",\"" ANNOTATION_PLATFORMS
             "\":\"old\",\"a\":\"\\u00e4\\\"\"},\"m\\u0061nifests\" : [ " CHILD(
                 D1, AMD64) " ,\n" STRANGE "\n, " ATTESTATION
                            " ] ,\"mediaType\":\"" MEDIA_DOCKER_LIST "\", \"schemaVersion\": 2 }";
  struct manifest *index = parse(source, NULL);
  assert_int_equal(index->item_count, 3);
  const bool keep[] = {false, true, true};
  size_t size = 0, again_size = 0;
  auto_free char *cut = index_cut(index, keep, "linux/amd64,linux/arm64", &size);
  auto_free char *expected =
      str_format("{\"schemaVersion\":2,\"mediaType\":\"" MEDIA_OCI_INDEX "\",\"manifests\":["
                 "%s,%s],\"annotations\":{\"z\":\"1\",\"a\":\"\xc3\xa4\\\"\","
                 "\"io.artmirror.source.digest\":\"%s\","
                 "\"io.artmirror.platforms\":\"linux/amd64,linux/arm64\"}}",
                 STRANGE, ATTESTATION, index->digest.text);
  assert_string_equal(cut, expected);
  assert_int_equal(size, strlen(expected));
  auto_free char *again = index_cut(index, keep, "linux/amd64,linux/arm64", &again_size);
  assert_string_equal(again, cut);
  struct manifest *result = parse(cut, MEDIA_OCI_INDEX);
  assert_int_equal(result->item_count, 2);
  assert_false(result->has_subject);
  assert_string_equal(manifest_annotation(result, ANNOTATION_SOURCE_DIGEST), index->digest.text);
  manifest_free(result);
  manifest_free(index);
}

static void test_copy(void **state) {
  (void)state;
  struct descriptor original = {.media_type = str_copy("a/b"), .size = 3, .data_size = 3};
  original.data = str_copy_n("a\0b", 3);
  auto_descriptor copy = {0};
  descriptor_copy(&copy, &original);
  descriptor_done(&original);
  assert_string_equal(copy.media_type, "a/b");
  assert_memory_equal(copy.data, "a\0b", 4);
  assert_null(copy.artifact_type);
}

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spec_index),    cmocka_unit_test(test_spec_manifest),
      cmocka_unit_test(test_types),         cmocka_unit_test(test_schema1),
      cmocka_unit_test(test_refuses),       cmocka_unit_test(test_every_cut_is_refused),
      cmocka_unit_test(test_counts),        cmocka_unit_test(test_size_limit),
      cmocka_unit_test(test_json_bomb),     cmocka_unit_test(test_foreign_layers),
      cmocka_unit_test(test_odd_platforms), cmocka_unit_test(test_attestations),
      cmocka_unit_test(test_cut),           cmocka_unit_test(test_copy),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
