/* SPDX-License-Identifier: Apache-2.0 */
/* What a Trivy server tells of itself. */
#include "common/cleanup.h"
#include "common/finding.h"
#include "common/registry_text.h"
#include "trivy/trivy.h"
#include <stdio.h>
#include <string.h>

#define ANSWER_MAX (64u << 10)

static void read_facts(const json_t *json, struct server_facts *ret) {
  const json_t *db = json_object_get(json, "VulnerabilityDB");
  const char *version = json_text(json, "Version");
  json_int_t db_version = json_integer_value(json_object_get(db, "Version"));
  *ret = (struct server_facts){0};
  snprintf(ret->version, sizeof ret->version, "%s", version ? version : "");
  if (db_version > 0)
    snprintf(ret->db_version, sizeof ret->db_version, "%lld", (long long)db_version);
  ret->has_updated = time_of(json_text(db, "UpdatedAt"), &ret->updated);
  ret->has_next_update = time_of(json_text(db, "NextUpdate"), &ret->next_update);
}

int32_t server_ask(const struct trivy *trivy, struct artm_call *call, struct server_facts *ret) {
  const struct artm_http *http = trivy->http;
  const char *server = trivy->host->config_text(trivy->options, "server", 0);
  if (!http || !server)
    return ARTM_NO;
  size_t length = strlen(server);
  while (length && server[length - 1] == '/')
    length--;
  auto_free char *url = registry_format("%.*s/version", (int)length, server);
  const struct artm_http_request request = {.struct_size = (uint32_t)sizeof request,
                                            .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_NO_MIRROR,
                                            .method = "GET",
                                            .url = url};
  struct artm_http_response *response;
  const void *data;
  uint64_t size;
  int32_t answer = http->send(http, call, &request, &response);
  if (answer)
    return answer; /* who can't be reached won't scan either */
  if (response->status != 200) {
    artm_http_close(response);
    return ARTM_NO;
  }
  answer = http->collect(call, response, ANSWER_MAX, &data, &size);
  if (answer)
    return answer;
  auto_json *json = json_loadb(data, (size_t)size, 0, NULL);
  if (!json_is_object(json))
    return ARTM_NO;
  read_facts(json, ret);
  return 0;
}
