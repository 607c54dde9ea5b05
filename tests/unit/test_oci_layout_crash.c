/* SPDX-License-Identifier: Apache-2.0 */
/* Target oci-layout under threads, processes, kill -9 and a full disk. */
#include "unit/layout_driver.h"
#include <pthread.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define PROCESSES 2
#define THREADS 8
#define TAGS_EACH 6

struct writer {
  struct driver *driver;
  struct artm_repository *repository;
  int process, thread;
  int32_t answer;
};

static void *write_tags(void *arg) {
  struct writer *writer = arg;
  struct artm_call call = {0};
  for (int i = 0; i < TAGS_EACH && writer->answer == 0; i++) {
    struct image image;
    char tag[64];
    image_set(&image, i % 2 ? "shared" : "other");
    snprintf(tag, sizeof tag, "p%d-t%d-%d", writer->process, writer->thread, i);
    writer->answer = put_image(writer->driver, writer->repository, &call, tag, &image);
  }
  if (writer->answer != 0)
    fprintf(stderr, "%s\n", call.message);
  return NULL;
}

static int write_from_threads(struct driver *driver, int process) {
  pthread_t threads[THREADS];
  struct writer writers[THREADS];
  struct artm_repository *repository = driver_repository(driver, "a");
  int failed = 0;
  for (int i = 0; i < THREADS; i++) {
    writers[i] = (struct writer){driver, repository, process, i, 0};
    failed |= pthread_create(&threads[i], NULL, write_tags, &writers[i]) != 0;
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    failed |= writers[i].answer != 0;
  }
  driver->target->close(repository, &driver->call);
  return failed;
}

static void all_tags_of_all_writers_stay(void **state) {
  struct driver *d = *state;
  pid_t pids[PROCESSES];
  for (int i = 0; i < PROCESSES; i++) {
    pids[i] = fork();
    assert_true(pids[i] >= 0);
    if (pids[i] == 0)
      _exit(write_from_threads(d, i));
  }
  for (int i = 0; i < PROCESSES; i++) {
    int status = -1;
    assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
    assert_int_equal(status, 0);
  }
  struct artm_repository *r = driver_repository(d, "a");
  struct tag_sink tags = TAGS;
  assert_int_equal(d->target->tags(r, &d->call, &tags.sink), 0);
  assert_int_equal(tags.count, PROCESSES * THREADS * TAGS_EACH);
  d->target->close(r, &d->call);
  assert_int_equal(shell("test -z \"$(ls '%s/.artmirror/tmp')\"", d->root), 0);
  assert_int_equal(
      shell("test $(find '%s' -type f -path '*sha256*' | xargs stat -c %%i | sort -u | "
            "wc -l) = 6",
            d->root),
      0);
}

static void put_forever(struct driver *driver) {
  struct artm_repository *repository = driver_repository(driver, "a");
  struct artm_call call = {0};
  for (unsigned i = 0;; i++) {
    struct image image;
    char text[32], tag[32];
    snprintf(text, sizeof text, "image %u of %d", i, (int)getpid());
    snprintf(tag, sizeof tag, "t%u", i % 20);
    image_set(&image, text);
    if (put_image(driver, repository, &call, tag, &image) != 0)
      _exit(1);
  }
}

/* Every file that has a digest for a name has that content, and every tag resolves. */
static void check_whole(struct driver *d) {
  assert_int_equal(shell("cd '%s/a/blobs/sha256' && for f in *; do echo \"$f  $f\"; done | "
                         "sha256sum --check --status",
                         d->root),
                   0);
  struct artm_repository *r = driver_repository(d, "a");
  struct tag_sink tags = TAGS;
  assert_int_equal(d->target->tags(r, &d->call, &tags.sink), 0);
  char *rest = NULL;
  for (char *tag = strtok_r(tags.text, " ", &rest); tag; tag = strtok_r(NULL, " ", &rest)) {
    struct found found = FOUND;
    uint32_t result;
    assert_int_equal(d->target->manifest(r, &d->call, tag, &found.sink), 0);
    struct artm_descriptor manifest = {.struct_size = sizeof manifest,
                                       .size = found.size,
                                       .media_type = found.media_type,
                                       .digest = found.digest,
                                       .data = found.data};
    assert_int_equal(d->target->put_manifest(r, &d->call, tag, &manifest, &result), 0);
  }
  d->target->close(r, &d->call);
}

static void survives_being_killed(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "first");
  assert_int_equal(put_image(d, r, &d->call, "first", &image), 0);
  d->target->close(r, &d->call);
  for (long i = 0; i < 25; i++) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
      put_forever(d);
    struct timespec time = {.tv_nsec = 1000000 + i * 1700000};
    nanosleep(&time, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    check_whole(d);
  }
}

static int put_on_full_disk(struct driver *driver, const struct image *image) {
  struct rlimit limit = {.rlim_cur = 64, .rlim_max = 64};
  signal(SIGXFSZ, SIG_IGN);
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
    return 2;
  struct artm_repository *repository = driver_repository(driver, "a");
  int32_t blob = put(driver, repository, &driver->call, &image->layer);
  bool named = strstr(driver->call.message, "deep/mirror/a") != NULL;
  int32_t tag = put_tag(driver, repository, &driver->call, "full", &image->manifest);
  return blob == ARTM_E_LOCAL && named && tag != 0 ? 0 : 1;
}

static void full_disk_leaves_nothing_half(void **state) {
  struct driver *d = *state;
  struct artm_repository *r = driver_repository(d, "a");
  struct image image, second;
  image_set(&image, "one");
  image_set(&second,
            "a layer that is longer than the sixty-four bytes a file may have on that disk");
  assert_int_equal(put_image(d, r, &d->call, "x", &image), 0);
  pid_t pid = fork();
  assert_true(pid >= 0);
  if (pid == 0)
    _exit(put_on_full_disk(d, &second));
  int status = -1;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_int_equal(status, 0);
  assert_int_equal(d->target->has_blob(r, &d->call, &second.layer.descriptor), ARTM_NO);
  assert_int_equal(shell("test -z \"$(ls '%s/.artmirror/tmp')\"", d->root), 0);
  check_whole(d);
  d->target->close(r, &d->call);
}

static void old_leftovers_are_removed(void **state) {
  struct driver *d = *state;
  assert_int_equal(shell("mkdir -p '%s/.artmirror/tmp' && cd '%s/.artmirror/tmp' && touch new && "
                         "touch -d '2 hours ago' old busy",
                         d->root, d->root),
                   0);
  int busy = open(path_of(d, ".artmirror/tmp/busy"), O_RDWR | O_CLOEXEC);
  assert_int_equal(flock(busy, LOCK_EX), 0);
  struct artm_repository *r = driver_repository(d, "a");
  struct image image;
  image_set(&image, "one");
  assert_int_equal(put_image(d, r, &d->call, "x", &image), 0);
  assert_int_equal(
      shell("test \"$(ls '%s/.artmirror/tmp' | tr '\\n' ' ')\" = 'busy new '", d->root), 0);
  close(busy);
  d->target->close(r, &d->call);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, driver_setup, driver_teardown)
  const struct CMUnitTest tests[] = {
      TEST(all_tags_of_all_writers_stay), TEST(survives_being_killed),
      TEST(full_disk_leaves_nothing_half), TEST(old_leftovers_are_removed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
