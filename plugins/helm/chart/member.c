/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files in a chart's archive: the first component is dropped, whatever it is called. */
#include "helm/chart/member.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <string.h>

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_drive(const char *name) {
  return is_letter(name[0]) && name[1] == ':';
}

static bool goes_up(const char *name) {
  for (const char *at = name; *at;) {
    size_t length = strcspn(at, "/");
    if (length == 2 && at[0] == '.' && at[1] == '.')
      return true;
    at += length + (at[length] == '/');
  }
  return false;
}

/* Drops empty components and ".", in place. */
static void clean(char *path) {
  char *end = path;
  for (const char *at = path; *at;) {
    size_t length = strcspn(at, "/");
    const char *next = at + length + (at[length] == '/');
    if (length && !(length == 1 && *at == '.')) {
      if (end != path)
        *end++ = '/';
      memmove(end, at, length);
      end += length;
    }
    at = next;
  }
  *end = '\0';
}

const char *member_path(const char *name, bool is_folder, char **ret) {
  auto_free char *text = registry_format("%s", name);
  for (char *at = text; (at = strchr(at, '\\'));)
    *at = '/';
  const char *slash = strchr(text, '/');
  if (*text == '/' || (slash && slash[1] == '/'))
    return "is an absolute name";
  if (goes_up(text))
    return "leaves its folder by '..'";
  if (has_drive(text) || (slash && has_drive(slash + 1)))
    return "names a drive";
  auto_free char *path = registry_format("%s", slash ? slash + 1 : "");
  clean(path);
  if (!*path && !is_folder)
    return "is outside of a folder";
  *ret = registry_take(&path);
  return 0;
}
