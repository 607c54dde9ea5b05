/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the sample: an OCI layout with two versions of an image for two platforms, from texts.
 * The same bytes each time; SOURCE_DATE_EPOCH sets the date in them (1970 without it). */
#include "make-sample.h"
#include <errno.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OCI "application/vnd.oci.image."
#define TAR_BLOCK 512
#define LAYER_MAX (64 * 1024)
#define IN_IMAGE "usr/share/hello/"

const char *texts, *target;
time_t date;

_Noreturn void die(const char *what, const char *where) {
  fprintf(stderr, "make-sample: can't %s %s: %s\n", what, where, strerror(errno));
  exit(1);
}

void path_in(char *ret, size_t size, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int len = vsnprintf(ret, size, format, args);
  va_end(args);
  errno = ENAMETOOLONG;
  if (len < 0 || (size_t)len >= size)
    die("name a file in", target);
}

static void make_folder(const char *path) {
  if (mkdir(path, 0777) != 0 && errno != EEXIST)
    die("make", path);
}

void write_file(const char *path, const void *data, size_t size) {
  FILE *file = fopen(path, "we");
  if (!file || fwrite(data, 1, size, file) != size || fclose(file) != 0)
    die("write", path);
}

size_t read_text(const char *name, char *ret, size_t size) {
  char path[4096];
  path_in(path, sizeof path, "%s/%s", texts, name);
  FILE *file = fopen(path, "re");
  if (!file)
    die("open", path);
  size_t len = fread(ret, 1, size, file);
  if (ferror(file) || len == size)
    die("read", path);
  fclose(file);
  return len;
}

void digest_of(const void *data, size_t size, char ret[DIGEST_SIZE]) {
  unsigned char hash[32];
  if (EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL) != 1)
    die("hash a part of", target);
  memcpy(ret, "sha256:", 7);
  for (size_t i = 0; i < sizeof hash; i++)
    snprintf(ret + 7 + 2 * i, 3, "%02x", hash[i]);
}

void date_text(char ret[DATE_SIZE]) {
  struct tm tm;
  strftime(ret, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&date, &tm));
}

/* Stores a blob; gives its descriptor. */
static json_t *store(const char *type, const void *data, size_t size) {
  char digest[DIGEST_SIZE], path[4096];
  digest_of(data, size, digest);
  path_in(path, sizeof path, "%s/blobs/sha256/%s", target, digest + 7);
  write_file(path, data, size);
  return json_pack("{s:s, s:s, s:I}", "mediaType", type, "digest", digest, "size",
                   (json_int_t)size);
}

static json_t *store_json(const char *type, json_t *document) {
  char *text = json_dumps(document, JSON_COMPACT);
  if (!text)
    die("write", type);
  json_t *descriptor = store(type, text, strlen(text));
  free(text);
  json_decref(document);
  return descriptor;
}

struct layer {
  char tar[LAYER_MAX];
  size_t size;
};

/* POSIX.1-1988 ustar header. */
static char *add_header(struct layer *layer, const char *name, char type, size_t size) {
  if (layer->size + 2 * TAR_BLOCK + size > LAYER_MAX - 2 * TAR_BLOCK) {
    errno = EFBIG;
    die("add", name);
  }
  char *header = layer->tar + layer->size;
  snprintf(header, 100, "%s", name);
  snprintf(header + 100, 8, "%07o", type == '5' ? 0755u : 0644u);
  snprintf(header + 108, 8, "%07o", 0u);
  snprintf(header + 116, 8, "%07o", 0u);
  snprintf(header + 124, 12, "%011zo", size);
  snprintf(header + 136, 12, "%011llo", (unsigned long long)date);
  memset(header + 148, ' ', 8); /* the sum is made with blanks in its own place */
  header[156] = type;
  memcpy(header + 257, "ustar\00000", 8);
  unsigned sum = 0;
  for (size_t i = 0; i < TAR_BLOCK; i++)
    sum += (unsigned char)header[i];
  snprintf(header + 148, 8, "%06o", sum);
  layer->size += TAR_BLOCK;
  return layer->tar + layer->size;
}

static void layer_begin(struct layer *layer) {
  memset(layer, 0, sizeof *layer);
  for (const char *slash = IN_IMAGE; (slash = strchr(slash, '/')) != NULL; slash++) {
    char folder[100];
    snprintf(folder, sizeof folder, "%.*s", (int)(slash + 1 - IN_IMAGE), IN_IMAGE);
    add_header(layer, folder, '5', 0);
  }
}

static void layer_add(struct layer *layer, const char *text, const char *name_in_image) {
  char from[100], name[100], data[8192];
  path_in(from, sizeof from, "%s.txt", text);
  path_in(name, sizeof name, IN_IMAGE "%s.txt", name_in_image);
  size_t size = read_text(from, data, sizeof data);
  memcpy(add_header(layer, name, '0', size), data, size);
  layer->size += (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

/* Two empty blocks end a tar. */
static json_t *layer_store(const struct layer *layer) {
  return store(OCI "layer.v1.tar", layer->tar, layer->size + 2 * TAR_BLOCK);
}

static json_t *make_config(const char *architecture, const char *version, const json_t *shared,
                           const json_t *own) {
  char created[DATE_SIZE];
  date_text(created);
  return json_pack("{s:s, s:s, s:s, s:{s:{s:s}}, s:{s:s, s:[O, O]}, s:[{s:s, s:s}, {s:s, s:s}]}",
                   "created", created, "architecture", architecture, "os", "linux", "config",
                   "Labels", "org.opencontainers.image.version", version, "rootfs", "type",
                   "layers", "diff_ids", json_object_get(shared, "digest"),
                   json_object_get(own, "digest"), "history", "created", created, "created_by",
                   "welcome.txt about.txt", "created", created, "created_by",
                   "platform.txt release.txt");
}

static json_t *make_manifest(const char *architecture, const char *version, json_t *shared) {
  struct layer *layer = malloc(sizeof *layer);
  if (!layer)
    die("make a layer of", version);
  layer_begin(layer);
  layer_add(layer, architecture, "platform");
  layer_add(layer, version, "release");
  json_t *own = layer_store(layer);
  free(layer);
  json_t *config =
      store_json(OCI "config.v1+json", make_config(architecture, version, shared, own));
  json_t *manifest =
      store_json(OCI "manifest.v1+json",
                 json_pack("{s:i, s:s, s:o, s:[O, o]}", "schemaVersion", 2, "mediaType",
                           OCI "manifest.v1+json", "config", config, "layers", shared, own));
  json_object_set_new(manifest, "platform",
                      json_pack("{s:s, s:s}", "architecture", architecture, "os", "linux"));
  return manifest;
}

static json_t *make_version(const char *version, json_t *shared) {
  json_t *index = json_pack(
      "{s:i, s:s, s:[o, o]}", "schemaVersion", 2, "mediaType", OCI "index.v1+json", "manifests",
      make_manifest("amd64", version, shared), make_manifest("arm64", version, shared));
  json_t *descriptor = store_json(OCI "index.v1+json", index);
  json_object_set_new(descriptor, "annotations",
                      json_pack("{s:s}", "org.opencontainers.image.ref.name", version));
  return descriptor;
}

static void make_layout(void) {
  char path[4096];
  path_in(path, sizeof path, "%s/blobs", target);
  make_folder(path);
  path_in(path, sizeof path, "%s/blobs/sha256", target);
  make_folder(path);
  struct layer *layer = malloc(sizeof *layer);
  if (!layer)
    die("make a layer in", target);
  layer_begin(layer);
  layer_add(layer, "welcome", "welcome");
  layer_add(layer, "about", "about");
  json_t *shared = layer_store(layer);
  free(layer);
  json_t *index =
      json_pack("{s:i, s:s, s:[o, o]}", "schemaVersion", 2, "mediaType", OCI "index.v1+json",
                "manifests", make_version("1.0.0", shared), make_version("1.1.0", shared));
  char *text = json_dumps(index, JSON_COMPACT);
  if (!text)
    die("write", "index.json");
  static const char layout[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
  path_in(path, sizeof path, "%s/oci-layout", target);
  write_file(path, layout, strlen(layout));
  path_in(path, sizeof path, "%s/index.json", target);
  write_file(path, text, strlen(text));
  free(text);
  json_decref(index);
  json_decref(shared);
}

int main(int argc, char **argv) {
  bool charts = argc == 4 && !strcmp(argv[1], "charts");
  if (argc != 4 || (!charts && strcmp(argv[1], "image") != 0)) {
    fprintf(stderr,
            "usage: make-sample image|charts TEXTS FOLDER\n"
            "Makes an OCI layout, or a chart repository, in FOLDER from the texts in TEXTS\n"
            "(tools/sample).\n");
    return 2;
  }
  texts = argv[2];
  target = argv[3];
  const char *epoch = getenv("SOURCE_DATE_EPOCH");
  date = epoch ? (time_t)strtoll(epoch, NULL, 10) : 0;
  make_folder(target);
  if (charts)
    make_charts();
  else
    make_layout();
  return 0;
}
