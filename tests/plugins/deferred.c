/* SPDX-License-Identifier: Apache-2.0 */
/* A source whose roots are known only after a download, and that writes down how it is called.
 *
 *   parcels:
 *     - name: 'box'
 *       folder: '/srv/box'       # VERSION.json: the manifest; blobs by their digest
 *       versions: ['1.0']
 *
 * In the folder, "label" holds what it can tell before the download: the word in a manifest that
 * makes it the same; no such file: it can't tell. "calls" gets a line for every call. */
#include <artmirror/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define MANIFEST_MAX 65536u

struct source {
  const struct artm_host *host;
};
struct parcel {
  struct artm_artefact abi; /* first: the core's pointer is cast back */
  const struct artm_host *host;
  char folder[512], reference[768];
  char manifest[MANIFEST_MAX];
  size_t size; /* 0: not fetched */
};

static void note(const char *folder, const char *call) {
  char path[1024];
  snprintf(path, sizeof path, "%s/calls", folder);
  FILE *calls = fopen(path, "ae");
  if (calls) {
    fprintf(calls, "%s\n", call);
    fclose(calls);
  }
}

static size_t read_file(const char *folder, const char *name, const char *suffix, char *to,
                        size_t max) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
  FILE *file = fopen(path, "rbe");
  size_t size = file ? fread(to, 1, max - 1, file) : 0;
  if (file)
    fclose(file);
  to[size] = '\0';
  return size;
}

static int32_t create(const struct artm_host *host, struct artm_call *call,
                      const struct artm_config *options, void **self) {
  (void)options;
  struct source *source = calloc(1, sizeof *source);
  if (!source)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  source->host = host;
  *self = source;
  return 0;
}

static void destroy(void *self) {
  free(self);
}

static int32_t begin(void *self, struct artm_call *call, const struct artm_config *const *entries,
                     uint32_t count) {
  const struct artm_host *host = ((struct source *)self)->host;
  char text[32];
  snprintf(text, sizeof text, "begin %u", count);
  for (uint32_t i = 0; i < count; i++) {
    const char *folder = host->config_text(entries[i], "folder", 0);
    note(folder, text);
    if (strstr(folder, "cursed"))
      return artm_fail(host, call, ARTM_E_NOT_FOUND, "no parcel can be had today", folder);
  }
  return 0;
}

static int32_t open_parcel(void *self, struct artm_call *call, const struct artm_config *entry,
                           const struct artm_version *version, struct artm_artefact **ret) {
  const struct artm_host *host = ((struct source *)self)->host;
  struct parcel *parcel = calloc(1, sizeof *parcel);
  if (!parcel)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  parcel->host = host;
  snprintf(parcel->folder, sizeof parcel->folder, "%s", host->config_text(entry, "folder", 0));
  snprintf(parcel->reference, sizeof parcel->reference, "%s#%s", parcel->folder, version->version);
  parcel->abi =
      (struct artm_artefact){.struct_size = sizeof parcel->abi, .reference = parcel->reference};
  *ret = &parcel->abi;
  return 0;
}

static void close_parcel(struct artm_artefact *artefact) {
  free(artefact);
}

static int32_t resolve(struct artm_artefact *artefact, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  (void)call;
  (void)sink;
  note(((struct parcel *)(void *)artefact)->folder, "resolve");
  return ARTM_DEFERRED;
}

static int32_t matches(struct artm_artefact *artefact, struct artm_call *call,
                       const struct artm_descriptor *there) {
  struct parcel *parcel = (struct parcel *)(void *)artefact;
  char label[64];
  (void)call;
  note(parcel->folder, parcel->size ? "matches after" : "matches before");
  if (read_file(parcel->folder, "label", "", label, sizeof label) > 0)
    return memmem(there->data, there->size, label, strlen(label)) ? 0 : ARTM_NO;
  if (!parcel->size)
    return ARTM_DEFERRED;
  return there->size == parcel->size && !memcmp(there->data, parcel->manifest, parcel->size)
             ? 0
             : ARTM_NO;
}

static int32_t add_manifest(const struct parcel *parcel, struct artm_descriptor_sink *sink) {
  return sink->add(sink, &(struct artm_descriptor){.struct_size = sizeof(struct artm_descriptor),
                                                   .size = parcel->size,
                                                   .media_type = MANIFEST_TYPE,
                                                   .data = parcel->manifest});
}

static int32_t fetch(struct artm_artefact *artefact, struct artm_call *call,
                     struct artm_descriptor_sink *sink) {
  struct parcel *parcel = (struct parcel *)(void *)artefact;
  note(parcel->folder, "fetch");
  parcel->size = read_file(parcel->folder, strrchr(parcel->reference, '#') + 1, ".json",
                           parcel->manifest, sizeof parcel->manifest);
  if (!parcel->size)
    return artm_fail(parcel->host, call, ARTM_E_NOT_FOUND, "no such parcel", parcel->reference);
  return add_manifest(parcel, sink);
}

static int32_t manifest(struct artm_artefact *artefact, struct artm_call *call,
                        const char *reference, struct artm_descriptor_sink *sink) {
  struct parcel *parcel = (struct parcel *)(void *)artefact;
  (void)call;
  (void)reference;
  note(parcel->folder, "manifest");
  return parcel->size ? add_manifest(parcel, sink) : ARTM_NO;
}

struct reading {
  struct artm_stream abi;
  FILE *file;
};

static int64_t read_some(struct artm_stream *stream, struct artm_call *call, void *buffer,
                         uint64_t len) {
  (void)call;
  return (int64_t)fread(buffer, 1, len, ((struct reading *)(void *)stream)->file);
}

static void close_reading(struct artm_stream *stream) {
  fclose(((struct reading *)(void *)stream)->file);
  free(stream);
}

static int32_t open_blob(struct artm_artefact *artefact, struct artm_call *call,
                         const struct artm_descriptor *blob, uint64_t offset,
                         struct artm_stream **ret) {
  struct parcel *parcel = (struct parcel *)(void *)artefact;
  char path[1024];
  note(parcel->folder, "open_blob");
  if (offset)
    return artm_fail(parcel->host, call, ARTM_E_UNSUPPORTED, "only from the beginning", NULL);
  snprintf(path, sizeof path, "%s/%s", parcel->folder, blob->digest);
  FILE *file = fopen(path, "rbe");
  struct reading *reading = file ? calloc(1, sizeof *reading) : NULL;
  if (!reading) {
    if (file)
      fclose(file);
    return artm_fail(parcel->host, call, ARTM_E_NOT_FOUND, "no such blob", path);
  }
  reading->abi = (struct artm_stream){
      .struct_size = sizeof reading->abi, .read = read_some, .close = close_reading};
  reading->file = file;
  *ret = &reading->abi;
  return 0;
}

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX, .doc = "Name at the target."),
    ARTM_FIELD(.name = "folder", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED,
               .doc = "Where it is."),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version", .doc = "Which."),
};

static const struct artm_source source = {
    .struct_size = sizeof source,
    .caps = ARTM_SOURCE_DEFERRED,
    ARTM_FIELDS(fields, fields),
    .destination = "{name}:{version}",
    .create = create,
    .destroy = destroy,
    .begin = begin,
    .open = open_parcel,
    .close = close_parcel,
    .resolve = resolve,
    .matches = matches,
    .fetch = fetch,
    .manifest = manifest,
    .open_blob = open_blob,
};
static const struct artm_plugin plugin = {
    .struct_size = sizeof plugin, .threads = ARTM_THREADS_PARALLEL, .source = &source};
ARTM_PLUGIN(plugin, "id=parcels\0"
                    "version=0.1.0\0"
                    "summary=What is known only once it is here\0"
                    "section=parcels\0"
                    "noun=parcel\0")
