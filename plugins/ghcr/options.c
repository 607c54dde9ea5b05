/* SPDX-License-Identifier: Apache-2.0 */
/* The instance, made of "[docker://]host[:port][/prefix]". */
#include "ghcr/options.h"
#include "common/cleanup.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include <string.h>

#define SCHEME "docker://"

static int32_t refuse(const struct artm_host *host, struct artm_call *call, const char *value,
                      const char *hint, const char *message) {
  struct artm_error error = {.struct_size = sizeof error,
                             .code = ARTM_E_CONFIG,
                             .message = message,
                             .hint = hint,
                             .where = value,
                             .field = "registry"};
  return host->fail(call, &error);
}

/* Splits the value; the parts are the caller's. False: it begins with no host. */
static bool split(const char *value, char **ret_host, char **ret_prefix) {
  if (!strncmp(value, SCHEME, strlen(SCHEME)))
    value += strlen(SCHEME);
  size_t length = strcspn(value, "/");
  auto_free char *host = registry_copy(value, length);
  if (!registry_looks_like_host(value, length) || !registry_is_host(host))
    return false;
  registry_lower(host);
  const char *prefix = value + length + (value[length] == '/');
  size_t prefix_length = strlen(prefix);
  while (prefix_length && prefix[prefix_length - 1] == '/')
    prefix_length--;
  *ret_host = registry_take(&host);
  *ret_prefix = registry_copy(prefix, prefix_length);
  return true;
}

static bool is_ghcr(const struct artm_host *host, const struct artm_config *options,
                    const char *registry) {
  const char *flavor = host->config_text(options, "flavor", 0);
  if (flavor && strcmp(flavor, "auto"))
    return !strcmp(flavor, "ghcr");
  return !strcmp(registry, "ghcr.io");
}

/* Lower-cases the prefix where that is the rule, else demands it. */
static int32_t check_prefix(struct ghcr *ghcr, struct artm_call *call, const char *value) {
  const struct artm_host *host = ghcr->client.host;
  auto_free char *lower = registry_format("%s", ghcr->prefix);
  bool has_upper = registry_lower(lower);
  if (*lower && !is_repository_name(lower))
    return refuse(host, call, value,
                  "write the target as host[:port]/prefix, with letters, digits, '.', '_', '-' and "
                  "'/' in the prefix",
                  "the part after the host is no repository name");
  if (has_upper && !ghcr->is_ghcr) {
    auto_free char *hint = registry_format("write %s/%s", ghcr->host, lower);
    return refuse(host, call, value, hint, "repository names are lower-case");
  }
  ghcr->is_lowered = has_upper;
  registry_lower(ghcr->prefix);
  return 0;
}

int32_t ghcr_create(const struct artm_host *host, struct artm_call *call,
                    const struct artm_config *options, void **self) {
  struct registry_client client;
  int32_t answer = registry_client_init(&client, host, call);
  if (answer)
    return answer;
  client.flags = ARTM_HTTP_NO_MIRROR;
  const char *value = host->config_text(options, "registry", 0);
  if (!value)
    value = "";
  if (strchr(value, '@')) /* and it may be a password */
    return refuse(host, call, NULL, "write them under registries: HOST: {username, password}",
                  "credentials do not belong into a target");
  char *registry = NULL, *prefix = NULL;
  if (!split(value, &registry, &prefix))
    return refuse(host, call, value,
                  "write ghcr.io/OWNER or registry.example:5000/prefix, without a scheme",
                  "the target does not begin with the host of a registry");
  struct ghcr *ghcr = registry_zalloc(sizeof *ghcr);
  ghcr->client = client;
  ghcr->host = registry;
  ghcr->prefix = prefix;
  ghcr->is_ghcr = is_ghcr(host, options, registry);
  pthread_mutex_init(&ghcr->lock, NULL);
  answer = check_prefix(ghcr, call, value);
  if (answer) {
    ghcr_destroy(ghcr);
    return answer;
  }
  *self = ghcr;
  return 0;
}

void ghcr_destroy(void *self) {
  struct ghcr *ghcr = self;
  if (!ghcr)
    return;
  ghcr_packages_free(ghcr->packages);
  pthread_mutex_destroy(&ghcr->lock);
  free(ghcr->host);
  free(ghcr->prefix);
  free(ghcr);
}
