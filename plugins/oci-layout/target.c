/* SPDX-License-Identifier: Apache-2.0 */
/* Target: a folder with one OCI layout per repository. */
#include "common/fail.h"
#include "graph.h"
#include "layout.h"
#include "read.h"
#include "store.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct artm_field options[] = {
    ARTM_FIELD(.name = "path", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_VALUE,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_PATH,
               .doc = "folder that gets one OCI layout per repository"),
};

struct repository {
  struct artm_repository abi; /* first: the host's pointer is cast back */
  struct store *store;
  struct place place;
  char *reference; /* "folder/name"; its end is the name */
};

static const struct repository *self(const struct artm_repository *abi) {
  return (const struct repository *)abi;
}

static void destroy(void *instance) {
  struct store *store = instance;
  if (store)
    free(store->root);
  free(store);
}

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *config, void **ret) {
  const char *path = host->config_text(config, "path", 0);
  if (!path || *path == '\0')
    return artm_fail(host, call, ARTM_E_CONFIG, "the target names no folder", NULL);
  struct store *store = calloc(1, sizeof *store);
  if (!store || !(store->root = strdup(path))) {
    destroy(store);
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", path);
  }
  store->host = host;
  atomic_flag_clear(&store->swept);
  for (size_t len = strlen(store->root); len > 1 && store->root[len - 1] == '/'; len--)
    store->root[len - 1] = '\0';
  *ret = store;
  return 0;
}

/* Is a component of the name one that a layout uses itself? */
static bool is_reserved(const char *name) {
  static const char *const reserved[] = {"blobs", INDEX_FILE, LAYOUT_FILE};
  for (; name; name = strchr(name, '/') ? strchr(name, '/') + 1 : NULL)
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
      size_t len = strlen(reserved[i]);
      if (strncmp(name, reserved[i], len) == 0 && (name[len] == '\0' || name[len] == '/'))
        return true;
    }
  return false;
}

static int32_t open_repository(void *instance, struct artm_call *call, const char *name,
                               struct artm_repository **ret) {
  struct store *store = instance;
  if (!is_repository_name(name))
    return fail(store->host, call, ARTM_E_CONFIG, store->root, NULL,
                "'%s' is no repository name: lower-case letters and digits, with single '.', '_', "
                "'__' or '-' between them, and '/' between parts",
                name);
  if (is_reserved(name))
    return fail(store->host, call, ARTM_E_CONFIG, store->root,
                "set another destination for this entry",
                "a layout target can't hold '%s': a layout uses the names blobs, index.json and "
                "oci-layout itself",
                name);
  struct repository *repository = calloc(1, sizeof *repository);
  int len = repository ? asprintf(&repository->reference, "%s%s%s", store->root,
                                  strcmp(store->root, "/") == 0 ? "" : "/", name)
                       : -1;
  if (len < 0) {
    free(repository);
    return artm_fail(store->host, call, ARTM_E_NOMEM, "out of memory", store->root);
  }
  const char *reference = repository->reference;
  repository->store = store;
  repository->place =
      (struct place){store->host, store->root, reference + (size_t)len - strlen(name), reference};
  repository->abi =
      (struct artm_repository){.struct_size = (uint32_t)sizeof repository->abi,
                               .flags = ARTM_REPOSITORY_VALIDATES | ARTM_REPOSITORY_SPARSE,
                               .reference = reference};
  *ret = &repository->abi;
  return 0;
}

static void close_repository(struct artm_repository *abi, struct artm_call *call) {
  (void)call;
  struct repository *repository = (struct repository *)abi;
  free(repository->reference);
  free(repository);
}

static int32_t resolve(struct artm_repository *abi, struct artm_call *call, const char *reference,
                       struct artm_descriptor_sink *sink) {
  return read_manifest(&self(abi)->place, call, reference, 0, sink);
}

static int32_t manifest(struct artm_repository *abi, struct artm_call *call, const char *reference,
                        struct artm_descriptor_sink *sink) {
  return read_manifest(&self(abi)->place, call, reference, READ_DATA, sink);
}

static int32_t open_blob(struct artm_repository *abi, struct artm_call *call,
                         const struct artm_descriptor *descriptor, uint64_t offset,
                         struct artm_stream **ret) {
  return read_blob(&self(abi)->place, call, descriptor, offset, ret);
}

static int32_t tags(struct artm_repository *abi, struct artm_call *call,
                    struct artm_version_sink *sink) {
  return read_tags(&self(abi)->place, call, false, sink);
}

static int32_t check_digest(const struct place *place, struct artm_call *call, const char *digest) {
  if (digest && is_digest(digest))
    return 0;
  return fail(place->host, call, ARTM_E_UNSUPPORTED, place->reference, NULL,
              "digest '%s' is neither sha256 nor sha512", digest ? digest : "");
}

static int32_t has_blob(struct artm_repository *abi, struct artm_call *call,
                        const struct artm_descriptor *descriptor) {
  const struct place *place = &self(abi)->place;
  int32_t answer = check_digest(place, call, descriptor->digest);
  if (answer != 0)
    return answer;
  char path[BLOB_PATH_MAX];
  blob_path(descriptor->digest, path);
  auto_fd folder = place_folder(place);
  int found = folder < 0 ? folder : has_file(folder, path, descriptor->size);
  if (found == -ENOENT)
    return ARTM_NO;
  return found < 0 ? place_fail(place, call, found, "open", path) : 0;
}

static int32_t mount(struct artm_repository *abi, struct artm_call *call,
                     const struct artm_descriptor *descriptor, const char *from) {
  const struct repository *repository = self(abi);
  const struct place *place = &repository->place;
  size_t prefix = (size_t)(place->name - repository->reference);
  const char *name = strncmp(from, place->reference, prefix) == 0 ? from + prefix : NULL;
  if (name && (!is_repository_name(name) || is_reserved(name)))
    name = NULL;
  int32_t answer = check_digest(place, call, descriptor->digest);
  return answer != 0 ? answer : store_link(place, call, descriptor, name);
}

static int32_t put_blob(struct artm_repository *abi, struct artm_call *call,
                        const struct artm_descriptor *descriptor, struct artm_stream *content) {
  const struct repository *repository = self(abi);
  const struct place *place = &repository->place;
  int32_t answer = check_digest(place, call, descriptor->digest);
  if (answer == 0)
    answer = store_prepare(repository->store, place, call);
  return answer != 0 ? answer : store_blob(repository->store, place, call, descriptor, content);
}

/* Reads index.json, changes a tag and replaces the file, all under the repository's lock. */
static int32_t change_tag(const struct repository *repository, struct artm_call *call,
                          const char *tag, const struct item *item) {
  const struct place *place = &repository->place;
  auto_fd lock = -1;
  auto_json *index = NULL;
  int32_t answer = store_lock(repository->store, place, call, &lock);
  if (answer == 0)
    answer = index_read(place, call, &index);
  if (answer != 0)
    return answer;
  answer = index_set(index, tag, item);
  if (answer == ARTM_NO)
    return answer;
  auto_free char *text = answer == 0 ? json_dumps(index, JSON_COMPACT) : NULL;
  if (!text)
    return place_fail(place, call, -ENOMEM, "write", INDEX_FILE);
  if (strlen(text) > MANIFEST_MAX)
    return fail(place->host, call, ARTM_E_LOCAL, place->reference,
                "set a destination that spreads the tags over several repositories",
                "index.json would exceed 4 MiB");
  return store_replace(repository->store, place, call, INDEX_FILE, text, strlen(text));
}

static int32_t put_manifest(struct artm_repository *abi, struct artm_call *call,
                            const char *reference, const struct artm_descriptor *descriptor,
                            uint32_t *result) {
  const struct repository *repository = self(abi);
  const struct place *place = &repository->place;
  bool by_digest = is_digest(reference);
  if (!by_digest && !is_tag(reference))
    return fail(place->host, call, ARTM_E_CONFIG, place->reference, NULL,
                "'%s' is neither a tag nor a digest", reference);
  int32_t answer = check_digest(place, call, descriptor->digest);
  if (answer == 0)
    answer = store_prepare(repository->store, place, call);
  if (answer == 0)
    answer = graph_check(place, call, descriptor);
  if (answer == 0)
    answer = has_blob(abi, call, descriptor);
  if (answer == ARTM_NO)
    answer = store_blob(repository->store, place, call, descriptor, NULL);
  struct item item = {descriptor->media_type, descriptor->digest, descriptor->size, NULL};
  if (answer == 0 && !by_digest)
    answer = change_tag(repository, call, reference, &item);
  if (answer < 0)
    return answer;
  *result = 0;
  return 0;
}

static int32_t delete_tag(struct artm_repository *abi, struct artm_call *call, const char *tag) {
  const struct place *place = &self(abi)->place;
  auto_fd folder = place_folder(place);
  if (folder == -ENOENT)
    return ARTM_NO;
  return change_tag(self(abi), call, tag, NULL);
}

static int32_t export_layout(struct artm_repository *abi, struct artm_call *call,
                             const struct artm_descriptor *descriptor, const char *folder) {
  int32_t answer = check_digest(&self(abi)->place, call, descriptor->digest);
  return answer != 0 ? answer : graph_export(&self(abi)->place, call, descriptor, folder);
}

const struct artm_target layout_target = {
    .struct_size = sizeof layout_target,
    ARTM_FIELDS(options, options),
    .create = create,
    .destroy = destroy,
    .open = open_repository,
    .close = close_repository,
    .resolve = resolve,
    .manifest = manifest,
    .open_blob = open_blob,
    .has_blob = has_blob,
    .mount = mount,
    .put_blob = put_blob,
    .put_manifest = put_manifest,
    .tags = tags,
    .delete_tag = delete_tag,
    .export_layout = export_layout,
};
