/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of the config. The subjects come from outside, so a pattern that backtracks
 * without end must be an error soon, and the same one on every machine: steps are limited, not
 * time. */
#include "config/pattern.h"
#include "base/memory.h"
#include <string.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define LENGTH_MAX 10000      /* bytes of a pattern */
#define STEPS_USUAL 2000      /* of one match */
#define STEPS_MAX 200000      /* of one match that needs more, in steps of ten times as many */
#define STEPS_TOTAL 100000000 /* of all matches that need more */
#define HEAP_MAX_KIB 4096     /* of one match */

struct pattern {
  char *text;
  pcre2_code *code;
  pcre2_match_data *match;
  pcre2_match_context *limits;
  uint64_t spent; /* steps of the matches that needed more than usual */
};

static int bad_pattern(struct error *err, const char *text, int code, size_t offset) {
  PCRE2_UCHAR why[160] = "";
  pcre2_get_error_message(code, why, sizeof why);
  size_t character = 1;
  for (size_t i = 0; i < offset && text[i]; i++)
    character += ((unsigned char)text[i] & 0xc0) != 0x80;
  return error_set(err, ARTM_E_CONFIG, "%s, at character %zu", (const char *)why, character);
}

static pcre2_code *compile(const char *text, uint32_t options, int *code, size_t *offset) {
  pcre2_compile_context *context = pcre2_compile_context_create(NULL);
  if (!context)
    return NULL;
  pcre2_set_max_pattern_length(context, LENGTH_MAX);
  pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                       options | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY,
                                       code, offset, context);
  pcre2_compile_context_free(context);
  return compiled;
}

int pattern_compile(const char *text, struct pattern **ret, struct error *err) {
  int code = 0;
  size_t offset = 0;
  pcre2_code *compiled = compile(text, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &offset);
  if (!compiled && code < 0) /* no UTF-8 */
    compiled = compile(text, 0, &code, &offset);
  if (!compiled)
    return bad_pattern(err, text, code, offset);
  struct pattern *pattern = mem_alloc(sizeof *pattern);
  *pattern = (struct pattern){.text = str_copy(text),
                              .code = compiled,
                              .match = pcre2_match_data_create(1, NULL),
                              .limits = pcre2_match_context_create(NULL)};
  if (!pattern->match || !pattern->limits) {
    pattern_free(pattern);
    return error_set(err, ARTM_E_NOMEM, "no memory for a pattern");
  }
  pcre2_set_heap_limit(pattern->limits, HEAP_MAX_KIB);
  *ret = pattern;
  return 0;
}

static int search(struct pattern *pattern, const char *subject, uint32_t steps) {
  pcre2_set_match_limit(pattern->limits, steps);
  pcre2_set_depth_limit(pattern->limits, steps);
  return pcre2_match(pattern->code, (PCRE2_SPTR)subject, strlen(subject), 0, 0, pattern->match,
                     pattern->limits);
}

static bool wants_more(int found) {
  return found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT;
}

static int too_costly(const struct pattern *pattern, const char *subject, struct error *err) {
  error_set(err, ARTM_E_CONFIG, "the pattern '%.200s' takes too many steps on '%.128s'",
            pattern->text, subject);
  return error_hint(err,
                    "repeat nothing that is repeated itself, like (a+)+, or .* more than once");
}

int pattern_match(struct pattern *pattern, const char *subject, struct error *err) {
  uint32_t steps = STEPS_USUAL;
  int found = search(pattern, subject, steps);
  while (wants_more(found) && steps < STEPS_MAX && pattern->spent < STEPS_TOTAL) {
    steps *= 10;
    pattern->spent += steps;
    found = search(pattern, subject, steps);
  }
  if (found >= 0)
    return 0;
  if (found == PCRE2_ERROR_NOMATCH)
    return ARTM_NO;
  if (wants_more(found) || found == PCRE2_ERROR_HEAPLIMIT)
    return too_costly(pattern, subject, err);
  PCRE2_UCHAR why[160] = "";
  pcre2_get_error_message(found, why, sizeof why);
  return error_set(err, ARTM_E_CONFIG, "the pattern '%.200s' failed: %s", pattern->text,
                   (const char *)why);
}

void pattern_free(struct pattern *pattern) {
  if (!pattern)
    return;
  free_pointer(&pattern->text);
  pcre2_code_free(pattern->code);
  pcre2_match_data_free(pattern->match);
  pcre2_match_context_free(pattern->limits);
  free_pointer(&pattern);
}
