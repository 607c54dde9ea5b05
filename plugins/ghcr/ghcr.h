/* SPDX-License-Identifier: Apache-2.0 */
/* Target "ghcr": GitHub's container registry, and any other OCI registry. */
#ifndef PLUGINS_GHCR_GHCR_H
#define PLUGINS_GHCR_GHCR_H
#include "common/registry.h"
#include <artmirror/target.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct package; /* packages.c */

/* The instance. */
struct ghcr {
  struct registry_client client;
  char *host;
  char *prefix; /* of all names, "" or "owner/folder" */
  bool is_ghcr; /* GHCR's rules apply */
  bool is_lowered;
  atomic_bool is_lowering_told;
  atomic_bool asks_plainly; /* for blobs: the registry refused the short way */
  pthread_mutex_t lock;     /* of packages */
  struct package *packages;
};

/* An upload that the registry opened when it could not mount. */
struct session {
  struct session *next;
  char *digest, *location;
};

struct repository {
  struct artm_repository abi; /* first */
  struct registry_repository registry;
  struct ghcr *ghcr;
  pthread_mutex_t lock; /* of sessions */
  struct session *sessions;
};

extern const struct artm_target ghcr_target;

/* Blobs: as artm_target. */
int32_t ghcr_check_digest(const struct repository *, struct artm_call *,
                          const struct artm_descriptor *);
int32_t ghcr_has_blob(struct artm_repository *, struct artm_call *, const struct artm_descriptor *);
int32_t ghcr_mount(struct artm_repository *, struct artm_call *, const struct artm_descriptor *,
                   const char *from);
int32_t ghcr_begin_blob(struct artm_repository *, struct artm_call *,
                        const struct artm_descriptor *);
int32_t ghcr_put_blob(struct artm_repository *, struct artm_call *, const struct artm_descriptor *,
                      struct artm_stream *);

/* Sessions kept for a later put. take: the location, which the caller frees, or NULL. keep owns
 * location from then on. cancel ends all that nobody wanted. */
char *ghcr_session_take(struct repository *, const char *digest);
void ghcr_session_keep(struct repository *, const char *digest, char *location);
void ghcr_sessions_cancel(struct repository *, struct artm_call *);

/* Manifests and tags: as artm_target. */
int32_t ghcr_put_manifest(struct artm_repository *, struct artm_call *, const char *reference,
                          const struct artm_descriptor *, uint32_t *result);
int32_t ghcr_delete_tag(struct artm_repository *, struct artm_call *, const char *tag);

/* What a refused write was about. */
struct attempt {
  const char *what;       /* "upload of sha256:...", for the message */
  const char *reference;  /* tag or digest, or NULL */
  const char *media_type; /* of a manifest, or NULL */
};
/* Fails the call with the registry's reason and what the user can do; frees the response. */
int32_t ghcr_explain(struct repository *, struct artm_call *, struct artm_http_response *,
                     const struct attempt *);

/* New packages of GHCR are private. exists: it is known to be there. ask: before the first write of
 * a run; fails only when the call was cancelled. tell: after a tag was set. */
void ghcr_package_exists(struct repository *);
int32_t ghcr_package_ask(struct repository *, struct artm_call *);
void ghcr_package_tell(struct repository *, struct artm_call *);
void ghcr_packages_free(struct package *);
#endif
