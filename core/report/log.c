/* SPDX-License-Identifier: Apache-2.0 */
/* The log on stderr. */
#include "report/log.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/memory.h"
#include "base/text.h"
#include "report/github.h"
#include "report/log_format.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET_MIN 4
#define QUERY_MIN 8 /* shorter ones hold no token */

static struct {
  atomic_int minimum;
  pthread_mutex_t lock; /* all below */
  enum log_format format;
  bool color;
  void (*around)(void *arg, bool before);
  void *around_arg;
} output = {.minimum = LOG_INFO, .lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local struct log_group *group; /* of this thread's lines */

static struct {
  pthread_mutex_t lock;
  struct strings list; /* longest first */
} secrets = {.lock = PTHREAD_MUTEX_INITIALIZER};

void log_setup(enum log_level minimum, enum log_format format, bool color) {
  pthread_mutex_lock(&output.lock);
  atomic_store(&output.minimum, (int)minimum);
  output.format = format;
  output.color = color;
  pthread_mutex_unlock(&output.lock);
}

bool log_enabled(enum log_level level) {
  return (int)level >= atomic_load(&output.minimum);
}

void log_set_display(void (*around)(void *arg, bool before), void *arg) {
  pthread_mutex_lock(&output.lock);
  output.around = around;
  output.around_arg = arg;
  pthread_mutex_unlock(&output.lock);
}

void log_secret(const char *secret) {
  if (secret == NULL || strlen(secret) < SECRET_MIN)
    return;
  pthread_mutex_lock(&secrets.lock);
  if (!strings_has(&secrets.list, secret)) {
    strings_add(&secrets.list, secret);
    /* Longest first: one that contains another is hidden whole. */
    for (size_t i = secrets.list.count - 1; i > 0; i--) {
      char **here = &secrets.list.items[i], **before = here - 1;
      if (strlen(*here) <= strlen(*before))
        break;
      char *swapped = *here;
      *here = *before;
      *before = swapped;
    }
  }
  pthread_mutex_unlock(&secrets.lock);
}

/* Length of the credentials before the "@" of what follows "://", 0: none. A digest after the "@"
 * makes it the reference of an image. */
static size_t userinfo_length(const char *authority) {
  size_t length = strcspn(authority, "/?#\\\"'<> \t\r\n");
  const char *at = memrchr(authority, '@', length);
  return at == NULL || text_starts(at, "@sha256:") || text_starts(at, "@sha512:")
             ? 0
             : (size_t)(at - authority);
}

void log_userinfo(const char *text) {
  const char *scheme = strstr(text, "://"), *authority = scheme != NULL ? scheme + 3 : text;
  size_t length = userinfo_length(authority);
  const char *colon = memchr(authority, ':', length);
  if (length == 0 || (colon == NULL && scheme == NULL))
    return;
  const char *begin = colon != NULL ? colon + 1 : authority; /* a token may stand alone */
  char *secret = str_copy_n(begin, length - (size_t)(begin - authority));
  log_secret(secret);
  str_wipe(secret);
}

void log_query(const char *url) {
  const char *scheme = strstr(url, "://"), *query = scheme != NULL ? strchr(scheme, '?') : NULL;
  size_t length = query != NULL ? strcspn(query + 1, "#") : 0;
  if (length < QUERY_MIN)
    return;
  char *secret = str_copy_n(query + 1, length);
  log_secret(secret);
  str_wipe(secret);
}

static size_t secret_at(const char *text) {
  for (size_t i = 0; i < secrets.list.count; i++)
    if (text_starts(text, secrets.list.items[i]))
      return strlen(secrets.list.items[i]);
  return 0;
}

char *log_redact(const char *text) {
  auto_buf out = {0};
  const char *start = text;
  pthread_mutex_lock(&secrets.lock);
  if (secrets.list.count == 0 && strstr(text, "://") == NULL) {
    buf_text(&out, text);
    text = "";
  }
  const char *plain = text; /* what is not yet copied */
  while (*text != '\0') {
    bool in_url = text - start >= 3 && memcmp(text - 3, "://", 3) == 0;
    size_t len = in_url ? userinfo_length(text) : 0;
    if (len == 0)
      len = secret_at(text);
    if (len > 0) {
      buf_add(&out, plain, (size_t)(text - plain));
      buf_text(&out, "***");
      plain = text + len;
    }
    text += len > 0 ? len : 1;
  }
  buf_add(&out, plain, (size_t)(text - plain));
  pthread_mutex_unlock(&secrets.lock);
  return buf_take(&out);
}

/* With the lock held. */
static void write_out(const struct buf *text) {
  if (output.around != NULL)
    output.around(output.around_arg, true);
  /* Where the log itself can't be written, there is nobody left to tell. */
  fd_write_all(STDERR_FILENO, text->data, text->len);
  if (output.around != NULL)
    output.around(output.around_arg, false);
}

static void write_event(const struct log_event *event) {
  auto_buf out = {0};
  pthread_mutex_lock(&output.lock);
  if (output.format == LOG_JSON)
    log_event_json(event, &out);
  else
    log_event_text(event, output.color, &out);
  if (group == NULL || event->level >= LOG_ERROR || !log_group_keep(group, &out))
    write_out(&out);
  pthread_mutex_unlock(&output.lock);
}

void log_write(enum log_level level, const char *topic, const char *format, ...) {
  if (!log_enabled(level))
    return;
  char *message = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&message, format, args);
  va_end(args);
  if (len < 0)
    return;
  write_event(&(struct log_event){.level = level, .topic = topic, .message = message});
  free(message);
}

void log_failure(const char *topic, const struct error *err) {
  if (!log_enabled(LOG_ERROR))
    return;
  write_event(&(struct log_event){.level = LOG_ERROR,
                                  .topic = topic,
                                  .message = err->message ? err->message : "failed",
                                  .where = err->where,
                                  .hint = err->hint,
                                  .code = err->code});
}

struct log_group *log_group_new(void) {
  pthread_mutex_lock(&output.lock);
  bool folds = output.format == LOG_TEXT && github_is_running();
  pthread_mutex_unlock(&output.lock);
  return folds ? mem_alloc(sizeof(struct log_group)) : NULL;
}

struct log_group *log_group_enter(struct log_group *entered) {
  struct log_group *before = group;
  group = entered;
  return before;
}

void log_group_end(struct log_group *ended, const char *title) {
  auto_buf out = {0};
  if (ended == NULL)
    return;
  pthread_mutex_lock(&output.lock);
  log_group_text(ended, title, &out);
  if (out.len > 0)
    write_out(&out);
  pthread_mutex_unlock(&output.lock);
  buf_done(&ended->lines);
  free(ended);
}

void log_done(void) {
  log_set_display(NULL, NULL);
  pthread_mutex_lock(&secrets.lock);
  for (size_t i = 0; i < secrets.list.count; i++)
    str_wipe(secrets.list.items[i]);
  free(secrets.list.items);
  secrets.list = (struct strings){0};
  pthread_mutex_unlock(&secrets.lock);
}
