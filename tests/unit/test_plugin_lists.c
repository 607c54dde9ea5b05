/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that plugins give: versions and referrers. */
#include "unit/scripted_plugin.h"

static struct artm_version versions[3];
static int version_count;
static bool swallows; /* answers 0 whatever the sink said */

static int32_t list_them(void *self, struct artm_call *call, const struct artm_config *entry,
                         struct artm_version_sink *sink) {
  (void)self, (void)entry;
  for (int i = 0; i < version_count; i++) {
    int32_t rc = sink->add(sink, &versions[i]);
    if (rc && !swallows)
      return rc;
  }
  return answer(call);
}

static int32_t refer(struct artm_artefact *artefact, struct artm_call *call, const char *digest,
                     struct artm_descriptor_sink *sink) {
  (void)artefact;
  assert_string_equal(digest, HELLO_256);
  int32_t rc = give(sink, call);
  return swallows ? 0 : rc;
}

static int32_t refer_there(struct artm_repository *repository, struct artm_call *call,
                           const char *digest, struct artm_descriptor_sink *sink) {
  (void)repository;
  return refer(NULL, call, digest, sink);
}

static int32_t refer_endlessly(struct artm_artefact *artefact, struct artm_call *call,
                               const char *digest, struct artm_descriptor_sink *sink) {
  (void)artefact, (void)digest, (void)call;
  for (;;) {
    int32_t rc = sink->add(sink, &script.give[0]);
    if (rc)
      return rc;
  }
}

static int start(void **state) {
  set_up(state);
  struct world *world = *state;
  version_count = 0;
  swallows = false;
  world->plugin.source.list_versions = list_them;
  world->plugin.source.referrers = refer;
  world->plugin.target.referrers = refer_there;
  open_all(world);
  return 0;
}

struct taken {
  int count, stop_at;
  int64_t created;
  const char *digest;
};

static int32_t take_it(void *arg, struct artm_call *call, const struct artm_version *version) {
  struct taken *taken = arg;
  assert_int_equal(version->struct_size, sizeof *version);
  assert_non_null(version->version);
  taken->created = version->created;
  taken->digest = version->digest;
  if (++taken->count == taken->stop_at)
    return call_fail(call, ARTM_E_UNSUPPORTED, "enough");
  return 0;
}

static void versions_go_on_one_by_one(void **state) {
  struct world *world = *state;
  struct taken taken = {0};
  versions[0] = (struct artm_version){sizeof versions[0], ARTM_VERSION_DATED, 7, "1", OTHER_256};
  /* An older plugin's record ends after the first fields; what follows is no part of it. */
  versions[1] = (struct artm_version){offsetof(struct artm_version, digest), 0, 0, "2", OTHER_256};
  version_count = 2;
  assert_int_equal(source_list_versions(world->source, &world->call, NULL, take_it, &taken), 0);
  assert_int_equal(taken.count, 2);
  assert_null(taken.digest);
  versions[1] = (struct artm_version){sizeof versions[1], 0, 0, "2", "sha256:none"};
  assert_int_equal(source_list_versions(world->source, &world->call, NULL, take_it, &taken), 0);
  assert_null(taken.digest);
  version_count = 1;
  assert_int_equal(source_list_versions(world->source, &world->call, NULL, take_it, &taken), 0);
  assert_int_equal(taken.created, 7);
  assert_string_equal(taken.digest, OTHER_256);
}

static void a_listing_ends_where_it_is_refused(void **state) {
  struct world *world = *state;
  for (int i = 0; i < 3; i++)
    versions[i] = (struct artm_version){sizeof versions[i], 0, 0, "1", NULL};
  version_count = 3;
  for (int i = 0; i < 2; i++) {
    struct taken taken = {.stop_at = 2};
    swallows = i;
    expect_failure(world, source_list_versions(world->source, &world->call, NULL, take_it, &taken),
                   ARTM_E_UNSUPPORTED, "enough");
    assert_int_equal(taken.count, 2);
  }
}

static void nameless_versions_are_the_plugin_s_fault(void **state) {
  struct world *world = *state;
  struct taken taken = {0};
  versions[0] = (struct artm_version){sizeof versions[0], 0, 0, NULL, NULL};
  version_count = 1;
  expect_failure(world, source_list_versions(world->source, &world->call, NULL, take_it, &taken),
                 ARTM_E_INTERNAL, "without a name");
  script.answer = ARTM_NO;
  version_count = 0;
  expect_failure(world, source_list_versions(world->source, &world->call, NULL, take_it, &taken),
                 ARTM_E_INTERNAL, "answered 1");
}

static void give_two(const char *first, const char *second) {
  script.gives = 2;
  script.give[0] = (struct artm_descriptor){.struct_size = sizeof script.give[0],
                                            .size = 5,
                                            .media_type = "application/json",
                                            .digest = first,
                                            .artifact_type = "a/b"};
  script.give[1] = script.give[0];
  script.give[1].digest = second;
}

static int list(struct world *world, bool at_target, struct descriptor_list *ret) {
  struct digest of;
  assert_true(digest_parse(HELLO_256, &of));
  return at_target ? target_referrers(world->repository, &world->call, &of, ret)
                   : source_referrers(world->artefact, &world->call, &of, ret);
}

static void referrers_are_copied_each_once(void **state) {
  struct world *world = *state;
  for (int at_target = 0; at_target < 2; at_target++) {
    auto_descriptors found = {0};
    give_two(HELLO_256, OTHER_256);
    assert_int_equal(list(world, at_target, &found), 0);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.items[1].digest.text, OTHER_256);
    assert_string_equal(found.items[1].artifact_type, "a/b");
    assert_ptr_not_equal(found.items[1].artifact_type, script.give[1].artifact_type);
    descriptor_list_done(&found);
    give_two(OTHER_256, OTHER_256);
    assert_int_equal(list(world, at_target, &found), 0);
    assert_int_equal(found.count, 1);
    descriptor_list_done(&found);
    script.gives = 0;
    assert_int_equal(list(world, at_target, &found), 0);
    assert_int_equal(found.count, 0);
  }
}

static void bad_referrers_are_refused(void **state) {
  struct world *world = *state;
  for (int i = 0; i < 4; i++) {
    auto_descriptors found = {0};
    swallows = i & 2;
    give_two(OTHER_256, "sha256:../../etc");
    expect_failure(world, list(world, i & 1, &found), ARTM_E_DIGEST, "malformed");
    give_two(OTHER_256, NULL);
    expect_failure(world, list(world, i & 1, &found), ARTM_E_INTERNAL, "neither");
    give_two(OTHER_256, HELLO_256);
    script.give[1].artifact_type = "a\r\nb";
    expect_failure(world, list(world, i & 1, &found), ARTM_E_DIGEST, "media type");
    assert_null(found.items);
  }
}

static void lists_have_a_limit(void **state) {
  struct world *world = *state;
  auto_descriptors found = {0};
  give_two(OTHER_256, OTHER_256);
  world->plugin.source.referrers = refer_endlessly;
  expect_failure(world, list(world, false, &found), ARTM_E_DIGEST, "more than 10000");
  assert_null(found.items);
}

static void a_plugin_may_have_no_list(void **state) {
  struct world *world = *state;
  auto_descriptors found = {0};
  world->plugin.source.referrers = NULL;
  world->plugin.target.referrers = NULL;
  adopt_defaults(&world->plugin);
  expect_failure(world, list(world, false, &found), ARTM_E_UNSUPPORTED, "referrers");
  expect_failure(world, list(world, true, &found), ARTM_E_UNSUPPORTED, "referrers");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(versions_go_on_one_by_one),
      TEST(a_listing_ends_where_it_is_refused),
      TEST(nameless_versions_are_the_plugin_s_fault),
      TEST(referrers_are_copied_each_once),
      TEST(bad_referrers_are_refused),
      TEST(lists_have_a_limit),
      TEST(a_plugin_may_have_no_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
