/* SPDX-License-Identifier: Apache-2.0 */
/* Scanner "trivy": runs the Trivy of this machine on one platform manifest at a time. It is asked
 * for everything that it finds; what is shown and what counts is the core's matter. */
#ifndef PLUGINS_TRIVY_TRIVY_H
#define PLUGINS_TRIVY_TRIVY_H
#include <artmirror/http.h>
#include <artmirror/process.h>
#include <artmirror/scanner.h>
#include <artmirror/state.h>
#include <pthread.h>
#include <stdbool.h>

#define PROGRAM "trivy"

/* Which Trivy: what it says of itself. */
struct release {
  char text[64]; /* "0.74.0" */
  bool known;    /* the numbers are; not so for a build of one's own */
  unsigned major, minor, patch;
};

/* The instance. */
struct trivy {
  const struct artm_host *host;
  const struct artm_config *options;
  const struct artm_process *process;
  const struct artm_state *state;                 /* or NULL */
  const struct artm_docker_config *docker_config; /* or NULL */
  const struct artm_http *http;                   /* or NULL */
  pthread_mutex_t lock;                           /* of what follows */
  struct release release;
  bool fetching_java, java_failed; /* the index of Java archives */
};

/* release.c */
/* False: the text is no version at all. */
bool release_parse(const char *text, struct release *ret);
bool release_is_poisoned(const struct release *);
/* Is it 0.minor or later? What is not known is taken for new. */
bool release_since(const struct release *, unsigned minor);
/* Finds the program and its version. ARTM_NO: not installed. */
int32_t release_find(struct trivy *, struct artm_call *, struct release *ret);
struct release release_of(struct trivy *);
/* A report tells that another release made it than was thought. */
int32_t release_changed(struct trivy *, struct artm_call *, const char *version);

/* server.c */
struct server_facts {
  char version[64], db_version[24];
  bool has_updated, has_next_update;
  int64_t updated, next_update;
};
/* What the server of a configuration tells of itself. ARTM_NO: nothing. */
int32_t server_ask(const struct trivy *, struct artm_call *, struct server_facts *ret);

/* inputs.c: a digest of the VEX files, the server's version (or NULL) and the options that change a
 * result; "" if there are none. */
int32_t inputs_digest(const struct trivy *, struct artm_call *, const char *server_version,
                      char ret[80]);

/* tool.c and scan.c: as in artm_scanner. */
int32_t trivy_probe(void *self, struct artm_call *, struct artm_tool_sink *);
int32_t trivy_prepare(void *self, struct artm_call *, struct artm_tool_sink *);
int32_t trivy_scan(void *self, struct artm_call *, const struct artm_scan *,
                   struct artm_finding_sink *);
#endif
