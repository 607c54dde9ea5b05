/* SPDX-License-Identifier: Apache-2.0 */
/* Drives plugin oci-layout through its table, as a host of the tests' own. */
#ifndef LAYOUT_DRIVER_H
#define LAYOUT_DRIVER_H
#include <artmirror/plugin.h> /* before cmocka, which has a macro fail() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DRIVER_UNUSED __attribute__((unused))

struct artm_call {
  int32_t code;
  char message[512], hint[512];
};
struct artm_config {
  const char *path;
};

static int32_t driver_fail(struct artm_call *call, const struct artm_error *error) {
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s: %s", error->where ? error->where : "",
           error->message);
  snprintf(call->hint, sizeof call->hint, "%s", error->hint ? error->hint : "");
  return error->code;
}
static int32_t driver_cancelled(struct artm_call *call) {
  (void)call;
  return 0;
}
static int32_t driver_sleep(struct artm_call *call, uint64_t ms) {
  (void)call;
  struct timespec time = {.tv_nsec = (long)ms * 1000000};
  nanosleep(&time, NULL);
  return 0;
}
static const char *driver_text(const struct artm_config *config, const char *field, uint32_t i) {
  return i == 0 && strcmp(field, "path") == 0 ? config->path : NULL;
}
static const struct artm_host driver_host = {.struct_size = sizeof driver_host,
                                             .abi_major = ARTM_ABI_MAJOR,
                                             .fail = driver_fail,
                                             .cancelled = driver_cancelled,
                                             .sleep = driver_sleep,
                                             .config_text = driver_text};

/* The plugin of the first folder of ARTMIRROR_PLUGIN_DIR or of the build that has it. */
static const struct artm_plugin *driver_plugin(void) {
  const char *folders = getenv("ARTMIRROR_PLUGIN_DIR");
  void *library = NULL;
  while (folders && *folders && !library) {
    char path[4096];
    int len = (int)strcspn(folders, ":");
    snprintf(path, sizeof path, "%.*s/oci-layout.so", len, folders);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    folders += len + (folders[len] == ':');
  }
  if (!library)
    library = dlopen(PLUGIN_FOLDER "/oci-layout.so", RTLD_NOW | RTLD_LOCAL);
  if (!library)
    fail_msg("%s", dlerror());
  const struct artm_entry *entry = dlsym(library, "artmirror_plugin");
  assert_non_null(entry);
  assert_int_equal(entry->magic, ARTM_MAGIC);
  return entry->plugin;
}

/* A private folder with a target in it. */
struct driver {
  const struct artm_target *target;
  const struct artm_source *source;
  char folder[64], root[80];
  void *self;
  struct artm_call call;
};

static void driver_open(struct driver *driver) {
  struct artm_config config = {driver->root};
  assert_int_equal(driver->target->create(&driver_host, &driver->call, &config, &driver->self), 0);
}
static int driver_setup(void **state) {
  struct driver *driver = calloc(1, sizeof *driver);
  const struct artm_plugin *plugin = driver_plugin();
  driver->target = plugin->target;
  driver->source = plugin->source;
  snprintf(driver->folder, sizeof driver->folder, "/tmp/artmirror-layout-XXXXXX");
  if (!mkdtemp(driver->folder))
    return -1;
  snprintf(driver->root, sizeof driver->root, "%s/deep/mirror", driver->folder);
  driver_open(driver);
  *state = driver;
  return 0;
}
static int driver_teardown(void **state) {
  struct driver *driver = *state;
  char command[128];
  driver->target->destroy(driver->self);
  snprintf(command, sizeof command, "rm -rf '%s'", driver->folder);
  int status = system(command);
  free(driver);
  return status;
}
static struct artm_repository *driver_repository(struct driver *driver, const char *name) {
  struct artm_repository *repository = NULL;
  assert_int_equal(driver->target->open(driver->self, &driver->call, name, &repository), 0);
  return repository;
}

/* Content that knows its digest. */
struct content {
  struct artm_descriptor descriptor;
  char digest[72];
  char text[4096];
};
static void content_set(struct content *content, const char *type, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void content_set(struct content *content, const char *type, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int len = vsnprintf(content->text, sizeof content->text, format, args);
  va_end(args);
  assert_in_range(len, 0, sizeof content->text - 1);
  unsigned char hash[32];
  assert_int_equal(EVP_Digest(content->text, (size_t)len, hash, NULL, EVP_sha256(), NULL), 1);
  memcpy(content->digest, "sha256:", 8);
  for (size_t i = 0; i < sizeof hash; i++)
    snprintf(content->digest + 7 + 2 * i, 3, "%02x", hash[i]);
  content->descriptor = (struct artm_descriptor){.struct_size = sizeof content->descriptor,
                                                 .size = (uint64_t)len,
                                                 .media_type = type,
                                                 .digest = content->digest,
                                                 .data = content->text};
}

/* A stream of content, in pieces of 7 bytes; last is answered at its end, 0 or an error. */
struct content_stream {
  struct artm_stream stream;
  const char *at;
  size_t left;
  int32_t last;
};
static int64_t content_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                            uint64_t len) {
  struct content_stream *self = (struct content_stream *)stream;
  (void)call;
  size_t part = self->left < 7 ? self->left : 7;
  part = part < len ? part : (size_t)len;
  memcpy(buffer, self->at, part);
  self->at += part;
  self->left -= part;
  return part > 0 ? (int64_t)part : self->last;
}
static void content_close(struct artm_stream *stream) {
  (void)stream;
}
static int32_t put_stream(struct driver *driver, struct artm_repository *repository,
                          struct artm_call *call, const struct content *content, size_t len,
                          int32_t last) {
  struct content_stream stream = {
      {sizeof stream.stream, 0, content_read, content_close}, content->text, len, last};
  return driver->target->put_blob(repository, call, &content->descriptor, &stream.stream);
}
static int32_t put(struct driver *driver, struct artm_repository *repository,
                   struct artm_call *call, const struct content *content) {
  return put_stream(driver, repository, call, content, content->descriptor.size, 0);
}
static int32_t put_tag(struct driver *driver, struct artm_repository *repository,
                       struct artm_call *call, const char *reference,
                       const struct content *manifest) {
  uint32_t result = 77;
  int32_t answer =
      driver->target->put_manifest(repository, call, reference, &manifest->descriptor, &result);
  if (answer == 0)
    assert_int_equal(result, 0);
  return answer;
}

#define OCI "application/vnd.oci.image."
struct image {
  struct content config, layer, manifest;
};
static void image_set(struct image *image, const char *text) {
  content_set(&image->config, OCI "config.v1+json", "{\"config\":{\"Cmd\":[\"%s\"]}}", text);
  content_set(&image->layer, OCI "layer.v1.tar", "layer of %s", text);
  content_set(&image->manifest, OCI "manifest.v1+json",
              "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\","
              "\"size\":%llu},\"layers\":[{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%llu}]}",
              image->config.descriptor.media_type, image->config.digest,
              (unsigned long long)image->config.descriptor.size, image->layer.descriptor.media_type,
              image->layer.digest, (unsigned long long)image->layer.descriptor.size);
}
static int32_t put_image(struct driver *driver, struct artm_repository *repository,
                         struct artm_call *call, const char *tag, const struct image *image) {
  int32_t answer = put(driver, repository, call, &image->config);
  if (answer == 0)
    answer = put(driver, repository, call, &image->layer);
  return answer != 0 ? answer : put_tag(driver, repository, call, tag, &image->manifest);
}

/* Sinks that keep the last descriptor and all versions. */
struct found {
  struct artm_descriptor_sink sink;
  uint32_t count;
  uint64_t size;
  char digest[140], media_type[128], data[4096];
};
static int32_t found_add(struct artm_descriptor_sink *sink, const struct artm_descriptor *item) {
  struct found *found = (struct found *)sink;
  found->count++;
  found->size = item->size;
  snprintf(found->digest, sizeof found->digest, "%s", item->digest);
  snprintf(found->media_type, sizeof found->media_type, "%s", item->media_type);
  if (item->data)
    snprintf(found->data, sizeof found->data, "%.*s", (int)item->size, (const char *)item->data);
  return 0;
}
#define FOUND ((struct found){.sink = {sizeof(struct artm_descriptor_sink), 0, found_add}})

struct tag_sink {
  struct artm_version_sink sink;
  uint32_t count;
  char text[4096];
};
DRIVER_UNUSED static int32_t tag_add(struct artm_version_sink *sink,
                                     const struct artm_version *version) {
  struct tag_sink *tags = (struct tag_sink *)sink;
  size_t len = strlen(tags->text);
  tags->count++;
  snprintf(tags->text + len, sizeof tags->text - len, "%s ", version->version);
  return 0;
}
#define TAGS ((struct tag_sink){.sink = {sizeof(struct artm_version_sink), 0, tag_add}})

/* Files below the driver's folder. */
DRIVER_UNUSED static char *path_of(const struct driver *driver, const char *below) {
  static _Thread_local char path[512];
  snprintf(path, sizeof path, "%s/%s", driver->root, below);
  return path;
}
DRIVER_UNUSED static char *blob_of(const struct driver *driver, const char *repository,
                                   const struct content *content) {
  char below[256];
  snprintf(below, sizeof below, "%s/blobs/sha256/%s", repository, content->digest + 7);
  return path_of(driver, below);
}
DRIVER_UNUSED static void file_write(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}
DRIVER_UNUSED static bool file_exists(const char *path) {
  struct stat st;
  return lstat(path, &st) == 0;
}
DRIVER_UNUSED static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
DRIVER_UNUSED static int shell(const char *format, ...) {
  char command[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  return system(command);
}
#endif
