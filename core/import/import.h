/* SPDX-License-Identifier: Apache-2.0 */
/* Configs of other mirror programs (regsync; skopeo sync --src yaml) made into ours. */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H
#include "config/load.h"
#include "config/settings.h"

/* What the caller knows of plugins. */
struct import_lookup {
  void *arg;
  /* The fields of an entry for "docker://HOST/REPOSITORY[:TAG]", and the section that it belongs
   * to; both live as long as arg. */
  int (*entry)(void *arg, const char *reference, const struct section_schema **ret_schema,
               const struct node **ret_fields, struct error *err);
  /* Is this registry known to tell how many pulls are left? */
  bool (*has_budget)(void *arg, const char *registry);
};

/* Writes our config for the one file of the document, which has a root. *ret_complete: everything
 * was carried over; what was not stands as a comment at its place. ARTM_E_CONFIG, with problems: it
 * is neither program's config, or a broken one. */
int import_config(const struct document *, const struct import_lookup *, struct problems *,
                  struct buf *out, bool *ret_complete);
#endif
