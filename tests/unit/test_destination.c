/* SPDX-License-Identifier: Apache-2.0 */
/* Destination templates: what they are filled with, and what is refused where. */
#include "unit/matrix_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DIGEST "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void load(struct fixture *f, const char *name, const char *version,
                 const char *destination) {
  auto_free char *text = str_format(
      "images:\n  - {name: '%s', source_registry: 'r.example', versions: ['%s']%s%s%s}\n", name,
      version, destination != NULL ? ", destination: '" : "",
      destination != NULL ? destination : "", destination != NULL ? "'" : "");
  fixture_load(f, text);
}

static void gives(const char *name, const char *version, const char *destination,
                  const char *repository, const char *tag) {
  struct fixture f;
  load(&f, name, version, destination);
  assert_int_equal(f.problems.count, 0);
  assert_string_equal(f.matrix.rows[0].repository, repository);
  if (tag != NULL)
    assert_string_equal(f.matrix.rows[0].tag, tag);
  else
    assert_null(f.matrix.rows[0].tag);
  fixture_done(&f);
}

static void fills_templates(void **state) {
  (void)state;
  gives("library/nginx", "1.27", NULL, "library/nginx", "1.27");
  gives("a/b/c", "1", "{namespace}/x/{basename}:{version}", "a/b/x/c", "1");
  gives("nginx", "1", "{namespace}/{basename}:{version}", "nginx", "1");
  gives("nginx", "1", "m/{namespace}/{basename}:v{version}-x", "m/nginx", "v1-x");
  gives("nginx", "1.2", "{source_registry}/{name}:{version}", "r.example/nginx", "1.2");
  gives("nginx", "1.2", "{name}-{version}:latest", "nginx-1.2", "latest");
}

static void without_a_colon_the_tag_is_the_version(void **state) {
  (void)state;
  gives("nginx", "1.2", "other/{name}", "other/nginx", "1.2");
}

static void plus_becomes_an_underscore_in_the_tag_only(void **state) {
  (void)state;
  gives("nginx", "1.2+build.3", NULL, "nginx", "1.2_build.3");
  struct fixture f;
  load(&f, "nginx", "1+2", "{name}/{version}:x");
  assert_non_null(only_problem(&f, "bad-destination"));
  fixture_done(&f);
}

static void a_bare_digest_has_no_tag(void **state) {
  (void)state;
  gives("nginx", DIGEST, NULL, "nginx", NULL);
  gives("nginx", DIGEST, "{name}:fixed", "nginx", NULL);
  struct fixture f;
  load(&f, "nginx", DIGEST, "{name}/{version}");
  assert_non_null(only_problem(&f, "bad-destination"));
  fixture_done(&f);
}

static void an_unknown_placeholder_has_its_place(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - name: nginx\n"
                   "    source_registry: r.example\n"
                   "    versions: ['1', '2']\n"
                   "    destination: 'x/{nmae}:{version}'\n");
  const struct problem *problem = only_problem(&f, "unknown-placeholder");
  assert_non_null(problem);
  assert_int_equal(problem->line, 5);
  assert_int_equal(problem->column, 21); /* the brace: after 'x/ in column 18 to 20 */
  assert_int_equal(problem->length, 6);
  assert_string_equal(problem->hint, "did you mean '{name}'?");
  fixture_done(&f);
}

static void refuses(const char *name, const char *version, const char *destination,
                    const char *code, const char *words) {
  struct fixture f;
  load(&f, name, version, destination);
  const struct problem *problem = only_problem(&f, code);
  if (problem == NULL)
    fail_msg("%s %s %s: not one problem %s", name, version, destination, code);
  else if (words != NULL && (problem->hint == NULL || strstr(problem->hint, words) == NULL) &&
           strstr(problem->message, words) == NULL)
    fail_msg("'%s' is in neither '%s' nor '%s'", words, problem->message,
             problem->hint != NULL ? problem->hint : "");
  fixture_done(&f);
}

static void refuses_what_is_no_repository_or_tag(void **state) {
  (void)state;
  char longest[300];
  memset(longest, 'a', sizeof longest);
  longest[256] = '\0';
  refuses("Library/Nginx", "1", NULL, "bad-destination", "library/nginx");
  refuses("nginx", "1", "{name}/:{version}", "bad-destination", NULL);
  refuses("nginx", "1", "", "bad-destination", NULL);
  refuses("nginx", "1", "../{name}:{version}", "bad-destination", NULL);
  refuses("nginx", "1", "/{name}:{version}", "bad-destination", NULL);
  refuses("nginx", "1", "{name:{version}", "unknown-placeholder", NULL);
  refuses("nginx", "1", "{name}:{version", "bad-destination", "never closed");
  refuses("nginx", "1", "{name}}:{version}", "bad-destination", NULL);
  refuses("nginx", "1", "{}:{version}", "unknown-placeholder", NULL);
  refuses("nginx", "1", "{platforms}:{version}", "unknown-placeholder", NULL);
  refuses("nginx", "1", "{edition}/{name}:{version}", "bad-destination", "does not set");
  refuses("nginx", "1", "{name}:-{version}", "bad-tag", NULL);
  refuses("nginx", "1", "{name}:{name}/{version}", "bad-destination", NULL);
  refuses(longest, "1", NULL, "bad-destination", "not a legal repository");
}

static void a_port_can_not_be_part_of_a_repository(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n"
                   "  - {name: a, source_registry: 'r.example:5000', versions: ['1'],\n"
                   "     destination: '{source_registry}/{name}:{version}'}\n");
  const struct problem *problem = only_problem(&f, "bad-destination");
  assert_non_null(problem);
  assert_non_null(strstr(problem->hint, "port"));
  fixture_done(&f);
}

static void a_missing_name_is_reported_once(void **state) {
  (void)state;
  struct fixture f;
  fixture_load(&f, "images:\n  - {source_registry: r.example, versions: ['1', '2']}\n");
  assert_int_equal(f.problems.count, 1);
  fixture_done(&f);
  fixture_load(&f, "images:\n  - {name: a, versions: ['1'], destination: "
                   "'{source_registry}/{name}'}\n");
  assert_int_equal(f.problems.count, 1);
  fixture_done(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_templates),
      cmocka_unit_test(without_a_colon_the_tag_is_the_version),
      cmocka_unit_test(plus_becomes_an_underscore_in_the_tag_only),
      cmocka_unit_test(a_bare_digest_has_no_tag),
      cmocka_unit_test(an_unknown_placeholder_has_its_place),
      cmocka_unit_test(refuses_what_is_no_repository_or_tag),
      cmocka_unit_test(a_port_can_not_be_part_of_a_repository),
      cmocka_unit_test(a_missing_name_is_reported_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
