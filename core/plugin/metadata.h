/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin says of itself in ELF section .artmirror.meta, read without dlopen
 * (include/artmirror/plugin.h lists the keys). */
#ifndef PLUGIN_METADATA_H
#define PLUGIN_METADATA_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

struct metadata {
  char *bytes; /* "key=value\0key=value\0" */
  size_t size;
};
/* Reads the section from an open ELF file, every offset checked, at most 64 KiB. ARTM_E_CONFIG with
 * the reason: not an ELF file, truncated, other machine, no such section, bad id. */
int metadata_read(int fd, struct metadata *ret, struct error *err);
void metadata_done(struct metadata *);
/* The i-th value of a key, NULL beyond the last. */
const char *metadata_value(const struct metadata *, const char *key, size_t i);
#endif
