/* SPDX-License-Identifier: Apache-2.0 */
/* config/automaton.h, held to what regexec says of the same patterns */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/automaton.h"
#include <regex.h>
#include <stdint.h>
#include <string.h>

#define REPOSITORY "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$"
#define HOST "^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$"

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 16;
}

/* Compares on random texts of these bytes. */
static void compare(const char *pattern, const char *bytes, uint32_t *seed) {
  regex_t regex;
  struct automaton *automaton = automaton_new(pattern);
  assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
  for (int i = 0; automaton != NULL && i < 200; i++) {
    char text[16];
    size_t length = next_random(seed) % 10;
    for (size_t k = 0; k < length; k++)
      text[k] = bytes[next_random(seed) % strlen(bytes)];
    text[length] = '\0';
    bool expected = regexec(&regex, text, 0, NULL, 0) == 0;
    if (automaton_match(automaton, text) != expected)
      fail_msg("%s on '%s' is not %d", pattern, text, expected);
  }
  automaton_free(automaton);
  regfree(&regex);
}

static void test_simple_patterns_are_taken(void **state) {
  (void)state;
  static const char *const patterns[] = {
      REPOSITORY,  HOST,        "^[!-~]+$",       "^a{2,}$",   "^[0-9]{4}-x$", "^(a|bc)?d$",
      "^[^/ :]+$", "^\\.a\\$$", "^[]a]+[a-]*.b$", "^a{0,2}b$", "^((a*)b){2}$", "^[.*]$"};
  uint32_t seed = 1;
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
    struct automaton *automaton = automaton_new(patterns[i]);
    if (automaton == NULL)
      fail_msg("%s is left to regexec", patterns[i]);
    automaton_free(automaton);
    compare(patterns[i], "ab.-_/:9[]A$ \n", &seed);
    compare(patterns[i], "ab", &seed);
  }
}

static void test_repositories(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int matches;
  } cases[] = {{"hashicorp/vault", 1},
               {"a", 1},
               {"a__b/c.d-e--f", 1},
               {"", 0},
               {"A", 0},
               {"a/", 0},
               {"a//b", 0},
               {"a..b", 0},
               {"-a", 0},
               {"a___b", 0},
               {"a\n", 0},
               {"\xc3\xa4", -1}};
  struct automaton *automaton = automaton_new(REPOSITORY);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(automaton_match(automaton, cases[i].text), cases[i].matches);
  automaton_free(automaton);
}

static void test_others_are_left(void **state) {
  (void)state;
  static const char *const patterns[] = {
      "",       "^",      "a",          "a$",        "^a",       "^a|b$", "^(a$",       "^(a|)$",
      "^()$",   "^a\\b$", "^(a)\\1$",   "^a**$",     "^a{2}*$",  "^*a$",  "^a{$",       "^a{1,$",
      "^a{0}$", "^[a$",   "^[[:a:]]$",  "^[a\\]b]$", "^a$b$",    "^a^b$", "^a\\",       "^(",
      "^[",     "^[a-",   "^\xc3\xa4$", "^a{65}$",   "^a{999}$", "^a{1,", "^(a{9}){9}$"};
  for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
    if (automaton_new(patterns[i]) != NULL)
      fail_msg("%s is taken", patterns[i]);
  char deep[256] = "^";
  memset(deep + 1, '(', 100);
  assert_null(automaton_new(deep));
}

/* Patterns put together at random; what regcomp refuses nobody asks for. */
static void test_random_patterns(void **state) {
  (void)state;
  static const char *const pieces[] = {"a",    "b",    "-",  "\\.", "[a-c]", "[^a]", "[a-]",
                                       "[]b]", "[-b]", "(a", "(",   ")",     "b)",   "|",
                                       "*",    "+",    "?",  ".",   "_",     "[^]a]"};
  uint32_t seed = 7;
  size_t taken = 0;
  for (int i = 0; i < 4000; i++) {
    char pattern[96] = "^";
    regex_t regex;
    for (uint32_t k = 1 + next_random(&seed) % 8; k > 0; k--)
      strcat(pattern, pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
    strcat(pattern, "$");
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
      continue;
    regfree(&regex);
    struct automaton *automaton = automaton_new(pattern);
    taken += automaton != NULL;
    automaton_free(automaton);
    compare(pattern, "aab-.]_\n", &seed);
  }
  assert_true(taken > 300);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_simple_patterns_are_taken),
      cmocka_unit_test(test_repositories),
      cmocka_unit_test(test_others_are_left),
      cmocka_unit_test(test_random_patterns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
