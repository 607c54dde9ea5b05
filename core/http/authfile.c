/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's config.json and Podman's auth.json: credHelpers, credsStore, auths. */
#include "http/authfile.h"
#include "base/json.h"
#include "base/memory.h"
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Docker's files and helpers call Docker Hub so, whatever a reference says. */
#define HUB_KEY "https://index.docker.io/v1/"
#define HUB_NAME "docker.io"
#define HUB_HOST "index.docker.io"
#define SECRET_MAX (64u * 1024)

char *base64_encode(const char *data, size_t len) {
  if (len > SECRET_MAX)
    return NULL;
  char *out = mem_alloc((len + 2) / 3 * 4 + 1);
  EVP_EncodeBlock((unsigned char *)out, (const unsigned char *)data, (int)len);
  return out;
}

char *base64_decode(const char *text) {
  size_t len = strlen(text);
  if (len == 0 || len % 4 || len > SECRET_MAX)
    return NULL;
  char *out = mem_alloc(len / 4 * 3 + 1);
  int n = EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)len);
  if (n < 0) {
    str_wipe(out);
    return NULL;
  }
  size_t size = (size_t)n;
  for (size_t i = len; i > 0 && text[i - 1] == '=' && size; i--)
    size--;
  out[size] = 0;
  return out;
}

/* "https://host/v1/" to "host"; keeps a namespace. Caller frees. */
static char *normal_key(const char *key, bool *has_path) {
  const char *p = strstr(key, "://");
  auto_free char *rest = text_lower(p ? p + 3 : key);
  char *slash = strchr(rest, '/');
  if (slash &&
      (p || strcmp(slash, "/") == 0 || strcmp(slash, "/v1/") == 0 || strcmp(slash, "/v2/") == 0 ||
       strcmp(slash, "/v1") == 0 || strcmp(slash, "/v2") == 0))
    *slash = 0;
  *has_path = strchr(rest, '/') != NULL;
  if (strcmp(rest, HUB_HOST) == 0)
    return str_copy(HUB_NAME);
  return take(rest);
}

static bool name_known(const struct authfile_query *query, const char *host) {
  for (size_t i = 0; i < query->names->count; i++)
    if (authority_equal(query->names->items[i], host))
      return true;
  return strcmp(host, HUB_NAME) == 0 && strings_has(query->names, HUB_HOST);
}

/* How specific a key is for what is asked: 0 not at all, 1 the host, more with a namespace. */
static size_t key_rank(const struct authfile_query *query, const char *key) {
  bool has_path;
  auto_free char *normal = normal_key(key, &has_path);
  if (!has_path)
    return name_known(query, normal) ? 1 : 0;
  if (!query->podman || !query->repository)
    return 0;
  char *path = strchr(normal, '/');
  *path++ = 0;
  size_t len = strlen(path);
  if (!len || !name_known(query, normal) || strncmp(query->repository, path, len) != 0)
    return 0;
  char after = query->repository[len];
  return after == 0 || after == '/' ? 1 + len : 0;
}

static const json_t *best_entry(const json_t *object, const struct authfile_query *query,
                                const char **ret_key) {
  const char *key;
  json_t *value;
  const json_t *best = NULL;
  size_t best_rank = 0;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    size_t rank = key_rank(query, key);
    if (rank > best_rank) {
      best = value;
      best_rank = rank;
      *ret_key = key;
    }
  }
  return best;
}

static void split_auth(struct credential *credential, const char *auth) {
  char *plain = base64_decode(auth);
  char *colon = plain ? strchr(plain, ':') : NULL;
  if (colon) {
    credential->username = str_copy_n(plain, (size_t)(colon - plain));
    credential->password = str_copy(colon + 1);
  }
  str_wipe(plain);
}

static struct credential *read_entry(const json_t *entry, const char *key, const char *shown) {
  struct credential *credential = mem_alloc(sizeof *credential);
  const char *auth = json_text(entry, "auth"), *user = json_text(entry, "username");
  const char *password = json_text(entry, "password");
  const char *identity = json_text(entry, "identitytoken");
  const char *token = json_text(entry, "registrytoken");
  if (auth && *auth)
    split_auth(credential, auth);
  if (!credential->username && user && *user && password) {
    credential->username = str_copy(user);
    credential->password = str_copy(password);
  }
  credential->identity_token = identity && *identity ? str_copy(identity) : NULL;
  credential->registry_token = token && *token ? str_copy(token) : NULL;
  if (!credential->username && !credential->identity_token && !credential->registry_token) {
    credential_free(credential);
    return NULL;
  }
  auto_free char *place = text_escaped(key);
  credential->source = str_format("%s (%s)", shown, place);
  return credential;
}

static void read_helpers(const json_t *json, const struct authfile_query *query,
                         struct authfile_answer *answer) {
  const char *key = NULL;
  const json_t *own = best_entry(json_object_get(json, "credHelpers"), query, &key);
  const char *store = json_text(json, "credsStore");
  if (json_is_string(own) && *json_string_value(own))
    strings_add(&answer->helpers, json_string_value(own));
  if (store && *store && !strings_has(&answer->helpers, store))
    strings_add(&answer->helpers, store);
}

const char *authfile_server(const struct strings *names) {
  if (strings_has(names, HUB_NAME) || strings_has(names, HUB_HOST))
    return HUB_KEY;
  return names->count ? names->items[0] : "";
}

int authfile_read(const char *text, size_t len, const char *shown,
                  const struct authfile_query *query, struct authfile_answer *ret,
                  struct error *err) {
  auto_json json = NULL;
  auto_error problem = {0};
  if (json_parse(text, len, &json, &problem) || !json_is_object(json))
    return error_set(err, ARTM_E_CONFIG, "the credential file %s is no JSON object", shown);
  struct authfile_answer answer = {0};
  const char *key = NULL;
  read_helpers(json, query, &answer);
  const json_t *entry = best_entry(json_object_get(json, "auths"), query, &key);
  if (json_is_object(entry))
    answer.credential = read_entry(entry, key, shown);
  answer.server = str_copy(authfile_server(query->names));
  *ret = answer;
  return 0;
}

void authfile_answer_done(struct authfile_answer *answer) {
  strings_done(&answer->helpers);
  free(answer->server);
  credential_free(answer->credential);
  *answer = (struct authfile_answer){0};
}
