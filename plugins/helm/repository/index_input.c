/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an index on their way to libyaml: bounded, hashed, kept, JSON made digestible. */
#include "helm/repository/index_input.h"
#include "common/registry_text.h"
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void index_problem_set(struct index_problem *problem, int32_t code, const char *format, ...) {
  if (problem->code)
    return;
  va_list arguments;
  va_start(arguments, format);
  problem->code = code;
  problem->text = registry_vformat(format, arguments);
  va_end(arguments);
}

void index_problem_done(struct index_problem *problem) {
  free(problem->text);
  *problem = (struct index_problem){0};
}

static bool fail_as_told(struct index_input *input, int32_t code) {
  input->problem = (struct index_problem){.code = code, .told = true};
  return false;
}

/* More bytes behind filled. False: a problem. */
static bool fetch_bytes(struct index_input *input) {
  unsigned char *end = input->data + input->filled;
  size_t room = sizeof input->data - input->filled;
  int64_t got = 0;
  int32_t rc = input->host->cancelled(input->call);
  if (rc)
    return fail_as_told(input, rc);
  if (input->stream)
    got = input->stream->read(input->stream, input->call, end, room);
  else
    while ((got = read(input->fd, end, room)) < 0 && errno == EINTR)
      ;
  if (got < 0 && input->stream) {
    fail_as_told(input, (int32_t)got);
    input->problem.broken_off = got == ARTM_E_NETWORK;
    return false;
  }
  if (got < 0) {
    index_problem_set(&input->problem, ARTM_E_LOCAL, "it can't be read: %s",
                      strerrordesc_np(errno));
    return false;
  }
  input->ended = got == 0;
  input->total += (uint64_t)got;
  if (input->total > INDEX_MAX) {
    index_problem_set(&input->problem, ARTM_E_UNSUPPORTED,
                      "it is larger than %u MiB, the most that is read of an index",
                      INDEX_MAX >> 20);
    return false;
  }
  if (input->hash)
    EVP_DigestUpdate(input->hash, end, (size_t)got);
  for (int64_t written = 0; input->copy_fd >= 0 && written < got;) {
    ssize_t n = write(input->copy_fd, end + written, (size_t)(got - written));
    if (n < 0 && errno != EINTR)
      input->copy_fd = -1; /* a cache is no duty */
    written += n > 0 ? n : 0;
  }
  input->filled += (size_t)got;
  return true;
}

/* At the first text: what is it? */
static bool look_at_start(struct index_input *input) {
  size_t at = input->filled >= 3 && memcmp(input->data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  while (at < input->filled && strchr(" \t\r\n", input->data[at]) && input->data[at])
    at++;
  if (at == input->filled)
    return true;
  input->started = true;
  input->is_json = input->data[at] == '{';
  if (input->data[at] != '<')
    return true;
  index_problem_set(&input->problem, ARTM_E_UNSUPPORTED, "it is a web page, no index of charts");
  return false;
}

/* Has something to give out, or the end. False: a problem. */
static bool refill(struct index_input *input) {
  size_t rest = input->filled - input->ready;
  memmove(input->data, input->data + input->ready, rest);
  input->at = input->ready = 0;
  input->filled = rest;
  if (!fetch_bytes(input) || (!input->started && !look_at_start(input)))
    return false;
  input->ready = input->filled;
  if (!input->is_json)
    return true;
  size_t length = 0;
  size_t done = index_json_rewrite(input->data, input->filled, input->ended, &length);
  rest = input->filled - done;
  memmove(input->data + length, input->data + done, rest);
  input->ready = length;
  input->filled = length + rest;
  return true;
}

int index_input_read(void *argument, unsigned char *buffer, size_t size, size_t *got) {
  struct index_input *input = argument;
  size_t most = input->in_document ? INDEX_VALUE_MAX : INDEX_PROLOG_MAX;
  while (input->at == input->ready && !input->ended && !input->problem.code)
    refill(input);
  if (input->problem.code)
    return 0;
  size_t length = input->ready - input->at < size ? input->ready - input->at : size;
  memcpy(buffer, input->data + input->at, length);
  input->at += length;
  input->since_event += length;
  *got = length;
  if (input->since_event <= most)
    return 1;
  index_problem_set(&input->problem, ARTM_E_UNSUPPORTED, "it holds a value of more than %u KiB",
                    (unsigned)(most >> 10));
  return 0;
}

void index_input_event(struct index_input *input, bool in_document) {
  input->since_event = 0;
  input->in_document = in_document;
}

void index_input_drain(struct index_input *input) {
  input->is_json = false;
  while (!input->ended && !input->problem.code)
    refill(input);
}
