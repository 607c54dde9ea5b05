/* SPDX-License-Identifier: Apache-2.0 */
/* One item of an entry's axis of versions, as written in the config. */
#ifndef CONFIG_VERSION_H
#define CONFIG_VERSION_H
#include "config/node.h"
#include "config/problem.h"

struct version_item {
  const char *text;   /* the tag; NULL: a bare digest, pushed without a tag */
  const char *digest; /* pin, or NULL */
  const struct node *at;
};

/* Reads one item: a string, "sha256:HEX", or {tag, digest}. ret is untouched and problems are added
 * when it is no valid version. */
bool version_read(const struct node *item, struct version_item *ret, struct problems *);
#endif
