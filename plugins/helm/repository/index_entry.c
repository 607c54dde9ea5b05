/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of a chart. What Helm's own reader is strict about and nobody needs is let pass:
 * unknown and repeated keys, versions that are no strings; the last of two keys counts. */
#include "common/registry_text.h"
#include "helm/metadata/metadata.h"
#include "helm/repository/index_reader.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define VERSION_TEXT_MAX 256u
#define URL_TEXT_MAX 8192u
#define URLS_MAX 32u
#define HEX_LENGTH 64u

struct draft {
  struct index_kept kept;
  char *urls[URLS_MAX];
};

static const char *keep_text(struct index_reader *reader, const char *format, const char *value) {
  char *text = registry_format(format, value);
  const char *kept = region_copy(&reader->index->memory, text, strlen(text));
  free(text);
  return kept;
}

/* A text value; NULL for null, and, with a fault, for what is no text. */
static char *read_text(struct index_reader *reader, struct draft *draft, const char *field,
                       size_t max) {
  if (reader_is_null(reader))
    return NULL;
  if (reader_is_text(reader, max))
    return reader_copy(reader);
  draft->kept.fault = keep_text(reader,
                                reader->event.type == YAML_ALIAS_EVENT
                                    ? "its %s is a YAML alias, which is not followed in an index"
                                    : "its %s is no short text",
                                field);
  return NULL;
}

static char *normal_digest(struct index_reader *reader, struct draft *draft, char *text) {
  static const char prefix[] = "sha256:";
  const char *hex = strncasecmp(text, prefix, sizeof prefix - 1) == 0 ? text + 7 : text;
  if (!*hex)
    return NULL;
  if (strlen(hex) != HEX_LENGTH || strspn(hex, "0123456789abcdefABCDEF") != HEX_LENGTH) {
    draft->kept.fault = keep_text(reader, "its digest '%.100s' in the index is no SHA-256", text);
    return NULL;
  }
  char *digest = region_alloc(&reader->index->memory, 1, sizeof prefix + HEX_LENGTH);
  memcpy(digest, prefix, sizeof prefix - 1);
  memcpy(digest + sizeof prefix - 1, hex, HEX_LENGTH);
  registry_lower(digest);
  return digest;
}

static void add_url(struct index_reader *reader, struct draft *draft) {
  char *url = read_text(reader, draft, "URL", URL_TEXT_MAX);
  if (url && *url && draft->kept.version.url_count < URLS_MAX)
    draft->urls[draft->kept.version.url_count++] = url;
}

static bool read_urls(struct index_reader *reader, struct draft *draft) {
  draft->kept.version.url_count = 0;
  if (reader->event.type != YAML_SEQUENCE_START_EVENT) {
    add_url(reader, draft);
    return reader_skip(reader);
  }
  while (reader_next(reader) && reader->event.type != YAML_SEQUENCE_END_EVENT) {
    add_url(reader, draft);
    if (!reader_skip(reader))
      return false;
  }
  return reader->input->problem.code == 0;
}

static bool is_true(const struct index_reader *reader) {
  return reader_is_text(reader, 4) &&
         (strcasecmp((const char *)reader->event.data.scalar.value, "true") == 0 ||
          strcasecmp((const char *)reader->event.data.scalar.value, "yes") == 0);
}

/* Reads the value of a key. */
static bool read_field(struct index_reader *reader, struct draft *draft, const char *key) {
  struct index_version *version = &draft->kept.version;
  if (strcmp(key, "urls") == 0)
    return read_urls(reader, draft);
  if (strcmp(key, "version") == 0) {
    version->version = read_text(reader, draft, key, VERSION_TEXT_MAX);
  } else if (strcmp(key, "digest") == 0) {
    char *text = read_text(reader, draft, key, VERSION_TEXT_MAX);
    version->digest = text ? normal_digest(reader, draft, text) : NULL;
  } else if (strcmp(key, "created") == 0) {
    version->dated = reader_is_text(reader, VERSION_TEXT_MAX) &&
                     index_time((const char *)reader->event.data.scalar.value, &version->created);
  } else if (strcmp(key, "deprecated") == 0) {
    version->deprecated = is_true(reader);
  } else { /* "<<" */
    draft->kept.fault = "it is put together by a YAML merge key, which is not followed in an index";
  }
  return reader_skip(reader);
}

static const char *known_key(const struct index_reader *reader) {
  static const char *const keys[] = {"version", "digest", "urls", "created", "deprecated", "<<"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (reader_is(reader, keys[i]))
      return keys[i];
  return NULL;
}

static bool read_fields(struct index_reader *reader, struct draft *draft) {
  while (reader_next(reader)) {
    if (reader->event.type == YAML_MAPPING_END_EVENT)
      return true;
    const char *key = known_key(reader);
    if (!reader_skip(reader) || !reader_next(reader))
      return false;
    if (!(key ? read_field(reader, draft, key) : reader_skip(reader)))
      return false;
  }
  return false;
}

void reader_leave_out(struct index_reader *reader, const struct index_chart *chart,
                      const char *why) {
  struct index *index = reader->index;
  if (index->left_out++)
    return;
  char *text = registry_format("%s: %s", chart->name, why);
  index->first_left_out = region_copy(&index->memory, text, strlen(text));
  free(text);
}

static bool store(struct index_reader *reader, struct index_chart *chart,
                  const struct draft *draft) {
  struct index *index = reader->index;
  if (++index->version_count > INDEX_VERSIONS_MAX) {
    index_problem_set(&reader->input->problem, ARTM_E_UNSUPPORTED,
                      "%s: the charts asked for have more than %u versions", chart->name,
                      INDEX_VERSIONS_MAX);
    return false;
  }
  struct index_kept *kept = region_alloc(&index->memory, 1, sizeof *kept);
  size_t count = draft->kept.version.url_count;
  *kept = draft->kept;
  kept->place = chart->count;
  kept->version.urls = region_alloc(&index->memory, count, sizeof(char *));
  memcpy(kept->version.urls, draft->urls, count * sizeof(char *));
  if (chart->count == chart->capacity) {
    size_t capacity = chart->capacity ? chart->capacity * 2 : 8;
    struct index_kept **wider = registry_zalloc(capacity * sizeof(struct index_kept *));
    if (chart->count)
      memcpy(wider, chart->versions, chart->count * sizeof(struct index_kept *));
    free(chart->versions);
    chart->versions = wider;
    chart->capacity = capacity;
  }
  chart->versions[chart->count++] = kept;
  return true;
}

bool reader_entry(struct index_reader *reader, struct index_chart *chart) {
  struct draft draft = {0};
  struct index_kept *kept = &draft.kept;
  if (reader->event.type != YAML_MAPPING_START_EVENT) {
    if (!reader_is_null(reader))
      reader_leave_out(reader, chart,
                       reader->event.type == YAML_ALIAS_EVENT
                           ? "an entry is a YAML alias, which is not followed in an index"
                           : "an entry is no map");
    return reader_skip(reader);
  }
  if (!read_fields(reader, &draft))
    return false;
  if (!kept->version.version) {
    reader_leave_out(reader, chart, kept->fault ? kept->fault : "an entry has no version");
    return true;
  }
  if (!version_is_legal(kept->version.version)) {
    kept->fault = keep_text(reader, "'%s' is no version for Helm", kept->version.version);
    kept->hidden = true;
    reader_leave_out(reader, chart, kept->fault);
  }
  if (!kept->fault && !kept->version.url_count)
    kept->fault = "the index has no URL for it";
  return store(reader, chart, &draft);
}
