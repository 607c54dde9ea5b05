/* SPDX-License-Identifier: Apache-2.0 */
/* The state store: values, cache folders, locks. */
#include "plugin/state.h"
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/state_db.h"
#include "report/log.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define VALUE_MAX (1u << 20)
#define LOCK_POLL_MS 25

struct held_lock {
  struct held_lock *next;
  struct state_store *store;
  const struct artm_call *call;
  char *name;
  int fd; /* -1: no folder, so only this process has the lock to share */
};

struct state_store {
  char *folder, *cache_folder;
  char *private_folder; /* in place of a cache folder, for this run */
  pthread_mutex_t lock;
  struct state_db *db;
  pid_t owner; /* of db: SQLite connections don't survive a fork */
  struct held_lock *held;
};

struct state_store *state_open(const char *folder, const char *cache_folder) {
  struct state_store *store = mem_alloc(sizeof *store);
  store->folder = str_copy(folder);
  store->cache_folder = str_copy(cache_folder);
  store->owner = getpid();
  pthread_mutex_init(&store->lock, NULL);
  return store;
}

void state_close(struct state_store *store) {
  if (!store)
    return;
  auto_error error = {0};
  if (store->private_folder && fs_remove_tree(store->private_folder, &error) != 0)
    log_write(LOG_WARNING, NULL, "a private folder is left behind: %s", error.message);
  state_db_close(store->db);
  pthread_mutex_destroy(&store->lock);
  free(store->private_folder);
  free(store->folder);
  free(store->cache_folder);
  free(store);
}

/* With the lock held. */
static struct state_db *database(struct state_store *store) {
  if (store->owner != getpid()) {
    store->owner = getpid();
    store->db = state_db_open(NULL); /* the parent's is left untouched */
  }
  if (!store->db)
    store->db = state_db_open(store->folder);
  return store->db;
}

int state_get(struct state_store *store, struct artm_call *call, const char *space, const char *key,
              const void **data, uint64_t *size) {
  pthread_mutex_lock(&store->lock);
  bool found = state_db_get(database(store), space, key, &call->memory, data, size);
  pthread_mutex_unlock(&store->lock);
  return found ? 0 : ARTM_NO;
}

int state_put(struct state_store *store, struct artm_call *call, const char *space, const char *key,
              const void *data, uint64_t size) {
  if (data && size > VALUE_MAX)
    return call_fail(call, ARTM_E_LOCAL, "the state value %s has %llu bytes; at most %u are kept",
                     key, (unsigned long long)size, VALUE_MAX);
  pthread_mutex_lock(&store->lock);
  state_db_put(database(store), space, key, data, size);
  pthread_mutex_unlock(&store->lock);
  return 0;
}

static int check_name(struct artm_call *call, const char *name) {
  size_t len = strnlen(name, 65);
  if (len == 0 || len > 64 || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
    return call_fail(call, ARTM_E_INTERNAL, "\"%.64s\" is no name: 1 to 64 of a-z, 0-9 and -",
                     name);
  return 0;
}

/* With the lock held. */
static const char *cache_root(struct state_store *store, struct error *err) {
  if (store->cache_folder) {
    auto_error why = {0};
    if (fs_make_folders(store->cache_folder, 0700, &why) == 0 &&
        access(store->cache_folder, W_OK | X_OK) == 0)
      return store->cache_folder;
    log_write(LOG_NOTICE, NULL, "caches in %s can't be used: going on without",
              store->cache_folder);
    free(store->cache_folder);
    store->cache_folder = NULL;
  }
  if (!store->private_folder)
    fs_private_folder(&store->private_folder, err);
  return store->private_folder;
}

int state_folder(struct state_store *store, struct artm_call *call, const char *space,
                 const char *name, const char **path) {
  int rc = check_name(call, name);
  if (rc)
    return rc;
  pthread_mutex_lock(&store->lock);
  const char *root = cache_root(store, &call->error);
  char *folder = root ? arena_format(&call->memory, "%s/%s/%s", root, space, name) : NULL;
  pthread_mutex_unlock(&store->lock);
  rc = folder ? fs_make_folders(folder, 0700, &call->error) : call->error.code;
  if (!rc)
    *path = folder;
  return rc;
}

static void release(void *arg) {
  struct held_lock *held = arg;
  struct state_store *store = held->store;
  pthread_mutex_lock(&store->lock);
  struct held_lock **at = &store->held;
  while (*at != held)
    at = &(*at)->next;
  *at = held->next;
  pthread_mutex_unlock(&store->lock);
  fd_close(&held->fd);
  free(held->name);
  free(held);
}

/* ARTM_NO: another call of this process has it. */
static int take_here(struct state_store *store, struct artm_call *call, const char *name,
                     struct held_lock **ret) {
  int rc = 0;
  pthread_mutex_lock(&store->lock);
  struct held_lock *held = store->held;
  while (held && strcmp(held->name, name) != 0)
    held = held->next;
  if (held) {
    rc = held->call == call ? 0 : ARTM_NO;
  } else {
    held = mem_alloc(sizeof *held);
    *held = (struct held_lock){store->held, store, call, str_copy(name), -1};
    store->held = held;
    *ret = held;
  }
  pthread_mutex_unlock(&store->lock);
  return rc;
}

/* -1 where there is no folder for lock files. */
static int open_lock_file(const struct state_store *store, const char *name) {
  auto_error error = {0};
  if (!store->folder)
    return -1;
  auto_free char *folder = fs_join(store->folder, "locks");
  if (fs_make_folders(folder, 0700, &error) != 0)
    return -1;
  auto_free char *path = str_format("%s/%s", folder, name);
  return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

int state_lock(struct state_store *store, struct artm_call *call, const char *space,
               const char *name) {
  int rc = check_name(call, name);
  if (rc)
    return rc;
  auto_free char *full = str_format("%s.%s.lock", space, name);
  struct held_lock *held = NULL;
  while ((rc = take_here(store, call, full, &held)) == ARTM_NO)
    if ((rc = call_sleep(call, LOCK_POLL_MS)) != 0)
      return rc;
  if (!held)
    return 0; /* this call has it already */
  call_on_end(call, release, held);
  held->fd = open_lock_file(store, full);
  while (held->fd >= 0 && flock(held->fd, LOCK_EX | LOCK_NB) < 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      return call_fail(call, ARTM_E_LOCAL, "can't lock %s in %s: %s", full, store->folder,
                       strerror(errno));
    if ((rc = call_sleep(call, LOCK_POLL_MS)) != 0)
      return rc;
  }
  return 0;
}

static char *default_folder(const char *flag, const char *given, const char *xdg,
                            const char *home) {
  const char *value;
  if (flag && *flag)
    return str_copy(flag);
  if ((value = getenv(given)) && *value)
    return str_copy_n(value, strcspn(value, ":")); /* systemd may give several */
  if ((value = getenv(xdg)) && value[0] == '/')
    return fs_join(value, "artmirror");
  if ((value = getenv("HOME")) && value[0] == '/')
    return str_format("%s/%s/artmirror", value, home);
  return NULL;
}

char *state_default_folder(const char *flag) {
  return default_folder(flag, "STATE_DIRECTORY", "XDG_STATE_HOME", ".local/state");
}

char *cache_default_folder(const char *flag) {
  return default_folder(flag, "CACHE_DIRECTORY", "XDG_CACHE_HOME", ".cache");
}
