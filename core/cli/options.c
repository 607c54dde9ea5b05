/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the command line by option tables. getopt_long has no "did you mean" and can't be told to
 * leave options alone whose table is only known later. */
#include "cli/options.h"
#include "base/memory.h"
#include <string.h>

struct parser {
  int argc;
  char *const *argv;
  int next;
  const struct option_table *tables;
  size_t table_count;
  enum arguments_mode mode;
  struct arguments *ret;
};

static const struct option *find_name(const struct parser *p, const char *name, size_t len) {
  for (size_t t = 0; t < p->table_count; t++)
    for (size_t i = 0; i < p->tables[t].count; i++) {
      const struct option *option = &p->tables[t].items[i];
      if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
        return option;
    }
  return NULL;
}

static const struct option *find_letter(const struct parser *p, char letter) {
  for (size_t t = 0; t < p->table_count; t++)
    for (size_t i = 0; i < p->tables[t].count; i++)
      if (p->tables[t].items[i].letter == letter)
        return &p->tables[t].items[i];
  return NULL;
}

static int unknown_option(const struct parser *p, const char *name, struct error *err) {
  size_t count = 0, total = 0;
  for (size_t t = 0; t < p->table_count; t++)
    total += p->tables[t].count;
  const char **names = mem_array(total + 1, sizeof *names);
  for (size_t t = 0; t < p->table_count; t++)
    for (size_t i = 0; i < p->tables[t].count; i++)
      names[count++] = p->tables[t].items[i].name;
  error_set(err, ARTM_E_CONFIG, "unknown option '--%s'", name);
  const char *nearest = text_nearest(name, names, count);
  if (nearest != NULL)
    error_hint(err, "did you mean '--%s'?", nearest);
  free_pointer(&names);
  return err->code;
}

static void add(struct parser *p, const struct option *option, const char *value) {
  struct arguments *ret = p->ret;
  if (ret->given_count == ret->given_capacity)
    ret->given = mem_grow(ret->given, ret->given_count, &ret->given_capacity, sizeof *ret->given);
  ret->given[ret->given_count++] = (struct given_option){option, str_copy(value)};
}

bool option_is_choice(const char *choices, const char *value) {
  size_t len = strlen(value);
  for (const char *at = choices; len > 0; at++) {
    size_t word = strcspn(at, "|");
    if (word == len && memcmp(at, value, len) == 0)
      return true;
    at += word;
    if (*at == '\0')
      break;
  }
  return false;
}

int option_bad_choice(const char *where, const char *choices, const char *value,
                      struct error *err) {
  auto_strings words = {0};
  auto_buf list = {0};
  for (const char *at = choices;; at++) {
    size_t len = strcspn(at, "|");
    strings_add_taken(&words, str_copy_n(at, len));
    buf_printf(&list, "%s%s", words.count > 1 ? ", " : "", words.items[words.count - 1]);
    at += len;
    if (*at == '\0')
      break;
  }
  error_set(err, ARTM_E_CONFIG, "%s is '%s', not one of %s", where, value, list.data);
  const char *nearest = text_nearest(value, (const char *const *)words.items, words.count);
  return nearest != NULL ? error_hint(err, "did you mean '%s'?", nearest) : err->code;
}

static int take_value(struct parser *p, const struct option *option, const char *inline_value,
                      struct error *err) {
  const char *value = inline_value;
  if (option->value == NULL) {
    if (inline_value != NULL)
      return error_set(err, ARTM_E_CONFIG, "option '--%s' takes no value", option->name);
    add(p, option, NULL);
    return 0;
  }
  if (value == NULL) {
    if (p->next == p->argc)
      return error_set(err, ARTM_E_CONFIG, "option '--%s' needs a value, %s", option->name,
                       option->value);
    value = p->argv[p->next++];
  }
  if (option->choices != NULL && !option_is_choice(option->choices, value)) {
    auto_free char *where = str_format("option '--%s'", option->name);
    return option_bad_choice(where, option->choices, value, err);
  }
  add(p, option, value);
  return 0;
}

static int parse_long(struct parser *p, const char *text, struct error *err) {
  size_t len = strcspn(text, "=");
  const char *inline_value = text[len] == '=' ? text + len + 1 : NULL;
  const struct option *option = find_name(p, text, len);
  if (option != NULL)
    return take_value(p, option, inline_value, err);
  if (p->mode == ARGUMENTS_LENIENT) {
    if (inline_value == NULL && p->next < p->argc)
      p->next++;
    return 0;
  }
  auto_free char *name = str_copy_n(text, len);
  return unknown_option(p, name, err);
}

static int parse_letters(struct parser *p, const char *text, struct error *err) {
  for (; *text != '\0'; text++) {
    const struct option *option = find_letter(p, *text);
    if (option != NULL)
      add(p, option, NULL);
    else if (p->mode != ARGUMENTS_LENIENT)
      return error_set(err, ARTM_E_CONFIG, "unknown option '-%c'", *text);
  }
  return 0;
}

int arguments_parse(int argc, char *const *argv, const struct option_table *tables, size_t count,
                    enum arguments_mode mode, struct arguments *ret, struct error *err) {
  struct parser p = {argc, argv, 0, tables, count, mode, ret};
  while (p.next < argc) {
    const char *text = argv[p.next];
    bool is_option = text[0] == '-' && text[1] != '\0';
    if (!is_option) {
      if (mode == ARGUMENTS_UNTIL_WORD)
        break;
      strings_add(&ret->words, text);
      p.next++;
      continue;
    }
    p.next++;
    if (strcmp(text, "--") == 0) {
      while (mode != ARGUMENTS_UNTIL_WORD && p.next < argc)
        strings_add(&ret->words, argv[p.next++]);
      break;
    }
    int result = text[1] == '-' ? parse_long(&p, text + 2, err) : parse_letters(&p, text + 1, err);
    if (result != 0)
      return result;
  }
  return p.next;
}

void arguments_done(struct arguments *arguments) {
  for (size_t i = 0; i < arguments->given_count; i++)
    free_pointer(&arguments->given[i].value);
  free_pointer(&arguments->given);
  strings_done(&arguments->words);
  *arguments = (struct arguments){0};
}

const char *argument_value(const struct arguments *arguments, const char *name) {
  for (size_t i = arguments->given_count; i > 0; i--)
    if (strcmp(arguments->given[i - 1].option->name, name) == 0)
      return arguments->given[i - 1].value;
  return NULL;
}

bool argument_is_given(const struct arguments *arguments, const char *name) {
  for (size_t i = 0; i < arguments->given_count; i++)
    if (strcmp(arguments->given[i].option->name, name) == 0)
      return true;
  return false;
}

void argument_values(const struct arguments *arguments, const char *name, struct strings *ret) {
  for (size_t i = 0; i < arguments->given_count; i++)
    if (strcmp(arguments->given[i].option->name, name) == 0)
      strings_add(ret, arguments->given[i].value);
}
