/* SPDX-License-Identifier: Apache-2.0 */
/* Values in SQLite. */
#include "plugin/state_db.h"
#include "plugin/database.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

enum { GET, PUT, REMOVE, STATEMENT_COUNT };
static const char *const statements[STATEMENT_COUNT] = {
    [GET] = "SELECT data FROM value WHERE space = ?1 AND key = ?2",
    [PUT] = "REPLACE INTO value (space, key, data) VALUES (?1, ?2, ?3)",
    [REMOVE] = "DELETE FROM value WHERE space = ?1 AND key = ?2",
};
static const struct database_kind kind = {
    .file_name = "state.db",
    .name = "state file",
    .settings = "PRAGMA synchronous = NORMAL",
    .schema = 1,
    .tables = "CREATE TABLE value (space TEXT NOT NULL, key TEXT NOT NULL, data BLOB NOT NULL,"
              " PRIMARY KEY (space, key)) WITHOUT ROWID",
    .statements = statements,
    .statement_count = STATEMENT_COUNT,
};

struct state_db {
  char *folder; /* NULL: memory */
  struct database database;
  bool noticed;
};

static void use_memory(struct state_db *db, const char *why) {
  if (!db->noticed)
    log_write(LOG_NOTICE, NULL, "state in %s can't be used (%s): going on without", db->folder,
              why);
  db->noticed = true;
  database_close(&db->database);
  database_open_memory(&db->database, &kind);
}

static void connect_to_folder(struct state_db *db) {
  auto_error error = {0};
  if (database_open(&db->database, &kind, db->folder, &error) != 0)
    use_memory(db, error.message);
}

struct state_db *state_db_open(const char *folder) {
  struct state_db *db = mem_alloc(sizeof *db);
  db->folder = str_copy(folder);
  if (folder)
    connect_to_folder(db);
  else
    database_open_memory(&db->database, &kind);
  return db;
}

void state_db_close(struct state_db *db) {
  if (!db)
    return;
  database_close(&db->database);
  free(db->folder);
  free(db);
}

static void bind_names(sqlite3_stmt *statement, const char *space, const char *key) {
  sqlite3_bind_text(statement, 1, space, -1, SQLITE_STATIC);
  sqlite3_bind_text(statement, 2, key, -1, SQLITE_STATIC);
}

/* A value that can't be read or kept costs requests, nothing else: the run goes on. */
static void recover(struct state_db *db, int rc) {
  if (!db->folder)
    return;
  if (!database_is_damage(rc)) {
    use_memory(db, sqlite3_errstr(rc));
    return;
  }
  database_put_aside(&db->database, &kind, db->folder);
  connect_to_folder(db);
}

bool state_db_get(struct state_db *db, const char *space, const char *key, struct arena *memory,
                  const void **data, uint64_t *size) {
  sqlite3_stmt *statement = db->database.statements[GET];
  if (!statement)
    return false;
  bind_names(statement, space, key);
  int rc = sqlite3_step(statement);
  bool found = rc == SQLITE_ROW;
  if (found) {
    const void *value = sqlite3_column_blob(statement, 0);
    int len = sqlite3_column_bytes(statement, 0);
    char *copy = arena_alloc(memory, (size_t)len + 1);
    if (len > 0)
      memcpy(copy, value, (size_t)len);
    *data = copy;
    *size = (uint64_t)len;
  }
  database_reset(statement);
  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    recover(db, rc);
  return found;
}

static int write_value(struct state_db *db, const char *space, const char *key, const void *data,
                       uint64_t size) {
  sqlite3_stmt *statement = db->database.statements[data ? PUT : REMOVE];
  bind_names(statement, space, key);
  if (data) /* a NULL pointer would be NULL, an empty value is not */
    sqlite3_bind_blob64(statement, 3, size ? data : "", size, SQLITE_STATIC);
  int rc = sqlite3_step(statement);
  database_reset(statement);
  return rc;
}

void state_db_put(struct state_db *db, const char *space, const char *key, const void *data,
                  uint64_t size) {
  if (!db->database.connection)
    return;
  int rc = write_value(db, space, key, data, size);
  if (rc == SQLITE_DONE)
    return;
  recover(db, rc);
  if (db->database.connection)
    write_value(db, space, key, data, size);
}
