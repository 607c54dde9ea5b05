/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror.http/1 and artmirror.docker-config/1: the HTTP floor, as plugins see it. */
#include "base/fs.h"
#include "base/memory.h"
#include "plugin/extensions.h"
#include <stdlib.h>
#include <string.h>

static int32_t do_send(const struct artm_http *table, struct artm_call *call,
                       const struct artm_http_request *given, struct artm_http_response **ret) {
  struct artm_http_request request = {0};
  memcpy(&request, given,
         given->struct_size < sizeof request ? given->struct_size : sizeof request);
  request.struct_size = sizeof request;
  return http_send(HOST_OF(table, http)->services->http, call, &request, ret);
}

static const char *do_header(const struct artm_http_response *response, const char *name) {
  return http_header(response, name);
}

static int32_t do_collect(struct artm_call *call, struct artm_http_response *response, uint64_t max,
                          const void **data, uint64_t *size) {
  return http_collect(call, response, max, data, size);
}

static int32_t do_fail(struct artm_call *call, struct artm_http_response *response) {
  return http_fail(call, response);
}

static int32_t do_offer(const struct artm_http *table, struct artm_call *call,
                        const struct artm_http_identity *given) {
  struct artm_http_identity identity = {0};
  memcpy(&identity, given,
         given->struct_size < sizeof identity ? given->struct_size : sizeof identity);
  identity.struct_size = sizeof identity;
  return http_offer(HOST_OF(table, http)->services->http, call, &identity);
}

void extension_http(struct artm_http *table) {
  *table = (struct artm_http){.struct_size = sizeof *table,
                              .send = do_send,
                              .header = do_header,
                              .collect = do_collect,
                              .fail = do_fail,
                              .offer = do_offer};
}

static int32_t do_folder(const struct artm_docker_config *table, struct artm_call *call,
                         const char *repository, const char **path) {
  const char *folder;
  char *document = NULL;
  int rc = http_docker_config(HOST_OF(table, docker_config)->services->http, call, repository,
                              &document);
  if (rc)
    return rc;
  rc = call_private_folder(call, &folder);
  if (!rc) {
    auto_free char *file = fs_join(folder, "config.json");
    rc = fs_write(file, document, strlen(document), 0600, &call->error);
  }
  str_wipe(document);
  if (!rc)
    *path = folder;
  return rc;
}

void extension_docker_config(struct artm_docker_config *table) {
  *table = (struct artm_docker_config){.struct_size = sizeof *table, .folder = do_folder};
}
