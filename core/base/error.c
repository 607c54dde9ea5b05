/* SPDX-License-Identifier: Apache-2.0 */
/* The one error object. */
#include "base/error.h"
#include "base/memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list args) {
  char *text = NULL;
  if (vasprintf(&text, format, args) < 0)
    return str_copy("(no memory for the message)");
  return text;
}

int error_set(struct error *err, int32_t code, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *message = format_text(format, args);
  va_end(args);
  error_done(err);
  err->code = code;
  err->message = message;
  return code;
}

int error_wrap(struct error *err, const char *format, ...) {
  va_list args;
  va_start(args, format);
  auto_free char *context = format_text(format, args);
  va_end(args);
  char *message = str_format("%s: %s", context, err->message ? err->message : "failed");
  free(err->message);
  err->message = message;
  return err->code;
}

static int replace(const struct error *err, char **slot, char *text) {
  free(*slot);
  *slot = text;
  return err->code;
}

int error_hint(struct error *err, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = format_text(format, args);
  va_end(args);
  return replace(err, &err->hint, text);
}

int error_where(struct error *err, const char *format, ...) {
  va_list args;
  va_start(args, format);
  char *text = format_text(format, args);
  va_end(args);
  return replace(err, &err->where, text);
}

int error_move(struct error *to, struct error *from) {
  if (to == from)
    return to->code;
  error_done(to);
  *to = *from;
  *from = (struct error){0};
  return to->code;
}

int error_copy(struct error *to, const struct error *from) {
  error_done(to);
  *to = (struct error){.code = from->code,
                       .retry_after_ms = from->retry_after_ms,
                       .tried = from->tried,
                       .message = str_copy(from->message),
                       .hint = str_copy(from->hint),
                       .where = str_copy(from->where),
                       .field = str_copy(from->field)};
  return to->code;
}

int error_copy_abi(struct error *to, const struct artm_error *from) {
  struct artm_error record = {0};
  memcpy(&record, from, from->struct_size < sizeof record ? from->struct_size : sizeof record);
  struct error copy = {
      .code = record.code < 0 ? record.code : ARTM_E_INTERNAL,
      .retry_after_ms = record.retry_after_ms,
      .message = str_copy(record.message ? record.message : "failed without a message"),
      .hint = str_copy(record.hint),
      .where = str_copy(record.where),
      .field = str_copy(record.field),
  };
  return error_move(to, &copy);
}

void error_done(struct error *err) {
  if (err == NULL)
    return;
  free(err->message);
  free(err->hint);
  free(err->where);
  free(err->field);
  *err = (struct error){0};
}

const char *error_code_name(int32_t code) {
  static const char *const names[] = {
      [-ARTM_E_CONFIG] = "config",           [-ARTM_E_AUTH] = "auth",
      [-ARTM_E_DENIED] = "denied",           [-ARTM_E_NOT_FOUND] = "not found",
      [-ARTM_E_CONFLICT] = "conflict",       [-ARTM_E_NETWORK] = "network",
      [-ARTM_E_RATE_LIMIT] = "rate limit",   [-ARTM_E_DIGEST] = "digest",
      [-ARTM_E_POLICY] = "policy",           [-ARTM_E_LOCAL] = "local resource",
      [-ARTM_E_CANCELLED] = "cancelled",     [-ARTM_E_TIMEOUT] = "timeout",
      [-ARTM_E_UNSUPPORTED] = "unsupported", [-ARTM_E_NOMEM] = "no memory",
      [-ARTM_E_INTERNAL] = "internal",       [-ARTM_E_BLOB_UNKNOWN] = "blob unknown",
  };
  const int32_t count = (int32_t)(sizeof names / sizeof names[0]);
  if (code >= 0 || code <= -count)
    return "internal";
  return names[-code];
}
