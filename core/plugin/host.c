/* SPDX-License-Identifier: Apache-2.0 */
/* The host table. */
#include "plugin/host.h"
#include "base/fs.h"
#include "base/memory.h"
#include "config/field.h"
#include "plugin/extensions.h"
#include "report/log.h"
#include <stdlib.h>
#include <string.h>

static const struct host *host_of(const struct artm_host *abi) {
  return (const struct host *)(const void *)abi;
}

/* Every job may meet the same thing, but people want to read of it once. */
static bool is_news(const struct host *read_only, const char *text) {
  struct host *host = (struct host *)(uintptr_t)read_only; /* const for plugins, made by us */
  pthread_mutex_lock(&host->lock);
  bool news = !strings_has(&host->notices, text);
  if (news)
    strings_add(&host->notices, text);
  pthread_mutex_unlock(&host->lock);
  return news;
}

static void do_log(const struct artm_host *abi, struct artm_call *call, uint32_t level,
                   const char *text) {
  static const enum log_level levels[] = {LOG_DEBUG, LOG_DEBUG, LOG_INFO, LOG_NOTICE, LOG_WARNING};
  const struct host *host = host_of(abi);
  (void)call;
  if (level == ARTM_LOG_NOTICE && !is_news(host, text))
    return;
  log_write(levels[level <= ARTM_LOG_WARNING ? level : ARTM_LOG_WARNING], host->plugin, "%s", text);
  if (level == ARTM_LOG_NOTICE && host->services->notice)
    host->services->notice(host->services->notice_arg, host->plugin, text);
}

static int32_t do_fail(struct artm_call *call, const struct artm_error *error) {
  return error_copy_abi(&call->error, error);
}

static int32_t do_cancelled(struct artm_call *call) {
  return call_check(call);
}

static int32_t do_sleep(struct artm_call *call, uint64_t ms) {
  return call_sleep(call, ms);
}

static void do_progress(struct artm_call *call, uint64_t done, uint64_t total) {
  if (call->on_progress)
    call->on_progress(call->on_progress_arg, done, total);
}

static int32_t do_temp_file(struct artm_call *call, int32_t *fd) {
  int made;
  int rc = fs_temp_file(&made, &call->error);
  if (!rc)
    *fd = made;
  return rc;
}

static const void *do_extension(const struct artm_host *abi, const char *id) {
  const struct host *host = host_of(abi);
  const struct {
    const char *id;
    const void *table;
  } known[] = {
      {ARTM_HTTP_ID, host->services->http ? &host->http : NULL},
      {ARTM_PROCESS_ID, &host->process},
      {ARTM_STATE_ID, host->services->state ? &host->state : NULL},
      {ARTM_DOCKER_CONFIG_ID, host->services->http ? &host->docker_config : NULL},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(known[i].id, id) == 0)
      return known[i].table;
  return NULL;
}

static uint32_t do_config_count(const struct artm_config *config, const char *field) {
  return config_count(config, field);
}

static const char *do_config_text(const struct artm_config *config, const char *field, uint32_t i) {
  return config_text(config, field, i);
}

static int64_t do_config_number(const struct artm_config *config, const char *field, uint32_t i) {
  return config_number(config, field, i);
}

static const char *do_config_key(const struct artm_config *config, const char *field, uint32_t i) {
  return config_key(config, field, i);
}

static int32_t do_config_secret(struct artm_call *call, const struct artm_config *config,
                                const char *field,
                                int32_t (*use)(void *arg, const char *secret, uint64_t len),
                                void *arg) {
  char *secret;
  int rc = config_secret(config, field, &secret, &call->error);
  if (rc)
    return rc;
  log_secret(secret);
  rc = use(arg, secret, strlen(secret));
  str_wipe(secret);
  return rc;
}

struct host *host_new(const struct host_services *services, const char *plugin_id) {
  struct host *host = mem_alloc(sizeof *host);
  host->plugin = plugin_id;
  host->services = services;
  pthread_mutex_init(&host->lock, NULL);
  host->abi = (struct artm_host){
      .struct_size = sizeof host->abi,
      .abi_major = ARTM_ABI_MAJOR,
      .abi_minor = ARTM_ABI_MINOR,
      .log = do_log,
      .fail = do_fail,
      .cancelled = do_cancelled,
      .sleep = do_sleep,
      .progress = do_progress,
      .temp_file = do_temp_file,
      .extension = do_extension,
      .config_count = do_config_count,
      .config_text = do_config_text,
      .config_number = do_config_number,
      .config_key = do_config_key,
      .config_secret = do_config_secret,
  };
  extension_http(&host->http);
  extension_process(&host->process);
  extension_state(&host->state);
  extension_docker_config(&host->docker_config);
  return host;
}

void host_free(struct host *host) {
  if (!host)
    return;
  strings_done(&host->notices);
  pthread_mutex_destroy(&host->lock);
  free(host);
}
