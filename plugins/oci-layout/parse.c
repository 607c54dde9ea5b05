/* SPDX-License-Identifier: Apache-2.0 */
/* A reference of the command line as fields of an entry. */
#include "parse.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "layout.h"
#include <ctype.h>
#include <string.h>

/* Cuts text at the last separator if what follows is legal; returns what follows, or NULL. */
static const char *cut(char *text, char separator, bool (*legal)(const char *)) {
  char *at = strrchr(text, separator);
  if (!at || !legal(at + 1))
    return NULL;
  *at = '\0';
  return at + 1;
}

static void trim_slashes(char *path) {
  for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
    path[len - 1] = '\0';
}

/* A JSON string or list is the same thing in YAML, whatever is in it. */
static int32_t add(const struct artm_host *host, struct artm_call *call,
                   struct artm_pair_sink *sink, const char *name, const json_t *value) {
  auto_free char *text = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
  return text ? sink->add(sink, name, text)
              : fail(host, call, ARTM_E_CONFIG, NULL, NULL, "%s of the reference is not UTF-8",
                     name);
}

static json_t *versions_of(const char *tag, const char *digest) {
  if (tag && digest)
    return json_pack("[{s:s, s:s}]", "tag", tag, "digest", digest);
  return json_pack("[s]", tag ? tag : digest);
}

int32_t parse_reference(const struct artm_host *host, struct artm_call *call, const char *reference,
                        struct artm_pair_sink *sink) {
  if (strncmp(reference, PREFIX, strlen(PREFIX)) != 0)
    return ARTM_NO;
  auto_free char *path = strdup(reference + strlen(PREFIX));
  if (!path)
    return artm_fail(host, call, ARTM_E_NOMEM, "out of memory", reference);
  const char *digest = cut(path, '@', is_digest);
  const char *tag = cut(path, ':', is_tag);
  trim_slashes(path);
  if (*path == '\0' || (!tag && !digest))
    return fail(host, call, ARTM_E_CONFIG, reference,
                "write " PREFIX "PATH:TAG or " PREFIX "PATH@DIGEST",
                "a layout's reference needs a path and a tag or a digest");
  const char *slash = strrchr(path, '/');
  auto_free char *name = strdup(slash ? slash + 1 : path);
  for (char *at = name; at && *at; at++)
    *at = (char)tolower((unsigned char)*at);
  if (!name || !is_repository_name(name))
    return fail(host, call, ARTM_E_CONFIG, reference,
                "write an entry under layouts: with a name instead",
                "the folder's name can't be a repository's name");
  auto_json *versions = versions_of(tag, digest);
  auto_json *path_value = json_string(path), *name_value = json_string(name);
  int32_t answer = add(host, call, sink, "path", path_value);
  if (answer == 0)
    answer = add(host, call, sink, "name", name_value);
  return answer != 0 ? answer : add(host, call, sink, "versions", versions);
}
