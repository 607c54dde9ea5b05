/* SPDX-License-Identifier: Apache-2.0 */
/* What a run knows of chart repositories: the first thread that needs an index loads it. */
#include "helm/repository/repository.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/registry_text.h"
#include "helm/repository/repository_part.h"
#include "helm/repository/urls.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WAIT_NS (250L * 1000 * 1000)
#define SECOND_NS (1000L * 1000 * 1000)

struct repositories *repositories_new(struct helm *helm) {
  struct repositories *all = registry_zalloc(sizeof *all);
  pthread_condattr_t attributes;
  all->helm = helm;
  all->login = login_new(helm);
  pthread_mutex_init(&all->lock, NULL);
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&all->changed, &attributes);
  pthread_condattr_destroy(&attributes);
  return all;
}

static void repository_free(struct repository *repository) {
  while (repository->indexes) {
    struct index *next = repository->indexes->next;
    index_free(repository->indexes);
    repository->indexes = next;
  }
  for (size_t i = 0; i < repository->count; i++) {
    free(repository->wanted[i]->name);
    free(repository->wanted[i]);
  }
  free(repository->wanted);
  free(repository->url);
  load_failure_done(&repository->failure);
  free(repository);
}

void repositories_free(struct repositories *all) {
  if (!all)
    return;
  while (all->first) {
    struct repository *next = all->first->next;
    repository_free(all->first);
    all->first = next;
  }
  login_free(all->login);
  pthread_cond_destroy(&all->changed);
  pthread_mutex_destroy(&all->lock);
  free(all);
}

/* From here to load() with the lock held. */

static struct repository *find_repository(struct repositories *all, const char *repo_url) {
  auto_free char *url = url_without_slash(repo_url);
  struct repository *repository = all->first;
  while (repository && strcmp(repository->url, url) != 0)
    repository = repository->next;
  if (repository)
    return repository;
  repository = registry_zalloc(sizeof *repository);
  repository->url = registry_take(&url);
  repository->next = all->first;
  all->first = repository;
  return repository;
}

static struct wanted_chart *want(struct repository *repository, const char *name) {
  size_t from = 0, to = repository->count;
  while (from < to) {
    size_t middle = from + (to - from) / 2;
    int order = strcmp(repository->wanted[middle]->name, name);
    if (order == 0)
      return repository->wanted[middle];
    if (order < 0)
      from = middle + 1;
    else
      to = middle;
  }
  if (repository->count == repository->capacity) {
    size_t capacity = repository->capacity ? repository->capacity * 2 : 8;
    struct wanted_chart **wider = registry_zalloc(capacity * sizeof(struct wanted_chart *));
    if (repository->count)
      memcpy(wider, repository->wanted, repository->count * sizeof(struct wanted_chart *));
    free(repository->wanted);
    repository->wanted = wider;
    repository->capacity = capacity;
  }
  struct wanted_chart *chart = registry_zalloc(sizeof *chart);
  chart->name = registry_format("%s", name);
  memmove(repository->wanted + from + 1, repository->wanted + from,
          (repository->count - from) * sizeof(struct wanted_chart *));
  repository->wanted[from] = chart;
  repository->count++;
  return chart;
}

void repositories_want(struct repositories *all, const char *repo_url, const char *chart) {
  pthread_mutex_lock(&all->lock);
  want(find_repository(all, repo_url), chart);
  pthread_mutex_unlock(&all->lock);
}

static int32_t wait_for_news(struct repositories *all, struct artm_call *call) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += WAIT_NS;
  if (until.tv_nsec >= SECOND_NS) {
    until.tv_nsec -= SECOND_NS;
    until.tv_sec++;
  }
  pthread_cond_timedwait(&all->changed, &all->lock, &until);
  return all->helm->client.host->cancelled(call);
}

static void give_out(struct repository *repository, struct index *index) {
  index->next = repository->indexes;
  repository->indexes = index;
  for (size_t i = 0; i < repository->count; i++) {
    struct wanted_chart *wanted = repository->wanted[i];
    if (wanted->index)
      continue;
    wanted->chart = index_chart(index, wanted->name);
    wanted->index = wanted->chart ? index : NULL;
  }
}

/* Gives the lock up while it loads. */
static int32_t load(struct repositories *all, struct artm_call *call,
                    struct repository *repository) {
  size_t count = 0;
  struct index *index = NULL;
  struct load_failure failure = {0};
  auto_free const char **names = registry_zalloc(repository->count * sizeof *names);
  for (size_t i = 0; i < repository->count; i++)
    if (!repository->wanted[i]->index)
      names[count++] = repository->wanted[i]->name;
  bool fresh = repository->distrusts_copy;
  repository->is_loading = true;
  pthread_mutex_unlock(&all->lock);
  int32_t rc = index_load(all, call, repository->url, names, count, fresh, &index, &failure);
  pthread_mutex_lock(&all->lock);
  repository->is_loading = false;
  if (rc == 0)
    give_out(repository, index);
  repository->failure = failure;
  pthread_cond_broadcast(&all->changed);
  return rc;
}

/* The chart, once its index is here. */
static int32_t get_chart(struct repositories *all, struct artm_call *call, const char *repo_url,
                         const char *name, struct wanted_chart *ret) {
  int32_t rc = 0;
  pthread_mutex_lock(&all->lock);
  struct repository *repository = find_repository(all, repo_url);
  struct wanted_chart *wanted = want(repository, name);
  while (rc == 0 && !wanted->index) {
    if (repository->is_loading)
      rc = wait_for_news(all, call);
    else if (repository->failure.code)
      rc = load_failure_tell(all->helm, call, &repository->failure);
    else
      rc = load(all, call, repository);
  }
  if (rc == 0)
    *ret = *wanted;
  pthread_mutex_unlock(&all->lock);
  return rc;
}

/* What an earlier run kept lacks something, though the server calls it current: before anybody is
 * told so, the server is asked for all of it. */
static bool is_distrusted(struct repositories *all, const char *repo_url,
                          const struct wanted_chart *seen) {
  if (!seen->index->is_copy)
    return false;
  pthread_mutex_lock(&all->lock);
  struct repository *repository = find_repository(all, repo_url);
  repository->distrusts_copy = true;
  for (size_t i = 0; i < repository->count; i++)
    if (repository->wanted[i]->index && repository->wanted[i]->index->is_copy)
      repository->wanted[i]->index = NULL;
  pthread_mutex_unlock(&all->lock);
  return true;
}

static int32_t fail_without_chart(const struct repositories *all, struct artm_call *call,
                                  const char *where, const struct wanted_chart *wanted) {
  auto_free char *hint = index_nearest_names(wanted->index, wanted->name);
  return fail(all->helm->client.host, call, ARTM_E_NOT_FOUND, where, hint,
              "the repository has no chart '%s'", wanted->name);
}

int32_t repository_find(struct repositories *all, struct artm_call *call, const char *repo_url,
                        const char *chart, const char *version, const struct index_version **ret) {
  const struct artm_host *host = all->helm->client.host;
  struct wanted_chart wanted = {0};
  int32_t rc = get_chart(all, call, repo_url, chart, &wanted);
  const struct index_kept *kept = rc ? NULL : index_find(wanted.chart, version);
  if (!rc && (!kept || kept->fault) && is_distrusted(all, repo_url, &wanted)) {
    rc = get_chart(all, call, repo_url, chart, &wanted);
    kept = rc ? NULL : index_find(wanted.chart, version);
  }
  if (rc)
    return rc;
  auto_free char *where = url_shown(repo_url);
  if (!wanted.chart->seen)
    return fail_without_chart(all, call, where, &wanted);
  if (!kept) {
    auto_free char *hint = index_nearest_versions(wanted.chart, version);
    return fail(host, call, ARTM_E_NOT_FOUND, where, hint,
                "the repository has no chart '%s' with version %s", chart, version);
  }
  if (kept->fault)
    return fail(host, call, ARTM_E_UNSUPPORTED, where, "whoever keeps the repository can repair it",
                "%s %s can't be used: %s", chart, version, kept->fault);
  *ret = &kept->version;
  return 0;
}

int32_t repository_list(struct repositories *all, struct artm_call *call, const char *repo_url,
                        const char *chart, struct artm_version_sink *sink) {
  struct wanted_chart wanted = {0};
  int32_t rc = get_chart(all, call, repo_url, chart, &wanted);
  if (!rc && !wanted.chart->seen && is_distrusted(all, repo_url, &wanted))
    rc = get_chart(all, call, repo_url, chart, &wanted);
  if (rc)
    return rc;
  if (!wanted.chart->seen) {
    auto_free char *where = url_shown(repo_url);
    return fail_without_chart(all, call, where, &wanted);
  }
  for (size_t i = 0; rc == 0 && i < wanted.chart->count; i++) {
    const struct index_kept *kept = wanted.chart->versions[i];
    const struct artm_version version = {
        .struct_size = (uint32_t)sizeof version,
        .flags = (kept->version.dated ? ARTM_VERSION_DATED : 0) |
                 (kept->version.deprecated ? ARTM_VERSION_DEPRECATED : 0),
        .created = kept->version.created,
        .version = kept->version.version,
    };
    if (!kept->hidden)
      rc = sink->add(sink, &version);
  }
  return rc;
}

int32_t repositories_offer_registry(struct repositories *all, struct artm_call *call,
                                    const char *host) {
  return login_offer_registry(all->login, call, host);
}
