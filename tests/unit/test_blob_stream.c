/* SPDX-License-Identifier: Apache-2.0 */
/* A blob on its way: resumed where it broke, and never whole when its bytes are wrong. */
#include "engine/blob_stream.h"
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { SIZE = 5 << 20 };

/* A source whose content breaks at given offsets. */
struct faulty {
  const char *content;
  uint64_t size;
  uint64_t break_at[8]; /* each once, then 0 */
  bool no_offsets;
  int32_t open_fails; /* code, with error.tried */
  int64_t odd_answer; /* of the first read, with no reason given */
  int opens;
  uint64_t served;
};
struct faulty_stream {
  struct artm_stream abi;
  struct faulty *faulty;
  uint64_t offset;
};
static struct faulty *faulty; /* what the plugin table below serves */

static int64_t faulty_read(struct artm_stream *abi, struct artm_call *call, void *buffer,
                           uint64_t len) {
  struct faulty_stream *stream = (struct faulty_stream *)abi;
  struct faulty *f = stream->faulty;
  uint64_t end = f->size;
  if (f->odd_answer)
    return f->odd_answer > 0 ? (int64_t)len + f->odd_answer : f->odd_answer;
  for (size_t i = 0; i < 8; i++)
    if (f->break_at[i] && f->break_at[i] >= stream->offset && f->break_at[i] < end)
      end = f->break_at[i];
  if (stream->offset == end && end < f->size) {
    for (size_t i = 0; i < 8; i++)
      if (f->break_at[i] == end)
        f->break_at[i] = 0;
    return call_fail(call, ARTM_E_NETWORK, "connection reset");
  }
  uint64_t n = end - stream->offset;
  n = n < len ? n : len;
  n = n < 65536 ? n : 65536;
  memcpy(buffer, f->content + stream->offset, n);
  stream->offset += n;
  f->served += n;
  return (int64_t)n;
}

static void faulty_close(struct artm_stream *abi) {
  free(abi);
}

static int32_t faulty_open(struct artm_artefact *artefact, struct artm_call *call,
                           const struct artm_descriptor *blob, uint64_t offset,
                           struct artm_stream **ret) {
  (void)artefact;
  (void)blob;
  faulty->opens++;
  if (offset && faulty->no_offsets)
    return call_fail(call, ARTM_E_UNSUPPORTED, "no offsets");
  if (faulty->open_fails) {
    call_fail(call, faulty->open_fails, "six attempts failed");
    call->error.tried = true;
    return faulty->open_fails;
  }
  struct faulty_stream *stream = mem_alloc(sizeof *stream);
  *stream =
      (struct faulty_stream){{sizeof stream->abi, 0, faulty_read, faulty_close}, faulty, offset};
  *ret = &stream->abi;
  return 0;
}

struct world {
  struct plugin plugin;
  struct source source;
  struct artm_artefact abi;
  struct artefact artefact;
  struct content_origin origin;
  struct faulty faulty;
  struct descriptor descriptor;
  char *content;
};

static void world_make(struct world *world, uint64_t size) {
  memset(world, 0, sizeof *world);
  world->content = mem_alloc(size + 2);
  for (uint64_t i = 0; i < size; i++)
    world->content[i] = (char)(i * 2654435761u >> 13);
  world->faulty = (struct faulty){.content = world->content, .size = size};
  world->plugin.id = (char *)"faulty";
  world->plugin.threads = ARTM_THREADS_PARALLEL;
  world->plugin.source.open_blob = faulty_open;
  world->source.plugin = &world->plugin;
  world->artefact = (struct artefact){&world->source, &world->abi, "faulty/blob", NULL, false};
  world->origin.artefact = &world->artefact;
  world->descriptor.digest = digest_of(world->content, size, NULL);
  world->descriptor.size = size;
  faulty = &world->faulty;
}

static int read_all(struct world *world, struct error *err, uint64_t *got) {
  struct artm_call around = {0};
  struct blob_stream stream;
  blob_stream_init(&stream, &world->origin, &world->descriptor, &around, 3, NULL);
  char *copy = mem_alloc(world->descriptor.size + 1);
  uint64_t have = 0;
  int64_t n;
  while ((n = stream.abi.read(&stream.abi, &around, copy + have,
                              world->descriptor.size - have + 1)) > 0)
    have += (uint64_t)n;
  error_copy(err, blob_stream_error(&stream));
  if (n == 0)
    assert_memory_equal(copy, world->content, world->descriptor.size);
  *got = have;
  free(copy);
  blob_stream_done(&stream);
  call_done(&around);
  return (int)n;
}

static void whole_blob_arrives(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), 0);
  assert_int_equal(got, SIZE);
  assert_int_equal(world.faulty.opens, 1);
  free(world.content);
}

static void empty_blob_arrives(void **state) {
  (void)state;
  struct world world;
  world_make(&world, 0);
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), 0);
  assert_int_equal(got, 0);
  free(world.content);
}

static void breaks_are_resumed_at_their_offset(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  world.faulty.break_at[0] = 1;
  world.faulty.break_at[1] = SIZE / 2;
  world.faulty.break_at[2] = SIZE - 1;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), 0);
  assert_int_equal(got, SIZE);
  assert_int_equal(world.faulty.opens, 4);
  assert_int_equal(world.faulty.served, SIZE); /* nothing twice */
  free(world.content);
}

static void without_offsets_it_skips(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  world.faulty.break_at[0] = SIZE / 3;
  world.faulty.no_offsets = true;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), 0);
  assert_int_equal(got, SIZE);
  free(world.content);
}

static void flipped_bit_keeps_the_end_back(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  world.content[SIZE / 2] ^= 1;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), ARTM_E_DIGEST);
  assert_true(got < SIZE);
  assert_int_equal(err.code, ARTM_E_DIGEST);
  free(world.content);
}

static void one_byte_too_many_is_refused(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  world.faulty.size = SIZE + 1;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), ARTM_E_DIGEST);
  assert_true(got < SIZE);
  free(world.content);
}

static void short_content_fails_in_the_end(void **state) {
  (void)state;
  struct world world;
  world_make(&world, 1000);
  world.faulty.size = 999;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), ARTM_E_NETWORK);
  assert_true(got < 1000);
  assert_int_equal(world.faulty.opens, 4); /* once and three more */
  free(world.content);
}

/* HTTP has tried again by itself: attempts do not multiply. */
static void an_open_that_was_tried_is_final(void **state) {
  (void)state;
  struct world world;
  world_make(&world, 1000);
  world.faulty.open_fails = ARTM_E_NETWORK;
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), ARTM_E_NETWORK);
  assert_string_equal(err.message, "six attempts failed");
  assert_int_equal(world.faulty.opens, 1);
  free(world.content);
}

/* Seven breaks with three retries, each more than a MiB after the last but for three. */
static void progress_makes_attempts_count_anew(void **state) {
  (void)state;
  struct world world;
  world_make(&world, SIZE);
  const uint64_t mib = 1 << 20;
  const uint64_t breaks[] = {10, 20, mib + 30, 2 * mib + 40, 2 * mib + 50, 4 * mib, SIZE - 1};
  memcpy(world.faulty.break_at, breaks, sizeof breaks);
  auto_error err = {0};
  uint64_t got;
  assert_int_equal(read_all(&world, &err, &got), 0);
  assert_int_equal(got, SIZE);
  assert_int_equal(world.faulty.opens, 8);
  free(world.content);
}

/* A plugin that answers more than was asked for, or an error without a reason. */
static void odd_answers_end_it(void **state) {
  (void)state;
  static const int64_t answers[] = {1, INT32_MAX, -1, ARTM_E_NETWORK, -1000, INT64_MIN};
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
    struct world world;
    world_make(&world, 1000);
    world.faulty.odd_answer = answers[i];
    auto_error err = {0};
    uint64_t got;
    assert_int_equal(read_all(&world, &err, &got), ARTM_E_INTERNAL);
    assert_int_equal(got, 0);
    assert_int_equal(world.faulty.opens, 1);
    free(world.content);
  }
}

static void small_blobs_are_read_whole(void **state) {
  (void)state;
  struct world world;
  world_make(&world, 1000);
  auto_call call = {0};
  auto_free void *data = NULL;
  assert_int_equal(origin_read_blob(&world.origin, &call, &world.descriptor, 1000, 0, &data), 0);
  assert_memory_equal(data, world.content, 1000);
  void *none = NULL;
  assert_int_equal(origin_read_blob(&world.origin, &call, &world.descriptor, 999, 0, &none),
                   ARTM_E_LOCAL);
  world.content[3] ^= 1;
  assert_int_equal(origin_read_blob(&world.origin, &call, &world.descriptor, 1000, 0, &none),
                   ARTM_E_DIGEST);
  assert_null(none);
  free(world.content);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(whole_blob_arrives),
      cmocka_unit_test(empty_blob_arrives),
      cmocka_unit_test(breaks_are_resumed_at_their_offset),
      cmocka_unit_test(without_offsets_it_skips),
      cmocka_unit_test(flipped_bit_keeps_the_end_back),
      cmocka_unit_test(one_byte_too_many_is_refused),
      cmocka_unit_test(short_content_fails_in_the_end),
      cmocka_unit_test(an_open_that_was_tried_is_final),
      cmocka_unit_test(progress_makes_attempts_count_anew),
      cmocka_unit_test(odd_answers_end_it),
      cmocka_unit_test(small_blobs_are_read_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
