/* SPDX-License-Identifier: Apache-2.0 */
/* Why a registry refuses a write, and what its owner can do about it. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "ghcr/ghcr.h"
#include <string.h>

struct rule {
  const char *text; /* in the message, any case; NULL: any */
  const char *code; /* one of the error codes; NULL: any */
  int32_t answer;
  const char *hint;
};

/* GHCR's, by the words it uses. */
static const struct rule ghcr_rules[] = {
    {"permission_denied: write_package", NULL, ARTM_E_DENIED,
     "the workflow needs 'permissions: packages: write'; a package that was first pushed by hand "
     "or "
     "from elsewhere must also grant this repository the role Write under its settings, 'Manage "
     "Actions access'"},
    {"installation not allowed to write organization package", NULL, ARTM_E_DENIED,
     "a GITHUB_TOKEN can't write packages of another organisation: log in to it with a classic "
     "personal access token that has write:packages (fine-grained tokens do not work)"},
    {"installation not allowed to create organization package", NULL, ARTM_E_DENIED,
     "the organisation does not let this workflow create packages: allow it in the organisation's "
     "settings under Packages, or log in with a classic personal access token that has "
     "write:packages"},
    {"does not match expected scopes", NULL, ARTM_E_DENIED,
     "the token needs the scope write:packages, which only classic personal access tokens and a "
     "workflow with 'permissions: packages: write' have"},
};

/* Every registry's, in order of how much they say. */
static const struct rule rules[] = {
    {NULL, "MANIFEST_BLOB_UNKNOWN", ARTM_E_BLOB_UNKNOWN, NULL},
    {NULL, "BLOB_UNKNOWN", ARTM_E_BLOB_UNKNOWN, NULL},
    {NULL, "MANIFEST_UNKNOWN", ARTM_E_BLOB_UNKNOWN, NULL}, /* a child of an index */
    {"unknown blob", NULL, ARTM_E_BLOB_UNKNOWN, NULL},
    {"immutable", NULL, ARTM_E_CONFLICT,
     "tags are immutable here: use a new tag, or on_change: keep"},
    {"ImageTagAlreadyExists", NULL, ARTM_E_CONFLICT,
     "tags are immutable here: use a new tag, or on_change: keep"},
    {"tag already exists", NULL, ARTM_E_CONFLICT,
     "tags are immutable here: use a new tag, or on_change: keep"},
    {"operation is disallowed", NULL, ARTM_E_CONFLICT,
     "the tag or repository is locked: unlock it, or use on_change: keep"},
    {NULL, "DIGEST_INVALID", ARTM_E_DIGEST, NULL},
    {NULL, "SIZE_INVALID", ARTM_E_DIGEST, NULL},
    {NULL, "TOOMANYREQUESTS", ARTM_E_RATE_LIMIT, NULL},
};

static bool applies(const struct rule *rule, const struct registry_refusal *refusal) {
  return (!rule->text || strcasestr(refusal->message, rule->text)) &&
         (!rule->code || registry_refusal_has(refusal, rule->code));
}

static const struct rule *find(const struct rule *table, size_t count,
                               const struct registry_refusal *refusal) {
  for (size_t i = 0; i < count; i++)
    if (applies(&table[i], refusal))
      return &table[i];
  return NULL;
}

/* How to create the repository, in the words of the registry that wants it. Caller frees. */
static char *creation_hint(const struct registry_repository *registry) {
  const char *name = registry->name;
  int first = (int)strcspn(name, "/");
  if (strstr(registry->registry, ".dkr.ecr."))
    return registry_format("create it first: aws ecr create-repository --repository-name %s", name);
  if (strstr(registry->registry, "-docker.pkg.dev")) {
    const char *rest = name[first] ? name + first + 1 : name;
    return registry_format("create it first: gcloud artifacts repositories create %.*s "
                           "--repository-format=docker --project=%.*s",
                           (int)strcspn(rest, "/"), rest, first, name);
  }
  return registry_format("if this registry wants repositories created first, create '%s' (Harbor: "
                         "the project '%.*s')",
                         name, first, name);
}

/* A hint for a refusal that no rule explains. Caller frees; NULL: none. */
static char *general_hint(const struct repository *repository,
                          const struct registry_refusal *refusal, const struct attempt *attempt) {
  if (refusal->status == 404)
    return creation_hint(&repository->registry);
  if (refusal->status == 413)
    return registry_format("it is larger than the registry or a proxy before it takes (nginx: "
                           "client_max_body_size)");
  bool is_docker_type = attempt->media_type && strstr(attempt->media_type, "vnd.docker");
  if (is_docker_type &&
      (refusal->status == 415 || registry_refusal_has(refusal, "MANIFEST_INVALID")))
    return registry_format("the registry may take OCI manifests only, and this is Docker's (zot "
                           "takes them with \"compat\": [\"docker2s2\"] under \"http\")");
  if (refusal->status == 403 && repository->ghcr->is_ghcr)
    return registry_format("GHCR wants a token with packages: write (a workflow) or a classic "
                           "personal access token with write:packages");
  return NULL;
}

static int32_t general_code(const struct registry_refusal *refusal) {
  if (registry_refusal_has(refusal, "NAME_UNKNOWN"))
    return ARTM_E_NOT_FOUND;
  if (registry_refusal_has(refusal, "DENIED") && refusal->status != 401)
    return ARTM_E_DENIED;
  return registry_status_code(refusal->status);
}

int32_t ghcr_explain(struct repository *repository, struct artm_call *call,
                     struct artm_http_response *response, const struct attempt *attempt) {
  const struct registry_client *client = &repository->ghcr->client;
  uint32_t status = response->status;
  bool is_plain = status == 401 || status == 407 || status == 429;
  if (is_plain || (status >= 500 && status != 501 && status != 505))
    return client->http->fail(call, response);
  struct registry_refusal refusal;
  registry_read_refusal(call, response, &refusal);
  const struct rule *rule = NULL;
  if (repository->ghcr->is_ghcr)
    rule = find(ghcr_rules, sizeof ghcr_rules / sizeof ghcr_rules[0], &refusal);
  if (!rule)
    rule = find(rules, sizeof rules / sizeof rules[0], &refusal);
  auto_free char *where = attempt->reference
                              ? registry_where(&repository->registry, attempt->reference)
                              : registry_format("%s", repository->registry.reference);
  auto_free char *hint = rule ? NULL : general_hint(repository, &refusal, attempt);
  bool has_message = refusal.message[0] != '\0';
  return fail(client->host, call, rule ? rule->answer : general_code(&refusal), where,
              rule ? rule->hint : hint, "%s refused (status %u)%s%s", attempt->what, status,
              has_message ? ": " : "", refusal.message);
}
