/* SPDX-License-Identifier: Apache-2.0 */
/* Source of section layouts: an entry is one layout folder. */
#include "common/fail.h"
#include "layout.h"
#include "parse.h"
#include "read.h"
#include <stdio.h>
#include <string.h>

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .doc = "name of the image at the target"),
    ARTM_FIELD(.name = "path", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX | ARTM_FIELD_PATH,
               .doc = "folder of an OCI image layout"),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version",
               .doc = "tags in the layout's index.json, or digests of manifests"),
    ARTM_FIELD(.name = "platforms", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_PLATFORMS, .flags = ARTM_FIELD_MATRIX,
               .doc = "platforms to keep, such as linux/arm64; all of them if not set"),
};

struct instance {
  const struct artm_host *host;
};

struct artefact {
  struct artm_artefact abi; /* first: the host's pointer is cast back */
  struct place place;
  struct named_referrers referrers;
  char *version; /* tag or digest that is resolved */
  char *reference;
};

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)options;
  struct instance *instance = calloc(1, sizeof *instance);
  if (!instance)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  instance->host = host;
  *self = instance;
  return 0;
}

static int32_t parse(void *self, struct artm_call *call, const char *reference,
                     struct artm_pair_sink *sink) {
  return parse_reference(((struct instance *)self)->host, call, reference, sink);
}

static int32_t is_layout(const struct place *place, struct artm_call *call) {
  int32_t answer = layout_check(place, call);
  return answer != ARTM_NO
             ? answer
             : fail(place->host, call, ARTM_E_NOT_FOUND, place->root,
                    "check the path; in a config a relative one starts at the file's own "
                    "folder",
                    "no OCI image layout here: no file oci-layout");
}

static int32_t list_versions(void *self, struct artm_call *call, const struct artm_config *entry,
                             struct artm_version_sink *sink) {
  const struct artm_host *host = ((struct instance *)self)->host;
  const char *path = host->config_text(entry, "path", 0);
  struct place place = {host, path, "", path};
  int32_t answer = is_layout(&place, call);
  if (answer == 0)
    answer = read_tags(&place, call, true, sink);
  return answer == ARTM_NO ? 0 : answer;
}

static void close_artefact(struct artm_artefact *abi) {
  struct artefact *artefact = (struct artefact *)abi;
  pthread_mutex_destroy(&artefact->referrers.lock);
  json_decref(artefact->referrers.by_subject);
  free(artefact->version);
  free(artefact->reference);
  free(artefact);
}

static int32_t open_artefact(void *self, struct artm_call *call, const struct artm_config *entry,
                             const struct artm_version *version, struct artm_artefact **ret) {
  const struct artm_host *host = ((struct instance *)self)->host;
  const char *path = host->config_text(entry, "path", 0);
  const char *wanted = version->digest ? version->digest : version->version;
  struct artefact *artefact = calloc(1, sizeof *artefact);
  if (!artefact)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", path);
  pthread_mutex_init(&artefact->referrers.lock, NULL);
  artefact->version = strdup(wanted);
  if (!artefact->version || asprintf(&artefact->reference, PREFIX "%s%c%s", path,
                                     is_digest(wanted) ? '@' : ':', wanted) < 0) {
    artefact->reference = NULL;
    close_artefact(&artefact->abi);
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", path);
  }
  artefact->place = (struct place){host, path, "", artefact->reference};
  artefact->abi = (struct artm_artefact){.struct_size = (uint32_t)sizeof artefact->abi,
                                         .reference = artefact->reference};
  *ret = &artefact->abi;
  return 0;
}

/* The first tags of a layout, for a hint. */
struct tag_list {
  struct artm_version_sink sink;
  char text[256];
  size_t len;
};

static int32_t add_tag(struct artm_version_sink *sink, const struct artm_version *version) {
  struct tag_list *list = (struct tag_list *)sink;
  size_t room = sizeof list->text - list->len;
  int len = snprintf(list->text + list->len, room, "%s%s", list->len ? ", " : "index.json has ",
                     version->version);
  if (len < 0 || (size_t)len >= room) {
    list->text[list->len] = '\0';
    return ARTM_NO;
  }
  list->len += (size_t)len;
  return 0;
}

static int32_t resolve(struct artm_artefact *abi, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  const struct artefact *artefact = (struct artefact *)abi;
  const struct place *place = &artefact->place;
  int32_t answer = is_layout(place, call);
  if (answer == 0)
    answer = read_manifest(place, call, artefact->version, READ_LOOSE, sink);
  if (answer != ARTM_NO)
    return answer;
  struct tag_list tags = {.sink = {(uint32_t)sizeof tags.sink, 0, add_tag}};
  answer = read_tags(place, call, false, &tags.sink);
  if (answer < 0)
    return answer;
  return fail(place->host, call, ARTM_E_NOT_FOUND, artefact->reference,
              tags.len ? tags.text : "its index.json has no tags",
              "the layout has no whole manifest of '%s'", artefact->version);
}

static int32_t manifest(struct artm_artefact *abi, struct artm_call *call, const char *reference,
                        struct artm_descriptor_sink *sink) {
  return read_manifest(&((struct artefact *)abi)->place, call, reference, READ_DATA, sink);
}

static int32_t open_blob(struct artm_artefact *abi, struct artm_call *call,
                         const struct artm_descriptor *descriptor, uint64_t offset,
                         struct artm_stream **ret) {
  return read_blob(&((struct artefact *)abi)->place, call, descriptor, offset, ret);
}

static int32_t referrers(struct artm_artefact *abi, struct artm_call *call, const char *digest,
                         struct artm_descriptor_sink *sink) {
  struct artefact *artefact = (struct artefact *)abi;
  return read_referrers(&artefact->place, call, &artefact->referrers, digest, sink);
}

const struct artm_source layout_source = {
    .struct_size = sizeof layout_source,
    .on_change = ARTM_ON_CHANGE_UPDATE,
    ARTM_FIELDS(fields, fields),
    .destination = "{name}:{version}",
    .create = create,
    .destroy = free,
    .parse = parse,
    .list_versions = list_versions,
    .open = open_artefact,
    .close = close_artefact,
    .resolve = resolve,
    .manifest = manifest,
    .open_blob = open_blob,
    .referrers = referrers,
};
