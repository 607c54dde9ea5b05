/* SPDX-License-Identifier: Apache-2.0 */
/* base/fs.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/memory.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int setup(void **state) {
  struct error err = {0};
  char *folder = NULL;
  if (fs_private_folder(&folder, &err) < 0)
    return -1;
  *state = folder;
  return 0;
}

static int teardown(void **state) {
  struct error err = {0};
  int rc = fs_remove_tree(*state, &err);
  error_done(&err);
  free(*state);
  return rc;
}

static void test_write_and_read(void **state) {
  auto_error err = {0};
  auto_buf content = {0};
  auto_free char *path = fs_join(*state, "file");
  assert_int_equal(fs_write(path, "one", 3, 0600, &err), 0);
  assert_int_equal(fs_write(path, "two\0!", 5, 0600, &err), 0);
  assert_int_equal(fs_read(path, 5, &content, &err), 0);
  assert_int_equal(content.len, 5);
  assert_memory_equal(content.data, "two\0!", 5);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  auto_strings names = {0};
  assert_int_equal(fs_list(*state, &names, &err), 0);
  assert_int_equal(names.count, 1); /* no temporary file is left */
}

static void test_read_limits(void **state) {
  auto_error err = {0};
  auto_buf content = {0};
  auto_free char *path = fs_join(*state, "file"), *absent = fs_join(*state, "absent");
  fs_write(path, "12345", 5, 0600, &err);
  assert_int_equal(fs_read(path, 4, &content, &err), ARTM_E_LOCAL);
  assert_non_null(strstr(err.message, path));
  assert_int_equal(content.len, 0);
  assert_int_equal(fs_read(absent, 4, &content, &err), ARTM_E_NOT_FOUND);
  assert_int_equal(fs_read(*state, 4, &content, &err), ARTM_E_LOCAL);
  content.max = 2;
  assert_int_equal(fs_read(path, 10, &content, &err), ARTM_E_LOCAL);
}

static void test_write_through_a_link_keeps_it(void **state) {
  auto_error err = {0};
  auto_free char *file = fs_join(*state, "file"), *link = fs_join(*state, "link");
  fs_write(file, "old", 3, 0600, &err);
  assert_int_equal(symlink("file", link), 0);
  assert_int_equal(fs_write(link, "new", 3, 0600, &err), 0);
  struct stat st;
  assert_int_equal(lstat(link, &st), 0);
  assert_true(S_ISLNK(st.st_mode));
  auto_buf content = {0};
  assert_int_equal(fs_read(file, 10, &content, &err), 0);
  assert_string_equal(content.data, "new");
}

static void test_write_to_a_pipe_does_not_replace_it(void **state) {
  auto_error err = {0};
  auto_free char *path = fs_join(*state, "pipe");
  assert_int_equal(mkfifo(path, 0600), 0);
  auto_fd reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  assert_true(reader >= 0);
  assert_int_equal(fs_write(path, "text", 4, 0600, &err), 0);
  char got[8] = {0};
  assert_int_equal(read(reader, got, sizeof got), 4);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_true(S_ISFIFO(st.st_mode));
}

static void test_write_fails_by_name(void **state) {
  auto_error err = {0};
  auto_free char *path = fs_join(*state, "no/such/folder");
  assert_int_equal(fs_write(path, "x", 1, 0600, &err), ARTM_E_LOCAL);
  assert_string_equal(err.where, path);
  assert_int_equal(fs_write(*state, "x", 1, 0600, &err), ARTM_E_LOCAL);
}

static void test_folders(void **state) {
  auto_error err = {0};
  auto_free char *deep = fs_join(*state, "a/b//c/"), *file = fs_join(*state, "a/file");
  auto_free char *below = fs_join(file, "x");
  assert_int_equal(fs_make_folders(deep, 0700, &err), 0);
  assert_int_equal(fs_make_folders(deep, 0700, &err), 0);
  assert_true(fs_is_folder(deep));
  fs_write(file, "x", 1, 0600, &err);
  assert_int_equal(fs_make_folders(below, 0700, &err), ARTM_E_LOCAL);
  assert_int_equal(fs_make_folders(file, 0700, &err), ARTM_E_LOCAL);
  assert_false(fs_is_folder(file));
  assert_true(fs_exists(file));
}

static void test_list_is_sorted(void **state) {
  auto_error err = {0};
  static const char *const files[] = {"b", "B", "a.yaml", ".hidden", "\xc3\xa4"};
  for (size_t i = 0; i < 5; i++) {
    auto_free char *path = fs_join(*state, files[i]);
    fs_write(path, "", 0, 0600, &err);
  }
  auto_strings names = {0};
  assert_int_equal(fs_list(*state, &names, &err), 0);
  static const char *const sorted[] = {".hidden", "B", "a.yaml", "b", "\xc3\xa4"};
  assert_int_equal(names.count, 5);
  for (size_t i = 0; i < 5; i++)
    assert_string_equal(names.items[i], sorted[i]);
  auto_free char *absent = fs_join(*state, "absent");
  assert_int_equal(fs_list(absent, &names, &err), ARTM_E_NOT_FOUND);
}

static void test_remove_tree_does_not_follow_links(void **state) {
  auto_error err = {0};
  auto_free char *kept = fs_join(*state, "kept"), *tree = fs_join(*state, "tree/inner");
  auto_free char *top = fs_join(*state, "tree"), *link = fs_join(tree, "link");
  auto_free char *inside = fs_join(kept, "file");
  fs_make_folders(kept, 0700, &err);
  fs_make_folders(tree, 0700, &err);
  fs_write(inside, "x", 1, 0600, &err);
  assert_int_equal(symlink(kept, link), 0);
  assert_int_equal(fs_remove_tree(top, &err), 0);
  assert_false(fs_exists(top));
  assert_true(fs_exists(inside));
  assert_int_equal(fs_remove_tree(top, &err), 0);
  auto_free char *alias = fs_join(*state, "alias");
  assert_int_equal(symlink(kept, alias), 0);
  assert_int_equal(fs_remove_tree(alias, &err), ARTM_E_LOCAL);
  assert_true(fs_exists(inside));
}

static void test_unsynced_replaces_whole(void **state) {
  auto_error err = {0};
  auto_buf text = {0};
  auto_free char *path = fs_join(*state, "unsynced"), *below = fs_join(path, "below");
  assert_int_equal(fs_write_unsynced(path, "one", 3, 0600, &err), 0);
  assert_int_equal(fs_write_unsynced(path, "two", 3, 0600, &err), 0);
  assert_int_equal(fs_read(path, 10, &text, &err), 0);
  assert_memory_equal(text.data, "two", 3);
  assert_int_equal(fs_write_unsynced(below, "x", 1, 0600, &err), ARTM_E_LOCAL);
}

/* As a tool may leave it; root may enter it anyhow. */
static void test_remove_tree_without_rights_in_it(void **state) {
  auto_error err = {0};
  auto_free char *tree = fs_join(*state, "locked/shut/inner"), *top = fs_join(*state, "locked");
  auto_free char *shut = fs_join(*state, "locked/shut"), *file = fs_join(tree, "file");
  fs_make_folders(tree, 0700, &err);
  fs_write(file, "x", 1, 0600, &err);
  assert_int_equal(chmod(tree, 0500), 0);
  assert_int_equal(chmod(shut, 0000), 0);
  assert_int_equal(fs_remove_tree(top, &err), 0);
  assert_false(fs_exists(top));
}

static void test_private_folder_and_temp_file(void **state) {
  (void)state;
  auto_error err = {0};
  auto_free char *folder = NULL;
  assert_int_equal(fs_private_folder(&folder, &err), 0);
  struct stat st;
  assert_int_equal(stat(folder, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0700);
  assert_int_equal(fs_remove_tree(folder, &err), 0);
  auto_fd fd = -1;
  assert_int_equal(fs_temp_file(&fd, &err), 0);
  assert_int_equal(fstat(fd, &st), 0);
  assert_int_equal(st.st_nlink, 0);
  assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  assert_int_equal(fd_write_all(fd, "x", 1), 0);
  assert_int_equal(fd_write_all(-1, "x", 1), -1);
}

static void check_path(char *got, const char *expected) {
  assert_string_equal(got, expected);
  free(got);
}

static void test_paths(void **state) {
  (void)state;
  check_path(fs_join("a", "b"), "a/b");
  check_path(fs_join("a/", "b"), "a/b");
  check_path(fs_join("/", "b"), "/b");
  check_path(fs_join("a", "/b"), "/b");
  check_path(fs_join("", "b"), "b");
  check_path(fs_parent("a"), ".");
  check_path(fs_parent("a/b"), "a");
  check_path(fs_parent("a//b/"), "a");
  check_path(fs_parent("/a"), "/");
  check_path(fs_parent("/"), "/");
  check_path(fs_parent(""), ".");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_write_and_read, setup, teardown),
      cmocka_unit_test_setup_teardown(test_read_limits, setup, teardown),
      cmocka_unit_test_setup_teardown(test_write_through_a_link_keeps_it, setup, teardown),
      cmocka_unit_test_setup_teardown(test_write_to_a_pipe_does_not_replace_it, setup, teardown),
      cmocka_unit_test_setup_teardown(test_write_fails_by_name, setup, teardown),
      cmocka_unit_test_setup_teardown(test_folders, setup, teardown),
      cmocka_unit_test_setup_teardown(test_list_is_sorted, setup, teardown),
      cmocka_unit_test_setup_teardown(test_remove_tree_does_not_follow_links, setup, teardown),
      cmocka_unit_test_setup_teardown(test_remove_tree_without_rights_in_it, setup, teardown),
      cmocka_unit_test_setup_teardown(test_unsynced_replaces_whole, setup, teardown),
      cmocka_unit_test(test_private_folder_and_temp_file),
      cmocka_unit_test(test_paths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
