/* SPDX-License-Identifier: Apache-2.0 */
/* Tools that did not end well. */
#include "common/outcome.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include <stdbool.h>
#include <string.h>

#define TEXT_MAX 600
/* As the host escapes them. */
#define NEWLINE "\\x0a"
#define TAB "\\x09"
#define SIGNAL_KILL 9

char *outcome_text(const struct artm_command_result *result) {
  const char *from = result->stderr_tail ? result->stderr_tail : "";
  size_t length = strlen(from);
  if (length > TEXT_MAX) {
    from += length - TEXT_MAX;
    const char *line = strstr(from, NEWLINE);
    if (line && line[strlen(NEWLINE)])
      from = line;
  }
  char *text = registry_zalloc(strlen(from) + 1), *end = text;
  bool gap = false;
  while (*from) {
    if (!strncmp(from, NEWLINE, strlen(NEWLINE))) {
      from += strlen(NEWLINE);
      gap = end > text;
      continue;
    }
    if ((gap || end == text) && (*from == ' ' || !strncmp(from, TAB, strlen(TAB)))) {
      from += *from == ' ' ? 1 : strlen(TAB);
      continue;
    }
    if (gap) { /* two bytes for four */
      *end++ = ';';
      *end++ = ' ';
      gap = false;
    }
    *end++ = *from++;
  }
  *end = '\0';
  return text;
}

int32_t outcome_fail(const struct artm_host *host, struct artm_call *call, int32_t code,
                     const char *where, const char *command,
                     const struct artm_command_result *result) {
  auto_free char *text = outcome_text(result);
  const char *colon = *text ? ": " : "";
  if (result->exit_code >= 0)
    return fail(host, call, code, where, NULL, "%s ended with exit status %d%s%s", command,
                result->exit_code, colon, text);
  return fail(host, call, code, where,
              result->signal == SIGNAL_KILL ? "the machine may have run out of memory" : NULL,
              "%s was killed by signal %u%s%s", command, result->signal, colon, text);
}
