/* SPDX-License-Identifier: Apache-2.0 */
/* The option parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "cli/options.h"

static const struct option global[] = {
    {"config", 0, "FILE", NULL, "a file"},
    {"quiet", 0, NULL, NULL, "less"},
    {"help", 'h', NULL, NULL, "help"},
};
static const struct option own[] = {
    {"format", 0, "FORMAT", "text|json", "how"},
    {"parallel", 0, "N", NULL, "workers"},
};
static const struct option_table tables[] = {{global, 3}, {own, 2}};

struct line {
  struct arguments arguments;
  struct error err;
  int result;
};

static struct line parse(enum arguments_mode mode, const char *const *words) {
  struct line line = {0};
  int argc = 0;
  while (words[argc] != NULL)
    argc++;
  line.result =
      arguments_parse(argc, (char *const *)words, tables, 2, mode, &line.arguments, &line.err);
  return line;
}

static void line_done(struct line *line) {
  arguments_done(&line->arguments);
  error_done(&line->err);
}

#define WORDS(...)        \
  (const char *const[]) { \
    __VA_ARGS__, NULL     \
  }

static void reads_options_in_both_spellings(void **state) {
  (void)state;
  struct line line = parse(ARGUMENTS_ALL, WORDS("one", "--format=json", "--config", "a", "--config",
                                                "b", "-h", "two", "--", "--quiet", "-h"));
  auto_strings configs = {0};
  assert_int_equal(line.result, 11);
  assert_string_equal(argument_value(&line.arguments, "format"), "json");
  assert_string_equal(argument_value(&line.arguments, "config"), "b");
  argument_values(&line.arguments, "config", &configs);
  assert_int_equal(configs.count, 2);
  assert_true(argument_is_given(&line.arguments, "help"));
  assert_false(argument_is_given(&line.arguments, "quiet"));
  assert_int_equal(line.arguments.words.count, 4);
  assert_string_equal(line.arguments.words.items[2], "--quiet");
  line_done(&line);
}

static void a_lone_dash_is_a_word_or_a_value(void **state) {
  (void)state;
  struct line line = parse(ARGUMENTS_ALL, WORDS("-", "--config", "-", "--parallel="));
  assert_int_equal(line.result, 4);
  assert_string_equal(line.arguments.words.items[0], "-");
  assert_string_equal(argument_value(&line.arguments, "config"), "-");
  assert_string_equal(argument_value(&line.arguments, "parallel"), "");
  line_done(&line);
}

static void refuses(const char *const *words, const char *message, const char *hint) {
  struct line line = parse(ARGUMENTS_ALL, words);
  assert_int_equal(line.result, ARTM_E_CONFIG);
  assert_non_null(strstr(line.err.message, message));
  if (hint != NULL) {
    assert_non_null(line.err.hint);
    assert_non_null(strstr(line.err.hint, hint));
  }
  line_done(&line);
}

static void names_what_is_wrong(void **state) {
  (void)state;
  refuses(WORDS("--paralel", "3"), "'--paralel'", "did you mean '--parallel'");
  refuses(WORDS("--qiet=x"), "'--qiet'", "'--quiet'");
  refuses(WORDS("--config"), "needs a value", NULL);
  refuses(WORDS("--quiet=1"), "takes no value", NULL);
  refuses(WORDS("--format", "jsno"), "text, json", "did you mean 'json'");
  refuses(WORDS("--format", ""), "text, json", NULL);
  refuses(WORDS("-x"), "'-x'", NULL);
  refuses(WORDS("-hx"), "'-x'", NULL);
}

static void stops_before_the_first_word(void **state) {
  (void)state;
  struct line line = parse(ARGUMENTS_UNTIL_WORD, WORDS("--config", "a", "mirror", "--nonsense"));
  assert_int_equal(line.result, 2);
  assert_int_equal(line.arguments.words.count, 0);
  line_done(&line);
}

static void lenient_skips_unknown_options_with_their_values(void **state) {
  (void)state;
  struct line line = parse(ARGUMENTS_LENIENT,
                           WORDS("--image", "--quiet", "--image=b", "--config", "c", "--image"));
  assert_int_equal(line.result, 6);
  assert_false(argument_is_given(&line.arguments, "quiet"));
  assert_string_equal(argument_value(&line.arguments, "config"), "c");
  line_done(&line);
}

static void choices_are_whole_words(void **state) {
  (void)state;
  assert_true(option_is_choice("text|json", "text"));
  assert_true(option_is_choice("text|json", "json"));
  assert_false(option_is_choice("text|json", "tex"));
  assert_false(option_is_choice("text|json", "text|json"));
  assert_false(option_is_choice("text|json", ""));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_options_in_both_spellings),
      cmocka_unit_test(a_lone_dash_is_a_word_or_a_value),
      cmocka_unit_test(names_what_is_wrong),
      cmocka_unit_test(stops_before_the_first_word),
      cmocka_unit_test(lenient_skips_unknown_options_with_their_values),
      cmocka_unit_test(choices_are_whole_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
