/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts, made from the option tables. */
#include "cli/help.h"
#include <string.h>

#define DOC_COLUMN 30
#define LINE_WIDTH 80

/* Words of text in lines from column on. */
static void add_wrapped(struct buf *out, const char *text, size_t column, size_t indent) {
  size_t at = column;
  while (*text != '\0') {
    size_t len = strcspn(text, " ");
    if (at > indent && at + 1 + len > LINE_WIDTH) {
      buf_printf(out, "\n%*s", (int)indent, "");
      at = indent;
    } else if (at > indent) {
      buf_text(out, " ");
      at++;
    }
    buf_add(out, text, len);
    at += len;
    text += len;
    text += strspn(text, " ");
  }
  buf_text(out, "\n");
}

static void add_option(struct buf *out, const struct option *option) {
  auto_buf left = {0};
  if (option->letter != 0)
    buf_printf(&left, "  -%c, ", option->letter);
  else
    buf_text(&left, "      ");
  buf_printf(&left, "--%s", option->name);
  if (option->value != NULL)
    buf_printf(&left, " %s", option->value);
  if (left.len + 2 > DOC_COLUMN)
    buf_printf(out, "%s\n%*s", left.data, DOC_COLUMN, "");
  else
    buf_printf(out, "%-*s", DOC_COLUMN, left.data);
  add_wrapped(out, option->doc, DOC_COLUMN, DOC_COLUMN);
}

static void add_table(struct buf *out, const char *title, const struct option_table *table) {
  if (table->count == 0)
    return;
  buf_printf(out, "\n%s:\n", title);
  for (size_t i = 0; i < table->count; i++)
    add_option(out, &table->items[i]);
}

void help_overview(bool whole, struct buf *out) {
  size_t count;
  const struct command *const *commands = commands_all(&count);
  const struct option_table globals = global_options();
  buf_text(out, "Usage: artmirror COMMAND [OPTION...]\n\n"
                "Mirrors the artefacts that a YAML config declares into OCI registries.\n\n"
                "Commands:\n");
  for (size_t i = 0; i < count; i++) {
    buf_printf(out, "  %-10s ", commands[i]->name);
    add_wrapped(out, commands[i]->purpose, 13, 13);
  }
  if (!whole) {
    buf_text(out,
             "\n'artmirror help' shows the global options, 'artmirror COMMAND --help' those of a "
             "command.\n");
    return;
  }
  add_table(out, "Global options, before or after the command", &globals);
  buf_text(out, "\nEach global option may also be given as a variable: ARTMIRROR_LOG_FORMAT=json,\n"
                "and --plugin-dir as ARTMIRROR_PLUGIN_PATH.\n"
                "'artmirror COMMAND --help' shows the options of a command.\n");
}

void help_command(const struct command *command, const struct option_table *selection,
                  struct buf *out) {
  const struct option_table globals = global_options();
  buf_printf(out, "Usage: artmirror %s\n\n", command->usage);
  add_wrapped(out, command->purpose, 0, 0);
  add_table(out, "Options", &command->options);
  if (command->selects)
    add_table(out, "Selection (globs; may be repeated)", selection);
  add_table(out, "Global options", &globals);
  if (command->examples != NULL)
    buf_printf(out, "\nExamples:\n%s", command->examples);
}
