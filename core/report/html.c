/* SPDX-License-Identifier: Apache-2.0 */
/* The HTML report: one file that needs nothing else and allows nothing but its own script. */
#include "report/html.h"
#include "base/memory.h"
#include "report/render.h"
#include <openssl/evp.h>

#define SHA256_SIZE 32

static void add_lines(struct buf *out, const char *const *lines) {
  for (; *lines != NULL; lines++)
    buf_text(out, *lines);
}

/* What a policy calls a text: 'sha256-<base64>'. */
static void add_hash(struct buf *out, const char *const *lines) {
  auto_buf text = {0};
  unsigned char hash[SHA256_SIZE], base64[SHA256_SIZE * 2];
  add_lines(&text, lines);
  if (EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL) != 1) {
    buf_text(out, "'none'");
    return;
  }
  EVP_EncodeBlock(base64, hash, sizeof hash);
  buf_printf(out, "'sha256-%s'", (const char *)base64);
}

static void add_title(struct buf *out, const struct run_report *report) {
  buf_text(out, "artmirror ");
  html_text(out, report->command);
  if (report->id != NULL) {
    buf_text(out, " ");
    html_text(out, report->id);
  }
}

static void add_head(struct buf *out, const struct run_report *report) {
  buf_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src ");
  add_hash(out, html_style);
  buf_text(out, "; script-src ");
  add_hash(out, html_script);
  buf_text(out, "; base-uri 'none'; form-action 'none'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<title>");
  add_title(out, report);
  buf_text(out, "</title>\n<style>");
  add_lines(out, html_style);
  buf_text(out, "</style>\n</head>\n");
}

void html_notices(struct buf *out, const struct run_report *report) {
  if (report->notices.count == 0)
    return;
  buf_text(out, "<section id=\"notices\" tabindex=\"-1\">\n<h2>Notices</h2>\n<ul>\n");
  for (size_t i = 0; i < report->notices.count; i++) {
    buf_text(out, "<li>");
    html_text(out, report->notices.items[i]);
    buf_text(out, "</li>\n");
  }
  buf_text(out, "</ul>\n</section>\n");
}

static const struct section {
  const char *id, *name;
  void (*write)(struct buf *out, const struct run_report *);
} sections[] = {
    {"summary", "Summary", html_summary}, {"failures", "Failures", html_failures},
    {"scans", "Scans", html_scans},       {"findings", "Findings", html_findings},
    {"jobs", "Jobs", html_jobs},          {"timeline", "Timeline", html_timeline},
    {"notices", "Notices", html_notices},
};

static void add_sections(struct buf *out, const struct run_report *report) {
  auto_buf body = {0};
  buf_text(out, "<nav aria-label=\"Parts of the report\">");
  for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
    size_t before = body.len;
    sections[i].write(&body, report);
    if (body.len > before)
      buf_printf(out, "<a href=\"#%s\">%s</a>", sections[i].id, sections[i].name);
  }
  buf_text(out, "</nav>\n</header>\n<main>\n");
  buf_add(out, body.data, body.len);
}

void render_html(const struct run_report *report, struct buf *out) {
  add_head(out, report);
  buf_text(out, "<body>\n<a class=\"skip\" href=\"#summary\">Skip to the summary</a>\n<header>\n"
                "<p class=\"brand\">artmirror</p>\n");
  add_sections(out, report);
  buf_text(out, "</main>\n<footer>Run ");
  html_text(out, report->id);
  buf_text(out, " of artmirror ");
  html_text(out, report->version != NULL ? report->version : PACKAGE_VERSION);
  buf_text(out, ".</footer>\n<script>");
  add_lines(out, html_script);
  buf_text(out, "</script>\n</body>\n</html>\n");
}
