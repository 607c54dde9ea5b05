/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a report as the formats show them. */
#include "report/excerpt.h"
#include "report/log.h"
#include "report/run_table.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

#define LINK_MAX 2000
#define CUT "..."

static void collapse_space(char *text) {
  char *to = text;
  for (const char *from = text; *from != '\0'; from++) {
    bool space = strchr(" \t\n\v\f\r", *from) != NULL;
    if (!space)
      *to++ = *from;
    else if (to > text && to[-1] != ' ')
      *to++ = ' ';
  }
  if (to > text && to[-1] == ' ')
    to--;
  *to = '\0';
}

/* Escaping may have made it longer than what it was made from. */
static void cut(struct buf *text, size_t max) {
  if (text->len <= max)
    return;
  size_t len = max > strlen(CUT) ? max - strlen(CUT) : 0;
  while (len > 0 && ((unsigned char)text->data[len] & 0xc0) == 0x80)
    len--;
  text->len = len;
  text->data[len] = '\0';
  buf_text(text, CUT);
}

char *excerpt(const char *text, size_t max) {
  auto_free char *clean = log_redact(text != NULL ? text : "");
  collapse_space(clean);
  auto_buf out = {0};
  text_escape(&out, clean, -1, max);
  cut(&out, max);
  return buf_take(&out);
}

bool scan_row_is_listed(const struct scan_row *row) {
  return row->shown || row->violates;
}

char *finding_fixes(const struct artm_finding *finding) {
  auto_buf out = {0};
  for (size_t i = 0; finding->fix_versions != NULL && finding->fix_versions[i] != NULL; i++)
    buf_printf(&out, "%s%s", i > 0 ? ", " : "", finding->fix_versions[i]);
  return buf_take(&out);
}

uint32_t finding_score(const struct artm_finding *finding) {
  const char *source = finding->severity_source;
  bool any = source == NULL || source[0] == '\0';
  uint32_t best = 0;
  for (uint32_t i = 0; finding->cvss != NULL && i < finding->cvss_count; i++) {
    const struct artm_cvss *cvss = &finding->cvss[i];
    bool modern = cvss->version != NULL && (cvss->version[0] == '3' || cvss->version[0] == '4');
    if (modern && (any || text_equal(cvss->source, source)) && cvss->score <= 100 &&
        cvss->score > best)
      best = cvss->score;
  }
  return best;
}

static bool is_plain_in_link(const char *p) {
  if (*p == '%')
    return isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]);
  return isalnum((unsigned char)*p) || strchr("-._~:/?#@!$&*+,;=", *p) != NULL;
}

char *finding_link(const struct artm_finding *finding) {
  const char *url = finding->url != NULL ? finding->url : "";
  if (strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0)
    return NULL;
  if (strnlen(url, LINK_MAX + 1) > LINK_MAX)
    return NULL;
  auto_free char *clean = log_redact(url);
  auto_buf out = {0};
  for (const char *p = clean; *p != '\0'; p++)
    if (is_plain_in_link(p))
      buf_add(&out, p, 1);
    else
      buf_printf(&out, "%%%02X", (unsigned char)*p);
  return buf_take(&out);
}

char *scan_tool_name(const struct scan_result *result) {
  const char *name = result->tool.name != NULL ? result->tool.name : result->tool.plugin;
  return excerpt(name != NULL && name[0] != '\0' ? name : "scanner", EXCERPT_NAME);
}

char *error_excerpt(const struct error *err) {
  auto_free char *message = excerpt(err->message, EXCERPT_TEXT);
  auto_free char *where = excerpt(err->where, EXCERPT_NAME);
  if (where[0] == '\0' || strstr(message, where) != NULL)
    return take(message);
  return str_format("%s: %s", where, message);
}

char *scan_failure(const struct scan_result *result) {
  auto_free char *message = error_excerpt(&result->error);
  auto_free char *hint = excerpt(result->error.hint, EXCERPT_TEXT);
  const char *text = message[0] != '\0' ? message : "no reason is known";
  return str_format("%s%s%s", text, hint[0] != '\0' ? "; hint: " : "", hint);
}

char *job_tag(const struct job_record *job) {
  const char *reference = job->target_reference != NULL ? job->target_reference : "";
  const char *slash = strrchr(reference, '/');
  const char *name = slash != NULL ? slash + 1 : reference;
  const char *mark = strchr(name, '@');
  if (mark == NULL)
    mark = strrchr(name, ':');
  if (mark != NULL && mark[1] != '\0')
    return str_copy(mark + 1);
  return str_copy(job->version != NULL ? job->version : "");
}

char *job_heading(const struct run_report *report, const struct job_record *job) {
  auto_free char *label = job_label(job);
  auto_free char *target =
      report->targets.count > 1 && job->target != NULL ? excerpt(job->target, EXCERPT_NAME) : NULL;
  auto_free char *title = target != NULL ? str_format("%s at %s", label, target) : str_copy(label);
  return excerpt(title, 2 * EXCERPT_NAME);
}
