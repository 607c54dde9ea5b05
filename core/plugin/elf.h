/* SPDX-License-Identifier: Apache-2.0 */
/* A shared object read as a file, before any code of it runs. Nothing in it is believed: every
 * offset is checked against the size of the file. */
#ifndef PLUGIN_ELF_H
#define PLUGIN_ELF_H
#include "base/error.h"
#include <link.h>
#include <stddef.h>
#include <stdint.h>

struct elf {
  int fd; /* borrowed */
  uint64_t file_size;
  ElfW(Shdr) * sections;
  size_t section_count, names; /* names: index of the section with the sections' names */
};
/* ARTM_E_CONFIG: not an ELF file, truncated, for another machine, not a shared object. */
int elf_open(int fd, struct elf *ret, struct error *err);
void elf_done(struct elf *);
/* NULL: no such section. */
const ElfW(Shdr) * elf_section(const struct elf *, const char *name);
int elf_read(const struct elf *, uint64_t offset, void *to, size_t len, struct error *err);
/* The first len bytes of an exported object as they stand in the file, that is before relocation.
 * ARTM_NO: no such symbol. */
int elf_symbol(const struct elf *, const char *name, void *to, size_t len, struct error *err);
#endif
