/* SPDX-License-Identifier: Apache-2.0 */
/* An SQLite file that may be lost: a write-ahead log, time for other processes, and a damaged file
 * put aside and made anew. One connection, used by one thread at a time. */
#ifndef PLUGIN_DATABASE_H
#define PLUGIN_DATABASE_H
#include "base/error.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#define DATABASE_STATEMENTS_MAX 8

struct database_kind {
  const char *file_name;
  const char *name;     /* in messages: "state file" */
  const char *settings; /* pragmas of each connection */
  int schema;           /* version of the tables, above 0 */
  const char *tables;   /* makes them in an empty file */
  const char *const *statements;
  size_t statement_count;
};
struct database {
  sqlite3 *connection; /* NULL: closed */
  sqlite3_stmt *statements[DATABASE_STATEMENTS_MAX];
};

/* The kind's file in folder; both are made where they are missing. The error tells why it can't be
 * used. */
int database_open(struct database *, const struct database_kind *, const char *folder,
                  struct error *err);
void database_open_memory(struct database *, const struct database_kind *);
void database_close(struct database *);
int database_execute(const struct database *, const char *sql); /* an SQLite code */
/* After a statement: makes it ready for the next use. */
void database_reset(sqlite3_stmt *);
/* Damage is what SQLite calls so, and a file that has other tables than ours. */
bool database_is_damage(int rc);
/* Closes it and renames the file, so that the next open makes a new one. */
void database_put_aside(struct database *, const struct database_kind *, const char *folder);
#endif
