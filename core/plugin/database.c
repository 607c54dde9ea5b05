/* SPDX-License-Identifier: Apache-2.0 */
/* SQLite files of our own: opened, made, put aside. */
#include "plugin/database.h"
#include "base/fs.h"
#include "base/memory.h"
#include "report/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BUSY_MS 5000
#define BUSY_STEP_MS 20

void database_close(struct database *db) {
  for (size_t i = 0; i < DATABASE_STATEMENTS_MAX; i++)
    sqlite3_finalize(db->statements[i]);
  sqlite3_close(db->connection);
  *db = (struct database){0};
}

int database_execute(const struct database *db, const char *sql) {
  return sqlite3_exec(db->connection, sql, NULL, NULL, NULL);
}

void database_reset(sqlite3_stmt *statement) {
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
}

static int read_schema(sqlite3 *connection, int *version) {
  sqlite3_stmt *query;
  int rc = sqlite3_prepare_v2(connection, "PRAGMA user_version", -1, &query, NULL);
  if (rc == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
    *version = sqlite3_column_int(query, 0);
  int end = sqlite3_finalize(query);
  return rc ? rc : end;
}

static int make_tables(const struct database *db, const struct database_kind *kind) {
  auto_free char *mark = str_format("PRAGMA user_version = %d", kind->schema);
  int rc = database_execute(db, kind->tables);
  return rc == SQLITE_OK ? database_execute(db, mark) : rc;
}

/* SQLITE_SCHEMA stands for a file that a newer artmirror made. */
static int check_schema(const struct database *db, const struct database_kind *kind) {
  int version = 0;
  int rc = database_execute(db, "BEGIN IMMEDIATE");
  if (rc == SQLITE_OK)
    rc = read_schema(db->connection, &version);
  if (rc == SQLITE_OK && version > kind->schema)
    rc = SQLITE_SCHEMA;
  if (rc == SQLITE_OK && version == 0)
    rc = make_tables(db, kind);
  if (rc == SQLITE_OK)
    return database_execute(db, "COMMIT");
  database_execute(db, "ROLLBACK");
  return rc;
}

static int connect_to(struct database *db, const struct database_kind *kind, const char *path) {
  int rc = sqlite3_open_v2(path, &db->connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_busy_timeout(db->connection, BUSY_MS);
  if (rc == SQLITE_OK)
    rc = database_execute(db, "PRAGMA journal_mode = WAL");
  if (rc == SQLITE_OK)
    rc = database_execute(db, kind->settings);
  if (rc == SQLITE_OK)
    rc = check_schema(db, kind);
  for (size_t i = 0; rc == SQLITE_OK && i < kind->statement_count; i++)
    rc = sqlite3_prepare_v2(db->connection, kind->statements[i], -1, &db->statements[i], NULL);
  if (rc != SQLITE_OK)
    database_close(db);
  return rc;
}

/* Who opens the file first changes it to a write-ahead log; SQLite tells the others at once that it
 * is busy then, without the time that they would give it. */
static int connect_in_time(struct database *db, const struct database_kind *kind,
                           const char *path) {
  for (unsigned tried = 0;; tried++) {
    int rc = connect_to(db, kind, path);
    if ((rc & 0xff) != SQLITE_BUSY || tried * BUSY_STEP_MS >= BUSY_MS)
      return rc;
    sqlite3_sleep(BUSY_STEP_MS);
  }
}

bool database_is_damage(int rc) {
  int primary = rc & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR;
}

void database_put_aside(struct database *db, const struct database_kind *kind, const char *folder) {
  static const char *const companions[] = {"-wal", "-shm"};
  auto_free char *path = fs_join(folder, kind->file_name);
  auto_free char *aside = str_format("%s.damaged", path);
  database_close(db);
  if (rename(path, aside) == 0)
    log_write(LOG_NOTICE, NULL, "the %s was damaged: it is now %s", kind->name, aside);
  for (size_t i = 0; i < 2; i++) {
    auto_free char *companion = str_format("%s%s", path, companions[i]);
    unlink(companion);
  }
}

int database_open(struct database *db, const struct database_kind *kind, const char *folder,
                  struct error *err) {
  if (fs_make_folders(folder, 0700, err) != 0)
    return err->code;
  auto_free char *path = fs_join(folder, kind->file_name);
  auto_fd fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return error_set(err, ARTM_E_LOCAL, "%s", strerror(errno));
  fd_close(&fd); /* before SQLite locks the file: closing it later would drop that lock */
  int rc = connect_in_time(db, kind, path);
  if (database_is_damage(rc)) {
    database_put_aside(db, kind, folder);
    rc = connect_in_time(db, kind, path);
  }
  if (rc == SQLITE_OK)
    return 0;
  return error_set(err, ARTM_E_LOCAL, "%s",
                   rc == SQLITE_SCHEMA ? "made by a newer artmirror" : sqlite3_errstr(rc));
}

void database_open_memory(struct database *db, const struct database_kind *kind) {
  connect_to(db, kind, ":memory:");
}
