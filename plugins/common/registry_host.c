/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of registry hosts. */
#include "common/registry.h"
#include <string.h>
#include <strings.h>

static bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_port(const char *text) {
  size_t length = strspn(text, "0123456789");
  return length >= 1 && length <= 5 && !text[length];
}

bool registry_is_host(const char *text) {
  if (*text == '[') {
    size_t length = strspn(text + 1, "0123456789abcdefABCDEF:.");
    const char *end = text + 1 + length;
    return length >= 2 && *end == ']' && (!end[1] || (end[1] == ':' && is_port(end + 2)));
  }
  const char *at = text;
  while (is_alphanumeric(*at) || ((*at == '.' || *at == '-') && at != text))
    at++;
  if (at == text || !is_alphanumeric(at[-1]) || at - text > 253)
    return false;
  return !*at || (*at == ':' && is_port(at + 1));
}

bool registry_looks_like_host(const char *text, size_t length) {
  return memchr(text, '.', length) || memchr(text, ':', length) ||
         (length == 9 && !strncasecmp(text, "localhost", 9));
}

bool registry_is_docker_hub(const char *host) {
  return !strcasecmp(host, "docker.io") || !strcasecmp(host, "index.docker.io") ||
         !strcasecmp(host, "registry-1.docker.io");
}
