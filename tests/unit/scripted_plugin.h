/* SPDX-License-Identifier: Apache-2.0 */
/* A source and target in one that does what the test's script says. For one test program. */
#ifndef TESTS_SCRIPTED_PLUGIN_H
#define TESTS_SCRIPTED_PLUGIN_H
#include "base/memory.h"
#include "plugin/adopt.h"
#include "plugin/source.h"
#include "plugin/target.h"
#include "plugin/visit.h"
#include "report/log.h"
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HELLO "{\"hello\": 1}"
/* printf '{"hello": 1}' | sha256sum */
#define HELLO_256 "sha256:73a2ce29483030cc36bfd83bf1914cf45f8996d644097c5da7935e024af7247c"
#define OTHER_256 "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

/* What the plugin below does next. */
enum create_result { CREATE_FINE, CREATE_CRASH, CREATE_EXIT, CREATE_FAIL };
struct script {
  enum create_result create;
  int32_t answer;
  bool fails; /* records an error before it answers */
  struct artm_descriptor give[2];
  int gives;
  const char *pairs[6][2];
  const struct artm_host *host;
  atomic_int inside, most;
  int destroyed;
  bool bad_object;
  bool slow_reads;
  int64_t read_answer; /* of a stream, if not 0 */
};
static struct script script;

static int32_t answer(struct artm_call *call) {
  if (script.fails)
    return artm_fail(script.host, call, script.answer, "as the script says", NULL);
  return script.answer;
}

static int32_t give(struct artm_descriptor_sink *sink, struct artm_call *call) {
  for (int i = 0; i < script.gives; i++) {
    int32_t rc = sink->add(sink, &script.give[i]);
    if (rc)
      return rc;
  }
  return answer(call);
}

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)options;
  script.host = host;
  switch (script.create) {
  case CREATE_CRASH:
    raise(SIGSEGV);
    break;
  case CREATE_EXIT:
    exit(0);
  case CREATE_FAIL:
    return artm_fail(host, call, ARTM_E_CONFIG, "no good option", "option");
  default:
    break;
  }
  *self = &script;
  return 0;
}

static void destroy(void *self) {
  if (self)
    script.destroyed++;
}

static struct artm_artefact an_artefact = {sizeof an_artefact, ARTM_ARTEFACT_COUNTED, "host/name:1",
                                           "host/name"};
static struct artm_repository a_repository = {sizeof a_repository, ARTM_REPOSITORY_VALIDATES,
                                              "./mirror/name"};

static int32_t source_open_it(void *self, struct artm_call *call, const struct artm_config *entry,
                              const struct artm_version *version, struct artm_artefact **ret) {
  (void)self, (void)entry, (void)version;
  if (!script.bad_object)
    *ret = &an_artefact;
  return answer(call);
}

static void source_close(struct artm_artefact *artefact) {
  (void)artefact;
}

static int32_t source_give(struct artm_artefact *artefact, struct artm_call *call,
                           struct artm_descriptor_sink *sink) {
  (void)artefact;
  return give(sink, call);
}

static int32_t source_give_it(struct artm_artefact *artefact, struct artm_call *call,
                              const char *reference, struct artm_descriptor_sink *sink) {
  (void)artefact, (void)reference;
  return give(sink, call);
}

struct text_stream {
  struct artm_stream abi;
  const char *left;
};

/* Counts how many threads are here at once. */
static void stay_a_while(void) {
  int now = atomic_fetch_add(&script.inside, 1) + 1, most = atomic_load(&script.most);
  while (now > most && !atomic_compare_exchange_weak(&script.most, &most, now))
    ;
  usleep(5000);
  atomic_fetch_sub(&script.inside, 1);
}

static int64_t text_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                         uint64_t len) {
  struct text_stream *text = (struct text_stream *)(void *)stream;
  (void)call;
  if (script.slow_reads)
    stay_a_while();
  if (script.read_answer)
    return script.read_answer;
  if (!*text->left || len == 0)
    return 0;
  *(char *)buffer = *text->left++;
  return 1;
}

static void text_close(struct artm_stream *stream) {
  free(stream);
}

static int32_t source_blob(struct artm_artefact *artefact, struct artm_call *call,
                           const struct artm_descriptor *descriptor, uint64_t offset,
                           struct artm_stream **ret) {
  (void)artefact, (void)descriptor;
  if (script.bad_object)
    return 0;
  struct text_stream *text = mem_alloc(sizeof *text);
  *text = (struct text_stream){{sizeof text->abi, 0, text_read, text_close}, &HELLO[offset]};
  *ret = &text->abi;
  return answer(call);
}

static int32_t source_parse_it(void *self, struct artm_call *call, const char *reference,
                               struct artm_pair_sink *sink) {
  (void)self, (void)reference;
  for (int i = 0; i < 6 && script.pairs[i][0]; i++) {
    int32_t rc = sink->add(sink, script.pairs[i][0], script.pairs[i][1]);
    if (rc)
      return rc;
  }
  return answer(call);
}

static int32_t target_open_it(void *self, struct artm_call *call, const char *name,
                              struct artm_repository **ret) {
  (void)self, (void)name;
  *ret = &a_repository;
  return answer(call);
}

static void target_close(struct artm_repository *repository, struct artm_call *call) {
  (void)repository, (void)call;
}

static int32_t target_give_it(struct artm_repository *repository, struct artm_call *call,
                              const char *reference, struct artm_descriptor_sink *sink) {
  (void)repository, (void)reference;
  return give(sink, call);
}

static int32_t target_blob(struct artm_repository *repository, struct artm_call *call,
                           const struct artm_descriptor *descriptor, uint64_t offset,
                           struct artm_stream **ret) {
  (void)repository;
  return source_blob(NULL, call, descriptor, offset, ret);
}

static int32_t target_has(struct artm_repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor) {
  (void)repository, (void)descriptor;
  stay_a_while();
  return answer(call);
}

static int32_t target_put(struct artm_repository *repository, struct artm_call *call,
                          const struct artm_descriptor *descriptor, struct artm_stream *content) {
  char data[64];
  uint64_t got = 0;
  (void)repository;
  for (;;) {
    int64_t n = content->read(content, call, data + got, sizeof data - got);
    if (n < 0)
      return (int32_t)n;
    if (n == 0)
      break;
    got += (uint64_t)n;
  }
  if (got != descriptor->size)
    return artm_fail(script.host, call, ARTM_E_DIGEST, "wrong size", NULL);
  return answer(call);
}

static int32_t target_put_it(struct artm_repository *repository, struct artm_call *call,
                             const char *reference, const struct artm_descriptor *descriptor,
                             uint32_t *result) {
  (void)repository, (void)reference;
  assert_non_null(descriptor->data);
  *result = ARTM_PUT_SUBJECT;
  return answer(call);
}

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .matrix_key = "version"),
    ARTM_FIELD(.name = "depth", .type = ARTM_TYPE_INT),
};

static const struct artm_source scripted_source = {.struct_size = sizeof scripted_source,
                                                   .create = create,
                                                   .destroy = destroy,
                                                   .parse = source_parse_it,
                                                   .open = source_open_it,
                                                   .close = source_close,
                                                   .resolve = source_give,
                                                   .manifest = source_give_it,
                                                   .open_blob = source_blob};
static const struct artm_target scripted_target = {.struct_size = sizeof scripted_target,
                                                   .create = create,
                                                   .destroy = destroy,
                                                   .open = target_open_it,
                                                   .close = target_close,
                                                   .resolve = target_give_it,
                                                   .manifest = target_give_it,
                                                   .open_blob = target_blob,
                                                   .has_blob = target_has,
                                                   .put_blob = target_put,
                                                   .put_manifest = target_put_it};

struct world {
  struct plugin plugin;
  struct host_services services;
  struct source *source;
  struct target *target;
  struct artefact *artefact;
  struct repository *repository;
  struct artm_call call;
};

static inline int set_up(void **state) {
  struct world *world = mem_alloc(sizeof *world);
  struct plugin *plugin = &world->plugin;
  memset(&script, 0, sizeof script);
  log_setup(LOG_ERROR, LOG_TEXT, false);
  plugin->id = str_copy("kit");
  plugin->version = str_copy("1.0");
  plugin->file = str_copy("/plugins/kit.so");
  plugin->state = PLUGIN_OPEN;
  plugin->has_source = plugin->has_target = true;
  plugin->threads = ARTM_THREADS_SERIAL_PLUGIN;
  plugin->source = scripted_source;
  plugin->target = scripted_target;
  field_table_adopt(&plugin->source_fields, fields, 3, sizeof fields[0]);
  adopt_defaults(plugin);
  instance_lock_init(&plugin->lock);
  *state = world;
  return 0;
}

static inline void open_all(struct world *world) {
  struct error error = {0};
  assert_int_equal(source_new(&world->plugin, &world->services, NULL, &world->source, &error), 0);
  assert_int_equal(target_new(&world->plugin, &world->services, NULL, &world->target, &error), 0);
  assert_int_equal(source_open(world->source, &world->call, NULL, "1", NULL, &world->artefact), 0);
  assert_int_equal(target_open(world->target, &world->call, "name", &world->repository), 0);
}

static inline int tear_down(void **state) {
  struct world *world = *state;
  artefact_close(world->artefact);
  repository_close(world->repository, &world->call);
  source_free(world->source);
  target_free(world->target);
  call_done(&world->call);
  field_table_done(&world->plugin.source_fields);
  pthread_mutex_destroy(&world->plugin.lock);
  free(world->plugin.id);
  free(world->plugin.version);
  free(world->plugin.file);
  free(world->plugin.reason);
  free(world);
  return 0;
}

static inline void expect_failure(struct world *world, int rc, int32_t code, const char *part) {
  assert_int_equal(rc, code);
  assert_int_equal(world->call.error.code, code);
  if (!strstr(world->call.error.message, part))
    fail_msg("expected \"%s\" in \"%s\"", part, world->call.error.message);
}
#endif
