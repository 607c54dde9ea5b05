/* SPDX-License-Identifier: Apache-2.0 */
/* State that lasts, is shared, is damaged, or can't be kept at all. */
#include "base/clock.h"
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/state.h"
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

struct world {
  char *top, *folder, *cache;
  struct artm_call call;
};

static int set_up(void **state) {
  struct world *world = mem_alloc(sizeof *world);
  struct error error = {0};
  log_setup(LOG_ERROR, LOG_TEXT, false);
  assert_int_equal(fs_private_folder(&world->top, &error), 0);
  world->folder = fs_join(world->top, "a/state");
  world->cache = fs_join(world->top, "cache");
  *state = world;
  return 0;
}

static int tear_down(void **state) {
  struct world *world = *state;
  struct error error = {0};
  call_done(&world->call);
  assert_int_equal(fs_remove_tree(world->top, &error), 0);
  free(world->top);
  free(world->folder);
  free(world->cache);
  free(world);
  return 0;
}

static void put(struct world *world, struct state_store *store, const char *key,
                const char *value) {
  assert_int_equal(state_put(store, &world->call, "kit", key, value, value ? strlen(value) : 0), 0);
}

static const char *get(struct world *world, struct state_store *store, const char *key) {
  const void *data = NULL;
  uint64_t size = 0;
  int rc = state_get(store, &world->call, "kit", key, &data, &size);
  if (rc == ARTM_NO)
    return NULL;
  assert_int_equal(rc, 0);
  assert_int_equal(size, strlen(data));
  return data;
}

static void values_last(void **state) {
  struct world *world = *state;
  struct state_store *store = state_open(world->folder, world->cache);
  assert_false(fs_exists(world->folder)); /* opened on first use */
  assert_null(get(world, store, "k"));
  put(world, store, "k", "one");
  put(world, store, "k", "two");
  put(world, store, "empty", "");
  put(world, store, "gone", "x");
  put(world, store, "gone", NULL);
  state_close(store);
  store = state_open(world->folder, world->cache);
  assert_string_equal(get(world, store, "k"), "two");
  assert_string_equal(get(world, store, "empty"), "");
  assert_null(get(world, store, "gone"));
  const void *data;
  uint64_t size;
  assert_int_equal(state_get(store, &world->call, "other", "k", &data, &size), ARTM_NO);
  state_close(store);
}

static void files_are_the_users_own(void **state) {
  struct world *world = *state;
  struct stat st;
  struct state_store *store = state_open(world->folder, world->cache);
  put(world, store, "k", "v");
  assert_int_equal(stat(world->folder, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  auto_free char *file = fs_join(world->folder, "state.db");
  assert_int_equal(stat(file, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0600);
  state_close(store);
}

static void binary_and_large_values(void **state) {
  struct world *world = *state;
  struct state_store *store = state_open(world->folder, NULL);
  size_t size = 1u << 20;
  auto_free char *value = mem_alloc(size + 1);
  for (size_t i = 0; i < size; i++)
    value[i] = (char)(i * 7);
  assert_int_equal(state_put(store, &world->call, "kit", "k'; DROP TABLE value; --", value, size),
                   0);
  const void *data = NULL;
  uint64_t got = 0;
  assert_int_equal(state_get(store, &world->call, "kit", "k'; DROP TABLE value; --", &data, &got),
                   0);
  assert_int_equal(got, size);
  assert_memory_equal(data, value, size);
  assert_int_equal(state_put(store, &world->call, "kit", "k", value, size + 1), ARTM_E_LOCAL);
  state_close(store);
}

static void without_a_folder_it_lasts_for_the_run(void **state) {
  struct world *world = *state;
  struct state_store *store = state_open(NULL, NULL);
  put(world, store, "k", "v");
  assert_string_equal(get(world, store, "k"), "v");
  const char *path = NULL;
  assert_int_equal(state_folder(store, &world->call, "kit", "db", &path), 0);
  assert_true(fs_is_folder(path));
  auto_free char *copy = str_copy(path);
  state_close(store);
  assert_false(fs_exists(copy));
  store = state_open(NULL, NULL);
  assert_null(get(world, store, "k"));
  state_close(store);
}

static void a_folder_that_can_not_be_made_is_no_failure(void **state) {
  struct world *world = *state;
  struct error error = {0};
  auto_free char *file = fs_join(world->top, "file");
  assert_int_equal(fs_write(file, "x", 1, 0600, &error), 0);
  auto_free char *below = fs_join(file, "state");
  struct state_store *store = state_open(below, below);
  put(world, store, "k", "v");
  assert_string_equal(get(world, store, "k"), "v");
  const char *path = NULL;
  assert_int_equal(state_folder(store, &world->call, "kit", "db", &path), 0);
  assert_int_equal(state_lock(store, &world->call, "kit", "db"), 0);
  call_done(&world->call);
  state_close(store);
}

static void damage(struct world *world, const void *data, size_t len) {
  struct error error = {0};
  auto_free char *file = fs_join(world->folder, "state.db");
  auto_free char *aside = str_format("%s.damaged", file);
  assert_int_equal(fs_make_folders(world->folder, 0700, &error), 0);
  assert_int_equal(fs_write(file, data, len, 0600, &error), 0);
  struct state_store *store = state_open(world->folder, NULL);
  assert_null(get(world, store, "k"));
  put(world, store, "k", "v");
  state_close(store);
  assert_true(fs_exists(aside));
  store = state_open(world->folder, NULL);
  assert_string_equal(get(world, store, "k"), "v");
  state_close(store);
  assert_int_equal(fs_remove_tree(world->folder, &error), 0);
}

static void a_damaged_file_is_put_aside(void **state) {
  struct world *world = *state;
  static const char text[] =
      "this is no database, but it is longer than a header of SQLite is: 100 "
      "bytes are needed, so here are some more of them to be sure";
  damage(world, text, sizeof text);
  char page[8192] = "SQLite format 3";
  memset(page + 16, 0xff, sizeof page - 16);
  damage(world, page, sizeof page);
}

static void execute(const char *folder, const char *sql) {
  auto_free char *file = fs_join(folder, "state.db");
  sqlite3 *db;
  assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
  assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
  sqlite3_close(db);
}

static void another_table_than_ours_is_damage(void **state) {
  struct world *world = *state;
  struct error error = {0};
  assert_int_equal(fs_make_folders(world->folder, 0700, &error), 0);
  execute(world->folder, "CREATE TABLE value (other TEXT); PRAGMA user_version = 1");
  struct state_store *store = state_open(world->folder, NULL);
  put(world, store, "k", "v");
  assert_string_equal(get(world, store, "k"), "v");
  state_close(store);
}

static void a_newer_schema_is_left_alone(void **state) {
  struct world *world = *state;
  struct state_store *store = state_open(world->folder, NULL);
  put(world, store, "k", "old");
  state_close(store);
  execute(world->folder, "PRAGMA user_version = 2");
  store = state_open(world->folder, NULL);
  assert_null(get(world, store, "k"));
  put(world, store, "k", "new");
  state_close(store);
  execute(world->folder, "PRAGMA user_version = 1");
  store = state_open(world->folder, NULL);
  assert_string_equal(get(world, store, "k"), "old");
  state_close(store);
}

struct writer {
  struct state_store *store;
  int number;
  pthread_t thread;
};

static void *write_many(void *arg) {
  struct writer *writer = arg;
  struct artm_call call = {0};
  for (int i = 0; i < 25; i++) {
    auto_free char *key = str_format("%d.%d", writer->number, i);
    if (state_put(writer->store, &call, "kit", key, key, strlen(key)) != 0)
      abort();
  }
  call_done(&call);
  return NULL;
}

static void threads_and_processes_share_it(void **state) {
  struct world *world = *state;
  fflush(NULL);
  pid_t children[2];
  for (int i = 0; i < 2; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      struct state_store *own = state_open(world->folder, NULL);
      write_many(&(struct writer){.store = own, .number = 10 + i});
      state_close(own);
      _exit(0);
    }
  }
  struct state_store *store = state_open(world->folder, NULL);
  struct writer writers[3];
  for (int i = 0; i < 3; i++) {
    writers[i] = (struct writer){.store = store, .number = i};
    assert_int_equal(pthread_create(&writers[i].thread, NULL, write_many, &writers[i]), 0);
  }
  for (int i = 0; i < 3; i++)
    pthread_join(writers[i].thread, NULL);
  for (int i = 0; i < 2; i++) {
    int status = -1;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  static const int numbers[] = {0, 1, 2, 10, 11};
  for (int n = 0; n < 5; n++)
    for (int i = 0; i < 25; i++) {
      auto_free char *key = str_format("%d.%d", numbers[n], i);
      assert_non_null(get(world, store, key));
    }
  state_close(store);
}

static void a_forked_child_does_not_touch_it(void **state) {
  struct world *world = *state;
  struct state_store *store = state_open(world->folder, NULL);
  put(world, store, "k", "parent");
  fflush(NULL);
  pid_t pid = fork();
  if (pid == 0) {
    if (get(world, store, "k"))
      _exit(1);
    put(world, store, "k", "child");
    _exit(0);
  }
  int status = -1;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  assert_string_equal(get(world, store, "k"), "parent");
  state_close(store);
}

static void cache_folders_last(void **state) {
  struct world *world = *state;
  const char *path = NULL;
  struct stat st;
  struct state_store *store = state_open(NULL, world->cache);
  assert_int_equal(state_folder(store, &world->call, "kit", "db-1", &path), 0);
  auto_free char *expected = str_format("%s/kit/db-1", world->cache);
  assert_string_equal(path, expected);
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 07777, 0700);
  static const char *const wrong[] = {"", ".", "..", "../x", "a/b", "A", "a.b"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    assert_int_equal(state_folder(store, &world->call, "kit", wrong[i], &path), ARTM_E_INTERNAL);
    assert_int_equal(state_lock(store, &world->call, "kit", wrong[i]), ARTM_E_INTERNAL);
  }
  state_close(store);
  assert_true(fs_is_folder(expected));
}

/* Two stores stand for two processes: their files are opened apart. */
static void a_lock_is_seen_by_others(void **state) {
  struct world *world = *state;
  for (int with_folder = 0; with_folder < 2; with_folder++) {
    struct state_store *mine = state_open(with_folder ? world->folder : NULL, NULL);
    struct state_store *theirs = with_folder ? state_open(world->folder, NULL) : mine;
    struct artm_call holder = {0}, waiter = {0};
    assert_int_equal(state_lock(mine, &holder, "kit", "db"), 0);
    assert_int_equal(state_lock(mine, &holder, "kit", "db"), 0); /* once more is no deadlock */
    assert_int_equal(state_lock(theirs, &waiter, "kit", "other"), 0);
    waiter.deadline_ms = clock_now_ms() + 200;
    assert_int_equal(state_lock(theirs, &waiter, "kit", "db"), ARTM_E_TIMEOUT);
    call_done(&holder);
    waiter.deadline_ms = clock_now_ms() + 5000;
    assert_int_equal(state_lock(theirs, &waiter, "kit", "db"), 0);
    call_done(&waiter);
    if (theirs != mine)
      state_close(theirs);
    state_close(mine);
  }
}

static void folders_come_from_the_environment(void **state) {
  (void)state;
  unsetenv("STATE_DIRECTORY");
  unsetenv("XDG_STATE_HOME");
  unsetenv("CACHE_DIRECTORY");
  setenv("HOME", "/home/someone", 1);
  setenv("XDG_CACHE_HOME", "/xdg", 1);
  char *path = state_default_folder(NULL);
  assert_string_equal(path, "/home/someone/.local/state/artmirror");
  free(path);
  path = cache_default_folder(NULL);
  assert_string_equal(path, "/xdg/artmirror");
  free(path);
  setenv("STATE_DIRECTORY", "/var/lib/artmirror:/other", 1);
  path = state_default_folder(NULL);
  assert_string_equal(path, "/var/lib/artmirror");
  free(path);
  path = state_default_folder("flag");
  assert_string_equal(path, "flag");
  free(path);
  unsetenv("STATE_DIRECTORY");
  setenv("XDG_STATE_HOME", "relative", 1); /* the XDG specification has those ignored */
  unsetenv("HOME");
  assert_null(state_default_folder(NULL));
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(values_last),
      CASE(files_are_the_users_own),
      CASE(binary_and_large_values),
      CASE(without_a_folder_it_lasts_for_the_run),
      CASE(a_folder_that_can_not_be_made_is_no_failure),
      CASE(a_damaged_file_is_put_aside),
      CASE(another_table_than_ours_is_damage),
      CASE(a_newer_schema_is_left_alone),
      CASE(threads_and_processes_share_it),
      CASE(a_forked_child_does_not_touch_it),
      CASE(cache_folders_last),
      CASE(a_lock_is_seen_by_others),
      CASE(folders_come_from_the_environment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
