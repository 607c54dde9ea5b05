/* SPDX-License-Identifier: Apache-2.0 */
/* registries: HOST: credentials, TLS and limits of one registry. */
#include "base/text.h"
#include "config/path.h"
#include "config/settings_part.h"
#include "oci/reference.h"
#include "report/log.h"
#include <string.h>

/* A path of the config, relative to its file. */
static const char *path_of(const struct artm_config *config, const char *field,
                           struct arena *memory) {
  const struct node *node = config_node(config, field);
  if (!node_text(node))
    return NULL;
  auto_free char *path = path_absolute(node);
  return arena_copy(memory, path);
}

static bool is_mirror(const char *text) {
  const char *slash = strchr(text, '/');
  auto_free char *host = slash ? str_copy_n(text, (size_t)(slash - text)) : str_copy(text);
  return reference_is_registry(host) && (!slash || reference_is_repository(slash + 1));
}

static const char *const *read_hosts(const struct artm_config *config, const char *field,
                                     bool (*valid)(const char *), struct arena *memory,
                                     size_t *ret_count, struct problems *problems) {
  uint32_t count = config_count(config, field);
  if (count == 0)
    return NULL;
  const char **hosts = arena_alloc(memory, count * sizeof *hosts);
  const struct node *list = config_node(config, field);
  for (uint32_t i = 0; i < count; i++) {
    hosts[i] = config_text(config, field, i);
    if (valid(hosts[i]))
      continue;
    struct problem *problem = problem_add(problems, list->items[i], "bad-host",
                                          "'%.80s' is no valid host in '%s'", hosts[i], field);
    problem_expected(problem, "a host name with a port where needed, without https://");
  }
  *ret_count = count;
  return hosts;
}

static void read_password(struct settings *settings, const struct artm_config *config,
                          struct registry_settings *registry, struct problems *problems) {
  const struct node *node = config_node(config, "password");
  char *secret = NULL;
  auto_error err = {0};
  int code = config_secret(config, "password", &secret, &err);
  if (code < 0)
    problem_add(problems, node, "unreadable-secret", "%s", err.message);
  if (code != 0)
    return;
  log_secret(secret);
  strings_add_taken(&settings->secrets, secret);
  registry->password = secret;
  const struct source_file *file = node->file;
  if (node->kind != NODE_SCALAR || node->expanded || !file || !(file->mode & 044))
    return;
  struct problem *problem =
      problem_warn(problems, node, "readable-secret",
                   "this file holds a password and others can read it (mode %04o)", file->mode);
  problem_hint(problem, "chmod 600 it, or write the password as ${VARIABLE} or {file: PATH}");
}

static bool has(const struct node *map, const char *key) {
  return node_get(map, key) != NULL;
}

/* Settings that make sense only together, or never. The schema says the same. */
static void check_together(const struct node *map, struct problems *problems) {
  if (has(map, "password") && !has(map, "username")) {
    struct problem *problem =
        problem_add(problems, map, "missing-field", "a password stands here without 'username'");
    problem_hint(problem, "any name does where the registry takes a token alone");
  }
  if (has(map, "username") && !has(map, "password") && !has(map, "helper"))
    problem_add(problems, map, "missing-field",
                "a username stands here without 'password' or 'helper'");
  if (has(map, "password") && has(map, "helper"))
    problem_add(problems, node_pair(map, "helper")->key, "conflict",
                "both 'helper' and 'password' are given");
  if (has(map, "key") && !has(map, "cert"))
    problem_add(problems, map, "missing-field", "a key stands here without 'cert'");
}

static void read_registry(struct settings *settings, const struct node *key, const struct node *map,
                          struct problems *problems) {
  if (!reference_is_registry(key->text)) {
    log_userinfo(key->text);
    struct problem *problem =
        problem_add(problems, key, "bad-host", "'%.80s' is no valid name of a registry", key->text);
    problem_expected(problem, "a host name with a port where needed, like registry.example:5000");
  }
  auto_free char *what = str_format("the registry '%.80s'", key->text);
  const struct field_table *table = settings_tables()->registry;
  if (!field_check_map(table, map, NULL, NULL, 0, what, problems))
    return;
  const struct artm_config config = {table, map, NULL};
  struct registry_settings registry = {
      .host = key->text,
      .username = config_text(&config, "username", 0),
      .helper = config_text(&config, "helper", 0),
      .ca = path_of(&config, "ca", &settings->memory),
      .cert = path_of(&config, "cert", &settings->memory),
      .key = path_of(&config, "key", &settings->memory),
      .plain_http = config_number(&config, "plain_http", 0) != 0,
      .max_connections = (uint32_t)config_number(&config, "max_connections", 0),
      .requests_per_second = config_fraction(&config, "requests_per_second"),
      .min_remaining = (uint64_t)config_number(&config, "min_remaining", 0),
      .has_min_remaining = config_node(&config, "min_remaining") != NULL,
  };
  registry.trusted_realms = read_hosts(&config, "trusted_realms", reference_is_registry,
                                       &settings->memory, &registry.trusted_realm_count, problems);
  registry.mirrors = read_hosts(&config, "mirrors", is_mirror, &settings->memory,
                                &registry.mirror_count, problems);
  read_password(settings, &config, &registry, problems);
  check_together(map, problems);
  size_t count = settings->registry_count;
  settings->registries = mem_resize(settings->registries, count + 1, sizeof *settings->registries);
  settings->registries[count] = registry;
  settings->registry_count = count + 1;
}

void settings_read_registries(struct settings *settings, const struct node *node,
                              struct problems *problems) {
  if (!settings_want_map("'registries'", node, problems))
    return;
  for (uint32_t i = 0; i < node->count; i++)
    read_registry(settings, node->pairs[i].key, node->pairs[i].value, problems);
}
