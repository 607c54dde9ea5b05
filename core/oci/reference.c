/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of registries, repositories, tags and references. */
#include "oci/reference.h"
#include "base/memory.h"
#include "base/text.h"
#include "oci/digest.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 255 /* registry, "/" and repository */
#define TAG_MAX_LENGTH 128

static bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_word(char c) {
  return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

bool reference_is_tag(const char *s) {
  if (!is_word(*s))
    return false;
  size_t len = 1;
  while (is_word(s[len]) || s[len] == '.' || s[len] == '-')
    if (++len > TAG_MAX_LENGTH)
      return false;
  return s[len] == '\0';
}

/* Moves over one "_", "__", "." or any number of "-"; s itself if it is none of these. */
static const char *skip_separator(const char *s) {
  if (*s == '-')
    return s + strspn(s, "-");
  if (*s == '.')
    return s + 1;
  return s + (s[0] == '_' ? (s[1] == '_' ? 2 : 1) : 0);
}

bool reference_is_repository(const char *s) {
  if (strnlen(s, NAME_MAX_LENGTH + 1) > NAME_MAX_LENGTH)
    return false;
  for (;;) {
    if (!is_lower_or_digit(*s))
      return false;
    while (is_lower_or_digit(*s))
      s++;
    if (*s == '\0')
      return true;
    const char *next = *s == '/' ? s + 1 : skip_separator(s);
    if (next == s)
      return false;
    s = next;
  }
}

/* Digits 1 to 65535 up to the end. */
static bool is_port(const char *s) {
  int64_t port;
  return *s >= '0' && *s <= '9' && strlen(s) <= 5 && text_parse_int(s, &port) && port >= 1 &&
         port <= 65535;
}

static bool is_bracketed_v6(const char *s, const char **end) {
  const char *close = strchr(s, ']');
  if (*s != '[' || close == NULL)
    return false;
  auto_free char *address = str_copy_n(s + 1, (size_t)(close - s - 1));
  struct in6_addr parsed;
  *end = close + 1;
  return inet_pton(AF_INET6, address, &parsed) == 1;
}

/* Letters, digits and inner dashes between dots. */
static bool is_host_name(const char *s, const char **end) {
  for (;;) {
    const char *start = s;
    while ((is_word(*s) && *s != '_') || *s == '-')
      s++;
    if (s == start || *start == '-' || s[-1] == '-')
      return false;
    if (*s != '.') {
      *end = s;
      return true;
    }
    s++;
  }
}

bool reference_is_registry(const char *s) {
  const char *end = s;
  if (strnlen(s, NAME_MAX_LENGTH + 1) > NAME_MAX_LENGTH)
    return false;
  if (*s == '[' ? !is_bracketed_v6(s, &end) : !is_host_name(s, &end))
    return false;
  return *end == '\0' || (*end == ':' && is_port(end + 1));
}

static int refuse(struct error *err, const char *text, const char *what) {
  auto_free char *shown = text_escaped(text);
  error_set(err, ARTM_E_CONFIG, "bad reference \"%s\": %s", shown, what);
  return error_hint(err, "write it as host[:port]/repository[:tag][@digest]");
}

static int split(char *rest, struct reference *ref, const char *text, struct error *err) {
  char *at = strchr(rest, '@');
  if (at != NULL) {
    struct digest digest;
    *at = '\0';
    if (!digest_parse(at + 1, &digest))
      return refuse(err, text,
                    "the digest is not sha256: with 64 or sha512: with 128 "
                    "lower-case hexadecimal digits");
    ref->digest = str_copy(at + 1);
  }
  char *colon = strchr(rest, ':');
  if (colon != NULL) {
    *colon = '\0';
    if (!reference_is_tag(colon + 1))
      return refuse(err, text,
                    "the tag may have 1 to 128 letters, digits, \"_\", \".\" and \"-\", "
                    "and does not begin with \".\" or \"-\"");
    ref->tag = str_copy(colon + 1);
  }
  if (!reference_is_repository(rest))
    return refuse(err, text,
                  "the repository is made of lower-case letters, digits, and single "
                  "\".\", \"_\" or \"-\" between them");
  ref->repository = str_copy(rest);
  return 0;
}

int reference_parse(const char *text, struct reference *ret, struct error *err) {
  const char *slash = strchr(text, '/');
  size_t host_len = slash != NULL ? (size_t)(slash - text) : 0;
  auto_free char *host = str_copy_n(text, host_len);
  if (host_len == 0 || (strpbrk(host, ".:") == NULL && strcmp(host, "localhost") != 0))
    return refuse(err, text, "it does not begin with a registry");
  if (!reference_is_registry(host))
    return refuse(err, text, "its first part is no host or host:port");
  struct reference ref = {.registry = take(host)};
  auto_free char *rest = str_copy(slash + 1);
  int rc = split(rest, &ref, text, err);
  if (rc == 0 && strlen(ref.registry) + 1 + strlen(ref.repository) > NAME_MAX_LENGTH)
    rc = refuse(err, text, "registry and repository together are longer than 255 bytes");
  if (rc < 0) {
    reference_done(&ref);
    return rc;
  }
  *ret = ref;
  return 0;
}

void reference_done(struct reference *ref) {
  free(ref->registry);
  free(ref->repository);
  free(ref->tag);
  free(ref->digest);
  *ref = (struct reference){0};
}
