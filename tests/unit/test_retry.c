/* SPDX-License-Identifier: Apache-2.0 */
/* http/retry.h and http/pace.h: what is tried again, when, and what counts as stalled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "http/pace.h"
#include "http/retry.h"

static void test_statuses(void **state) {
  (void)state;
  static const unsigned yes[] = {408, 429, 499, 500, 502, 503, 504, 522};
  static const unsigned no[] = {200, 201, 301, 400, 401, 403, 404, 409, 413, 416, 501, 505};
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    assert_true(retry_status(yes[i]));
  for (size_t i = 0; i < sizeof no / sizeof *no; i++)
    assert_false(retry_status(no[i]));
}

static void test_transport(void **state) {
  (void)state;
  static const CURLcode yes[] = {
      CURLE_COULDNT_CONNECT, CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_OPERATION_TIMEDOUT,
      CURLE_SEND_ERROR,      CURLE_RECV_ERROR,   CURLE_HTTP2,       CURLE_HTTP2_STREAM};
  for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
    assert_true(retry_transport(yes[i], "", 3));
  assert_true(retry_transport(CURLE_COULDNT_RESOLVE_HOST, "", 0));
  assert_false(retry_transport(CURLE_COULDNT_RESOLVE_HOST, "", 1));
  assert_false(retry_transport(CURLE_PEER_FAILED_VERIFICATION, "", 0));
  assert_false(retry_transport(CURLE_SEND_FAIL_REWIND, "", 0));
  assert_false(retry_transport(CURLE_URL_MALFORMAT, "", 0));
  assert_true(
      retry_transport(CURLE_SSL_CONNECT_ERROR, "Recv failure: Connection reset by peer", 0));
  assert_false(retry_transport(CURLE_SSL_CONNECT_ERROR, "unsupported protocol", 0));
}

static void test_backoff(void **state) {
  (void)state;
  for (unsigned attempt = 0; attempt < 40; attempt++) {
    uint64_t top = attempt < 6 ? UINT64_C(1000) << attempt : 60000;
    if (top > 60000)
      top = 60000;
    assert_int_equal(retry_backoff(attempt, 0), 0);
    assert_int_equal(retry_backoff(attempt, top), top);
    assert_true(retry_backoff(attempt, UINT64_MAX) <= top);
  }
}

/* The date is RFC 9110's own example: 784111777 seconds since 1970. */
static void test_retry_after(void **state) {
  (void)state;
  static const struct {
    const char *value;
    int64_t now;
    uint64_t ms; /* 0: not understood */
  } cases[] = {
      {"120", 0, 120000},
      {"0", 0, RETRY_FLOOR_MS},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 30, 30000},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777 - 30, 30000},
      {"Sun Nov  6 08:49:37 1994", 784111777 - 30, 30000},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 1784111777, RETRY_FLOOR_MS},
      {"99999999999999999999999", 0, INT64_MAX / 1000 * 1000},
      {"", 0, 0},
      {"-1", 0, 0},
      {"1.5", 0, 0},
      {"985.86\xc2\xb5s", 0, 0},
      {"soon", 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint64_t ms = 7;
    assert_int_equal(retry_after(cases[i].value, cases[i].now, &ms), cases[i].ms != 0);
    assert_true(ms == (cases[i].ms ? cases[i].ms : 7));
  }
}

static void test_pace(void **state) {
  (void)state;
  struct pace silent = {0};
  for (int i = 0; i < 239; i++)
    assert_true(pace_waited(&silent, 250, 60000));
  assert_false(pace_waited(&silent, 250, 60000));
  struct pace drip = {0};
  bool alive = true;
  int steps = 0;
  for (; alive && steps < 1000; steps++) {
    pace_moved(&drip, 100);
    alive = pace_waited(&drip, 1000, 60000);
  }
  assert_int_equal(steps, 60);
  struct pace steady = {0};
  for (int i = 0; i < 10000; i++) {
    pace_moved(&steady, 2048);
    assert_true(pace_waited(&steady, 1000, 60000));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_statuses), cmocka_unit_test(test_transport),
      cmocka_unit_test(test_backoff),  cmocka_unit_test(test_retry_after),
      cmocka_unit_test(test_pace),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
