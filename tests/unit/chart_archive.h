/* SPDX-License-Identifier: Apache-2.0 */
/* Writes tar archives header by header, also such as no tool writes, and packs them. After cmocka.
 */
#ifndef CHART_ARCHIVE_H
#define CHART_ARCHIVE_H
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ARCHIVE_UNUSED __attribute__((unused))

/* A tar that is being written. */
struct tar {
  FILE *file;
};

ARCHIVE_UNUSED static struct tar tar_new(void) {
  struct tar tar = {tmpfile()};
  assert_non_null(tar.file);
  return tar;
}

/* One header of 512 bytes (POSIX.1, ustar). */
ARCHIVE_UNUSED static void tar_header(struct tar *tar, const char *name, char type, size_t size,
                                      const char *link) {
  char block[512] = "";
  assert_true(strlen(name) <= 100);
  memcpy(block, name, strlen(name));
  memcpy(block + 100, "0000644", 7);
  memcpy(block + 108, "0000000", 7);
  memcpy(block + 116, "0000000", 7);
  snprintf(block + 124, 12, "%011llo", (unsigned long long)size & 077777777777);
  memcpy(block + 136, "14000000000", 11);
  memset(block + 148, ' ', 8);
  block[156] = type;
  memcpy(block + 157, link, strlen(link));
  memcpy(block + 257,
         "ustar\0"
         "00",
         8);
  unsigned sum = 0;
  for (size_t i = 0; i < sizeof block; i++)
    sum += (unsigned char)block[i];
  snprintf(block + 148, 8, "%06o", sum);
  assert_int_equal(fwrite(block, 1, sizeof block, tar->file), sizeof block);
}

ARCHIVE_UNUSED static void tar_data(struct tar *tar, const void *data, size_t size) {
  static const char zeros[512];
  assert_int_equal(fwrite(data, 1, size, tar->file), size);
  size_t pad = (512 - size % 512) % 512;
  assert_int_equal(fwrite(zeros, 1, pad, tar->file), pad);
}

ARCHIVE_UNUSED static void tar_add(struct tar *tar, const char *name, const char *text) {
  tar_header(tar, name, '0', strlen(text), "");
  tar_data(tar, text, strlen(text));
}

ARCHIVE_UNUSED static void tar_zeros(struct tar *tar, size_t count) {
  static const char zeros[65536];
  while (count) {
    size_t part = count < sizeof zeros ? count : sizeof zeros;
    assert_int_equal(fwrite(zeros, 1, part, tar->file), part);
    count -= part;
  }
}

/* A pax header with one record, for the entry that follows. */
ARCHIVE_UNUSED static void tar_pax(struct tar *tar, const char *key, const char *value) {
  char record[512];
  size_t length = strlen(key) + strlen(value) + 3;
  length += length + 2 > 99 ? 3 : 2;
  snprintf(record, sizeof record, "%zu %s=%s\n", length, key, value);
  assert_int_equal(strlen(record), length);
  tar_header(tar, "pax", 'x', length, "");
  tar_data(tar, record, length);
}

/* Appends the tar to packed as one gzip member. */
ARCHIVE_UNUSED static void gzip_member(struct tar *tar, int packed) {
  struct archive *gzip = archive_write_new();
  struct archive_entry *entry = archive_entry_new();
  archive_write_add_filter_gzip(gzip);
  archive_write_set_format_raw(gzip);
  archive_write_set_bytes_in_last_block(gzip, 1);
  assert_int_equal(archive_write_open_fd(gzip, packed), ARCHIVE_OK);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_pathname(entry, "x");
  assert_int_equal(archive_write_header(gzip, entry), ARCHIVE_OK);
  rewind(tar->file);
  char buffer[65536];
  size_t got;
  while ((got = fread(buffer, 1, sizeof buffer, tar->file)) > 0)
    assert_int_equal(archive_write_data(gzip, buffer, got), got);
  archive_entry_free(entry);
  assert_int_equal(archive_write_free(gzip), ARCHIVE_OK);
  fclose(tar->file);
}

ARCHIVE_UNUSED static int packed_new(void) {
  int fd = memfd_create("chart", MFD_CLOEXEC);
  assert_true(fd >= 0);
  return fd;
}

ARCHIVE_UNUSED static int pack(struct tar *tar) {
  int fd = packed_new();
  gzip_member(tar, fd);
  return fd;
}
#endif
