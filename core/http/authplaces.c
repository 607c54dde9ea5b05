/* SPDX-License-Identifier: Apache-2.0 */
/* The credential files of Docker and Podman on this machine. */
#include "http/authplaces.h"
#include "base/fs.h"
#include "base/memory.h"
#include "report/log.h"
#include <openssl/crypto.h>
#include <stdlib.h>

#define FILE_MAX (1024u * 1024)
#define INLINE_VARIABLE "DOCKER_AUTH_CONFIG" /* holds the JSON itself */
#define NAMED_VARIABLE "REGISTRY_AUTH_FILE"

struct candidate {
  char *path;
  bool podman, named;
};

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value && *value ? value : NULL;
}

/* At most four paths; caller frees them. */
static size_t candidates(struct candidate *ret) {
  const char *home = variable("HOME"), *named = variable(NAMED_VARIABLE);
  const char *runtime = variable("XDG_RUNTIME_DIR"), *config = variable("XDG_CONFIG_HOME");
  const char *docker = variable("DOCKER_CONFIG");
  size_t n = 0;
  if (named)
    ret[n++] = (struct candidate){str_copy(named), true, true};
  if (runtime)
    ret[n++] = (struct candidate){fs_join(runtime, "containers/auth.json"), true, false};
  if (config)
    ret[n++] = (struct candidate){fs_join(config, "containers/auth.json"), true, false};
  else if (home)
    ret[n++] = (struct candidate){fs_join(home, ".config/containers/auth.json"), true, false};
  if (docker)
    ret[n++] = (struct candidate){fs_join(docker, "config.json"), false, false};
  else if (home)
    ret[n++] = (struct candidate){fs_join(home, ".docker/config.json"), false, false};
  return n;
}

static void add(struct auth_places *places, char *shown, struct buf text, bool podman) {
  places->items = mem_grow(places->items, places->count, &places->capacity, sizeof *places->items);
  places->items[places->count++] = (struct auth_place){shown, text, podman};
}

static int read_candidate(struct auth_places *places, const struct candidate *candidate,
                          struct error *err) {
  auto_error problem = {0};
  struct buf text = {0};
  int rc = fs_read(candidate->path, FILE_MAX, &text, &problem);
  if (rc == 0) {
    log_write(LOG_DEBUG, "http", "credential file %s", candidate->path);
    add(places, str_copy(candidate->path), text, candidate->podman);
    return 0;
  }
  buf_done(&text);
  if (rc == ARTM_E_NOT_FOUND && !candidate->named)
    return 0;
  error_set(err, ARTM_E_CONFIG, "credential file: %s", problem.message);
  return candidate->named ? error_hint(err, "%s names it", NAMED_VARIABLE) : ARTM_E_CONFIG;
}

static void read_inlined(struct auth_places *places) {
  const char *inlined = variable(INLINE_VARIABLE);
  struct buf text = {0};
  if (!inlined)
    return;
  buf_text(&text, inlined);
  add(places, str_copy(INLINE_VARIABLE), text, false);
}

int auth_places_read(struct auth_places *places, struct error *err) {
  struct candidate all[4];
  size_t count = candidates(all), named = count && all[0].named ? 1 : 0;
  int rc = named ? read_candidate(places, &all[0], err) : 0;
  read_inlined(places);
  for (size_t i = named; rc == 0 && i < count; i++)
    rc = read_candidate(places, &all[i], err);
  for (size_t i = 0; i < count; i++)
    free(all[i].path);
  return rc;
}

void auth_places_done(struct auth_places *places) {
  for (size_t i = 0; i < places->count; i++) {
    free(places->items[i].shown);
    if (places->items[i].text.data)
      OPENSSL_cleanse(places->items[i].text.data, places->items[i].text.len);
    buf_done(&places->items[i].text);
  }
  free(places->items);
  *places = (struct auth_places){0};
}

char *auth_places_names(void) {
  struct candidate all[4];
  size_t count = candidates(all);
  auto_buf out = {0};
  for (size_t i = 0; i < count; i++) {
    buf_printf(&out, "%s%s", i ? ", " : "", all[i].path);
    free(all[i].path);
  }
  if (variable(INLINE_VARIABLE))
    buf_printf(&out, "%s%s", count ? ", " : "", INLINE_VARIABLE);
  return buf_take(&out);
}
