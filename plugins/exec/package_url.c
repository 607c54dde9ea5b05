/* SPDX-License-Identifier: Apache-2.0 */
/* Package URLs (https://github.com/package-url/purl-spec): "pkg:type/namespace/name@version?
 * qualifiers#subpath", percent-encoded. */
#include "common/registry_text.h"
#include "exec/sarif.h"
#include <string.h>
#include <strings.h>

static int hex(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static char *decoded(struct finding *finding, const char *text, size_t length) {
  char *copy = finding_memory(finding, length + 1, 1), *end = copy;
  for (size_t i = 0; i < length; i++) {
    int high = text[i] == '%' && i + 2 < length ? hex(text[i + 1]) : -1;
    int low = high >= 0 ? hex(text[i + 2]) : -1;
    bool is_escape = low >= 0 && (high || low); /* %00 stays as it is */
    *end++ = is_escape ? (char)(high * 16 + low) : text[i];
    i += is_escape ? 2 : 0;
  }
  return copy;
}

/* As the ecosystem spells it: the namespace belongs to the name, but not of system packages. */
static const char *package_name(char *path, const char *type) {
  char *slash = strrchr(path, '/');
  if (!slash)
    return path;
  if (package_class_of(type) == ARTM_PACKAGE_OS)
    return slash + 1;
  if (!strcasecmp(type, "maven"))
    *slash = ':';
  return path;
}

/* Value of a qualifier, or NULL. */
static const char *qualifier(struct finding *finding, const char *qualifiers, const char *key) {
  size_t length = strlen(key);
  for (const char *at = qualifiers; at; at = strchr(at, '&'), at = at ? at + 1 : NULL)
    if (!strncmp(at, key, length) && at[length] == '=')
      return decoded(finding, at + length + 1, strcspn(at + length + 1, "&#"));
  return NULL;
}

/* "distro=debian-11", and "os_name=debian&os_version=11" of Docker Scout. */
static void find_system(struct finding *finding, const char *qualifiers,
                        struct sarif_system *system) {
  const char *distro = qualifier(finding, qualifiers, "distro");
  const char *name = qualifier(finding, qualifiers, "os_name");
  const char *version = qualifier(finding, qualifiers, "os_version");
  if (system->family)
    return;
  if (name && *name) {
    system->family = registry_format("%s", name);
    system->version = registry_format("%s", version ? version : "");
  } else if (distro && *distro && *distro != '-') {
    size_t family = strcspn(distro, "-");
    system->family = registry_copy(distro, family);
    system->version = registry_format("%s", distro[family] ? distro + family + 1 : "");
  }
}

bool package_url(const char *url, struct finding *finding, struct sarif_system *system) {
  struct artm_finding *row = &finding->row;
  if (!url || strncmp(url, "pkg:", 4) != 0)
    return false;
  const char *from = url + 4 + strspn(url + 4, "/");
  size_t length = strcspn(from, "?#"), type = strcspn(from, "/");
  if (type == 0 || type + 1 >= length)
    return false;
  const char *path = from + type + 1, *end = from + length, *at = end;
  while (at > path && *at != '@' && *at != '/')
    at--;
  bool has_at = at < end && *at == '@' && at > path;
  const char *name_end = has_at ? at : end;
  bool has_version = name_end + 1 < end;
  const char *type_text = decoded(finding, from, type);
  if (!row->purl)
    row->purl = url;
  if (!row->package_type)
    row->package_type = type_text;
  const char *name = package_name(decoded(finding, path, (size_t)(name_end - path)), type_text);
  if (!row->package_name && *name)
    row->package_name = name;
  if (!row->package_version && has_version)
    row->package_version = decoded(finding, at + 1, (size_t)(end - at - 1));
  if (*end == '?' && package_class_of(type_text) == ARTM_PACKAGE_OS)
    find_system(finding, end + 1, system);
  return true;
}
