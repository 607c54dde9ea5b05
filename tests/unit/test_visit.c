/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into sources and targets that keep the contract, and into some that don't. */
#include "unit/scripted_plugin.h"

static void dies(struct world *world, enum create_result how, const char *part) {
  struct error error = {0};
  script.create = how;
  assert_int_equal(source_new(&world->plugin, &world->services, NULL, &world->source, &error),
                   ARTM_E_CONFIG);
  assert_null(world->source);
  assert_int_equal(world->plugin.state, PLUGIN_REFUSED);
  assert_non_null(strstr(error.message, "kit"));
  assert_non_null(strstr(error.message, part));
  error_done(&error);
}

static void a_crash_in_create_is_refused(void **state) {
  dies(*state, CREATE_CRASH, "signal 11");
}

static void an_exit_in_create_is_refused(void **state) {
  dies(*state, CREATE_EXIT, "ended the process");
}

static void an_error_in_create_is_told(void **state) {
  struct world *world = *state;
  struct error error = {0};
  script.create = CREATE_FAIL;
  assert_int_equal(target_new(&world->plugin, &world->services, NULL, &world->target, &error),
                   ARTM_E_CONFIG);
  assert_string_equal(error.message, "no good option");
  assert_int_equal(world->plugin.state, PLUGIN_OPEN);
  assert_int_equal(script.destroyed, 0);
  error_done(&error);
}

static void objects_have_their_fields(void **state) {
  struct world *world = *state;
  open_all(world);
  assert_string_equal(world->artefact->reference, "host/name:1");
  assert_string_equal(world->artefact->repository, "host/name");
  assert_true(world->artefact->counted);
  assert_string_equal(world->repository->reference, "./mirror/name");
  assert_true(world->repository->validates);
  assert_false(world->repository->registry);
}

static void set_manifest(const char *digest, const char *data) {
  script.gives = 1;
  script.give[0] = (struct artm_descriptor){.struct_size = sizeof script.give[0],
                                            .size = data ? strlen(data) : 7,
                                            .media_type = "application/json",
                                            .digest = digest,
                                            .data = data};
}

static int manifest(struct world *world, const char *reference, struct descriptor *ret) {
  return target_manifest(world->repository, &world->call, reference, ret);
}

static void manifests_are_copied_and_hashed(void **state) {
  struct world *world = *state;
  open_all(world);
  const char *const references[] = {HELLO_256, "latest"};
  const char *const digests[] = {HELLO_256, NULL};
  for (int i = 0; i < 4; i++) {
    auto_descriptor got = {0};
    set_manifest(digests[i / 2], HELLO);
    assert_int_equal(manifest(world, references[i % 2], &got), 0);
    assert_string_equal(got.digest.text, HELLO_256);
    assert_int_equal(got.data_size, strlen(HELLO));
    assert_string_equal(got.data, HELLO);
    assert_ptr_not_equal(got.data, script.give[0].data);
    assert_string_equal(got.media_type, "application/json");
  }
}

static void wrong_digests_are_refused(void **state) {
  struct world *world = *state;
  open_all(world);
  auto_descriptor got = {0};
  set_manifest(OTHER_256, HELLO); /* announced wrongly */
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_DIGEST, HELLO_256);
  set_manifest(HELLO_256, HELLO); /* not what was asked for */
  expect_failure(world, manifest(world, OTHER_256, &got), ARTM_E_DIGEST, OTHER_256);
  set_manifest(NULL, HELLO);
  expect_failure(world, manifest(world, OTHER_256, &got), ARTM_E_DIGEST, OTHER_256);
  set_manifest("sha256:xyz", HELLO);
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_DIGEST, "malformed");
  set_manifest(HELLO_256, NULL);
  expect_failure(world, target_resolve(world->repository, &world->call, OTHER_256, &got),
                 ARTM_E_DIGEST, OTHER_256);
  set_manifest(HELLO_256, HELLO);
  script.give[0].media_type = "text/plain\r\nX-Injected: yes";
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_DIGEST, "media type");
  assert_null(got.data);
  assert_false(digest_is_set(&got.digest));
}

static void large_manifests_are_refused(void **state) {
  struct world *world = *state;
  open_all(world);
  auto_descriptor got = {0};
  size_t size = MANIFEST_MAX + 1;
  auto_free char *data = mem_alloc(size + 1);
  memset(data, ' ', size);
  set_manifest(NULL, data);
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_DIGEST, "4194305 bytes");
  script.give[0].size = MANIFEST_MAX;
  assert_int_equal(manifest(world, "latest", &got), 0);
}

static void a_head_needs_no_size_but_a_digest(void **state) {
  struct world *world = *state;
  open_all(world);
  auto_descriptor got = {0};
  set_manifest(HELLO_256, NULL);
  script.give[0].size = 0;
  script.give[0].media_type = NULL;
  assert_int_equal(source_resolve(world->artefact, &world->call, &got), 0);
  assert_string_equal(got.digest.text, HELLO_256);
  assert_null(got.data);
  descriptor_done(&got);
  set_manifest(NULL, NULL);
  expect_failure(world, source_resolve(world->artefact, &world->call, &got), ARTM_E_INTERNAL,
                 "neither digest nor data");
  set_manifest(HELLO_256, NULL);
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_INTERNAL, "without its data");
}

static void one_descriptor_and_no_more(void **state) {
  struct world *world = *state;
  open_all(world);
  auto_descriptor got = {0};
  set_manifest(HELLO_256, HELLO);
  script.give[1] = script.give[0];
  script.gives = 2;
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_INTERNAL, "more than one");
  script.gives = 0;
  expect_failure(world, manifest(world, "latest", &got), ARTM_E_INTERNAL, "no descriptor");
  script.answer = ARTM_NO;
  script.gives = 1;
  assert_int_equal(manifest(world, "latest", &got), ARTM_NO);
  assert_null(got.data);
  assert_int_equal(world->call.error.code, 0);
}

/* A plugin older or newer than we are: its record is shorter or longer than ours. */
static void records_of_other_sizes_are_read(void **state) {
  struct world *world = *state;
  open_all(world);
  auto_descriptor got = {0};
  set_manifest(HELLO_256, NULL);
  script.give[0].artifact_type = (const char *)1; /* beyond its size: not looked at */
  script.give[0].data = (const void *)1;
  script.give[0].struct_size = offsetof(struct artm_descriptor, artifact_type);
  assert_int_equal(source_resolve(world->artefact, &world->call, &got), 0);
  assert_null(got.artifact_type);
}

static void odd_answers_name_the_plugin(void **state) {
  struct world *world = *state;
  open_all(world);
  struct descriptor blob = {.size = 5};
  static const int32_t odd[] = {ARTM_DEFERRED, 3, 1000, -17, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
    script.answer = odd[i];
    expect_failure(world, target_has_blob(world->repository, &world->call, &blob), ARTM_E_INTERNAL,
                   "kit 1.0 misbehaved");
  }
  script.answer = ARTM_E_NETWORK; /* without a word why */
  expect_failure(world, target_has_blob(world->repository, &world->call, &blob), ARTM_E_INTERNAL,
                 "without saying why");
  script.fails = true;
  expect_failure(world, target_has_blob(world->repository, &world->call, &blob), ARTM_E_NETWORK,
                 "as the script says");
  script.fails = false;
  script.answer = ARTM_NO;
  assert_int_equal(target_has_blob(world->repository, &world->call, &blob), ARTM_NO);
  assert_int_equal(world->call.error.code, 0); /* the earlier one is gone */
  script.answer = ARTM_DEFERRED;               /* not announced */
  struct descriptor got = {0};
  expect_failure(world, source_resolve(world->artefact, &world->call, &got), ARTM_E_INTERNAL,
                 "misbehaved");
  world->plugin.source.caps = ARTM_SOURCE_DEFERRED;
  assert_int_equal(source_resolve(world->artefact, &world->call, &got), ARTM_DEFERRED);
}

static void objects_that_are_none_are_refused(void **state) {
  struct world *world = *state;
  open_all(world);
  struct descriptor blob = {.size = 5};
  struct artm_stream *stream = NULL;
  struct artefact *artefact = NULL;
  script.bad_object = true;
  expect_failure(world, source_open_blob(world->artefact, &world->call, &blob, 0, &stream),
                 ARTM_E_INTERNAL, "made no stream");
  expect_failure(world, source_open(world->source, &world->call, NULL, "1", NULL, &artefact),
                 ARTM_E_INTERNAL, "made no artefact");
  assert_null(artefact);
}

struct caller {
  struct world *world;
  pthread_t thread;
};

static void *call_has_blob(void *arg) {
  struct caller *caller = arg;
  struct artm_call call = {0};
  struct descriptor blob = {.size = 5};
  for (int i = 0; i < 4; i++)
    if (target_has_blob(caller->world->repository, &call, &blob) != 0)
      abort();
  call_done(&call);
  return NULL;
}

static void *read_stream(void *arg) {
  struct caller *caller = arg;
  struct artm_call call = {0};
  struct descriptor blob = {.size = strlen(HELLO)};
  struct artm_stream *stream = NULL;
  char buffer[16];
  if (source_open_blob(caller->world->artefact, &call, &blob, 0, &stream) != 0)
    abort();
  while (stream->read(stream, &call, buffer, 1) > 0)
    ;
  stream->close(stream);
  call_done(&call);
  return NULL;
}

/* How many threads were in a stream's read at once. */
static int most_reading(struct world *world, uint32_t threads) {
  struct caller callers[4];
  world->plugin.threads = threads;
  atomic_store(&script.most, 0);
  for (int i = 0; i < 4; i++) {
    callers[i].world = world;
    assert_int_equal(pthread_create(&callers[i].thread, NULL, read_stream, &callers[i]), 0);
  }
  for (int i = 0; i < 4; i++)
    pthread_join(callers[i].thread, NULL);
  return atomic_load(&script.most);
}

static void streams_keep_the_thread_model(void **state) {
  struct world *world = *state;
  open_all(world);
  script.slow_reads = true;
  assert_int_equal(most_reading(world, ARTM_THREADS_SERIAL_PLUGIN), 1);
  assert_int_equal(most_reading(world, ARTM_THREADS_SERIAL_INSTANCE), 1);
  assert_true(most_reading(world, ARTM_THREADS_PARALLEL) > 1);
}

static void odd_reads_name_the_plugin(void **state) {
  struct world *world = *state;
  open_all(world);
  struct descriptor blob = {.size = strlen(HELLO)};
  struct artm_stream *stream = NULL;
  char buffer[16];
  assert_int_equal(source_open_blob(world->artefact, &world->call, &blob, 0, &stream), 0);
  script.read_answer = 17;
  expect_failure(world, (int)stream->read(stream, &world->call, buffer, 16), ARTM_E_INTERNAL,
                 "more than it was asked for");
  script.read_answer = ARTM_E_NETWORK;
  expect_failure(world, (int)stream->read(stream, &world->call, buffer, 16), ARTM_E_INTERNAL,
                 "without saying why");
  script.read_answer = -1000;
  expect_failure(world, (int)stream->read(stream, &world->call, buffer, 16), ARTM_E_INTERNAL,
                 "answered -1000");
  stream->close(stream);
}

static int most_at_once(struct world *world, uint32_t threads) {
  struct caller callers[4];
  world->plugin.threads = threads;
  atomic_store(&script.most, 0);
  for (int i = 0; i < 4; i++) {
    callers[i].world = world;
    assert_int_equal(pthread_create(&callers[i].thread, NULL, call_has_blob, &callers[i]), 0);
  }
  for (int i = 0; i < 4; i++)
    pthread_join(callers[i].thread, NULL);
  return atomic_load(&script.most);
}

static void the_thread_model_is_kept(void **state) {
  struct world *world = *state;
  open_all(world);
  assert_int_equal(most_at_once(world, ARTM_THREADS_SERIAL_PLUGIN), 1);
  assert_int_equal(most_at_once(world, ARTM_THREADS_SERIAL_INSTANCE), 1);
  assert_true(most_at_once(world, ARTM_THREADS_PARALLEL) > 1);
}

/* A stream of the core that opens the same plugin's blob only when it is read, as a resume does. */
struct late_stream {
  struct artm_stream abi;
  struct world *world;
  struct artm_stream *inner;
};

static int64_t late_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                         uint64_t len) {
  struct late_stream *late = (struct late_stream *)(void *)stream;
  struct descriptor blob = {.size = strlen(HELLO)};
  if (!late->inner) {
    int rc = source_open_blob(late->world->artefact, call, &blob, 0, &late->inner);
    if (rc)
      return rc;
  }
  return late->inner->read(late->inner, call, buffer, len);
}

static void late_close(struct artm_stream *stream) {
  struct late_stream *late = (struct late_stream *)(void *)stream;
  if (late->inner)
    late->inner->close(late->inner);
}

static void a_put_may_open_the_same_plugins_blob(void **state) {
  struct world *world = *state;
  open_all(world);
  for (uint32_t threads = 0; threads <= ARTM_THREADS_PARALLEL; threads++) {
    world->plugin.threads = threads;
    struct late_stream late = {.abi = {sizeof late.abi, 0, late_read, late_close}, .world = world};
    struct descriptor blob = {.size = strlen(HELLO)};
    alarm(10); /* a deadlock would hang */
    assert_int_equal(target_put_blob(world->repository, &world->call, &blob, &late.abi), 0);
    alarm(0);
    assert_null(world->call.plugin);
    late.abi.close(&late.abi);
  }
}

static void puts_tell_their_flags(void **state) {
  struct world *world = *state;
  open_all(world);
  struct descriptor descriptor = {.data = (char[]){HELLO}, .data_size = strlen(HELLO)};
  uint32_t flags = 77;
  assert_int_equal(target_put_manifest(world->repository, &world->call, "1", &descriptor, &flags),
                   0);
  assert_int_equal(flags, ARTM_PUT_SUBJECT);
  script.answer = ARTM_E_BLOB_UNKNOWN;
  script.fails = true;
  flags = 77;
  assert_int_equal(target_put_manifest(world->repository, &world->call, "1", &descriptor, &flags),
                   ARTM_E_BLOB_UNKNOWN);
  assert_int_equal(flags, 77);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      CASE(a_crash_in_create_is_refused),    CASE(an_exit_in_create_is_refused),
      CASE(an_error_in_create_is_told),      CASE(objects_have_their_fields),
      CASE(manifests_are_copied_and_hashed), CASE(wrong_digests_are_refused),
      CASE(large_manifests_are_refused),     CASE(a_head_needs_no_size_but_a_digest),
      CASE(one_descriptor_and_no_more),      CASE(records_of_other_sizes_are_read),
      CASE(odd_answers_name_the_plugin),     CASE(objects_that_are_none_are_refused),
      CASE(the_thread_model_is_kept),        CASE(a_put_may_open_the_same_plugins_blob),
      CASE(puts_tell_their_flags),           CASE(streams_keep_the_thread_model),
      CASE(odd_reads_name_the_plugin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
