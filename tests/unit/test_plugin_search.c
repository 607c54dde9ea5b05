/* SPDX-License-Identifier: Apache-2.0 */
/* Where plugins are looked for, whose files count, and who claims what. */
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/plugin.h"
#include "report/log.h"
#include "unit/elf_image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
  char *top, *first, *second;
};

static char *sub_folder(const char *top, const char *name)
{
  char *path = fs_join(top, name);
  assert_int_equal(mkdir(path, 0755), 0);
  assert_int_equal(chmod(path, 0755), 0);
  return path;
}

static int set_up(void **state)
{
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

static int tear_down(void **state)
{
  struct world *world = *state;
  struct error error = {0};
  assert_int_equal(fs_remove_tree(world->top, &error), 0);
  free(world->top);
  free(world->first);
  free(world->second);
  free(world);
  return 0;
}

static void put_bytes(const char *folder, const char *name, const void *data, size_t len)
{
  auto_free char *path = fs_join(folder, name);
  struct error error = {0};
  assert_int_equal(fs_write(path, data, len, 0644, &error), 0);
  assert_int_equal(chmod(path, 0644), 0);
}

/* more: further keys, "key=value;key=value". */
static void put_plugin(const char *folder, const char *name, const char *id, const char *more)
{
  auto_buf keys = {0}, bytes = {0};
  buf_printf(&keys, "artmirror=1.0;id=%s;version=1.0;summary=One for tests;%s;", id, more);
  for (size_t i = 0; i < keys.len; i++)
    if (keys.data[i] == ';')
      keys.data[i] = '\0';
  struct image image = image_new(keys.data, keys.len);
  image_write(&image, &bytes);
  put_bytes(folder, name, bytes.data, bytes.len);
}

static void search(struct plugins *plugins, const char *a, const char *b)
{
  auto_strings folders = {0};
  if (a)
    strings_add(&folders, a);
  if (b)
    strings_add(&folders, b);
  plugins_search_in(plugins, &folders, NULL);
}

static void expect_refused(const struct plugin *plugin, const char *part)
{
  assert_int_equal(plugin->state, PLUGIN_REFUSED);
  if (!strstr(plugin->reason, part))
    fail_msg("expected \"%s\" in \"%s\"", part, plugin->reason);
}

static void finds_in_byte_order_and_only_so_files(void **state)
{
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

static void the_first_of_two_wins(void **state)
{
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

static void a_refused_one_shadows_nobody(void **state)
{
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

static void the_variable_comes_after_the_flag(void **state)
{
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

static void the_installed_folder_comes_last(void **state)
{
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

static void refuses_files_that_others_may_write(void **state)
{
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

static void refuses_folders_that_others_may_write(void **state)
{
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

static void refuses_files_of_strangers(void **state)
{
  struct world *world = *state;
  if (geteuid() != 0)
    skip();
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

static void follows_links_to_what_they_name(void **state)
{
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

static void a_pipe_does_not_block_the_search(void **state)
{
  struct world *world = *state;
  auto_free char *path = fs_join(world->first, "pipe.so");
  assert_int_equal(mkfifo(path, 0600), 0);
  auto_free char *folder = sub_folder(world->first, "folder.so");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  assert_int_equal(plugins.count, 2);
  expect_refused(plugins.items[0], "regular file");
  expect_refused(plugins.items[1], "regular file");
  plugins_done(&plugins);
}

static void refuses_claims_that_make_no_sense(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a", "section=images");
  put_plugin(world->first, "b.so", "b", "section=Images;noun=image");
  put_plugin(world->first, "c.so", "c", "section=targets;noun=target");
  put_plugin(world->first, "d.so", "d", "scanner=maybe");
  put_plugin(world->first, "e.so", "e", "host=docker.io");
  put_plugin(world->first, "f.so", "f", "section=x-y;noun=y");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  expect_refused(plugins.items[0], "noun");
  expect_refused(plugins.items[1], "no name");
  expect_refused(plugins.items[2], "belongs to artmirror");
  expect_refused(plugins.items[3], "neither on nor off");
  expect_refused(plugins.items[4], "host=docker.io");
  expect_refused(plugins.items[5], "belongs to artmirror");
  plugins_done(&plugins);
}

static void sections_have_one_owner(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "one", "section=images;noun=image");
  put_plugin(world->first, "b.so", "two", "section=images;noun=image");
  put_plugin(world->first, "c.so", "three", "section=charts;noun=chart");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  struct plugin *plugin = NULL;
  struct error error = {0};
  assert_int_equal(plugins_for_section(&plugins, "charts", NULL, &plugin, &error), 0);
  assert_string_equal(plugin->id, "three");
  plugin = NULL;
  assert_int_equal(plugins_for_section(&plugins, "images", NULL, &plugin, &error), ARTM_E_CONFIG);
  assert_null(plugin);
  assert_non_null(strstr(error.message, "one"));
  assert_non_null(strstr(error.message, "two"));
  assert_non_null(strstr(error.hint, "plugins: {images: one}"));
  assert_int_equal(plugins_for_section(&plugins, "images", "two", &plugin, &error), 0);
  assert_string_equal(plugin->id, "two");
  assert_int_equal(plugins_for_section(&plugins, "wheels", NULL, &plugin, &error), ARTM_E_CONFIG);
  assert_string_equal(error.message, "no plugin claims 'wheels:'; loaded: one (images), two "
                                     "(images), three (charts)");
  assert_int_equal(plugins_for_section(&plugins, "charts", "one", &plugin, &error), ARTM_E_CONFIG);
  error_done(&error);
  plugins_done(&plugins);
}

static void says_that_the_owner_was_refused(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "one", "section=images;noun=image");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  plugin_refuse(plugins.items[0], "crashed while loading");
  struct plugin *plugin = NULL;
  struct error error = {0};
  assert_int_equal(plugins_for_section(&plugins, "images", NULL, &plugin, &error), ARTM_E_CONFIG);
  assert_non_null(strstr(error.hint, "crashed while loading"));
  error_done(&error);
  plugins_done(&plugins);
}

static const char *target(const struct plugins *plugins, const char *text, const char *type,
                          const char **value)
{
  struct plugin *plugin = NULL;
  auto_error error = {0};
  return plugins_for_target(plugins, text, type, &plugin, value, &error) ? NULL : plugin->id;
}

static void the_longest_prefix_gets_a_target(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "registry", "prefix=");
  put_plugin(world->first, "b.so", "folder", "prefix=./;prefix=/;prefix=../");
  put_plugin(world->first, "c.so", "special", "prefix=/special/;prefix=/tie/");
  put_plugin(world->first, "d.so", "tie", "prefix=/tie/");
  put_plugin(world->first, "e.so", "source", "section=s;noun=n");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  const char *value = NULL;
  assert_string_equal(target(&plugins, "ghcr.io/owner", NULL, &value), "registry");
  assert_string_equal(value, "ghcr.io/owner");
  assert_string_equal(target(&plugins, "./mirror", NULL, &value), "folder");
  assert_string_equal(target(&plugins, "/srv/mirror", NULL, &value), "folder");
  assert_string_equal(target(&plugins, "/special/x", NULL, &value), "special");
  assert_null(target(&plugins, "/tie/x", NULL, &value));
  assert_string_equal(target(&plugins, "/tie/x", "tie", &value), "tie");
  assert_string_equal(value, "/tie/x");
  assert_string_equal(target(&plugins, "tie:/tie/x", NULL, &value), "tie");
  assert_string_equal(value, "/tie/x");
  assert_string_equal(target(&plugins, "folder:relative", NULL, &value), "folder");
  assert_string_equal(value, "relative");
  /* "ID:" counts only for the id of a target plugin. */
  assert_string_equal(target(&plugins, "localhost:5000/x", NULL, &value), "registry");
  assert_string_equal(value, "localhost:5000/x");
  assert_string_equal(target(&plugins, "source:5000/x", NULL, &value), "registry");
  assert_string_equal(value, "source:5000/x");
  assert_null(target(&plugins, "x", "source", &value));
  assert_null(target(&plugins, "x", "nobody", &value));
  plugins_done(&plugins);
}

static void references_go_by_prefix_too(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "images", "section=i;noun=i;reference=;reference=docker://");
  put_plugin(world->first, "b.so", "charts", "section=c;noun=c;reference=oci://");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  struct plugin *plugin = NULL;
  struct error error = {0};
  assert_int_equal(plugins_for_reference(&plugins, "oci://a/b:1", &plugin, &error), 0);
  assert_string_equal(plugin->id, "charts");
  assert_int_equal(plugins_for_reference(&plugins, "docker.io/a:1", &plugin, &error), 0);
  assert_string_equal(plugin->id, "images");
  plugins_done(&plugins);
  search(&plugins, world->second, NULL);
  assert_int_equal(plugins_for_reference(&plugins, "x", &plugin, &error), ARTM_E_CONFIG);
  error_done(&error);
  plugins_done(&plugins);
}

static void collects_facts_of_usable_plugins(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a",
             "host=docker.io=registry-1.docker.io;realm=r=s;login=ghcr.io=U:T;budget=b=l,r");
  put_plugin(world->first, "b.so", "b", "host=docker.io=registry-1.docker.io;host=x=y");
  put_plugin(world->first, "c.so", "c", "host=refused=z");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  plugin_refuse(plugins.items[2], "for the test");
  struct host_facts facts = {0};
  plugins_host_facts(&plugins, &facts);
  assert_int_equal(facts.hosts.count, 2);
  assert_string_equal(facts.hosts.items[0], "docker.io=registry-1.docker.io");
  assert_string_equal(facts.hosts.items[1], "x=y");
  assert_string_equal(facts.realms.items[0], "r=s");
  assert_string_equal(facts.logins.items[0], "ghcr.io=U:T");
  assert_string_equal(facts.budgets.items[0], "b=l,r");
  strings_done(&facts.hosts);
  strings_done(&facts.realms);
  strings_done(&facts.logins);
  strings_done(&facts.budgets);
  plugins_done(&plugins);
}

static void the_environment_names_a_default_target(void **state)
{
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a",
             "default=TEST_OWNER=ghcr.io/{};default=TEST_REPOSITORY=ghcr.io/{owner}");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  unsetenv("TEST_OWNER");
  unsetenv("TEST_REPOSITORY");
  assert_null(plugins_default_target(&plugins));
  setenv("TEST_REPOSITORY", "Someone/project", 1);
  setenv("TEST_OWNER", "", 1);
  auto_free char *by_repository = plugins_default_target(&plugins);
  assert_string_equal(by_repository, "ghcr.io/Someone");
  setenv("TEST_OWNER", "me", 1);
  auto_free char *by_owner = plugins_default_target(&plugins);
  assert_string_equal(by_owner, "ghcr.io/me");
  plugins_done(&plugins);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(finds_in_byte_order_and_only_so_files),
      CASE(the_first_of_two_wins),
      CASE(a_refused_one_shadows_nobody),
      CASE(the_variable_comes_after_the_flag),
      CASE(the_installed_folder_comes_last),
      CASE(refuses_files_that_others_may_write),
      CASE(refuses_folders_that_others_may_write),
      CASE(refuses_files_of_strangers),
      CASE(follows_links_to_what_they_name),
      CASE(a_pipe_does_not_block_the_search),
      CASE(refuses_claims_that_make_no_sense),
      CASE(sections_have_one_owner),
      CASE(says_that_the_owner_was_refused),
      CASE(the_longest_prefix_gets_a_target),
      CASE(references_go_by_prefix_too),
      CASE(collects_facts_of_usable_plugins),
      CASE(the_environment_names_a_default_target),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
