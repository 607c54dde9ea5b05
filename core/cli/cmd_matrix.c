/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror matrix: the jobs as a list for people and for CI systems. */
#include "cli/resolve.h"
#include "report/github.h"
#include "report/log.h"
#include <string.h>

static const struct option options[] = {
    {"format", 0, "FORMAT", "json|github|table",
     "json, github (outputs of a step: matrix and count) or table"},
    {"resolve", 0, NULL, NULL, "list what selectors pick (asks the sources)"},
};

static const struct section_schema *schema_of(const struct session *session, const char *section) {
  for (size_t i = 0; i < session->schema_count; i++)
    if (strcmp(session->schemas[i].section, section) == 0)
      return &session->schemas[i];
  return NULL;
}

/* The rows of a section; a section that the config does not have is empty. */
static void section_json(const struct session *session, const struct matrix *matrix,
                         const char *section, struct buf *out) {
  const struct section_schema *schema = schema_of(session, section);
  if (schema != NULL)
    matrix_section_json(matrix, schema, out);
  else
    buf_text(out, "[]");
}

static void print_json(const struct session *session, const struct matrix *matrix,
                       const char *section) {
  auto_buf out = {0};
  if (section != NULL) {
    section_json(session, matrix, section, &out);
  } else {
    buf_text(&out, "{");
    for (size_t i = 0; i < session->schema_count; i++) {
      buf_printf(&out, "%s\"%s\":", i > 0 ? "," : "", session->schemas[i].section);
      matrix_section_json(matrix, &session->schemas[i], &out);
    }
    buf_text(&out, "}");
  }
  buf_text(&out, "\n");
  app_print(session->app, out.data, out.len);
}

static int write_outputs(const struct session *session, const struct matrix *matrix,
                         const char *section, const char *prefix, struct error *err) {
  auto_buf json = {0};
  const struct section_schema *schema = schema_of(session, section);
  section_json(session, matrix, section, &json);
  auto_free char *matrix_name = str_format("%smatrix", prefix);
  auto_free char *count_name = str_format("%scount", prefix);
  auto_free char *count =
      str_format("%zu", schema != NULL ? matrix_section_count(matrix, schema) : 0);
  int result = github_output(matrix_name, json.data, err);
  return result != 0 ? result : github_output(count_name, count, err);
}

static int write_github(const struct session *session, const struct matrix *matrix,
                        const char *section, struct error *err) {
  if (section != NULL)
    return write_outputs(session, matrix, section, "", err);
  for (size_t i = 0; i < session->schema_count; i++) {
    const char *name = session->schemas[i].section;
    auto_free char *prefix = str_format("%s_", name);
    if (write_outputs(session, matrix, name, prefix, err) != 0)
      return err->code;
  }
  return 0;
}

static void print_table(const struct session *session, const struct matrix *matrix) {
  auto_buf out = {0};
  matrix_table(matrix, &out);
  app_print(session->app, out.data, out.len);
}

/* A matrix with a gap would be mirrored with that gap: the first failure is the command's. */
static int resolve(struct session *session, const struct selection *selection, const char *section,
                   struct matrix *matrix, struct error *err) {
  int result = session_resolve(session, selection, section, 0, matrix, err);
  for (size_t i = 0; result == 0 && i < matrix->count; i++)
    if (matrix->rows[i].version->error != NULL)
      result = error_copy(err, matrix->rows[i].version->error);
  return result;
}

static int print_matrix(struct session *session, const struct arguments *arguments,
                        const char *section, struct matrix *matrix, struct error *err) {
  const char *format = argument_value(arguments, "format");
  struct selection selection = {0};
  int result = select_read(&session->app->select, &session->app->plugins, arguments,
                           session->schemas, session->schema_count, &selection, err);
  if (result == 0)
    result = selection_check(&selection, &session->entries, err);
  if (result == 0)
    matrix_select(&session->all, &selection, section, matrix);
  if (result == 0 && argument_is_given(arguments, "resolve"))
    result = resolve(session, &selection, section, matrix, err);
  selection_done(&selection);
  if (result != 0)
    return result;
  if (format != NULL && strcmp(format, "github") == 0)
    return write_github(session, matrix, section, err);
  if (format != NULL && strcmp(format, "table") == 0)
    print_table(session, matrix);
  else
    print_json(session, matrix, section);
  return 0;
}

static int check_words(struct app *app, const struct arguments *arguments, const char **section,
                       struct error *err) {
  struct plugin *plugin;
  if (arguments->words.count > 1)
    return error_set(err, ARTM_E_CONFIG, "matrix takes one section, not %zu",
                     arguments->words.count);
  *section = arguments->words.count == 1 ? arguments->words.items[0] : NULL;
  if (*section == NULL)
    return 0;
  for (size_t i = 0; i < app->plugins.count; i++)
    if (plugin_is_usable(app->plugins.items[i]) &&
        text_equal(metadata_value(&app->plugins.items[i]->metadata, "section", 0), *section))
      return 0;
  return plugins_for_section(&app->plugins, *section, NULL, &plugin, err);
}

static int run(struct app *app, const struct arguments *arguments) {
  auto_error err = {0};
  struct session session = {0};
  struct matrix matrix = {0};
  const char *section = NULL;
  int code = 0;
  if (check_words(app, arguments, &section, &err) != 0)
    return app_usage(&command_matrix, &err);
  if (session_load(&session, app, &err) != 0)
    code = app_fail(app, &err);
  else if (!session_is_valid(&session))
    code = EXIT_USAGE;
  else if (print_matrix(&session, arguments, section, &matrix, &err) != 0)
    code = app_fail(app, &err);
  matrix_done(&matrix);
  session_done(&session);
  return code;
}

const struct command command_matrix = {
    .name = "matrix",
    .usage = "matrix [SECTION] [--format FORMAT] [--resolve] [SELECTION...]",
    .purpose = "Prints what the config multiplies out to, one row an artefact and version.",
    .options = {options, sizeof options / sizeof options[0]},
    .selects = true,
    .examples = "  artmirror matrix\n"
                "  artmirror matrix SECTION --format github\n",
    .run = run,
};
