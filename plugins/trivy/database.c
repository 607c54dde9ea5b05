/* SPDX-License-Identifier: Apache-2.0 */
/* Trivy's databases: what is there, and how it gets there. */
#include "trivy/database.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/finding.h"
#include "common/json_walk.h"
#include "common/registry_text.h"
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

const struct database vulnerability_database = {
    .title = "vulnerability database",
    .folder = "db",
    .file = "trivy.db",
    .version = 2,
    .fresh_for = 3600,
    .fetch = "--download-db-only",
    .from = "--db-repository",
    .repositories = "db_repository",
};
const struct database java_database = {
    .title = "index of Java archives",
    .folder = "java-db",
    .file = "trivy-java.db",
    .version = 1,
    .fresh_for = 24 * 3600,
    .fetch = "--download-java-db-only",
    .from = "--java-db-repository",
    .repositories = "java_db_repository",
};

static bool is_file(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

bool make_folders(const char *path) {
  auto_free char *part = registry_format("%s", path);
  for (char *at = part + 1; *part && (at = strchr(at, '/')); at++) {
    *at = '\0';
    if (mkdir(part, 0755) < 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
      return false;
    *at = '/';
  }
  return mkdir(part, 0700) == 0 || errno == EEXIST;
}

int32_t cache_folder(const struct trivy *trivy, struct artm_call *call,
                     const struct artm_config *settings, char **ret) {
  const char *path = trivy->host->config_text(settings, "cache_dir", 0);
  if (!path && !trivy->state)
    return artm_fail(trivy->host, call, ARTM_E_UNSUPPORTED,
                     "there is no folder for the database, and no cache_dir", NULL);
  if (!path) {
    int32_t answer = trivy->state->folder(trivy->state, call, "cache", &path);
    if (answer)
      return answer;
  } else if (!make_folders(path)) {
    return fail(trivy->host, call, ARTM_E_LOCAL, path, NULL, "can't make the cache folder: %s",
                strerror(errno));
  }
  *ret = registry_format("%s", path);
  return 0;
}

bool database_is_fixed(const struct trivy *trivy, const struct artm_config *settings) {
  return trivy->host->config_number(settings, "skip_db_update", 0) ||
         trivy->host->config_number(settings, "offline", 0);
}

static json_t *read_metadata(const struct trivy *trivy, struct artm_call *call, const char *path) {
  struct json_walk walk;
  if (json_walk_open(&walk, trivy->host, call, path) != 0)
    return NULL;
  json_t *json = json_walk_value(&walk);
  if (!json_walk_end(&walk) || !json_is_object(json)) {
    json_decref(json);
    json = NULL;
  }
  json_walk_done(&walk);
  return json;
}

void database_look(const struct trivy *trivy, struct artm_call *call, const char *cache,
                   const struct database *database, struct database_state *ret) {
  *ret = (struct database_state){0};
  auto_free char *file = registry_format("%s/%s/%s", cache, database->folder, database->file);
  auto_free char *path = registry_format("%s/%s/metadata.json", cache, database->folder);
  if (!is_file(file) || !is_file(path))
    return;
  auto_json *json = read_metadata(trivy, call, path);
  json_int_t version = json_integer_value(json_object_get(json, "Version"));
  if (version < database->version)
    return;
  int64_t downloaded = 0;
  time_t now = time(NULL);
  ret->there = true;
  snprintf(ret->version, sizeof ret->version, "%lld", (long long)version);
  ret->has_updated = time_of(json_text(json, "UpdatedAt"), &ret->updated);
  ret->has_next_update = time_of(json_text(json, "NextUpdate"), &ret->next_update);
  bool lately = time_of(json_text(json, "DownloadedAt"), &downloaded) && downloaded <= now &&
                now - downloaded < database->fresh_for;
  ret->is_stale = !lately && !(ret->has_next_update && ret->next_update > now);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *walk) {
  (void)st, (void)type, (void)walk;
  return remove(path);
}

static void remove_tree(const char *path) {
  nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static bool move_file(const char *from, const char *to, const char *name) {
  auto_free char *source = registry_format("%s/%s", from, name);
  auto_free char *place = registry_format("%s/%s", to, name);
  return rename(source, place) == 0;
}

/* The database first: with older metadata it is only believed to be older. */
static int32_t put_in_place(const struct trivy *trivy, struct artm_call *call, const char *stage,
                            const char *cache, const struct database *database) {
  auto_free char *from = registry_format("%s/%s", stage, database->folder);
  auto_free char *to = registry_format("%s/%s", cache, database->folder);
  if (!make_folders(to) || !move_file(from, to, database->file) ||
      !move_file(from, to, "metadata.json"))
    return fail(trivy->host, call, ARTM_E_LOCAL, to, NULL, "can't put the %s there: %s",
                database->title, strerror(errno));
  return 0;
}

static int32_t fetch_from(struct trivy *trivy, struct artm_call *call, const char *stage,
                          const struct database *database, const char *repository,
                          struct failure *failure) {
  const struct release release = release_of(trivy);
  struct command command;
  int32_t answer = 0;
  command_begin(&command, &release);
  command_add(&command, "--cache-dir");
  command_add(&command, "%s", stage);
  command_add(&command, "%s", database->fetch);
  if (repository) {
    command_add_item(&command, database->from, repository);
    answer = command_login(&command, trivy, call, repository);
  }
  if (!answer)
    answer = command_run(&command, trivy, call, NULL, NULL, failure);
  command_done(&command);
  struct database_state state;
  if (!answer)
    database_look(trivy, call, stage, database, &state);
  if (!answer && !state.there) {
    *failure = (struct failure){.code = ARTM_E_LOCAL};
    snprintf(failure->message, sizeof failure->message, "%s fetched no %s", PROGRAM,
             database->title);
    answer = ARTM_NO;
  }
  return answer;
}

static int32_t fetch_from_any(struct trivy *trivy, struct artm_call *call, const char *stage,
                              const struct database *database, struct failure *failure) {
  const struct artm_host *host = trivy->host;
  uint32_t count = host->config_count(trivy->options, database->repositories);
  if (!count)
    return fetch_from(trivy, call, stage, database, NULL, failure);
  int32_t answer = ARTM_NO;
  for (uint32_t i = 0; answer && i < count; i++) {
    const char *repository = host->config_text(trivy->options, database->repositories, i);
    answer = fetch_from(trivy, call, stage, database, repository, failure);
    if (answer == ARTM_E_CANCELLED || answer == ARTM_E_TIMEOUT)
      break;
  }
  return answer;
}

int32_t database_fetch(struct trivy *trivy, struct artm_call *call, const char *cache,
                       const struct database *database, struct failure *failure) {
  auto_free char *stage = registry_format("%s/artmirror-%s", cache, database->folder);
  remove_tree(stage);
  if (!make_folders(stage))
    return fail(trivy->host, call, ARTM_E_LOCAL, cache,
                "with skip_db_update the folder is only read", "can't make a folder for the %s: %s",
                database->title, strerror(errno));
  int32_t answer = fetch_from_any(trivy, call, stage, database, failure);
  if (!answer)
    answer = put_in_place(trivy, call, stage, cache, database);
  remove_tree(stage);
  return answer;
}
