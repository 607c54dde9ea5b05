/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON from outside within a budget. */
#include "base/json.h"
#include "base/memory.h"
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>

#define PARSE_HEAP_MAX ((size_t)64 << 20)

/* jansson's allocator gets no argument of ours, so the running parse's account can only be found by
 * thread: the one variable of this floor that is not a local. */
static _Thread_local struct account {
  bool active, refused;
  size_t used;
} account;

static void *count_malloc(size_t size) {
  if (!account.active)
    return mem_alloc(size);
  if (size > PARSE_HEAP_MAX - account.used) {
    account.refused = true;
    return NULL;
  }
  void *p = malloc(size);
  if (p != NULL)
    account.used += malloc_usable_size(p);
  if (account.used > PARSE_HEAP_MAX)
    account.used = PARSE_HEAP_MAX;
  return p;
}

static void count_free(void *p) {
  size_t size = p != NULL && account.active ? malloc_usable_size(p) : 0;
  account.used -= size < account.used ? size : account.used;
  free(p);
}

void json_setup(void) {
  json_set_alloc_funcs(count_malloc, count_free);
}

int json_parse(const void *data, size_t len, json_t **ret, struct error *err) {
  json_error_t problem = {0};
  account = (struct account){.active = true};
  json_t *value = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
  bool refused = account.refused;
  account = (struct account){0};
  if (value != NULL) {
    *ret = value;
    return 0;
  }
  if (refused)
    return error_set(err, ARTM_E_LOCAL, "JSON needs more than %zu MiB of memory to be read",
                     PARSE_HEAP_MAX >> 20);
  return error_set(err, ARTM_E_DIGEST, "not valid JSON: line %d, column %d: %s", problem.line,
                   problem.column, problem.text[0] != '\0' ? problem.text : "unreadable");
}

const char *json_text(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

json_int_t json_number(const json_t *object, const char *name, json_int_t def) {
  const json_t *value = json_object_get(object, name);
  return json_is_integer(value) ? json_integer_value(value) : def;
}

char *json_compact(const json_t *value) {
  char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
  return text != NULL ? text : str_copy("null");
}

void json_done(json_t **value) {
  json_decref(*value);
  *value = NULL;
}
