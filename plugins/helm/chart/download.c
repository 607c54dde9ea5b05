/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a chart repository, brought here. */
#include "helm/chart/download.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/digest.h"
#include "helm/repository/urls.h"
#include <errno.h>
#include <string.h>

#define BLOCK 65536u
#define ATTEMPTS 3u

char *download_shown(const char *repo_url, const char *url) {
  auto_free char *whole = url_resolve_in(repo_url, url);
  return url_shown(whole ? whole : url);
}

static int32_t write_all(const struct artm_host *host, struct artm_call *call, int fd,
                         const char *data, size_t size, uint64_t at) {
  while (size) {
    ssize_t put = pwrite(fd, data, size, (off_t)at);
    char reason[128];
    if (put < 0 && errno != EINTR)
      return fail(host, call, ARTM_E_LOCAL, NULL, NULL, "can't write a temporary file: %s",
                  strerror_r(errno, reason, sizeof reason));
    if (put < 0)
      continue;
    data += put;
    at += (uint64_t)put;
    size -= (size_t)put;
  }
  return 0;
}

/* Copies the stream into fd; *size counts. */
static int32_t copy_stream(const struct helm *helm, struct artm_call *call,
                           struct artm_stream *stream, const char *shown, EVP_MD_CTX *hash, int fd,
                           uint64_t *size) {
  const struct artm_host *host = helm->client.host;
  auto_free char *buffer = registry_zalloc(BLOCK);
  for (;;) {
    int64_t got = stream->read(stream, call, buffer, BLOCK);
    if (got <= 0)
      return (int32_t)got;
    if (*size + (uint64_t)got > CHART_MAX)
      return fail(host, call, ARTM_E_DIGEST, shown, "helm takes none of more than 100 MiB",
                  "the chart's archive has more than 100 MiB");
    int32_t answer = write_all(host, call, fd, buffer, (size_t)got, *size);
    if (answer)
      return answer;
    if (EVP_DigestUpdate(hash, buffer, (size_t)got) != 1)
      return artm_fail(host, call, ARTM_E_INTERNAL, "SHA-256 can't be computed", shown);
    *size += (uint64_t)got;
  }
}

/* Brings one address into the file, once. *broken: the body ended early or broke off. */
static int32_t load_once(struct helm *helm, struct artm_call *call, const char *repo_url,
                         const char *shown, struct download *download, bool *broken) {
  const struct artm_host *host = helm->client.host;
  struct artm_stream *stream = NULL;
  uint64_t told = UINT64_MAX;
  int32_t answer =
      repository_open(helm->repositories, call, repo_url, download->url, "", &stream, &told);
  if (answer == ARTM_NO)
    return fail(host, call, ARTM_E_NOT_FOUND, shown,
                "the index names it; ask who publishes the repository", "not there");
  if (answer)
    return answer;
  EVP_MD_CTX *hash = ftruncate(download->fd, 0) ? NULL : digest_begin();
  download->size = 0;
  answer = hash ? copy_stream(helm, call, stream, shown, hash, download->fd, &download->size)
                : artm_fail(host, call, ARTM_E_INTERNAL, "no SHA-256, or no temporary file", shown);
  stream->close(stream);
  if (hash && !digest_end(hash, download->digest) && !answer)
    answer = artm_fail(host, call, ARTM_E_INTERNAL, "SHA-256 can't be computed", shown);
  if (!answer && told != UINT64_MAX && told != download->size)
    answer = fail(host, call, ARTM_E_NETWORK, shown, NULL, "the download has %llu of %llu bytes",
                  (unsigned long long)download->size, (unsigned long long)told);
  *broken = answer == ARTM_E_NETWORK;
  return answer;
}

/* Requests that fail are repeated by the host, bodies that break off by us. Is there another
 * attempt? If not, *answer stays or tells why. */
static bool wait_for_next(const struct helm *helm, struct artm_call *call, unsigned attempt,
                          int32_t *answer) {
  if (attempt == ATTEMPTS)
    return false;
  int32_t slept = helm->client.host->sleep(call, (uint64_t)attempt * 1000);
  if (slept)
    *answer = slept;
  return !slept;
}

static bool begins_as_gzip(int fd) {
  char magic[3] = "";
  return pread(fd, magic, sizeof magic, 0) == sizeof magic &&
         !memcmp(magic, "\x1f\x8b\x08", sizeof magic);
}

static int32_t try_url(struct helm *helm, struct artm_call *call, const char *repo_url,
                       const char *url, const char *digest, struct download *download) {
  const struct artm_host *host = helm->client.host;
  auto_free char *shown = download_shown(repo_url, url);
  download->url = url;
  int32_t answer = 0;
  bool broken = true;
  for (unsigned attempt = 1; broken; attempt++) {
    broken = false;
    answer = load_once(helm, call, repo_url, shown, download, &broken);
    if (broken)
      broken = wait_for_next(helm, call, attempt, &answer);
  }
  if (answer || !digest || !strcmp(digest, download->digest))
    return answer;
  return fail(host, call, ARTM_E_DIGEST, shown,
              begins_as_gzip(download->fd)
                  ? "the archive or the index was changed since; ask who publishes it"
                  : "it does not begin as gzip: is it a web page, such as that of a login?",
              "the archive has %s, the index says %s", download->digest, digest);
}

/* Is another address worth a try? */
static const char *failure_word(int32_t answer) {
  switch (answer) {
  case ARTM_E_AUTH:
  case ARTM_E_DENIED:
    return "access denied";
  case ARTM_E_NOT_FOUND:
    return "not there";
  case ARTM_E_DIGEST:
    return "wrong content";
  case ARTM_E_RATE_LIMIT:
    return "rate limit";
  case ARTM_E_NETWORK:
    return "not reachable";
  case ARTM_E_UNSUPPORTED:
    return "not supported";
  default:
    return NULL;
  }
}

static void add_failure(char **failures, const char *repo_url, const char *url, const char *word) {
  auto_free char *shown = download_shown(repo_url, url);
  auto_free char *before = registry_take(failures);
  *failures =
      registry_format("%s%s%.200s: %s", before ? before : "", before ? ", " : "", shown, word);
}

static int32_t try_all(struct helm *helm, struct artm_call *call, const char *repo_url,
                       const struct index_version *version, struct download *download) {
  auto_free char *failures = NULL;
  size_t tried = 0;
  int32_t answer = 0;
  for (size_t i = 0; i < version->url_count; i++) {
    const char *url = version->urls[i];
    if (url_has_scheme(url, "oci"))
      continue;
    answer = try_url(helm, call, repo_url, url, version->digest, download);
    const char *word = failure_word(answer);
    if (!word)
      return answer;
    add_failure(&failures, repo_url, url, word);
    tried++;
  }
  if (tried == 1) /* its own error says more */
    return answer;
  auto_free char *where = url_shown(repo_url);
  return fail(helm->client.host, call, tried ? answer : ARTM_E_UNSUPPORTED, where, NULL,
              "none of the index's %zu addresses of the chart works: %s", tried,
              failures ? failures : "");
}

int32_t download_chart(struct helm *helm, struct artm_call *call, const char *repo_url,
                       const struct index_version *version, struct download *ret) {
  int32_t file = -1;
  int32_t answer = helm->client.host->temp_file(call, &file);
  if (answer)
    return answer;
  struct download download = {.fd = file};
  answer = try_all(helm, call, repo_url, version, &download);
  if (answer)
    close(file);
  else
    *ret = download;
  return answer;
}

struct text {
  const char *repo_url, *url, *suffix;
  const char *shown; /* of the file that it stands beside */
  char *data;
  size_t size, max;
};

/* Brings a text, once. *broken as above. */
static int32_t load_text(struct helm *helm, struct artm_call *call, struct text *text,
                         bool *broken) {
  const struct artm_host *host = helm->client.host;
  struct artm_stream *stream = NULL;
  uint64_t told = UINT64_MAX;
  int32_t answer = repository_open(helm->repositories, call, text->repo_url, text->url,
                                   text->suffix, &stream, &told);
  if (answer)
    return answer;
  int64_t got = 1;
  text->size = 0;
  while (got > 0 && text->size <= text->max) {
    got = stream->read(stream, call, text->data + text->size, text->max + 1 - text->size);
    text->size += got > 0 ? (size_t)got : 0;
  }
  stream->close(stream);
  answer = got < 0 ? (int32_t)got : 0;
  if (!answer && text->size > text->max)
    return fail(host, call, ARTM_E_DIGEST, text->shown, NULL,
                "the file '%s' beside it has more than %zu bytes", text->suffix, text->max);
  if (!answer && told != UINT64_MAX && told != text->size)
    answer = fail(host, call, ARTM_E_NETWORK, text->shown, NULL,
                  "the file '%s' beside it came with %zu of %llu bytes", text->suffix, text->size,
                  (unsigned long long)told);
  *broken = answer == ARTM_E_NETWORK;
  return answer;
}

int32_t download_text(struct helm *helm, struct artm_call *call, const char *repo_url,
                      const char *url, const char *suffix, size_t max, char **ret,
                      size_t *ret_size) {
  auto_free char *shown = download_shown(repo_url, url);
  auto_free char *data = registry_zalloc(max + 2);
  struct text text = {repo_url, url, suffix, shown, data, 0, max};
  bool broken = true;
  int32_t answer = 0;
  for (unsigned attempt = 1; broken; attempt++) {
    broken = false;
    answer = load_text(helm, call, &text, &broken);
    if (broken)
      broken = wait_for_next(helm, call, attempt, &answer);
  }
  if (answer)
    return answer;
  *ret = registry_copy(data, text.size);
  *ret_size = text.size;
  return 0;
}
