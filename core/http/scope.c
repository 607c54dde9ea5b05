/* SPDX-License-Identifier: Apache-2.0 */
/* Token scopes: parsing, merging, comparison. */
#include "http/scope.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

static struct scope *scope_find(const struct scopes *all, const char *resource) {
  for (size_t i = 0; i < all->count; i++)
    if (strcmp(all->items[i].resource, resource) == 0)
      return &all->items[i];
  return NULL;
}

static struct scope *scope_get(struct scopes *all, char *resource) {
  struct scope *found = scope_find(all, resource);
  if (found) {
    free(resource);
    return found;
  }
  all->items = mem_grow(all->items, all->count, &all->capacity, sizeof *all->items);
  all->items[all->count] = (struct scope){.resource = resource};
  return &all->items[all->count++];
}

static int compare_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_actions(struct scope *scope, const char *list, size_t len) {
  for (size_t i = 0; i < len;) {
    size_t end = i;
    while (end < len && list[end] != ',')
      end++;
    auto_free char *action = str_copy_n(list + i, end - i);
    if (*action && !strings_has(&scope->actions, action))
      strings_add_taken(&scope->actions, take(action));
    i = end + 1;
  }
  if (scope->actions.count)
    qsort(scope->actions.items, scope->actions.count, sizeof(char *), compare_text);
}

void scopes_add(struct scopes *all, const char *text) {
  for (const char *p = text ? text : ""; *p;) {
    p += strspn(p, " ");
    size_t len = strcspn(p, " ");
    if (!len)
      break;
    const char *first = memchr(p, ':', len);
    const char *last = memrchr(p, ':', len);
    size_t resource = first && last != first ? (size_t)(last - p) : len;
    struct scope *scope = scope_get(all, str_copy_n(p, resource));
    if (resource < len)
      add_actions(scope, last + 1, len - resource - 1);
    p += len;
  }
}

void scopes_add_all(struct scopes *all, const struct scopes *from) {
  for (size_t i = 0; i < from->count; i++) {
    auto_free char *text = scope_text(&from->items[i]);
    scopes_add(all, text);
  }
}

bool scopes_cover(const struct scopes *have, const struct scopes *want) {
  for (size_t i = 0; i < want->count; i++) {
    const struct scope *w = &want->items[i];
    const struct scope *h = scope_find(have, w->resource);
    if (!h)
      return false;
    for (size_t k = 0; k < w->actions.count; k++)
      if (!strings_has(&h->actions, w->actions.items[k]) && !strings_has(&h->actions, "*"))
        return false;
  }
  return true;
}

char *scope_text(const struct scope *scope) {
  auto_buf out = {0};
  buf_text(&out, scope->resource);
  for (size_t i = 0; i < scope->actions.count; i++) {
    buf_text(&out, i ? "," : ":");
    buf_text(&out, scope->actions.items[i]);
  }
  return buf_take(&out);
}

char *scopes_key(const struct scopes *all) {
  auto_strings parts = {0};
  for (size_t i = 0; i < all->count; i++)
    strings_add_taken(&parts, scope_text(&all->items[i]));
  if (parts.count)
    qsort(parts.items, parts.count, sizeof(char *), compare_text);
  auto_buf out = {0};
  for (size_t i = 0; i < parts.count; i++) {
    if (i)
      buf_text(&out, " ");
    buf_text(&out, parts.items[i]);
  }
  return buf_take(&out);
}

char *scopes_repository(const struct scopes *all) {
  static const char prefix[] = "repository:";
  for (size_t i = 0; i < all->count; i++)
    if (text_starts(all->items[i].resource, prefix))
      return str_copy(all->items[i].resource + sizeof prefix - 1);
  return NULL;
}

static void scope_done(struct scope *scope) {
  free(scope->resource);
  strings_done(&scope->actions);
}

void scopes_keep_first(struct scopes *all) {
  while (all->count > 1)
    scope_done(&all->items[--all->count]);
}

void scopes_done(struct scopes *all) {
  for (size_t i = 0; i < all->count; i++)
    scope_done(&all->items[i]);
  free(all->items);
  *all = (struct scopes){0};
}
