/* SPDX-License-Identifier: Apache-2.0 */
/* Plugin metadata out of files that are right, wrong and hostile. */
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/metadata.h"
#include "unit/elf_image.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define KEYS(text) text, sizeof(text) - 1

static int file_with(const void *data, size_t len) {
  int fd;
  struct error error = {0};
  assert_int_equal(fs_temp_file(&fd, &error), 0);
  assert_int_equal(fd_write_all(fd, data, len), 0);
  return fd;
}

/* Reads and judges the bytes; the reason of a refusal is the caller's, NULL is fine. */
static char *examine(const void *data, size_t len) {
  auto_fd fd = file_with(data, len);
  auto_error error = {0};
  struct metadata metadata = {0};
  int rc = metadata_read(fd, &metadata, &error);
  if (!rc)
    rc = metadata_judge(fd, &metadata, &error);
  metadata_done(&metadata);
  if (!rc)
    return NULL;
  assert_int_equal(rc, ARTM_E_CONFIG);
  return str_copy(error.message);
}

static char *examine_image(const struct image *image) {
  auto_buf bytes = {0};
  image_write(image, &bytes);
  return examine(bytes.data, bytes.len);
}

static void expect_refusal(const struct image *image, const char *part) {
  auto_free char *reason = examine_image(image);
  if (!reason || !strstr(reason, part))
    fail_msg("expected a refusal with \"%s\", got \"%s\"", part, reason ? reason : "none");
}

static void reads_what_is_there(void **state) {
  (void)state;
  struct image image =
      image_new(KEYS(IMAGE_KEYS "host=a=b\0host=c=d\0\0\0\0prefix=\0" /* padding is skipped */));
  auto_buf bytes = {0};
  image_write(&image, &bytes);
  auto_fd fd = file_with(bytes.data, bytes.len);
  struct error error = {0};
  struct metadata metadata = {0};
  assert_int_equal(metadata_read(fd, &metadata, &error), 0);
  assert_int_equal(metadata_judge(fd, &metadata, &error), 0);
  assert_string_equal(metadata_value(&metadata, "id", 0), "sample");
  assert_string_equal(metadata_value(&metadata, "version", 0), "1.2.3");
  assert_string_equal(metadata_value(&metadata, "host", 0), "a=b");
  assert_string_equal(metadata_value(&metadata, "host", 1), "c=d");
  assert_null(metadata_value(&metadata, "host", 2));
  assert_string_equal(metadata_value(&metadata, "prefix", 0), "");
  assert_null(metadata_value(&metadata, "pre", 0));
  assert_null(metadata_value(&metadata, "section", 0));
  metadata_done(&metadata);
}

static void refuses_what_is_no_elf_file(void **state) {
  (void)state;
  const char *const texts[] = {"", "x", "\177EL", "#!/bin/sh\nexit 0\n", "MZ\220"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    auto_free char *reason = examine(texts[i], strlen(texts[i]));
    assert_non_null(reason);
    assert_non_null(strstr(reason, "not an ELF file"));
  }
}

static void refuses_every_truncation(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  auto_buf bytes = {0};
  image_write(&image, &bytes);
  auto_free char *whole = examine(bytes.data, bytes.len);
  assert_null(whole);
  for (size_t len = 4; len < bytes.len; len++) {
    auto_free char *reason = examine(bytes.data, len);
    assert_non_null(reason);
    assert_non_null(strstr(reason, "truncated"));
  }
}

/* Whatever single byte is changed, the answer is an answer: run under the sanitizers. */
static void survives_every_changed_byte(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  auto_buf bytes = {0};
  image_write(&image, &bytes);
  static const unsigned char values[] = {0, 1, 0x7f, 0x80, 0xff};
  for (size_t at = 0; at < bytes.len; at++)
    for (size_t v = 0; v < sizeof values; v++) {
      char before = bytes.data[at];
      bytes.data[at] = (char)values[v];
      free(examine(bytes.data, bytes.len));
      bytes.data[at] = before;
    }
}

static void refuses_other_machines(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_machine ^= 1;
  expect_refusal(&image, "another machine");
  image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_ident[EI_CLASS] = IMAGE_CLASS == ELFCLASS64 ? ELFCLASS32 : ELFCLASS64;
  expect_refusal(&image, "another machine");
  image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_ident[EI_DATA] = ELFDATA2MSB;
  expect_refusal(&image, "another machine");
}

static void refuses_what_is_no_shared_object(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_type = ET_EXEC;
  expect_refusal(&image, "not a shared object");
}

static void refuses_without_its_section(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  image.sections[IMAGE_META].sh_name = 1;
  expect_refusal(&image, "no section");
  image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_shnum = 0;
  expect_refusal(&image, "no section");
  image = image_new(KEYS(IMAGE_KEYS));
  image.sections[IMAGE_META].sh_type = SHT_NOBITS;
  expect_refusal(&image, "no section");
}

static void refuses_offsets_out_of_the_file(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  image.sections[IMAGE_META].sh_offset = (ElfW(Off)) - 8;
  expect_refusal(&image, "truncated");
  image = image_new(KEYS(IMAGE_KEYS));
  image.header.e_shoff = (ElfW(Off)) - 64;
  expect_refusal(&image, "truncated");
  image = image_new(KEYS(IMAGE_KEYS));
  image.sections[IMAGE_DYNSYM].sh_offset = (ElfW(Off)) - 24;
  expect_refusal(&image, "truncated");
  image = image_new(KEYS(IMAGE_KEYS));
  image.symbols[1].st_value = 0x1001; /* runs over the end of its section */
  image.sections[IMAGE_DATA].sh_size = 16;
  expect_refusal(&image, "damaged");
  image = image_new(KEYS(IMAGE_KEYS));
  image.symbols[1].st_value = 1;
  expect_refusal(&image, "damaged");
}

static void refuses_metadata_that_is_too_large(void **state) {
  (void)state;
  size_t size = (64u << 10) + 1;
  auto_free char *keys = mem_alloc(size);
  memcpy(keys, IMAGE_KEYS, sizeof IMAGE_KEYS);
  struct image image = image_new(keys, size);
  expect_refusal(&image, "larger than 64 KiB");
  image = image_new(keys, size - 1);
  auto_free char *reason = examine_image(&image);
  assert_null(reason);
}

static void refuses_bad_keys(void **state) {
  (void)state;
  struct image image = image_new(KEYS("id=sample\0"));
  expect_refusal(&image, "artmirror=MAJOR.MINOR");
  image = image_new(KEYS("artmirror=1.0\0version=1\0"));
  expect_refusal(&image, "id=");
  image = image_new(KEYS("artmirror=1.0\0id=sample"));
  expect_refusal(&image, "does not end");
  image = image_new(NULL, 0);
  expect_refusal(&image, "does not end");
  image = image_new(KEYS("artmirror=1.0\0id=sample\0summary=\033[31mred\0"));
  expect_refusal(&image, "control character");
  static const char *const ids[] = {"", "Docker", "a b", "../x", "a.b", "d\303\266cker"};
  for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
    auto_buf keys = {0};
    buf_add(&keys, KEYS("artmirror=1.0\0id="));
    buf_add(&keys, ids[i], strlen(ids[i]) + 1);
    image = image_new(keys.data, keys.len);
    expect_refusal(&image, "no plugin id");
  }
}

static void compares_versions(void **state) {
  (void)state;
  struct image image = image_new(KEYS("artmirror=2.0\0id=sample\0"));
  expect_refusal(&image, "made for plugin ABI 2.0; this artmirror has 1.0");
  image = image_new(KEYS("artmirror=1\0id=sample\0"));
  expect_refusal(&image, "no ABI version");
  image = image_new(KEYS(IMAGE_KEYS));
  image.head.abi_major = 2;
  image.head.abi_minor = 7;
  expect_refusal(&image, "made for plugin ABI 2.7; this artmirror has 1.0");
  image = image_new(KEYS(IMAGE_KEYS));
  image.head.min_host_minor = 5;
  expect_refusal(&image, "needs plugin ABI 1.5 or newer; this artmirror has 1.0");
  image = image_new(KEYS(IMAGE_KEYS));
  image.head.magic = 0x12345678;
  expect_refusal(&image, "0x12345678");
  image = image_new(KEYS(IMAGE_KEYS));
  image.head.struct_size -= 8;
  expect_refusal(&image, "struct artm_entry");
}

static void a_newer_minor_is_fine(void **state) {
  (void)state;
  struct image image = image_new(KEYS("artmirror=1.9\0id=sample\0"));
  image.head.abi_minor = 9;
  image.head.struct_size += 64;
  auto_free char *reason = examine_image(&image);
  assert_null(reason);
}

static void wants_the_entry_symbol(void **state) {
  (void)state;
  struct image image = image_new(KEYS(IMAGE_KEYS));
  image.symbols[1].st_name = 2;
  expect_refusal(&image, "exports no symbol");
  image = image_new(KEYS(IMAGE_KEYS));
  image.symbols[1].st_shndx = SHN_UNDEF;
  expect_refusal(&image, "exports no symbol");
}

static void refuses_what_is_no_regular_file(void **state) {
  (void)state;
  auto_fd fd = open("/", O_RDONLY | O_CLOEXEC);
  struct metadata metadata = {0};
  auto_error error = {0};
  assert_int_equal(metadata_read(fd, &metadata, &error), ARTM_E_CONFIG);
  assert_non_null(strstr(error.message, "regular file"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_is_there),
      cmocka_unit_test(refuses_what_is_no_elf_file),
      cmocka_unit_test(refuses_every_truncation),
      cmocka_unit_test(survives_every_changed_byte),
      cmocka_unit_test(refuses_other_machines),
      cmocka_unit_test(refuses_what_is_no_shared_object),
      cmocka_unit_test(refuses_without_its_section),
      cmocka_unit_test(refuses_offsets_out_of_the_file),
      cmocka_unit_test(refuses_metadata_that_is_too_large),
      cmocka_unit_test(refuses_bad_keys),
      cmocka_unit_test(compares_versions),
      cmocka_unit_test(a_newer_minor_is_fine),
      cmocka_unit_test(wants_the_entry_symbol),
      cmocka_unit_test(refuses_what_is_no_regular_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
