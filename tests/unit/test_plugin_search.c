/* SPDX-License-Identifier: Apache-2.0 */
/* Where plugins are looked for, and whose files count. */
#include "unit/plugin_folder.h"
#include <stdio.h>
#include <unistd.h>

static void finds_in_byte_order_and_only_so_files(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "b.so", "b", "");
  put_plugin(world->first, "a.so", "a", "");
  put_plugin(world->first, "B.so", "upper", "");
  put_plugin(world->first, ".hidden.so", "hidden", "");
  put_plugin(world->first, "c.so.1", "c", "");
  put_bytes(world->first, "README", "text", 4);
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  assert_int_equal(plugins.count, 3);
  assert_string_equal(plugins.items[0]->id, "upper");
  assert_string_equal(plugins.items[1]->id, "a");
  assert_string_equal(plugins.items[2]->id, "b");
  assert_string_equal(plugins.items[1]->version, "1.0");
  assert_string_equal(plugins.items[1]->summary, "One for tests");
  assert_string_equal(plugins.items[1]->abi, "1.0");
  assert_ptr_equal(plugins_by_id(&plugins, "b"), plugins.items[2]);
  assert_null(plugins_by_id(&plugins, "hidden"));
  plugins_done(&plugins);
}

static void the_first_of_two_wins(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "x.so", "same", "");
  put_plugin(world->second, "a.so", "same", "");
  struct plugins plugins = {0};
  search(&plugins, world->first, world->second);
  assert_int_equal(plugins.count, 2);
  assert_int_equal(plugins.items[0]->state, PLUGIN_FOUND);
  assert_int_equal(plugins.items[1]->state, PLUGIN_SHADOWED);
  assert_non_null(strstr(plugins.items[1]->reason, plugins.items[0]->file));
  assert_ptr_equal(plugins_by_id(&plugins, "same"), plugins.items[0]);
  plugins_done(&plugins);
}

static void a_refused_one_shadows_nobody(void **state) {
  struct world *world = *state;
  put_bytes(world->first, "same.so", "no plugin", 9);
  put_plugin(world->second, "same.so", "same", "");
  struct plugins plugins = {0};
  search(&plugins, world->first, world->second);
  expect_refused(plugins.items[0], "not an ELF file");
  assert_string_equal(plugins.items[0]->id, "same");
  assert_ptr_equal(plugins_by_id(&plugins, "same"), plugins.items[1]);
  plugins_done(&plugins);
}

static void the_variable_comes_after_the_flag(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "a.so", "same", "");
  put_plugin(world->second, "a.so", "same", "");
  auto_free char *path = str_format("::%s:/no/such/folder:%s:", world->second, world->first);
  setenv("ARTMIRROR_PLUGIN_PATH", path, 1);
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL); /* a folder named twice is searched once */
  assert_int_equal(plugins.count, 2);
  assert_true(text_starts(plugins.items[0]->file, world->first));
  assert_int_equal(plugins.items[1]->state, PLUGIN_SHADOWED);
  plugins_done(&plugins);
}

static void the_installed_folder_comes_last(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "a.so", "same", "");
  put_plugin(world->second, "a.so", "same", "");
  auto_strings folders = {0};
  strings_add(&folders, world->second);
  struct plugins plugins = {0};
  plugins_search_in(&plugins, &folders, world->first);
  assert_int_equal(plugins.count, 2);
  assert_true(text_starts(plugins.items[0]->file, world->second));
  plugins_done(&plugins);
  plugins_search_in(&plugins, &folders, "/no/such/folder");
  assert_int_equal(plugins.count, 1);
  plugins_done(&plugins);
}

static void refuses_files_that_others_may_write(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a", "");
  put_plugin(world->first, "b.so", "b", "");
  put_plugin(world->first, "c.so", "c", "");
  auto_free char *a = fs_join(world->first, "a.so"), *b = fs_join(world->first, "b.so");
  assert_int_equal(chmod(a, 0666), 0);
  assert_int_equal(chmod(b, 0664), 0); /* the caller's own primary group */
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  expect_refused(plugins.items[0], "can be written by everybody");
  assert_non_null(strstr(plugins.items[0]->reason, a));
  assert_int_equal(plugins.items[1]->state, PLUGIN_FOUND);
  assert_int_equal(plugins.items[2]->state, PLUGIN_FOUND);
  plugins_done(&plugins);
}

static void refuses_folders_that_others_may_write(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a", "");
  put_plugin(world->second, "b.so", "b", "");
  assert_int_equal(chmod(world->first, 01777), 0); /* sticky is no excuse for the folder itself */
  struct plugins plugins = {0};
  search(&plugins, world->first, world->second);
  expect_refused(plugins.items[0], "the folder");
  assert_int_equal(plugins.items[1]->state, PLUGIN_FOUND);
  plugins_done(&plugins);
  assert_int_equal(chmod(world->first, 0755), 0);
  assert_int_equal(chmod(world->top, 0777), 0);
  search(&plugins, world->first, NULL);
  expect_refused(plugins.items[0], world->top);
  plugins_done(&plugins);
}

static void refuses_files_of_strangers(void **state) {
  struct world *world = *state;
  if (geteuid() != 0) {
    puts("skip: only root can give a file to somebody else");
    skip();
  }
  put_plugin(world->first, "a.so", "a", "");
  put_plugin(world->first, "b.so", "b", "");
  auto_free char *a = fs_join(world->first, "a.so"), *b = fs_join(world->first, "b.so");
  assert_int_equal(chown(a, 12345, 0), 0);
  assert_int_equal(chown(b, 0, 12345), 0);
  assert_int_equal(chmod(b, 0664), 0);
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  expect_refused(plugins.items[0], "belongs to user 12345");
  expect_refused(plugins.items[1], "another group");
  plugins_done(&plugins);
}

static void follows_links_to_what_they_name(void **state) {
  struct world *world = *state;
  put_plugin(world->second, "real.bin", "linked", "");
  put_plugin(world->second, "open.bin", "open", "");
  auto_free char *real = fs_join(world->second, "real.bin");
  auto_free char *open_file = fs_join(world->second, "open.bin");
  auto_free char *a = fs_join(world->first, "a.so"), *b = fs_join(world->first, "b.so");
  auto_free char *c = fs_join(world->first, "c.so");
  assert_int_equal(symlink(real, a), 0);
  assert_int_equal(symlink(open_file, b), 0);
  assert_int_equal(symlink("nowhere", c), 0);
  assert_int_equal(chmod(open_file, 0666), 0);
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  assert_int_equal(plugins.items[0]->state, PLUGIN_FOUND);
  assert_string_equal(plugins.items[0]->id, "linked");
  assert_string_equal(plugins.items[0]->file, a);
  assert_true(text_ends(plugins.items[0]->real_file, "/second/real.bin"));
  expect_refused(plugins.items[1], "can be written by everybody");
  expect_refused(plugins.items[2], "can't be opened");
  plugins_done(&plugins);
}

static void a_pipe_does_not_block_the_search(void **state) {
  struct world *world = *state;
  auto_free char *path = fs_join(world->first, "pipe.so");
  assert_int_equal(mkfifo(path, 0600), 0);
  free(sub_folder(world->first, "folder.so"));
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  assert_int_equal(plugins.count, 2);
  expect_refused(plugins.items[0], "regular file");
  expect_refused(plugins.items[1], "regular file");
  plugins_done(&plugins);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(finds_in_byte_order_and_only_so_files), CASE(the_first_of_two_wins),
      CASE(a_refused_one_shadows_nobody),          CASE(the_variable_comes_after_the_flag),
      CASE(the_installed_folder_comes_last),       CASE(refuses_files_that_others_may_write),
      CASE(refuses_folders_that_others_may_write), CASE(refuses_files_of_strangers),
      CASE(follows_links_to_what_they_name),       CASE(a_pipe_does_not_block_the_search),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
