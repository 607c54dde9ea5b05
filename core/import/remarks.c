/* SPDX-License-Identifier: Apache-2.0 */
/* Comments on what could not be carried over. What stands in them comes from outside: one line,
 * whatever it holds. */
#include "base/text.h"
#include "import/part.h"
#include "report/guard.h"
#include "report/log.h"
#include <stdarg.h>
#include <string.h>

#define SHOWN_MAX 400

/* Every byte that is no printable ASCII becomes \xNN: YAML has more line breaks than one thinks. */
void remark_text(struct import *import, struct map *to, const char *text) {
  auto_buf line = {0};
  auto_free char *clean = guard_field(text);
  buf_text(&line, "# ");
  for (const char *p = clean; *p; p++)
    if ((unsigned char)*p < 0x80)
      buf_add(&line, p, 1);
    else
      buf_printf(&line, "\\x%02x", (unsigned char)*p);
  import->size += line.len;
  if (!import_is_full(import))
    map_put(to, line.data, import);
}

void remark_lost(struct import *import, struct map *to, const struct node *at, const char *what,
                 const char *why, ...) {
  auto_buf text = {0};
  char reason[1000];
  va_list args;
  va_start(args, why);
  vsnprintf(reason, sizeof reason, why, args);
  va_end(args);
  buf_text(&text, "not carried over: ");
  text_escape(&text, what, -1, SHOWN_MAX);
  if (at && at->line)
    buf_printf(&text, " (line %u)", at->line);
  buf_printf(&text, ": %s", reason);
  import->incomplete = true;
  remark_text(import, to, text.data);
}

void remark_note(struct import *import, struct map *to, const char *text, ...) {
  char what[1000] = "note: ";
  va_list args;
  va_start(args, text);
  vsnprintf(what + strlen(what), sizeof what - strlen(what), text, args);
  va_end(args);
  remark_text(import, to, what);
}

char *remark_pair(const struct node_pair *pair) {
  const char *value = pair->value->kind == NODE_SCALAR ? pair->value->text : NULL;
  if (!value || !*value)
    return str_copy(pair->key->text);
  log_userinfo(value);
  return str_format("%s '%.*s%s'", pair->key->text, SHOWN_MAX, value,
                    strlen(value) > SHOWN_MAX ? "..." : "");
}

static const struct key_rule *find_rule(const struct key_rule *rules, size_t count,
                                        const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(rules[i].name, name) == 0)
      return &rules[i];
  return NULL;
}

void remark_keys(struct import *import, struct map *to, const struct node *map,
                 const struct key_rule *rules, size_t count, bool hide) {
  for (uint32_t i = 0; i < map->count; i++) {
    const struct node_pair *pair = &map->pairs[i];
    const char *name = pair->key->text;
    if (text_starts(name, "x-"))
      continue;
    const struct key_rule *rule = find_rule(rules, count, name);
    if (!rule) {
      remark_lost(import, to, pair->key, name, "this key is not known here");
      continue;
    }
    bool lost = rule->fate == KEY_LOST || rule->fate == KEY_LOST_HIDDEN ||
                (rule->fate == KEY_LOST_IF_TRUE && bool_at(map, name, false));
    if (is_nothing(pair->value))
      continue;
    auto_free char *what = hide || rule->fate != KEY_LOST ? str_copy(name) : remark_pair(pair);
    if (lost)
      remark_lost(import, to, pair->key, what, "%s", rule->why);
    else if (rule->fate == KEY_NEEDLESS)
      remark_note(import, to, "%s (line %u) is not needed: %s", name, pair->key->line, rule->why);
  }
}
