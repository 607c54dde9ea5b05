/* SPDX-License-Identifier: Apache-2.0 */
/* Which token server may see a registry's password: the registry's own host, or one that the user
 * or a plugin declares for it. Anonymous requests may go anywhere public. */
#include "http/token.h"
#include <string.h>
#include <strings.h>

static bool same_place(const char *declared, const struct url *realm) {
  return url_served_by(realm, declared) || strcasecmp(declared, realm->host) == 0;
}

static bool declared_by_fact(const struct http_client *client, const char *registry,
                             const struct url *realm) {
  const struct host_facts *facts = client->config.facts;
  const char *declared;
  for (size_t next = 0; facts && (declared = fact_next(&facts->realms, registry, &next));)
    if (same_place(declared, realm))
      return true;
  return false;
}

static bool is_trusted(const struct http_client *client, const struct token_request *request,
                       const struct url *realm) {
  const struct registry *registry = request->registry;
  if (strcmp(realm->host, request->home->host) == 0)
    return true;
  if (!registry)
    return false;
  const struct registry_settings *settings = registry->settings;
  for (size_t i = 0; settings && i < settings->trusted_realm_count; i++)
    if (same_place(settings->trusted_realms[i], realm))
      return true;
  return declared_by_fact(client, registry->served, realm) ||
         declared_by_fact(client, registry->name, realm);
}

int realm_check(struct http_client *client, struct artm_call *call,
                const struct token_request *request, struct url *ret) {
  auto_url realm = {0};
  const char *name = request->registry ? request->registry->name : request->home->authority;
  int rc = url_parse(request->realm, &realm, &call->error);
  if (rc)
    return error_wrap(&call->error, "token server of %s", name);
  if (request->home->tls && !realm.tls)
    return call_fail(call, ARTM_E_DENIED, "%s names a token server without TLS, %s: refused", name,
                     realm.origin);
  if (request->credential && !is_trusted(client, request, &realm)) {
    call_fail(call, ARTM_E_AUTH,
              "%s wants its password sent to %s, which nobody declared as its token server: "
              "not sent",
              name, realm.authority);
    return error_hint(&call->error,
                      "if that is right: registries: {'%s': {trusted_realms: ['%s']}}", name,
                      realm.authority);
  }
  *ret = realm;
  realm = (struct url){0};
  return 0;
}
