/* SPDX-License-Identifier: Apache-2.0 */
/* Source oci-layout: tags, digests, references of the command line, broken layouts. */
#include "unit/layout_driver.h"

struct layout {
  struct driver *driver;
  struct image one, two;
  char path[128];
  struct artm_config entry;
  void *self;
};

static int setup(void **state) {
  struct layout *layout = calloc(1, sizeof *layout);
  if (driver_setup((void **)&layout->driver) != 0)
    return -1;
  struct driver *d = layout->driver;
  struct artm_repository *r = driver_repository(d, "hello");
  image_set(&layout->one, "one");
  image_set(&layout->two, "two");
  assert_int_equal(put_image(d, r, &d->call, "1.0.0", &layout->one), 0);
  assert_int_equal(put_image(d, r, &d->call, "2.0.0", &layout->two), 0);
  d->target->close(r, &d->call);
  snprintf(layout->path, sizeof layout->path, "%s/hello", d->root);
  layout->entry.path = layout->path;
  assert_int_equal(d->source->create(&driver_host, &d->call, NULL, &layout->self), 0);
  *state = layout;
  return 0;
}

static int teardown(void **state) {
  struct layout *layout = *state;
  layout->driver->source->destroy(layout->self);
  int status = driver_teardown((void **)&layout->driver);
  free(layout);
  return status;
}

static int32_t resolve(struct layout *layout, const char *tag, const char *digest,
                       struct found *ret) {
  struct driver *d = layout->driver;
  struct artm_version version = {.struct_size = sizeof version, .version = tag, .digest = digest};
  struct artm_artefact *artefact = NULL;
  *ret = FOUND;
  assert_int_equal(d->source->open(layout->self, &d->call, &layout->entry, &version, &artefact), 0);
  int32_t answer = d->source->resolve(artefact, &d->call, &ret->sink);
  d->source->close(artefact);
  return answer;
}

/* index.json with a reference for each image. */
static void write_index(struct layout *layout, const char *first, const char *second) {
  char text[1024];
  const char *names[] = {first, second};
  const struct content *manifests[] = {&layout->one.manifest, &layout->two.manifest};
  int len = snprintf(text, sizeof text, "{\"schemaVersion\":2,\"manifests\":[");
  for (size_t i = 0; i < 2; i++)
    len += snprintf(text + len, sizeof text - (size_t)len,
                    "%s{\"mediaType\":\"" OCI "manifest.v1+json\",\"digest\":\"%s\",\"size\":%llu,"
                    "\"annotations\":{\"org.opencontainers.image.ref.name\":\"%s\"}}",
                    i ? "," : "", manifests[i]->digest,
                    (unsigned long long)manifests[i]->descriptor.size, names[i]);
  snprintf(text + len, sizeof text - (size_t)len, "]}");
  file_write(path_of(layout->driver, "hello/index.json"), text);
}

static void finds_tags_and_digests(void **state) {
  struct layout *layout = *state;
  struct found found;
  assert_int_equal(resolve(layout, "2.0.0", NULL, &found), 0);
  assert_string_equal(found.digest, layout->two.manifest.digest);
  assert_int_equal(resolve(layout, layout->one.manifest.digest, NULL, &found), 0);
  assert_string_equal(found.digest, layout->one.manifest.digest);
  assert_string_equal(found.media_type, OCI "manifest.v1+json");
  /* A pin wins over the tag beside it. */
  assert_int_equal(resolve(layout, "2.0.0", layout->one.manifest.digest, &found), 0);
  assert_string_equal(found.digest, layout->one.manifest.digest);
  assert_int_equal(resolve(layout, "3.0.0", NULL, &found), ARTM_E_NOT_FOUND);
  assert_string_equal(layout->driver->call.hint, "index.json has 1.0.0, 2.0.0");
  assert_int_equal(resolve(layout, layout->one.layer.digest, NULL, &found), ARTM_E_NOT_FOUND);
}

static void finds_full_references(void **state) {
  struct layout *layout = *state;
  struct found found;
  write_index(layout, "registry.example:5000/a:1", "2");
  assert_int_equal(resolve(layout, "1", NULL, &found), 0);
  assert_string_equal(found.digest, layout->one.manifest.digest);
  assert_int_equal(resolve(layout, "5000/a", NULL, &found), ARTM_E_NOT_FOUND);
  write_index(layout, "docker.io/a:1", "1");
  assert_int_equal(resolve(layout, "1", NULL, &found), 0);
  assert_string_equal(found.digest, layout->two.manifest.digest);
  write_index(layout, "docker.io/a:1", "docker.io/b:1");
  assert_int_equal(resolve(layout, "1", NULL, &found), ARTM_E_CONFLICT);
  struct tag_sink tags = TAGS;
  write_index(layout, "docker.io/a:1", "2");
  struct driver *d = layout->driver;
  assert_int_equal(d->source->list_versions(layout->self, &d->call, &layout->entry, &tags.sink), 0);
  assert_string_equal(tags.text, "1 2 ");
}

static void reports_broken_layouts(void **state) {
  struct layout *layout = *state;
  struct driver *d = layout->driver;
  struct found found;
  assert_int_equal(truncate(blob_of(d, "hello", &layout->one.manifest), 5), 0);
  assert_int_equal(resolve(layout, "1.0.0", NULL, &found), ARTM_E_NOT_FOUND);
  assert_int_equal(unlink(path_of(d, "hello/index.json")), 0);
  assert_int_equal(resolve(layout, "2.0.0", NULL, &found), ARTM_E_NOT_FOUND);
  assert_int_equal(unlink(path_of(d, "hello/oci-layout")), 0);
  assert_int_equal(resolve(layout, "2.0.0", NULL, &found), ARTM_E_NOT_FOUND);
  assert_non_null(strstr(d->call.message, "no file oci-layout"));
  layout->entry.path = "/nowhere/at/all";
  assert_int_equal(resolve(layout, "2.0.0", NULL, &found), ARTM_E_NOT_FOUND);
  layout->entry.path = "/etc/passwd";
  assert_int_equal(resolve(layout, "2.0.0", NULL, &found), ARTM_E_LOCAL);
}

/* An index.json within its size limit that would need hundreds of megabytes as a tree. */
static void refuses_an_index_that_is_a_bomb(void **state) {
  struct layout *layout = *state;
  struct found found;
  static const char head[] = "{\"schemaVersion\":2,\"manifests\":[{}", tail[] = "]}";
  size_t count = 1000000, len;
  char *text = malloc(sizeof head + count * 3 + sizeof tail);
  assert_non_null(text);
  memcpy(text, head, sizeof head);
  len = sizeof head - 1;
  for (size_t i = 0; i < count; i++, len += 3)
    memcpy(text + len, ",{}", 3);
  memcpy(text + len, tail, sizeof tail);
  file_write(path_of(layout->driver, "hello/index.json"), text);
  free(text);
  assert_int_equal(resolve(layout, "1.0.0", NULL, &found), ARTM_E_LOCAL);
}

struct pairs {
  struct artm_pair_sink sink;
  char text[1024];
};
static int32_t add_pair(struct artm_pair_sink *sink, const char *name, const char *value) {
  struct pairs *pairs = (struct pairs *)sink;
  size_t len = strlen(pairs->text);
  snprintf(pairs->text + len, sizeof pairs->text - len, "%s: %s\n", name, value);
  return 0;
}

static void parses_references(void **state) {
  struct layout *layout = *state;
  struct driver *d = layout->driver;
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const struct {
    const char *reference;
    int32_t answer;
    const char *pairs;
  } rows[] = {
      {"oci-layout:/srv/Hello:1.0", 0,
       "path: \"/srv/Hello\"\nname: \"hello\"\nversions: [\"1.0\"]\n"},
      {"oci-layout:hello/:1.0", 0, "path: \"hello\"\nname: \"hello\"\nversions: [\"1.0\"]\n"},
      {"oci-layout:./a:b/c:v1", 0, "path: \"./a:b/c\"\nname: \"c\"\nversions: [\"v1\"]\n"},
      {"oci-layout:a\"b/c@" DIGEST, 0,
       "path: \"a\\\"b/c\"\nname: \"c\"\nversions: [\"" DIGEST "\"]\n"},
      {"oci-layout:c:v1@" DIGEST, 0,
       "path: \"c\"\nname: \"c\"\nversions: [{\"tag\": \"v1\", \"digest\": \"" DIGEST "\"}]\n"},
      {"oci-layout:/srv/hello", ARTM_E_CONFIG, ""},
      {"oci-layout:", ARTM_E_CONFIG, ""},
      {"oci-layout::1", ARTM_E_CONFIG, ""},
      {"oci-layout:/:1", ARTM_E_CONFIG, ""},
      {"oci-layout:..:1", ARTM_E_CONFIG, ""},
      {"oci-layout:a/b:1/2", ARTM_E_CONFIG, ""},
      {"oci-layout:a\xff/b:1", ARTM_E_CONFIG, ""},
      {"docker.io/library/alpine:3", ARTM_NO, ""},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct pairs pairs = {.sink = {sizeof pairs.sink, 0, add_pair}};
    assert_int_equal(d->source->parse(layout->self, &d->call, rows[i].reference, &pairs.sink),
                     rows[i].answer);
    assert_string_equal(pairs.text, rows[i].pairs);
  }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
      TEST(finds_tags_and_digests), TEST(finds_full_references), TEST(reports_broken_layouts),
      TEST(refuses_an_index_that_is_a_bomb), TEST(parses_references)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
