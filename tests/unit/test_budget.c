/* SPDX-License-Identifier: Apache-2.0 */
/* Counted pulls: what the user keeps is kept, also by many at once; headers as Docker documents
 * them (ratelimit-limit: 100;w=21600). */
#include "engine/budget.h"
#include "http/budget.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct artefact counted = {.repository = "hub.test/library/app", .counted = true};
static struct artefact other = {.repository = "other.test/app", .counted = true};
static struct artefact free_of_charge = {.repository = "free.test/app"};
static struct artefact nowhere = {.counted = true};

struct world {
  struct host_facts facts;
  struct registry_settings settings;
  struct http_client *http;
  struct budget_table *table;
};

static void world_new(struct world *world, uint64_t keep) {
  *world = (struct world){
      .settings = {.host = "hub.test", .min_remaining = keep, .has_min_remaining = true}};
  strings_add(&world->facts.budgets, "hub.test=ratelimit-limit,ratelimit-remaining");
  world->http = http_client_new(&(struct http_config){
      .registries = &world->settings, .registry_count = 1, .facts = &world->facts});
  world->table = budget_table_new(world->http);
}

static void world_done(struct world *world) {
  budget_table_free(world->table);
  http_client_free(world->http);
  strings_done(&world->facts.budgets);
}

static void tell(struct world *world, int remaining) {
  struct headers headers = {0};
  auto_free char *left = str_format("RateLimit-Remaining: %d;w=21600", remaining);
  assert_true(headers_line(&headers, "ratelimit-limit: 100;w=21600", 28));
  assert_true(headers_line(&headers, left, strlen(left)));
  budget_note(world->http, registry_get(world->http, "hub.test"), &headers);
  headers_done(&headers);
}

static void unknown_until_the_registry_tells(void **state) {
  (void)state;
  struct world world;
  world_new(&world, 10);
  assert_true(budget_is_unknown(world.table, &counted));
  assert_false(budget_is_unknown(world.table, &other)); /* nothing is to be kept there */
  assert_false(budget_is_unknown(world.table, &free_of_charge));
  tell(&world, 50);
  assert_false(budget_is_unknown(world.table, &counted));
  world_done(&world);
}

static void what_is_kept_is_not_taken(void **state) {
  (void)state;
  struct world world;
  auto_error error = {0};
  world_new(&world, 10);
  tell(&world, 11);
  assert_int_equal(budget_take(world.table, &counted, &error), 0);
  budget_return(world.table, &counted);
  tell(&world, 10);
  assert_int_equal(budget_take(world.table, &counted, &error), ARTM_E_RATE_LIMIT);
  assert_string_equal(error.message,
                      "10 of 100 counted pulls are left, and min_remaining keeps 10");
  assert_true(error.tried); /* waiting a moment would not help */
  assert_non_null(strstr(error.hint, "6 hours"));
  assert_string_equal(error.where, "hub.test");
  assert_int_equal(budget_take(world.table, &other, &error), 0);
  assert_int_equal(budget_take(world.table, &free_of_charge, &error), 0);
  assert_int_equal(budget_take(world.table, &nowhere, &error), 0);
  world_done(&world);
}

/* Three are left to take, and none of those under way has told yet. */
static void those_under_way_count(void **state) {
  (void)state;
  struct world world;
  auto_error error = {0};
  world_new(&world, 10);
  tell(&world, 13);
  for (int i = 0; i < 3; i++)
    assert_int_equal(budget_take(world.table, &counted, &error), 0);
  assert_int_equal(budget_take(world.table, &counted, &error), ARTM_E_RATE_LIMIT);
  budget_return(world.table, &counted);
  assert_int_equal(budget_take(world.table, &counted, &error), 0);
  world_done(&world);
}

/* An answer that was sent earlier and came later does not bring pulls back. */
static void answers_overtake_each_other(void **state) {
  (void)state;
  struct world world;
  auto_error error = {0};
  world_new(&world, 10);
  tell(&world, 12);
  assert_int_equal(budget_take(world.table, &counted, &error), 0);
  tell(&world, 11);
  budget_return(world.table, &counted);
  assert_int_equal(budget_take(world.table, &counted, &error), 0);
  tell(&world, 10);
  tell(&world, 11); /* late */
  budget_return(world.table, &counted);
  assert_int_equal(budget_take(world.table, &counted, &error), ARTM_E_RATE_LIMIT);
  world_done(&world);
}

static void the_report_has_a_row_a_registry(void **state) {
  (void)state;
  struct world world;
  auto_error error = {0};
  world_new(&world, 10);
  tell(&world, 40);
  assert_int_equal(budget_take(world.table, &counted, &error), 0);
  budget_need(world.table, &counted, 4);
  budget_need(world.table, &other, 2);
  budget_need(world.table, &free_of_charge, 3);
  struct run_report *report = run_report_new("plan");
  budget_report(world.table, report);
  assert_int_equal(report->budget_count, 2);
  for (size_t i = 0; i < 2; i++) {
    const struct run_budget *row = &report->budgets[i];
    bool is_hub = strcmp(row->registry, "hub.test") == 0;
    assert_int_equal(row->needed, is_hub ? 5 : 2);
    assert_int_equal(row->known, is_hub);
    assert_int_equal(row->remaining, is_hub ? 40 : 0);
    assert_int_equal(row->window_seconds, is_hub ? 21600 : 0);
  }
  run_report_free(report);
  world_done(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_until_the_registry_tells),
      cmocka_unit_test(what_is_kept_is_not_taken),
      cmocka_unit_test(those_under_way_count),
      cmocka_unit_test(answers_overtake_each_other),
      cmocka_unit_test(the_report_has_a_row_a_registry),
  };
  curl_global_init(CURL_GLOBAL_DEFAULT);
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
