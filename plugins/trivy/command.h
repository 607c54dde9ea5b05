/* SPDX-License-Identifier: Apache-2.0 */
/* One call of the program, and why it failed. */
#ifndef PLUGINS_TRIVY_COMMAND_H
#define PLUGINS_TRIVY_COMMAND_H
#include "common/region.h"
#include "trivy/trivy.h"

struct command {
  const char **argv; /* ends with NULL */
  const char *env[8];
  size_t argc, argv_size, envc;
  struct region memory;
};
/* "trivy image" and what every call has. */
void command_begin(struct command *, const struct release *);
void command_add(struct command *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void command_env(struct command *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A flag whose value Trivy reads as a list separated by commas. */
void command_add_item(struct command *, const char *flag, const char *value);
/* DOCKER_CONFIG with the credentials of this repository ("host/name", with or without a tag). */
int32_t command_login(struct command *, const struct trivy *, struct artm_call *,
                      const char *repository);
void command_done(struct command *);

/* Why it failed. */
struct failure {
  int32_t code;
  char message[800]; /* one line */
  const char *hint;  /* or NULL */
  bool cache_is_busy, needs_java;
};
void failure_read(const struct artm_command_result *, struct failure *ret);

/* Runs it in a folder (NULL: one of its own); token: of the server, or NULL. ARTM_NO: it ran and
 * failed, why is in *failure. */
int32_t command_run(struct command *, const struct trivy *, struct artm_call *, const char *folder,
                    const char *token, struct failure *failure);
#endif
