/* SPDX-License-Identifier: Apache-2.0 */
/* With what the images of the HTML report were scanned, and what is shown of it. */
#include "base/memory.h"
#include "report/html.h"
#include "report/scan_label.h"
#include <stdlib.h>

static void add_once(struct strings *list, char *text) {
  if (strings_has(list, text))
    free(text);
  else
    strings_add_taken(list, text);
}

static char *filter_text(const struct scan_filter *filter) {
  auto_buf text = {0};
  for (unsigned rank = SEVERITY_COUNT; rank-- > 0;)
    if (filter->severities & SEVERITY_BIT(severity_of_rank(rank)))
      buf_printf(&text, "%s%s", text.len > 0 ? ", " : "", severity_name(severity_of_rank(rank)));
  if (text.len == 0)
    buf_text(&text, "no severity");
  if (filter->ignore_unfixed)
    buf_text(&text, "; only what has a fix");
  bool os = filter->package_classes & PACKAGE_BIT(ARTM_PACKAGE_OS);
  bool library = filter->package_classes & PACKAGE_BIT(ARTM_PACKAGE_LANG);
  if (!os || !library)
    buf_printf(&text, "; only packages of %s", os ? "the system" : "languages");
  return buf_take(&text);
}

static void add_list(struct buf *out, const char *name, const struct strings *list) {
  if (list->count == 0)
    return;
  buf_printf(out, "<div><dt>%s</dt>", name);
  for (size_t i = 0; i < list->count; i++) {
    buf_text(out, "<dd>");
    html_text(out, list->items[i]);
    buf_text(out, "</dd>");
  }
  buf_text(out, "</div>\n");
}

void html_conditions(struct buf *out, const struct run_report *report) {
  auto_strings tools = {0}, filters = {0};
  for (size_t i = 0; i < report->job_count; i++)
    for (size_t j = 0; j < report->jobs[i]->scan_count; j++) {
      const struct job_scan *scan = &report->jobs[i]->scans[j];
      if (scan->result->status == SCAN_OK)
        add_once(&tools, scan_tool_label(&scan->result->tool));
      add_once(&filters, filter_text(&scan->filter));
    }
  buf_text(out, "<dl class=\"facts\">\n");
  add_list(out, "Scanned by", &tools);
  add_list(out, "Shown", &filters);
  buf_text(out, "</dl>\n");
}
