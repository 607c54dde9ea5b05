/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror validate: everything that is wrong with the config, and what it amounts to. */
#include "base/json.h"
#include "cli/session.h"
#include "report/guard.h"
#include <string.h>

static const struct option options[] = {
    {"format", 0, "FORMAT", "text|json|github", "text, json or github (annotations)"},
};

struct tally {
  size_t artefacts, versions, selectors, jobs;
};

/* A row is a job for each of the entry's targets; without any target yet, one. */
static size_t targets_of(const struct session *session, const struct entry *entry) {
  if (entry->targets != NULL)
    return entry->target_count;
  return session->targets.count > 0 ? session->targets.count : 1;
}

static const char *plural(size_t count) {
  return count == 1 ? "" : "s";
}

static struct tally count_section(const struct session *session,
                                  const struct section_schema *schema) {
  struct tally tally = {0};
  for (size_t i = 0; i < session->entries.count; i++)
    if (session->entries.items[i].schema == schema)
      tally.artefacts++;
  for (size_t i = 0; i < session->all.count; i++) {
    if (session->all.rows[i].entry->schema != schema)
      continue;
    if (session->all.rows[i].version->selector != NULL) {
      tally.selectors++;
      continue;
    }
    tally.versions++;
    tally.jobs += targets_of(session, session->all.rows[i].entry);
  }
  return tally;
}

/* "3 versions and 1 selector"; selectors only where there are any. */
static void add_versions(struct buf *out, size_t versions, size_t selectors) {
  buf_printf(out, "%zu version%s", versions, plural(versions));
  if (selectors > 0)
    buf_printf(out, " and %zu selector%s", selectors, plural(selectors));
}

/* What a job count leaves open. */
static const char *at_least(const struct tally *tally) {
  return tally->selectors > 0 ? "at least " : "";
}

static void print_text(const struct session *session, enum problem_format format, struct buf *out) {
  size_t errors = session->problems.errors, warnings = session->problems.count - errors;
  auto_free char *origin = text_escaped(session->document.origin);
  size_t selectors = 0;
  buf_printf(out, "config: %s\n", origin);
  problems_print(&session->problems, format, session->app->color_out, out);
  for (size_t i = 0; i < session->schema_count; i++) {
    struct tally tally = count_section(session, &session->schemas[i]);
    buf_printf(out, "%s: %zu artefact%s, ", session->schemas[i].section, tally.artefacts,
               plural(tally.artefacts));
    add_versions(out, tally.versions, tally.selectors);
    buf_printf(out, ", %s%zu job%s\n", at_least(&tally), tally.jobs, plural(tally.jobs));
    selectors += tally.selectors;
  }
  if (errors > 0) {
    buf_printf(out, "matrix: can't be generated: %zu error%s", errors, plural(errors));
  } else {
    buf_text(out, "matrix: can be generated, ");
    add_versions(out, session->all.count - selectors, selectors);
  }
  if (warnings > 0)
    buf_printf(out, ", %zu warning%s", warnings, plural(warnings));
  buf_text(out, "\n");
}

static void print_json(const struct session *session, struct buf *out) {
  auto_buf problems = {0};
  auto_json head = json_pack("{s:o, s:b}", "config", guard_string(session->document.origin),
                             "valid", session->problems.errors == 0);
  auto_json sections = json_object();
  problems_print(&session->problems, PROBLEM_JSON, false, &problems);
  while (problems.len > 0 && problems.data[problems.len - 1] == '\n')
    problems.len--;
  for (size_t i = 0; i < session->schema_count; i++) {
    struct tally tally = count_section(session, &session->schemas[i]);
    json_object_set_new(sections, session->schemas[i].section,
                        json_pack("{s:I, s:I, s:I, s:I}", "artefacts", (json_int_t)tally.artefacts,
                                  "versions", (json_int_t)tally.versions, "selectors",
                                  (json_int_t)tally.selectors, "jobs", (json_int_t)tally.jobs));
  }
  auto_free char *head_text = json_compact(head), *sections_text = json_compact(sections);
  buf_add(out, head_text, strlen(head_text) - 1);
  buf_text(out, ",\"problems\":");
  buf_add(out, problems.data, problems.len);
  buf_printf(out, ",\"sections\":%s}\n", sections_text);
}

static int validate(struct session *session, const char *format) {
  auto_buf out = {0};
  if (session->problems.errors == 0 && session->targets.count > 0) {
    session_services(session);
    targets_check(&session->targets, &session->settings, &session->services, &session->problems);
  }
  if (strcmp(format, "json") == 0)
    print_json(session, &out);
  else
    print_text(session, strcmp(format, "github") == 0 ? PROBLEM_GITHUB : PROBLEM_TEXT, &out);
  app_print(session->app, out.data, out.len);
  return session->problems.errors > 0 ? EXIT_USAGE : 0;
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  struct session session = {0};
  const char *format = argument_value(arguments, "format");
  if (arguments->words.count > 0) {
    error_set(&err, ARTM_E_CONFIG, "validate takes no argument '%s'", arguments->words.items[0]);
    error_hint(&err, "name the config with --config %s", arguments->words.items[0]);
    return app_usage(&command_validate, &err);
  }
  int code = session_load(&session, app, &err) != 0
                 ? app_fail(app, &err)
                 : validate(&session, format != NULL ? format : "text");
  session_done(&session);
  return code;
}

const struct command command_validate = {
    .name = "validate",
    .usage = "validate [--config FILE|FOLDER|-] [--format text|json|github]",
    .purpose = "Checks the whole config, without network, and says what it amounts to.",
    .options = {options, sizeof options / sizeof options[0]},
    .examples = "  artmirror validate\n"
                "  artmirror validate --config ./configs --format github\n",
    .run = run,
};
