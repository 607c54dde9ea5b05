/* SPDX-License-Identifier: Apache-2.0 */
/* A blob on its way. */
#include "engine/blob_stream.h"
#include "engine/backoff.h"
#include "report/log.h"
#include <stdlib.h>

#define PROGRESS_THAT_COUNTS (1u << 20) /* a reopening after this much more is the first again */
#define SKIP_CHUNK 65536u

static int origin_open(const struct content_origin *origin, struct artm_call *call,
                       const struct descriptor *descriptor, uint64_t offset,
                       struct artm_stream **ret) {
  if (origin->artefact)
    return source_open_blob(origin->artefact, call, descriptor, offset, ret);
  return target_open_blob(origin->repository, call, descriptor, offset, ret);
}

static const char *origin_name(const struct content_origin *origin) {
  return origin->artefact ? origin->artefact->reference : origin->repository->reference;
}

static void close_inner(struct blob_stream *stream) {
  if (stream->inner)
    stream->inner->close(stream->inner);
  stream->inner = NULL;
}

/* A plugin's answer is checked before anybody counts on it. */
static int64_t read_inner(struct blob_stream *stream, void *buffer, uint64_t len) {
  int64_t got = stream->inner->read(stream->inner, &stream->call, buffer, len);
  if (got > (int64_t)len || (got < 0 && !stream->call.error.code))
    return call_fail(&stream->call, ARTM_E_INTERNAL,
                     "blob %s: the plugin answered %lld to a read of %llu bytes",
                     stream->descriptor->digest.text, (long long)got, (unsigned long long)len);
  return got;
}

static int skip(struct blob_stream *stream, uint64_t count) {
  auto_free char *scratch = mem_alloc(SKIP_CHUNK);
  while (count > 0) {
    uint64_t want = count < SKIP_CHUNK ? count : SKIP_CHUNK;
    int64_t got = read_inner(stream, scratch, want);
    if (got == 0)
      return call_fail(&stream->call, ARTM_E_NETWORK, "the content ended early");
    if (got < 0)
      return (int)got;
    count -= (uint64_t)got;
  }
  return 0;
}

/* Opens the content where we are. */
static int open_here(struct blob_stream *stream) {
  stream->progress_at = stream->offset;
  int result = origin_open(stream->origin, &stream->call, stream->descriptor, stream->offset,
                           &stream->inner);
  if (result == ARTM_E_UNSUPPORTED && stream->offset > 0) {
    error_done(&stream->call.error);
    result = origin_open(stream->origin, &stream->call, stream->descriptor, 0, &stream->inner);
    if (result == 0)
      result = skip(stream, stream->offset);
  }
  return result;
}

static int wrong(struct blob_stream *stream, const char *what) {
  call_fail(&stream->call, ARTM_E_DIGEST, "blob %s: %s", stream->descriptor->digest.text, what);
  error_where(&stream->call.error, "%s", origin_name(stream->origin));
  error_hint(&stream->call.error, "the source serves other bytes than its manifest names; nothing "
                                  "of it was published");
  return ARTM_E_DIGEST;
}

/* After a failed read or open: 0 if it may be tried again, having waited. */
static int recover(struct blob_stream *stream) {
  close_inner(stream);
  if (stream->offset - stream->progress_at >= PROGRESS_THAT_COUNTS)
    stream->attempts = 0;
  stream->attempts++;
  log_write(LOG_DEBUG, "transfer", "%s: blob %s broke at byte %llu", origin_name(stream->origin),
            stream->descriptor->digest.text, (unsigned long long)stream->offset);
  return backoff_retry(&stream->call, stream->attempts, stream->attempts_max);
}

/* The content must end here. */
static int check_end(struct blob_stream *stream) {
  char extra;
  int64_t got = stream->inner ? read_inner(stream, &extra, 1) : 0;
  if (got > 0)
    return wrong(stream, "more bytes than its descriptor says");
  /* All bytes are here, so that a failure after the last one does not matter. */
  if (got < 0)
    error_done(&stream->call.error);
  struct digest digest = hasher_result(stream->hasher);
  if (!digest_equal(&digest, &stream->descriptor->digest))
    return wrong(stream, "its bytes have another digest");
  return 0;
}

static int64_t read_some(struct blob_stream *stream, void *buffer, uint64_t len) {
  for (;;) {
    int64_t got = stream->inner ? 1 : open_here(stream);
    if (stream->inner && got >= 0) {
      got = read_inner(stream, buffer, len);
      if (got > 0)
        return got;
      if (got == 0)
        call_fail(&stream->call, ARTM_E_NETWORK, "blob %s ended after %llu of %llu bytes",
                  stream->descriptor->digest.text, (unsigned long long)stream->offset,
                  (unsigned long long)stream->descriptor->size);
    }
    int result = recover(stream);
    if (result < 0)
      return result;
  }
}

static int64_t stream_read(struct artm_stream *abi, struct artm_call *call, void *buffer,
                           uint64_t len) {
  (void)call;
  struct blob_stream *stream = (struct blob_stream *)abi;
  if (stream->call.error.code)
    return stream->call.error.code;
  uint64_t left = stream->descriptor->size - stream->offset;
  if (left == 0) {
    if (stream->descriptor->size == 0 && stream->hasher) {
      int result = stream->inner ? 0 : open_here(stream);
      if (result == 0)
        result = check_end(stream);
      hasher_free(take(stream->hasher));
      return result;
    }
    return 0;
  }
  int64_t got = read_some(stream, buffer, len < left ? len : left);
  if (got <= 0)
    return got;
  hasher_add(stream->hasher, buffer, (size_t)got);
  stream->offset += (uint64_t)got;
  if (stream->offset == stream->descriptor->size) {
    int result = check_end(stream);
    if (result < 0)
      return result;
    close_inner(stream);
  }
  if (stream->progress)
    progress_moved(stream->progress, (uint64_t)got);
  return got;
}

/* The engine owns the stream; the plugin that reads it only says that it is through. */
static void stream_close(struct artm_stream *abi) {
  close_inner((struct blob_stream *)abi);
}

void blob_stream_init(struct blob_stream *stream, const struct content_origin *origin,
                      const struct descriptor *descriptor, const struct artm_call *around,
                      uint32_t retries, struct progress *progress) {
  *stream = (struct blob_stream){
      .abi = {.struct_size = sizeof(struct artm_stream),
              .read = stream_read,
              .close = stream_close},
      .origin = origin,
      .descriptor = descriptor,
      .call = {.cancel = around->cancel,
               .deadline_ms = around->deadline_ms,
               .traffic = around->traffic},
      .hasher = hasher_new(&descriptor->digest),
      .attempts_max = retries,
      .progress = progress,
  };
}

const struct error *blob_stream_error(const struct blob_stream *stream) {
  return &stream->call.error;
}

void blob_stream_done(struct blob_stream *stream) {
  close_inner(stream);
  hasher_free(stream->hasher);
  call_done(&stream->call);
}

int origin_read_blob(const struct content_origin *origin, struct artm_call *call,
                     const struct descriptor *descriptor, uint64_t max, uint32_t retries,
                     void **ret) {
  if (descriptor->size > max)
    return call_fail(
        call, ARTM_E_LOCAL, "blob %s of %llu bytes is larger than the %llu that are read",
        descriptor->digest.text, (unsigned long long)descriptor->size, (unsigned long long)max);
  struct blob_stream stream;
  blob_stream_init(&stream, origin, descriptor, call, retries, NULL);
  auto_free char *data = mem_alloc((size_t)descriptor->size + 1);
  uint64_t have = 0;
  int64_t got;
  while ((got = stream_read(&stream.abi, call, data + have, descriptor->size - have + 1)) > 0)
    have += (uint64_t)got;
  if (got < 0)
    error_move(&call->error, &stream.call.error);
  blob_stream_done(&stream);
  if (got < 0)
    return (int)got;
  *ret = take(data);
  return 0;
}
