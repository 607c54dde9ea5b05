/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin says of itself in its file, read without dlopen: ELF section .artmirror.meta
 * (include/artmirror/plugin.h lists the keys) and the frozen head of its entry symbol. */
#ifndef PLUGIN_METADATA_H
#define PLUGIN_METADATA_H
#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>

/* What a struct of 1.0 holds at least; fields appended later don't move it. */
#define SIZE_THROUGH(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

struct metadata {
  char *bytes; /* "key=value\0key=value\0" */
  size_t size;
};
/* Reads the section from an open ELF file, every offset checked, at most 64 KiB, without control
 * characters. ARTM_E_CONFIG with the reason: not an ELF file, truncated, other machine, no such
 * section, bad id. */
int metadata_read(int fd, struct metadata *ret, struct error *err);
/* Can this artmirror load it? Compares ABI versions and sizes in the metadata and in the entry's
 * head. ARTM_E_CONFIG with the wanted and the offered version. */
int metadata_judge(int fd, const struct metadata *, struct error *err);
void metadata_done(struct metadata *);
/* The i-th value of a key, NULL beyond the last. */
const char *metadata_value(const struct metadata *, const char *key, size_t i);
#endif
