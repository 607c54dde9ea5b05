/* SPDX-License-Identifier: Apache-2.0 */
/* Two scanners of the tests' own, and configs read with them. */
#ifndef TESTS_SCANNING_FIXTURE_H
#define TESTS_SCANNING_FIXTURE_H
#include "unit/matrix_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct artm_field first_options[] = {
    ARTM_FIELD(.name = "server", .type = ARTM_TYPE_URL),
    ARTM_FIELD(.name = "vex", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_PATH),
    ARTM_FIELD(.name = "offline", .type = ARTM_TYPE_BOOL, .default_value = "false"),
    ARTM_FIELD(.name = "token", .type = ARTM_TYPE_SECRET),
};
static struct artm_field second_options[] = {
    ARTM_FIELD(.name = "command", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .flags = ARTM_FIELD_REQUIRED, .doc = "What to run"),
};
static const struct scanner_schema known[] = {
    {.id = "first", .options = {first_options, 4, NULL}, .is_default = true},
    {.id = "second", .options = {second_options, 1, NULL}},
};
static const struct scanners both = {known, 2}, none = {0};

#define ENTRY(name) "  - {name: " name ", versions: ['1']"
#define FILES "files:\n" ENTRY("a")

static inline void load_fine(struct fixture *f, const char *text) {
  fixture_load_with(f, text, &both);
  if (f->problems.count)
    fail_msg("%s: %s", text, f->problems.items[0].message);
}
#endif
