/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in a chart repository, resolved as Helm resolves them. */
#include "helm/repository/urls.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <string.h>
#include <strings.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Of a URL's text; lengths of 0 where a part is missing. */
struct parts {
  const char *text;
  size_t scheme;          /* length without ":" */
  size_t authority, path; /* where they begin, "//" not included */
  size_t path_end, query_end;
  bool has_authority;
};

/* 0: a relative reference. */
static size_t scheme_length(const char *text) {
  size_t length = strspn(text, LETTERS "0123456789+-.");
  return length && text[length] == ':' && strspn(text, LETTERS) ? length : 0;
}

static struct parts split_url(const char *text) {
  struct parts parts = {.text = text, .scheme = scheme_length(text)};
  size_t at = parts.scheme ? parts.scheme + 1 : 0;
  parts.has_authority = strncmp(text + at, "//", 2) == 0;
  parts.authority = at + (parts.has_authority ? 2 : 0);
  parts.path = parts.authority;
  if (parts.has_authority)
    parts.path += strcspn(text + parts.path, "/?#");
  parts.path_end = parts.path + strcspn(text + parts.path, "?#");
  parts.query_end = parts.path_end;
  if (text[parts.path_end] == '?')
    parts.query_end += strcspn(text + parts.path_end, "#");
  return parts;
}

/* Moves out's end to before its last component (RFC 3986, 5.2.4). */
static size_t without_last(const char *out, size_t length) {
  while (length && out[length - 1] != '/')
    length--;
  return length ? length - 1 : 0;
}

/* RFC 3986, 5.2.4, for a path that begins with "/". */
static void remove_dot_segments(char *path) {
  size_t length = 0;
  for (const char *in = path; *in;) {
    size_t part = 1 + strcspn(in + 1, "/");
    bool last = in[part] == '\0';
    bool one = part == 2 && in[1] == '.', two = part == 3 && in[1] == '.' && in[2] == '.';
    if (two)
      length = without_last(path, length);
    if (one || two) {
      if (last)
        path[length++] = '/';
    } else {
      memmove(path + length, in, part);
      length += part;
    }
    in += part;
  }
  path[length] = '\0';
}

static bool is_hex_digit(char c) {
  return c && strchr("0123456789abcdefABCDEF", c);
}

/* NULL: control characters, or a "%" without two digits. */
static char *encode_illegal(const char *text) {
  static const char digits[] = "0123456789ABCDEF";
  char *encoded = registry_zalloc(strlen(text) * 3 + 1), *out = encoded;
  for (const char *at = text; *at; at++) {
    unsigned char c = (unsigned char)*at;
    bool broken =
        c < 0x20 || c == 0x7f || (c == '%' && (!is_hex_digit(at[1]) || !is_hex_digit(at[2])));
    if (broken) {
      free(encoded);
      return NULL;
    }
    if (c < 0x80 && !strchr(" \"<>\\^`{|}", c)) {
      *out++ = (char)c;
      continue;
    }
    *out++ = '%';
    *out++ = digits[c >> 4];
    *out++ = digits[c & 15];
  }
  return encoded;
}

static char *merged_path(const struct parts *base, const struct parts *reference) {
  int own = (int)(reference->path_end - reference->path);
  const char *text = reference->text + reference->path;
  int length = (int)(base->path_end - base->path);
  const char *before = base->text + base->path;
  if (*text == '/' || (reference->has_authority && !own))
    return registry_format("%.*s", own, text);
  if (reference->has_authority)
    return registry_format("/%.*s", own, text);
  bool slash = length && before[length - 1] == '/';
  return registry_format("%.*s%s%.*s", length, before, slash ? "" : "/", own, text);
}

char *url_resolve_in(const char *repo_url, const char *reference) {
  auto_free char *legal = *reference ? encode_illegal(reference) : NULL;
  if (!legal || scheme_length(legal))
    return registry_take(&legal);
  struct parts base = split_url(repo_url), own = split_url(legal);
  if (!base.scheme || !base.has_authority)
    return NULL;
  auto_free char *path = merged_path(&base, &own);
  remove_dot_segments(path);
  const struct parts *from = own.has_authority ? &own : &base;
  return registry_format("%.*s://%.*s%s%.*s", (int)base.scheme, repo_url,
                         (int)(from->path - from->authority), from->text + from->authority, path,
                         (int)(from->query_end - from->path_end), from->text + from->path_end);
}

char *url_with_suffix(const char *url, const char *suffix) {
  struct parts parts = split_url(url);
  return registry_format("%.*s%s%s", (int)parts.path_end, url, suffix, url + parts.path_end);
}

/* Where the host begins, after userinfo. */
static size_t host_start(const struct parts *parts) {
  size_t start = parts->authority;
  for (size_t i = start; i < parts->path; i++)
    if (parts->text[i] == '@')
      start = i + 1;
  return start;
}

char *url_origin(const char *url) {
  struct parts parts = split_url(url);
  size_t start = host_start(&parts);
  if (!parts.scheme || !parts.has_authority || start == parts.path || url[start] == ':')
    return NULL;
  char *origin = registry_format("%.*s://%.*s", (int)parts.scheme, url, (int)(parts.path - start),
                                 url + start);
  registry_lower(origin);
  const char *port = url_has_scheme(url, "https")  ? ":443"
                     : url_has_scheme(url, "http") ? ":80"
                                                   : ":";
  size_t length = strlen(origin), tail = strlen(port);
  if (length > tail && strcmp(origin + length - tail, port) == 0)
    origin[length - tail] = '\0';
  else if (origin[length - 1] == ':')
    origin[length - 1] = '\0';
  return origin;
}

char *url_base_name(const char *url) {
  struct parts parts = split_url(url);
  size_t start = parts.path_end;
  while (start > parts.path && url[start - 1] != '/')
    start--;
  return registry_copy(url + start, parts.path_end - start);
}

bool url_has_scheme(const char *url, const char *scheme) {
  size_t length = scheme_length(url);
  return length == strlen(scheme) && strncasecmp(url, scheme, length) == 0;
}

char *url_shown(const char *url) {
  struct parts parts = split_url(url);
  size_t start = host_start(&parts);
  return registry_format("%.*s%.*s", (int)parts.authority, url, (int)(parts.path_end - start),
                         url + start);
}

char *url_without_slash(const char *url) {
  struct parts parts = split_url(url);
  size_t end = parts.path_end;
  if (end > parts.path && url[end - 1] == '/')
    end--;
  return registry_format("%.*s%s", (int)end, url, url + parts.path_end);
}

static int hex_value(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* False: %00. */
static bool percent_decode(char *text) {
  char *out = text;
  for (const char *at = text; *at; at++) {
    int c = (unsigned char)*at;
    if (c == '%' && is_hex_digit(at[1]) && is_hex_digit(at[2])) {
      c = hex_value(at[1]) << 4 | hex_value(at[2]);
      at += 2;
    }
    if (!c)
      return false;
    *out++ = (char)c;
  }
  *out = '\0';
  return true;
}

static bool goes_up(const char *path) {
  for (const char *at = path; (at = strstr(at, "/..")); at += 3)
    if (at[3] == '/' || at[3] == '\0')
      return true;
  return false;
}

char *url_file_path(const char *url) {
  struct parts parts = split_url(url);
  size_t host = parts.path - parts.authority;
  bool here = host == 0 || (host == 9 && strncasecmp(url + parts.authority, "localhost", 9) == 0);
  if (!url_has_scheme(url, "file") || !parts.has_authority || !here || url[parts.path] != '/')
    return NULL;
  auto_free char *path = registry_copy(url + parts.path, parts.path_end - parts.path);
  return percent_decode(path) && !goes_up(path) ? registry_take(&path) : NULL;
}
