/* SPDX-License-Identifier: Apache-2.0 */
/* The run in GitHub flavoured Markdown: heading, failures, scans, jobs, findings, notices. What
 * matters most comes first, as the end may be cut. */
#include "report/markdown.h"
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/render.h"
#include "report/totals.h"
#include <string.h>

#define NOTE_MAX 120 /* bytes of the note about what was left out */

void markdown_code(struct buf *out, const char *text, size_t max) {
  auto_free char *shown = excerpt(text, max);
  if (shown[0] == '\0') {
    buf_text(out, "-");
    return;
  }
  buf_text(out, "`");
  for (const char *p = shown; *p != '\0'; p++)
    if (*p == '`' || *p == '|' || (p[0] == '#' && p[1] == '#')) /* "##[" is a command of runners */
      buf_printf(out, "\\x%02x", *p);
    else
      buf_add(out, p, 1);
  buf_text(out, "`");
}

void markdown_link(struct buf *out, const char *text, const char *url) {
  buf_text(out, url != NULL ? "[" : "");
  markdown_code(out, text, EXCERPT_NAME);
  if (url != NULL)
    buf_printf(out, "](<%s>)", url);
}

bool markdown_add(struct markdown *markdown, const char *part, size_t lines) {
  size_t needed = markdown->out->len + strlen(part) + NOTE_MAX;
  if (markdown->close != NULL)
    needed += strlen(markdown->close);
  if (markdown->left_out > 0 || (markdown->end > 0 && needed > markdown->end)) {
    markdown->left_out += lines > 0 ? lines : 1;
    return false;
  }
  buf_text(markdown->out, part);
  return true;
}

void markdown_line(struct markdown *markdown, struct buf *before, const char *line) {
  auto_buf part = {0};
  buf_add(&part, before->data, before->len);
  buf_text(&part, line);
  if (markdown_add(markdown, part.data, 1))
    buf_done(before);
}

static void add_heading(struct markdown *markdown, const struct run_report *report) {
  auto_buf out = {0};
  struct totals sum = totals_of(report);
  auto_buf scans = {0};
  buf_text(&out, "# artmirror ");
  markdown_code(&out, report->command, EXCERPT_NAME);
  if (report->interrupted)
    buf_text(&out, ": interrupted");
  else if (report->exit_code == 0)
    buf_text(&out, ": done");
  else
    buf_printf(&out, ": failed (exit code %d)", report->exit_code);
  buf_text(&out, "\n\n");
  totals_run(report, &sum, &out);
  totals_scans(report, &sum, &scans);
  buf_printf(&out, "\n%s%s%s", scans.len > 0 ? "\n" : "", scans.len > 0 ? scans.data : "",
             scans.len > 0 ? "\n" : "");
  markdown_add(markdown, out.data, 1);
}

static void add_notices(struct markdown *markdown, const struct run_report *report) {
  auto_buf before = {0};
  buf_text(&before, "\n## Notices\n\n");
  for (size_t i = 0; i < report->notices.count; i++) {
    auto_buf line = {0};
    buf_text(&line, "- ");
    markdown_code(&line, report->notices.items[i], EXCERPT_TEXT);
    buf_text(&line, "\n");
    markdown_line(markdown, &before, line.data);
  }
}

/* Within the limit in any case: a note that does not fit either is left out as well. */
static void add_note(struct markdown *markdown) {
  auto_buf note = {0};
  if (markdown->left_out == 0)
    return;
  buf_printf(&note, "\n%zu more %s left out here: see the full report.\n", markdown->left_out,
             markdown->left_out == 1 ? "line is" : "lines are");
  if (markdown->out->len + note.len <= markdown->end)
    buf_text(markdown->out, note.data);
}

void render_markdown(const struct run_report *report, size_t limit, struct buf *out) {
  auto_buf text = {0};
  struct markdown markdown = {.out = &text, .end = limit};
  add_heading(&markdown, report);
  markdown_failures(&markdown, report);
  markdown_scans(&markdown, report);
  markdown_jobs(&markdown, report);
  markdown_findings(&markdown, report);
  add_notices(&markdown, report);
  add_note(&markdown);
  buf_add(out, text.data, text.len);
}
