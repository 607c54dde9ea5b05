/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of the tool: its version at first, and its database once that is up to date. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "trivy/database.h"
#include <stdio.h>
#include <string.h>

static int32_t add_tool(const struct release *release, const char *inputs,
                        const struct database_state *state, struct artm_tool_sink *sink) {
  const struct artm_tool tool = {
      .struct_size = (uint32_t)sizeof tool,
      .flags = (state->has_updated ? ARTM_TOOL_DB_UPDATED : 0) |
               (state->has_next_update ? ARTM_TOOL_DB_NEXT_UPDATE : 0),
      .db_updated = state->updated,
      .db_next_update = state->next_update,
      .name = PROGRAM,
      .version = release->text,
      .db_version = *state->version ? state->version : NULL,
      .inputs = *inputs ? inputs : NULL,
  };
  return sink->add(sink, &tool);
}

int32_t trivy_probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  struct trivy *trivy = self;
  struct release release;
  char inputs[80];
  const struct database_state unknown = {0};
  int32_t answer = release_find(trivy, call, &release);
  if (!answer)
    answer = inputs_digest(trivy, call, NULL, inputs);
  return answer ? answer : add_tool(&release, inputs, &unknown, sink);
}

static void notice_old(const struct trivy *trivy, struct artm_call *call,
                       const struct database *database, const char *why) {
  auto_free char *text =
      registry_format("the %s could not be brought up to date, the one that is there is used: %s",
                      database->title, why);
  trivy->host->log(trivy->host, call, ARTM_LOG_NOTICE, text);
}

/* One that is there is used even if it is old. */
static int32_t bring_up_to_date(struct trivy *trivy, struct artm_call *call, const char *cache,
                                const struct database *database, struct database_state *state) {
  database_look(trivy, call, cache, database, state);
  bool fixed = database_is_fixed(trivy, trivy->options);
  if (state->there && (fixed || !state->is_stale))
    return 0;
  if (fixed)
    return fail(trivy->host, call, ARTM_E_NOT_FOUND, cache,
                "run once without skip_db_update and offline, or let cache_dir name a folder that "
                "has it",
                "there is no %s, and none may be fetched", database->title);
  int32_t answer = trivy->state ? trivy->state->lock(trivy->state, call, database->folder) : 0;
  if (answer)
    return answer;
  database_look(trivy, call, cache, database, state); /* another run may have fetched it */
  if (state->there && !state->is_stale)
    return 0;
  struct failure failure = {0};
  answer = database_fetch(trivy, call, cache, database, &failure);
  bool hurry = answer == ARTM_E_CANCELLED || answer == ARTM_E_TIMEOUT;
  if (answer && state->there && !hurry) {
    notice_old(trivy, call, database,
               *failure.message ? failure.message : "it could not be fetched");
    answer = 0;
  }
  if (answer == ARTM_NO)
    return fail(trivy->host, call, failure.code, NULL, failure.hint,
                "the %s could not be fetched: %s", database->title, failure.message);
  if (!answer)
    database_look(trivy, call, cache, database, state);
  return answer;
}

/* The server has the database; what it tells is only for the scan cache. */
static int32_t prepare_server(struct trivy *trivy, struct artm_call *call,
                              const struct release *release, struct artm_tool_sink *sink) {
  struct server_facts facts = {0};
  struct database_state state = {0};
  char inputs[80];
  int32_t answer = server_ask(trivy, call, &facts);
  bool told = answer == 0;
  if (answer >= 0)
    answer = inputs_digest(trivy, call, told ? facts.version : NULL, inputs);
  if (answer)
    return answer;
  if (!told)
    trivy->host->log(trivy->host, call, ARTM_LOG_INFO,
                     "the server does not tell how old its database is");
  snprintf(state.version, sizeof state.version, "%s", facts.db_version);
  state.has_updated = facts.has_updated;
  state.has_next_update = facts.has_next_update;
  state.updated = facts.updated;
  state.next_update = facts.next_update;
  return add_tool(release, inputs, &state, sink);
}

int32_t trivy_prepare(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  struct trivy *trivy = self;
  const struct release release = release_of(trivy);
  struct database_state state = {0}, java;
  auto_free char *cache = NULL;
  char inputs[80];
  int32_t answer = cache_folder(trivy, call, trivy->options, &cache);
  if (answer)
    return answer;
  database_look(trivy, call, cache, &java_database, &java);
  if (java.there)
    answer = bring_up_to_date(trivy, call, cache, &java_database, &java);
  if (answer)
    return answer;
  if (trivy->host->config_text(trivy->options, "server", 0))
    return prepare_server(trivy, call, &release, sink);
  answer = bring_up_to_date(trivy, call, cache, &vulnerability_database, &state);
  if (!answer)
    answer = inputs_digest(trivy, call, NULL, inputs);
  return answer ? answer : add_tool(&release, inputs, &state, sink);
}
