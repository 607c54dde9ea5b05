/* SPDX-License-Identifier: Apache-2.0 */
/* Destinations: the template below the target, filled for one version and checked against the
 * grammar of repositories and tags. */
#include "base/buf.h"
#include "matrix/entry.h"
#include "oci/reference.h"
#include <string.h>

#define REPOSITORY_MAX 255 /* distribution's limit for a repository name */

struct filling {
  const struct entry *entry;
  const struct version_item *version;
  const struct node *at; /* the template in the config, else the entry's name */
  bool from_config;
  struct problems *problems;
};

/* Puts a problem's caret under a part of the template. */
static void point_at(struct problem *problem, const struct filling *f, const char *part,
                     size_t len) {
  if (!f->from_config)
    return;
  problem->column += (uint32_t)(part - f->entry->destination) + (f->at->quoted ? 1 : 0);
  problem->length = (uint32_t)len;
}

static bool is_placeholder(const struct artm_field *field) {
  return field->role != ARTM_ROLE_AXIS && field->type != ARTM_TYPE_LIST &&
         field->type != ARTM_TYPE_MAP && field->type != ARTM_TYPE_SECRET;
}

static void unknown_placeholder(const struct filling *f, const char *word, const char *part,
                                size_t len) {
  const struct field_table *fields = &f->entry->schema->fields;
  const char **names = mem_array(fields->count + 4, sizeof *names);
  size_t count = 0;
  auto_buf all = {0};
  const char *always[] = {"name", "namespace", "basename", "version"};
  for (size_t i = 0; i < 4; i++)
    names[count++] = always[i];
  for (size_t i = 0; i < fields->count; i++)
    if (is_placeholder(&fields->fields[i]) && fields->fields[i].role != ARTM_ROLE_NAME &&
        strcmp(fields->fields[i].name, "name") != 0)
      names[count++] = fields->fields[i].name;
  for (size_t i = 0; i < count; i++)
    buf_printf(&all, "%s{%s}", i > 0 ? ", " : "", names[i]);
  struct problem *problem = problem_add(f->problems, f->at, "unknown-placeholder",
                                        "unknown placeholder '{%s}' in destination", word);
  point_at(problem, f, part, len);
  problem_expected(problem, "one of %s", all.data);
  const char *nearest = text_nearest(word, names, count);
  if (nearest != NULL)
    problem_hint(problem, "did you mean '{%s}'?", nearest);
  free_pointer(&names);
}

/* The text of a field that may stand in a template. False: unknown, or without a value. */
static bool add_field(const struct filling *f, const char *word, const char *part, size_t len,
                      struct buf *out) {
  const struct artm_field *field = field_find(&f->entry->schema->fields, word);
  if (field == NULL || !is_placeholder(field)) {
    unknown_placeholder(f, word, part, len);
    return false;
  }
  const char *text = config_text(&f->entry->config, word, 0);
  if (text != NULL && *text != '\0')
    return buf_text(out, text);
  if (text == NULL && (field->flags & ARTM_FIELD_REQUIRED))
    return false; /* reported as a missing field */
  struct problem *problem =
      problem_add(f->problems, f->at, "bad-destination",
                  "destination uses '{%s}', which this entry does not set", word);
  point_at(problem, f, part, len);
  problem_hint(problem, "set '%s' in the entry, or write a destination without it", word);
  return false;
}

static bool is_word(const char *word, const char *text) {
  return text != NULL && strcmp(word, text) == 0;
}

static const char *axis_key(const struct section_schema *schema) {
  const struct artm_field *axis = field_with_role(&schema->fields, ARTM_ROLE_AXIS);
  return axis != NULL ? axis->matrix_key : NULL;
}

/* The two that nearly all templates consist of. */
static bool is_named(const char *part, size_t len, const char *placeholder) {
  return len == strlen(placeholder) && memcmp(part, placeholder, len) == 0;
}

/* Adds what a placeholder stands for. An empty {namespace} takes the "/" after it along. */
static bool add_placeholder(const struct filling *f, const char *part, size_t len, bool in_tag,
                            const char **next, struct buf *out) {
  const char *name = f->entry->name;
  if (is_named(part, len, "{name}"))
    return buf_text(out, name);
  if (f->version->text != NULL && is_named(part, len, "{version}"))
    return buf_text(out, f->version->text);
  auto_free char *word = str_copy_n(part + 1, len - 2);
  const char *slash = strrchr(name, '/');
  if (strcmp(word, "basename") == 0)
    return buf_text(out, slash != NULL ? slash + 1 : name);
  if (strcmp(word, "namespace") == 0) {
    if (slash == NULL && **next == '/')
      (*next)++;
    return slash == NULL || buf_add(out, name, (size_t)(slash - name));
  }
  if (strcmp(word, "version") != 0 && !is_word(word, axis_key(f->entry->schema)))
    return add_field(f, word, part, len, out);
  if (f->version->text != NULL)
    return buf_text(out, f->version->text);
  if (in_tag)
    return true;
  struct problem *problem =
      problem_add(f->problems, f->version->at, "bad-destination",
                  "a bare digest has no version for '{%s}' in the destination's repository", word);
  problem_hint(problem, "pin a tag: {tag: '1.2', digest: '%s'}", f->version->digest);
  return false;
}

/* Fills one part of the template, from begin to end. */
static bool fill(const struct filling *f, const char *begin, const char *end, bool in_tag,
                 struct buf *out) {
  const char *at = begin;
  bool fine = true;
  while (at < end) {
    const char *open = memchr(at, '{', (size_t)(end - at));
    const char *plain_end = open != NULL ? open : end;
    if (plain_end > at) {
      buf_add(out, at, (size_t)(plain_end - at));
      at = plain_end;
      continue;
    }
    const char *close = memchr(at, '}', (size_t)(end - at));
    if (close == NULL) {
      struct problem *problem = problem_add(f->problems, f->at, "bad-destination",
                                            "a '{' in destination is never closed");
      point_at(problem, f, at, (size_t)(end - at));
      return false;
    }
    const char *next = close + 1;
    fine = add_placeholder(f, at, (size_t)(next - at), in_tag, &next, out) && fine;
    at = next;
  }
  return fine;
}

/* The ":" before the tag: the last one outside of placeholders with no "/" after it. */
static const char *tag_separator(const char *template) {
  const char *found = NULL;
  bool inside = false;
  for (const char *at = template; *at != '\0'; at++) {
    if (*at == '{')
      inside = true;
    else if (*at == '}')
      inside = false;
    else if (*at == ':' && !inside)
      found = at;
    else if (*at == '/' && !inside)
      found = NULL;
  }
  return found;
}

static bool check_repository(const struct filling *f, const char *repository) {
  if (reference_is_repository(repository) && strlen(repository) <= REPOSITORY_MAX)
    return true;
  struct problem *problem =
      problem_add(f->problems, f->at, "bad-destination",
                  "destination '%s' is not a legal repository name", repository);
  auto_free char *lower = text_lower(repository);
  problem_expected(problem,
                   "lower-case letters and digits, joined by '.', '_', '__' or '-', in components "
                   "with '/' between, %d characters at most",
                   REPOSITORY_MAX);
  if (strchr(repository, ':') != NULL)
    problem_hint(problem, "a repository name can't hold a registry's port: write a destination "
                          "without it, like destination: '{name}:{version}'");
  else if (reference_is_repository(lower))
    problem_hint(problem, "write destination: '%s:{version}'", lower);
  return false;
}

static bool check_tag(const struct filling *f, const char *tag) {
  if (reference_is_tag(tag))
    return true;
  struct problem *problem = problem_add(f->problems, f->version->at, "bad-tag",
                                        "'%s' is not a legal tag at the destination", tag);
  problem_expected(problem, "letters, digits, '_', '.' and '-', not beginning with '.' or '-', "
                            "128 characters at most");
  return false;
}

bool destination_make(const struct entry *entry, const struct version_item *version,
                      struct arena *memory, const char **ret_repository, const char **ret_tag,
                      struct problems *problems) {
  if (entry->name == NULL || entry->destination == NULL)
    return false;
  const struct artm_field *name_field = field_with_role(&entry->schema->fields, ARTM_ROLE_NAME);
  const struct node *from_config = config_node(&entry->core, "destination");
  if (from_config != NULL && from_config->kind != NODE_SCALAR)
    return false;
  const struct node *name_node =
      name_field != NULL ? config_node(&entry->config, name_field->name) : NULL;
  struct filling f = {entry, version, from_config, from_config != NULL, problems};
  if (f.at == NULL)
    f.at = name_node != NULL ? name_node : entry->node;
  const char *template = entry->destination, *end = template + strlen(template);
  const char *separator = tag_separator(template);
  auto_buf repository = {0}, tag = {0};
  bool fine = fill(&f, template, separator != NULL ? separator : end, false, &repository);
  if (separator != NULL)
    fine = fill(&f, separator + 1, end, true, &tag) && fine;
  else if (version->text != NULL)
    buf_text(&tag, version->text);
  buf_text(&repository, "");
  buf_text(&tag, "");
  if (!fine || !check_repository(&f, repository.data))
    return false;
  for (char *at = tag.data; *at != '\0'; at++)
    if (*at == '+')
      *at = '_';
  if (version->text != NULL && !check_tag(&f, tag.data))
    return false;
  *ret_repository = arena_copy(memory, repository.data);
  *ret_tag = version->text != NULL ? arena_copy(memory, tag.data) : NULL;
  return true;
}
