/* SPDX-License-Identifier: Apache-2.0 */
/* Paths in the config, relative to their file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/load.h"
#include "config/path.h"

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "path", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_PATH),
    ARTM_FIELD(.name = "paths", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_PATH),
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING),
    ARTM_FIELD(.name = "url", .type = ARTM_TYPE_URL, .flags = ARTM_FIELD_PATH),
};

struct fixture {
  struct document document;
  struct problems problems;
  struct field_table table;
};

static const struct node *resolve(struct fixture *f, const char *text, const char *folder) {
  *f = (struct fixture){0};
  document_load_text("test.yaml", text, &f->document, &f->problems);
  field_table_adopt(&f->table, fields, 4, (uint32_t)sizeof fields[0]);
  free_pointer(&f->document.files[0]->folder);
  f->document.files[0]->folder = str_copy(folder);
  return paths_make_absolute(&f->table, f->document.roots[0], &f->document.memory);
}

static void done(struct fixture *f) {
  problems_done(&f->problems);
  field_table_done(&f->table);
  document_done(&f->document);
}

static void is(const char *written, const char *folder, const char *expected) {
  struct fixture f;
  auto_free char *text = str_format("{path: '%s', name: './x'}", written);
  const struct node *map = resolve(&f, text, folder);
  assert_string_equal(node_text(node_get(map, "path")), expected);
  assert_string_equal(node_text(node_get(map, "name")), "./x");
  assert_string_equal(node_text(node_get(f.document.roots[0], "path")), written);
  done(&f);
}

static void url_is(const char *written, const char *folder, const char *expected) {
  struct fixture f;
  auto_free char *text = str_format("{url: '%s'}", written);
  const struct node *map = resolve(&f, text, folder);
  assert_string_equal(node_text(node_get(map, "url")), expected);
  done(&f);
}

static void urls_of_files_may_be_relative(void **state) {
  (void)state;
  url_is("file://./a", "/etc/artmirror", "file:///etc/artmirror/a");
  url_is("file://../a%20b", "/etc/artmirror", "file:///etc/artmirror/../a%20b");
  url_is("file://./a", "/home/a #1%", "file:///home/a%20%231%25/a");
  url_is("file:///a", "/etc", "file:///a");
  url_is("https://./a", "/etc", "https://./a");
  url_is("./a", "/etc", "./a");
}

static void relative_ones_start_at_their_file(void **state) {
  (void)state;
  is("./a", "/etc/artmirror", "/etc/artmirror/a");
  is("a/b", "/etc/artmirror", "/etc/artmirror/a/b");
  is(".///./a", "/etc", "/etc/a");
  is("../a", "/etc/artmirror", "/etc/artmirror/../a");
  is(".", "/etc/artmirror", "/etc/artmirror");
  is("./", "/etc/artmirror", "/etc/artmirror");
  is("/a/b", "/etc/artmirror", "/a/b");
  is("", "/etc", "");
}

static void a_relative_folder_starts_at_the_working_directory(void **state) {
  (void)state;
  assert_int_equal(chdir("/usr"), 0);
  is("./a", ".", "/usr/a");
  is("./a", "configs", "/usr/configs/a");
}

static void a_tilde_is_home(void **state) {
  (void)state;
  setenv("HOME", "/home/somebody", 1);
  is("~/a", "/etc", "/home/somebody/a");
  is("~", "/etc", "/etc/~");
  unsetenv("HOME");
  is("~/a", "/etc", "~/a");
  assert_true(path_lacks_home("~/a"));
  assert_false(path_lacks_home("~a"));
  assert_false(path_lacks_home("/a"));
}

static void lists_are_resolved_and_other_things_left_alone(void **state) {
  (void)state;
  struct fixture f;
  const struct node *map = resolve(&f, "paths: ['a', '/b', 7, {}]", "/etc");
  const struct node *list = node_get(map, "paths");
  assert_string_equal(list->items[0]->text, "/etc/a");
  assert_string_equal(list->items[1]->text, "/b");
  assert_string_equal(list->items[2]->text, "7");
  done(&f);
  map = resolve(&f, "name: a", "/etc");
  assert_ptr_equal(map, f.document.roots[0]);
  done(&f);
  map = resolve(&f, "path: {a: b}", "/etc");
  assert_int_equal(node_get(map, "path")->kind, NODE_MAP);
  done(&f);
  assert_null(paths_make_absolute(&f.table, NULL, NULL));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(urls_of_files_may_be_relative),
      cmocka_unit_test(relative_ones_start_at_their_file),
      cmocka_unit_test(a_relative_folder_starts_at_the_working_directory),
      cmocka_unit_test(a_tilde_is_home),
      cmocka_unit_test(lists_are_resolved_and_other_things_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
