/* SPDX-License-Identifier: Apache-2.0 */
/* A reference of the command line to an entry's fields: "oci://host/path/name:version[@digest]", or
 * "REPO_URL#CHART@VERSION" of a chart repository. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "helm/helm.h"
#include "helm/oci_name.h"
#include "helm/repository/urls.h"
#include <string.h>

#define OCI_FORM "write " OCI_SCHEME "HOST/PATH/CHART:VERSION"
#define CLASSIC_FORM "write REPO_URL#CHART@VERSION, such as https://charts.example/stable#web@1.2.0"

/* An entry's fields; versions is YAML in flow form. */
struct fields {
  char *name, *repo_name, *repo_url, *versions;
};

static void fields_done(struct fields *fields) {
  free(fields->name);
  free(fields->repo_name);
  free(fields->repo_url);
  free(fields->versions);
}
#define auto_fields __attribute__((cleanup(fields_done))) struct fields

static bool is_separator(char c) {
  return c == '.' || c == '_' || c == '-';
}

static bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The nearest legal component of a repository's name. Caller frees. */
static char *sanitised(const char *text) {
  char *name = registry_format("%s", text);
  registry_lower(name);
  char *end = name;
  for (const char *at = name; *at; at++) {
    bool legal = is_alphanumeric(*at) || is_separator(*at);
    char c = legal ? *at : '-';
    if (is_separator(c) && end == name)
      continue;
    if (is_separator(c) && is_separator(end[-1])) {
      end[-1] = '-';
      continue;
    }
    *end++ = c;
  }
  while (end > name && is_separator(end[-1]))
    end--;
  *end = '\0';
  return name;
}

/* In single quotes. Caller frees. */
static char *quoted(const char *text) {
  char *yaml = registry_zalloc(2 * strlen(text) + 3), *end = yaml;
  *end++ = '\'';
  for (; *text; text++) {
    if (*text == '\'')
      *end++ = '\'';
    *end++ = *text;
  }
  *end = '\'';
  return yaml;
}

static int32_t add_quoted(struct artm_pair_sink *sink, const char *field, const char *value) {
  auto_free char *yaml = quoted(value);
  return sink->add(sink, field, yaml);
}

static int32_t add_fields(struct artm_pair_sink *sink, const struct fields *fields) {
  int32_t answer = add_quoted(sink, "name", fields->name);
  if (!answer)
    answer = add_quoted(sink, "repo_name", fields->repo_name);
  if (!answer)
    answer = add_quoted(sink, "repo_url", fields->repo_url);
  return answer ? answer : sink->add(sink, "versions", fields->versions);
}

static char *versions_of(const struct oci_name *name) {
  if (name->version && name->digest)
    return registry_format("[{tag: '%s', digest: '%s'}]", name->version, name->digest);
  return registry_format("['%s']", name->version ? name->version : name->digest);
}

static void fill_from_oci(const struct oci_name *name, struct fields *ret) {
  const char *slash = strrchr(name->repository, '/');
  ret->name = registry_format("%s", slash ? slash + 1 : name->repository);
  ret->repo_name = slash ? registry_copy(name->repository, (size_t)(slash - name->repository))
                         : sanitised(name->registry);
  ret->repo_url = registry_format(OCI_SCHEME "%s%s%s", name->registry, slash ? "/" : "",
                                  slash ? ret->repo_name : "");
  ret->versions = versions_of(name);
}

static int32_t parse_oci(const struct artm_host *host, struct artm_call *call,
                         const char *reference, struct artm_pair_sink *sink) {
  struct oci_name name = {0};
  const char *why = oci_name_parse(reference, &name);
  auto_free char *shown = url_shown(reference);
  if (why)
    return fail(host, call, ARTM_E_CONFIG, shown, OCI_FORM, "%s", why);
  bool complete = name.version || name.digest;
  auto_fields fields = {0};
  if (complete)
    fill_from_oci(&name, &fields);
  oci_name_done(&name);
  return complete
             ? add_fields(sink, &fields)
             : fail(host, call, ARTM_E_CONFIG, shown, OCI_FORM, "the reference names no version");
}

/* The last component of the path, or the host. Caller frees. */
static char *name_of_repository(const char *url) {
  auto_free char *folder = url_without_slash(url);
  auto_free char *base = url_base_name(folder);
  char *name = sanitised(base);
  if (*name)
    return name;
  free(name);
  auto_free char *origin = url_origin(url);
  const char *host = origin ? strstr(origin, "://") : NULL;
  name = sanitised(host ? host + 3 : "");
  if (*name)
    return name;
  free(name);
  return registry_format("charts");
}

/* What is wrong with the chart's name and version, or NULL. */
static const char *check_classic(const char *name, const char *version) {
  if (!is_repository_name(name) || strchr(name, '/'))
    return "the chart's name is not lower case letters and digits with '.', '_' or '-' between";
  auto_free char *tag = oci_tag(version);
  return is_tag(tag) ? NULL : "the version is not up to 128 letters, digits, '+_.-'";
}

static int32_t parse_classic(const struct artm_host *host, struct artm_call *call,
                             const char *reference, struct artm_pair_sink *sink) {
  const char *hash = reference + strcspn(reference, "#");
  auto_fields fields = {.repo_url = registry_copy(reference, (size_t)(hash - reference))};
  auto_free char *shown = url_shown(fields.repo_url);
  const char *chart = *hash ? hash + 1 : hash;
  const char *at = strchr(chart, '@');
  if (!*chart)
    return fail(host, call, ARTM_E_CONFIG, shown, CLASSIC_FORM, "the reference names no chart");
  if (!at || !at[1])
    return fail(host, call, ARTM_E_CONFIG, shown, CLASSIC_FORM, "the reference names no version");
  fields.name = registry_copy(chart, (size_t)(at - chart));
  const char *why = check_classic(fields.name, at + 1);
  if (why)
    return fail(host, call, ARTM_E_CONFIG, shown, CLASSIC_FORM, "%s", why);
  fields.repo_name = name_of_repository(fields.repo_url);
  fields.versions = registry_format("['%s']", at + 1);
  return add_fields(sink, &fields);
}

/* Between "://" and the path; the core looks again, more closely. */
static bool has_userinfo(const char *reference) {
  const char *start = strstr(reference, "://") + 3;
  return memchr(start, '@', strcspn(start, "/?#")) != NULL;
}

static bool is_printable(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text <= ' ' || *text == 0x7f)
      return false;
  return true;
}

int32_t helm_parse(void *self, struct artm_call *call, const char *reference,
                   struct artm_pair_sink *sink) {
  const struct artm_host *host = ((const struct helm *)self)->client.host;
  bool is_oci = url_has_scheme(reference, "oci");
  if (!is_oci && !url_has_scheme(reference, "https") && !url_has_scheme(reference, "http") &&
      !url_has_scheme(reference, "file"))
    return ARTM_NO;
  if (!strstr(reference, "://"))
    return ARTM_NO;
  if (has_userinfo(reference))
    return fail(host, call, ARTM_E_CONFIG, NULL,
                "write them in the config under registries: HOST: {username, password}",
                "credentials do not belong into a reference");
  if (!is_printable(reference))
    return fail(host, call, ARTM_E_CONFIG, NULL, is_oci ? OCI_FORM : CLASSIC_FORM,
                "the reference holds a space or a control character");
  return is_oci ? parse_oci(host, call, reference, sink)
                : parse_classic(host, call, reference, sink);
}
