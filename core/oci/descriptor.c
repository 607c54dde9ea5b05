/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: life, and reading one from JSON. */
#include "oci/descriptor.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define BLOB_SIZE_MAX ((json_int_t)1 << 40)
#define MEDIA_TYPE_MAX 255

void descriptor_copy(struct descriptor *to, const struct descriptor *from) {
  *to = *from;
  to->media_type = str_copy(from->media_type);
  to->artifact_type = str_copy(from->artifact_type);
  to->data = from->data != NULL ? str_copy_n(from->data, from->data_size) : NULL;
  to->json = NULL; /* belongs to the manifest, which may be gone before the copy */
}

void descriptor_done(struct descriptor *descriptor) {
  free(descriptor->media_type);
  free(descriptor->artifact_type);
  free(descriptor->data);
  *descriptor = (struct descriptor){0};
}

/* Media types go into headers later. */
static bool is_media_type(const char *s) {
  size_t len = strlen(s);
  if (len == 0 || len > MEDIA_TYPE_MAX)
    return false;
  for (const char *p = s; *p != '\0'; p++)
    if (*p < ' ' || *p > '~')
      return false;
  return true;
}

/* An optional member that must be a text if it is there. */
static int text_member(const json_t *object, const char *name, const char **ret,
                       struct error *err) {
  const json_t *value = json_object_get(object, name);
  if (value != NULL && !json_is_string(value))
    return error_set(err, ARTM_E_DIGEST, "\"%s\" is not a string", name);
  *ret = json_string_value(value);
  return 0;
}

static int read_platform(const json_t *json, struct descriptor *to, struct error *err) {
  const json_t *value = json_object_get(json, "platform");
  const char *os = NULL, *architecture = NULL, *variant = NULL;
  if (value == NULL || json_is_null(value))
    return 0;
  if (!json_is_object(value))
    return error_set(err, ARTM_E_DIGEST, "\"platform\" is not an object");
  if (text_member(value, "os", &os, err) < 0 ||
      text_member(value, "architecture", &architecture, err) < 0 ||
      text_member(value, "variant", &variant, err) < 0)
    return error_wrap(err, "platform");
  os = os ? os : "";
  architecture = architecture ? architecture : "";
  variant = variant ? variant : "";
  struct platform *platform = &to->platform;
  /* One that names nothing, or nothing that anybody could ask for, is as good as none. */
  if ((*os == '\0' && *architecture == '\0') || strlen(os) >= sizeof platform->os ||
      strlen(architecture) >= sizeof platform->architecture ||
      strlen(variant) >= sizeof platform->variant)
    return 0;
  memcpy(platform->os, os, strlen(os));
  memcpy(platform->architecture, architecture, strlen(architecture));
  memcpy(platform->variant, variant, strlen(variant));
  to->has_platform = true;
  return 0;
}

static bool is_foreign(const json_t *json, const char *media_type) {
  return strstr(media_type, ".layer.nondistributable.") != NULL ||
         strstr(media_type, ".rootfs.foreign.") != NULL ||
         json_array_size(json_object_get(json, "urls")) > 0;
}

static int read_fields(const json_t *json, struct descriptor *to, struct error *err) {
  const char *media_type = NULL, *digest = NULL, *artifact_type = NULL;
  if (!json_is_object(json))
    return error_set(err, ARTM_E_DIGEST, "it is not an object");
  if (text_member(json, "mediaType", &media_type, err) < 0 ||
      text_member(json, "digest", &digest, err) < 0 ||
      text_member(json, "artifactType", &artifact_type, err) < 0)
    return err->code;
  if (media_type == NULL || !is_media_type(media_type))
    return error_set(err, ARTM_E_DIGEST, "it has no well-formed \"mediaType\"");
  if (!digest_parse(digest, &to->digest))
    return error_set(err, ARTM_E_DIGEST, "\"digest\" is %s%s%s", digest ? "\"" : "missing",
                     digest ? digest : "", digest ? "\", which is no sha256 or sha512 digest" : "");
  const json_t *size = json_object_get(json, "size");
  if (!json_is_integer(size) || json_integer_value(size) < 0 ||
      json_integer_value(size) > BLOB_SIZE_MAX)
    return error_set(err, ARTM_E_DIGEST, "\"size\" is no whole number from 0 to 2^40");
  to->size = (uint64_t)json_integer_value(size);
  to->media_type = str_copy(media_type);
  to->artifact_type = str_copy(artifact_type);
  to->foreign = is_foreign(json, media_type);
  to->json = json;
  return read_platform(json, to, err);
}

int descriptor_read(const json_t *json, struct descriptor *ret, struct error *err) {
  auto_descriptor descriptor = {0};
  int rc = read_fields(json, &descriptor, err);
  if (rc < 0)
    return rc;
  *ret = descriptor;
  descriptor = (struct descriptor){0};
  return 0;
}

const char *attestation_subject(const struct descriptor *child) {
  if (!child->has_platform || !platform_is_unknown(&child->platform))
    return NULL;
  return json_text(json_object_get(child->json, "annotations"), "vnd.docker.reference.digest");
}
