/* SPDX-License-Identifier: Apache-2.0 */
/* Helm's registry config, which has the format of Docker's config.json. */
#include "common/cleanup.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include "helm/repository/login_part.h"
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

/* 0: not the host; 2 if written as the host itself, 1 as an older tool's URL. */
static int key_match(const char *key, const char *host) {
  const char *name = strncasecmp(key, "https://", 8) == 0  ? key + 8
                     : strncasecmp(key, "http://", 7) == 0 ? key + 7
                                                           : key;
  size_t length = strcspn(name, "/");
  auto_free char *bare = registry_copy(name, length);
  const char *path = name + length;
  bool whole = !*path || strcmp(path, "/") == 0 || name != key || strcmp(path, "/v1/") == 0 ||
               strcmp(path, "/v2/") == 0; /* a longer path is of one repository only */
  if (!whole)
    return 0;
  if (strcasecmp(bare, host) == 0)
    return name == key ? 2 : 1;
  return registry_is_docker_hub(host) && registry_is_docker_hub(bare) ? 1 : 0;
}

static const char *find_host(const json_t *object, const char *host, const json_t **value) {
  const char *best = NULL, *key;
  json_t *item;
  int best_match = 0;
  json_object_foreach((json_t *)(uintptr_t)object, key, item) {
    int match = key_match(key, host);
    if (match <= best_match)
      continue;
    best_match = match;
    best = key;
    *value = item;
  }
  return best;
}

static const char *text_of(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text && *text ? text : NULL;
}

/* "user:password" in base64; false: it is not that. */
static bool decode_auth(const char *encoded, struct login_pair *ret) {
  size_t length = strlen(encoded);
  if (!length || length % 4 || length > 64u << 10)
    return false;
  char *plain = registry_zalloc(length / 4 * 3 + 1);
  int size = EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)encoded, (int)length);
  char *colon = size > 0 ? strchr(plain, ':') : NULL;
  if (colon) {
    ret->username = registry_copy(plain, (size_t)(colon - plain));
    ret->password = registry_format("%s", colon + 1);
  }
  explicit_bzero(plain, length / 4 * 3);
  free(plain);
  return colon;
}

static int32_t read_pair(const json_t *item, const char *key, struct login_pair *ret, char **why) {
  const char *auth = text_of(item, "auth"), *username = text_of(item, "username");
  const char *password = text_of(item, "password");
  if (auth && decode_auth(auth, ret))
    return 0;
  if (auth) {
    *why = registry_format("auths, '%s': auth is no base64 of USER:PASSWORD", key);
    return ARTM_E_CONFIG;
  }
  if (!username || !password)
    return ARTM_NO;
  *ret = (struct login_pair){registry_format("%s", username), registry_format("%s", password)};
  return 0;
}

int32_t login_read_registry(const char *text, size_t size, const char *host, struct login_pair *ret,
                            char **helper, char **why) {
  const json_t *item = NULL;
  auto_json *config = registry_parse_json(text, size);
  if (!json_is_object(config)) {
    *why = registry_format("it is no JSON object");
    return ARTM_E_CONFIG;
  }
  const char *key = find_host(json_object_get(config, "auths"), host, &item);
  int32_t rc = key ? read_pair(item, key, ret, why) : ARTM_NO;
  if (rc != ARTM_NO)
    return rc;
  const char *name = find_host(json_object_get(config, "credHelpers"), host, &item)
                         ? json_string_value(item)
                     : key ? text_of(config, "credsStore")
                           : NULL;
  *helper = name ? registry_format("%s", name) : NULL;
  return ARTM_NO;
}
