/* SPDX-License-Identifier: Apache-2.0 */
/* Reading sections and symbols of a shared object without loading it. */
#include "plugin/elf.h"
#include "base/memory.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTIONS_MAX 4096
#define SYMBOLS_MAX 100000
#define NAME_MAX_READ 64

/* Made by the linker: our own header, so what it says of the machine is what we can load. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static int truncated(struct error *err) {
  return error_set(err, ARTM_E_CONFIG, "the file is truncated");
}

int elf_read(const struct elf *elf, uint64_t offset, void *to, size_t len, struct error *err) {
  if (offset > elf->file_size || len > elf->file_size - offset)
    return truncated(err);
  for (size_t done = 0; done < len;) {
    ssize_t n = pread(elf->fd, (char *)to + done, len - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return error_set(err, ARTM_E_CONFIG, "can't be read: %s", strerror(errno));
    if (n == 0)
      return truncated(err);
    done += (size_t)n;
  }
  return 0;
}

static int check_header(const ElfW(Ehdr) * header, struct error *err) {
  const ElfW(Ehdr) *ours = &__ehdr_start;
  if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
    return error_set(err, ARTM_E_CONFIG, "not an ELF file");
  if (header->e_ident[EI_CLASS] != ours->e_ident[EI_CLASS] ||
      header->e_ident[EI_DATA] != ours->e_ident[EI_DATA] || header->e_machine != ours->e_machine)
    return error_set(err, ARTM_E_CONFIG,
                     "made for another machine (ELF class %u, data %u, machine %u; wanted %u, %u, "
                     "%u)",
                     header->e_ident[EI_CLASS], header->e_ident[EI_DATA], header->e_machine,
                     ours->e_ident[EI_CLASS], ours->e_ident[EI_DATA], ours->e_machine);
  if (header->e_type != ET_DYN)
    return error_set(err, ARTM_E_CONFIG, "not a shared object");
  return 0;
}

static int read_sections(struct elf *elf, const ElfW(Ehdr) * header, struct error *err) {
  if (header->e_shoff == 0 || header->e_shnum == 0)
    return 0;
  if (header->e_shentsize != sizeof(ElfW(Shdr)) || header->e_shnum > SECTIONS_MAX ||
      header->e_shstrndx >= header->e_shnum)
    return error_set(err, ARTM_E_CONFIG, "its ELF section table is damaged");
  auto_free ElfW(Shdr) *sections = mem_array(header->e_shnum, sizeof *sections);
  int rc = elf_read(elf, header->e_shoff, sections, header->e_shnum * sizeof *sections, err);
  if (rc)
    return rc;
  elf->sections = take(sections);
  elf->section_count = header->e_shnum;
  elf->names = header->e_shstrndx;
  return 0;
}

int elf_open(int fd, struct elf *ret, struct error *err) {
  struct stat st;
  if (fstat(fd, &st) < 0)
    return error_set(err, ARTM_E_CONFIG, "can't be read: %s", strerror(errno));
  if (!S_ISREG(st.st_mode))
    return error_set(err, ARTM_E_CONFIG, "not a regular file");
  struct elf elf = {.fd = fd, .file_size = (uint64_t)st.st_size};
  char magic[SELFMAG] = {0};
  auto_error ignored = {0};
  if (elf_read(&elf, 0, magic, sizeof magic, &ignored) || memcmp(magic, ELFMAG, SELFMAG) != 0)
    return error_set(err, ARTM_E_CONFIG, "not an ELF file");
  ElfW(Ehdr) header;
  int rc = elf_read(&elf, 0, &header, sizeof header, err);
  if (!rc)
    rc = check_header(&header, err);
  if (!rc)
    rc = read_sections(&elf, &header, err);
  if (!rc)
    *ret = elf;
  return rc;
}

void elf_done(struct elf *elf) {
  free(elf->sections);
  elf->sections = NULL;
  elf->section_count = 0;
}

/* Is the string at offset of a string section just this name? */
static bool name_is(const struct elf *elf, const ElfW(Shdr) * strings, uint64_t offset,
                    const char *name) {
  char text[NAME_MAX_READ];
  size_t len = strlen(name) + 1;
  auto_error ignored = {0};
  if (len > sizeof text || offset > strings->sh_size || len > strings->sh_size - offset ||
      strings->sh_offset > UINT64_MAX - offset)
    return false;
  return elf_read(elf, strings->sh_offset + offset, text, len, &ignored) == 0 &&
         memcmp(text, name, len) == 0;
}

const ElfW(Shdr) * elf_section(const struct elf *elf, const char *name) {
  for (size_t i = 0; i < elf->section_count; i++)
    if (name_is(elf, &elf->sections[elf->names], elf->sections[i].sh_name, name))
      return &elf->sections[i];
  return NULL;
}

static int read_object(const struct elf *elf, const ElfW(Sym) * symbol, void *to, size_t len,
                       struct error *err) {
  if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= elf->section_count)
    return ARTM_NO;
  const ElfW(Shdr) *section = &elf->sections[symbol->st_shndx];
  uint64_t inside = symbol->st_value - section->sh_addr;
  if (section->sh_type == SHT_NOBITS || symbol->st_value < section->sh_addr ||
      inside > section->sh_size || len > section->sh_size - inside ||
      section->sh_offset > UINT64_MAX - inside)
    return error_set(err, ARTM_E_CONFIG, "its ELF symbol table is damaged");
  return elf_read(elf, section->sh_offset + inside, to, len, err);
}

int elf_symbol(const struct elf *elf, const char *name, void *to, size_t len, struct error *err) {
  const ElfW(Shdr) *table = NULL;
  for (size_t i = 0; i < elf->section_count && !table; i++)
    if (elf->sections[i].sh_type == SHT_DYNSYM)
      table = &elf->sections[i];
  if (!table || table->sh_link >= elf->section_count)
    return ARTM_NO;
  uint64_t count = table->sh_size / sizeof(ElfW(Sym));
  if (table->sh_entsize != sizeof(ElfW(Sym)) || count > SYMBOLS_MAX)
    return error_set(err, ARTM_E_CONFIG, "its ELF symbol table is damaged");
  auto_free ElfW(Sym) *symbols = mem_array(count + 1, sizeof *symbols);
  int rc = elf_read(elf, table->sh_offset, symbols, count * sizeof *symbols, err);
  if (rc)
    return rc;
  for (size_t i = 0; i < count; i++)
    if (name_is(elf, &elf->sections[table->sh_link], symbols[i].st_name, name))
      return read_object(elf, &symbols[i], to, len, err);
  return ARTM_NO;
}
