/* SPDX-License-Identifier: Apache-2.0 */
/* What Helm's credential files say. */
#ifndef PLUGINS_HELM_LOGIN_PART_H
#define PLUGINS_HELM_LOGIN_PART_H
#include "helm/repository/login.h"
#include <stdbool.h>
#include <stddef.h>

/* One repository of a repositories.yaml. */
struct login_entry {
  struct login_entry *next;
  char *url, *username, *password;
  char *ca_file, *certificate_file, *key_file;
  bool pass_everywhere, insecure;
  bool offered;
};
/* Reads a repositories.yaml; false: *why says what is wrong, without a word of the text. Caller
 * frees. */
bool login_read_repositories(const char *text, size_t size, struct login_entry **ret, char **why);
void login_entries_free(struct login_entry *);

/* A user and his password. */
struct login_pair {
  char *username, *password;
};
/* Reads what a registry config has for a host. 0, ARTM_NO, or ARTM_E_CONFIG with *why. *helper is
 * set if only a credential helper can tell. Caller frees. */
int32_t login_read_registry(const char *text, size_t size, const char *host, struct login_pair *ret,
                            char **helper, char **why);
/* Frees a secret and leaves nothing of it. */
void login_wipe(char *secret);
#endif
