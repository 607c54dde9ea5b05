/* SPDX-License-Identifier: Apache-2.0 */
/* Files that an index names: beside it, elsewhere, or below a folder. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/repository/local.h"
#include "helm/repository/repository_part.h"
#include "helm/repository/urls.h"
#include <string.h>

struct opening {
  struct repositories *all;
  struct artm_call *call;
  const char *repo_url;
  const struct index_place *index;
  const char *url, *shown; /* of the file */
  bool is_extra;           /* something beside it */
};

static int32_t refuse_url(const struct opening *o, const char *why) {
  return fail(o->all->helm->client.host, o->call, ARTM_E_UNSUPPORTED, o->shown, NULL,
              "the index names this file, which is refused: %s", why);
}

/* Only what lies in the repository's own folder. */
static int32_t open_local(const struct opening *o, struct artm_stream **ret, uint64_t *size) {
  if (!o->index->path)
    return refuse_url(o, "a file of this machine, named by a server");
  auto_free char *path = url_file_path(o->url);
  size_t folder = strlen(o->index->path) - strlen("index.yaml");
  if (!path || strncmp(path, o->index->path, folder) != 0)
    return refuse_url(o, "it is not in the repository's folder");
  return local_stream(o->all->helm->client.host, o->call, path, ret, size);
}

static int32_t open_remote(const struct opening *o, struct artm_stream **ret, uint64_t *size) {
  const struct artm_http *http = o->all->helm->client.http;
  int32_t rc = login_offer_elsewhere(o->all->login, o->call, o->repo_url, o->url);
  if (rc)
    return rc;
  const struct artm_http_request request = {.struct_size = (uint32_t)sizeof request,
                                            .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_BASIC,
                                            .method = "GET",
                                            .url = o->url,
                                            .named_by = o->index->path ? NULL : o->index->url};
  struct artm_http_response *response = NULL;
  rc = http->send(http, o->call, &request, &response);
  if (rc)
    return rc;
  uint32_t status = response->status;
  if (status == 200) {
    *ret = response->body;
    *size = response->size;
    return 0;
  }
  bool missing = status == 404 || status == 410 || (status == 403 && o->is_extra);
  if (!missing && status >= 400)
    return http->fail(o->call, response);
  artm_http_close(response);
  return missing ? ARTM_NO
                 : fail(o->all->helm->client.host, o->call, ARTM_E_UNSUPPORTED, o->shown, NULL,
                        "the server answers %u, no file", status);
}

static int32_t open_url(const struct opening *o, struct artm_stream **ret, uint64_t *size) {
  if (url_has_scheme(o->url, "file"))
    return open_local(o, ret, size);
  if (url_has_scheme(o->url, "https") || url_has_scheme(o->url, "http"))
    return open_remote(o, ret, size);
  return refuse_url(o, "only https, http and file are known here");
}

int32_t repository_open(struct repositories *all, struct artm_call *call, const char *repo_url,
                        const char *url, const char *suffix, struct artm_stream **ret,
                        uint64_t *ret_size) {
  struct index_place index = {0};
  int32_t rc = index_place_of(all->helm, call, repo_url, &index);
  if (rc)
    return rc;
  auto_free char *plain = url_resolve_in(repo_url, url);
  auto_free char *whole = plain ? url_with_suffix(plain, suffix) : NULL;
  auto_free char *shown = url_shown(plain ? whole : index.url);
  const struct opening opening = {all, call, repo_url, &index, whole, shown, *suffix != '\0'};
  rc = whole ? open_url(&opening, ret, ret_size)
             : fail(all->helm->client.host, call, ARTM_E_UNSUPPORTED, shown, NULL,
                    "the index names a file by something that is no URL");
  index_place_done(&index);
  return rc;
}
