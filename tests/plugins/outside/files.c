/* SPDX-License-Identifier: Apache-2.0 */
/* A source made outside the tree: local files as OCI artifacts of one layer.
 *
 *   files:
 *     - name: 'notes'
 *       path: '/srv/notes.txt'
 *       versions: ['1.0']
 */
#include <artmirror/plugin.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX (64u << 20)
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define EMPTY_TYPE "application/vnd.oci.empty.v1+json"
#define EMPTY "{}"
#define EMPTY_DIGEST "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
#define DIGEST_SIZE (sizeof EMPTY_DIGEST)

struct source {
  const struct artm_host *host;
};

struct file {
  struct artm_artefact abi; /* first: the core's pointer is cast back */
  const struct artm_host *host;
  char *reference;
  char *path;
  char *data;
  size_t size;
  char manifest[1024];
  char layer_digest[DIGEST_SIZE], manifest_digest[DIGEST_SIZE];
};

/* SHA-256 after FIPS 180-4, so that nothing but libc is needed. */
static uint32_t rotate(uint32_t x, unsigned by) {
  return x >> by | x << (32 - by);
}

static void sha256_block(uint32_t state[8], const unsigned char *block) {
  static const uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
           (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
  memcpy(s, state, sizeof s);
  for (int i = 0; i < 64; i++) {
    uint32_t a = s[0], e = s[4];
    uint32_t t1 = s[7] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                  ((e & s[5]) ^ (~e & s[6])) + k[i] + w[i];
    uint32_t t2 =
        (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++)
    state[i] += s[i];
}

static void sha256(const char *data, size_t size, char digest[DIGEST_SIZE]) {
  uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  unsigned char last[128] = {0};
  size_t rest = size % 64, last_size = rest < 56 ? 64 : 128;
  for (size_t at = 0; at + 64 <= size; at += 64)
    sha256_block(state, (const unsigned char *)data + at);
  if (rest)
    memcpy(last, data + size - rest, rest);
  last[rest] = 0x80;
  for (int i = 0; i < 8; i++)
    last[last_size - 1 - (size_t)i] = (unsigned char)((uint64_t)size * 8 >> (8 * i));
  for (size_t at = 0; at < last_size; at += 64)
    sha256_block(state, last + at);
  memcpy(digest, "sha256:", 7);
  for (int i = 0; i < 8; i++)
    snprintf(digest + 7 + 8 * i, 9, "%08x", state[i]);
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

static void close_file(struct artm_artefact *artefact) {
  struct file *file = (struct file *)(void *)artefact;
  free(file->reference);
  free(file->path);
  free(file->data);
  free(file);
}

static int32_t open_file(void *self, struct artm_call *call, const struct artm_config *entry,
                         const struct artm_version *version, struct artm_artefact **ret) {
  const struct artm_host *host = ((struct source *)self)->host;
  const char *path = host->config_text(entry, "path", 0);
  struct file *file = calloc(1, sizeof *file);
  if (!file)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  size_t size = strlen(path) + strlen(version->version) + 2;
  file->host = host;
  file->path = strdup(path);
  file->reference = malloc(size);
  if (!file->path || !file->reference) {
    close_file(&file->abi);
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", NULL);
  }
  snprintf(file->reference, size, "%s@%s", path, version->version);
  file->abi = (struct artm_artefact){.struct_size = sizeof file->abi, .reference = file->reference};
  *ret = &file->abi;
  return 0;
}

static int32_t read_file(struct file *file, struct artm_call *call) {
  FILE *stream = fopen(file->path, "rbe");
  if (!stream)
    return artm_fail(file->host, call, errno == ENOENT ? ARTM_E_NOT_FOUND : ARTM_E_LOCAL,
                     strerror(errno), file->path);
  file->data = malloc(FILE_MAX + 1);
  file->size = file->data ? fread(file->data, 1, FILE_MAX + 1, stream) : 0;
  int failed = !file->data || ferror(stream) || file->size > FILE_MAX;
  fclose(stream);
  if (failed)
    return artm_fail(file->host, call, ARTM_E_LOCAL, "can't be read, or has more than 64 MiB",
                     file->path);
  return 0;
}

static void make_manifest(struct file *file) {
  sha256(file->data, file->size, file->layer_digest);
  snprintf(file->manifest, sizeof file->manifest,
           "{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE "\","
           "\"artifactType\":\"application/vnd.artmirror.test.file\","
           "\"config\":{\"mediaType\":\"" EMPTY_TYPE "\",\"digest\":\"" EMPTY_DIGEST
           "\",\"size\":2},\"layers\":[{\"mediaType\":\"application/octet-stream\","
           "\"digest\":\"%s\",\"size\":%zu}]}",
           file->layer_digest, file->size);
  sha256(file->manifest, strlen(file->manifest), file->manifest_digest);
}

static int32_t add_manifest(struct file *file, struct artm_descriptor_sink *sink) {
  return sink->add(sink, &(struct artm_descriptor){.struct_size = sizeof(struct artm_descriptor),
                                                   .size = strlen(file->manifest),
                                                   .media_type = MANIFEST_TYPE,
                                                   .digest = file->manifest_digest,
                                                   .data = file->manifest});
}

static int32_t resolve(struct artm_artefact *artefact, struct artm_call *call,
                       struct artm_descriptor_sink *sink) {
  struct file *file = (struct file *)(void *)artefact;
  int32_t rc = read_file(file, call);
  if (rc)
    return rc;
  make_manifest(file);
  return add_manifest(file, sink);
}

static int32_t manifest(struct artm_artefact *artefact, struct artm_call *call,
                        const char *reference, struct artm_descriptor_sink *sink) {
  struct file *file = (struct file *)(void *)artefact;
  (void)call;
  return strcmp(reference, file->manifest_digest) == 0 ? add_manifest(file, sink) : ARTM_NO;
}

struct bytes {
  struct artm_stream abi;
  const char *data;
  uint64_t left;
};

static int64_t read_bytes(struct artm_stream *stream, struct artm_call *call, void *buffer,
                          uint64_t len) {
  struct bytes *bytes = (struct bytes *)(void *)stream;
  (void)call;
  uint64_t n = len < bytes->left ? len : bytes->left;
  memcpy(buffer, bytes->data, n);
  bytes->data += n;
  bytes->left -= n;
  return (int64_t)n;
}

static void close_bytes(struct artm_stream *stream) {
  free(stream);
}

static int32_t open_blob(struct artm_artefact *artefact, struct artm_call *call,
                         const struct artm_descriptor *blob, uint64_t offset,
                         struct artm_stream **ret) {
  struct file *file = (struct file *)(void *)artefact;
  int is_config = strcmp(blob->digest, EMPTY_DIGEST) == 0;
  size_t size = is_config ? strlen(EMPTY) : file->size;
  if ((!is_config && strcmp(blob->digest, file->layer_digest) != 0) || offset > size)
    return artm_fail(file->host, call, ARTM_E_NOT_FOUND, "no such blob", blob->digest);
  struct bytes *bytes = calloc(1, sizeof *bytes);
  if (!bytes)
    return artm_fail(file->host, call, ARTM_E_NOMEM, "out of memory", NULL);
  bytes->abi = (struct artm_stream){
      .struct_size = sizeof bytes->abi, .read = read_bytes, .close = close_bytes};
  bytes->data = (is_config ? EMPTY : file->data) + offset;
  bytes->left = size - offset;
  *ret = &bytes->abi;
  return 0;
}

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX, .doc = "Name at the target."),
    ARTM_FIELD(.name = "path", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX, .doc = "The file."),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version", .doc = "Versions to give it."),
};

static const struct artm_source source = {
    .struct_size = sizeof source,
    ARTM_FIELDS(fields, fields),
    .destination = "{name}:{version}",
    .create = create,
    .destroy = destroy,
    .open = open_file,
    .close = close_file,
    .resolve = resolve,
    .manifest = manifest,
    .open_blob = open_blob,
};
static const struct artm_plugin plugin = {
    .struct_size = sizeof plugin, .threads = ARTM_THREADS_PARALLEL, .source = &source};
ARTM_PLUGIN(plugin, "id=files\0"
                    "version=0.1.0\0"
                    "summary=Local files as OCI artifacts\0"
                    "section=files\0"
                    "noun=file\0")
