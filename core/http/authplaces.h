/* SPDX-License-Identifier: Apache-2.0 */
/* The credential files of Docker and Podman on this machine, in the order they count. */
#ifndef HTTP_AUTHPLACES_H
#define HTTP_AUTHPLACES_H
#include "base/buf.h"
#include "base/error.h"
#include <stdbool.h>

struct auth_place {
  char *shown; /* its path, or the variable that holds it */
  struct buf text;
  bool podman;
};
struct auth_places {
  struct auth_place *items;
  size_t count, capacity;
};

/* Reads those that exist. ARTM_E_CONFIG if the one that the user names does not, or one can't be
 * read. */
int auth_places_read(struct auth_places *, struct error *err);
void auth_places_done(struct auth_places *);
/* "A, B, C": where is looked, for messages. Caller frees. */
char *auth_places_names(void);
#endif
