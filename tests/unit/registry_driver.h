/* SPDX-License-Identifier: Apache-2.0 */
/* Drives the plugins docker and ghcr through their tables, as a host of the tests' own whose
 * artmirror.http/1 plays a script: every request must be the next one of it. */
#ifndef REGISTRY_DRIVER_H
#define REGISTRY_DRIVER_H
#include <artmirror/plugin.h> /* before cmocka, which has a macro fail() */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DRIVER_UNUSED __attribute__((unused))
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX64
#define OTHER "sha256:f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

struct artm_call {
  int32_t code;
  char message[1200], hint[600], field[32];
};
struct artm_config {
  const char *values[9]; /* name, value, ... NULL */
};

/* One request that is expected, and its answer. */
struct exchange {
  const char *request; /* "GET //host/path" */
  const char *scope;   /* NULL: any */
  int32_t error;       /* send itself fails */
  uint32_t status;
  const char *media_type, *location, *url;
  const char *header[9]; /* name, value, ... */
  const char *body;
  uint64_t size; /* 0: the body's; UINT64_MAX: not told */
  uint64_t offset;
};

struct driver_response {
  struct artm_http_response abi;
  struct artm_stream stream;
  const struct exchange *exchange;
  size_t at;
};

static struct {
  const struct exchange *next;
  size_t left;
  int open;        /* responses not yet freed */
  char sent[4096]; /* body of the last request */
  char media_type[128];
  char accept[1024];
  char log[4096];
  void *lent[256];
  size_t lent_count;
} script;

DRIVER_UNUSED static void play(const struct exchange *exchanges, size_t count) {
  assert_int_equal(script.left, 0);
  script.next = exchanges;
  script.left = count;
}
#define PLAY(...)                              \
  play((const struct exchange[]){__VA_ARGS__}, \
       sizeof((const struct exchange[]){__VA_ARGS__}) / sizeof(struct exchange))
/* The script was played to its end and nothing leaks. */
DRIVER_UNUSED static void played(void) {
  if (script.left)
    fail_msg("not asked: %s", script.next->request);
  assert_int_equal(script.open, 0);
  while (script.lent_count)
    free(script.lent[--script.lent_count]);
}

static int32_t driver_fail(struct artm_call *call, const struct artm_error *error) {
  assert_null(strpbrk(error->message, "\r\n"));
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s: %s", error->where ? error->where : "",
           error->message);
  snprintf(call->hint, sizeof call->hint, "%s", error->hint ? error->hint : "");
  snprintf(call->field, sizeof call->field, "%s", error->field ? error->field : "");
  return error->code;
}

static int64_t response_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                             uint64_t len) {
  struct driver_response *response =
      (struct driver_response *)((char *)stream - offsetof(struct driver_response, stream));
  (void)call;
  const char *body = response->exchange->body ? response->exchange->body : "";
  size_t left = strlen(body) - response->at;
  size_t part = left < 11 ? left : 11;
  part = part < len ? part : (size_t)len;
  memcpy(buffer, body + response->at, part);
  response->at += part;
  return (int64_t)part;
}
static void response_close(struct artm_stream *stream) {
  script.open--;
  free((char *)stream - offsetof(struct driver_response, stream));
}

static const char *driver_header(const struct artm_http_response *abi, const char *name) {
  const struct driver_response *response = (const struct driver_response *)(const void *)abi;
  for (size_t i = 0; i < 8 && response->exchange->header[i]; i += 2)
    if (!strcasecmp(response->exchange->header[i], name))
      return response->exchange->header[i + 1];
  return NULL;
}

static int32_t driver_http_fail(struct artm_call *call, struct artm_http_response *response) {
  int32_t code = response->status == 401   ? ARTM_E_AUTH
                 : response->status == 403 ? ARTM_E_DENIED
                 : response->status == 404 ? ARTM_E_NOT_FOUND
                 : response->status == 429 ? ARTM_E_RATE_LIMIT
                                           : ARTM_E_NETWORK;
  artm_http_close(response);
  struct artm_error error = {.struct_size = sizeof error, .code = code, .message = "by the host"};
  return driver_fail(call, &error);
}

static int32_t driver_collect(struct artm_call *call, struct artm_http_response *response,
                              uint64_t max, const void **data, uint64_t *size) {
  const char *body = ((struct driver_response *)(void *)response)->exchange->body;
  size_t length = body ? strlen(body) : 0;
  artm_http_close(response);
  if (length > max) {
    struct artm_error error = {
        .struct_size = sizeof error, .code = ARTM_E_LOCAL, .message = "too large"};
    return driver_fail(call, &error);
  }
  char *copy = malloc(length + 1); /* exact, so that a sanitizer sees a read beyond */
  assert_non_null(copy);
  memcpy(copy, body ? body : "", length);
  assert_true(script.lent_count < 256);
  script.lent[script.lent_count++] = copy;
  *data = copy;
  *size = length;
  return 0;
}

static void read_request(const struct artm_http_request *request, struct artm_call *call) {
  size_t length = 0;
  if (request->body) {
    int64_t got;
    while ((got = request->body->read(request->body, call, script.sent + length, 5)) > 0)
      length += (size_t)got;
    assert_int_equal(length, request->body_size);
  } else if (request->data) {
    length = (size_t)request->body_size;
    memcpy(script.sent, request->data, length);
  }
  script.sent[length] = '\0';
  snprintf(script.media_type, sizeof script.media_type, "%s",
           request->media_type ? request->media_type : "");
  script.accept[0] = '\0';
  for (size_t i = 0; request->headers && request->headers[i]; i += 2)
    if (!strcmp(request->headers[i], "Accept"))
      snprintf(script.accept, sizeof script.accept, "%s", request->headers[i + 1]);
}

static int32_t driver_send(const struct artm_http *http, struct artm_call *call,
                           const struct artm_http_request *request,
                           struct artm_http_response **ret) {
  char line[2048];
  (void)http;
  snprintf(line, sizeof line, "%s %s", request->method, request->url);
  if (!script.left)
    fail_msg("asked beyond the script: %s", line);
  const struct exchange *exchange = script.next++;
  script.left--;
  assert_int_equal(request->struct_size, sizeof *request);
  assert_string_equal(line, exchange->request);
  assert_non_null(request->scope);
  assert_non_null(request->registry);
  if (exchange->scope)
    assert_string_equal(request->scope, exchange->scope);
  assert_int_equal(request->offset, exchange->offset);
  read_request(request, call);
  if (exchange->error) {
    struct artm_error error = {
        .struct_size = sizeof error, .code = exchange->error, .message = "not sent"};
    return driver_fail(call, &error);
  }
  struct driver_response *response = calloc(1, sizeof *response);
  assert_non_null(response);
  script.open++;
  response->exchange = exchange;
  response->stream =
      (struct artm_stream){sizeof response->stream, 0, response_read, response_close};
  response->abi = (struct artm_http_response){.struct_size = sizeof response->abi,
                                              .status = exchange->status,
                                              .size = exchange->size   ? exchange->size
                                                      : exchange->body ? strlen(exchange->body)
                                                                       : 0,
                                              .url = exchange->url,
                                              .location = exchange->location,
                                              .media_type = exchange->media_type,
                                              .body = &response->stream};
  if (exchange->status == 404 && request->flags & ARTM_HTTP_MAY_MISS) {
    artm_http_close(&response->abi);
    return ARTM_NO;
  }
  if (exchange->status >= 400 && !(request->flags & ARTM_HTTP_ANY_STATUS))
    return driver_http_fail(call, &response->abi);
  *ret = &response->abi;
  return 0;
}

static const struct artm_http driver_http = {.struct_size = sizeof driver_http,
                                             .send = driver_send,
                                             .header = driver_header,
                                             .collect = driver_collect,
                                             .fail = driver_http_fail};

static const void *driver_extension(const struct artm_host *host, const char *id) {
  (void)host;
  return strcmp(id, ARTM_HTTP_ID) ? NULL : &driver_http;
}
static const char *driver_text(const struct artm_config *config, const char *field, uint32_t i) {
  for (size_t n = 0; i == 0 && config->values[n]; n += 2)
    if (!strcmp(config->values[n], field))
      return config->values[n + 1];
  return NULL;
}
static void driver_log(const struct artm_host *host, struct artm_call *call, uint32_t level,
                       const char *text) {
  (void)host;
  (void)call;
  size_t length = strlen(script.log);
  snprintf(script.log + length, sizeof script.log - length, "%u %s\n", level, text);
}
static const struct artm_host driver_host = {.struct_size = sizeof driver_host,
                                             .abi_major = ARTM_ABI_MAJOR,
                                             .log = driver_log,
                                             .fail = driver_fail,
                                             .extension = driver_extension,
                                             .config_text = driver_text};

/* A plugin of the first folder of ARTMIRROR_PLUGIN_DIR that has it; without the variable, of the
 * build's. */
static const struct artm_plugin *driver_plugin(const char *id) {
  const char *folders = getenv("ARTMIRROR_PLUGIN_DIR");
  char path[4096];
  void *library = NULL;
  if (!folders || !*folders)
    folders = PLUGIN_FOLDER;
  while (*folders && !library) {
    int length = (int)strcspn(folders, ":");
    snprintf(path, sizeof path, "%.*s/%s.so", length, folders, id);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    folders += length + (folders[length] == ':');
  }
  if (!library)
    fail_msg("%s", dlerror());
  const struct artm_entry *entry = dlsym(library, "artmirror_plugin");
  assert_non_null(entry);
  assert_int_equal(entry->magic, ARTM_MAGIC);
  assert_int_equal(entry->plugin->threads, ARTM_THREADS_PARALLEL);
  return entry->plugin;
}

/* Sinks that keep what they get as text. */
struct found {
  struct artm_descriptor_sink sink;
  uint32_t count;
  uint64_t size;
  char digest[160], media_type[128], artifact_type[128], data[2048];
};
DRIVER_UNUSED static int32_t found_add(struct artm_descriptor_sink *sink,
                                       const struct artm_descriptor *item) {
  struct found *found = (struct found *)(void *)sink;
  found->count++;
  found->size = item->size;
  snprintf(found->digest, sizeof found->digest, "%s", item->digest ? item->digest : "");
  snprintf(found->media_type, sizeof found->media_type, "%s",
           item->media_type ? item->media_type : "");
  snprintf(found->artifact_type, sizeof found->artifact_type, "%s",
           item->artifact_type ? item->artifact_type : "");
  snprintf(found->data, sizeof found->data, "%.*s", (int)(item->data ? item->size : 0),
           item->data ? (const char *)item->data : "");
  return 0;
}
#define FOUND ((struct found){.sink = {sizeof(struct artm_descriptor_sink), 0, found_add}})

struct tags {
  struct artm_version_sink sink;
  uint32_t count;
  char text[512];
};
DRIVER_UNUSED static int32_t tags_add(struct artm_version_sink *sink,
                                      const struct artm_version *version) {
  struct tags *tags = (struct tags *)(void *)sink;
  size_t length = strlen(tags->text);
  tags->count++;
  snprintf(tags->text + length, sizeof tags->text - length, "%s ", version->version);
  return 0;
}
#define TAGS ((struct tags){.sink = {sizeof(struct artm_version_sink), 0, tags_add}})

struct pairs {
  struct artm_pair_sink sink;
  char text[1024];
};
DRIVER_UNUSED static int32_t pairs_add(struct artm_pair_sink *sink, const char *name,
                                       const char *value) {
  struct pairs *pairs = (struct pairs *)(void *)sink;
  size_t length = strlen(pairs->text);
  snprintf(pairs->text + length, sizeof pairs->text - length, "%s: %s\n", name, value);
  return 0;
}
#define PAIRS ((struct pairs){.sink = {sizeof(struct artm_pair_sink), 0, pairs_add}})

/* A stream of text. */
struct text_stream {
  struct artm_stream stream;
  const char *at;
};
DRIVER_UNUSED static int64_t text_read(struct artm_stream *stream, struct artm_call *call,
                                       void *buffer, uint64_t len) {
  struct text_stream *text = (struct text_stream *)(void *)stream;
  (void)call;
  size_t part = strnlen(text->at, (size_t)len);
  memcpy(buffer, text->at, part);
  text->at += part;
  return (int64_t)part;
}
DRIVER_UNUSED static void text_close(struct artm_stream *stream) {
  (void)stream;
}
#define TEXT(text) \
  ((struct text_stream){{sizeof(struct artm_stream), 0, text_read, text_close}, text})

static int script_setup(void **state) {
  (void)state;
  memset(&script, 0, sizeof script);
  return 0;
}
#endif
