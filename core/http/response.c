/* SPDX-License-Identifier: Apache-2.0 */
/* A response as plugins see it: fields, headers, body. */
#include "http/response.h"
#include "base/text.h"
#include "http/limit.h"
#include <stdlib.h>
#include <string.h>

struct response *response_of(const struct artm_http_response *abi) {
  return (struct response *)(uintptr_t)abi;
}

static struct response *from_stream(struct artm_stream *stream) {
  return (struct response *)(void *)((char *)stream - offsetof(struct response, stream));
}

static int64_t stream_read(struct artm_stream *stream, struct artm_call *call, void *buffer,
                           uint64_t len) {
  struct response *response = from_stream(stream);
  int64_t got = exchange_read(response->exchange, call, buffer,
                              len < INT64_MAX ? (size_t)len : (size_t)INT64_MAX);
  if (got < 0 && got != ARTM_E_CANCELLED && response->mirror)
    limit_avoid(response->exchange->client, response->mirror);
  return got;
}

void response_close(struct response *response) {
  if (!response)
    return;
  exchange_free(response->exchange);
  free((char *)(uintptr_t)response->abi.url);
  free((char *)(uintptr_t)response->abi.location);
  free((char *)(uintptr_t)response->abi.media_type);
  free(response->method);
  free(response->path);
  free(response->repository);
  free(response->offered);
  url_done(&response->url);
  error_done(&response->location_error);
  free(response);
}

static void stream_close(struct artm_stream *stream) {
  response_close(from_stream(stream));
}

static char *media_type(const char *value) {
  if (!value)
    return NULL;
  size_t len = strcspn(value, ";");
  while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
    len--;
  auto_free char *bare = str_copy_n(value, len);
  return text_lower(bare);
}

/* Absolute, on no weaker scheme and without a user name, or NULL and the reason. */
static char *checked_location(struct response *response) {
  const char *value = headers_get(&response->exchange->headers, "Location");
  auto_url next = {0};
  if (!value)
    return NULL;
  if (url_resolve(&response->url, value, &next, &response->location_error))
    return NULL;
  if (response->url.tls && !next.tls) {
    error_set(&response->location_error, ARTM_E_NETWORK, "%s leads from https to http: refused",
              response->url.origin);
    error_hint(&response->location_error,
               "a proxy ends TLS before the registry: let it pass X-Forwarded-Proto on, or set the "
               "registry's external URL");
    return NULL;
  }
  return take(next.text);
}

int response_new(struct exchange *exchange, struct artm_call *call, const char *method,
                 const struct url *url, struct registry *registry, struct response **ret) {
  uint64_t length;
  if (!headers_length(&exchange->headers, &length)) {
    exchange_free(exchange);
    return call_fail(call, ARTM_E_NETWORK, "%s: contradicting Content-Length", url->origin);
  }
  struct response *response = mem_alloc(sizeof *response);
  response->exchange = exchange;
  response->registry = registry;
  response->method = str_copy(method);
  response->path = str_copy(url->path);
  response->url = url_copy(url);
  response->stream =
      (struct artm_stream){(uint32_t)sizeof response->stream, 0, stream_read, stream_close};
  response->abi = (struct artm_http_response){
      .struct_size = (uint32_t)sizeof response->abi,
      .status = exchange->status,
      .size = length,
      .url = url_shown(url->text),
      .location = checked_location(response),
      .media_type = media_type(headers_get(&exchange->headers, "Content-Type")),
      .body = &response->stream,
  };
  *ret = response;
  return 0;
}

const char *http_header(const struct artm_http_response *response, const char *name) {
  return headers_get(&response_of(response)->exchange->headers, name);
}

static void free_lent(void *data) {
  free(data);
}

int http_collect(struct artm_call *call, struct artm_http_response *abi, uint64_t max,
                 const void **data, uint64_t *size) {
  struct response *response = response_of(abi);
  auto_buf out = {0};
  auto_free char *chunk = mem_alloc(16 * 1024);
  int64_t n;
  while ((n = exchange_read(response->exchange, call, chunk, 16 * 1024)) > 0) {
    if (out.len + (size_t)n > max) {
      n = call_fail(call, ARTM_E_LOCAL, "%s: the response is larger than %llu bytes", abi->url,
                    (unsigned long long)max);
      break;
    }
    buf_add(&out, chunk, (size_t)n);
  }
  response_close(response);
  if (n < 0)
    return (int)n;
  *size = out.len;
  char *bytes = buf_take(&out);
  call_on_end(call, free_lent, bytes);
  *data = bytes;
  return 0;
}
