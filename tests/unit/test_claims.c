/* SPDX-License-Identifier: Apache-2.0 */
/* Which plugin claims which section, target and reference, and what plugins know of hosts. */
#include "unit/plugin_folder.h"

static void refuses_claims_that_make_no_sense(void **state) {
  struct world *world = *state;
  put_plugin(world->first, "a.so", "a", "section=images");
  put_plugin(world->first, "b.so", "b", "section=Images;noun=image");
  put_plugin(world->first, "c.so", "c", "section=targets;noun=target");
  put_plugin(world->first, "d.so", "d", "scanner=maybe");
  put_plugin(world->first, "e.so", "e", "host=docker.io");
  put_plugin(world->first, "g.so", "g", "realm=docker.io=");
  put_plugin(world->first, "f.so", "f", "section=x-y;noun=y");
  struct plugins plugins = {0};
  search(&plugins, world->first, NULL);
  expect_refused(plugins.items[0], "noun");
  expect_refused(plugins.items[1], "no name");
  expect_refused(plugins.items[2], "belongs to artmirror");
  expect_refused(plugins.items[3], "neither on nor off");
  expect_refused(plugins.items[4], "host=docker.io");
  expect_refused(plugins.items[5], "belongs to artmirror");
  expect_refused(plugins.items[6], "no left or right side");
  plugins_done(&plugins);
}

/* Whatever stands at the top of a config for artmirror itself. */
static void no_setting_is_a_section(void **state) {
  struct world *world = *state;
  static const char *const keys[] = {"target",    "targets",  "registries", "run",  "plugins",
                                     "defaults",  "scanners", "reports",    "gate", "referrers",
                                     "on_change", "index",    "x-section",  NULL};
  for (size_t i = 0; keys[i]; i++) {
    auto_free char *claim = str_format("section=%s;noun=one", keys[i]);
    put_plugin(world->first, "a.so", "a", claim);
    struct plugins plugins = {0};
    search(&plugins, world->first, NULL);
    expect_refused(plugins.items[0], "belongs to artmirror");
    plugins_done(&plugins);
  }
}

static void sections_have_one_owner(void **state) {
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

static void says_that_the_owner_was_refused(void **state) {
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
                          const char **value) {
  struct plugin *plugin = NULL;
  auto_error error = {0};
  return plugins_for_target(plugins, text, type, &plugin, value, &error) ? NULL : plugin->id;
}

static void the_longest_prefix_gets_a_target(void **state) {
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

/* They are about to be named in the first line of output, and in errors. */
static void hides_passwords_in_targets_and_references(void **state) {
  struct world *world = *state;
  struct plugins plugins = {0};
  struct plugin *plugin = NULL;
  const char *value = NULL;
  auto_error error = {0};
  search(&plugins, world->first, NULL);
  plugins_for_target(&plugins, "user:pass-one@host/x", NULL, &plugin, &value, &error);
  plugins_for_reference(&plugins, "user:pass-two@host/x", &plugin, &error);
  auto_free char *shown = log_redact("pass-one pass-two");
  assert_string_equal(shown, "*** ***");
  plugins_done(&plugins);
  log_done();
}

static void references_go_by_prefix_too(void **state) {
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

static void collects_facts_of_usable_plugins(void **state) {
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

static void the_environment_names_a_default_target(void **state) {
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

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(refuses_claims_that_make_no_sense),
      CASE(no_setting_is_a_section),
      CASE(sections_have_one_owner),
      CASE(says_that_the_owner_was_refused),
      CASE(the_longest_prefix_gets_a_target),
      CASE(hides_passwords_in_targets_and_references),
      CASE(references_go_by_prefix_too),
      CASE(collects_facts_of_usable_plugins),
      CASE(the_environment_names_a_default_target),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
