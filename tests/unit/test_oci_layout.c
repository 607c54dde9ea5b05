/* SPDX-License-Identifier: Apache-2.0 */
/* Target oci-layout: what it stores, what it refuses, what it survives. */
#include "unit/layout_driver.h"

static void stores_and_reads(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "team/hello");
  struct image image;
  image_set(&image, "one");
  struct found found = FOUND;
  assert_int_equal(d->target->resolve(r, &d->call, "1.0", &found.sink), ARTM_NO);
  assert_false(file_exists(d->root)); /* asking writes nothing */
  assert_int_equal(put_image(d, r, &d->call, "1.0", &image), 0);
  assert_int_equal(d->target->resolve(r, &d->call, "1.0", &found.sink), 0);
  assert_string_equal(found.digest, image.manifest.digest);
  assert_string_equal(found.media_type, OCI "manifest.v1+json");
  assert_int_equal(found.size, image.manifest.descriptor.size);
  assert_string_equal(found.data, "");
  found = FOUND;
  assert_int_equal(d->target->manifest(r, &d->call, image.manifest.digest, &found.sink), 0);
  assert_string_equal(found.data, image.manifest.text);
  assert_int_equal(d->target->manifest(r, &d->call, image.layer.digest, &found.sink), ARTM_NO);
  assert_int_equal(d->target->manifest(r, &d->call, image.config.digest, &found.sink), ARTM_NO);
  assert_int_equal(d->target->resolve(r, &d->call, "2.0", &found.sink), ARTM_NO);
  d->target->close(r, &d->call);
}

static void streams_from_an_offset(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct content blob;
  content_set(&blob, "x", "0123456789");
  assert_int_equal(put(d, r, &d->call, &blob), 0);
  struct artm_stream *stream = NULL;
  char buffer[16] = "";
  assert_int_equal(d->target->open_blob(r, &d->call, &blob.descriptor, 4, &stream), 0);
  assert_int_equal(stream->read(stream, &d->call, buffer, 3), 3);
  assert_string_equal(buffer, "456");
  assert_int_equal(stream->read(stream, &d->call, buffer, sizeof buffer), 3);
  assert_int_equal(stream->read(stream, &d->call, buffer, sizeof buffer), 0);
  stream->close(stream);
  assert_int_equal(d->target->open_blob(r, &d->call, &blob.descriptor, 11, &stream),
                   ARTM_E_INTERNAL);
  blob.descriptor.size++;
  assert_int_equal(d->target->open_blob(r, &d->call, &blob.descriptor, 0, &stream), ARTM_E_DIGEST);
  assert_int_equal(d->target->has_blob(r, &d->call, &blob.descriptor), ARTM_NO);
  d->target->close(r, &d->call);
}

static void broken_content_leaves_nothing(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct content blob;
  content_set(&blob, "x", "content of some length");
  size_t len = blob.descriptor.size;
  assert_int_equal(put_stream(d, r, &d->call, &blob, len - 1, ARTM_E_DIGEST), ARTM_E_DIGEST);
  assert_int_equal(put_stream(d, r, &d->call, &blob, len, ARTM_E_NETWORK), ARTM_E_NETWORK);
  assert_int_equal(put_stream(d, r, &d->call, &blob, len - 1, 0), ARTM_E_DIGEST);
  assert_non_null(strstr(d->call.message, "less"));
  assert_int_equal(put_stream(d, r, &d->call, &blob, len + 1, 0), ARTM_E_DIGEST);
  assert_non_null(strstr(d->call.message, "more"));
  assert_int_equal(shell("test -z \"$(find '%s' -type f -size +0 ! -name oci-layout "
                         "! -name index.json)\"",
                         d->root),
                   0);
  assert_int_equal(d->target->has_blob(r, &d->call, &blob.descriptor), ARTM_NO);
  assert_int_equal(put(d, r, &d->call, &blob), 0);
  assert_int_equal(d->target->has_blob(r, &d->call, &blob.descriptor), 0);
  d->target->close(r, &d->call);
}

static ino_t inode(const char *path) {
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  return st.st_ino;
}

static void blobs_are_stored_once(void **state) {
  struct driver *d = *state;
  struct artm_repository *a = driver_repository(d, "a"), *b = driver_repository(d, "a/b"),
                         *c = driver_repository(d, "c");
  struct content blob, other;
  content_set(&blob, "x", "shared");
  content_set(&other, "x", "nobody has it");
  assert_int_equal(put(d, a, &d->call, &blob), 0);
  assert_int_equal(put(d, b, &d->call, &blob), 0);
  assert_int_equal(d->target->mount(c, &d->call, &blob.descriptor, a->reference), 0);
  ino_t one = inode(blob_of(d, "a", &blob));
  assert_int_equal(inode(blob_of(d, "a/b", &blob)), one);
  assert_int_equal(inode(blob_of(d, "c", &blob)), one);
  assert_int_equal(d->target->mount(c, &d->call, &other.descriptor, a->reference), ARTM_NO);
  assert_int_equal(d->target->mount(c, &d->call, &other.descriptor, "ghcr.io/x/y"), ARTM_NO);
  assert_int_equal(d->target->mount(c, &d->call, &other.descriptor, "../../etc"), ARTM_NO);
  /* Without the pool the other repository's file is linked. */
  assert_int_equal(shell("rm -r '%s/.artmirror/blobs' '%s'", d->root, path_of(d, "c")), 0);
  assert_int_equal(d->target->mount(c, &d->call, &blob.descriptor, a->reference), 0);
  assert_int_equal(inode(blob_of(d, "c", &blob)), one);
  d->target->close(a, &d->call);
  d->target->close(b, &d->call);
  d->target->close(c, &d->call);
}

static void damage_is_replaced(void **state) {
  struct driver *d = *state;
  struct artm_repository *a = driver_repository(d, "a");
  struct content blob;
  content_set(&blob, "x", "right content");
  assert_int_equal(put(d, a, &d->call, &blob), 0);
  file_write(blob_of(d, "a", &blob), "cut"); /* the pool's file too: it is the same one */
  assert_int_equal(d->target->has_blob(a, &d->call, &blob.descriptor), ARTM_NO);
  assert_int_equal(put(d, a, &d->call, &blob), 0);
  assert_int_equal(d->target->has_blob(a, &d->call, &blob.descriptor), 0);
  d->target->close(a, &d->call);
}

static void refuses_names(void **state) {
  struct driver *d = *state;
  static const char *const bad[] = {
      "",      ".",         "..",           "a/../b",     "/a",         "a/",
      "a//b",  "A",         ".artmirror",   "a/.tmp",     "a b",        "a\nb",
      "blobs", "x/blobs/y", "a/index.json", "index.json", "oci-layout", "oci-layout/x",
      "a\\b",  "a%b"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct artm_repository *repository = NULL;
    assert_int_equal(d->target->open(d->self, &d->call, bad[i], &repository), ARTM_E_CONFIG);
    assert_null(repository);
  }
  static const char *const good[] = {"a", "a/b/c", "a-b_c.d/e__f", "blobs2", "my.index.json"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    d->target->close(driver_repository(d, good[i]), &d->call);
}

static void refuses_what_is_incomplete(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image, second;
  struct content index, garbage;
  image_set(&image, "one");
  image_set(&second, "two");
  assert_int_equal(put(d, r, &d->call, &image.config), 0);
  assert_int_equal(put_tag(d, r, &d->call, "t", &image.manifest), ARTM_E_BLOB_UNKNOWN);
  assert_non_null(strstr(d->call.message, image.layer.digest));
  content_set(
      &index, OCI "index.v1+json",
      "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":"
      "%llu},{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%llu}]}",
      OCI "manifest.v1+json", image.manifest.digest,
      (unsigned long long)image.manifest.descriptor.size, OCI "manifest.v1+json",
      second.manifest.digest, (unsigned long long)second.manifest.descriptor.size);
  assert_int_equal(put_tag(d, r, &d->call, "t", &index), ARTM_E_BLOB_UNKNOWN);
  assert_int_equal(put_image(d, r, &d->call, image.manifest.digest, &image), 0);
  assert_int_equal(put_tag(d, r, &d->call, "t", &index), 0); /* sparse */
  content_set(&garbage, OCI "manifest.v1+json", "{\"schemaVersion\":2,\"config\":{}}");
  assert_int_equal(put_tag(d, r, &d->call, "t", &garbage), ARTM_E_UNSUPPORTED);
  content_set(&garbage, OCI "manifest.v1+json", "[1]");
  assert_int_equal(put_tag(d, r, &d->call, "t", &garbage), ARTM_E_UNSUPPORTED);
  assert_int_equal(put_tag(d, r, &d->call, "../t", &index), ARTM_E_CONFIG);
  assert_int_equal(put_tag(d, r, &d->call, ".t", &index), ARTM_E_CONFIG);
  d->target->close(r, &d->call);
}

static void tags_are_set_and_deleted(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image one, two;
  image_set(&one, "one");
  image_set(&two, "two");
  struct tag_sink tags = TAGS;
  assert_int_equal(d->target->tags(r, &d->call, &tags.sink), ARTM_NO);
  assert_int_equal(d->target->delete_tag(r, &d->call, "x"), ARTM_NO);
  assert_int_equal(put_image(d, r, &d->call, "x", &one), 0);
  assert_int_equal(put_image(d, r, &d->call, "y", &one), 0);
  ino_t before = inode(path_of(d, "a/index.json"));
  assert_int_equal(put_tag(d, r, &d->call, "x", &one.manifest), 0);
  assert_int_equal(inode(path_of(d, "a/index.json")), before); /* nothing to write */
  assert_int_equal(put_image(d, r, &d->call, "x", &two), 0);
  assert_int_equal(d->target->tags(r, &d->call, &tags.sink), 0);
  assert_string_equal(tags.text, "x y ");
  struct found found = FOUND;
  assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), 0);
  assert_string_equal(found.digest, two.manifest.digest);
  assert_int_equal(d->target->delete_tag(r, &d->call, "x"), 0);
  assert_int_equal(d->target->delete_tag(r, &d->call, "x"), ARTM_NO);
  assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_NO);
  assert_int_equal(d->target->resolve(r, &d->call, two.manifest.digest, &found.sink), 0);
  d->target->close(r, &d->call);
}

static void keeps_what_others_wrote(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "one");
  assert_int_equal(put_image(d, r, &d->call, "x", &image), 0);
  char zeros[65] = "";
  memset(zeros, '0', 64);
  char text[1024];
  snprintf(text, sizeof text,
           "{\"schemaVersion\":2,\"annotations\":{\"k\":\"v\"},\"manifests\":["
           "{\"mediaType\":\"m\",\"digest\":\"sha256:%s\",\"size\":3,\"platform\":{\"os\":\"p\"}},"
           "{\"mediaType\":\"m\",\"digest\":\"sha256:%s\",\"size\":3,\"annotations\":"
           "{\"org.opencontainers.image.ref.name\":\"x\"}},\"stray\","
           "{\"mediaType\":\"m\",\"digest\":\"blake3:00\",\"size\":3,\"annotations\":"
           "{\"org.opencontainers.image.ref.name\":\"x\",\"more\":\"y\"}}]}",
           zeros, zeros);
  file_write(path_of(d, "a/index.json"), text);
  assert_int_equal(put_tag(d, r, &d->call, "x", &image.manifest), 0);
  assert_int_equal(shell("grep -q '\"k\":\"v\"' '%s'", path_of(d, "a/index.json")), 0);
  assert_int_equal(shell("grep -q '\"platform\":{\"os\":\"p\"}' '%s'", path_of(d, "a/index.json")),
                   0);
  assert_int_equal(shell("grep -q '\"stray\"' '%s'", path_of(d, "a/index.json")), 0);
  assert_int_not_equal(shell("grep -q blake3 '%s'", path_of(d, "a/index.json")), 0);
  d->target->close(r, &d->call);
}

static void follows_no_links(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "one");
  assert_int_equal(put_image(d, r, &d->call, "x", &image), 0);
  struct found found = FOUND;
  struct artm_stream *stream = NULL;
  const char *root = d->root;
  assert_int_equal(shell("cd '%s/a' && mv index.json i && ln -s i index.json", root), 0);
  assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_E_LOCAL);
  assert_int_equal(put_tag(d, r, &d->call, "y", &image.manifest), ARTM_E_LOCAL);
  assert_int_equal(shell("cd '%s/a' && mv i index.json", root), 0);
  char *layer = blob_of(d, "a", &image.layer);
  assert_int_equal(shell("mv '%s' '%s/l' && ln -s '%s/l' '%s'", layer, root, root, layer), 0);
  assert_int_equal(d->target->has_blob(r, &d->call, &image.layer.descriptor), ARTM_NO);
  assert_int_equal(d->target->open_blob(r, &d->call, &image.layer.descriptor, 0, &stream),
                   ARTM_E_LOCAL);
  assert_int_equal(shell("rm '%s' && mkfifo '%s'", layer, layer), 0);
  assert_int_equal(d->target->open_blob(r, &d->call, &image.layer.descriptor, 0, &stream),
                   ARTM_E_LOCAL);
  assert_int_equal(put(d, r, &d->call, &image.layer), 0); /* the FIFO is replaced */
  assert_int_equal(shell("cd '%s' && mv a/blobs b && ln -s ../b a/blobs", root), 0);
  assert_int_equal(d->target->has_blob(r, &d->call, &image.layer.descriptor), ARTM_NO);
  assert_int_equal(put(d, r, &d->call, &image.layer), ARTM_E_LOCAL);
  assert_int_equal(shell("cd '%s' && rm a/blobs && mv b a/blobs && mv a c && ln -s c a", root), 0);
  assert_int_equal(put(d, r, &d->call, &image.layer), ARTM_E_LOCAL);
  assert_non_null(strstr(d->call.message, "deep/mirror/a"));
  assert_int_equal(shell("cd '%s' && mv .artmirror e && ln -s e .artmirror", root), 0);
  struct artm_repository *other = driver_repository(d, "z");
  assert_int_equal(put(d, other, &d->call, &image.layer), ARTM_E_LOCAL);
  d->target->close(r, &d->call);
  d->target->close(other, &d->call);
}

static void survives_a_hostile_index(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  struct found found = FOUND;
  image_set(&image, "one");
  assert_int_equal(put_image(d, r, &d->call, "x", &image), 0);
  static const char *const bad[] = {
      "", "{", "[]", "{}", "{\"manifests\":{}}", "\xff", "{\"manifests\":[],\"manifests\":[]}"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    file_write(path_of(d, "a/index.json"), bad[i]);
    assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_E_LOCAL);
    assert_int_equal(put_tag(d, r, &d->call, "y", &image.manifest), ARTM_E_LOCAL);
  }
#define REF "{\"org.opencontainers.image.ref.name\":\"x\"}"
  static const char *const empty[] = {
      "{\"manifests\":[1,null,{},{\"digest\":\"sha256:../../x\",\"mediaType\":\"m\",\"size\":1}]}",
      "{\"manifests\":[{\"digest\":\"sha256:\",\"mediaType\":\"m\",\"annotations\":" REF "}]}",
      "{\"manifests\":[{\"annotations\":[],\"mediaType\":7}]}"};
  for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
    file_write(path_of(d, "a/index.json"), empty[i]);
    assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_NO);
  }
  assert_int_equal(
      shell("head -c 5000000 /dev/zero | tr '\\0' '[' > '%s'", path_of(d, "a/index.json")), 0);
  assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_E_LOCAL);
  assert_int_equal(truncate(path_of(d, "a/index.json"), 4000000), 0);
  assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), ARTM_E_LOCAL);
  d->target->close(r, &d->call);
}

static void refuses_another_layout_version(void **state) {
  struct driver *d = *state;
  assert_int_equal(shell("mkdir -p '%s/a'", d->root), 0);
  file_write(path_of(d, "a/oci-layout"), "{\"imageLayoutVersion\":\"2.0.0\"}");
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "one");
  assert_int_equal(put(d, r, &d->call, &image.layer), ARTM_E_LOCAL);
  d->target->close(r, &d->call);
}

static void exports_one_manifest(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image one, two;
  image_set(&one, "one");
  image_set(&two, "two");
  assert_int_equal(put_image(d, r, &d->call, "x", &one), 0);
  assert_int_equal(put_image(d, r, &d->call, "y", &two), 0);
  assert_int_equal(shell("mkdir '%s/.out'", d->root), 0);
  char folder[128];
  snprintf(folder, sizeof folder, "%s/.out", d->root);
  assert_int_equal(d->target->export_layout(r, &d->call, &one.manifest.descriptor, folder), 0);
  assert_int_equal(inode(blob_of(d, ".out", &one.layer)), inode(blob_of(d, "a", &one.layer)));
  assert_int_equal(shell("test $(find '%s' -type f | wc -l) = 5", folder), 0);
  assert_int_equal(shell("grep -q %s '%s/index.json'", one.manifest.digest, folder), 0);
  assert_int_equal(unlink(blob_of(d, "a", &two.layer)), 0);
  assert_int_equal(shell("rm -r '%s' && mkdir '%s'", folder, folder), 0);
  assert_int_equal(d->target->export_layout(r, &d->call, &two.manifest.descriptor, folder),
                   ARTM_E_NOT_FOUND);
  d->target->close(r, &d->call);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, driver_setup, driver_teardown)
  const struct CMUnitTest tests[] = {TEST(stores_and_reads),
                                     TEST(streams_from_an_offset),
                                     TEST(broken_content_leaves_nothing),
                                     TEST(blobs_are_stored_once),
                                     TEST(damage_is_replaced),
                                     TEST(refuses_names),
                                     TEST(refuses_what_is_incomplete),
                                     TEST(tags_are_set_and_deleted),
                                     TEST(keeps_what_others_wrote),
                                     TEST(follows_no_links),
                                     TEST(survives_a_hostile_index),
                                     TEST(refuses_another_layout_version),
                                     TEST(exports_one_manifest)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
