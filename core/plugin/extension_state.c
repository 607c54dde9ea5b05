/* SPDX-License-Identifier: Apache-2.0 */
/* artmirror.state/1: the state store, each plugin in a space of its own. */
#include "plugin/extensions.h"
#include "plugin/state.h"

static int32_t do_get(const struct artm_state *table, struct artm_call *call, const char *key,
                      const void **data, uint64_t *size) {
  const struct host *host = HOST_OF(table, state);
  return state_get(host->services->state, call, host->plugin, key, data, size);
}

static int32_t do_put(const struct artm_state *table, struct artm_call *call, const char *key,
                      const void *data, uint64_t size) {
  const struct host *host = HOST_OF(table, state);
  return state_put(host->services->state, call, host->plugin, key, data, size);
}

static int32_t do_folder(const struct artm_state *table, struct artm_call *call, const char *name,
                         const char **path) {
  const struct host *host = HOST_OF(table, state);
  return state_folder(host->services->state, call, host->plugin, name, path);
}

static int32_t do_lock(const struct artm_state *table, struct artm_call *call, const char *name) {
  const struct host *host = HOST_OF(table, state);
  return state_lock(host->services->state, call, host->plugin, name);
}

void extension_state(struct artm_state *table) {
  *table = (struct artm_state){.struct_size = sizeof *table,
                               .get = do_get,
                               .put = do_put,
                               .folder = do_folder,
                               .lock = do_lock};
}
