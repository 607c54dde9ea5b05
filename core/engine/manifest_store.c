/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests in SQLite. */
#include "engine/manifest_store.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/map.h"
#include "base/memory.h"
#include "plugin/database.h"
#include "report/log.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PENDING_MAX ((size_t)256 << 10)
#define FILE_MAX ((int64_t)64 << 20)
#define DAY_S ((int64_t)24 * 60 * 60)
#define KEEP_S (30 * DAY_S)

enum { GET, PUT, USE, REMOVE, FORGET_UNUSED, FORGET_OLDEST, SIZE, STATEMENT_COUNT };
static const char *const statements[STATEMENT_COUNT] = {
    [GET] = "SELECT data, media_type, used FROM manifest WHERE digest = ?1",
    [PUT] = "INSERT INTO manifest (digest, used, media_type, data) VALUES (?1, ?2, ?3, ?4)"
            " ON CONFLICT (digest) DO UPDATE SET used = excluded.used",
    [USE] = "UPDATE manifest SET used = ?2 WHERE digest = ?1",
    [REMOVE] = "DELETE FROM manifest WHERE digest = ?1",
    [FORGET_UNUSED] = "DELETE FROM manifest WHERE used < ?1",
    [FORGET_OLDEST] = "DELETE FROM manifest WHERE rowid ="
                      " (SELECT rowid FROM manifest ORDER BY used, rowid LIMIT 1)",
    [SIZE] = "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count,"
             " pragma_freelist_count, pragma_page_size",
};
/* What a power failure damages is made anew: nothing waits for the disk. */
static const struct database_kind kind = {
    .file_name = "manifests.db",
    .name = "cache of manifests",
    .settings = "PRAGMA synchronous = OFF",
    .schema = 1,
    .tables = "CREATE TABLE manifest (digest TEXT NOT NULL PRIMARY KEY, used INTEGER NOT NULL,"
              " media_type TEXT NOT NULL, data BLOB NOT NULL);"
              "CREATE INDEX manifest_used ON manifest (used)",
    .statements = statements,
    .statement_count = STATEMENT_COUNT,
};

struct manifest_store {
  pthread_mutex_t lock;
  char *folder; /* NULL: nothing is kept (any more) */
  struct database database;
  bool was_damaged;
  struct map pending; /* digest -> struct descriptor to be written, without data: only used */
  size_t pending_bytes;
};

struct manifest_store *manifest_store_new(const char *folder) {
  struct manifest_store *store = mem_alloc(sizeof *store);
  pthread_mutex_init(&store->lock, NULL);
  store->folder = str_copy(folder);
  return store;
}

/* From here to manifest_store_get: with the lock held. */

static void forget_pending(struct manifest_store *store) {
  for (size_t i = 0; i < store->pending.count; i++) {
    descriptor_done(store->pending.items[i].value);
    free(store->pending.items[i].value);
  }
  map_done(&store->pending);
  store->pending = (struct map){0};
  store->pending_bytes = 0;
}

static void give_up(struct manifest_store *store, const char *why) {
  log_write(LOG_NOTICE, NULL, "the %s in %s can't be used (%s): going on without", kind.name,
            store->folder, why);
  database_close(&store->database);
  forget_pending(store);
  free_pointer(&store->folder);
  store->folder = NULL;
}

static bool open_file(struct manifest_store *store) {
  auto_error error = {0};
  if (!store->database.connection &&
      database_open(&store->database, &kind, store->folder, &error) != 0)
    give_up(store, error.message);
  return store->folder != NULL;
}

/* Does not make the file: before the first run there is nothing to read. */
static bool open_to_read(struct manifest_store *store) {
  if (store->database.connection)
    return true;
  auto_free char *path = fs_join(store->folder, kind.file_name);
  return fs_exists(path) && open_file(store);
}

/* A file that is damaged once is made anew; twice, and the disk is to blame. */
static void recover(struct manifest_store *store, int rc) {
  if (!database_is_damage(rc) || store->was_damaged) {
    give_up(store, sqlite3_errstr(rc));
    return;
  }
  store->was_damaged = true;
  database_put_aside(&store->database, &kind, store->folder);
}

static int64_t now_s(void) {
  return clock_wall_ms() / 1000;
}

static int step(sqlite3_stmt *statement) {
  int rc = sqlite3_step(statement);
  database_reset(statement);
  return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int write_one(struct manifest_store *store, const struct descriptor *manifest) {
  sqlite3_stmt *statement = store->database.statements[manifest->data ? PUT : USE];
  sqlite3_bind_text(statement, 1, manifest->digest.text, -1, SQLITE_STATIC);
  sqlite3_bind_int64(statement, 2, now_s());
  if (manifest->data) {
    sqlite3_bind_text(statement, 3, manifest->media_type, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 4, manifest->data, manifest->data_size, SQLITE_STATIC);
  }
  return step(statement);
}

static int read_size(struct manifest_store *store, int64_t *size) {
  sqlite3_stmt *statement = store->database.statements[SIZE];
  int rc = sqlite3_step(statement);
  if (rc == SQLITE_ROW)
    *size = sqlite3_column_int64(statement, 0);
  database_reset(statement);
  return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

static int forget_old(struct manifest_store *store) {
  sqlite3_stmt *unused = store->database.statements[FORGET_UNUSED];
  sqlite3_bind_int64(unused, 1, now_s() - KEEP_S);
  int64_t size = 0;
  int rc = step(unused);
  if (rc == SQLITE_OK)
    rc = read_size(store, &size);
  while (rc == SQLITE_OK && size > FILE_MAX) {
    rc = step(store->database.statements[FORGET_OLDEST]);
    if (rc == SQLITE_OK)
      rc = read_size(store, &size);
  }
  return rc;
}

static void write_pending(struct manifest_store *store) {
  if (!store->pending.count || !open_file(store))
    return;
  int rc = database_execute(&store->database, "BEGIN IMMEDIATE");
  for (size_t i = 0; rc == SQLITE_OK && i < store->pending.count; i++)
    rc = write_one(store, store->pending.items[i].value);
  if (rc == SQLITE_OK)
    rc = forget_old(store);
  if (rc == SQLITE_OK)
    rc = database_execute(&store->database, "COMMIT");
  forget_pending(store);
  if (rc == SQLITE_OK)
    return;
  database_execute(&store->database, "ROLLBACK");
  recover(store, rc);
}

static void add_pending(struct manifest_store *store, const struct descriptor *manifest) {
  struct descriptor *known = map_get(&store->pending, manifest->digest.text);
  if (known && (known->data || !manifest->data))
    return;
  if (!known) {
    known = mem_alloc(sizeof *known);
    map_put(&store->pending, manifest->digest.text, known);
  }
  descriptor_done(known);
  descriptor_copy(known, manifest);
  store->pending_bytes += sizeof *known + manifest->data_size;
  if (store->pending_bytes > PENDING_MAX)
    write_pending(store);
}

static void remove_wrong(struct manifest_store *store, const struct digest *digest) {
  sqlite3_stmt *statement = store->database.statements[REMOVE];
  log_write(LOG_DEBUG, "cache", "what is kept of %s is something else", digest->text);
  sqlite3_bind_text(statement, 1, digest->text, -1, SQLITE_STATIC);
  int rc = step(statement);
  if (rc != SQLITE_OK)
    recover(store, rc);
}

/* Of the row that GET stands at. False: not the digest's bytes, or no manifest's type. */
static bool take_row(sqlite3_stmt *row, const struct digest *digest, struct descriptor *ret) {
  const void *data = sqlite3_column_blob(row, 0);
  int size = sqlite3_column_bytes(row, 0);
  const char *media_type = (const char *)sqlite3_column_text(row, 1);
  if (!data || size <= 0 || (size_t)size > MANIFEST_MAX || !media_is_manifest(media_type))
    return false;
  struct digest found = digest_of(data, (size_t)size, digest);
  if (!digest_equal(&found, digest))
    return false;
  const struct descriptor lent = {.media_type = (char *)media_type,
                                  .digest = *digest,
                                  .size = (uint64_t)size,
                                  .data = (void *)data,
                                  .data_size = (size_t)size};
  descriptor_copy(ret, &lent);
  return true;
}

static bool read_file(struct manifest_store *store, const struct digest *digest,
                      struct descriptor *ret) {
  sqlite3_stmt *statement = store->database.statements[GET];
  sqlite3_bind_text(statement, 1, digest->text, -1, SQLITE_STATIC);
  int rc = sqlite3_step(statement);
  bool is_there = rc == SQLITE_ROW;
  bool is_right = is_there && take_row(statement, digest, ret);
  bool is_old = is_right && sqlite3_column_int64(statement, 2) < now_s() - DAY_S;
  database_reset(statement);
  if (!is_there && rc != SQLITE_DONE)
    recover(store, rc);
  else if (is_there && !is_right)
    remove_wrong(store, digest);
  else if (is_old)
    add_pending(store, &(struct descriptor){.digest = *digest});
  return is_right;
}

bool manifest_store_get(struct manifest_store *store, const struct digest *digest,
                        struct descriptor *ret) {
  pthread_mutex_lock(&store->lock);
  const struct descriptor *pending = map_get(&store->pending, digest->text);
  bool found = pending && pending->data;
  if (found)
    descriptor_copy(ret, pending);
  else if (store->folder && open_to_read(store))
    found = read_file(store, digest, ret);
  pthread_mutex_unlock(&store->lock);
  return found;
}

void manifest_store_put(struct manifest_store *store, const struct descriptor *manifest) {
  pthread_mutex_lock(&store->lock);
  if (store->folder && manifest->data && media_is_manifest(manifest->media_type))
    add_pending(store, manifest);
  pthread_mutex_unlock(&store->lock);
}

void manifest_store_free(struct manifest_store *store) {
  if (!store)
    return;
  if (store->folder)
    write_pending(store);
  database_close(&store->database);
  forget_pending(store);
  pthread_mutex_destroy(&store->lock);
  free(store->folder);
  free(store);
}
