/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner that does what the test's script says, and a place to call it from. For one test
 * program. */
#ifndef TESTS_SCRIPTED_SCANNER_H
#define TESTS_SCRIPTED_SCANNER_H
#include "base/fs.h"
#include "plugin/scanner.h"
#include "plugin/sink_findings.h"
#include "unit/scripted_plugin.h"
#include <sys/stat.h>

/* What the scanner below does next, beyond script. */
static struct {
  struct artm_tool tool;
  bool gives_tool;
  struct artm_finding findings[4];
  int count;
  const char *family, *version;
  uint32_t os_flags;
  const char *raw, *raw_format;
  bool swallows; /* what its sink answers */
  struct artm_scan seen;
  char exported[4096];
} scan;

static int32_t probe(void *self, struct artm_call *call, struct artm_tool_sink *sink) {
  (void)self;
  int32_t rc = scan.gives_tool ? sink->add(sink, &scan.tool) : 0;
  return rc && !scan.swallows ? rc : answer(call);
}

static int32_t give_findings(struct artm_finding_sink *sink) {
  int32_t rc = scan.family ? sink->os(sink, scan.family, scan.version, scan.os_flags) : 0;
  if (!rc && scan.raw_format)
    rc = sink->raw(sink, scan.raw, scan.raw_format);
  for (int i = 0; !rc && i < scan.count; i++)
    rc = sink->add(sink, &scan.findings[i]);
  return rc;
}

static int32_t scan_it(void *self, struct artm_call *call, const struct artm_scan *what,
                       struct artm_finding_sink *sink) {
  (void)self;
  scan.seen = *what;
  int32_t rc = give_findings(sink);
  if (rc && scan.swallows) { /* comes again, too */
    struct artm_finding fine = scan.findings[3];
    assert_int_equal(sink->add(sink, &fine), rc);
    assert_int_equal(sink->os(sink, "alpine", "3", 0), rc);
    assert_int_equal(sink->raw(sink, "raw.json", "x"), rc);
  }
  return rc && !scan.swallows ? rc : answer(call);
}

static const char *const types[] = {"application/vnd.oci.image.config.v1+json", NULL};
static const struct artm_scanner scripted_scanner = {.struct_size = sizeof scripted_scanner,
                                                     .caps = ARTM_SCANNER_REGISTRY,
                                                     .config_media_types = types,
                                                     .create = create,
                                                     .destroy = destroy,
                                                     .probe = probe,
                                                     .prepare = probe,
                                                     .scan = scan_it};

struct lab {
  struct world *world;
  struct scanner *scanner;
  struct scan_result *result;
  char *folder;
  struct descriptor manifest;
  struct scan_subject subject;
};

static struct artm_finding a_finding(const char *id) {
  return (struct artm_finding){.struct_size = sizeof(struct artm_finding),
                               .severity = ARTM_SEVERITY_HIGH,
                               .fix_state = ARTM_FIX_FIXED,
                               .package_class = ARTM_PACKAGE_OS,
                               .id = id,
                               .package_name = "openssl",
                               .package_version = "3.1.4-r1"};
}

static int lab_up(void **state) {
  struct lab *lab = mem_alloc(sizeof *lab);
  void *world;
  struct error error = {0};
  set_up(&world);
  memset(&scan, 0, sizeof scan);
  lab->world = world;
  lab->world->plugin.has_scanner = true;
  lab->world->plugin.scanner = scripted_scanner;
  assert_int_equal(
      scanner_new(&lab->world->plugin, &lab->world->services, NULL, &lab->scanner, &error), 0);
  assert_int_equal(fs_private_folder(&lab->folder, &error), 0);
  lab->result = scan_result_new("kit", HELLO_256);
  assert_true(digest_parse(HELLO_256, &lab->manifest.digest));
  lab->manifest.size = 12;
  lab->manifest.media_type = (char *)(uintptr_t)MEDIA_OCI_MANIFEST;
  lab->subject = (struct scan_subject){.reference = "host:5000/name@" HELLO_256,
                                       .repository = "host:5000/name",
                                       .folder = lab->folder,
                                       .platform = "linux/arm64/v8",
                                       .config_media_type = types[0],
                                       .manifest = &lab->manifest};
  scan.findings[3] = a_finding("CVE-2026-4");
  *state = lab;
  return 0;
}

static int lab_down(void **state) {
  struct lab *lab = *state;
  void *world = lab->world;
  struct error error = {0};
  scan_result_free(lab->result);
  scanner_free(lab->scanner);
  assert_int_equal(fs_remove_tree(lab->folder, &error), 0);
  free(lab->folder);
  tear_down(&world);
  free(lab);
  return 0;
}

static int scan_now(struct lab *lab) {
  return scanner_scan(lab->scanner, &lab->world->call, &lab->subject, lab->result);
}
#endif
