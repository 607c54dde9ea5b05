/* SPDX-License-Identifier: Apache-2.0 */
/* engine/scan_cache.h: what lasts between runs, what does not, and damage. */
#include "base/fs.h"
#include "base/memory.h"
#include "engine/scan_cache.h"
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MANIFEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct scan_tool tool = {.plugin = "toy",
                                      .name = "Toy",
                                      .version = "1.0",
                                      .has_db_updated = true,
                                      .db_updated = 1700000000};

struct fixture {
  char *folder, *raw;
};

static int set_up(void **state) {
  struct fixture *f = mem_alloc(sizeof *f);
  auto_error err = {0};
  assert_int_equal(fs_private_folder(&f->folder, &err), 0);
  f->raw = fs_join(f->folder, "raw.json");
  assert_int_equal(fs_write(f->raw, "{}", 2, 0600, &err), 0);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  auto_error err = {0};
  fs_remove_tree(f->folder, &err);
  free(f->folder);
  free(f->raw);
  free(f);
  return 0;
}

static struct scan_result *make_result(const struct fixture *f, const struct scan_tool *by) {
  struct scan_result *result = scan_result_new("toy", MANIFEST);
  const struct artm_finding finding = {.struct_size = sizeof finding,
                                       .id = "CVE-1",
                                       .severity = ARTM_SEVERITY_HIGH,
                                       .package_name = "openssl",
                                       .package_version = "1"};
  scan_result_set_tool(result, by);
  scan_result_add(result, &finding);
  result->status = SCAN_OK;
  result->os_known = true;
  result->os_family = arena_copy(&result->memory, "alpine");
  result->raw_file = arena_copy(&result->memory, f->raw);
  result->raw_format = arena_copy(&result->memory, "toy-json");
  result->raw_sha256 = arena_copy(
      &result->memory, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
  return result;
}

/* Puts a result in one "run" and asks for it in the next. */
static struct scan_result *put_and_get(const struct fixture *f, const struct scan_tool *by,
                                       struct scan_cache **ret_cache) {
  auto_free char *key = scan_cache_key(by, MANIFEST, NULL);
  struct scan_result *result = make_result(f, by);
  struct scan_cache *cache = scan_cache_open(f->folder);
  scan_cache_put(cache, key, result);
  assert_string_not_equal(result->raw_file, f->raw);
  assert_true(fs_exists(result->raw_file));
  scan_cache_close(cache);
  scan_result_free(result);
  *ret_cache = scan_cache_open(f->folder);
  return scan_cache_get(*ret_cache, key, "toy", MANIFEST);
}

static void a_result_lasts(void **state) {
  struct scan_cache *cache;
  struct scan_result *result = put_and_get(*state, &tool, &cache);
  assert_non_null(result);
  assert_true(result->cached);
  assert_int_equal(result->finding_count, 1);
  assert_string_equal(result->findings[0].id, "CVE-1");
  assert_string_equal(result->os_family, "alpine");
  assert_true(result->os_known);
  assert_int_equal(result->tool.db_updated, 1700000000);
  auto_buf raw = {0};
  auto_error err = {0};
  assert_int_equal(fs_read(result->raw_file, 100, &raw, &err), 0);
  assert_int_equal(raw.len, 2);
  scan_result_free(result);
  scan_cache_close(cache);
}

static void without_a_date_of_the_database_it_does_not(void **state) {
  struct scan_tool undated = tool;
  struct scan_cache *cache;
  undated.has_db_updated = false;
  assert_null(put_and_get(*state, &undated, &cache));
  scan_cache_close(cache);
}

static void keys_differ_by_all_that_counts(void **state) {
  auto_free char *key = scan_cache_key(&tool, MANIFEST, NULL);
  (void)state;
  struct scan_tool other = tool;
  other.db_updated++;
  auto_free char *date = scan_cache_key(&other, MANIFEST, NULL);
  other = tool;
  other.version = "1.1";
  auto_free char *version = scan_cache_key(&other, MANIFEST, NULL);
  other = tool;
  other.inputs = "sha256:bb";
  auto_free char *inputs = scan_cache_key(&other, MANIFEST, NULL);
  auto_free char *settings = scan_cache_key(&tool, MANIFEST, "vex[]=a\n");
  auto_free char *again = scan_cache_key(&tool, MANIFEST, NULL);
  assert_string_equal(key, again);
  const char *const others[] = {date, version, inputs, settings};
  for (size_t i = 0; i < 4; i++)
    assert_string_not_equal(key, others[i]);
}

static void damage_is_no_result(void **state) {
  const struct fixture *f = *state;
  struct scan_cache *cache;
  auto_free char *key = scan_cache_key(&tool, MANIFEST, NULL);
  auto_free char *name = str_format("scans/%s.json", key);
  auto_free char *path = fs_join(f->folder, name);
  *strchr(path + strlen(f->folder), ':') = '-';
  auto_error err = {0};
  struct scan_result *result = put_and_get(f, &tool, &cache);
  scan_result_free(result);
  static const char *const damaged[] = {"",    "{", "[]", "{}", "{\"schema\":\"artmirror.scan/1\"}",
                                        "null"};
  for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
    assert_true(fs_exists(path));
    assert_int_equal(fs_write(path, damaged[i], strlen(damaged[i]), 0600, &err), 0);
    assert_null(scan_cache_get(cache, key, "toy", MANIFEST));
  }
  scan_cache_close(cache);
}

static void another_manifest_under_the_key_is_refused(void **state) {
  struct scan_cache *cache;
  auto_free char *key = scan_cache_key(&tool, MANIFEST, NULL);
  struct scan_result *result = put_and_get(*state, &tool, &cache);
  assert_non_null(result);
  scan_result_free(result);
  assert_null(scan_cache_get(cache, key, "toy", "sha256:other"));
  assert_null(scan_cache_get(cache, key, "other", MANIFEST));
  scan_cache_close(cache);
}

static void manifests_of_a_root(void **state) {
  const struct fixture *f = *state;
  struct digest root = digest_of("root", 4, NULL), child = digest_of("child", 5, NULL);
  struct scan_manifests list = {0}, read = {0};
  struct scan_manifest item = {.digest = child,
                               .size = 12,
                               .media_type = (char *)"m",
                               .config_media_type = (char *)"c",
                               .platform = (char *)"linux/amd64"};
  struct scan_cache *cache = scan_cache_open(f->folder);
  assert_false(scan_cache_get_manifests(cache, &root, &read));
  scan_manifests_add(&list, &item);
  scan_cache_put_manifests(cache, &root, &list);
  scan_cache_close(cache);
  cache = scan_cache_open(f->folder);
  assert_true(scan_cache_get_manifests(cache, &root, &read));
  assert_int_equal(read.count, 1);
  assert_string_equal(read.items[0].platform, "linux/amd64");
  assert_true(digest_equal(&read.items[0].digest, &child));
  assert_false(scan_cache_get_manifests(cache, &child, &read));
  scan_manifests_done(&list);
  scan_manifests_done(&read);
  scan_cache_close(cache);
}

static void what_nobody_used_for_30_days_goes(void **state) {
  const struct fixture *f = *state;
  struct digest old = digest_of("old", 3, NULL), young = digest_of("young", 5, NULL);
  struct scan_manifests list = {0}, read = {0};
  struct scan_cache *cache = scan_cache_open(f->folder);
  scan_cache_put_manifests(cache, &old, &list);
  scan_cache_put_manifests(cache, &young, &list);
  auto_free char *name = str_format("scans/sha256-%s.manifests", digest_hex(&old));
  auto_free char *path = fs_join(f->folder, name);
  const struct timespec times[2] = {{.tv_sec = time(NULL) - 31L * 24 * 3600},
                                    {.tv_sec = time(NULL) - 31L * 24 * 3600}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  scan_cache_close(cache);
  assert_false(fs_exists(path));
  cache = scan_cache_open(f->folder);
  assert_true(scan_cache_get_manifests(cache, &young, &read));
  scan_manifests_done(&read);
  scan_cache_close(cache);
}

static void without_a_folder_raw_reports_last_until_the_close(void **state) {
  const struct fixture *f = *state;
  auto_free char *key = scan_cache_key(&tool, MANIFEST, NULL);
  struct scan_cache *cache = scan_cache_open(NULL);
  struct scan_result *result = make_result(f, &tool);
  scan_cache_put(cache, key, result);
  assert_true(fs_exists(result->raw_file));
  assert_null(scan_cache_get(cache, key, "toy", MANIFEST));
  auto_free char *raw = str_copy(result->raw_file);
  scan_result_free(result);
  scan_cache_close(cache);
  assert_false(fs_exists(raw));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_result_lasts),
      TEST(without_a_date_of_the_database_it_does_not),
      TEST(keys_differ_by_all_that_counts),
      TEST(damage_is_no_result),
      TEST(another_manifest_under_the_key_is_refused),
      TEST(manifests_of_a_root),
      TEST(what_nobody_used_for_30_days_goes),
      TEST(without_a_folder_raw_reports_last_until_the_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
