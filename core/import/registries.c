/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of registries. Passwords are never copied: a variable or a file takes their place. */
#include "base/text.h"
#include "import/gotemplate.h"
#include "import/part.h"
#include "oci/reference.h"
#include "report/log.h"
#include <ctype.h>
#include <string.h>

struct import_registry *registry_for(struct import *import, const char *host) {
  uintptr_t position = (uintptr_t)map_get(&import->registry_of, host);
  if (position)
    return &import->registries[position - 1];
  import->size += strlen(host);
  import->registries = mem_grow(import->registries, import->registry_count,
                                &import->registry_capacity, sizeof *import->registries);
  struct import_registry *registry = &import->registries[import->registry_count++];
  *registry = (struct import_registry){.host = arena_copy(&import->memory, host)};
  map_put(&import->registry_of, host, (void *)(uintptr_t)import->registry_count);
  return registry;
}

struct import_registry *registry_named(struct import *import, const struct node *at,
                                       const char *text) {
  const char *registry = text, *repository;
  auto_error ignored = {0};
  auto_free char *reference = str_format("%s/a/b", text);
  reference_split(import, reference, &registry, &repository, &ignored);
  if (reference_is_registry(registry))
    return registry_for(import, registry);
  remark_lost(import, &import->remarks, at, text, "it is no name of a registry");
  return NULL;
}

void registry_line(struct import *import, struct import_registry *registry, const char *key,
                   const char *value) {
  import->size += strlen(key) + strlen(value);
  strings_add_taken(&registry->lines, str_format("%s: %s", key, value));
}

/* "REGISTRY_EXAMPLE_5000_PASSWORD" */
static char *variable_for(const char *host, const char *what) {
  auto_buf name = {0};
  buf_text(&name, isdigit((unsigned char)*host) ? "REGISTRY_" : "");
  for (const char *p = host; *p; p++) {
    char c = isalnum((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '_';
    buf_add(&name, &c, 1);
  }
  buf_printf(&name, "_%s", what);
  return buf_take(&name);
}

static bool is_variable(const char *name) {
  return *name && !isdigit((unsigned char)*name) &&
         !name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")];
}

/* "${NAME}" for {{env "NAME"}}, {file: PATH} for {{file "PATH"}} where that may stand; else NULL.
 */
static char *from_template(const char *text, bool may_be_file) {
  auto_free char *argument = NULL;
  auto_free char *path = NULL;
  if (gotemplate_is_call(text, "env", &argument) && is_variable(argument))
    return str_format("${%s}", argument);
  if (!may_be_file || !gotemplate_is_call(text, "file", &path) || !*path)
    return NULL;
  auto_free char *written = setting_text(path);
  return str_format("{file: %s}", written);
}

static void use_variable(struct import *import, struct import_registry *registry,
                         const struct node *at, const char *key, const char *why) {
  auto_free char *upper = str_copy(strcmp(key, "password") == 0 ? "PASSWORD" : "USERNAME");
  auto_free char *variable = variable_for(registry->host, upper);
  auto_free char *value = str_format("${%s}", variable);
  remark_lost(import, &registry->remarks, at, key, "%s; set the variable %s", why, variable);
  registry_line(import, registry, key, value);
}

static void add_user(struct import *import, struct import_registry *registry,
                     const struct node *user, const struct node *password, bool templates) {
  if (is_nothing(user)) {
    use_variable(import, registry, password, "username", "a password stands here without a user");
    return;
  }
  const char *text = text_of(import, user, "user");
  if (!text)
    return;
  auto_free char *value = templates ? from_template(text, false) : NULL;
  if (!value && templates && gotemplate_has_action(text)) {
    use_variable(import, registry, user, "username", "its template can't be read here");
    return;
  }
  if (!value)
    value = setting_text(text);
  registry_line(import, registry, "username", value);
}

void registry_login(struct import *import, struct import_registry *registry,
                    const struct node *user, const struct node *password, bool templates) {
  if (is_nothing(password)) {
    if (!is_nothing(user))
      remark_lost(import, &registry->remarks, user, "user", "no password stands here");
    return;
  }
  const char *text = node_text(password);
  auto_free char *value = templates && text ? from_template(text, true) : NULL;
  if (!value && text)
    log_secret(text);
  if (registry->has_login) {
    remark_lost(import, &registry->remarks, password, "a second login", "the first one counts");
    return;
  }
  registry->has_login = true;
  add_user(import, registry, user, password, templates);
  if (value)
    registry_line(import, registry, "password", value);
  else
    use_variable(import, registry, password, "password", "a password is not copied");
}

void write_registries(const struct import *import, struct buf *out) {
  bool any = false;
  for (size_t i = 0; i < import->registry_count; i++)
    any = any || import->registries[i].lines.count || import->registries[i].min_remaining > 0;
  if (any)
    buf_text(out, "registries:\n");
  for (size_t i = 0; i < import->registry_count; i++) {
    const struct import_registry *registry = &import->registries[i];
    write_remarks(out, &registry->remarks, any ? "  " : "");
    if (!registry->lines.count && registry->min_remaining <= 0)
      continue;
    buf_text(out, "  ");
    write_text(out, registry->host);
    buf_text(out, ":\n");
    for (size_t k = 0; k < registry->lines.count; k++)
      buf_printf(out, "    %s\n", registry->lines.items[k]);
    if (registry->min_remaining > 0)
      buf_printf(out, "    min_remaining: %lld\n", (long long)registry->min_remaining);
  }
}
