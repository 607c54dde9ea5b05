/* SPDX-License-Identifier: Apache-2.0 */
/* The descriptor that a plugin gives. */
#include "plugin/sink.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

#define MEDIA_TYPE_MAX 255 /* RFC 6838, 4.2: 127 characters on each side of the slash */

static int check_media_type(const struct descriptor_slot *slot, const char *type) {
  if (!type)
    return 0;
  size_t len = strnlen(type, MEDIA_TYPE_MAX + 1);
  for (size_t i = 0; i < len && len <= MEDIA_TYPE_MAX; i++)
    if ((unsigned char)type[i] <= ' ' || (unsigned char)type[i] >= 0x7f)
      len = MEDIA_TYPE_MAX + 1;
  if (len > MEDIA_TYPE_MAX)
    return call_fail(slot->call, ARTM_E_DIGEST, "a descriptor's media type is malformed");
  return 0;
}

/* The digest of the content itself is what counts; what was said of it must agree. */
static int check_data(const struct descriptor_slot *slot, const struct artm_descriptor *from,
                      struct digest *digest) {
  if (from->size > MANIFEST_MAX)
    return call_fail(slot->call, ARTM_E_DIGEST,
                     "the manifest has %llu bytes; at most %u are allowed",
                     (unsigned long long)from->size, MANIFEST_MAX);
  struct digest like = digest_is_set(digest) ? *digest : slot->asked;
  struct digest real = digest_of(from->data, (size_t)from->size, &like);
  if (digest_is_set(digest) && !digest_equal(digest, &real))
    return call_fail(slot->call, ARTM_E_DIGEST,
                     "the manifest was announced as %s, but its bytes have %s", digest->text,
                     real.text);
  *digest = real;
  return 0;
}

/* An asked digest of another algorithm can only be compared by hashing the bytes once more. */
static int check_asked(const struct descriptor_slot *slot, const struct artm_descriptor *from,
                       struct digest *digest) {
  if (!digest_is_set(&slot->asked))
    return 0;
  struct digest real =
      from->data ? digest_of(from->data, (size_t)from->size, &slot->asked) : *digest;
  if (!digest_equal(&slot->asked, &real))
    return call_fail(slot->call, ARTM_E_DIGEST, "%s was asked for, but the answer has %s",
                     slot->asked.text, real.text);
  *digest = slot->asked;
  return 0;
}

static int check(const struct descriptor_slot *slot, const struct artm_descriptor *from,
                 struct digest *digest) {
  if (from->digest && !digest_parse(from->digest, digest))
    return call_fail(slot->call, ARTM_E_DIGEST, "a descriptor's digest is malformed");
  if (!from->digest && !from->data)
    return visit_misbehaved(slot->plugin, slot->call, "a descriptor has neither digest nor data");
  if (slot->wants_data && !from->data)
    return visit_misbehaved(slot->plugin, slot->call, "a manifest came without its data");
  int rc = check_media_type(slot, from->media_type);
  if (!rc)
    rc = check_media_type(slot, from->artifact_type);
  if (!rc && from->data)
    rc = check_data(slot, from, digest);
  return rc ? rc : check_asked(slot, from, digest);
}

static int32_t add(struct artm_descriptor_sink *sink, const struct artm_descriptor *given) {
  struct descriptor_slot *slot = (struct descriptor_slot *)(void *)sink;
  struct artm_descriptor from = {0};
  memcpy(&from, given, given->struct_size < sizeof from ? given->struct_size : sizeof from);
  if (slot->filled)
    return visit_misbehaved(slot->plugin, slot->call, "it gave more than one descriptor");
  struct digest digest = {0};
  int rc = check(slot, &from, &digest);
  if (rc)
    return rc;
  slot->filled = true;
  slot->got.digest = digest;
  slot->got.size = from.size;
  slot->got.media_type = str_copy(from.media_type);
  slot->got.artifact_type = str_copy(from.artifact_type);
  if (from.data) {
    slot->got.data_size = (size_t)from.size;
    slot->got.data = mem_alloc(slot->got.data_size + 1);
    memcpy(slot->got.data, from.data, slot->got.data_size);
  }
  return 0;
}

void slot_init(struct descriptor_slot *slot, const struct plugin *plugin, struct artm_call *call,
               const char *reference, bool wants_data) {
  *slot = (struct descriptor_slot){.abi = {.struct_size = sizeof slot->abi, .add = add},
                                   .call = call,
                                   .plugin = plugin,
                                   .wants_data = wants_data};
  if (!reference || !digest_parse(reference, &slot->asked))
    slot->asked = (struct digest){0};
}

int slot_result(struct descriptor_slot *slot, const char *function, int answer,
                struct descriptor *ret) {
  if (answer == 0 && !slot->filled)
    answer = visit_misbehaved(slot->plugin, slot->call, "%s gave no descriptor", function);
  if (answer)
    descriptor_done(&slot->got);
  else
    *ret = slot->got;
  return answer;
}

struct artm_descriptor descriptor_for_plugin(const struct descriptor *from) {
  return (struct artm_descriptor){
      .struct_size = sizeof(struct artm_descriptor),
      .size = from->data ? from->data_size : from->size,
      .media_type = from->media_type,
      .digest = digest_is_set(&from->digest) ? from->digest.text : NULL,
      .artifact_type = from->artifact_type,
      .data = from->data,
  };
}
