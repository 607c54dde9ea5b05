/* SPDX-License-Identifier: Apache-2.0 */
/* A smallest possible shared object, made by hand after the System V ABI, for tests that break one
 * thing in it at a time. */
#ifndef TESTS_ELF_IMAGE_H
#define TESTS_ELF_IMAGE_H
#include "base/buf.h"
#include <artmirror/plugin.h>
#include <link.h>
#include <string.h>

#if __SIZEOF_POINTER__ == 8
#define IMAGE_CLASS ELFCLASS64
#else
#define IMAGE_CLASS ELFCLASS32
#endif
#define IMAGE_KEYS "artmirror=1.0\0id=sample\0version=1.2.3\0summary=A sample\0"

enum { IMAGE_NULL, IMAGE_DATA, IMAGE_META, IMAGE_DYNSTR, IMAGE_DYNSYM, IMAGE_NAMES, IMAGE_COUNT };

struct image {
  struct artm_entry head;
  const char *keys;
  size_t keys_size;
  ElfW(Ehdr) header;
  ElfW(Shdr) sections[IMAGE_COUNT];
  ElfW(Sym) symbols[2];
};

static inline ElfW(Half) own_machine(void) {
  extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
  return __ehdr_start.e_machine;
}

/* A good image; change what the test is about, then write it. */
static inline struct image image_new(const char *keys, size_t keys_size) {
  static const char dynstr[] = "\0artmirror_plugin";
  static const char names[] = "\0.data\0.artmirror.meta\0.dynstr\0.dynsym\0.names";
  struct image i = {
      .head = {.magic = ARTM_MAGIC,
               .struct_size = sizeof(struct artm_entry),
               .abi_major = ARTM_ABI_MAJOR},
      .keys = keys,
      .keys_size = keys_size,
      .header = {.e_ident = {0x7f, 'E', 'L', 'F', IMAGE_CLASS, ELFDATA2LSB, EV_CURRENT},
                 .e_type = ET_DYN,
                 .e_machine = own_machine(),
                 .e_version = EV_CURRENT,
                 .e_ehsize = sizeof(ElfW(Ehdr)),
                 .e_shentsize = sizeof(ElfW(Shdr)),
                 .e_shnum = IMAGE_COUNT,
                 .e_shstrndx = IMAGE_NAMES},
      .symbols = {{0}, {.st_name = 1, .st_shndx = IMAGE_DATA}},
  };
  const size_t sizes[IMAGE_COUNT] = {
      0, sizeof i.head, keys_size, sizeof dynstr, sizeof i.symbols, sizeof names};
  const ElfW(Word) types[IMAGE_COUNT] = {SHT_NULL,   SHT_PROGBITS, SHT_PROGBITS,
                                         SHT_STRTAB, SHT_DYNSYM,   SHT_STRTAB};
  const ElfW(Word) name_at[IMAGE_COUNT] = {0, 1, 7, 23, 31, 39};
  size_t at = sizeof(ElfW(Ehdr));
  for (int n = 1; n < IMAGE_COUNT; n++) {
    i.sections[n].sh_name = name_at[n];
    i.sections[n].sh_type = types[n];
    i.sections[n].sh_offset = at;
    i.sections[n].sh_size = sizes[n];
    at += sizes[n];
  }
  i.sections[IMAGE_DATA].sh_addr = 0x1000;
  i.symbols[1].st_value = 0x1000;
  i.sections[IMAGE_DYNSYM].sh_link = IMAGE_DYNSTR;
  i.sections[IMAGE_DYNSYM].sh_entsize = sizeof(ElfW(Sym));
  i.header.e_shoff = at;
  return i;
}

static inline void image_write(const struct image *i, struct buf *out) {
  static const char dynstr[] = "\0artmirror_plugin";
  static const char names[] = "\0.data\0.artmirror.meta\0.dynstr\0.dynsym\0.names";
  buf_add(out, &i->header, sizeof i->header);
  buf_add(out, &i->head, sizeof i->head);
  buf_add(out, i->keys, i->keys_size);
  buf_add(out, dynstr, sizeof dynstr);
  buf_add(out, i->symbols, sizeof i->symbols);
  buf_add(out, names, sizeof names);
  buf_add(out, i->sections, sizeof i->sections);
}
#endif
