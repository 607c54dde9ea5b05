/* SPDX-License-Identifier: Apache-2.0 */
/* Error answers: distribution's JSON where there is one, else the start of a plain text. */
#include "common/cleanup.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <stdio.h>
#include <string.h>

#define BODY_MAX 16384u

/* Copies ASCII into a bounded string: runs of blanks and control characters become one blank, other
 * bytes a question mark. */
static void copy_line(char *to, size_t size, const char *from) {
  size_t length = 0;
  bool blank = true;
  for (; *from && length + 1 < size; from++) {
    unsigned char c = (unsigned char)*from;
    bool is_blank = c <= ' ' || c == 0x7f;
    if (is_blank && blank)
      continue;
    to[length++] = (char)(is_blank ? ' ' : c >= 0x80 ? '?' : c);
    blank = is_blank;
  }
  while (length && to[length - 1] == ' ')
    length--;
  to[length] = '\0';
}

static void add_code(struct registry_refusal *refusal, const char *code) {
  size_t length = strlen(refusal->codes);
  size_t more = strlen(code);
  if (!more || strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") != more ||
      length + more + 3 > sizeof refusal->codes)
    return;
  if (length == 0)
    refusal->codes[length++] = ' ';
  memcpy(refusal->codes + length, code, more);
  memcpy(refusal->codes + length + more, " ", 2);
}

static void read_errors(struct registry_refusal *refusal, const json_t *errors) {
  size_t i;
  const json_t *error;
  json_array_foreach(errors, i, error) {
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    if (code)
      add_code(refusal, code);
    if (message && !refusal->message[0])
      copy_line(refusal->message, sizeof refusal->message, message);
  }
}

void registry_read_refusal(struct artm_call *call, struct artm_http_response *response,
                           struct registry_refusal *ret) {
  *ret = (struct registry_refusal){.status = response->status};
  auto_free char *body = registry_zalloc(BODY_MAX + 1);
  uint64_t length = 0;
  while (length < BODY_MAX) {
    int64_t got = response->body->read(response->body, call, body + length, BODY_MAX - length);
    if (got <= 0)
      break;
    length += (uint64_t)got;
  }
  artm_http_close(response);
  auto_json *document = registry_parse_json(body, length);
  read_errors(ret, json_object_get(document, "errors"));
  bool is_markup = body[strspn(body, " \t\r\n")] == '<';
  if (!ret->message[0] && !document && !is_markup)
    copy_line(ret->message, sizeof ret->message, body);
}

bool registry_refusal_has(const struct registry_refusal *refusal, const char *code) {
  char word[64];
  snprintf(word, sizeof word, " %s ", code);
  return strstr(refusal->codes, word) != NULL;
}

int32_t registry_status_code(uint32_t status) {
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
  case 412: /* Harbor's word for an immutable tag */
    return ARTM_E_CONFLICT;
  case 408:
  case 416:
  case 499:
    return ARTM_E_NETWORK;
  case 429:
    return ARTM_E_RATE_LIMIT;
  default:
    return status >= 500 && status != 501 && status != 505 ? ARTM_E_NETWORK : ARTM_E_UNSUPPORTED;
  }
}
