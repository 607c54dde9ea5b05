/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of an entry of the section charts, in the order of the matrix. */
#include "helm/entry.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include "helm/repository/urls.h"
#include <string.h>

const struct artm_field entry_fields[ENTRY_FIELDS] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .constraint = "^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*$",
               .doc =
                   "Name of the chart, such as vault; lower case, as it is part of a repository"),
    ARTM_FIELD(.name = "repo_name", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .doc = "What the chart repository is called at the target, such as hashicorp"),
    ARTM_FIELD(.name = "repo_url", .type = ARTM_TYPE_URL,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX | ARTM_FIELD_PATH,
               .constraint = "https|http|file|oci",
               .doc = "Where the chart repository is: the folder of index.yaml, or of a registry"),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .doc = "Versions to mirror, as the index or the registry spells them",
               .matrix_key = "version"),
    ARTM_FIELD(.name = "provenance", .type = ARTM_TYPE_ENUM, .constraint = "auto|require|never",
               .default_value = "auto",
               .doc = "Whether the chart's provenance file has to be there, or is left out"),
};

/* What has no place in the address of a chart's repository, or NULL. */
static const char *check_address(const char *url) {
  const char *path = strstr(url, "://");
  path = path ? path + 3 + strcspn(path + 3, "/?#") : "";
  if (strpbrk(path, "?#"))
    return "a query or fragment means nothing there";
  return strpbrk(path, ":@") ? "a version or digest belongs under 'versions'" : NULL;
}

int32_t entry_oci_name(const struct artm_host *host, struct artm_call *call, const char *repo_url,
                       const char *name, struct oci_name *ret) {
  auto_free char *folder = url_without_slash(repo_url);
  auto_free char *whole = registry_format("%s/%s", folder, name);
  const char *why = check_address(whole);
  if (!why)
    why = oci_name_parse(whole, ret);
  if (!why)
    return 0;
  auto_free char *message =
      registry_format("repo_url and name are no repository of a registry: %s", why);
  const struct artm_error error = {
      .struct_size = sizeof error, .code = ARTM_E_CONFIG, .message = message, .field = "repo_url"};
  return host->fail(call, &error);
}
