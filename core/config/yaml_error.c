/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with a YAML text, in words and with a position. */
#include "config/yaml.h"
#include <string.h>

/* The place of a byte: libyaml's reader tells nothing else of a bad character. */
static struct node place_of_byte(const struct source_file *file, size_t offset) {
  struct node place = {.kind = NODE_LIST, .file = file, .line = 1, .column = 1};
  for (size_t i = 0; i < offset && i < file->size; i++) {
    unsigned char c = (unsigned char)file->text[i];
    if (c == '\n') {
      place.line++;
      place.column = 1;
    } else if ((c & 0xc0) != 0x80) {
      place.column++;
    }
  }
  return place;
}

static void report_character(struct yaml_reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  struct node place = place_of_byte(reader->file, parser->problem_offset);
  struct problem *problem;
  if (strstr(parser->problem, "control"))
    problem = problem_add(reader->problems, &place, "yaml-syntax",
                          "the control character U+%04X is not allowed in YAML",
                          (unsigned)parser->problem_value);
  else
    problem = problem_add(reader->problems, &place, "yaml-syntax", "the text is not UTF-8: %s",
                          parser->problem);
  problem_hint(problem, "save the file as UTF-8 text");
}

/* The rest of the text from the mark's line on; libyaml's index counts characters, not bytes. */
static const char *line_of(const struct source_file *file, yaml_mark_t mark) {
  const char *end = file->text + file->size, *p = file->text;
  for (size_t line = 0; line < mark.line && p < end; p++)
    line += *p == '\n';
  return p;
}

static bool is_tab(const struct source_file *file, yaml_mark_t mark) {
  const char *p = line_of(file, mark), *end = file->text + file->size;
  for (size_t column = 0; p < end && *p != '\n'; p++) {
    bool starts = ((unsigned char)*p & 0xc0) != 0x80;
    if (starts && column == mark.column)
      return *p == '\t';
    column += starts;
  }
  return false;
}

static bool has_variable(const struct source_file *file, yaml_mark_t mark) {
  const char *p = line_of(file, mark), *found = strstr(p, "${");
  return found && (size_t)(found - p) < strcspn(p, "\n");
}

void yaml_report_syntax(struct yaml_reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  if (parser->error == YAML_READER_ERROR) {
    report_character(reader);
    return;
  }
  struct node place = yaml_place(reader, parser->problem_mark);
  const char *what = parser->problem ? parser->problem : "it can't be read";
  if (is_tab(reader->file, parser->problem_mark)) {
    struct problem *problem = problem_add(reader->problems, &place, "yaml-syntax",
                                          "a tab character can't stand here: YAML is indented with "
                                          "spaces");
    problem_hint(problem, "replace the tab by spaces");
    return;
  }
  struct problem *problem;
  if (parser->context)
    problem = problem_add(reader->problems, &place, "yaml-syntax",
                          "broken YAML: %s, %s that begins in line %zu", what, parser->context,
                          parser->context_mark.line + 1);
  else
    problem = problem_add(reader->problems, &place, "yaml-syntax", "broken YAML: %s", what);
  if (has_variable(reader->file, parser->problem_mark))
    problem_hint(problem, "inside of {} and [] a variable stands in quotes: '${NAME}'");
  else
    problem_hint(problem,
                 "look at the indentation, brackets and quotes here and in the lines above");
}

bool yaml_check_encoding(const struct source_file *file, struct problems *problems) {
  static const char marks[][3] = {{'\xff', '\xfe'}, {'\xfe', '\xff'}};
  struct node place = {.kind = NODE_LIST, .file = file, .line = 1, .column = 1};
  for (size_t i = 0; i < 2; i++) {
    if (file->size < 2 || memcmp(file->text, marks[i], 2) != 0)
      continue;
    struct problem *problem =
        problem_add(problems, &place, "yaml-syntax", "the text is UTF-16, not UTF-8");
    problem_hint(problem, "save the file as UTF-8 text");
    return false;
  }
  return true;
}
