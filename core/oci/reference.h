/* SPDX-License-Identifier: Apache-2.0 */
/* Grammar of registries, repositories and tags (distribution-spec "Pulling manifests",
 * distribution's reference grammar). */
#ifndef OCI_REFERENCE_H
#define OCI_REFERENCE_H
#include "base/error.h"
#include <stdbool.h>

bool reference_is_tag(const char *s);        /* [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
bool reference_is_repository(const char *s); /* lower-case components with "/" between */
bool reference_is_registry(const char *s);   /* host, host:port, [v6]:port */

struct reference {
  char *registry;   /* "registry.example:5000" */
  char *repository; /* "library/alpine" */
  char *tag;        /* or NULL */
  char *digest;     /* or NULL */
};
/* "host[:port]/repo[:tag][@digest]". The host is required: a first component without "." or ":"
 * that is not "localhost" is an error of code CONFIG. */
int reference_parse(const char *text, struct reference *ret, struct error *err);
void reference_done(struct reference *);
#endif
