/* SPDX-License-Identifier: Apache-2.0 */
/* A config in memory read up to its matrix, with two sections of the tests' own. */
#ifndef TESTS_MATRIX_FIXTURE_H
#define TESTS_MATRIX_FIXTURE_H
#include "matrix/matrix.h"
#include <artmirror/source.h>
#include <stdio.h>
#include <string.h>

struct fixture {
  struct document document;
  struct settings settings;
  struct problems problems;
  struct section_schema schemas[2];
  struct entries entries;
  struct matrix matrix;
};

static const struct artm_field image_fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX),
    ARTM_FIELD(.name = "source_registry", .type = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version"),
    ARTM_FIELD(.name = "platforms", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_PLATFORMS, .flags = ARTM_FIELD_MATRIX,
               .matrix_default = "[\"linux/amd64\",\"linux/arm64\"]"),
    ARTM_FIELD(.name = "edition", .type = ARTM_TYPE_STRING),
};
static const struct artm_field file_fields[] = {
    ARTM_FIELD(.name = "name", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX),
    ARTM_FIELD(.name = "versions", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED | ARTM_FIELD_MATRIX,
               .matrix_key = "version"),
    ARTM_FIELD(.name = "big", .type = ARTM_TYPE_BOOL, .flags = ARTM_FIELD_MATRIX,
               .default_value = "false"),
    ARTM_FIELD(.name = "depth", .type = ARTM_TYPE_INT, .flags = ARTM_FIELD_MATRIX),
    ARTM_FIELD(.name = "labels", .type = ARTM_TYPE_MAP, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_MATRIX),
};

#define ADOPT(table, fields)                                                     \
  field_table_adopt(table, fields, (uint32_t)(sizeof fields / sizeof fields[0]), \
                    (uint32_t)sizeof fields[0])

static inline void fixture_load_with(struct fixture *f, const char *text,
                                     const struct scanners *scanners) {
  *f = (struct fixture){0};
  f->schemas[0] = (struct section_schema){.section = "images",
                                          .noun = "image",
                                          .plugin = "pictures",
                                          .destination = "{name}:{version}"};
  f->schemas[1] = (struct section_schema){.section = "files",
                                          .noun = "file",
                                          .plugin = "paper",
                                          .destination = "files/{name}:{version}",
                                          .on_change = ARTM_ON_CHANGE_KEEP};
  ADOPT(&f->schemas[0].fields, image_fields);
  ADOPT(&f->schemas[1].fields, file_fields);
  document_load_text("test.yaml", text, &f->document, &f->problems);
  settings_read(&f->document, f->schemas, 2, &f->settings, &f->problems);
  auto_strings found = {0};
  for (size_t i = 0; i < scanners->count; i++)
    strings_add(&found, scanners->items[i].id);
  scanning_check(&f->settings, scanners->items, scanners->count, &found, &f->problems);
  entries_read(&f->settings, f->schemas, 2, scanners, &f->entries, &f->problems);
  matrix_expand(&f->entries, &f->matrix, &f->problems);
  problems_sort(&f->problems);
}

static inline void fixture_load(struct fixture *f, const char *text) {
  fixture_load_with(f, text, &(struct scanners){0});
}

static inline void fixture_done(struct fixture *f) {
  matrix_done(&f->matrix);
  entries_done(&f->entries);
  settings_done(&f->settings);
  problems_done(&f->problems);
  document_done(&f->document);
  field_table_done(&f->schemas[0].fields);
  field_table_done(&f->schemas[1].fields);
}

/* The only problem with this code, or NULL. */
static inline const struct problem *only_problem(const struct fixture *f, const char *code) {
  if (f->problems.count != 1) {
    for (size_t i = 0; i < f->problems.count; i++)
      fprintf(stderr, "%u:%u %s: %s\n", f->problems.items[i].line, f->problems.items[i].column,
              f->problems.items[i].code, f->problems.items[i].message);
    return NULL;
  }
  return strcmp(f->problems.items[0].code, code) == 0 ? &f->problems.items[0] : NULL;
}
#endif
