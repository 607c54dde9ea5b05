/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of plugin helm's parts share: a call, streams of bytes, offers, files. */
#ifndef HELM_DRIVER_H
#define HELM_DRIVER_H
#include <artmirror/host.h> /* before cmocka, which has a macro fail() */
#include <artmirror/http.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#undef fail /* common/fail.h has a function */
#undef fail_msg
#define fail_msg(...)          \
  do {                         \
    print_error(__VA_ARGS__);  \
    print_error("\n");         \
    _fail(__FILE__, __LINE__); \
  } while (0)

#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DRIVER_UNUSED __attribute__((unused))

struct artm_call {
  int32_t code;
  int32_t cancelled; /* what the host answers when asked */
  char message[1200], hint[800], where[400];
};

/* Everything that was logged or failed, to find secrets in. */
static struct {
  pthread_mutex_t lock;
  char text[16384];
} driver_log = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void driver_write(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void driver_write(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  pthread_mutex_lock(&driver_log.lock);
  size_t length = strlen(driver_log.text);
  vsnprintf(driver_log.text + length, sizeof driver_log.text - length, format, arguments);
  pthread_mutex_unlock(&driver_log.lock);
  va_end(arguments);
}

static int32_t driver_fail(struct artm_call *call, const struct artm_error *error) {
  assert_int_equal(error->struct_size, sizeof *error);
  assert_null(strpbrk(error->message, "\r\n"));
  call->code = error->code;
  snprintf(call->message, sizeof call->message, "%s", error->message);
  snprintf(call->hint, sizeof call->hint, "%s", error->hint ? error->hint : "");
  snprintf(call->where, sizeof call->where, "%s", error->where ? error->where : "");
  driver_write("failed: %s: %s (%s)\n", call->where, call->message, call->hint);
  return error->code;
}
static int32_t driver_cancelled(struct artm_call *call) {
  if (call->cancelled)
    call->code = call->cancelled;
  return call->cancelled;
}
DRIVER_UNUSED static int32_t driver_sleep(struct artm_call *call, uint64_t ms) {
  (void)ms;
  return driver_cancelled(call);
}
static void driver_note(const struct artm_host *host, struct artm_call *call, uint32_t level,
                        const char *text) {
  (void)host;
  (void)call;
  assert_null(strpbrk(text, "\r\n"));
  driver_write("%u %s\n", level, text);
}

/* Bytes, in small parts or large ones; afterwards the end, or an error. */
struct bytes {
  struct artm_stream stream; /* first */
  const char *data;
  size_t size, at, part;
  int32_t error;
};
DRIVER_UNUSED static int64_t bytes_read(struct artm_stream *stream, struct artm_call *call,
                                        void *buffer, uint64_t len) {
  struct bytes *bytes = (struct bytes *)(void *)stream;
  size_t part = bytes->size - bytes->at;
  part = bytes->part && part > bytes->part ? bytes->part : part;
  part = part > len ? (size_t)len : part;
  if (!part && bytes->error) {
    call->code = bytes->error;
    snprintf(call->message, sizeof call->message, "broken off");
    return bytes->error;
  }
  if (part)
    memcpy(buffer, bytes->data + bytes->at, part);
  bytes->at += part;
  return (int64_t)part;
}
DRIVER_UNUSED static void bytes_close(struct artm_stream *stream) {
  (void)stream;
}
#define BYTES(text, length) \
  ((struct bytes){          \
      {sizeof(struct artm_stream), 0, bytes_read, bytes_close}, (text), (length), 0, 0, 0})

/* Credentials that were offered, a line each. */
static struct {
  pthread_mutex_t lock;
  char text[4096];
} driver_offers = {.lock = PTHREAD_MUTEX_INITIALIZER};

DRIVER_UNUSED static int32_t driver_offer(const struct artm_http *http, struct artm_call *call,
                                          const struct artm_http_identity *identity) {
  (void)http;
  (void)call;
  assert_int_equal(identity->struct_size, sizeof *identity);
  pthread_mutex_lock(&driver_offers.lock);
  size_t length = strlen(driver_offers.text);
  snprintf(driver_offers.text + length, sizeof driver_offers.text - length,
           "%s %s %s%s%s%s%s%s%s\n", identity->origin,
           identity->username ? identity->username : "-",
           identity->password ? identity->password : "-", identity->ca_file ? " ca=" : "",
           identity->ca_file ? identity->ca_file : "", identity->certificate_file ? " cert=" : "",
           identity->certificate_file ? identity->certificate_file : "",
           identity->key_file ? " key=" : "", identity->key_file ? identity->key_file : "");
  pthread_mutex_unlock(&driver_offers.lock);
  return 0;
}

/* A folder of the test's own, and files in it. */
DRIVER_UNUSED static char driver_folder[] = "/tmp/test-helm-XXXXXX";
DRIVER_UNUSED static char *driver_path(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", driver_folder, name);
  return path;
}
DRIVER_UNUSED static void driver_put(const char *name, const char *text) {
  FILE *file = fopen(driver_path(name), "we");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}
/* Also forgets what was logged and offered. */
DRIVER_UNUSED static int driver_begin(void **state) {
  (void)state;
  driver_log.text[0] = driver_offers.text[0] = '\0';
  strcpy(driver_folder + strlen(driver_folder) - 6, "XXXXXX");
  return mkdtemp(driver_folder) ? 0 : -1;
}
static int driver_remove(const char *path, const struct stat *status, int type, struct FTW *walk) {
  (void)status;
  (void)type;
  (void)walk;
  return remove(path);
}
DRIVER_UNUSED static int driver_end(void **state) {
  (void)state;
  return nftw(driver_folder, driver_remove, 8, FTW_DEPTH | FTW_PHYS);
}
#endif
