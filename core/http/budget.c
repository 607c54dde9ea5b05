/* SPDX-License-Identifier: Apache-2.0 */
/* A registry's pull budget. */
#include "http/budget.h"
#include "base/clock.h"
#include <string.h>

#define LATE_MS 120000u

/* "100;w=21600" */
static bool read_quota(const char *value, uint64_t *count, uint64_t *window) {
  size_t digits = strspn(value, "0123456789");
  auto_free char *number = str_copy_n(value, digits);
  int64_t parsed;
  if (!digits || !text_parse_int(number, &parsed))
    return false;
  *count = (uint64_t)parsed;
  const char *w = strstr(value + digits, "w=");
  if (!w)
    return true;
  auto_free char *seconds = str_copy_n(w + 2, strspn(w + 2, "0123456789"));
  if (*seconds && text_parse_int(seconds, &parsed))
    *window = (uint64_t)parsed;
  return true;
}

void budget_note(struct http_client *client, struct registry *registry,
                 const struct headers *headers) {
  if (!registry->budget_remaining)
    return;
  const char *limit = headers_get(headers, registry->budget_limit);
  const char *remaining = headers_get(headers, registry->budget_remaining);
  struct http_budget budget = {0};
  if (!remaining || !read_quota(remaining, &budget.remaining, &budget.window_seconds))
    return;
  if (limit)
    read_quota(limit, &budget.limit, &budget.window_seconds);
  uint64_t now = clock_now_ms();
  pthread_mutex_lock(&client->lock);
  bool lower = !registry->has_budget || budget.remaining < registry->budget.remaining;
  /* Answers overtake each other: a late one brings nothing back, a new window does. */
  if (!lower && now - registry->budget_lowered_ms < LATE_MS)
    budget.remaining = registry->budget.remaining;
  else
    registry->budget_lowered_ms = now;
  registry->budget = budget;
  registry->has_budget = true;
  pthread_mutex_unlock(&client->lock);
}

bool budget_exhausted(struct http_client *client, struct artm_call *call,
                      const struct registry *registry) {
  pthread_mutex_lock(&client->lock);
  bool known = registry->has_budget;
  struct http_budget budget = registry->budget;
  pthread_mutex_unlock(&client->lock);
  if (!known || budget.remaining)
    return false;
  auto_free char *window = text_duration(budget.window_seconds * 1000);
  call_fail(call, ARTM_E_RATE_LIMIT, "%s: the pull budget is used up (%llu in %s)", registry->name,
            (unsigned long long)budget.limit, window);
  error_hint(&call->error,
             "pulls older than %s no longer count: run again later, or log in for more", window);
  call->error.retry_after_ms =
      budget.window_seconds < UINT32_MAX ? budget.window_seconds * 1000 : 0;
  return true;
}

bool http_budget(struct http_client *client, const char *name, struct http_budget *ret) {
  struct registry *registry = registry_get(client, name);
  pthread_mutex_lock(&client->lock);
  bool known = registry->has_budget;
  if (known)
    *ret = registry->budget;
  pthread_mutex_unlock(&client->lock);
  return known;
}
