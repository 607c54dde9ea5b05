/* SPDX-License-Identifier: Apache-2.0 */
/* JSON documents for files and pipes. */
#include "base/memory.h"
#include "report/guard.h"
#include "report/log.h"
#include "report/render.h"

void render_document(const json_t *document, struct buf *out) {
  auto_free char *text = json_dumps(document, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
  auto_free char *redacted = log_redact(text != NULL ? text : "null");
  guard_json(out, redacted);
  buf_text(out, "\n");
}

void render_json(const struct run_report *report, struct buf *out) {
  json_t *document = run_report_json(report);
  render_document(document, out);
  json_decref(document);
}
