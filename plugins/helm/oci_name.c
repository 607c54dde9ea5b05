/* SPDX-License-Identifier: Apache-2.0 */
/* References to charts in registries. */
#include "helm/oci_name.h"
#include "common/cleanup.h"
#include "common/grammar.h"
#include "common/registry.h"
#include "common/registry_text.h"
#include <string.h>
#include <strings.h>

char *oci_tag(const char *version) {
  char *tag = registry_format("%s", version);
  for (char *at = tag; (at = strchr(at, '+'));)
    *at = '_';
  return tag;
}

static void split(const char *text, struct oci_name *ret) {
  const char *rest = text + strcspn(text, "/");
  ret->registry = registry_copy(text, (size_t)(rest - text));
  registry_lower(ret->registry);
  rest += *rest == '/';
  const char *end = rest + strcspn(rest, "@");
  if (*end)
    ret->digest = registry_format("%s", end + 1);
  const char *colon = memchr(rest, ':', (size_t)(end - rest));
  if (colon)
    ret->version = registry_copy(colon + 1, (size_t)(end - colon - 1));
  ret->repository = registry_copy(rest, (size_t)((colon ? colon : end) - rest));
}

static const char *check(const struct oci_name *name) {
  if (!registry_is_host(name->registry))
    return "the registry is not host[:port]";
  if (!is_repository_name(name->repository))
    return "path and name are not lower-case components with '/' between them";
  if (name->version) {
    auto_free char *tag = oci_tag(name->version);
    if (!is_tag(tag))
      return "the version is not up to 128 letters, digits, '+_.-'";
  }
  if (name->digest && !is_digest(name->digest))
    return "the digest is not sha256:HEX or sha512:HEX";
  return NULL;
}

const char *oci_name_parse(const char *text, struct oci_name *ret) {
  struct oci_name name = {0};
  if (strncasecmp(text, OCI_SCHEME, strlen(OCI_SCHEME)))
    return "it does not begin with " OCI_SCHEME;
  split(text + strlen(OCI_SCHEME), &name);
  const char *why = check(&name);
  if (why)
    oci_name_done(&name);
  else
    *ret = name;
  return why;
}

void oci_name_done(struct oci_name *name) {
  free(name->registry);
  free(name->repository);
  free(name->version);
  free(name->digest);
}
