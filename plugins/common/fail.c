/* SPDX-License-Identifier: Apache-2.0 */
/* Reports why a call fails, with a formatted message. */
#include "common/fail.h"
#include <stdarg.h>
#include <stdio.h>

int32_t fail(const struct artm_host *host, struct artm_call *call, int32_t code, const char *where,
             const char *hint, const char *format, ...) {
  char message[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  struct artm_error error = {.struct_size = (uint32_t)sizeof error,
                             .code = code,
                             .message = message,
                             .hint = hint,
                             .where = where};
  return host->fail(call, &error);
}
