/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror versions: what an entry's selectors pick, and why the rest is left out. */
#include "base/json.h"
#include "base/map.h"
#include "cli/resolve.h"
#include "report/guard.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXAMPLES 3 /* versions shown for a reason */

static const struct option options[] = {
    {"format", 0, "FORMAT", "text|json", "text, or json with every version"},
};

static void add_escaped(struct buf *out, const char *text) {
  auto_free char *escaped = text_escaped(text);
  buf_text(out, escaped);
}

/* What needs no list. */
static void print_literals(const struct entry *entry, struct buf *out) {
  size_t count = 0;
  for (size_t i = 0; i < entry->version_count; i++) {
    if (entry->versions[i].selector != NULL)
      continue;
    auto_free char *text = matrix_version_text(&entry->versions[i]);
    buf_text(out, count++ == 0 ? "  named: " : ", ");
    add_escaped(out, text);
  }
  buf_text(out, count > 0 ? "\n" : "");
}

static void print_selector(const struct resolution *resolution, size_t item, struct buf *out) {
  const struct version_item *selector = &resolution->entry->versions[item];
  const struct picks *picks = &resolution->picks;
  auto_free char *spelled = version_spelled(selector);
  buf_text(out, "  ");
  add_escaped(out, spelled);
  if (selector->selector->only_excludes) {
    buf_text(out, " takes away from all others\n");
    return;
  }
  size_t count = 0;
  for (size_t i = 0; i < picks->count; i++) {
    if (picks->verdicts[picks->order[i]].by != selector)
      continue;
    buf_text(out, count++ == 0 ? " picks:\n" : "");
    buf_text(out, "    ");
    add_escaped(out, resolution->candidates[picks->order[i]].version);
    buf_text(out, "\n");
  }
  if (count == 0)
    buf_text(out, picks->matched[item] ? " picks only what others pick too\n" : " picks nothing\n");
}

struct reason {
  size_t count;
  struct buf examples;
};

static void count_reasons(const struct resolution *resolution, struct map *reasons) {
  for (size_t i = 0; i < resolution->candidate_count; i++) {
    const char *text = resolution->picks.verdicts[i].reason;
    if (text == NULL)
      continue;
    struct reason *reason = map_get(reasons, text);
    if (reason == NULL) {
      reason = mem_alloc(sizeof *reason);
      map_put(reasons, text, reason);
    }
    if (reason->count++ >= EXAMPLES)
      continue;
    buf_text(&reason->examples, reason->count > 1 ? ", " : "");
    add_escaped(&reason->examples, resolution->candidates[i].version);
  }
}

static void print_reasons(const struct resolution *resolution, struct buf *out) {
  struct map reasons = {0};
  count_reasons(resolution, &reasons);
  for (size_t i = 0; i < reasons.count; i++) {
    struct reason *reason = reasons.items[i].value;
    buf_printf(out, "  left out %zu: ", reason->count);
    add_escaped(out, reasons.items[i].key);
    buf_printf(out, " (%s%s)\n", reason->examples.data, reason->count > EXAMPLES ? ", ..." : "");
    buf_done(&reason->examples);
    free_pointer(&reason);
  }
  map_done(&reasons);
}

/* With --verbose, each version by itself, in the source's order. */
static void print_each(const struct resolution *resolution, struct buf *out) {
  for (size_t i = 0; i < resolution->candidate_count; i++) {
    const char *reason = resolution->picks.verdicts[i].reason;
    if (reason == NULL)
      continue;
    buf_text(out, "  left out ");
    add_escaped(out, resolution->candidates[i].version);
    buf_text(out, ": ");
    add_escaped(out, reason);
    buf_text(out, "\n");
  }
}

static void print_text(const struct app *app, const struct entry *entry,
                       const struct resolution *resolution, struct buf *out) {
  buf_printf(out, "%s/", entry->schema->section);
  add_escaped(out, entry->name);
  if (resolution == NULL)
    buf_text(out, ": no selector\n");
  else if (resolution->error.code != 0)
    buf_text(out, ": not resolved\n");
  else
    buf_printf(out, ": %zu offered, %zu picked\n", resolution->candidate_count,
               resolution->picks.count);
  print_literals(entry, out);
  if (resolution == NULL || resolution->picks.verdicts == NULL)
    return;
  for (size_t i = 0; i < entry->version_count; i++)
    if (entry->versions[i].selector != NULL)
      print_selector(resolution, i, out);
  if (app->verbose)
    print_each(resolution, out);
  else
    print_reasons(resolution, out);
}

static json_t *verdict_json(const struct resolution *resolution, size_t i) {
  const struct candidate *candidate = &resolution->candidates[i];
  const struct verdict *verdict = &resolution->picks.verdicts[i];
  json_t *json = json_pack("{s:o, s:b}", "version", guard_string(candidate->version), "picked",
                           verdict->by != NULL);
  if (candidate->dated) {
    char text[32];
    time_t created = (time_t)candidate->created;
    struct tm parts;
    if (gmtime_r(&created, &parts) != NULL && strftime(text, sizeof text, "%FT%TZ", &parts) > 0)
      json_object_set_new(json, "created", json_string(text));
  }
  if (verdict->by != NULL) {
    auto_free char *spelled = version_spelled(verdict->by);
    json_object_set_new(json, "by", guard_string(spelled));
  } else if (verdict->reason != NULL) {
    json_object_set_new(json, "reason", guard_string(verdict->reason));
  }
  return json;
}

static json_t *entry_json(const struct entry *entry, const struct resolution *resolution) {
  json_t *json = json_pack("{s:s, s:o, s:[], s:[]}", "section", entry->schema->section, "name",
                           guard_string(entry->name), "named", "offered");
  for (size_t i = 0; i < entry->version_count; i++) {
    if (entry->versions[i].selector != NULL)
      continue;
    auto_free char *text = matrix_version_text(&entry->versions[i]);
    json_array_append_new(json_object_get(json, "named"), guard_string(text));
  }
  for (size_t i = 0;
       resolution != NULL && resolution->picks.verdicts != NULL && i < resolution->candidate_count;
       i++)
    json_array_append_new(json_object_get(json, "offered"), verdict_json(resolution, i));
  if (resolution != NULL && resolution_error(resolution) != NULL)
    json_object_set_new(json, "error", guard_string(resolution_error(resolution)->message));
  return json;
}

static const struct resolution *resolution_of(const struct session *session,
                                              const struct entry *entry) {
  for (size_t i = 0; i < session->resolutions.count; i++)
    if (session->resolutions.items[i].entry == entry)
      return &session->resolutions.items[i];
  return NULL;
}

/* Logs what failed; the exit code is that of all failures, or 1. */
static int fail(const struct app *app, const struct resolution *resolution, int code) {
  auto_error err = {0};
  error_copy(&err, resolution_error(resolution));
  if (resolution->error.code == 0) /* its own hint leads to this command */
    error_hint(&err, "write 'allow_empty: true' in the entry if that is how it should be");
  int other = app_fail(app, &err);
  return code == 0 || code == other ? other : 1;
}

/* Shows every entry that is selected, and then what failed. Returns the exit code. */
static int show(struct session *session, const struct arguments *arguments,
                const struct matrix *selected) {
  bool json = text_equal(argument_value(arguments, "format"), "json");
  auto_json all = json_array();
  auto_buf text = {0};
  const struct entry *last = NULL;
  for (size_t i = 0; i < selected->count; i++) {
    const struct entry *entry = selected->rows[i].entry;
    if (entry == last)
      continue;
    const struct resolution *resolution = resolution_of(session, entry);
    if (json)
      json_array_append_new(all, entry_json(entry, resolution));
    else
      print_text(session->app, entry, resolution, &text);
    last = entry;
  }
  if (json) {
    auto_free char *compact = json_dumps(all, JSON_INDENT(2));
    buf_printf(&text, "%s\n", compact);
  }
  app_print(session->app, text.data, text.len);
  int code = 0;
  for (size_t i = 0; i < session->resolutions.count; i++)
    if (resolution_error(&session->resolutions.items[i]) != NULL)
      code = fail(session->app, &session->resolutions.items[i], code);
  return code;
}

/* The rows of SECTION/NAME. */
static int choose(const struct session *session, const char *word, struct matrix *selected,
                  struct error *err) {
  const char *slash = strchr(word, '/');
  auto_free char *section = str_copy_n(word, (size_t)(slash - word));
  auto_free char *text = str_format("%s=%s", section, slash + 1);
  struct selection selection = {0};
  int result = selection_add(&selection, NULL, text, session->schemas, session->schema_count, err);
  if (result == 0) {
    free(selection.items[0].spelled);
    selection.items[0].spelled = str_copy(word);
    result = selection_check(&selection, &session->entries, err);
  }
  if (result == 0)
    matrix_select(&session->all, &selection, NULL, selected);
  selection_done(&selection);
  return result;
}

static int list(struct session *session, const struct arguments *arguments, int *ret_code,
                struct error *err) {
  struct matrix selected = {0};
  int result = choose(session, arguments->words.items[0], &selected, err);
  if (result == 0 && matrix_is_unresolved(&selected))
    result = session_list(session, &selected, 0, err);
  if (result == 0)
    *ret_code = show(session, arguments, &selected);
  matrix_done(&selected);
  return result;
}

/* SECTION/NAME, which has all versions. */
static int check_word(const struct strings *words, struct error *err) {
  const char *word = words->count == 1 ? words->items[0] : "";
  const char *slash = strchr(word, '/'), *equals = strchr(word, '='), *at = strchr(word, '@');
  if (equals != NULL && equals > word && (slash == NULL || equals < slash)) {
    error_set(err, ARTM_E_CONFIG, "versions needs SECTION/NAME, not SECTION=NAME");
    return error_hint(err, "write %.*s/%s", (int)(equals - word), word, equals + 1);
  }
  if (slash == NULL || slash == word || slash[1] == '\0')
    return error_set(err, ARTM_E_CONFIG, "versions needs one SECTION/NAME");
  if (at == NULL)
    return 0;
  error_set(err, ARTM_E_CONFIG, "versions shows all versions of an entry, not those of '%s'", at);
  return error_hint(err, "write %.*s", (int)(at - word), word);
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  struct session session = {0};
  int code = 0;
  if (check_word(&arguments->words, &err) != 0)
    return app_usage(&command_versions, &err);
  if (session_load(&session, app, &err) != 0)
    code = app_fail(app, &err);
  else if (!session_is_valid(&session))
    code = EXIT_USAGE;
  else if (list(&session, arguments, &code, &err) != 0)
    code = app_fail(app, &err);
  session_done(&session);
  return code;
}

const struct command command_versions = {
    .name = "versions",
    .usage = "versions SECTION/NAME [--format text|json]",
    .purpose = "Shows what the selectors of an entry pick and why the rest is left out.",
    .options = {options, sizeof options / sizeof options[0]},
    .examples = "  artmirror versions SECTION/NAME\n"
                "  artmirror versions 'SECTION/team/*' --verbose\n",
    .run = run,
};
