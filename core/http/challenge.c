/* SPDX-License-Identifier: Apache-2.0 */
/* Parser of WWW-Authenticate: tokens, quoted strings, lists of challenges. */
#include "http/challenge.h"
#include "base/buf.h"
#include "base/memory.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CHALLENGES_MAX 32
#define PARAMETERS_MAX 32

struct parser {
  const char *p;
  struct challenge current;
  struct strings seen; /* names of the current challenge's parameters */
  bool open, broken;
};

static bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c && strchr("!#$%&'*+-.^_`|~", c));
}

static void skip(struct parser *parser, const char *set) {
  parser->p += strspn(parser->p, set);
}

static char *read_token(struct parser *parser) {
  const char *from = parser->p;
  while (is_token(*parser->p))
    parser->p++;
  return str_copy_n(from, (size_t)(parser->p - from));
}

/* NULL if the closing quote is missing. */
static char *read_quoted(struct parser *parser) {
  auto_buf out = {0};
  buf_add(&out, "", 0);
  parser->p++;
  while (*parser->p && *parser->p != '"') {
    if (*parser->p == '\\' && parser->p[1])
      parser->p++;
    buf_add(&out, parser->p++, 1);
  }
  if (!*parser->p)
    return NULL;
  parser->p++;
  return buf_take(&out);
}

static char *read_value(struct parser *parser) {
  skip(parser, " \t");
  if (*parser->p == '"')
    return read_quoted(parser);
  size_t len = strcspn(parser->p, " \t,");
  char *value = str_copy_n(parser->p, len);
  parser->p += len;
  return value;
}

struct challenge challenge_copy(const struct challenge *from) {
  return (struct challenge){
      .scheme = from->scheme,
      .name = str_copy(from->name),
      .realm = str_copy(from->realm),
      .service = str_copy(from->service),
      .scope = str_copy(from->scope),
      .error = str_copy(from->error),
  };
}

void challenge_done(struct challenge *challenge) {
  free(challenge->name);
  free(challenge->realm);
  free(challenge->service);
  free(challenge->scope);
  free(challenge->error);
  *challenge = (struct challenge){0};
}

static void finish(struct parser *parser, struct challenges *out) {
  if (parser->open && !parser->broken && out->count < CHALLENGES_MAX) {
    out->items = mem_grow(out->items, out->count, &out->capacity, sizeof *out->items);
    out->items[out->count++] = parser->current;
    parser->current = (struct challenge){0};
  }
  challenge_done(&parser->current);
  strings_done(&parser->seen);
  parser->open = parser->broken = false;
}

static void begin(struct parser *parser, char *scheme) {
  parser->open = true;
  parser->current.name = scheme;
  if (strcasecmp(scheme, "Bearer") == 0)
    parser->current.scheme = AUTH_BEARER;
  else if (strcasecmp(scheme, "Basic") == 0)
    parser->current.scheme = AUTH_BASIC;
}

static void keep_parameter(struct parser *parser, const char *name, char *value) {
  auto_free char *lower = text_lower(name);
  struct challenge *c = &parser->current;
  if (!value || parser->seen.count >= PARAMETERS_MAX || strings_has(&parser->seen, lower))
    parser->broken = true;
  else
    strings_add(&parser->seen, lower);
  char **place = strcmp(lower, "realm") == 0     ? &c->realm
                 : strcmp(lower, "service") == 0 ? &c->service
                 : strcmp(lower, "scope") == 0   ? &c->scope
                 : strcmp(lower, "error") == 0   ? &c->error
                                                 : NULL;
  if (place && !*place)
    *place = value;
  else
    free(value);
}

void challenges_parse(struct challenges *out, const char *value) {
  struct parser parser = {.p = value};
  for (;;) {
    skip(&parser, " \t,");
    if (!*parser.p)
      break;
    auto_free char *word = read_token(&parser);
    if (!*word) { /* no token begins here: what is open can't be trusted */
      parser.broken = true;
      parser.p++;
      continue;
    }
    const char *after = parser.p;
    skip(&parser, " \t");
    if (*parser.p == '=' && parser.open) {
      parser.p++;
      keep_parameter(&parser, word, read_value(&parser));
      continue;
    }
    parser.p = after;
    finish(&parser, out);
    begin(&parser, take(word));
  }
  finish(&parser, out);
}

const struct challenge *challenges_best(const struct challenges *all, bool basic_allowed) {
  const struct challenge *basic = NULL;
  for (size_t i = 0; i < all->count; i++) {
    const struct challenge *c = &all->items[i];
    if (c->scheme == AUTH_BEARER && c->realm && *c->realm)
      return c;
    if (c->scheme == AUTH_BASIC && basic_allowed && !basic)
      basic = c;
  }
  return basic;
}

char *challenges_names(const struct challenges *all) {
  auto_buf out = {0};
  for (size_t i = 0; i < all->count; i++) {
    if (i)
      buf_text(&out, ", ");
    text_escape(&out, all->items[i].name, -1, 40);
  }
  return buf_take(&out);
}

void challenges_done(struct challenges *all) {
  for (size_t i = 0; i < all->count; i++)
    challenge_done(&all->items[i]);
  free(all->items);
  *all = (struct challenges){0};
}
