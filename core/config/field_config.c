/* SPDX-License-Identifier: Apache-2.0 */
/* Typed values of a checked map: what the core and the plugins read. */
#include "base/fs.h"
#include "config/field_value.h"
#include "config/path.h"
#include <stdlib.h>
#include <string.h>

#define SECRET_MAX 65536

const struct node *config_node(const struct artm_config *config, const char *field) {
  const struct node *node = node_get(config->node, field);
  return node ? node : node_get(config->fallback, field);
}

static const char *default_of(const struct artm_config *config, const char *field) {
  const struct artm_field *found = config->table ? field_find(config->table, field) : NULL;
  return found ? found->default_value : NULL;
}

static uint32_t type_of(const struct artm_config *config, const char *field) {
  const struct artm_field *found = config->table ? field_find(config->table, field) : NULL;
  return found ? field_scalar_type(found) : 0;
}

/* Scalar i, or NULL. */
static const struct node *scalar(const struct artm_config *config, const char *field, uint32_t i) {
  const struct node *node = config_node(config, field);
  if (!node)
    return NULL;
  if (node->kind == NODE_SCALAR)
    return i == 0 ? node : NULL;
  if (i >= node->count)
    return NULL;
  return node->kind == NODE_LIST ? node->items[i] : node->pairs[i].value;
}

uint32_t config_count(const struct artm_config *config, const char *field) {
  const struct node *node = config_node(config, field);
  if (!node)
    return default_of(config, field) != NULL;
  bool single = node->kind == NODE_SCALAR || type_of(config, field) == ARTM_TYPE_SECRET;
  return single ? 1 : node->count;
}

const char *config_text(const struct artm_config *config, const char *field, uint32_t i) {
  if (type_of(config, field) == ARTM_TYPE_SECRET)
    return NULL;
  if (config_node(config, field))
    return node_text(scalar(config, field, i));
  return i == 0 ? default_of(config, field) : NULL;
}

int64_t config_number(const struct artm_config *config, const char *field, uint32_t i) {
  struct node standard = {.kind = NODE_SCALAR, .expanded = true};
  const struct node *node = scalar(config, field, i);
  if (!config_node(config, field) && i == 0) {
    standard.text = default_of(config, field);
    node = standard.text ? &standard : NULL;
  }
  int64_t number = 0;
  return node && value_number(type_of(config, field), node, &number) ? number : 0;
}

double config_fraction(const struct artm_config *config, const char *field) {
  const char *text = config_text(config, field, 0);
  return text ? strtod(text, NULL) : 0;
}

const char *config_key(const struct artm_config *config, const char *field, uint32_t i) {
  const struct node *node = config_node(config, field);
  return node && node->kind == NODE_MAP && i < node->count ? node->pairs[i].key->text : NULL;
}

static int read_secret_file(const struct node *file, char **ret, struct error *err) {
  auto_free char *path = path_absolute(file);
  auto_buf content = {0};
  auto_error reason = {0};
  if (fs_read(path, SECRET_MAX, &content, &reason) < 0)
    return error_set(err, ARTM_E_CONFIG, "the secret's file can't be read: %s", reason.message);
  size_t length = content.data ? strcspn(content.data, "\r\n") : 0;
  char *secret = length ? str_copy_n(content.data, length) : NULL;
  if (content.data)
    explicit_bzero(content.data, content.len);
  if (!secret)
    return error_set(err, ARTM_E_CONFIG, "the first line of the secret's file '%s' is empty", path);
  *ret = secret;
  return 0;
}

int config_secret(const struct artm_config *config, const char *field, char **ret,
                  struct error *err) {
  const struct node *node = config_node(config, field);
  if (!node)
    return ARTM_NO;
  if (node->kind == NODE_MAP) {
    const struct node *file = node_get(node, "file");
    if (!node_text(file))
      return error_set(err, ARTM_E_CONFIG, "'%s' names no file", field);
    return read_secret_file(file, ret, err);
  }
  if (!node_text(node))
    return error_set(err, ARTM_E_CONFIG, "'%s' has no value", field);
  *ret = str_copy(node_text(node));
  return 0;
}
