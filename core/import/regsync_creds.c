/* SPDX-License-Identifier: Apache-2.0 */
/* creds: of regsync: logins and settings of registries. */
#include "base/text.h"
#include "import/gotemplate.h"
#include "import/part.h"
#include "oci/reference.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HELPER "docker-credential-"
#define RATE_MAX 100000
#define CONNECTIONS_MAX 1024
#define MIRRORS_MAX 16

static const struct key_rule rules[] = {
    {.name = "registry"},
    {.name = "tls"},
    {.name = "user"},
    {.name = "pass"},
    {.name = "credHelper"},
    {.name = "reqPerSec"},
    {.name = "reqConcurrent"},
    {.name = "mirrors"},
    {.name = "hostname"},
    {.name = "scheme"},
    {.name = "pathPrefix"}, /* of a mirror, where that is named */
    {"regcert", KEY_LOST, "write the certificate into a file and name it with ca"},
    {"clientCert", KEY_LOST, "write the certificate into a file and name it with cert"},
    {"clientKey", KEY_LOST, "write the key into a file and name it with key"},
    {"token", KEY_LOST, "write it as password, with a variable or a file"},
    {"credExpire", KEY_NEEDLESS, "a helper is asked in every run"},
    {"credHost", KEY_LOST, "a helper is asked for the registry's own name"},
    {"priority", KEY_LOST, "mirrors are tried in the order of their list"},
    {"repoAuth", KEY_NEEDLESS, "tokens are asked for by repository"},
    {"api", KEY_LOST, "there is no such setting"},
    {"apiOpts", KEY_LOST, "there is no such setting"},
    {"blobChunk", KEY_NEEDLESS, "a blob is uploaded in one request"},
    {"blobMax", KEY_NEEDLESS, "a blob is uploaded in one request"},
};

static void lost(struct import *import, struct import_registry *registry, const struct node *map,
                 const char *key, const char *why) {
  remark_lost(import, &registry->remarks, node_pair(map, key)->key, key, "%s", why);
}

static void read_tls(struct import *import, struct import_registry *registry,
                     const struct node *map) {
  const char *tls = text_at(import, map, "tls"), *scheme = text_at(import, map, "scheme");
  if (!tls || !scheme)
    return;
  auto_free char *lower = text_lower(tls);
  if (strcmp(lower, "disabled") == 0 || (!*lower && strcmp(scheme, "http") == 0))
    registry_line(import, registry, "plain_http", "true");
  else if (strcmp(lower, "insecure") == 0)
    lost(import, registry, map, "tls",
         "certificates are always checked; name the registry's CA "
         "with ca");
  else if (*lower && strcmp(lower, "enabled") != 0)
    problem_add(import->problems, node_get(map, "tls"), "bad-value",
                "'tls' is neither enabled, disabled nor insecure");
}

static void read_helper(struct import *import, struct import_registry *registry,
                        const struct node *map) {
  const char *helper = text_at(import, map, "credHelper");
  if (!helper || !*helper)
    return;
  const char *name = text_starts(helper, HELPER) ? helper + strlen(HELPER) : "";
  if (!*name ||
      name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789._-")] ||
      !is_nothing(node_get(map, "pass"))) {
    lost(import, registry, map, "credHelper",
         "a helper is a program " HELPER "NAME, and stands without a password");
    return;
  }
  auto_free char *value = setting_text(name);
  registry_line(import, registry, "helper", value);
}

static void read_rates(struct import *import, struct import_registry *registry,
                       const struct node *map) {
  const struct node *rate = node_get(map, "reqPerSec");
  const char *text = node_text(rate), *concurrent = text_at(import, map, "reqConcurrent");
  int64_t number;
  bool is_rate = text && !rate->quoted && strlen(text) < 8 && !text[strspn(text, "0123456789.")] &&
                 (rate->type == NODE_INT || rate->type == NODE_FLOAT);
  if (is_rate && strtod(text, NULL) > 0 && strtod(text, NULL) <= RATE_MAX)
    registry_line(import, registry, "requests_per_second", text);
  else if (!is_nothing(rate) && !(is_rate && strtod(text, NULL) <= 0))
    lost(import, registry, map, "reqPerSec", "requests_per_second is a number up to 100000");
  if (!concurrent || !*concurrent || strcmp(concurrent, "0") == 0)
    return;
  if (!text_parse_int(concurrent, &number) || number < 1 || number > CONNECTIONS_MAX) {
    lost(import, registry, map, "reqConcurrent", "max_connections goes from 1 to 1024");
    return;
  }
  auto_free char *value = str_format("%d", (int)number);
  registry_line(import, registry, "max_connections", value);
}

/* "HOST" or "HOST/PREFIX", as the mirror's own item says. */
static char *mirror_of(struct import *import, const struct node *list, const char *name) {
  for (uint32_t i = 0; i < list->count; i++) {
    const struct node *other = list->items[i];
    if (!text_equal(node_text(node_get(other, "registry")), name))
      continue;
    const char *prefix = text_at(import, other, "pathPrefix");
    if (prefix && *prefix)
      return str_format("%s/%s", name, prefix);
  }
  return str_copy(name);
}

static bool is_mirror(const char *text) {
  const char *slash = strchr(text, '/');
  auto_free char *host = slash ? str_copy_n(text, (size_t)(slash - text)) : str_copy(text);
  return reference_is_registry(host) && (!slash || reference_is_repository(slash + 1));
}

static void read_mirrors(struct import *import, struct import_registry *registry,
                         const struct node *list, const struct node *map) {
  auto_strings names = {0};
  auto_buf written = {0};
  if (!texts_at(import, map, "mirrors", &names) || names.count == 0)
    return;
  for (size_t i = 0; i < names.count; i++) {
    auto_free char *mirror = i < MIRRORS_MAX ? mirror_of(import, list, names.items[i]) : NULL;
    if (!mirror || !is_mirror(mirror)) {
      lost(import, registry, map, "mirrors", "they are not up to 16 of HOST or HOST/PREFIX");
      return;
    }
    auto_free char *text = setting_text(mirror);
    buf_printf(&written, "%s%s", i ? ", " : "[", text);
  }
  buf_text(&written, "]");
  registry_line(import, registry, "mirrors", written.data);
}

static void read_one(struct import *import, const struct node *list, const struct node *map) {
  const char *name = text_at(import, map, "registry");
  const char *hostname = text_at(import, map, "hostname");
  static const char *const secrets[] = {"pass", "token", "clientKey"};
  for (size_t i = 0; i < COUNT(secrets); i++) {
    const char *secret = node_text(node_get(map, secrets[i]));
    if (secret && !gotemplate_has_action(secret))
      log_secret(secret);
  }
  if (!name || !hostname)
    return;
  if (!*name || gotemplate_has_action(name)) {
    if (*name)
      remark_lost(import, &import->remarks, map, "registry", "its template can't be read here");
    else
      problem_add(import->problems, map, "missing-field", "no 'registry' stands here");
    return;
  }
  /* In references a word alone is the first part of a repository. */
  if (!strpbrk(name, ".:") && strcmp(name, "localhost") != 0) {
    remark_lost(import, &import->remarks, map, name, "no reference can name this registry");
    return;
  }
  struct import_registry *registry = registry_named(import, node_get(map, "registry"), name);
  if (!registry)
    return;
  if (registry->lines.count) {
    remark_lost(import, &registry->remarks, map, "a second item of this registry",
                "the first one counts");
    return;
  }
  remark_keys(import, &registry->remarks, map, rules, COUNT(rules), true);
  if (*hostname && strcmp(hostname, name) != 0)
    lost(import, registry, map, "hostname", "a registry is asked under its own name; see mirrors");
  read_tls(import, registry, map);
  if (is_nothing(node_get(map, "credHelper")) || !is_nothing(node_get(map, "pass")))
    registry_login(import, registry, node_get(map, "user"), node_get(map, "pass"), true);
  read_helper(import, registry, map);
  read_mirrors(import, registry, list, map);
  read_rates(import, registry, map);
}

void import_creds(struct import *import, const struct node *list) {
  if (is_nothing(list))
    return;
  if (list->kind != NODE_LIST) {
    problem_add(import->problems, list, "wrong-type", "'creds' must be a list");
    return;
  }
  for (uint32_t i = 0; i < list->count && !import_is_full(import); i++)
    if (list->items[i]->kind == NODE_MAP)
      read_one(import, list, list->items[i]);
    else
      problem_add(import->problems, list->items[i], "wrong-type", "an item of creds must be a map");
}
