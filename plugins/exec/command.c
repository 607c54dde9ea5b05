/* SPDX-License-Identifier: Apache-2.0 */
/* The command's items and the words in braces that stand for a scan's subject. */
#include "common/registry_text.h"
#include "exec/exec.h"
#include <stdlib.h>
#include <string.h>

static const char *target_of(const struct artm_scan *scan) {
  return scan->reference ? scan->reference : scan->layout;
}
static const char *reference_of(const struct artm_scan *scan) {
  return scan->reference;
}
static const char *layout_of(const struct artm_scan *scan) {
  return scan->layout;
}
static const char *repository_of(const struct artm_scan *scan) {
  return scan->repository;
}
static const char *digest_of(const struct artm_scan *scan) {
  return scan->manifest->digest;
}
static const char *platform_of(const struct artm_scan *scan) {
  return scan->platform;
}

static const struct word {
  const char *name;
  const char *(*value)(const struct artm_scan *);
} words[] = {
    {"target", target_of},         {"reference", reference_of}, {"layout", layout_of},
    {"repository", repository_of}, {"digest", digest_of},       {"platform", platform_of},
};

/* The word in braces at text, and the length of both. NULL: none that is known. */
static const struct word *find_word(const char *text, size_t *ret_length) {
  size_t length = strcspn(text + 1, "}");
  if (text[1 + length] != '}')
    return NULL;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strlen(words[i].name) == length && !strncmp(words[i].name, text + 1, length)) {
      *ret_length = length + 2;
      return &words[i];
    }
  return NULL;
}

static bool is_doubled(const char *text) {
  return (text[0] == '{' || text[0] == '}') && text[1] == text[0];
}

const char *command_check(const char *program) {
  if (!program || !*program)
    return "no program is named";
  if (strpbrk(program, "{}"))
    return "the program is not for an image to name";
  if (strchr(program, '/') && *program != '/')
    return "the program is neither a name nor an absolute path";
  return NULL;
}

char *command_expand(const char *item, const struct artm_scan *scan, const char **ret_missing) {
  char *text = registry_format("%s", "");
  while (*item) {
    size_t length = 1;
    const struct word *word = *item == '{' && !is_doubled(item) ? find_word(item, &length) : NULL;
    const char *value = word ? word->value(scan) : NULL;
    if (word && !value) {
      *ret_missing = word->name;
      free(text);
      return NULL;
    }
    char *longer =
        word ? registry_format("%s%s", text, value) : registry_format("%s%c", text, *item);
    free(text);
    text = longer;
    item += is_doubled(item) ? 2 : length;
  }
  return text;
}
