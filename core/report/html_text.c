/* SPDX-License-Identifier: Apache-2.0 */
/* Words, numbers, marks and bars of the HTML report. */
#include "base/clock.h"
#include "base/memory.h"
#include "report/html.h"
#include "report/log.h"
#include "report/render.h"
#include "report/run_table.h"
#include <string.h>

#define TEXT_MAX 4000
#define SHORT_HEX 12

void html_text(struct buf *out, const char *text) {
  if (text == NULL)
    return;
  if (strnlen(text, TEXT_MAX + 1) <= TEXT_MAX) {
    escape_markup(out, text);
    return;
  }
  /* Redacted before it is cut: half a secret is no longer known as one. */
  auto_free char *clean = log_redact(text);
  size_t len = strnlen(clean, TEXT_MAX);
  while (len > 0 && ((unsigned char)clean[len] & 0xc0) == 0x80)
    len--;
  clean[len] = '\0';
  escape_markup(out, clean);
  buf_text(out, "&hellip;");
}

void html_link(struct buf *out, const char *link, const char *text) {
  if (link != NULL) {
    buf_text(out, "<a rel=\"noreferrer\" href=\"");
    escape_markup(out, link);
    buf_text(out, "\">");
  }
  html_text(out, text);
  if (link != NULL)
    buf_text(out, "</a>");
}

static void add_version(struct buf *out, const struct job_record *job) {
  if (job->version == NULL)
    return;
  buf_text(out, strchr(job->version, ':') != NULL ? "@" : ":");
  html_text(out, job->version);
}

void html_label(struct buf *out, const struct job_record *job) {
  html_text(out, job->name);
  add_version(out, job);
}

void html_path(struct buf *out, const char *text) {
  auto_buf escaped = {0};
  html_text(&escaped, text);
  for (const char *p = escaped.data; p != NULL && *p != '\0'; p++) {
    buf_add(out, p, 1);
    if (*p == '/') /* no reference has one */
      buf_text(out, "<wbr>");
  }
}

void html_name(struct buf *out, const struct job_record *job) {
  html_path(out, job->name);
  buf_text(out, "<wbr>");
  add_version(out, job);
}

void html_digest(struct buf *out, const char *digest) {
  if (digest == NULL) {
    buf_text(out, "unknown");
    return;
  }
  const char *colon = strchr(digest, ':'), *hex = colon != NULL ? colon + 1 : digest;
  auto_free char *beginning = str_copy_n(hex, strnlen(hex, SHORT_HEX));
  buf_text(out, "<code title=\"");
  html_text(out, digest);
  buf_text(out, "\">");
  html_text(out, beginning);
  buf_text(out, "</code>");
}

void html_time(struct buf *out, int64_t wall_ms) {
  if (wall_ms <= 0) {
    buf_text(out, "unknown");
    return;
  }
  auto_free char *text = clock_format(wall_ms);
  size_t date = strcspn(text, "T");
  if (text[date] == '\0') {
    html_text(out, text);
    return;
  }
  const char *clock = text + date + 1;
  buf_printf(out, "<time datetime=\"%s\">%.*s %.*s UTC</time>", text, (int)date, text,
             (int)strcspn(clock, ".Z"), clock);
}

void html_number(struct buf *out, uint64_t number) {
  auto_free char *digits = str_format("%llu", (unsigned long long)number);
  size_t len = strlen(digits);
  for (size_t i = 0; i < len; i++)
    buf_printf(out, "%s%c", i > 0 && (len - i) % 3 == 0 ? "," : "", digits[i]);
}

void html_count(struct buf *out, uint64_t number, const char *noun) {
  html_number(out, number);
  buf_printf(out, " %s%s", noun, number == 1 ? "" : "s");
}

void html_mark(struct buf *out, const char *kind, const char *word) {
  buf_printf(out, "<span class=\"mark %s\">%s</span>", kind, word);
}

void html_status(struct buf *out, enum job_status status) {
  static const char *const kinds[] = {
      [JOB_PENDING] = "calm",      [JOB_UNCHANGED] = "calm",    [JOB_CREATED] = "good",
      [JOB_UPDATED] = "good",      [JOB_KEPT] = "fair",         [JOB_BLOCKED] = "bad",
      [JOB_FAILED] = "bad",        [JOB_SKIPPED] = "fair",      [JOB_CANCELLED] = "fair",
      [JOB_WOULD_CREATE] = "good", [JOB_WOULD_UPDATE] = "good",
  };
  html_mark(out, kinds[status], job_status_name(status));
}

void html_size_cell(struct buf *out, const char *column, uint64_t bytes) {
  auto_free char *size = text_size(bytes);
  buf_printf(out, "<td class=\"n %s\" data-v=\"%llu\">%s</td>", column, (unsigned long long)bytes,
             size);
}

void html_time_cell(struct buf *out, const char *column, int64_t start_ms, int64_t end_ms) {
  auto_free char *time = run_time(start_ms, end_ms);
  bool known = start_ms > 0 && end_ms > start_ms;
  buf_printf(out, "<td class=\"n %s\" data-v=\"%lld\">%s</td>", column,
             known ? (long long)(end_ms - start_ms) : 0, time);
}

/* In hundredths of a percent, 10000 at most. */
static unsigned share(uint64_t amount, uint64_t whole) {
  if (whole == 0)
    return 0;
  return amount >= whole ? 10000 : (unsigned)((double)amount / (double)whole * 10000.0);
}

static void add_percent(struct buf *out, unsigned hundredths) {
  buf_printf(out, "%u.%02u", hundredths / 100, hundredths % 100);
}

void html_percent(struct buf *out, uint64_t amount, uint64_t whole) {
  add_percent(out, share(amount, whole));
}

void html_bar(struct buf *out, const struct html_part *parts, size_t count, uint64_t whole,
              const char *text) {
  buf_printf(out,
             "<svg class=\"bar\" role=\"img\" aria-label=\"%s\" width=\"100%%\" height=\"14\">"
             "<rect class=\"track\" width=\"100%%\" height=\"14\"/>",
             text);
  unsigned at = 0;
  for (size_t i = 0; i < count; i++) {
    unsigned width = share(parts[i].amount, whole);
    if (parts[i].amount > 0 && width < 100)
      width = 100; /* what is there is seen */
    if (width > 10000 - at)
      width = 10000 - at;
    if (width == 0)
      continue;
    buf_printf(out, "<rect class=\"%s\" height=\"14\" x=\"", parts[i].kind);
    add_percent(out, at);
    buf_text(out, "%\" width=\"");
    add_percent(out, width);
    buf_text(out, "%\"/>");
    at += width;
  }
  buf_text(out, "</svg>");
}
