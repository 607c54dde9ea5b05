/* SPDX-License-Identifier: Apache-2.0 */
/* Values in SQLite. */
#include "plugin/state_db.h"
#include "base/error.h"
#include "base/fs.h"
#include "report/log.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "state.db"
#define SCHEMA 1
#define BUSY_MS 5000
#define BUSY_STEP_MS 20

struct state_db {
  char *folder; /* NULL: memory */
  sqlite3 *connection;
  sqlite3_stmt *get, *put, *remove;
  bool noticed;
};

static void disconnect(struct state_db *db) {
  sqlite3_finalize(db->get);
  sqlite3_finalize(db->put);
  sqlite3_finalize(db->remove);
  sqlite3_close(db->connection);
  db->get = db->put = db->remove = NULL;
  db->connection = NULL;
}

static int execute(sqlite3 *connection, const char *sql) {
  return sqlite3_exec(connection, sql, NULL, NULL, NULL);
}

static int read_schema(sqlite3 *connection, int *version) {
  sqlite3_stmt *query;
  int rc = sqlite3_prepare_v2(connection, "PRAGMA user_version", -1, &query, NULL);
  if (rc == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
    *version = sqlite3_column_int(query, 0);
  int end = sqlite3_finalize(query);
  return rc ? rc : end;
}

/* SQLITE_SCHEMA stands for a file that a newer artmirror made. */
static int make_schema(sqlite3 *connection) {
  int version = 0;
  int rc = execute(connection, "BEGIN IMMEDIATE");
  if (rc == SQLITE_OK)
    rc = read_schema(connection, &version);
  if (rc == SQLITE_OK && version > SCHEMA)
    rc = SQLITE_SCHEMA;
  if (rc == SQLITE_OK && version == 0)
    rc = execute(connection, "CREATE TABLE value (space TEXT NOT NULL, key TEXT NOT NULL, data BLOB"
                             " NOT NULL, PRIMARY KEY (space, key)) WITHOUT ROWID;"
                             "PRAGMA user_version = 1");
  if (rc == SQLITE_OK)
    return execute(connection, "COMMIT");
  execute(connection, "ROLLBACK");
  return rc;
}

static int prepare(struct state_db *db) {
  sqlite3 *connection = db->connection;
  int rc = sqlite3_prepare_v2(connection, "SELECT data FROM value WHERE space = ?1 AND key = ?2",
                              -1, &db->get, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_prepare_v2(connection, "REPLACE INTO value (space, key, data) VALUES (?1, ?2, ?3)",
                            -1, &db->put, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_prepare_v2(connection, "DELETE FROM value WHERE space = ?1 AND key = ?2", -1,
                            &db->remove, NULL);
  return rc;
}

static int connect_to(struct state_db *db, const char *path) {
  int rc = sqlite3_open_v2(path, &db->connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_busy_timeout(db->connection, BUSY_MS);
  if (rc == SQLITE_OK)
    rc = execute(db->connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  if (rc == SQLITE_OK)
    rc = make_schema(db->connection);
  if (rc == SQLITE_OK)
    rc = prepare(db);
  if (rc != SQLITE_OK)
    disconnect(db);
  return rc;
}

static void use_memory(struct state_db *db, const char *why) {
  if (!db->noticed)
    log_write(LOG_NOTICE, NULL, "state in %s can't be used (%s): going on without", db->folder,
              why);
  db->noticed = true;
  disconnect(db);
  connect_to(db, ":memory:");
}

/* Damage is what SQLite calls so, and a file that has another table than ours. */
static bool is_damage(int rc) {
  int primary = rc & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR;
}

static void put_aside(const char *path) {
  static const char *const companions[] = {"-wal", "-shm"};
  auto_free char *aside = str_format("%s.damaged", path);
  if (rename(path, aside) == 0)
    log_write(LOG_NOTICE, NULL, "the state file was damaged: it is now %s", aside);
  for (size_t i = 0; i < 2; i++) {
    auto_free char *companion = str_format("%s%s", path, companions[i]);
    unlink(companion);
  }
}

/* Who opens the file first changes it to a write-ahead log; SQLite tells the others at once that it
 * is busy then, without the time that they would give it. */
static int connect_in_time(struct state_db *db, const char *path) {
  for (unsigned tried = 0;; tried++) {
    int rc = connect_to(db, path);
    if ((rc & 0xff) != SQLITE_BUSY || tried * BUSY_STEP_MS >= BUSY_MS)
      return rc;
    sqlite3_sleep(BUSY_STEP_MS);
  }
}

static void connect_to_folder(struct state_db *db) {
  auto_error error = {0};
  if (fs_make_folders(db->folder, 0700, &error) != 0) {
    use_memory(db, error.message);
    return;
  }
  auto_free char *path = fs_join(db->folder, FILE_NAME);
  auto_fd fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    use_memory(db, strerror(errno));
    return;
  }
  fd_close(&fd); /* before SQLite locks the file: closing it later would drop that lock */
  int rc = connect_in_time(db, path);
  if (is_damage(rc)) {
    put_aside(path);
    rc = connect_in_time(db, path);
  }
  if (rc != SQLITE_OK)
    use_memory(db, rc == SQLITE_SCHEMA ? "made by a newer artmirror" : sqlite3_errstr(rc));
}

struct state_db *state_db_open(const char *folder) {
  struct state_db *db = mem_alloc(sizeof *db);
  db->folder = str_copy(folder);
  if (folder)
    connect_to_folder(db);
  else
    connect_to(db, ":memory:");
  return db;
}

void state_db_close(struct state_db *db) {
  if (!db)
    return;
  disconnect(db);
  free(db->folder);
  free(db);
}

static void bind_names(sqlite3_stmt *statement, const char *space, const char *key) {
  sqlite3_bind_text(statement, 1, space, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
}

static void finish(sqlite3_stmt *statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

/* A value that can't be read or kept costs requests, nothing else: the run goes on. */
static void recover(struct state_db *db, int rc) {
  if (!db->folder)
    return;
  if (!is_damage(rc)) {
    use_memory(db, sqlite3_errstr(rc));
    return;
  }
  auto_free char *path = fs_join(db->folder, FILE_NAME);
  disconnect(db);
  put_aside(path);
  connect_to_folder(db);
}

bool state_db_get(struct state_db *db, const char *space, const char *key, struct arena *memory,
                  const void **data, uint64_t *size) {
  if (!db->connection)
    return false;
  bind_names(db->get, space, key);
  int rc = sqlite3_step(db->get);
  bool found = rc == SQLITE_ROW;
  if (found) {
    const void *value = sqlite3_column_blob(db->get, 0);
    int len = sqlite3_column_bytes(db->get, 0);
    char *copy = arena_alloc(memory, (size_t)len + 1);
    if (len > 0)
      memcpy(copy, value, (size_t)len);
    *data = copy;
    *size = (uint64_t)len;
  }
  finish(db->get);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    recover(db, rc);
  return found;
}

static int write_value(struct state_db *db, const char *space, const char *key, const void *data,
                       uint64_t size) {
  sqlite3_stmt *statement = data ? db->put : db->remove;
  bind_names(statement, space, key);
  if (data) /* a NULL pointer would be NULL, an empty value is not */
    sqlite3_bind_blob64(statement, 3, size ? data : "", size, SQLITE_STATIC);
  int rc = sqlite3_step(statement);
  finish(statement);
  return rc;
}

void state_db_put(struct state_db *db, const char *space, const char *key, const void *data,
                  uint64_t size) {
  if (!db->connection)
    return;
  int rc = write_value(db, space, key, data, size);
  if (rc == SQLITE_DONE)
    return;
  recover(db, rc);
  if (db->connection)
    write_value(db, space, key, data, size);
}
