/* SPDX-License-Identifier: Apache-2.0 */
/* Platforms. */
#include "oci/platform.h"
#include <stdio.h>
#include <string.h>

/* Copies the word up to "/" or the end; returns what follows it, NULL if it is no word. */
static const char *parse_word(const char *text, char *out, size_t size) {
  size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_.-");
  if (len == 0 || len >= size || (text[len] != '/' && text[len] != '\0'))
    return NULL;
  memcpy(out, text, len);
  out[len] = '\0';
  return text + len;
}

bool platform_parse(const char *text, struct platform *ret) {
  struct platform platform = {0};
  const char *p = parse_word(text, platform.os, sizeof platform.os);
  if (p == NULL || *p == '\0')
    return false;
  p = parse_word(p + 1, platform.architecture, sizeof platform.architecture);
  if (p == NULL)
    return false;
  if (*p != '\0') {
    p = parse_word(p + 1, platform.variant, sizeof platform.variant);
    if (p == NULL || *p != '\0')
      return false;
  }
  *ret = platform;
  return true;
}

/* The variant that an architecture has when none is written. */
static const char *effective_variant(const struct platform *platform) {
  if (platform->variant[0] == '\0' && strcmp(platform->architecture, "arm64") == 0)
    return "v8";
  if (platform->variant[0] == '\0' && strcmp(platform->architecture, "amd64") == 0)
    return "v1";
  return platform->variant;
}

bool platform_covers(const struct platform *wanted, const struct platform *present) {
  if (strcmp(wanted->os, present->os) != 0 ||
      strcmp(wanted->architecture, present->architecture) != 0)
    return false;
  if (strcmp(wanted->architecture, "arm") == 0 && wanted->variant[0] == '\0')
    return true;
  return strcmp(effective_variant(wanted), effective_variant(present)) == 0;
}

void platform_format(const struct platform *platform, char out[96]) {
  snprintf(out, 96, "%s/%s%s%s", platform->os, platform->architecture,
           platform->variant[0] != '\0' ? "/" : "", platform->variant);
}

bool platform_is_unknown(const struct platform *platform) {
  return strcmp(platform->os, "unknown") == 0 && strcmp(platform->architecture, "unknown") == 0;
}

const char *const *platform_architectures(size_t *count) {
  static const char *const names[] = {"386",     "amd64",   "arm",      "arm64",  "loong64",
                                      "mips",    "mips64",  "mips64le", "mipsle", "ppc64",
                                      "ppc64le", "riscv64", "s390x",    "wasm"};
  *count = sizeof names / sizeof *names;
  return names;
}
