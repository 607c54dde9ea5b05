/* SPDX-License-Identifier: Apache-2.0 */
/* OCI distribution protocol, reading side, for plugins that talk to a registry: what to ask of
 * artmirror.http/1 and what to make of the answers. Answers are those of the ABI: 0, ARTM_NO, or
 * ARTM_E_* with the error in the call. Thread-safe: nothing here changes after init. */
#ifndef PLUGINS_COMMON_REGISTRY_H
#define PLUGINS_COMMON_REGISTRY_H
#include <artmirror/host.h>
#include <artmirror/http.h>
#include <stdbool.h>

#define REGISTRY_MANIFEST_MAX (4u << 20)

struct registry_client {
  const struct artm_host *host;
  const struct artm_http *http;
  uint32_t flags; /* ARTM_HTTP_* of every request */
};
/* ARTM_E_UNSUPPORTED without artmirror.http/1. */
int32_t registry_client_init(struct registry_client *, const struct artm_host *,
                             struct artm_call *);

struct registry_repository {
  const struct registry_client *client; /* outlives it */
  char *registry;                       /* "registry.example:5000" */
  char *name;                           /* "library/alpine" */
  char *reference;                      /* both, with "/" between */
  char *pull, *push;                    /* scopes */
  const char *named_by; /* as artm_http_request.named_by; the caller's, set after init if at all */
};
void registry_repository_init(struct registry_repository *, const struct registry_client *,
                              const char *registry, const char *name);
void registry_repository_done(struct registry_repository *);

bool registry_is_host(const char *text); /* host[:port], [v6][:port] */
/* Does a first component name a host ("localhost", or has "." or ":") rather than a folder? */
bool registry_looks_like_host(const char *text, size_t length);
/* The several names of Docker Hub. */
bool registry_is_docker_hub(const char *host);

/* "host/name:tag" or "host/name@digest". Caller frees. */
char *registry_where(const struct registry_repository *, const char *reference);
/* "//host/v2/name/" and the rest. Caller frees. */
char *registry_url(const struct registry_repository *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Sends; fills in what is the same for every request. */
int32_t registry_send(const struct registry_repository *, struct artm_call *,
                      struct artm_http_request *, struct artm_http_response **);

/* Adds the descriptor of a tag or digest by HEAD, or by GET, with data, if HEAD does not tell all.
 * Schema 1 is refused. */
int32_t registry_head_manifest(const struct registry_repository *, struct artm_call *,
                               const char *reference, struct artm_descriptor_sink *);
/* Adds a manifest with its data. */
int32_t registry_get_manifest(const struct registry_repository *, struct artm_call *,
                              const char *reference, struct artm_descriptor_sink *);
int32_t registry_open_blob(const struct registry_repository *, struct artm_call *,
                           const struct artm_descriptor *, uint64_t offset, struct artm_stream **);
/* ARTM_NO: no such repository. */
int32_t registry_list_tags(const struct registry_repository *, struct artm_call *,
                           struct artm_version_sink *);
/* ARTM_E_UNSUPPORTED: no such API here. */
int32_t registry_list_referrers(const struct registry_repository *, struct artm_call *,
                                const char *digest, struct artm_descriptor_sink *);

/* Query of the next page that a Link header names, if that is a page of this very list: only the
 * query is used, so a Link can send nobody elsewhere. NULL: no such page. Caller frees. */
char *registry_next_query(const struct registry_repository *, const struct artm_http_response *,
                          const char *list);

/* Parses a document from outside whose memory stays bounded; NULL if it is none. The type is
 * jansson's json_t. */
struct json_t *registry_parse_json(const void *data, uint64_t size);

/* What an error answer says. Texts have no control characters. */
struct registry_refusal {
  uint32_t status;
  char codes[128];   /* error codes with a blank before and after each: " DENIED " */
  char message[256]; /* of the first error, or the start of a plain text; may be "" */
};
/* Reads it and frees the response. */
void registry_read_refusal(struct artm_call *, struct artm_http_response *,
                           struct registry_refusal *);
bool registry_refusal_has(const struct registry_refusal *, const char *code);
/* The ABI's code for an HTTP status from 400. */
int32_t registry_status_code(uint32_t status);
#endif
