/* SPDX-License-Identifier: Apache-2.0 */
/* How an index gets here: from its server, from the copy of an earlier run, or from a folder. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/digest.h"
#include "helm/repository/cache.h"
#include "helm/repository/local.h"
#include "helm/repository/repository_part.h"
#include <string.h>
#include <unistd.h>

#define ATTEMPTS 3u
#define NOT_IN_THIS_RUN_MS (3600u * 1000) /* another try would meet the same answer */

struct loading {
  struct helm *helm;
  struct artm_call *call;
  const struct index_place *place;
  const char *const *names;
  size_t count;
  struct cached cached;
  struct load_failure *failure;
  struct index *index;
  bool broken_off;
};

static const struct artm_host *host_of(const struct loading *l) {
  return l->helm->client.host;
}

void load_failure_done(struct load_failure *failure) {
  free(failure->message);
  free(failure->hint);
  free(failure->where);
  *failure = (struct load_failure){0};
}

int32_t load_failure_tell(const struct helm *helm, struct artm_call *call,
                          const struct load_failure *failure) {
  const struct artm_error error = {.struct_size = (uint32_t)sizeof error,
                                   .code = failure->code,
                                   .retry_after_ms = NOT_IN_THIS_RUN_MS,
                                   .message = failure->message,
                                   .hint = failure->hint,
                                   .where = failure->where};
  return helm->client.host->fail(call, &error);
}

static void remember(struct loading *l, int32_t code, const char *hint, char *message) {
  load_failure_done(l->failure);
  *l->failure = (struct load_failure){code, message, registry_format("%s", hint),
                                      registry_format("%s", l->place->shown)};
}

static int32_t fail_load(struct loading *l, int32_t code, const char *hint, char *message) {
  remember(l, code, hint, message);
  return load_failure_tell(l->helm, l->call, l->failure);
}

/* The host has told this call why; for later ones only the code is known. */
static int32_t fail_as_host(struct loading *l, int32_t code) {
  if (code == ARTM_E_CANCELLED || code == ARTM_E_TIMEOUT)
    return code;
  const char *what = code == ARTM_E_NETWORK      ? "no connection, or it broke off"
                     : code == ARTM_E_AUTH       ? "it asks for a login"
                     : code == ARTM_E_DENIED     ? "the access is denied"
                     : code == ARTM_E_RATE_LIMIT ? "too many requests"
                                                 : "the request fails";
  remember(l, code, "another error of this repository says more",
           registry_format("the index of charts can't be had: %s", what));
  return code;
}

/* The name of the index is no part of repo_url. */
static const char *hint_for_missing(const struct loading *l, const char *otherwise) {
  static const char twice[] = "/index.yaml/index.yaml";
  size_t length = strlen(l->place->shown), tail = sizeof twice - 1;
  bool is_twice = length > tail && !strcmp(l->place->shown + length - tail, twice);
  return is_twice ? "repo_url is the folder: write it without 'index.yaml'" : otherwise;
}

static int32_t fail_reading(struct loading *l, const struct index_problem *problem) {
  return problem->told
             ? fail_as_host(l, problem->code)
             : fail_load(l, problem->code, "is this a chart repository?",
                         registry_format("the index of charts can't be read: %s", problem->text));
}

static void warn_of_entries(const struct loading *l) {
  const struct index *index = l->index;
  if (index->left_out) {
    auto_free char *text = registry_format("%s: entries left out: %zu, the first of %s",
                                           l->place->shown, index->left_out, index->first_left_out);
    host_of(l)->log(host_of(l), l->call, ARTM_LOG_WARNING, text);
  }
  if (index->differing) {
    auto_free char *text =
        registry_format("%s: versions that stand there twice with different digests: %zu, "
                        "such as %s; the first of each counts",
                        l->place->shown, index->differing, index->first_differing);
    host_of(l)->log(host_of(l), l->call, ARTM_LOG_WARNING, text);
  }
}

/* Reads the index. digest, if not NULL, gets that of its bytes. */
static struct index *read_index(const struct loading *l, struct artm_stream *stream, int fd,
                                int *copy_fd, char *digest, struct index_problem *problem) {
  struct index_input *input = registry_zalloc(sizeof *input);
  input->host = host_of(l);
  input->call = l->call;
  input->stream = stream;
  input->fd = fd;
  input->copy_fd = copy_fd ? *copy_fd : -1;
  input->hash = digest ? digest_begin() : NULL;
  struct index *index = NULL;
  if (digest && !input->hash)
    index_problem_set(&input->problem, ARTM_E_INTERNAL, "SHA-256 is not to be had");
  else
    index = index_read(input, l->names, l->count);
  if (input->hash && !digest_end(input->hash, digest))
    digest[0] = '\0';
  if (copy_fd)
    *copy_fd = input->copy_fd;
  *problem = input->problem;
  free(input);
  return index;
}

static int32_t load_local(struct loading *l) {
  int opened = -1;
  uint64_t size = 0;
  const char *path = l->place->path;
  int32_t rc = local_open(host_of(l), l->call, path, &opened, &size);
  auto_fd fd = opened;
  if (rc == ARTM_NO)
    return fail_load(l, ARTM_E_NOT_FOUND,
                     hint_for_missing(l, "is this a chart repository? 'helm repo index' makes it"),
                     registry_format("there is no such file"));
  if (rc)
    return fail_as_host(l, rc);
  struct index_problem problem;
  l->index = read_index(l, NULL, fd, NULL, NULL, &problem);
  rc = l->index ? 0 : fail_reading(l, &problem);
  index_problem_done(&problem);
  return rc;
}

/* The server says that the copy is current. ARTM_NO: the copy is not what it was. */
static int32_t read_cached(struct loading *l) {
  char digest[DIGEST_TEXT_MAX];
  struct index_problem problem;
  struct index *index = read_index(l, NULL, l->cached.fd, NULL, digest, &problem);
  bool cancelled = problem.code == ARTM_E_CANCELLED || problem.code == ARTM_E_TIMEOUT;
  int32_t code = problem.code;
  index_problem_done(&problem);
  if (cancelled)
    return code;
  if (index && strcmp(digest, l->cached.digest) == 0) {
    index->is_copy = true;
    l->index = index;
    return 0;
  }
  index_free(index);
  host_of(l)->log(host_of(l), l->call, ARTM_LOG_DEBUG,
                  "the copy of an index is not what it was: fetched again");
  return ARTM_NO;
}

static char *header_copy(const struct loading *l, const struct artm_http_response *response,
                         const char *name) {
  const char *value = l->helm->client.http->header(response, name);
  return value ? registry_format("%s", value) : NULL;
}

/* The body of a 200; the response is closed by the caller. */
static int32_t read_body(struct loading *l, struct artm_http_response *response) {
  const char *url = l->place->url;
  struct cache_file file = {.fd = -1};
  struct cached what = {.fd = -1};
  char digest[DIGEST_TEXT_MAX];
  struct index_problem problem;
  what.tag = header_copy(l, response, "ETag");
  what.modified = header_copy(l, response, "Last-Modified");
  if (what.tag || what.modified)
    cache_begin(l->helm, l->call, url, &file);
  int copy_fd = file.fd;
  l->index = read_index(l, response->body, -1, &copy_fd, digest, &problem);
  l->broken_off = problem.broken_off;
  int32_t rc = l->index ? 0 : fail_reading(l, &problem);
  what.digest = registry_format("%s", digest);
  if (l->index && copy_fd >= 0)
    cache_keep(l->helm, l->call, url, &file, &what);
  cache_end(&file);
  cached_done(&what);
  index_problem_done(&problem);
  return rc;
}

static int32_t refuse_status(struct loading *l, struct artm_http_response *response) {
  uint32_t status = response->status;
  int32_t code = ARTM_E_UNSUPPORTED;
  if (status == 404 || status == 410)
    code = ARTM_E_NOT_FOUND;
  else if (status >= 400)
    return fail_as_host(l, l->helm->client.http->fail(l->call, response));
  artm_http_close(response);
  return fail_load(
      l, code,
      hint_for_missing(l, "is this a chart repository? Some servers answer so without a login"),
      registry_format("no index of charts there: the server answers %u", status));
}

/* ARTM_NO: again, without the copy. */
static int32_t load_once(struct loading *l) {
  const struct artm_http *http = l->helm->client.http;
  const char *headers[5] = {NULL};
  size_t used = 0;
  bool conditional = l->cached.fd >= 0;
  if (conditional && l->cached.tag) {
    headers[used++] = "If-None-Match";
    headers[used++] = l->cached.tag;
  }
  if (conditional && l->cached.modified) {
    headers[used++] = "If-Modified-Since";
    headers[used] = l->cached.modified;
  }
  const struct artm_http_request request = {.struct_size = (uint32_t)sizeof request,
                                            .flags = ARTM_HTTP_ANY_STATUS | ARTM_HTTP_BASIC,
                                            .method = "GET",
                                            .url = l->place->url,
                                            .headers = headers};
  struct artm_http_response *response = NULL;
  int32_t rc = http->send(http, l->call, &request, &response);
  if (rc)
    return fail_as_host(l, rc);
  bool current = conditional && response->status == 304;
  if (response->status != 200 && !current)
    return refuse_status(l, response);
  rc = current ? read_cached(l) : read_body(l, response);
  artm_http_close(response);
  return rc;
}

/* A body that breaks off can't be resumed in the middle of a parser, only read anew. */
static int32_t load_remote(struct loading *l, bool fresh) {
  if (!fresh)
    cache_find(l->helm, l->call, l->place->url, &l->cached);
  for (unsigned attempt = 1;; attempt++) {
    l->broken_off = false;
    int32_t rc = load_once(l);
    if (rc == ARTM_NO) {
      cached_done(&l->cached);
      rc = load_once(l);
    }
    if (!l->broken_off || attempt == ATTEMPTS)
      return rc;
    load_failure_done(l->failure);
    rc = host_of(l)->sleep(l->call, (uint64_t)attempt * 1000);
    if (rc)
      return rc;
  }
}

int32_t index_load(struct repositories *all, struct artm_call *call, const char *repo_url,
                   const char *const *names, size_t count, bool fresh, struct index **ret,
                   struct load_failure *failure) {
  struct index_place place = {0};
  int32_t rc = index_place_of(all->helm, call, repo_url, &place);
  if (rc)
    return rc;
  struct loading l = {.helm = all->helm,
                      .call = call,
                      .place = &place,
                      .names = names,
                      .count = count,
                      .cached = {.fd = -1},
                      .failure = failure};
  if (place.path) {
    rc = load_local(&l);
  } else {
    rc = login_offer_repository(all->login, call, repo_url);
    rc = rc ? rc : load_remote(&l, fresh);
  }
  if (rc == 0 && !fresh) /* else the copy's load has warned */
    warn_of_entries(&l);
  if (rc == 0)
    *ret = l.index;
  cached_done(&l.cached);
  index_place_done(&place);
  return rc;
}
