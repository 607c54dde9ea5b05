/* SPDX-License-Identifier: Apache-2.0 */
/* Target oci-layout on a disk that fails: each system call that changes it, in turn, and file
 * systems without hard links. The program's own functions stand before those of libc. */
#include "unit/layout_driver.h"
#include <ftw.h>
#include <jansson.h>
#include <sys/syscall.h>

static int calls_left = -1; /* the call after so many fails; -1: none */
static int fault;           /* errno that it gets */
static int links_refused;   /* errno of every linkat; 0: none */

static bool fails(void) {
  if (calls_left < 0 || calls_left-- > 0)
    return false;
  errno = fault;
  return true;
}

int linkat(int from, const char *name, int to, const char *new_name, int flags) {
  if (links_refused != 0) {
    errno = links_refused;
    return -1;
  }
  return fails() ? -1 : (int)syscall(SYS_linkat, from, name, to, new_name, flags);
}
int renameat(int from, const char *name, int to, const char *new_name) {
  return fails() ? -1 : (int)syscall(SYS_renameat2, from, name, to, new_name, 0);
}
int mkdirat(int folder, const char *name, mode_t mode) {
  return fails() ? -1 : (int)syscall(SYS_mkdirat, folder, name, mode);
}
int fsync(int fd) {
  return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}
/* Writes less than it could, as is its right. */
ssize_t write(int fd, const void *data, size_t len) {
  return fails() ? -1 : syscall(SYS_write, fd, data, len > 64 ? 64 : len);
}

static int files_in_tmp;

/* What has a digest for a name has that content; index.json is JSON. */
static int check_file(const char *path, const struct stat *st, int type, struct FTW *where) {
  static char text[4096];
  if (type != FTW_F)
    return 0;
  files_in_tmp += strstr(path, "/.artmirror/tmp/") != NULL;
  FILE *file = fopen(path, "re");
  assert_non_null(file);
  assert_in_range(st->st_size, 0, sizeof text - 1);
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = '\0';
  const char *name = path + where->base;
  if (strstr(path, "/sha256/")) {
    struct content content;
    content_set(&content, "", "%s", text);
    assert_string_equal(content.digest + strlen("sha256:"), name);
  } else if (strcmp(name, "index.json") == 0) {
    json_t *index = json_loads(text, 0, NULL);
    assert_true(json_is_array(json_object_get(index, "manifests")));
    json_decref(index);
  }
  return 0;
}

static void check_nothing_half(struct driver *d) {
  files_in_tmp = 0;
  if (file_exists(d->root))
    assert_int_equal(nftw(d->root, check_file, 16, FTW_PHYS), 0);
  assert_int_equal(files_in_tmp, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where) {
  (void)st;
  (void)type;
  (void)where;
  return remove(path);
}

static void remove_root(struct driver *d) {
  if (file_exists(d->root))
    assert_int_equal(nftw(d->root, remove_one, 16, FTW_PHYS | FTW_DEPTH), 0);
}

static void fail_each_call(struct driver *d, int error) {
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "one");
  int32_t answer = ARTM_E_LOCAL;
  int k = 0;
  for (; answer == ARTM_E_LOCAL; k++) {
    remove_root(d);
    calls_left = k;
    fault = error;
    answer = put_image(d, r, &d->call, "x", &image);
    bool reached = calls_left < 0;
    calls_left = -1;
    if (answer == 0) {
      assert_false(reached);
      break;
    }
    assert_int_equal(answer, ARTM_E_LOCAL);
    assert_non_null(strstr(d->call.message, strerror(error)));
    assert_non_null(strstr(d->call.message, "deep/mirror"));
    check_nothing_half(d);
    struct found found = FOUND;
    assert_int_equal(put_image(d, r, &d->call, "x", &image), 0); /* the next run converges */
    assert_int_equal(d->target->resolve(r, &d->call, "x", &found.sink), 0);
    check_nothing_half(d);
  }
  assert_in_range(k, 30, 300);
  d->target->close(r, &d->call);
}

static void every_call_fails_once(void **state) {
  fail_each_call(*state, EIO);
  fail_each_call(*state, ENOSPC);
}

static void works_without_links(void **state) {
  struct driver *d = *state;
  static const int refusals[] = {EPERM, EXDEV, EMLINK, EOPNOTSUPP, ENOSYS};
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    struct artm_repository *a = driver_repository(d, "a"), *b = driver_repository(d, "b");
    struct image image;
    image_set(&image, "one");
    links_refused = refusals[i];
    int32_t answer = put_image(d, a, &d->call, "x", &image);
    int32_t mounted = d->target->mount(b, &d->call, &image.layer.descriptor, a->reference);
    int32_t other = put_image(d, b, &d->call, "x", &image);
    char folder[128];
    snprintf(folder, sizeof folder, "%s/.out", d->root);
    assert_int_equal(mkdir(folder, 0755), 0);
    int32_t exported = d->target->export_layout(a, &d->call, &image.manifest.descriptor, folder);
    links_refused = 0;
    assert_int_equal(answer, 0);
    assert_int_equal(mounted, ARTM_NO);
    assert_int_equal(other, 0);
    assert_int_equal(exported, 0);
    check_nothing_half(d);
    assert_int_equal(shell("cmp '%s' '%s/.out/blobs/sha256/%s'", blob_of(d, "a", &image.layer),
                           d->root, image.layer.digest + 7),
                     0);
    assert_int_equal(
        shell("test $(find '%s/a' '%s/b' '%s' -path '*/sha256/*' -links 1 | wc -l) = 9", d->root,
              d->root, folder),
        0);
    d->target->close(a, &d->call);
    d->target->close(b, &d->call);
    remove_root(d);
  }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, driver_setup, driver_teardown)
  const struct CMUnitTest tests[] = {TEST(every_call_fails_once), TEST(works_without_links)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
