/* SPDX-License-Identifier: Apache-2.0 */
/* Text from outside in a SARIF log: messages without links, paths as URIs. */
#include "base/memory.h"
#include "report/excerpt.h"
#include "report/sarif.h"
#include <ctype.h>
#include <string.h>

#define URI_MAX 1000

/* "[text](address)" is a link in a message; a backslash takes a bracket's meaning away. */
char *sarif_without_links(const char *text) {
  if (strstr(text, "](") == NULL)
    return str_copy(text);
  auto_buf plain = {0};
  for (const char *p = text; *p != '\0'; p++) {
    buf_text(&plain, *p == '[' || *p == ']' ? "\\" : "");
    buf_add(&plain, p, 1);
  }
  return buf_take(&plain);
}

json_t *sarif_text(const char *text, size_t max) {
  auto_free char *shown = excerpt(text, max), *plain = sarif_without_links(shown);
  auto_free char *within = excerpt(plain, max);
  return json_string(within);
}

char *sarif_uri(const char *path) {
  auto_free char *shown = excerpt(path, URI_MAX);
  auto_buf uri = {0};
  const char *p = shown;
  while (*p == '/' || (p[0] == '.' && p[1] == '/'))
    p++;
  for (; *p != '\0'; p++)
    if (isalnum((unsigned char)*p) || strchr("-._~/+@", *p) != NULL)
      buf_add(&uri, p, 1);
    else
      buf_printf(&uri, "%%%02X", (unsigned char)*p);
  return uri.len > 0 ? buf_take(&uri) : str_copy("unknown");
}

const char *sarif_repository_path(const char *repository) {
  if (repository == NULL)
    return "";
  size_t length = strcspn(repository, "/");
  const char *slash = repository + length;
  bool is_host = memchr(repository, '.', length) != NULL ||
                 memchr(repository, ':', length) != NULL ||
                 (length == 9 && strncmp(repository, "localhost", length) == 0);
  return is_host && slash[0] == '/' && slash[1] != '\0' ? slash + 1 : repository;
}
