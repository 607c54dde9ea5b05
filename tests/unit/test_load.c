/* SPDX-License-Identifier: Apache-2.0 */
/* Where the config is found, and which files of a folder count. */
#include "base/fs.h"
#include "config/load.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char *folder; /* of one test; also the working directory */

static int setup(void **state) {
  (void)state;
  auto_error err = {0};
  unsetenv("ARTMIRROR_CONFIG");
  unsetenv("XDG_CONFIG_HOME");
  if (fs_private_folder(&folder, &err) < 0)
    return -1;
  setenv("HOME", folder, 1);
  return chdir(folder);
}

static int teardown(void **state) {
  (void)state;
  auto_error err = {0};
  int code = chdir("/");
  fs_remove_tree(folder, &err);
  free(folder);
  return code;
}

static void put(const char *path, const char *text) {
  auto_error err = {0};
  auto_free char *parent = fs_parent(path);
  assert_int_equal(fs_make_folders(parent, 0755, &err), 0);
  assert_int_equal(fs_write(path, text, strlen(text), 0644, &err), 0);
}

struct loading {
  struct document document;
  struct problems problems;
  struct error err;
};

static int load(struct loading *l, const char *const *paths) {
  *l = (struct loading){0};
  auto_strings list = {0};
  for (; paths && *paths; paths++)
    strings_add(&list, *paths);
  return document_load(&list, &l->document, &l->problems, &l->err);
}

static void done(struct loading *l) {
  document_done(&l->document);
  problems_done(&l->problems);
  error_done(&l->err);
}

static void expect_error(const char *const *paths, const char *says) {
  struct loading l;
  assert_int_equal(load(&l, paths), ARTM_E_CONFIG);
  if (!strstr(l.err.message, says))
    fail_msg("'%s' is not said in: %s", says, l.err.message);
  assert_int_equal(l.document.file_count, 0);
  assert_int_equal(l.problems.count, 0);
  done(&l);
}

static void test_folder(void **state) {
  (void)state;
  put("configs/b.yml", "b: 1\n");
  put("configs/a.yaml", "a: 1\n");
  put("configs/B.yaml", "broken: [\n");
  put("configs/.hidden.yaml", "h: 1\n");
  put("configs/notes.txt", "t: 1\n");
  put("configs/sub.yaml/c.yaml", "c: 1\n");
  put("elsewhere.yaml", "e: 1\n");
  assert_int_equal(symlink("../elsewhere.yaml", "configs/link.yaml"), 0);
  struct loading l;
  assert_int_equal(load(&l, NULL), 0);
  assert_string_equal(l.document.origin, "./configs");
  static const char *const expected[] = {"configs/B.yaml", "configs/a.yaml", "configs/b.yml",
                                         "configs/link.yaml"};
  assert_int_equal(l.document.file_count, 4);
  for (size_t i = 0; i < 4; i++) {
    assert_string_equal(l.document.files[i]->path, expected[i]);
    assert_string_equal(l.document.files[i]->folder, "configs");
    assert_int_equal(l.document.files[i]->index, i);
  }
  assert_null(l.document.roots[0]);
  assert_non_null(node_get(l.document.roots[3], "e"));
  assert_int_equal(l.problems.count, 1);
  /* printf 'a: 1\n' | sha256sum */
  assert_string_equal(l.document.files[1]->digest,
                      "sha256:37b128c59f1f5097f73f82691cb519f1f568667faab5ced1b4ab979d36837eae");
  assert_int_equal(l.document.files[1]->mode, 0644);
  done(&l);
}

static void test_places(void **state) {
  (void)state;
  struct loading l;
  expect_error(NULL, "./configs");
  put(".config/artmirror/a.yaml", "home: 1\n");
  assert_int_equal(load(&l, NULL), 0);
  assert_non_null(node_get(l.document.roots[0], "home"));
  assert_non_null(strstr(l.document.origin, "/.config/artmirror"));
  done(&l);
  auto_free char *xdg = fs_join(folder, "xdg");
  setenv("XDG_CONFIG_HOME", xdg, 1);
  put("xdg/artmirror/a.yaml", "xdg: 1\n");
  assert_int_equal(load(&l, NULL), 0);
  assert_non_null(node_get(l.document.roots[0], "xdg"));
  done(&l);
  put("configs/a.yaml", "local: 1\n");
  assert_int_equal(load(&l, NULL), 0);
  assert_non_null(node_get(l.document.roots[0], "local"));
  done(&l);
  put("named.yaml", "named: 1\n");
  setenv("ARTMIRROR_CONFIG", "named.yaml", 1);
  assert_int_equal(load(&l, NULL), 0);
  assert_int_equal(l.document.file_count, 1);
  assert_non_null(node_get(l.document.roots[0], "named"));
  assert_string_equal(l.document.origin, "named.yaml (from ARTMIRROR_CONFIG)");
  done(&l);
  setenv("ARTMIRROR_CONFIG", "nowhere.yaml", 1);
  expect_error(NULL, "ARTMIRROR_CONFIG");
}

static void test_named(void **state) {
  (void)state;
  put("one.yaml", "a: 1\n");
  put("more/two.txt", "b: 1\n");
  put("more/three.yaml", "c: 1\n");
  struct loading l;
  const char *const several[] = {"more", "one.yaml", "more/two.txt", NULL};
  assert_int_equal(load(&l, several), 0);
  assert_int_equal(l.document.file_count, 3);
  assert_string_equal(l.document.origin, "more, one.yaml, more/two.txt");
  assert_string_equal(l.document.files[2]->folder, "more");
  assert_string_equal(l.document.files[1]->folder, ".");
  done(&l);
  const char *const missing[] = {"one.yaml", "no/such.yaml", NULL};
  expect_error(missing, "no/such.yaml");
  put("empty/readme", "x");
  const char *const empty[] = {"empty", NULL};
  expect_error(empty, "no *.yaml or *.yml");
  assert_int_equal(symlink("nowhere", "more/dangling.yaml"), 0);
  const char *const dangling[] = {"more", NULL};
  expect_error(dangling, "dangling.yaml");
}

static void test_too_large(void **state) {
  (void)state;
  put("large.yaml", "a: 1\n");
  assert_int_equal(truncate("large.yaml", (64l << 20) + 1), 0);
  const char *const large[] = {"large.yaml", NULL};
  expect_error(large, "larger than");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_folder, setup, teardown),
      cmocka_unit_test_setup_teardown(test_places, setup, teardown),
      cmocka_unit_test_setup_teardown(test_named, setup, teardown),
      cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
