/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses in a chart repository. The first rows are the cases that Helm's chartrepo_test.go has
 * for ResolveReferenceURL; those with dots are RFC 3986's, section 5.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "common/registry_text.c"
#include "helm/repository/urls.c"

struct resolving {
  const char *base, *reference, *result; /* NULL: refused */
};

static void resolves_as_helm(void **state) {
  static const struct resolving cases[] = {
      {"http://localhost:8123/", "/nginx-0.2.0.tgz", "http://localhost:8123/nginx-0.2.0.tgz"},
      {"http://localhost:8123", "nginx-0.2.0.tgz", "http://localhost:8123/nginx-0.2.0.tgz"},
      {"http://localhost:8123/charts", "nginx.tgz", "http://localhost:8123/charts/nginx.tgz"},
      {"http://localhost:8123/charts/", "nginx.tgz", "http://localhost:8123/charts/nginx.tgz"},
      {"http://localhost:8123/charts/", "/nginx.tgz", "http://localhost:8123/nginx.tgz"},
      {"http://localhost:8123/charts?with=queryparameter", "nginx.tgz",
       "http://localhost:8123/charts/nginx.tgz?with=queryparameter"},
      {"http://localhost:8123/charts?with=queryparameter", "nginx.tgz?own=1",
       "http://localhost:8123/charts/nginx.tgz?with=queryparameter"},
      {"http://localhost:8123", "https://charts.example/stable/nginx.tgz?a=b",
       "https://charts.example/stable/nginx.tgz?a=b"},
      {"http://localhost:8123/charts%2fwith%2fescaped%2fslash", "nginx.tgz",
       "http://localhost:8123/charts%2fwith%2fescaped%2fslash/nginx.tgz"},
      {"http://localhost:8123/charts%2fescaped%2fslash/", "../nginx.tgz",
       "http://localhost:8123/nginx.tgz"},
      {"http://a/b/c", "./g", "http://a/b/c/g"},
      {"http://a/b/c", "../g", "http://a/b/g"},
      {"http://a/b/c", "../../../../g", "http://a/g"},
      {"http://a/b/c", "g/./h/../i", "http://a/b/c/g/i"},
      {"http://a/b/c", "..", "http://a/b/"},
      {"http://a/b/c", ".", "http://a/b/c/"},
      {"http://a/b/c", "..g", "http://a/b/c/..g"},
      {"http://a/b/c", "g..", "http://a/b/c/g.."},
      {"https://a/b?token=x", "//other/g?y", "https://other/g?y"},
      {"https://a/b", "//other", "https://other"},
      {"https://a/b", "g h-\xc3\xa9.tgz", "https://a/b/g%20h-%C3%A9.tgz"},
      {"https://a/b", "oci://r/n:1", "oci://r/n:1"},
      {"file:///srv/charts", "x.tgz", "file:///srv/charts/x.tgz"},
      {"https://a/b", "", NULL},
      {"https://a/b", "a\nb", NULL},
      {"https://a/b", "a%zz", NULL},
      {"https://a/b", "a%2", NULL},
      {"/only/a/path", "x", NULL},
      {"https:a", "x", NULL},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    auto_free char *got = url_resolve_in(cases[i].base, cases[i].reference);
    if (!cases[i].result)
      assert_null(got);
    else
      assert_string_equal(got, cases[i].result);
  }
}

/* Checks f(url) for pairs; takes the result. */
static void check(char *(*f)(const char *), const char *const (*pairs)[2], size_t count) {
  for (size_t i = 0; i < count; i++) {
    auto_free char *got = f(pairs[i][0]);
    if (!pairs[i][1])
      assert_null(got);
    else
      assert_string_equal(got, pairs[i][1]);
  }
}
#define CHECK(f, ...)                             \
  check(f, (const char *const[][2]){__VA_ARGS__}, \
        sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]))

static void origins(void **state) {
  (void)state;
  CHECK(url_origin, {"https://Charts.Example/x", "https://charts.example"},
        {"HTTPS://charts.example:443/x", "https://charts.example"},
        {"http://charts.example:80", "http://charts.example"},
        {"http://charts.example:443/", "http://charts.example:443"},
        {"https://charts.example:8443?q", "https://charts.example:8443"},
        {"https://charts.example:/x", "https://charts.example"},
        {"https://u:p@charts.example/x@y", "https://charts.example"},
        {"https://u@v@charts.example", "https://charts.example"},
        {"https://[::1]:8443/x", "https://[::1]:8443"}, {"https://[::1]/x", "https://[::1]"},
        {"oci://r.example:5000/x", "oci://r.example:5000"}, {"file:///x", NULL},
        {"https:///x", NULL}, {"https://:443/x", NULL}, {"x", NULL}, {"", NULL});
}

static void names_and_forms(void **state) {
  (void)state;
  CHECK(url_base_name, {"https://a/b/c.tgz?x=/y", "c.tgz"}, {"https://a/b/", ""}, {"https://a", ""},
        {"c.tgz#x", "c.tgz"});
  CHECK(url_shown, {"https://u:secret@a/b?token=secret#secret", "https://a/b"},
        {"https://a@b@c/d", "https://c/d"}, {"https://a/b@c", "https://a/b@c"}, {"x?y", "x"});
  CHECK(url_without_slash, {"https://a/b/?q=/", "https://a/b?q=/"}, {"https://a/", "https://a"},
        {"https://a", "https://a"}, {"https://a/b//", "https://a/b/"});
  auto_free char *suffixed = url_with_suffix("https://a/b.tgz?x=1", ".prov");
  assert_string_equal(suffixed, "https://a/b.tgz.prov?x=1");
  assert_true(url_has_scheme("OCI://x", "oci"));
  assert_false(url_has_scheme("oci", "oci"));
  assert_false(url_has_scheme("https://x", "http"));
}

static void files_of_this_machine(void **state) {
  (void)state;
  CHECK(url_file_path, {"file:///srv/a%20b/c%2fd", "/srv/a b/c/d"}, {"file://localhost/x", "/x"},
        {"FILE:///x?y#z", "/x"}, {"file:///a..b/..c", "/a..b/..c"}, {"file://host/x", NULL},
        {"file:/x", NULL}, {"file://", NULL}, {"https:///x", NULL}, {"file:///a/%2e%2e/b", NULL},
        {"file:///a/..%2fb", NULL}, {"file:///a/..", NULL}, {"file:///a%00b", NULL});
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(resolves_as_helm),
      cmocka_unit_test(origins),
      cmocka_unit_test(names_and_forms),
      cmocka_unit_test(files_of_this_machine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
