/* SPDX-License-Identifier: Apache-2.0 */
/* http/url.h, http/address.h, http/headers.h: what is the same origin, what is where; whose
 * settings count there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/address.h"
#include "http/headers.h"
#include "http/shared.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

static void test_same_origin(void **state) {
  (void)state;
  static const struct {
    const char *a, *b;
    bool same;
  } cases[] = {
      {"https://A.example/x", "https://a.example:443/y", true},
      {"http://a.example", "http://a.example:80/", true},
      {"https://a.example", "http://a.example", false},
      {"https://a.example", "https://a.example:444", false},
      {"https://a.example", "https://a.example.evil", false},
      {"https://a.example", "https://b.example", false},
      {"http://127.0.0.1:5000", "http://127.1:5000", true},
      {"http://[::1]:5000", "http://[::1]:5001", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    auto_url a = {0}, b = {0};
    auto_error err = {0};
    assert_int_equal(url_parse(cases[i].a, &a, &err), 0);
    assert_int_equal(url_parse(cases[i].b, &b, &err), 0);
    assert_int_equal(url_same_origin(&a, &b), cases[i].same);
  }
}

static void test_parts(void **state) {
  (void)state;
  auto_url url = {0};
  auto_error err = {0};
  assert_int_equal(url_parse("https://R.Example:5000/v2/a?n=1#top", &url, &err), 0);
  assert_string_equal(url.text, "https://R.Example:5000/v2/a?n=1");
  assert_string_equal(url.origin, "https://r.example:5000");
  assert_string_equal(url.authority, "r.example:5000");
  assert_string_equal(url.host, "r.example");
  assert_string_equal(url.path, "/v2/a");
  assert_int_equal(url.port, 5000);
  assert_true(url.tls);
}

static void test_refused(void **state) {
  (void)state;
  static const char *const urls[] = {"https://u@a.example/",
                                     "https://u:p@a.example/",
                                     "https://:p@a.example/",
                                     "https:/a.example/",
                                     "ftp://a.example/",
                                     "file:///etc/passwd",
                                     "javascript:alert(1)",
                                     "//a.example/",
                                     "a.example",
                                     "https://",
                                     "https:///x",
                                     "https://a.example:99999/",
                                     "https://a.example/\r\nX: y",
                                     "https://a b/",
                                     "https://[fe80::1%25eth0]/",
                                     ""};
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    auto_url url = {0};
    auto_error err = {0};
    if (url_parse(urls[i], &url, &err) != ARTM_E_UNSUPPORTED)
      fail_msg("'%s' was accepted", urls[i]);
    assert_null(strstr(err.message, "u:p"));
    assert_null(url.text);
  }
}

static void test_resolve(void **state) {
  (void)state;
  static const struct {
    const char *reference, *result; /* NULL: refused */
  } cases[] = {
      {"/v2/x?_state=a%2Fb", "https://a.example:5000/v2/x?_state=a%2Fb"},
      {"other", "https://a.example:5000/v2/r/other"},
      {"?n=2", "https://a.example:5000/v2/r/list?n=2"},
      {"//b.example/x", "https://b.example/x"},
      {"http://b.example/x", "http://b.example/x"},
      {"../../etc", "https://a.example:5000/etc"},
      {"https://u:p@b.example/x", NULL},
      {"//u@b.example/x", NULL},
      {"file:///etc/passwd", NULL},
      {"gopher://b.example/", NULL},
  };
  auto_url base = {0};
  auto_error err = {0};
  assert_int_equal(url_parse("https://a.example:5000/v2/r/list?n=1", &base, &err), 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    auto_url url = {0};
    auto_error problem = {0};
    int rc = url_resolve(&base, cases[i].reference, &url, &problem);
    assert_int_equal(rc, cases[i].result ? 0 : ARTM_E_UNSUPPORTED);
    if (cases[i].result)
      assert_string_equal(url.text, cases[i].result);
  }
}

static void test_default_ports(void **state) {
  (void)state;
  auto_url url = {0};
  auto_error err = {0};
  assert_int_equal(url_parse("https://r.example/", &url, &err), 0);
  assert_true(url_served_by(&url, "R.example"));
  assert_true(url_served_by(&url, "r.example:443"));
  assert_false(url_served_by(&url, "r.example:80"));
  assert_false(url_served_by(&url, "r.example:4430"));
  assert_true(authority_equal("r.example:443", "R.Example"));
  assert_true(authority_equal("r.example:5000", "r.example:5000"));
  assert_false(authority_equal("r.example:5000", "r.example"));
  assert_false(authority_equal("r.example:80", "r.example"));
  assert_false(authority_equal("r.example", "r.exampl"));
}

static void test_shown_without_secrets(void **state) {
  (void)state;
  static const struct {
    const char *url, *shown;
  } cases[] = {
      {"https://u:p@a.example/x?token=1#f", "https://a.example/x"},
      {"https://a.example/x@y", "https://a.example/x@y"},
      {"//u@a.example", "//a.example"},
      {"https://a.example/\x1b[31m", "https://a.example/\\x1b[31m"},
      {"", ""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    auto_free char *shown = url_shown(cases[i].url);
    assert_string_equal(shown, cases[i].shown);
  }
}

static void test_loopback_names(void **state) {
  (void)state;
  assert_true(host_is_loopback("localhost"));
  assert_true(host_is_loopback("LOCALHOST"));
  assert_true(host_is_loopback("127.0.0.1"));
  assert_true(host_is_loopback("127.9.9.9"));
  assert_true(host_is_loopback("[::1]"));
  assert_false(host_is_loopback("128.0.0.1"));
  assert_false(host_is_loopback("localhost.example"));
  assert_false(host_is_loopback("127.0.0.1.example"));
  assert_false(host_is_loopback("[::2]"));
  assert_false(host_is_loopback("[::1"));
  assert_false(host_is_loopback(""));
  auto_free char *v6 = authority_host("[::1]:5000"), *v4 = authority_host("a:5000");
  assert_string_equal(v6, "[::1]");
  assert_string_equal(v4, "a");
}

static void test_address_classes(void **state) {
  (void)state;
  static const struct {
    const char *address;
    enum address_class class;
  } cases[] = {
      {"8.8.8.8", ADDRESS_PUBLIC},
      {"127.0.0.1", ADDRESS_LOOPBACK},
      {"127.255.0.1", ADDRESS_LOOPBACK},
      {"0.0.0.0", ADDRESS_SPECIAL},
      {"169.254.169.254", ADDRESS_SPECIAL},
      {"224.0.0.1", ADDRESS_SPECIAL},
      {"255.255.255.255", ADDRESS_SPECIAL},
      {"10.1.2.3", ADDRESS_PRIVATE},
      {"172.16.0.1", ADDRESS_PRIVATE},
      {"172.31.255.1", ADDRESS_PRIVATE},
      {"172.32.0.1", ADDRESS_PUBLIC},
      {"192.168.0.1", ADDRESS_PRIVATE},
      {"100.64.0.1", ADDRESS_PRIVATE},
      {"100.128.0.1", ADDRESS_PUBLIC},
      {"::1", ADDRESS_LOOPBACK},
      {"::", ADDRESS_SPECIAL},
      {"fe80::1", ADDRESS_SPECIAL},
      {"ff02::1", ADDRESS_SPECIAL},
      {"fd00::1", ADDRESS_PRIVATE},
      {"2001:4860:4860::8888", ADDRESS_PUBLIC},
      {"::ffff:127.0.0.1", ADDRESS_LOOPBACK},
      {"::ffff:169.254.169.254", ADDRESS_SPECIAL},
      {"64:ff9b::a00:1", ADDRESS_PRIVATE},
      {"2002:7f00:1::", ADDRESS_LOOPBACK},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct sockaddr_storage storage = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    if (inet_pton(AF_INET, cases[i].address, &v4->sin_addr) == 1) {
      storage.ss_family = AF_INET;
    } else {
      assert_int_equal(inet_pton(AF_INET6, cases[i].address, &v6->sin6_addr), 1);
      storage.ss_family = AF_INET6;
    }
    assert_int_equal(address_classify((struct sockaddr *)&storage), cases[i].class);
  }
  struct sockaddr local = {.sa_family = AF_UNIX};
  assert_int_equal(address_classify(&local), ADDRESS_SPECIAL);
}

/* Another port of a host is not asked in plain text, nor shown a client certificate. */
static void test_settings_are_of_one_port(void **state) {
  (void)state;
  static const struct registry_settings settings[] = {{.host = "r.example:80", .plain_http = true},
                                                      {.host = "r.example", .cert = "me.pem"}};
  static const struct {
    const char *url;
    const struct registry_settings *settings;
  } cases[] = {
      {"https://r.example/", &settings[1]}, {"https://R.example:443/", &settings[1]},
      {"http://r.example/", &settings[0]},  {"http://r.example:443/", &settings[1]},
      {"https://r.example:5000/", NULL},    {"https://r.example./", NULL},
  };
  const struct http_config config = {.registries = settings, .registry_count = 2};
  struct http_client *client = http_client_new(&config);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    auto_url url = {0};
    auto_error err = {0};
    assert_int_equal(url_parse(cases[i].url, &url, &err), 0);
    if (registry_settings_of(client, &url) != cases[i].settings)
      fail_msg("%s has other settings", cases[i].url);
  }
  assert_ptr_equal(registry_settings_at(client, "r.example"), &settings[1]);
  assert_ptr_equal(registry_settings_at(client, "r.example:80"), &settings[0]);
  http_client_free(client);
}

static void test_proxy_for(void **state) {
  (void)state;
  static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                      "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    unsetenv(names[i]);
  assert_null(proxy_for(true, "a.example"));
  setenv("https_proxy", "http://proxy.example:3128", 1);
  assert_non_null(proxy_for(true, "a.example"));
  assert_null(proxy_for(false, "a.example"));
  setenv("no_proxy", "localhost, .corp.example,10.0.0.0/8", 1);
  assert_non_null(proxy_for(true, "a.example"));
  assert_null(proxy_for(true, "r.corp.example"));
  assert_null(proxy_for(true, "corp.example"));
  assert_non_null(proxy_for(true, "xcorp.example"));
  assert_null(proxy_for(true, "10.1.1.1"));
  assert_non_null(proxy_for(true, "11.1.1.1"));
  setenv("no_proxy", "2001:db8::/33", 1);
  assert_null(proxy_for(true, "[2001:db8:7fff::1]"));
  assert_non_null(proxy_for(true, "[2001:db8:8000::1]"));
  setenv("no_proxy", "", 1); /* empty is not set, as libcurl reads it */
  setenv("NO_PROXY", "a.example", 1);
  assert_null(proxy_for(true, "a.example"));
  unsetenv("NO_PROXY");
  setenv("all_proxy", "socks5h://other.example", 1);
  assert_string_equal(proxy_for(true, "a.example"), "http://proxy.example:3128");
  assert_string_equal(proxy_for(false, "a.example"), "socks5h://other.example");
  unsetenv("all_proxy");
  setenv("no_proxy", "*", 1);
  assert_null(proxy_for(true, "a.example"));
  unsetenv("no_proxy");
  unsetenv("https_proxy");
}

static bool add(struct headers *headers, const char *line) {
  return headers_line(headers, line, strlen(line));
}

static void test_headers(void **state) {
  (void)state;
  struct headers headers = {0};
  uint64_t first, last, total;
  assert_true(add(&headers, "X-A:  1 \r\n"));
  assert_true(add(&headers, "x-a: 2\r\n"));
  assert_true(add(&headers, "Content-Range: bytes 5-9/10\r\n"));
  assert_true(add(&headers, "\r\n"));
  assert_false(add(&headers, "no colon\r\n"));
  assert_false(headers_line(&headers, "X: a\0b\r\n", 8));
  assert_string_equal(headers_get(&headers, "X-a"), "2");
  size_t next = 0;
  assert_string_equal(headers_next(&headers, "X-A", &next), "1");
  assert_string_equal(headers_next(&headers, "X-A", &next), "2");
  assert_null(headers_next(&headers, "X-A", &next));
  assert_true(headers_range(&headers, &first, &last, &total));
  assert_int_equal(first, 5);
  assert_int_equal(last, 9);
  assert_int_equal(total, 10);
  headers_restart(&headers);
  assert_null(headers_get(&headers, "X-A"));
  headers_done(&headers);
}

static void test_bad_ranges_and_lengths(void **state) {
  (void)state;
  static const char *const ranges[] = {"5-9/10",        "bytes 9-5/10",
                                       "bytes 5-10/10", "bytes */10",
                                       "bytes 5-9",     "bytes 5-9/10x",
                                       "bytes -5-9/10", "bytes 5-9/",
                                       "bytes ",        "bytes 99999999999999999999-9/10"};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    struct headers headers = {0};
    uint64_t a, b, c;
    auto_free char *line = str_format("Content-Range: %s\r\n", ranges[i]);
    assert_true(add(&headers, line));
    assert_false(headers_range(&headers, &a, &b, &c));
    headers_done(&headers);
  }
  static const struct {
    const char *a, *b;
    bool fine;
  } lengths[] = {{"5", "5", true},    {"5", "6", false}, {"-5", "-5", false},
                 {"5x", "5x", false}, {"", "", false},   {"99999999999999999999999", "1", false}};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    struct headers headers = {0};
    uint64_t length;
    auto_free char *a = str_format("Content-Length: %s\r\n", lengths[i].a);
    auto_free char *b = str_format("content-length: %s\r\n", lengths[i].b);
    add(&headers, a);
    add(&headers, b);
    assert_int_equal(headers_length(&headers, &length), lengths[i].fine);
    headers_done(&headers);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_origin),
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_resolve),
      cmocka_unit_test(test_default_ports),
      cmocka_unit_test(test_shown_without_secrets),
      cmocka_unit_test(test_loopback_names),
      cmocka_unit_test(test_address_classes),
      cmocka_unit_test(test_settings_are_of_one_port),
      cmocka_unit_test(test_proxy_for),
      cmocka_unit_test(test_headers),
      cmocka_unit_test(test_bad_ranges_and_lengths),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
