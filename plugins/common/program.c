/* SPDX-License-Identifier: Apache-2.0 */
/* Programs in PATH and what is kept of them. */
#include "common/program.h"
#include "common/cleanup.h"
#include "common/registry_text.h"
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/bin:/usr/bin:/bin"
#define VERSION_MAX 128

static bool is_program(const char *path, struct stat *st) {
  return stat(path, st) == 0 && S_ISREG(st->st_mode) && access(path, X_OK) == 0;
}

/* Only absolute folders of PATH count, as there. */
static char *look_up(const char *name, struct stat *st) {
  if (strchr(name, '/'))
    return is_program(name, st) ? registry_format("%s", name) : NULL;
  const char *path = getenv("PATH");
  for (const char *part = path ? path : DEFAULT_PATH; *part;) {
    size_t len = strcspn(part, ":");
    if (len && part[0] == '/') {
      char *file = registry_format("%.*s/%s", (int)len, part, name);
      if (is_program(file, st))
        return file;
      free(file);
    }
    part += len + (part[len] == ':');
  }
  return NULL;
}

bool program_find(const char *name, struct program *ret) {
  struct stat st;
  auto_free char *file = look_up(name, &st);
  if (!file)
    return false;
  char *path = realpath(file, NULL);
  if (!path)
    return false;
  const char *base = strrchr(path, '/') + 1;
  const char *asked = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
  /* Version managers put links to themselves in place of what they start. */
  char *identity =
      strcmp(base, asked) != 0
          ? NULL
          : registry_format("%s %llu:%llu %lld %lld.%09ld %lld.%09ld", path,
                            (unsigned long long)st.st_dev, (unsigned long long)st.st_ino,
                            (long long)st.st_size, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                            (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
  *ret = (struct program){.path = path, .identity = identity};
  return true;
}

void program_done(struct program *program) {
  free(program->path);
  free(program->identity);
  *program = (struct program){0};
}

char *program_kept_version(const struct program *program, const struct artm_state *state,
                           struct artm_call *call) {
  const void *data;
  uint64_t size;
  if (!state || !program->identity || state->get(state, call, "version", &data, &size) != 0)
    return NULL;
  size_t len = strlen(program->identity);
  const char *text = data;
  if (size <= len + 1 || size > len + 1 + VERSION_MAX ||
      memcmp(text, program->identity, len) != 0 || text[len] != '\n')
    return NULL;
  return registry_copy(text + len + 1, (size_t)size - len - 1);
}

void program_keep_version(const struct program *program, const struct artm_state *state,
                          struct artm_call *call, const char *version) {
  if (!state || !program->identity)
    return;
  if (!version) {
    state->put(state, call, "version", NULL, 0);
    return;
  }
  auto_free char *text = registry_format("%s\n%s", program->identity, version);
  state->put(state, call, "version", text, strlen(text));
}
