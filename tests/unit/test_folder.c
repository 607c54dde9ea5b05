/* SPDX-License-Identifier: Apache-2.0 */
/* report/folder.h */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "report/folder.h"
#include "report/log.h"
#include "scan_kit.h"

#define MARKER ".artmirror-reports"
#define DAY ((uint64_t)24 * 3600 * 1000)
#define START 1795500307000 /* 2026-11-24T06:05:07Z, as date -u has it */

static char *top, *folder; /* folder: "reports" in top */

static int setup(void **state) {
  (void)state;
  auto_error err = {0};
  log_setup(LOG_ERROR, LOG_TEXT, false);
  if (fs_private_folder(&top, &err) != 0)
    return -1;
  folder = fs_join(top, "reports");
  return 0;
}

static int teardown(void **state) {
  (void)state;
  auto_error err = {0};
  int result = fs_remove_tree(top, &err);
  free(top);
  free(folder);
  return result;
}

static char *in_folder(const char *name) {
  return fs_join(folder, name);
}

static void put(const char *name, const char *text) {
  auto_error err = {0};
  auto_free char *path = in_folder(name), *parent = fs_parent(path);
  assert_int_equal(fs_make_folders(parent, 0755, &err), 0);
  assert_int_equal(fs_write(path, text, strlen(text), 0644, &err), 0);
}

static bool has(const char *name) {
  struct stat status;
  auto_free char *path = in_folder(name);
  return lstat(path, &status) == 0;
}

static char *content(const char *name) {
  auto_error err = {0};
  auto_buf text = {0};
  auto_free char *path = in_folder(name);
  assert_int_equal(fs_read(path, 16 << 20, &text, &err), 0);
  return buf_take(&text);
}

static void check_content(const char *name, const char *expected) {
  auto_free char *text = content(name);
  assert_string_equal(text, expected);
}

/* Names in a folder, a comma between them. */
static char *listing(const char *name) {
  auto_error err = {0};
  auto_strings names = {0};
  auto_buf out = {0};
  auto_free char *path = name != NULL ? in_folder(name) : str_copy(folder);
  assert_int_equal(fs_list(path, &names, &err), 0);
  for (size_t i = 0; i < names.count; i++)
    buf_printf(&out, "%s%s", i > 0 ? "," : "", names.items[i]);
  return buf_take(&out);
}

static struct run_report *new_report(int64_t start_ms) {
  struct run_report *report = run_report_new("mirror");
  report->start_ms = start_ms;
  report->end_ms = start_ms + 2000;
  return report;
}

static void write_reports(struct run_report *report, uint64_t keep_ms) {
  auto_error err = {0};
  int result = report_folder_write(folder, report, keep_ms, &err);
  if (result != 0)
    fail_msg("%s", err.message);
}

static void write_empty(int64_t start_ms, uint64_t keep_ms) {
  auto_kit_report report = new_report(start_ms);
  write_reports(report, keep_ms);
}

static const char run_files[] =
    MARKER ",findings.csv,findings.sarif,junit.xml,report.html,report.md,run.json";

static void test_without_scans(void **state) {
  (void)state;
  auto_error err = {0};
  assert_int_equal(report_folder_check(folder, &err), 0);
  assert_true(fs_is_folder(folder));
  write_empty(START, 0);
  auto_free char *names = listing(NULL), *text = content("run.json");
  assert_string_equal(names, run_files);
  auto_json document = NULL;
  assert_int_equal(json_parse(text, strlen(text), &document, &err), 0);
  assert_string_equal(json_text(document, "schema"), "artmirror.run/1");
  assert_int_equal(report_folder_check(folder, &err), 0); /* an earlier run's files are fine */
}

static void set_raw(struct scan_result *result, const char *text) {
  auto_error err = {0};
  auto_free char *path = str_format("%s/raw-%p", top, (void *)result);
  assert_int_equal(fs_write(path, text, strlen(text), 0644, &err), 0);
  result->raw_file = arena_copy(&result->memory, path);
}

static void test_files_of_an_image(void **state) {
  (void)state;
  auto_error err = {0};
  auto_kit_report report = new_report(START);
  struct job_record *job = kit_job(report, "hashicorp/vault", "1.19.0", "registry.example/m");
  set_raw(kit_scan(report, job, "trivy", "linux/amd64"), "raw one");
  kit_findings(job, ARTM_SEVERITY_HIGH, 2, "a title");
  write_reports(report, 0);
  const char stem[] = "vulnerability-report-hashicorp-vault-1.19.0";
  auto_free char *names = listing(NULL);
  auto_free char *expected =
      str_format("%s,%s.json,%s.raw.json,%s.txt", run_files, stem, stem, stem);
  assert_string_equal(names, expected);
  check_content("vulnerability-report-hashicorp-vault-1.19.0.raw.json", "raw one");
  assert_string_equal(job->scans[0].raw_path,
                      "vulnerability-report-hashicorp-vault-1.19.0.raw.json");
  auto_free char *text = content("vulnerability-report-hashicorp-vault-1.19.0.json");
  auto_json document = NULL;
  assert_int_equal(json_parse(text, strlen(text), &document, &err), 0);
  assert_int_equal(json_array_size(document), 1);
  auto_free char *run = content("run.json");
  assert_non_null(strstr(run, "vulnerability-report-hashicorp-vault-1.19.0.raw.json"));
}

static void test_several_platforms_scanners_targets(void **state) {
  (void)state;
  auto_kit_report report = new_report(START);
  struct job_record *job = kit_job(report, "app", "1", "a.example:5000/m");
  set_raw(kit_scan(report, job, "grype", "linux/amd64"), "1");
  set_raw(kit_scan(report, job, "trivy", "linux/amd64"), "2");
  kit_scan(report, job, "trivy", "linux/arm/v7");
  job = kit_job(report, "app", "1", "b.example/m");
  set_raw(kit_scan(report, job, "trivy", "linux/amd64"), "3");
  job = kit_job(report, "other", "1", "b.example/m");
  set_raw(kit_scan(report, job, "trivy", "linux/amd64"), "4");
  job = kit_job(report, "skipped", "1", "b.example/m");
  kit_scan(report, job, "trivy", NULL)->status = SCAN_SKIPPED;
  write_reports(report, 0);
  auto_free char *names = listing(NULL);
  auto_free char *expected =
      str_format("%s,vulnerability-report-app-1-a.example-5000-m.json,"
                 "vulnerability-report-app-1-a.example-5000-m.txt,"
                 "vulnerability-report-app-1-b.example-m.json,"
                 "vulnerability-report-app-1-b.example-m.raw.json,"
                 "vulnerability-report-app-1-b.example-m.txt,"
                 "vulnerability-report-app-1-linux-amd64-grype-a.example-5000-m.raw.json,"
                 "vulnerability-report-app-1-linux-amd64-trivy-a.example-5000-m.raw.json,"
                 "vulnerability-report-other-1.json,vulnerability-report-other-1.raw.json,"
                 "vulnerability-report-other-1.txt",
                 run_files);
  assert_string_equal(names, expected);
  check_content("vulnerability-report-app-1-linux-amd64-grype-a.example-5000-m.raw.json", "1");
  check_content("vulnerability-report-app-1-b.example-m.raw.json", "3");
}

static void add_image(struct run_report *report, const char *name) {
  struct job_record *job = kit_job(report, name, "1", "t");
  kit_scan(report, job, "trivy", "linux/amd64");
}

/* Every name is that of a file of its own in this folder, also where case doesn't count. */
static void test_names_that_clash_or_are_hostile(void **state) {
  (void)state;
  auto_kit_report report = new_report(START);
  auto_free char *longest = mem_alloc(3001);
  memset(longest, 'x', 3000);
  const char *const hostile[] = {"a/b",           "a-b",     "A-b",        "../../../etc/passwd",
                                 "/etc/passwd",   "..",      ".",          "",
                                 "-rf",           "$(id)`",  "x\n::error", "%0A",
                                 "a|b<script>",   "\033[2J", "\xff\xfe",   "\xe2\x80\xae",
                                 "con:nul*?\"\\", longest,   "equal",      "equal"};
  const size_t count = sizeof hostile / sizeof hostile[0];
  for (size_t i = 0; i < count; i++)
    add_image(report, hostile[i]);
  longest[2999] = 'y';
  add_image(report, longest);
  write_reports(report, 0);
  auto_error err = {0};
  auto_strings names = {0}, seen = {0};
  assert_int_equal(fs_list(folder, &names, &err), 0);
  assert_int_equal(names.count, 7 + 2 * (count + 1));
  for (size_t i = 0; i < names.count; i++) {
    const char *name = names.items[i];
    auto_free char *lower = text_lower(name);
    assert_false(strings_has(&seen, lower));
    strings_add(&seen, lower);
    assert_true(
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-") ==
        strlen(name));
    assert_true(strcmp(name, MARKER) == 0 || (name[0] != '.' && name[0] != '-'));
  }
  assert_false(has("vulnerability-report-a-b-1.txt")); /* whose would it be? */
  auto_strings outside = {0};
  assert_int_equal(fs_list(top, &outside, &err), 0);
  assert_int_equal(outside.count, 1);
}

static void test_earlier_runs_move(void **state) {
  (void)state;
  write_empty(START, 0);
  auto_free char *first = content("run.json");
  put("mine.txt", "mine");
  write_empty(START, 0);
  auto_free char *second = content("run.json");
  write_empty(START + 3600000, 0);
  check_content("20261124T060507Z/run.json", first);
  check_content("20261124T060507Z-2/run.json", second);
  assert_true(has("20261124T060507Z/" MARKER) && has("20261124T060507Z/junit.xml"));
  check_content("mine.txt", "mine");
  assert_false(has("20261124T060507Z/mine.txt"));
}

static void test_retention(void **state) {
  (void)state;
  int64_t now = clock_wall_ms();
  put("20200101T000000Z/run.json", "a folder of the user");
  put("20200102T000000Z/" MARKER, "not ours");
  write_empty(now - (int64_t)(40 * DAY), 30 * DAY);
  write_empty(now - (int64_t)(20 * DAY), 0); /* none is removed */
  auto_free char *names = listing(NULL);
  const char *found = strstr(names, "20200102T000000Z,") + strlen("20200102T000000Z,");
  auto_free char *old = str_copy_n(found, strcspn(found, ","));
  assert_true(old[0] == '2' && has(old));
  write_empty(now - 1000, 30 * DAY);
  assert_false(has(old));
  check_content("20200101T000000Z/run.json", "a folder of the user");
  check_content("20200102T000000Z/" MARKER, "not ours");
  auto_error err = {0};
  auto_strings left = {0};
  assert_int_equal(fs_list(folder, &left, &err), 0);
  assert_int_equal(left.count, 2 + 1 + 7); /* and the run of 20 days ago */
}

/* The first folder that an earlier run's files were moved to. */
static char *first_earlier(void) {
  auto_strings names = {0};
  auto_error err = {0};
  assert_int_equal(fs_list(folder, &names, &err), 0);
  for (size_t i = 0; i < names.count; i++)
    if (names.items[i][0] == '2')
      return str_copy(names.items[i]);
  return NULL;
}

static void test_what_a_user_adds_stays(void **state) {
  (void)state;
  int64_t now = clock_wall_ms();
  write_empty(now - (int64_t)(400 * DAY), 0);
  write_empty(now - 2000, 0);
  auto_free char *old = first_earlier();
  auto_free char *note = str_format("%s/note.txt", old), *run = str_format("%s/run.json", old);
  assert_true(has(run));
  put(note, "mine");
  write_empty(now, 30 * DAY);
  check_content(note, "mine");
  assert_false(has(run));
}

static void link_in(const char *name, const char *to) {
  auto_free char *path = in_folder(name);
  assert_int_equal(symlink(to, path), 0);
}

static void test_links_are_not_followed(void **state) {
  (void)state;
  auto_error err = {0};
  put("../elsewhere/run.json", "theirs");
  put("../elsewhere/" MARKER, "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":0,"
                              "\"files\":[\"run.json\"]}");
  write_empty(1000, 0);
  link_in("20200101T000000Z", "../elsewhere");
  auto_free char *path = in_folder("report.md");
  assert_int_equal(unlink(path), 0);
  link_in("report.md", "../elsewhere/run.json");
  assert_int_equal(report_folder_check(folder, &err), ARTM_E_LOCAL);
  assert_non_null(strstr(err.message, "report.md"));
  auto_kit_report report = new_report(START);
  assert_int_equal(report_folder_write(folder, report, 1, &err), ARTM_E_LOCAL);
  check_content("../elsewhere/run.json", "theirs");
  assert_true(has("20200101T000000Z") && has("report.md") && has("run.json") && has("junit.xml"));
}

static void test_files_in_the_way(void **state) {
  (void)state;
  static const char *const names[] = {"run.json", "findings.sarif", MARKER};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    auto_error err = {0};
    put(names[i], "mine");
    assert_int_equal(report_folder_check(folder, &err), ARTM_E_LOCAL);
    assert_non_null(strstr(err.message, names[i]));
    assert_non_null(err.hint);
    auto_kit_report report = new_report(START);
    assert_int_equal(report_folder_write(folder, report, 1, &err), ARTM_E_LOCAL);
    check_content(names[i], "mine");
    assert_int_equal(fs_remove_tree(folder, &err), 0);
  }
  put("vulnerability-report-app-1.txt", "mine");
  auto_kit_report report = new_report(START);
  add_image(report, "app");
  write_reports(report, 0);
  check_content("vulnerability-report-app-1.txt", "mine");
  assert_true(has("vulnerability-report-app-1-2.txt"));
}

static void test_markers_that_are_none(void **state) {
  (void)state;
  static const char *const markers[] = {
      "",
      "{",
      "[]",
      "{\"schema\":\"artmirror.run/1\",\"run\":\"x\",\"start_ms\":0,\"files\":[]}",
      "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":-1,\"files\":[]}",
      ("{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":9223372036854775807,"
       "\"files\":[]}"),
      "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":0,\"files\":[\"../x\"]}",
      "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":0,\"files\":[\"..\"]}",
      "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":0,\"files\":[\"/x\"]}",
      "{\"schema\":\"artmirror.reports/1\",\"run\":\"x\",\"start_ms\":0,\"files\":[1]}",
      "{\"schema\":\"artmirror.reports/1\",\"start_ms\":0,\"files\":[]}",
  };
  put("../x", "outside");
  for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++) {
    auto_error err = {0};
    put(MARKER, markers[i]);
    assert_int_equal(report_folder_check(folder, &err), ARTM_E_LOCAL);
    auto_kit_report report = new_report(START);
    assert_int_equal(report_folder_write(folder, report, 1, &err), ARTM_E_LOCAL);
  }
  check_content("../x", "outside");
}

/* As a kill leaves it: some files moved, others not, and one half-written. */
static void test_an_interrupted_move_is_finished(void **state) {
  (void)state;
  write_empty(START, 0);
  auto_free char *run = content("run.json"), *marker = content(MARKER);
  put("20261124T060507Z/" MARKER, marker);
  auto_free char *from = in_folder("junit.xml");
  auto_free char *to = in_folder("20261124T060507Z/junit.xml");
  assert_int_equal(rename(from, to), 0);
  put(".artmirror-0123456789abcdef.tmp", "half");
  write_empty(START + 1000, 0);
  check_content("20261124T060507Z/run.json", run);
  assert_true(has("20261124T060507Z/junit.xml"));
  assert_false(has("20261124T060507Z-2"));
  assert_false(has(".artmirror-0123456789abcdef.tmp"));
}

/* Writes until it is killed; each run that is done is told by a byte. */
static void write_for_ever(int told) {
  for (int64_t i = 0;; i++) {
    auto_error err = {0};
    struct run_report *report = new_report(START + i / 3 * 1000);
    add_image(report, "app");
    if (report_folder_write(folder, report, 0, &err) != 0 || write(told, "x", 1) != 1)
      _exit(1);
    run_report_free(report);
  }
}

/* Complete run reports in the folder and those below it. */
static size_t count_runs(void) {
  auto_error err = {0};
  auto_strings names = {0};
  size_t count = 0;
  if (!fs_exists(folder))
    return 0; /* killed before it began */
  assert_int_equal(fs_list(folder, &names, &err), 0);
  strings_add(&names, ".");
  for (size_t i = 0; i < names.count; i++) {
    auto_free char *name = str_format("%s/run.json", names.items[i]);
    if (!has(name))
      continue;
    auto_free char *text = content(name);
    auto_json document = NULL;
    assert_int_equal(json_parse(text, strlen(text), &document, &err), 0);
    count++;
  }
  return count;
}

static void test_a_kill_loses_no_report(void **state) {
  (void)state;
  size_t told = 0;
  for (unsigned round = 0; round < 25; round++) {
    int ends[2];
    char bytes[4096];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
      write_for_ever(ends[1]);
    close(ends[1]);
    usleep(3000 + round * 977);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    for (ssize_t got; (got = read(ends[0], bytes, sizeof bytes)) > 0;)
      told += (size_t)got;
    close(ends[0]);
    size_t runs = count_runs();
    assert_true(runs >= told);
    told = runs;
  }
  assert_true(told > 0);
}

static void test_folders_that_cannot_be(void **state) {
  (void)state;
  auto_error err = {0};
  put("file", "x");
  auto_free char *path = in_folder("file"), *below = in_folder("file/below");
  assert_int_equal(report_folder_check(path, &err), ARTM_E_LOCAL);
  assert_int_equal(report_folder_check(below, &err), ARTM_E_LOCAL);
  auto_kit_report report = new_report(START);
  assert_int_equal(report_folder_write(path, report, 0, &err), ARTM_E_LOCAL);
}

/* The scanner's own report is gone: told, and all else is there. */
static void test_a_raw_report_that_is_gone(void **state) {
  (void)state;
  auto_error err = {0};
  auto_kit_report report = new_report(START);
  struct job_record *job = kit_job(report, "app", "1", "t");
  struct scan_result *result = kit_scan(report, job, "trivy", "linux/amd64");
  result->raw_file = "/nowhere/at/all";
  assert_int_equal(report_folder_write(folder, report, 0, &err), ARTM_E_LOCAL);
  assert_null(job->scans[0].raw_path);
  assert_true(has("run.json") && has("vulnerability-report-app-1.txt"));
}

#define FOLDER_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  json_setup();
  const struct CMUnitTest tests[] = {
      FOLDER_TEST(test_without_scans),
      FOLDER_TEST(test_files_of_an_image),
      FOLDER_TEST(test_several_platforms_scanners_targets),
      FOLDER_TEST(test_names_that_clash_or_are_hostile),
      FOLDER_TEST(test_earlier_runs_move),
      FOLDER_TEST(test_retention),
      FOLDER_TEST(test_what_a_user_adds_stays),
      FOLDER_TEST(test_links_are_not_followed),
      FOLDER_TEST(test_files_in_the_way),
      FOLDER_TEST(test_markers_that_are_none),
      FOLDER_TEST(test_an_interrupted_move_is_finished),
      FOLDER_TEST(test_a_kill_loses_no_report),
      FOLDER_TEST(test_folders_that_cannot_be),
      FOLDER_TEST(test_a_raw_report_that_is_gone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
