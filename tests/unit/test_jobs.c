/* SPDX-License-Identifier: Apache-2.0 */
/* From the matrix to rows and jobs: targets of an entry, --only-failed, records. */
#include "engine/jobs.h"
#include "matrix_fixture.h"
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char config[] =
    "targets:\n"
    "  - {id: one, value: one.test}\n"
    "  - {id: two, value: two.test}\n"
    "images:\n"
    "  - {name: app, source_registry: r.test, versions: ['1', '2'], platforms: [linux/amd64]}\n"
    "  - {name: lib, source_registry: r.test, versions: ['1'], targets: [two]}\n"
    "files:\n"
    "  - {name: note, versions: ['7'], depth: 3}\n";

struct world {
  struct fixture fixture;
  struct source images, files;
  struct source *sources[2];
  struct run_target targets[2];
  struct run_input input;
  struct run_options options;
  struct run run;
  struct row_list rows;
};

static void make(struct world *world, const struct failed_job *only, size_t only_count,
                 size_t target_count) {
  *world = (struct world){
      .targets = {{.name = "one.test", .id = "one"}, {.name = "two.test", .id = "two"}}};
  fixture_load(&world->fixture, config);
  assert_int_equal(world->fixture.problems.count, 0);
  world->sources[0] = &world->images;
  world->sources[1] = &world->files;
  world->input = (struct run_input){.matrix = &world->fixture.matrix,
                                    .sources = world->sources,
                                    .schemas = world->fixture.schemas,
                                    .schema_count = 2,
                                    .targets = world->targets,
                                    .target_count = target_count};
  world->options = (struct run_options){.only = only, .only_count = only_count};
  world->run = (struct run){
      .input = &world->input, .options = &world->options, .report = run_report_new("mirror")};
  rows_make(&world->run, &world->rows);
}

static void done(struct world *world) {
  rows_free(&world->rows);
  run_report_free(world->run.report);
  fixture_done(&world->fixture);
}

static void a_job_for_every_row_and_target(void **state) {
  (void)state;
  struct world world;
  make(&world, NULL, 0, 2);
  assert_int_equal(world.rows.count, 4);
  assert_int_equal(world.run.report->job_count, 7);
  const struct row *app = &world.rows.rows[1];
  assert_int_equal(app->job_count, 2);
  assert_ptr_equal(app->source, &world.images);
  assert_ptr_equal(world.rows.rows[3].source, &world.files);
  const struct job_record *record = app->jobs[1].record;
  assert_string_equal(record->section, "images");
  assert_string_equal(record->name, "app");
  assert_string_equal(record->version, "2");
  assert_string_equal(record->target, "two.test");
  assert_int_equal(record->status, JOB_PENDING);
  assert_ptr_equal(world.run.report->jobs[3], record); /* matrix order */
  done(&world);
}

static void an_entry_names_its_targets(void **state) {
  (void)state;
  struct world world;
  make(&world, NULL, 0, 2);
  const struct row *lib = &world.rows.rows[2];
  assert_int_equal(lib->job_count, 1);
  assert_int_equal(lib->jobs[0].target_index, 1);
  done(&world);
  make(&world, NULL, 0, 1); /* only the first target takes part */
  assert_int_equal(world.rows.count, 3);
  assert_int_equal(world.run.report->job_count, 3);
  done(&world);
}

static void records_have_the_matrix_columns(void **state) {
  (void)state;
  struct world world;
  make(&world, NULL, 0, 1);
  const json_t *fields = world.rows.rows[0].jobs[0].record->fields;
  assert_string_equal(json_string_value(json_object_get(fields, "source_registry")), "r.test");
  const json_t *platforms = json_object_get(fields, "platforms");
  assert_int_equal(json_array_size(platforms), 1);
  assert_null(json_object_get(fields, "versions"));
  done(&world);
}

static void only_what_failed(void **state) {
  (void)state;
  struct world world;
  struct failed_job only[] = {
      {"images", "app", "2", "one.test"}, {"images", "app", "3", "one.test"},
      {"files", "app", "1", "one.test"},  {"images", "lib", "1", "one.test"},
      {"files", "note", "7", "two.test"}, {"files", "note", "7", "three.test"},
  };
  make(&world, only, sizeof only / sizeof only[0], 2);
  assert_int_equal(world.run.report->job_count, 2);
  assert_string_equal(world.run.report->jobs[0]->version, "2");
  assert_string_equal(world.run.report->jobs[0]->target, "one.test");
  assert_string_equal(world.run.report->jobs[1]->name, "note");
  assert_string_equal(world.run.report->jobs[1]->target, "two.test");
  done(&world);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_job_for_every_row_and_target),
      cmocka_unit_test(an_entry_names_its_targets),
      cmocka_unit_test(records_have_the_matrix_columns),
      cmocka_unit_test(only_what_failed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
