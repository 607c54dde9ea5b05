/* SPDX-License-Identifier: Apache-2.0 */
/* A reference of the command line, "[docker://]host/repo[:tag][@digest]", to an entry's fields. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/grammar.h"
#include "common/registry_text.h"
#include "docker/docker.h"
#include <string.h>

#define SCHEME "docker://"

struct parts {
  char *registry, *name, *tag, *digest; /* tag and digest may be NULL */
};

static void parts_done(struct parts *parts) {
  free(parts->registry);
  free(parts->name);
  free(parts->tag);
  free(parts->digest);
}

/* Paths and other schemes belong to somebody else. */
static bool is_foreign(const char *text) {
  return !*text || strchr("./~", *text) || strstr(text, "://") || strchr(text, '#');
}

static void split(const char *text, struct parts *ret) {
  const char *slash = strchr(text, '/');
  bool has_host = slash && registry_looks_like_host(text, (size_t)(slash - text));
  ret->registry =
      has_host ? registry_copy(text, (size_t)(slash - text)) : registry_format("docker.io");
  const char *name = has_host ? slash + 1 : text;
  const char *end = name + strcspn(name, "@");
  if (*end)
    ret->digest = registry_format("%s", end + 1);
  const char *colon = memchr(name, ':', (size_t)(end - name));
  if (colon)
    ret->tag = registry_copy(colon + 1, (size_t)(end - colon - 1));
  ret->name = registry_copy(name, (size_t)((colon ? colon : end) - name));
  if (!ret->tag && !ret->digest)
    ret->tag = registry_format("latest");
}

static int32_t refuse(const struct docker *docker, struct artm_call *call, const char *reference,
                      const char *message) {
  return fail(docker->client.host, call, ARTM_E_CONFIG, reference,
              "a reference is [docker://]host/repository[:tag][@digest]", "%s", message);
}

static int32_t check(const struct docker *docker, struct artm_call *call, const char *reference,
                     const struct parts *parts) {
  if (!registry_is_host(parts->registry))
    return refuse(docker, call, reference, "the registry is not host[:port]");
  if (!is_repository_name(parts->name))
    return refuse(docker, call, reference,
                  "the repository is not lower-case components with '/' between them");
  if (parts->tag && !is_tag(parts->tag))
    return refuse(docker, call, reference, "the tag is not up to 128 letters, digits, '_.-'");
  if (parts->digest && !is_digest(parts->digest))
    return refuse(docker, call, reference, "the digest is not sha256:HEX or sha512:HEX");
  return 0;
}

static int32_t add_quoted(struct artm_pair_sink *sink, const char *field, const char *value) {
  auto_free char *quoted = registry_format("'%s'", value);
  return sink->add(sink, field, quoted);
}

static int32_t add_fields(struct artm_pair_sink *sink, const struct parts *parts) {
  int32_t answer = add_quoted(sink, "name", parts->name);
  if (!answer)
    answer = add_quoted(sink, "source_registry", parts->registry);
  if (answer)
    return answer;
  auto_free char *versions =
      parts->tag && parts->digest
          ? registry_format("[{tag: '%s', digest: '%s'}]", parts->tag, parts->digest)
          : registry_format("['%s']", parts->tag ? parts->tag : parts->digest);
  return sink->add(sink, "versions", versions);
}

int32_t docker_parse(void *self, struct artm_call *call, const char *reference,
                     struct artm_pair_sink *sink) {
  const char *text = reference;
  if (!strncmp(text, SCHEME, strlen(SCHEME)))
    text += strlen(SCHEME);
  if (is_foreign(text))
    return ARTM_NO;
  if (memchr(text, '@', strcspn(text, "/")) && strchr(text, '/')) /* and it may be a password */
    return fail(((const struct docker *)self)->client.host, call, ARTM_E_CONFIG, NULL,
                "write them in the config under registries: HOST: {username, password}",
                "credentials do not belong into a reference");
  __attribute__((cleanup(parts_done))) struct parts parts = {0};
  split(text, &parts);
  int32_t answer = check(self, call, reference, &parts);
  return answer ? answer : add_fields(sink, &parts);
}
