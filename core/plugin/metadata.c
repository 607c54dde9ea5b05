/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin's metadata, and whether it fits this artmirror. */
#include "plugin/metadata.h"
#include "base/memory.h"
#include "base/text.h"
#include "plugin/elf.h"
#include <artmirror/plugin.h>
#include <stdlib.h>
#include <string.h>

#define SECTION ".artmirror.meta"
#define SIZE_LIMIT (64u << 10)
#define ID_LIMIT 64

static bool is_word(const char *s, const char *allowed) {
  size_t len = s ? strlen(s) : 0;
  return len > 0 && len <= ID_LIMIT && strspn(s, allowed) == len;
}

static int check_bytes(const struct metadata *metadata, struct error *err) {
  if (metadata->size == 0 || metadata->bytes[metadata->size - 1] != '\0')
    return error_set(err, ARTM_E_CONFIG, "its metadata does not end");
  for (size_t i = 0; i < metadata->size; i++) {
    unsigned char c = (unsigned char)metadata->bytes[i];
    if (c == 0x7f || (c < 0x20 && c != '\0'))
      return error_set(err, ARTM_E_CONFIG, "its metadata holds a control character");
  }
  const char *id = metadata_value(metadata, "id", 0);
  if (!metadata_value(metadata, "artmirror", 0))
    return error_set(err, ARTM_E_CONFIG, "its metadata lacks \"artmirror=MAJOR.MINOR\"");
  if (!id)
    return error_set(err, ARTM_E_CONFIG, "its metadata lacks \"id=\"");
  if (!is_word(id, "abcdefghijklmnopqrstuvwxyz0123456789-"))
    return error_set(err, ARTM_E_CONFIG,
                     "\"%s\" is no plugin id: 1 to %d of a-z, 0-9 and - are allowed", id, ID_LIMIT);
  return 0;
}

static int read_section(const struct elf *elf, struct metadata *ret, struct error *err) {
  const ElfW(Shdr) *section = elf_section(elf, SECTION);
  if (!section || section->sh_type == SHT_NOBITS)
    return error_set(err, ARTM_E_CONFIG, "no artmirror plugin: it has no section " SECTION);
  if (section->sh_size > SIZE_LIMIT)
    return error_set(err, ARTM_E_CONFIG, "its metadata is larger than %u KiB", SIZE_LIMIT >> 10);
  auto_free char *bytes = mem_alloc(section->sh_size + 1);
  struct metadata metadata = {bytes, section->sh_size};
  int rc = elf_read(elf, section->sh_offset, bytes, metadata.size, err);
  if (!rc)
    rc = check_bytes(&metadata, err);
  if (rc)
    return rc;
  ret->bytes = take(bytes);
  ret->size = metadata.size;
  return 0;
}

int metadata_read(int fd, struct metadata *ret, struct error *err) {
  struct elf elf;
  int rc = elf_open(fd, &elf, err);
  if (rc)
    return rc;
  rc = read_section(&elf, ret, err);
  elf_done(&elf);
  return rc;
}

static int judge_version(const char *spelled, struct error *err) {
  size_t len = strcspn(spelled, ".");
  auto_free char *major_text = str_copy_n(spelled, len);
  int64_t major = 0, minor = 0;
  if (spelled[len] != '.' || !text_parse_int(major_text, &major) ||
      !text_parse_int(spelled + len + 1, &minor) || major < 0 || minor < 0)
    return error_set(err, ARTM_E_CONFIG, "\"%s\" is no ABI version", spelled);
  if (major != ARTM_ABI_MAJOR)
    return error_set(err, ARTM_E_CONFIG, "made for plugin ABI %s; this artmirror has %d.%d",
                     spelled, ARTM_ABI_MAJOR, ARTM_ABI_MINOR);
  return 0;
}

static int judge_head(const struct artm_entry *head, struct error *err) {
  if (head->magic != ARTM_MAGIC)
    return error_set(err, ARTM_E_CONFIG, "its entry begins with 0x%08x in place of 0x%08x",
                     head->magic, ARTM_MAGIC);
  if (head->abi_major != ARTM_ABI_MAJOR)
    return error_set(err, ARTM_E_CONFIG, "made for plugin ABI %u.%u; this artmirror has %d.%d",
                     head->abi_major, head->abi_minor, ARTM_ABI_MAJOR, ARTM_ABI_MINOR);
  if (head->min_host_minor > ARTM_ABI_MINOR)
    return error_set(err, ARTM_E_CONFIG,
                     "needs plugin ABI %u.%u or newer; this artmirror has %d.%d", head->abi_major,
                     head->min_host_minor, ARTM_ABI_MAJOR, ARTM_ABI_MINOR);
  if (head->struct_size < SIZE_THROUGH(struct artm_entry, build))
    return error_set(err, ARTM_E_CONFIG, "its struct artm_entry has %u bytes; ABI 1.0 wants %zu",
                     head->struct_size, SIZE_THROUGH(struct artm_entry, build));
  return 0;
}

int metadata_judge(int fd, const struct metadata *metadata, struct error *err) {
  struct elf elf;
  struct artm_entry head = {0};
  int rc = judge_version(metadata_value(metadata, "artmirror", 0), err);
  if (rc)
    return rc;
  rc = elf_open(fd, &elf, err);
  if (rc)
    return rc;
  rc = elf_symbol(&elf, "artmirror_plugin", &head, offsetof(struct artm_entry, metadata_size), err);
  elf_done(&elf);
  if (rc == ARTM_NO)
    return error_set(err, ARTM_E_CONFIG, "it exports no symbol \"artmirror_plugin\"");
  return rc ? rc : judge_head(&head, err);
}

void metadata_done(struct metadata *metadata) {
  free(metadata->bytes);
  metadata->bytes = NULL;
  metadata->size = 0;
}

const char *metadata_value(const struct metadata *metadata, const char *key, size_t i) {
  size_t len = strlen(key);
  for (size_t at = 0; at < metadata->size; at += strlen(metadata->bytes + at) + 1) {
    const char *item = metadata->bytes + at;
    if (strncmp(item, key, len) == 0 && item[len] == '=' && i-- == 0)
      return item + len + 1;
  }
  return NULL;
}
