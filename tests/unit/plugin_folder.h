/* SPDX-License-Identifier: Apache-2.0 */
/* Folders with plugin files made by hand. For one test program. */
#ifndef TESTS_PLUGIN_FOLDER_H
#define TESTS_PLUGIN_FOLDER_H
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/plugin.h"
#include "report/log.h"
#include "unit/elf_image.h"
#include <stdlib.h>
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct world {
  char *top, *first, *second;
};

static inline char *sub_folder(const char *top, const char *name) {
  char *path = fs_join(top, name);
  assert_int_equal(mkdir(path, 0755), 0);
  assert_int_equal(chmod(path, 0755), 0);
  return path;
}

static inline int set_up(void **state) {
  struct world *world = mem_alloc(sizeof *world);
  struct error error = {0};
  assert_int_equal(fs_private_folder(&world->top, &error), 0);
  world->first = sub_folder(world->top, "first");
  world->second = sub_folder(world->top, "second");
  log_setup(LOG_ERROR, LOG_TEXT, false);
  unsetenv("ARTMIRROR_PLUGIN_PATH");
  *state = world;
  return 0;
}

static inline int tear_down(void **state) {
  struct world *world = *state;
  struct error error = {0};
  assert_int_equal(fs_remove_tree(world->top, &error), 0);
  free(world->top);
  free(world->first);
  free(world->second);
  free(world);
  return 0;
}

static inline void put_bytes(const char *folder, const char *name, const void *data, size_t len) {
  auto_free char *path = fs_join(folder, name);
  struct error error = {0};
  assert_int_equal(fs_write(path, data, len, 0644, &error), 0);
  assert_int_equal(chmod(path, 0644), 0);
}

/* more: further keys, "key=value;key=value". */
static inline void put_plugin(const char *folder, const char *name, const char *id,
                              const char *more) {
  auto_buf keys = {0}, bytes = {0};
  buf_printf(&keys, "artmirror=1.0;id=%s;version=1.0;summary=One for tests;%s;", id, more);
  for (size_t i = 0; i < keys.len; i++)
    if (keys.data[i] == ';')
      keys.data[i] = '\0';
  struct image image = image_new(keys.data, keys.len);
  image_write(&image, &bytes);
  put_bytes(folder, name, bytes.data, bytes.len);
}

static inline void search(struct plugins *plugins, const char *a, const char *b) {
  auto_strings folders = {0};
  if (a)
    strings_add(&folders, a);
  if (b)
    strings_add(&folders, b);
  plugins_search_in(plugins, &folders, NULL);
}

static inline void expect_refused(const struct plugin *plugin, const char *part) {
  assert_int_equal(plugin->state, PLUGIN_REFUSED);
  if (!strstr(plugin->reason, part))
    fail_msg("expected \"%s\" in \"%s\"", part, plugin->reason);
}
#endif
