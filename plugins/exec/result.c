/* SPDX-License-Identifier: Apache-2.0 */
/* A SARIF result as a finding. */
#include "exec/sarif.h"
#include <string.h>
#include <strings.h>

static const char *text_at(const json_t *object, const char *key) {
  return json_text(json_object_get(object, key), "text");
}

static const char *not_empty(const char *text) {
  return text && *text ? text : NULL;
}

static bool is_finding(const json_t *result) {
  const char *kind = json_text(result, "kind");
  const char *state = json_text(result, "baselineState");
  bool is_gone = state && !strcmp(state, "absent");
  return !is_gone &&
         (!kind || !strcmp(kind, "fail") || !strcmp(kind, "open") || !strcmp(kind, "review"));
}

static void set_id(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const char *id = sarif_rule_id(subject->result);
  if (!id)
    id = json_text(subject->rule, "id");
  const char *named = not_empty(SARIF_TOLD(subject, "Vulnerability"));
  /* Some rules are a vulnerability in a package: "CVE-1-openssl". */
  bool is_longer = named && id && !strncmp(id, named, strlen(named)) && id[strlen(named)] == '-';
  row->id = is_longer ? named : id;
}

/* Ids that stand in other texts, as in "(CVE-2022-1) curl". */
static const char *find_cve(struct finding *finding, const char *text) {
  const char *at = text ? strstr(text, "CVE-") : NULL;
  size_t length = at ? strspn(at + 4, "0123456789-") : 0;
  return length > 5 ? finding_copy(finding, at, 4 + length) : NULL;
}

static void set_aliases(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const json_t *ids = json_object_get(subject->rule, "deprecatedIds");
  const char *const *given = finding_strings(subject->finding, ids);
  const char **list = finding_memory(subject->finding, FINDING_LIST_MAX + 1, sizeof *list);
  size_t count = 0;
  for (; given && *given; given++)
    if (!row->id || strcmp(*given, row->id) != 0)
      list[count++] = *given;
  const char *cve =
      row->id && !strncmp(row->id, "CVE-", 4) ? NULL : find_cve(subject->finding, row->description);
  if (!count && cve)
    list[count++] = cve;
  row->aliases = count ? list : NULL;
}

static void set_texts(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const char *title = text_at(subject->rule, "shortDescription");
  const char *source = not_empty(SARIF_TOLD(subject, "Data Namespace"));
  bool is_line = subject->message && !strchr(subject->message, '\n');
  row->title = title || !is_line ? title : subject->message;
  row->description = text_at(subject->rule, "fullDescription");
  row->url = json_text(subject->rule, "helpUri");
  row->data_source = source ? source : subject->driver;
  row->severity_source = subject->driver;
}

/* "Fixed Version:" without a version means that there is none. */
static void set_fix(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const char *text = SARIF_TOLD(subject, "Fixed Version", "Fix Version", "Fixed in");
  if (!text)
    text = json_string_value(sarif_property(subject, "fixed_version"));
  if (!text)
    return;
  static const char *const none[] = {"not fixed", "none", "n/a", "-", "unknown"};
  bool is_none = !*text;
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    is_none = is_none || !strcasecmp(text, none[i]);
  row->fix_versions = is_none ? NULL : list_of(subject->finding, text);
  row->fix_state = row->fix_versions ? ARTM_FIX_FIXED : ARTM_FIX_AFFECTED;
}

/* The last of "accepted" suppressions; one under review or rejected suppresses nothing. */
static void set_suppressed(const struct sarif_subject *subject) {
  struct artm_finding *row = &subject->finding->row;
  const json_t *list = json_object_get(subject->result, "suppressions"), *item;
  size_t i;
  json_array_foreach(list, i, item) {
    const char *status = json_text(item, "status");
    if (status && strcmp(status, "accepted") != 0)
      continue;
    row->suppressed_status = "accepted";
    row->suppressed_statement = json_text(item, "justification");
    row->suppressed_source = json_text(item, "kind");
  }
}

bool sarif_finding(const json_t *run, const json_t *result, struct finding *finding,
                   struct sarif_system *system) {
  if (!is_finding(result))
    return false;
  const json_t *rule = sarif_rule_of(run, result);
  const struct sarif_subject subject = {.result = result,
                                        .rule = rule,
                                        .driver = json_text(run, "driver"),
                                        .message = text_at(result, "message"),
                                        .help = text_at(rule, "help"),
                                        .finding = finding};
  set_id(&subject);
  set_texts(&subject);
  set_aliases(&subject);
  sarif_set_severity(&subject);
  sarif_set_package(&subject, system);
  set_fix(&subject);
  set_suppressed(&subject);
  return true;
}
