/* SPDX-License-Identifier: Apache-2.0 */
/* Imports with a section that no plugin has: the core knows no names. Vectors of templates are what
 * Go's text/template answers, those of ranges what regsync's own comparison does. */
#include "config/semver.h"
#include "import/gotemplate.h"
#include "import/part.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* --- templates */

#define SOURCE "r.example/team/App:1"

static const char *const filled[][2] = {
    {"plain", "plain"},
    {"{{ .Sync.Source }}", SOURCE},
    {"a{{.Sync.Type}}b{{.Sync.Source}}c", "aimageb" SOURCE "c"},
    {"{{index (split .Sync.Source \"/\") 1}}", "team"},
    {"{{ .Sync.Source | upper | lower }}", "r.example/team/app:1"},
    {"{{ join (split .Sync.Source \"/\") \"-\" }}", "r.example-team-App:1"},
    {"{{`x\\n`}}", "x\\n"},
    {"{{\"a\\\"b\\\\\"}}", "a\"b\\"},
    {"{{ index ((split .Sync.Source \":\")) 0 }}", "r.example/team/App"},
    {"{{ default \"d\" .Sync.Platform }}", "d"},
    {"{{ default \"d\" .Sync.Type }}", "image"},
    {"{{ .Sync.Source | default \"d\" }}", SOURCE},
    {"{{trimSpace \" x y \"}}", "x y"},
    {"{{ 12 }}", "12"},
    {"}}{{ .Sync.Type }}", "}}image"},
    {"{{ (.Sync.Type | upper) | lower }}", "image"},
};
/* Errors in Go, more than is read here, or what only the other program could know. */
static const char *const unfilled[] = {
    "{{ \"a\" \"b\" }}",
    "{{ .Sync.Type | \"x\" }}",
    "{{ }}",
    "{{",
    "{{ \"a }}",
    "{{ (.Sync.Type }}",
    "{{ .Sync.Type) }}",
    "{{ split .Sync.Source \"/\" }}",
    "{{ index (split .Sync.Source \"/\") 3 }}",
    "{{ index (split .Sync.Source \"/\") -1 }}",
    "{{ index (split .Sync.Source \"\") 0 }}",
    "{{ index .Sync.Source 0 }}",
    "{{ env \"HOME\" }}",
    "{{ file \"/etc/passwd\" }}",
    "{{ if true }}x{{ end }}",
    "{{ .Ref.Tag }}",
    "{{ .Sync.Backup }}",
    "{{ .Sync }}",
    "{{ lower }}",
    "{{ lower .Sync.Type .Sync.Type .Sync.Type .Sync.Type .Sync.Type }}",
    "{{ | lower }}",
    "{{ (((((((((((((((((((((\"x\"))))))))))))))))))))) }}",
};

static struct node *read_text(struct document *document, const char *text) {
  struct problems problems = {0};
  document_load_text("peer.yml", text, document, &problems);
  assert_int_equal(problems.count, 0);
  problems_done(&problems);
  return document->roots[0];
}

static void test_templates(void **state) {
  (void)state;
  struct document document = {0};
  const struct node *step = read_text(&document, "type: image\nsource: '" SOURCE "'\n");
  for (size_t i = 0; i < sizeof filled / sizeof filled[0]; i++) {
    auto_error err = {0};
    auto_free char *text = NULL;
    assert_int_equal(gotemplate_fill(filled[i][0], step, NULL, &text, &err), 0);
    assert_string_equal(text, filled[i][1]);
  }
  for (size_t i = 0; i < sizeof unfilled / sizeof unfilled[0]; i++) {
    auto_error err = {0};
    char *text = NULL;
    if (gotemplate_fill(unfilled[i], step, NULL, &text, &err) != ARTM_E_CONFIG)
      fail_msg("%s was filled: %s", unfilled[i], text);
    assert_null(text);
  }
  document_done(&document);
}

static void test_templates_stay_small(void **state) {
  (void)state;
  struct document document = {0};
  auto_buf text = {0}, template = {0};
  buf_text(&text, "source: '");
  for (size_t i = 0; i < 3000; i++)
    buf_text(&text, "x");
  buf_text(&text, "'\n");
  for (size_t i = 0; i < 1000; i++)
    buf_text(&template, "{{.Sync.Source}}");
  auto_error err = {0};
  char *ret;
  const struct node *step = read_text(&document, text.data);
  assert_int_equal(gotemplate_fill(template.data, step, NULL, &ret, &err), ARTM_E_CONFIG);
  document_done(&document);
}

static void test_calls_of_templates(void **state) {
  (void)state;
  auto_free char *name = NULL;
  char *other = NULL;
  assert_true(gotemplate_is_call("{{env \"A_B\"}}", "env", &name));
  assert_string_equal(name, "A_B");
  static const char *const none[] = {"{{env \"A\"}}x",
                                     "{{env A}}",
                                     "{{env \"A\" \"B\"}}",
                                     "{{env}}",
                                     "{{file \"A\"}}",
                                     "{{env \"A}}",
                                     "}}",
                                     "{{}}",
                                     ""};
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    assert_false(gotemplate_is_call(none[i], "env", &other));
}

/* --- ranges */

static void test_ranges(void **state) {
  (void)state;
  static const struct {
    const char *range, *version;
    bool has;
  } cases[] = {
      {"^1.2", "1.9.0", true},
      {"^1.2", "1.1.9", false},
      {"^1.2", "2.0.0-rc.1", true},
      {"^1.2", "2.0.0", false},
      {"^0.2.3", "0.2.9", true},
      {"^0.2.3", "0.3.0", false},
      {"^0.0.3", "0.0.4", false},
      {"^0.0.3", "0.0.3", true},
      {"~1", "1.0.9", true},
      {"~1", "1.1.0", false},
      {"v1.2", "1.2.0", true},
      {"=1.2", "1.2.1", false},
      {">=1 <3", "2.5.0-rc", true},
      {">=1.0-rc.2", "1.0.0", true},
      {">=1.0-rc.2", "1.0.0-rc.1", false},
      {"<=2", "v2.0.0", true},
      {"1+x", "1.0.0", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const char *why = NULL;
    struct semver_range *range;
    struct semver version;
    auto_error err = {0};
    auto_free char *ours = range_translate(cases[i].range, &why);
    assert_non_null(ours);
    assert_int_equal(semver_range_parse(ours, &range, &err), 0);
    assert_true(semver_parse(cases[i].version, &version));
    if (semver_range_has(range, &version, true) != cases[i].has)
      fail_msg("%s, that is %s: %s", cases[i].range, ours, cases[i].version);
    semver_range_free(range);
  }
}

static void test_bad_ranges(void **state) {
  (void)state;
  static const char *const bad[] = {"",   " ", "1 || 2", ">= 1", "x",   "1.x", "1.2.3.4",    "1.",
                                    ">=", "^", "-1",     "1,2",  "vv1", "1 -", "99999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *why = NULL;
    assert_null(range_translate(bad[i], &why));
    assert_non_null(why);
  }
}

/* --- whole files */

static const struct artm_field fields[] = {
    ARTM_FIELD(.name = "what", .type = ARTM_TYPE_STRING, .role = ARTM_ROLE_NAME,
               .flags = ARTM_FIELD_REQUIRED),
    ARTM_FIELD(.name = "where", .type = ARTM_TYPE_STRING, .flags = ARTM_FIELD_REQUIRED),
    ARTM_FIELD(.name = "tags", .type = ARTM_TYPE_LIST, .element = ARTM_TYPE_STRING,
               .role = ARTM_ROLE_AXIS, .flags = ARTM_FIELD_REQUIRED, .matrix_key = "tag"),
};

struct world {
  struct section_schema schema;
  struct document entries; /* their nodes */
};

/* "docker://HOST/NAME[:TAG]" to {what, where, tags}. */
static int find_entry(void *arg, const char *reference, const struct section_schema **schema,
                      const struct node **ret, struct error *err) {
  struct world *world = arg;
  const char *host = reference + strlen("docker://"), *name = strchr(host, '/');
  struct problems problems = {0};
  if (!name)
    return error_set(err, ARTM_E_CONFIG, "no name");
  auto_free char *text =
      str_format("{what: '%.*s', where: '%.*s', tags: [any]}", (int)strcspn(name + 1, ":"),
                 name + 1, (int)(name - host), host);
  document_load_text("entry", text, &world->entries, &problems);
  assert_int_equal(problems.count, 0);
  problems_done(&problems);
  *schema = &world->schema;
  *ret = world->entries.roots[world->entries.file_count - 1];
  return 0;
}

static bool has_budget(void *arg, const char *registry) {
  (void)arg;
  return strcmp(registry, "counted.example") == 0;
}

/* What comes of text; NULL: problems. Caller frees. */
static char *imported(const char *text, bool *ret_complete) {
  struct world world = {
      .schema = {.section = "things", .noun = "thing", .destination = "{what}:{tag}"}};
  struct document document = {0};
  struct problems problems = {0};
  auto_buf out = {0};
  const struct import_lookup lookup = {&world, find_entry, has_budget};
  field_table_adopt(&world.schema.fields, fields, sizeof fields / sizeof fields[0],
                    sizeof fields[0]);
  document_load_text("peer.yml", text, &document, &problems);
  assert_non_null(document.roots[0]);
  int result = import_config(&document, &lookup, &problems, &out, ret_complete);
  assert_int_equal(result, problems.errors > 0 ? ARTM_E_CONFIG : 0);
  field_table_done(&world.schema.fields);
  problems_done(&problems);
  document_done(&world.entries);
  document_done(&document);
  return result == 0 ? buf_take(&out) : NULL;
}

static void test_names_are_the_plugin_s(void **state) {
  (void)state;
  bool complete = false;
  auto_free char *text = imported("sync:\n"
                                  "  - {source: 'a.example/x/y:1', target: 't.example/m/x/y:1', "
                                  "type: image}\n"
                                  "  - {source: 'a.example/z', target: 't.example/m/other', "
                                  "type: repository, tags: {allow: ['2.*']}}\n",
                                  &complete);
  assert_true(complete);
  assert_non_null(strstr(text, "\ntarget: t.example/m\n\nthings:\n"
                               "  - what: x/y\n"
                               "    where: a.example\n"
                               "    tags: ['1']\n"
                               "  - what: z\n"
                               "    where: a.example\n"
                               "    tags: [{pattern: '^2.*$'}]\n"
                               "    destination: 'other:{version}'\n"));
}

static void test_limits_of_pulls(void **state) {
  (void)state;
  bool complete = false;
  auto_free char *text =
      imported("defaults: {ratelimit: {min: 7}}\n"
               "sync:\n"
               "  - {source: 'a.example/x:1', target: 't.example/x:1', type: image}\n"
               "  - {source: 'counted.example/y:1', target: 't.example/y:1', type: image}\n"
               "  - {source: 'counted.example/y:2', target: 't.example/y:2', type: image, "
               "ratelimit: {min: 9}}\n",
               &complete);
  assert_true(complete);
  assert_non_null(strstr(text, "registries:\n  counted.example:\n    min_remaining: 9\n"));
  assert_null(strstr(text, "a.example:\n"));
}

static void test_scoped_names(void **state) {
  (void)state;
  bool complete = false;
  auto_free char *text = imported(
      "a.example: {images: {x/n: ['1']}}\n'b.example:1': {images: {n: ['1']}}\n", &complete);
  assert_true(complete);
  assert_non_null(strstr(text, "destination: '{where}/{name}:{version}'\n"));
  assert_non_null(strstr(text, "destination: 'b.example-1/n:{version}'\n"));
}

/* Lines that begin with none of ours would be the file's. */
static void assert_no_foreign_line(const char *text) {
  for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
    assert_non_null(strchr(line, '\n'));
    if (strncmp(line, "evil", 4) == 0 || strncmp(line, "- ", 2) == 0)
      fail_msg("%s", text);
  }
}

static void test_comments_are_one_line(void **state) {
  (void)state;
  static const char *const breaks[] = {"\\n",   "\\r",   "\\r\\n", "\\N",     "\\L", "\\P",
                                       "\\x0b", "\\x0c", "\\x85",  "\\ufeff", "\\e"};
  for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
    auto_free char *config =
        str_format("\"odd%sevil: 1\": 1\nsync:\n  - {source: 'a.example/x:1', target: "
                   "'t.example/x:1', type: image, backup: \"b%sevil: 1\"}\n",
                   breaks[i], breaks[i]);
    bool complete = true;
    auto_free char *text = imported(config, &complete);
    assert_false(complete);
    assert_no_foreign_line(text);
    for (const char *p = text; *p; p++)
      assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
    struct document document = {0};
    const struct node *root = read_text(&document, text);
    assert_null(node_get(root, "evil"));
    document_done(&document);
  }
}

/* What is written in a value is read back as it was. */
static void test_texts_survive(void **state) {
  (void)state;
  static const char *const users[] = {"a$b",  "it''s", "yes", "null", "~",   "1e3",
                                      "0x1f", "- a",   "#x",  "a: b", " a ", "\xc3\xa4\xe2\x82\xac",
                                      "${X}", "'",     "&a",  "!t"};
  for (size_t i = 0; i < sizeof users / sizeof users[0]; i++) {
    auto_buf config = {0}, doubled = {0};
    buf_text(&config, "creds:\n- registry: r.example\n  pass: '{{env \"P\"}}'\n  user: ");
    write_quoted(&config, users[i]);
    buf_text(&config, "\nsync: []\n");
    bool complete = false;
    auto_free char *text = imported(config.data, &complete);
    assert_true(complete);
    for (const char *p = users[i]; *p; p++)
      buf_add(&doubled, *p == '$' ? "$$" : p, *p == '$' ? 2 : 1);
    struct document document = {0};
    const struct node *root = read_text(&document, text);
    const struct node *user =
        node_get(node_get(node_get(root, "registries"), "r.example"), "username");
    assert_non_null(user);
    assert_int_equal(user->type, NODE_STRING);
    assert_string_equal(user->text, doubled.data);
    document_done(&document);
  }
}

static void test_unusable_files(void **state) {
  (void)state;
  static const char *const bad[] = {
      "a",
      "[]",
      "{}",
      "sync: {}\n",
      "sync: [a]\n",
      "a.example: {images: {x: 1}}\n",
      "a.example: {images: [x]}\n",
      "creds: {}\nsync: []\n",
      "creds: [1]\nsync: []\n",
      "creds: [{user: x}]\nsync: []\n",
      "version: 3\nsync: []\n",
      "defaults: []\nsync: []\n",
      "sync: [{source: [a], target: b, type: image}]\n",
      "sync: [{source: a.example/b, target: \"t.example/b\\n\", type: image}]\n",
      "sync: [{source: a.example/b, target: t.example/b, type: repository, tags: {allow: a}}]\n",
      "sync: [{source: a.example/b, target: t.example/b, type: repository, tags: {allow: [[]]}}]\n",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    bool complete = false;
    char *text = imported(bad[i], &complete);
    if (text)
      fail_msg("%s gave %s", bad[i], text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_templates),
      cmocka_unit_test(test_templates_stay_small),
      cmocka_unit_test(test_calls_of_templates),
      cmocka_unit_test(test_ranges),
      cmocka_unit_test(test_bad_ranges),
      cmocka_unit_test(test_names_are_the_plugin_s),
      cmocka_unit_test(test_limits_of_pulls),
      cmocka_unit_test(test_scoped_names),
      cmocka_unit_test(test_comments_are_one_line),
      cmocka_unit_test(test_texts_survive),
      cmocka_unit_test(test_unusable_files),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
