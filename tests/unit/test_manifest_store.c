/* SPDX-License-Identifier: Apache-2.0 */
/* engine/manifest_store.h: hits, misses, damage, sharing, limits. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include "engine/manifest_store.h"
#include "report/log.h"
#include <pthread.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define DAY_S 86400
#define MIB ((size_t)1 << 20)
/* printf '{}' | sha256sum */
#define EMPTY_DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

struct world {
  char *folder, *file;
};

static int set_up(void **state) {
  struct world *world = mem_alloc(sizeof *world);
  auto_error err = {0};
  auto_free char *top = NULL;
  log_setup(LOG_ERROR, LOG_TEXT, false);
  assert_int_equal(fs_private_folder(&top, &err), 0);
  world->folder = fs_join(top, "cache");
  world->file = fs_join(world->folder, "manifests.db");
  *state = world;
  return 0;
}

static int tear_down(void **state) {
  struct world *world = *state;
  auto_error err = {0};
  auto_free char *top = fs_parent(world->folder);
  assert_int_equal(fs_remove_tree(top, &err), 0);
  free(world->folder);
  free(world->file);
  free(world);
  return 0;
}

static struct digest digest(const char *text) {
  struct digest ret;
  assert_true(digest_parse(text, &ret));
  return ret;
}

/* As good as a manifest: size bytes that begin with its number. Caller frees. */
static char *content(unsigned number, size_t size) {
  char *bytes = mem_alloc(size + 32);
  memset(bytes, 'x', size);
  snprintf(bytes, 32, "{%u}", number);
  return bytes;
}

static struct digest put(struct manifest_store *store, unsigned number, size_t size) {
  auto_free char *bytes = content(number, size);
  struct descriptor manifest = {.media_type = MEDIA_OCI_MANIFEST,
                                .digest = digest_of(bytes, size, NULL),
                                .size = size,
                                .data = bytes,
                                .data_size = size};
  manifest_store_put(store, &manifest);
  return manifest.digest;
}

static bool has(struct manifest_store *store, unsigned number, size_t size) {
  auto_free char *bytes = content(number, size);
  auto_descriptor found = {0};
  struct digest wanted = digest_of(bytes, size, NULL);
  if (!manifest_store_get(store, &wanted, &found))
    return false;
  assert_int_equal(found.data_size, size);
  assert_int_equal(found.size, size);
  assert_memory_equal(found.data, bytes, size);
  assert_string_equal(found.digest.text, wanted.text);
  assert_string_equal(found.media_type, MEDIA_OCI_MANIFEST);
  return true;
}

/* In a run of its own. */
static bool is_kept(const struct world *world, unsigned number, size_t size) {
  struct manifest_store *store = manifest_store_new(world->folder);
  bool found = has(store, number, size);
  manifest_store_free(store);
  return found;
}

static void keep(const struct world *world, unsigned number, size_t size) {
  struct manifest_store *store = manifest_store_new(world->folder);
  put(store, number, size);
  manifest_store_free(store);
}

static void execute(const struct world *world, const char *sql) {
  sqlite3 *db;
  assert_int_equal(sqlite3_open(world->file, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static int64_t number_of(const struct world *world, const char *sql) {
  sqlite3 *db;
  sqlite3_stmt *query;
  assert_int_equal(sqlite3_open(world->file, &db), SQLITE_OK);
  assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &query, NULL), SQLITE_OK);
  assert_int_equal(sqlite3_step(query), SQLITE_ROW);
  int64_t number = sqlite3_column_int64(query, 0);
  sqlite3_finalize(query);
  sqlite3_close(db);
  return number;
}

static void what_is_put_lasts(void **state) {
  const struct world *world = *state;
  struct manifest_store *store = manifest_store_new(world->folder);
  put(store, 1, 100);
  put(store, 2, 5000);
  put(store, 1, 100);
  assert_true(has(store, 1, 100)); /* though it is not written yet */
  assert_false(fs_exists(world->file));
  manifest_store_free(store);
  assert_true(is_kept(world, 1, 100));
  assert_true(is_kept(world, 2, 5000));
  assert_false(is_kept(world, 3, 100));
  assert_int_equal(number_of(world, "SELECT count(*) FROM manifest"), 2);
}

static void it_is_written_before_the_end_when_there_is_much(void **state) {
  const struct world *world = *state;
  struct manifest_store *store = manifest_store_new(world->folder);
  for (unsigned i = 0; i < 600; i++)
    put(store, i, 1000);
  assert_true(is_kept(world, 0, 1000)); /* another process sees it */
  for (unsigned i = 0; i < 600; i++)
    assert_true(has(store, i, 1000));
  manifest_store_free(store);
}

static void a_miss_makes_no_file(void **state) {
  const struct world *world = *state;
  assert_false(is_kept(world, 1, 100));
  assert_false(fs_exists(world->folder));
}

static void files_are_the_users_own(void **state) {
  const struct world *world = *state;
  struct stat st;
  keep(world, 1, 100);
  assert_int_equal(stat(world->folder, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  assert_int_equal(stat(world->file, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
}

static void without_a_folder_nothing_is_kept(void **state) {
  const struct world *world = *state;
  auto_error err = {0};
  auto_free char *below = fs_join(world->file, "cache");
  assert_int_equal(fs_make_folders(world->folder, 0700, &err), 0);
  assert_int_equal(fs_write(world->file, "x", 1, 0600, &err), 0);
  const char *const folders[] = {NULL, below};
  for (size_t i = 0; i < 2; i++) {
    struct manifest_store *store = manifest_store_new(folders[i]);
    for (unsigned k = 0; k < 3; k++)
      put(store, k, 200 << 10);
    manifest_store_free(store);
    store = manifest_store_new(folders[i]);
    assert_false(has(store, 0, 200 << 10));
    manifest_store_free(store);
  }
}

static void what_is_no_manifest_is_not_kept(void **state) {
  const struct world *world = *state;
  struct manifest_store *store = manifest_store_new(world->folder);
  struct descriptor found = {.digest = digest(EMPTY_DIGEST), .data = "{}", .data_size = 2};
  manifest_store_put(store, &found); /* of no type */
  found.media_type = "text/plain";
  manifest_store_put(store, &found);
  found.media_type = MEDIA_OCI_INDEX;
  found.data = NULL;
  manifest_store_put(store, &found);
  manifest_store_free(store);
  assert_false(fs_exists(world->file));
}

static void each_digest_has_its_own_algorithm(void **state) {
  const struct world *world = *state;
  static char bytes[] = "{\"schemaVersion\":2}";
  struct digest like = {.text = "sha512:"};
  struct descriptor manifest = {.media_type = MEDIA_OCI_INDEX,
                                .digest = digest_of(bytes, strlen(bytes), &like),
                                .data = bytes,
                                .data_size = strlen(bytes)};
  assert_true(strncmp(manifest.digest.text, "sha512:", 7) == 0);
  struct manifest_store *store = manifest_store_new(world->folder);
  manifest_store_put(store, &manifest);
  manifest_store_free(store);
  store = manifest_store_new(world->folder);
  auto_descriptor found = {0};
  assert_true(manifest_store_get(store, &manifest.digest, &found));
  assert_string_equal(found.media_type, MEDIA_OCI_INDEX);
  manifest_store_free(store);
}

static void a_wrong_row_is_no_hit_and_goes(void **state) {
  const struct world *world = *state;
  static const char *const wrongs[] = {
      "UPDATE manifest SET data = x'7b7d'",
      "UPDATE manifest SET data = x''",
      "UPDATE manifest SET data = 'text'",
      "UPDATE manifest SET data = 7",
      "UPDATE manifest SET data = zeroblob(5000000)",
      "UPDATE manifest SET media_type = 'text/plain'",
      "UPDATE manifest SET media_type = '" MEDIA_OCI_MANIFEST "' || char(13, 10)",
  };
  for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
    keep(world, 1, 100);
    execute(world, wrongs[i]);
    assert_false(is_kept(world, 1, 100));
    assert_int_equal(number_of(world, "SELECT count(*) FROM manifest"), 0);
    keep(world, 1, 100);
    assert_true(is_kept(world, 1, 100));
  }
}

static void a_damaged_file_is_put_aside(void **state) {
  const struct world *world = *state;
  auto_error err = {0};
  auto_free char *aside = str_format("%s.damaged", world->file);
  char page[8192] = "SQLite format 3";
  memset(page + 16, 0xff, sizeof page - 16);
  assert_int_equal(fs_make_folders(world->folder, 0700, &err), 0);
  assert_int_equal(fs_write(world->file, page, sizeof page, 0600, &err), 0);
  assert_false(is_kept(world, 1, 100));
  assert_true(fs_exists(aside));
  keep(world, 1, 100);
  assert_true(is_kept(world, 1, 100));
}

/* The first page, which an open reads, is whole. */
static void damage_that_shows_later(void **state) {
  const struct world *world = *state;
  struct manifest_store *store = manifest_store_new(world->folder);
  auto_free char *aside = str_format("%s.damaged", world->file);
  for (unsigned i = 0; i < 300; i++)
    put(store, i, 1500);
  manifest_store_free(store);
  struct stat st;
  assert_int_equal(stat(world->file, &st), 0);
  FILE *file = fopen(world->file, "r+");
  assert_non_null(file);
  assert_int_equal(fseek(file, 4096, SEEK_SET), 0);
  for (long i = 4096; i < (long)st.st_size; i++)
    fputc(0xff, file);
  assert_int_equal(fclose(file), 0);
  store = manifest_store_new(world->folder);
  for (unsigned i = 0; i < 300; i++)
    assert_false(has(store, i, 1500));
  put(store, 1, 1500);
  manifest_store_free(store);
  assert_true(fs_exists(aside));
  assert_true(is_kept(world, 1, 1500));
}

static void a_newer_file_is_left_alone(void **state) {
  const struct world *world = *state;
  keep(world, 1, 100);
  execute(world, "PRAGMA user_version = 2");
  assert_false(is_kept(world, 1, 100));
  keep(world, 2, 100);
  execute(world, "PRAGMA user_version = 1");
  assert_true(is_kept(world, 1, 100));
  assert_false(is_kept(world, 2, 100));
}

static void what_is_not_used_is_forgotten(void **state) {
  const struct world *world = *state;
  int64_t now = clock_wall_ms() / 1000;
  for (unsigned i = 1; i <= 3; i++)
    keep(world, i, 100 * i);
  auto_free char *old =
      str_format("UPDATE manifest SET used = %lld", (long long)(now - 29 * DAY_S));
  auto_free char *older = str_format("UPDATE manifest SET used = %lld WHERE length(data) <> 100",
                                     (long long)(now - 31 * DAY_S));
  execute(world, old);
  execute(world, older);
  assert_true(is_kept(world, 2, 200)); /* used now */
  assert_true(number_of(world, "SELECT used FROM manifest WHERE length(data) = 200") >= now);
  keep(world, 4, 400);
  assert_true(is_kept(world, 1, 100));
  assert_true(is_kept(world, 2, 200));
  assert_false(is_kept(world, 3, 300));
  assert_true(is_kept(world, 4, 400));
}

static void it_stays_below_64_mib(void **state) {
  const struct world *world = *state;
  for (unsigned i = 0; i < 3; i++)
    keep(world, i, 4 * MIB);
  execute(world, "UPDATE manifest SET used = used - 90000");
  assert_true(is_kept(world, 0, 4 * MIB)); /* the first is used again */
  struct manifest_store *store = manifest_store_new(world->folder);
  for (unsigned i = 3; i < 17; i++)
    put(store, i, 4 * MIB);
  manifest_store_free(store);
  assert_true(is_kept(world, 0, 4 * MIB));
  assert_false(is_kept(world, 1, 4 * MIB));
  assert_true(is_kept(world, 16, 4 * MIB));
  int64_t kept = number_of(world, "SELECT sum(length(data)) FROM manifest");
  assert_in_range(kept, 56 * MIB, 64 * MIB);
  struct stat st;
  assert_int_equal(stat(world->file, &st), 0);
  assert_true(st.st_size <= (off_t)(70 * MIB));
}

struct user {
  struct manifest_store *store;
  unsigned first;
  pthread_t thread;
};

static void *put_and_get(void *arg) {
  const struct user *user = arg;
  for (unsigned i = 0; i < 60; i++) {
    put(user->store, user->first + i, 12000);
    if (!has(user->store, user->first + i / 2, 12000))
      abort();
  }
  return NULL;
}

static void threads_and_processes_share_it(void **state) {
  const struct world *world = *state;
  pid_t children[2];
  fflush(NULL);
  for (unsigned i = 0; i < 2; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      struct user user = {.store = manifest_store_new(world->folder), .first = 1000 * (i + 1)};
      put_and_get(&user);
      manifest_store_free(user.store);
      _exit(0);
    }
  }
  struct manifest_store *store = manifest_store_new(world->folder);
  struct user users[3];
  for (unsigned i = 0; i < 3; i++) {
    users[i] = (struct user){.store = store, .first = 100 * i};
    assert_int_equal(pthread_create(&users[i].thread, NULL, put_and_get, &users[i]), 0);
  }
  for (unsigned i = 0; i < 3; i++)
    pthread_join(users[i].thread, NULL);
  manifest_store_free(store);
  for (unsigned i = 0; i < 2; i++) {
    int status = -1;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  static const unsigned firsts[] = {0, 100, 200, 1000, 2000};
  store = manifest_store_new(world->folder);
  for (size_t n = 0; n < 5; n++)
    for (unsigned i = 0; i < 60; i++)
      assert_true(has(store, firsts[n] + i, 12000));
  manifest_store_free(store);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(what_is_put_lasts, set_up, tear_down),
      cmocka_unit_test_setup_teardown(it_is_written_before_the_end_when_there_is_much, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(a_miss_makes_no_file, set_up, tear_down),
      cmocka_unit_test_setup_teardown(files_are_the_users_own, set_up, tear_down),
      cmocka_unit_test_setup_teardown(without_a_folder_nothing_is_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_no_manifest_is_not_kept, set_up, tear_down),
      cmocka_unit_test_setup_teardown(each_digest_has_its_own_algorithm, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_wrong_row_is_no_hit_and_goes, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_damaged_file_is_put_aside, set_up, tear_down),
      cmocka_unit_test_setup_teardown(damage_that_shows_later, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_newer_file_is_left_alone, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_not_used_is_forgotten, set_up, tear_down),
      cmocka_unit_test_setup_teardown(it_stays_below_64_mib, set_up, tear_down),
      cmocka_unit_test_setup_teardown(threads_and_processes_share_it, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
