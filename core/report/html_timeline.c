/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline of the HTML report: a lane for each worker, and the same as a table. */
#include "base/memory.h"
#include "report/html.h"
#include "report/run_table.h"
#include <stdlib.h>

#define LANES_MAX 64
#define TICKS 4
/* Parts of the whole time: a narrower job shows its longest phase only, or has no name. */
#define PHASES_SHOWN 500
#define NAME_SHOWN 24

struct stretch { /* one job's spans on one worker */
  const struct job_record *job;
  size_t index;
  uint32_t worker;
  int64_t start_ms, end_ms;
};
struct timeline {
  struct stretch *stretches; /* by worker, then by time */
  size_t count, capacity;
  int64_t start_ms, end_ms;
};

static bool is_sound(const struct job_span *span) {
  return span->start_ms > 0 && span->end_ms >= span->start_ms;
}

static int compare_stretches(const void *left, const void *right) {
  const struct stretch *a = left, *b = right;
  if (a->worker != b->worker)
    return a->worker < b->worker ? -1 : 1;
  if (a->start_ms != b->start_ms)
    return a->start_ms < b->start_ms ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

static void add_job(struct timeline *line, const struct job_record *job, size_t index) {
  size_t first = line->count;
  for (size_t i = 0; i < job->span_count; i++) {
    const struct job_span *span = &job->spans[i];
    if (!is_sound(span))
      continue;
    size_t at = first;
    while (at < line->count && line->stretches[at].worker != span->worker)
      at++;
    if (at == line->count) {
      line->stretches =
          mem_grow(line->stretches, line->count, &line->capacity, sizeof *line->stretches);
      line->stretches[line->count++] =
          (struct stretch){job, index, span->worker, span->start_ms, span->end_ms};
    }
    struct stretch *stretch = &line->stretches[at];
    if (span->start_ms < stretch->start_ms)
      stretch->start_ms = span->start_ms;
    if (span->end_ms > stretch->end_ms)
      stretch->end_ms = span->end_ms;
  }
}

static struct timeline timeline_of(const struct run_report *report) {
  struct timeline line = {0};
  for (size_t i = 0; i < report->job_count; i++)
    add_job(&line, report->jobs[i], i);
  for (size_t i = 0; i < line.count; i++) {
    const struct stretch *stretch = &line.stretches[i];
    if (i == 0 || stretch->start_ms < line.start_ms)
      line.start_ms = stretch->start_ms;
    if (i == 0 || stretch->end_ms > line.end_ms)
      line.end_ms = stretch->end_ms;
  }
  if (line.count > 0)
    qsort(line.stretches, line.count, sizeof *line.stretches, compare_stretches);
  return line;
}

static uint64_t whole(const struct timeline *line) {
  return line->end_ms > line->start_ms ? (uint64_t)(line->end_ms - line->start_ms) : 1;
}

static const char *phase_kind(const char *phase) {
  static const char *const kinds[] = {"resolve", "compare",   "plan", "transfer", "manifests",
                                      "tag",     "referrers", "scan", "verify"};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (text_equal(phase, kinds[i]))
      return kinds[i];
  return "other";
}

static void add_place(struct buf *out, const struct timeline *line, int64_t start_ms,
                      int64_t end_ms) {
  buf_text(out, " x=\"");
  html_percent(out, (uint64_t)(start_ms - line->start_ms), whole(line));
  buf_text(out, "%\" width=\"");
  html_percent(out, (uint64_t)(end_ms - start_ms), whole(line));
  buf_text(out, "%\"");
}

static void add_phase(struct buf *out, const struct timeline *line, const char *phase,
                      int64_t start_ms, int64_t end_ms) {
  buf_printf(out, "<rect class=\"p-%s\" y=\"18\" height=\"14\"", phase_kind(phase));
  add_place(out, line, start_ms, end_ms);
  buf_text(out, "/>");
}

/* "resolve 0.1s, transfer 2.0s" */
static void add_phases_text(struct buf *out, const struct stretch *stretch) {
  bool first = true;
  for (size_t i = 0; i < stretch->job->span_count; i++) {
    const struct job_span *span = &stretch->job->spans[i];
    if (!is_sound(span) || span->worker != stretch->worker)
      continue;
    auto_free char *time = run_time(span->start_ms, span->end_ms);
    buf_text(out, first ? "" : ", ");
    html_text(out, span->phase);
    buf_printf(out, " %s", time);
    first = false;
  }
}

static void add_stretch(struct buf *out, const struct timeline *line,
                        const struct stretch *stretch) {
  uint64_t time = (uint64_t)(stretch->end_ms - stretch->start_ms);
  const struct job_span *longest = NULL;
  buf_text(out, "<g><title>");
  html_label(out, stretch->job);
  buf_text(out, ": ");
  add_phases_text(out, stretch);
  buf_text(out, "</title>");
  for (size_t i = 0; i < stretch->job->span_count; i++) {
    const struct job_span *span = &stretch->job->spans[i];
    if (!is_sound(span) || span->worker != stretch->worker)
      continue;
    if (longest == NULL || span->end_ms - span->start_ms > longest->end_ms - longest->start_ms)
      longest = span;
    if (time > whole(line) / PHASES_SHOWN)
      add_phase(out, line, span->phase, span->start_ms, span->end_ms);
  }
  if (time <= whole(line) / PHASES_SHOWN && longest != NULL)
    add_phase(out, line, longest->phase, stretch->start_ms, stretch->end_ms);
  if (time > whole(line) / NAME_SHOWN) {
    buf_text(out, "<svg height=\"16\"");
    add_place(out, line, stretch->start_ms, stretch->end_ms);
    buf_text(out, "><text x=\"1\" y=\"12\">");
    html_label(out, stretch->job);
    buf_text(out, "</text></svg>");
  }
  buf_text(out, "</g>\n");
}

static void add_axis(struct buf *out, const struct timeline *line) {
  buf_text(out, "<div class=\"lane axis\" aria-hidden=\"true\"><span></span><div class=\"ticks\">");
  for (uint64_t i = 0; i <= TICKS; i++) {
    auto_free char *time = text_duration(whole(line) / TICKS * i);
    buf_printf(out, "<span>%s</span>", time);
  }
  buf_text(out, "</div></div>\n");
}

static void add_legend(struct buf *out, const struct timeline *line) {
  auto_strings seen = {0};
  buf_text(out, "<p class=\"phases\">");
  for (size_t i = 0; i < line->count; i++) {
    const struct job_record *job = line->stretches[i].job;
    for (size_t j = 0; j < job->span_count; j++) {
      const char *kind = phase_kind(job->spans[j].phase);
      if (strings_has(&seen, kind))
        continue;
      strings_add(&seen, kind);
      buf_printf(out, "<span><span class=\"key p-%s\"></span>%s</span> ", kind, kind);
    }
  }
  buf_text(out, "</p>\n");
}

static void add_lanes(struct buf *out, const struct timeline *line) {
  size_t lanes = 0;
  for (size_t i = 0, end; i < line->count && lanes < LANES_MAX; i = end, lanes++) {
    uint32_t worker = line->stretches[i].worker;
    for (end = i; end < line->count && line->stretches[end].worker == worker;)
      end++;
    buf_printf(out,
               "<div class=\"lane\"><span>Worker %lu</span><svg role=\"img\" width=\"100%%\" "
               "height=\"34\" aria-label=\"Worker %lu: ",
               (unsigned long)worker + 1, (unsigned long)worker + 1);
    html_count(out, end - i, "job");
    buf_text(out, "\"><rect class=\"track\" y=\"18\" width=\"100%\" height=\"14\"/>\n");
    for (size_t j = i; j < end; j++)
      add_stretch(out, line, &line->stretches[j]);
    buf_text(out, "</svg></div>\n");
  }
}

static void add_table(struct buf *out, const struct timeline *line) {
  buf_text(out,
           "<details><summary>The timeline as a table</summary><div class=\"scroll\">"
           "<table id=\"time-table\" class=\"sortable\">\n<thead><tr><th scope=\"col\">Job</th>"
           "<th scope=\"col\" class=\"n\">Worker</th><th scope=\"col\" class=\"n\">Begins after"
           "</th><th scope=\"col\" class=\"n\" data-first=\"descending\">Takes</th>"
           "<th scope=\"col\">Phases</th></tr></thead>\n<tbody>\n");
  for (size_t i = 0; i < line->count; i++) {
    const struct stretch *stretch = &line->stretches[i];
    buf_printf(out, "<tr><th scope=\"row\" class=\"c-name\"><a href=\"#job-%zu\">",
               stretch->index + 1);
    html_name(out, stretch->job);
    buf_printf(out, "</a></th><td class=\"n c-worker\" data-v=\"%lu\">%lu</td>",
               (unsigned long)stretch->worker + 1, (unsigned long)stretch->worker + 1);
    html_time_cell(out, "c-begin", line->start_ms, stretch->start_ms);
    html_time_cell(out, "c-time", stretch->start_ms, stretch->end_ms);
    buf_text(out, "<td class=\"c-phases\">");
    add_phases_text(out, stretch);
    buf_text(out, "</td></tr>\n");
  }
  buf_text(out, "</tbody></table></div></details>\n");
}

void html_timeline(struct buf *out, const struct run_report *report) {
  struct timeline line = timeline_of(report);
  if (line.count > 0) {
    buf_text(out, "<section id=\"timeline\" tabindex=\"-1\">\n<h2>Timeline</h2>\n");
    add_legend(out, &line);
    buf_text(out, "<div class=\"lanes\">\n");
    add_lanes(out, &line);
    add_axis(out, &line);
    buf_text(out, "</div>\n");
    add_table(out, &line);
    buf_text(out, "</section>\n");
  }
  free(line.stretches);
}
