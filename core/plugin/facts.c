/* SPDX-License-Identifier: Apache-2.0 */
/* What plugins know of hosts and of the environment they run in. */
#include "base/memory.h"
#include "plugin/plugin.h"
#include <stdlib.h>
#include <string.h>

static void add_facts(struct strings *to, const struct plugin *plugin, const char *key) {
  const char *fact;
  for (size_t i = 0; (fact = metadata_value(&plugin->metadata, key, i)); i++)
    if (!strings_has(to, fact))
      strings_add(to, fact);
}

void plugins_host_facts(const struct plugins *plugins, struct host_facts *facts) {
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    if (!plugin_is_usable(plugin))
      continue;
    add_facts(&facts->hosts, plugin, "host");
    add_facts(&facts->realms, plugin, "realm");
    add_facts(&facts->logins, plugin, "login");
    add_facts(&facts->budgets, plugin, "budget");
  }
}

/* "registry.example/{owner}" with a variable's value put in. */
static char *fill(const char *pattern, const char *value) {
  auto_buf text = {0};
  buf_text(&text, "");
  while (*pattern) {
    if (text_starts(pattern, "{}")) {
      buf_text(&text, value);
      pattern += strlen("{}");
    } else if (text_starts(pattern, "{owner}")) {
      buf_add(&text, value, strcspn(value, "/"));
      pattern += strlen("{owner}");
    } else {
      buf_add(&text, pattern++, 1);
    }
  }
  return buf_take(&text);
}

char *plugins_default_target(const struct plugins *plugins) {
  for (size_t i = 0; i < plugins->count; i++) {
    const struct plugin *plugin = plugins->items[i];
    const char *fact;
    for (size_t n = 0;
         plugin_is_usable(plugin) && (fact = metadata_value(&plugin->metadata, "default", n));
         n++) {
      size_t len = strcspn(fact, "=");
      auto_free char *name = str_copy_n(fact, len);
      const char *value = getenv(name);
      if (fact[len] == '=' && value && *value)
        return fill(fact + len + 1, value);
    }
  }
  return NULL;
}
