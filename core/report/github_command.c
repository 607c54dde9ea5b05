/* SPDX-License-Identifier: Apache-2.0 */
/* Workflow commands. */
#include "report/github_command.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/guard.h"

#define MESSAGE_MAX 4096 /* GitHub cuts what is longer */
#define ELLIPSIS 3

void github_command_data(struct buf *out, const char *text) {
  for (; *text != '\0'; text++) {
    if (*text == '%' || *text == '\r' || *text == '\n')
      buf_printf(out, "%%%02X", (unsigned char)*text);
    else
      buf_add(out, text, 1);
  }
}

void github_annotation(struct buf *out, const char *level, const char *title, const char *message) {
  auto_free char *clean = guard_field(message);
  auto_buf line = {0}, cut = {0};
  guard_text(&line, clean);
  text_escape(&cut, line.len > 0 ? line.data : "", -1, MESSAGE_MAX - ELLIPSIS);
  buf_printf(out, "::%s title=%s::", level, title);
  github_command_data(out, cut.len > 0 ? cut.data : "");
  buf_text(out, "\n");
}
