/* SPDX-License-Identifier: Apache-2.0 */
/* Going into a plugin's code and coming back. */
#include "plugin/visit.h"
#include "base/memory.h"
#include "plugin/sink.h"
#include "plugin/trial.h"
#include <stdio.h>
#include <stdlib.h>

struct visit visit_begin(struct plugin *plugin, pthread_mutex_t *instance, struct artm_call *call) {
  struct visit visit = {.plugin = plugin, .call = call};
  if (plugin->threads == ARTM_THREADS_SERIAL_PLUGIN)
    visit.lock = &plugin->lock;
  else if (plugin->threads == ARTM_THREADS_SERIAL_INSTANCE)
    visit.lock = instance;
  if (call) {
    visit.outer = call->plugin;
    call->plugin = plugin->id;
    error_done(&call->error);
  }
  if (visit.lock)
    pthread_mutex_lock(visit.lock);
  return visit;
}

void visit_end(struct visit *visit) {
  if (visit->lock)
    pthread_mutex_unlock(visit->lock);
  if (visit->call)
    visit->call->plugin = visit->outer;
}

int visit_misbehaved(const struct plugin *plugin, struct artm_call *call, const char *format, ...) {
  auto_free char *what = NULL;
  va_list args;
  va_start(args, format);
  int len = vasprintf(&what, format, args);
  va_end(args);
  call_fail(call, ARTM_E_INTERNAL, "the plugin %s %s misbehaved: %s", plugin->id,
            plugin->version ? plugin->version : "", len < 0 ? "" : what);
  error_where(&call->error, "%s", plugin->file);
  return error_hint(&call->error, "report this to the plugin's author");
}

int visit_answer(struct visit *visit, const char *function, int32_t answer, unsigned allowed) {
  struct artm_call *call = visit->call;
  visit_end(visit);
  if (answer == 0 || (answer == ARTM_NO && (allowed & ANSWER_NO)) ||
      (answer == ARTM_DEFERRED && (allowed & ANSWER_DEFERRED))) {
    error_done(&call->error);
    return answer;
  }
  if (answer > 0 || answer < ARTM_E_BLOB_UNKNOWN)
    return visit_misbehaved(visit->plugin, call, "%s answered %d", function, answer);
  if (call->error.code == 0)
    return visit_misbehaved(visit->plugin, call, "%s answered %s without saying why", function,
                            error_code_name(answer));
  call->error.code = answer; /* the message may be that of a host function's failure */
  return answer;
}

struct visited_stream {
  struct artm_stream abi; /* first: the reader's pointer is cast back */
  struct artm_stream *inner;
  struct plugin *plugin;
  pthread_mutex_t *instance;
};

static int64_t stream_read(struct artm_stream *abi, struct artm_call *call, void *buffer,
                           uint64_t len) {
  struct visited_stream *stream = (struct visited_stream *)(void *)abi;
  struct visit visit = visit_begin(stream->plugin, stream->instance, call);
  int64_t got = stream->inner->read(stream->inner, call, buffer, len);
  if (got < 0)
    return visit_answer(&visit, "stream.read", got < INT32_MIN ? INT32_MIN : (int32_t)got, 0);
  visit_end(&visit);
  if ((uint64_t)got > len)
    return visit_misbehaved(stream->plugin, call, "stream.read gave more than it was asked for");
  return got;
}

static void stream_close(struct artm_stream *abi) {
  struct visited_stream *stream = (struct visited_stream *)(void *)abi;
  struct visit visit = visit_begin(stream->plugin, stream->instance, NULL);
  stream->inner->close(stream->inner);
  visit_end(&visit);
  free(stream);
}

int visit_stream(struct plugin *plugin, pthread_mutex_t *instance, struct artm_call *call,
                 const char *function, struct artm_stream *inner, struct artm_stream **ret) {
  if (!stream_is_whole(inner))
    return visit_misbehaved(plugin, call, "%s made no stream", function);
  struct visited_stream *stream = mem_alloc(sizeof *stream);
  *stream = (struct visited_stream){
      .abi = {.struct_size = sizeof stream->abi, .read = stream_read, .close = stream_close},
      .inner = inner,
      .plugin = plugin,
      .instance = instance};
  *ret = &stream->abi;
  return 0;
}

void error_place(struct error *error, const struct artm_config *config) {
  if (error->code != ARTM_E_CONFIG || !error->field || error->where || !config)
    return;
  const struct node *node = config_node(config, error->field);
  if (!node)
    node = config->node;
  if (node && node->file && node->line > 0)
    error_where(error, "%s:%u:%u", node->file->path, node->line, node->column);
  else if (node && node->file)
    error_where(error, "%s", node->file->path);
}

struct attempt {
  const struct plugin *plugin;
  const struct instance_kind *kind;
  const struct artm_host *host;
  const struct artm_config *options;
};

static void create_and_destroy(void *arg) {
  const struct attempt *attempt = arg;
  auto_call call = {.plugin = attempt->plugin->id};
  void *self = NULL;
  if (attempt->kind->create(attempt->host, &call, attempt->options, &self) == 0)
    attempt->kind->destroy(self);
}

int instance_create(struct plugin *plugin, const struct instance_kind *kind,
                    const struct artm_host *host, const struct artm_config *options,
                    void **ret_self, struct error *err) {
  struct attempt attempt = {plugin, kind, host, options};
  auto_error why = {0};
  if (trial_run(create_and_destroy, &attempt, "being created and destroyed", &why) != 0) {
    plugin_refuse(plugin, why.message);
    return plugin_open(plugin, err); /* tells why it is refused */
  }
  auto_call call = {0};
  void *self = NULL;
  struct visit visit = visit_begin(plugin, NULL, &call);
  int rc = visit_answer(&visit, "create", kind->create(host, &call, options, &self), 0);
  if (rc) {
    error_place(&call.error, options);
    return error_move(err, &call.error);
  }
  *ret_self = self;
  return 0;
}

void instance_lock_init(pthread_mutex_t *lock) {
  pthread_mutexattr_t recursive; /* a stream read inside put_blob may enter again */
  pthread_mutexattr_init(&recursive);
  pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(lock, &recursive);
  pthread_mutexattr_destroy(&recursive);
}
