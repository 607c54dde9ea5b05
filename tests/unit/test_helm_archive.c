/* SPDX-License-Identifier: Apache-2.0 */
/* Chart archives: what is read of good ones, and that bad ones are refused by name. The archives
 * are made here, header by header, as no tool writes most of them. */
#include "common/fail.c" /* before cmocka, which has a macro fail() */
#include "common/registry_text.c"
#include "helm/chart/archive.c"
#include "helm/chart/member.c"
#include "helm/printable.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "unit/chart_archive.h"
#include <sys/resource.h>
#include <sys/stat.h>

struct artm_call {
  int32_t code;
  char message[1200];
  int cancel_after; /* questions; 0: never */
};

static int32_t host_fail(struct artm_call *call, const struct artm_error *error) {
  call->code = error->code;
  assert_string_equal(error->where, "here");
  snprintf(call->message, sizeof call->message, "%s", error->message);
  return error->code;
}
static int32_t host_cancelled(struct artm_call *call) {
  if (!call->cancel_after || --call->cancel_after)
    return 0;
  return call->code = ARTM_E_CANCELLED;
}
static const struct artm_host host = {
    .struct_size = sizeof host, .fail = host_fail, .cancelled = host_cancelled};

static struct artm_call call;

static int32_t read_fd(int fd, struct chart_files *files) {
  *files = (struct chart_files){0};
  call.code = 0;
  call.message[0] = '\0';
  int32_t answer = archive_read(&host, &call, fd, "here", files);
  assert_int_equal(answer, call.code);
  if (answer)
    assert_null(files->chart);
  close(fd);
  return answer;
}

static void accepts(struct tar *tar, const char *chart, const char *requirements) {
  struct chart_files files;
  tar_zeros(tar, 1024);
  if (read_fd(pack(tar), &files))
    fail_msg("%s", call.message);
  assert_int_equal(files.chart_size, strlen(chart));
  assert_string_equal(files.chart, chart);
  if (requirements)
    assert_string_equal(files.requirements, requirements);
  else
    assert_null(files.requirements);
  chart_files_done(&files);
}

static void refuses_fd(int fd, const char *message) {
  struct chart_files files;
  assert_int_equal(read_fd(fd, &files), ARTM_E_DIGEST);
  if (!strstr(call.message, message))
    fail_msg("'%s' does not say '%s'", call.message, message);
}

static void refuses(struct tar *tar, const char *message) {
  tar_zeros(tar, 1024);
  refuses_fd(pack(tar), message);
}

#define CHART "apiVersion: v2\nname: demo\nversion: 1.2.3\n"

static void reads_a_chart(void **state) {
  (void)state;
  struct tar tar = tar_new();
  tar_header(&tar, "demo/", '5', 0, "");
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_add(&tar, "demo/values.yaml", "a: 1\n");
  tar_add(&tar, "demo/requirements.yaml", "dependencies: []\n");
  tar_add(&tar, "demo/charts/sub/Chart.yaml", "name: sub\n");
  tar_add(&tar, "demo/charts/sub/requirements.yaml", "x\n");
  accepts(&tar, CHART, "dependencies: []\n");
}

static void reads_odd_but_legal_ones(void **state) {
  (void)state;
  struct tar tar = tar_new(); /* a byte order mark is the reader's matter */
  tar_add(&tar, "demo/Chart.yaml", "\xef\xbb\xbf" CHART);
  accepts(&tar, "\xef\xbb\xbf" CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "one/values.yaml", "");
  tar_add(&tar, "two/Chart.yaml", CHART);
  tar_add(&tar, "three/templates/x", "");
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo\\Chart.yaml", CHART);
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo/./Chart.yaml", CHART);
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_header(&tar, "./", '5', 0, "");
  tar_header(&tar, "pax", 'g', 0, "");
  tar_add(&tar, "demo/..data", "");
  tar_add(&tar, "demo/a..b/c:x", "");
  tar_add(&tar, "demo/Chart.yaml", CHART);
  accepts(&tar, CHART, NULL);
  tar = tar_new(); /* names beyond ASCII, plain and by pax, whatever the locale is */
  tar_add(&tar, "demo/files/\xc3\xa9", "");
  tar_pax(&tar, "path", "demo/files/\xe2\x82\xac");
  tar_add(&tar, "demo/other", "");
  tar_pax(&tar, "path", "d\xc3\xa9mo/Chart.yaml");
  tar_add(&tar, "demo/third", CHART);
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_zeros(&tar, 20480); /* blocking factor */
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", "");
  accepts(&tar, "", NULL);
}

static void refuses_names(void **state) {
  static const struct {
    const char *name, *why;
  } cases[] = {
      {"Chart.yaml", "'Chart.yaml' in the archive is outside of a folder"},
      {"demo/../Chart.yaml", "'demo/../Chart.yaml' in the archive leaves its folder"},
      {"../x", "'../x' in the archive leaves"},
      {"demo/..", "leaves its folder"},
      {"demo\\..\\x", "leaves its folder"},
      {"demo/a/../../../etc/passwd", "leaves its folder"},
      {"/etc/passwd", "'/etc/passwd' in the archive is an absolute name"},
      {"\\etc\\passwd", "absolute name"},
      {"demo//etc/passwd", "absolute name"},
      {"c:/windows/x", "'c:/windows/x' in the archive names a drive"},
      {"C:\\windows\\x", "names a drive"},
      {"demo/c:/x", "names a drive"},
      {"demo/C:x", "names a drive"},
      {"demo/.", "outside of a folder"},
      {"a\n::error::\x1b[2J/../x", "'a?::error::?[2J/../x' in the archive"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct tar tar = tar_new();
    tar_add(&tar, "demo/Chart.yaml", CHART);
    tar_add(&tar, cases[i].name, "x");
    refuses(&tar, cases[i].why);
  }
  struct tar tar = tar_new();
  tar_pax(&tar, "path", "demo/../../secret");
  tar_add(&tar, "demo/fine", "x");
  refuses(&tar, "leaves its folder");
  tar = tar_new();
  tar_header(&tar, "../evil/", '5', 0, "");
  refuses(&tar, "leaves its folder");
}

static void refuses_what_is_no_file(void **state) {
  static const struct {
    char type;
    const char *why;
  } cases[] = {
      {'1', "'demo/odd' in the archive is a link"},
      {'2', "'demo/odd' in the archive is a link"},
      {'3', "'demo/odd' in the archive is neither a file nor a folder"},
      {'4', "neither a file nor"},
      {'6', "neither a file nor"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct tar tar = tar_new();
    tar_header(&tar, "demo/odd", cases[i].type, 0, "Chart.yaml");
    tar_add(&tar, "demo/Chart.yaml", CHART);
    refuses(&tar, cases[i].why);
  }
}

static void needs_a_chart_yaml(void **state) {
  (void)state;
  struct tar tar = tar_new();
  refuses(&tar, "no FOLDER/Chart.yaml");
  tar = tar_new();
  tar_add(&tar, "demo/values.yaml", "a: 1\n");
  tar_add(&tar, "demo/charts/sub/Chart.yaml", CHART);
  tar_add(&tar, "demo/chart.yaml", CHART);
  refuses(&tar, "no FOLDER/Chart.yaml");
  tar = tar_new(); /* as in helm, the folder is "." */
  tar_add(&tar, "./demo/Chart.yaml", CHART);
  refuses(&tar, "no FOLDER/Chart.yaml");
  tar = tar_new();
  tar_header(&tar, "demo/Chart.yaml/", '5', 0, "");
  refuses(&tar, "no FOLDER/Chart.yaml");
  tar = tar_new();
  tar_add(&tar, "one/Chart.yaml", CHART);
  tar_add(&tar, "two/Chart.yaml", CHART);
  refuses(&tar, "'two/Chart.yaml' in the archive stands there a second time");
}

static void limits_sizes(void **state) {
  (void)state;
  struct tar tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_header(&tar, "demo/big", '0', CHART_FILE_MAX, "");
  tar_zeros(&tar, CHART_FILE_MAX);
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_header(&tar, "demo/big", '0', CHART_FILE_MAX + 1, "");
  tar_zeros(&tar, CHART_FILE_MAX + 512);
  refuses(&tar, "'demo/big' in the archive has more than 5 MiB");
  tar = tar_new();
  tar_header(&tar, "demo/Chart.yaml", '0', CHART_FILE_MAX + 1, "");
  tar_zeros(&tar, CHART_FILE_MAX + 512);
  refuses(&tar, "more than 5 MiB");
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  for (int i = 0; i < 9999; i++)
    tar_header(&tar, "demo/x", '0', 0, "");
  accepts(&tar, CHART, NULL);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  for (int i = 0; i < 10000; i++)
    tar_header(&tar, "demo/x/", '5', 0, "");
  refuses(&tar, "more than 10,000 files");
}

static long peak_kib(void) {
  struct rusage usage;
  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

/* Bombs: many files, one stream of zeros behind the end, an endless extension header, holes. */
static void bombs_stop_early(void **state) {
  (void)state;
  struct tar tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  for (int i = 0; i < 22; i++) {
    tar_header(&tar, "demo/big", '0', CHART_FILE_MAX, "");
    tar_zeros(&tar, CHART_FILE_MAX);
  }
  tar_zeros(&tar, 1024);
  int fd = pack(&tar);
  long before = peak_kib();
  refuses_fd(fd, "more than 100 MiB");
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_zeros(&tar, CHART_MAX);
  refuses(&tar, "more than 100 MiB");
  tar = tar_new();
  tar_header(&tar, "pax", 'x', CHART_MAX, "");
  tar_zeros(&tar, CHART_MAX);
  struct chart_files files;
  assert_int_equal(read_fd(pack(&tar), &files), ARTM_E_DIGEST);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  for (int i = 0; i < 30; i++) {
    tar_pax(&tar, "GNU.sparse.major", "0");
    tar_pax(&tar, "GNU.sparse.size", "5242880");
    tar_add(&tar, "demo/holes", "");
  }
  tar_zeros(&tar, 1024);
  fd = pack(&tar);
  int32_t answer = read_fd(fd, &files);
  assert_true(answer == 0 || answer == ARTM_E_DIGEST);
  chart_files_done(&files);
  assert_true(peak_kib() - before < 16384);
}

static void append(int fd, const void *data, size_t size) {
  assert_true(lseek(fd, 0, SEEK_END) >= 0);
  assert_int_equal(write(fd, data, size), size);
}

static struct tar good_tar(void) {
  struct tar tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_zeros(&tar, 1024);
  return tar;
}

static void nothing_hides_behind_the_end(void **state) {
  (void)state;
  struct tar tar = good_tar();
  int fd = pack(&tar);
  append(fd, "garbage", 7);
  refuses_fd(fd, "goes on after the gzip data");
  tar = good_tar();
  fd = pack(&tar);
  append(fd, "\0", 1);
  refuses_fd(fd, "goes on after the gzip data");
  tar = good_tar();
  tar_add(&tar, "demo/../evil", "x");
  refuses(&tar, "goes on after the tar's end");
  tar = good_tar();
  tar_zeros(&tar, 200000);
  tar_add(&tar, "demo/evil", "x");
  refuses(&tar, "goes on after the tar's end");
  tar = good_tar(); /* a second member */
  fd = pack(&tar);
  tar = tar_new();
  tar_add(&tar, "demo/../evil", "x");
  tar_zeros(&tar, 1024);
  gzip_member(&tar, fd);
  refuses_fd(fd, "goes on after the tar's end");
  tar = tar_new(); /* one tar in two members is one tar */
  tar_add(&tar, "demo/values.yaml", "a: 1\n");
  fd = pack(&tar);
  tar = good_tar();
  gzip_member(&tar, fd);
  struct chart_files files;
  assert_int_equal(read_fd(fd, &files), 0);
  assert_string_equal(files.chart, CHART);
  chart_files_done(&files);
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  fd = pack(&tar);
  tar = tar_new();
  tar_add(&tar, "demo/../evil", "x");
  tar_zeros(&tar, 1024);
  gzip_member(&tar, fd);
  refuses_fd(fd, "leaves its folder");
}

static int cut_to(int fd, off_t size) {
  assert_int_equal(ftruncate(fd, size), 0);
  return fd;
}

static void refuses_what_is_no_archive(void **state) {
  (void)state;
  int fd = packed_new();
  refuses_fd(fd, "is empty");
  fd = packed_new();
  append(fd, "<!DOCTYPE html>", 15);
  refuses_fd(fd, "does not begin as gzip");
  fd = packed_new();
  append(fd, "\x1f\x8b", 2);
  refuses_fd(fd, "does not begin as gzip");
  fd = packed_new();
  append(fd, "\x1f\x8b\x08", 3);
  refuses_fd(fd, "is no whole gzip");
  fd = packed_new();
  append(fd, "\x1f\x8b\x08\0\0\0\0\0\0\3what is this?", 23);
  refuses_fd(fd, "gzip data");
  fd = packed_new(); /* reserved flags: libarchive takes it for no gzip */
  append(fd, "\x1f\x8b\x08\xe0\0\0\0\0\0\3what is this?", 23);
  refuses_fd(fd, "is no whole gzip");
  struct tar tar = tar_new();
  fprintf(tar.file, "just text, longer than a block of a tar\n%0600d", 1);
  refuses_fd(pack(&tar), "holds no whole tar");
  tar = good_tar(); /* twice */
  fd = pack(&tar);
  tar = (struct tar){fdopen(fd, "r+")};
  refuses_fd(pack(&tar), "packed more than once");
}

static void refuses_cut_ones(void **state) {
  (void)state;
  struct stat st;
  struct tar tar = good_tar();
  int fd = pack(&tar);
  assert_int_equal(fstat(fd, &st), 0);
  close(fd);
  for (off_t size = 0; size < st.st_size; size++) {
    tar = good_tar();
    struct chart_files files;
    int32_t answer = read_fd(cut_to(pack(&tar), size), &files);
    assert_int_equal(answer, ARTM_E_DIGEST);
  }
  tar = tar_new();
  tar_header(&tar, "demo/Chart.yaml", '0', 4000, "");
  tar_zeros(&tar, 512);
  refuses_fd(pack(&tar), "holds no whole tar");
  tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  fwrite("demo/half", 1, 9, tar.file);
  refuses_fd(pack(&tar), "holds no whole tar");
}

static void every_flipped_byte_is_survived(void **state) {
  (void)state;
  struct tar tar = good_tar();
  int fd = pack(&tar);
  struct stat st;
  assert_int_equal(fstat(fd, &st), 0);
  for (off_t at = 0; at < st.st_size; at++) {
    char byte;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 0x55;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    struct chart_files files;
    int32_t answer = read_fd(dup(fd), &files);
    assert_true(answer == 0 || answer == ARTM_E_DIGEST);
    chart_files_done(&files);
    byte ^= 0x55;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
  }
  close(fd);
}

static void is_cancelled(void **state) {
  (void)state;
  struct tar tar = tar_new();
  tar_add(&tar, "demo/Chart.yaml", CHART);
  tar_header(&tar, "demo/big", '0', CHART_FILE_MAX, "");
  tar_zeros(&tar, CHART_FILE_MAX);
  tar_zeros(&tar, 1024);
  struct chart_files files = {0};
  for (int i = 1; i < 40; i += 13) {
    call.cancel_after = i;
    int fd = pack(&(struct tar){fdopen(dup(fileno(tar.file)), "r+")});
    assert_int_equal(read_fd(fd, &files), ARTM_E_CANCELLED);
  }
  fclose(tar.file);
  call.cancel_after = 0;
  assert_int_equal(archive_read(&host, &call, -1, "here", &files), ARTM_E_DIGEST);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_a_chart),
      cmocka_unit_test(reads_odd_but_legal_ones),
      cmocka_unit_test(refuses_names),
      cmocka_unit_test(refuses_what_is_no_file),
      cmocka_unit_test(needs_a_chart_yaml),
      cmocka_unit_test(limits_sizes),
      cmocka_unit_test(bombs_stop_early),
      cmocka_unit_test(nothing_hides_behind_the_end),
      cmocka_unit_test(refuses_what_is_no_archive),
      cmocka_unit_test(refuses_cut_ones),
      cmocka_unit_test(every_flipped_byte_is_survived),
      cmocka_unit_test(is_cancelled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
