/* SPDX-License-Identifier: Apache-2.0 */
/* A status from 400 on becomes an error: code, the registry's own words, what to do. */
#include "base/json.h"
#include "http/credentials.h"
#include "http/response.h"
#include "http/retry.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_MAX (64u * 1024)
#define WORDS_MAX 200u

struct words {
  char *code;  /* of the OCI error body: "MANIFEST_INVALID" */
  char *shown; /* what the registry says, escaped and cut */
  bool immutable;
};

static void words_done(struct words *words) {
  free(words->code);
  free(words->shown);
}
#define auto_words __attribute__((cleanup(words_done))) struct words

/* The body, or what can be had of it: nothing that happens here is a failure of the call. */
static void read_body(struct artm_call *call, struct response *response, struct buf *out) {
  auto_call scratch = {
      .cancel = call->cancel, .deadline_ms = call->deadline_ms, .traffic = call->traffic};
  auto_free char *chunk = mem_alloc(4096);
  int64_t n;
  while (out->len < BODY_MAX && (n = exchange_read(response->exchange, &scratch, chunk, 4096)) > 0)
    buf_add(out, chunk, (size_t)n);
}

static const json_t *first_error(const json_t *body) {
  const json_t *errors = json_object_get(body, "errors");
  return json_is_array(errors) ? json_array_get(errors, 0) : NULL;
}

static char *plain_words(const struct buf *body, const char *media_type) {
  auto_buf out = {0};
  if (!body->len || (media_type && strstr(media_type, "html")))
    return NULL;
  size_t from = strspn(body->data, " \t\r\n"), len = body->len - from;
  while (len && strchr(" \t\r\n", body->data[from + len - 1]))
    len--;
  if (!len)
    return NULL;
  text_escape(&out, body->data + from, (long)len, WORDS_MAX);
  return buf_take(&out);
}

/* detail of the error, where it adds to the message: a text, or small JSON. */
static void add_detail(struct buf *out, const json_t *error) {
  const json_t *detail = json_object_get(error, "detail");
  auto_free char *text = json_is_string(detail)   ? str_copy(json_string_value(detail))
                         : json_is_object(detail) ? json_compact(detail)
                                                  : NULL;
  if (!text || !*text || strcmp(text, "{}") == 0)
    return;
  buf_text(out, out->len ? ": " : "");
  text_escape(out, text, -1, WORDS_MAX);
}

static void read_words(const struct buf *body, const char *media_type, struct words *words) {
  auto_json json = NULL;
  auto_error ignored = {0};
  auto_buf out = {0};
  if (body->len && json_parse(body->data, body->len, &json, &ignored) == 0 &&
      json_is_object(json)) {
    const json_t *error = first_error(json);
    const char *message = json_text(error ? error : json, "message");
    if (!message)
      message = json_text(json, "details"); /* token servers */
    words->code = str_copy(error ? json_text(error, "code") : NULL);
    if (message)
      text_escape(&out, message, -1, WORDS_MAX);
    if (error)
      add_detail(&out, error);
  }
  words->shown = out.len ? buf_take(&out) : plain_words(body, media_type);
  words->immutable = body->len && (strcasestr(body->data, "immutable") ||
                                   strcasestr(body->data, "ImageTagAlreadyExists") ||
                                   strcasestr(body->data, "disallowed"));
}

static int map_status(unsigned status, const struct words *words) {
  const char *code = words->code ? words->code : "";
  bool missing = strcmp(code, "MANIFEST_BLOB_UNKNOWN") == 0 || strcmp(code, "BLOB_UNKNOWN") == 0;
  if (missing && (status == 400 || status == 404 || status == 412))
    return ARTM_E_BLOB_UNKNOWN;
  if (words->immutable && status != 401 && status != 429 && status < 500)
    return ARTM_E_CONFLICT;
  switch (status) {
  case 401:
  case 407:
    return ARTM_E_AUTH;
  case 403:
    return ARTM_E_DENIED;
  case 404:
  case 410:
    return ARTM_E_NOT_FOUND;
  case 409:
  case 412:
    return ARTM_E_CONFLICT;
  case 429:
    return ARTM_E_RATE_LIMIT;
  case 408:
  case 499:
    return ARTM_E_NETWORK;
  case 416: /* an upload session that went wrong; a new one may do */
    return ARTM_E_NETWORK;
  default:
    return status >= 500 && status != 501 && status != 505 ? ARTM_E_NETWORK : ARTM_E_UNSUPPORTED;
  }
}

/* "manifests/1.0" of "/v2/a/b/manifests/1.0". */
static const char *shown_path(const char *path) {
  static const char *const parts[] = {"/manifests/", "/blobs/", "/tags/", "/referrers/"};
  for (size_t i = 0; text_starts(path, "/v2/") && i < sizeof parts / sizeof *parts; i++) {
    const char *found = strstr(path, parts[i]);
    if (found)
      return found + 1;
  }
  return path;
}

static void add_hint(struct artm_call *call, const struct response *response, int code) {
  if (response->offered) {
    error_hint(&call->error, "it asks for a login by %s; artmirror knows Basic and Bearer",
               *response->offered ? response->offered : "no scheme at all");
  } else if (code == ARTM_E_AUTH || code == ARTM_E_DENIED) {
    auto_free char *tried = credentials_describe(response->exchange->client, response->registry,
                                                 response->repository, response->url.origin);
    error_hint(&call->error, "%s", tried);
  }
  const char *value = headers_get(&response->exchange->headers, "Retry-After");
  if (value && (code == ARTM_E_RATE_LIMIT || code == ARTM_E_NETWORK)) {
    uint64_t ms;
    if (retry_after(value, (int64_t)time(NULL), &ms))
      call->error.retry_after_ms = ms;
  }
}

int http_fail(struct artm_call *call, struct artm_http_response *abi) {
  struct response *response = response_of(abi);
  auto_buf body = {.max = BODY_MAX + 4096};
  auto_words words = {0};
  auto_buf path = {0};
  read_body(call, response, &body);
  read_words(&body, abi->media_type, &words);
  int code = map_status(abi->status, &words);
  text_escape(&path, shown_path(response->path), -1, 300);
  const char *host = response->registry ? response->registry->name : response->url.authority;
  auto_free char *kind = words.code ? text_escaped(words.code) : NULL;
  if (kind)
    for (char *p = kind; *p; p++)
      *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p == '_' ? ' ' : *p);
  call_fail(call, code, "%s: %s %s: %u%s%s%s%s", host, response->method, path.data, abi->status,
            kind ? " " : "", kind ? kind : "", words.shown ? ": " : "",
            words.shown ? words.shown : "");
  add_hint(call, response, code);
  call->error.tried = response->tried;
  response_close(response);
  return code;
}
