/* SPDX-License-Identifier: Apache-2.0 */
/* One visit to a plugin's code: its declared thread model is kept, and what it answers is checked
 * against the contract before anybody acts on it. */
#ifndef PLUGIN_VISIT_H
#define PLUGIN_VISIT_H
#include "base/call.h"
#include "plugin/plugin.h"

#define ANSWER_NO 1u       /* ARTM_NO is a legal answer */
#define ANSWER_DEFERRED 2u /* ARTM_DEFERRED is */

struct visit {
  struct plugin *plugin;
  struct artm_call *call; /* NULL for close and destroy */
  const char *outer;      /* whose call it was: a stream read in put_blob may visit another */
  pthread_mutex_t *lock;  /* NULL: a parallel plugin */
};
/* Waits for its turn. instance: lock of the instance, recursive. */
struct visit visit_begin(struct plugin *, pthread_mutex_t *instance, struct artm_call *);
void visit_end(struct visit *);
/* Ends the visit; returns answer, or ARTM_E_INTERNAL in place of one that the contract does not
 * know. function: "source.open", for the message. */
int visit_answer(struct visit *, const char *function, int32_t answer, unsigned allowed);
/* Fails the call with ARTM_E_INTERNAL: the plugin did what it must not. */
int visit_misbehaved(const struct plugin *, struct artm_call *, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A plugin's stream whose reads are visits: in its turn, and checked. Takes inner over; the caller
 * closes it. function: "source.open_blob", for the message about one that is none. */
int visit_stream(struct plugin *, pthread_mutex_t *instance, struct artm_call *,
                 const char *function, struct artm_stream *inner, struct artm_stream **ret);

/* Completes a CONFIG error that names a field with the place of that field in the config. */
void error_place(struct error *, const struct artm_config *);

/* A plugin's create and destroy, as in artm_source. */
struct instance_kind {
  int32_t (*create)(const struct artm_host *, struct artm_call *, const struct artm_config *options,
                    void **self);
  void (*destroy)(void *self);
};
/* Creates an instance, after one create and destroy in a child process; a plugin that dies there is
 * refused. While the process has one thread. */
int instance_create(struct plugin *, const struct instance_kind *, const struct artm_host *,
                    const struct artm_config *options, void **ret_self, struct error *err);
void instance_lock_init(pthread_mutex_t *);
#endif
