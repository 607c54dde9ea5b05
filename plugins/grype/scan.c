/* SPDX-License-Identifier: Apache-2.0 */
/* One scan: the command, its end, its report. */
#include "common/cleanup.h"
#include "common/fail.h"
#include "common/outcome.h"
#include "common/registry_text.h"
#include "grype/grype.h"
#include <string.h>

#define REPORT "grype.json"
#define REPORT_MAX (1ull << 30)

/* "registry:HOST/NAME@DIGEST" or "oci-dir:PATH". No --platform: the digest says it, and Grype
 * refuses an image whose configuration spells the variant otherwise. Caller frees. */
static char *subject_of(const struct artm_scan *scan) {
  return scan->reference ? registry_format("registry:%s", scan->reference)
                         : registry_format("oci-dir:%s", scan->layout);
}

/* Caller frees the list, not its strings. */
static const char **arguments(const struct grype *grype, const struct artm_scan *scan,
                              const char *subject) {
  const struct artm_host *host = grype->host;
  uint32_t count = host->config_count(scan->settings, "vex");
  const char **argv = registry_zalloc((2 * (size_t)count + 5) * sizeof *argv);
  size_t at = 0;
  argv[at++] = PROGRAM;
  argv[at++] = "-o";
  argv[at++] = "json";
  for (uint32_t i = 0; i < count; i++) {
    argv[at++] = "--vex";
    argv[at++] = host->config_text(scan->settings, "vex", i);
  }
  argv[at] = subject;
  return argv;
}

static int32_t scan_environment(const struct grype *grype, struct artm_call *call,
                                const struct artm_scan *scan, struct environment *ret) {
  int32_t answer = grype_environment(grype, call, ret);
  if (answer || !scan->reference)
    return answer;
  const char *folder;
  answer = grype->docker_config->folder(grype->docker_config, call, scan->repository, &folder);
  if (answer)
    return answer;
  environment_set(ret, "DOCKER_CONFIG", folder);
  if (scan->flags & ARTM_SCAN_PLAIN_HTTP)
    environment_set(ret, "GRYPE_REGISTRY_INSECURE_USE_HTTP", "true");
  if (scan->ca_file)
    environment_set(ret, "GRYPE_REGISTRY_CA_CERT", scan->ca_file);
  return 0;
}

static int32_t run(const struct grype *grype, struct artm_call *call, const struct artm_scan *scan,
                   const char *subject) {
  auto_environment environment = {0};
  int32_t answer = scan_environment(grype, call, scan, &environment);
  if (answer)
    return answer;
  const char **argv = arguments(grype, scan, subject);
  const struct artm_command command = {
      .struct_size = sizeof command,
      .output_max = REPORT_MAX,
      .argv = argv,
      .env = (const char *const *)environment.list,
      .folder = scan->folder,
      .output = REPORT,
  };
  struct artm_command_result result = {.struct_size = sizeof result};
  answer = grype->process->run(grype->process, call, &command, &result);
  free(argv);
  if (answer == ARTM_NO)
    return fail(grype->host, call, ARTM_E_LOCAL, NULL, NULL, PROGRAM " is no longer in PATH");
  if (answer || result.exit_code == 0)
    return answer;
  return outcome_fail(grype->host, call, ARTM_E_LOCAL, subject, PROGRAM, &result);
}

static int32_t read_report(const struct grype *grype, struct artm_call *call,
                           const struct artm_scan *scan, const char *subject,
                           struct artm_finding_sink *sink) {
  auto_free char *path = registry_format("%s/%s", scan->folder, REPORT);
  struct json_walk walk;
  int32_t answer = json_walk_open(&walk, grype->host, call, path);
  if (answer == ARTM_NO)
    return fail(grype->host, call, ARTM_E_LOCAL, subject, NULL, PROGRAM " wrote no report");
  if (answer)
    return answer;
  answer = grype_report(grype->host, call, &walk, scan->manifest->digest, sink);
  if (!answer && walk.problem)
    answer = fail(grype->host, call, ARTM_E_LOCAL, subject, NULL,
                  PROGRAM "'s report is unusable at byte %llu: %s",
                  (unsigned long long)walk.problem_at, walk.problem);
  json_walk_done(&walk);
  return answer;
}

int32_t grype_scan(void *self, struct artm_call *call, const struct artm_scan *scan,
                   struct artm_finding_sink *sink) {
  const struct grype *grype = self;
  if (scan->flags & ~ARTM_SCAN_PLAIN_HTTP)
    return fail(grype->host, call, ARTM_E_UNSUPPORTED, NULL, NULL, "unknown flags of a scan: 0x%x",
                scan->flags);
  auto_free char *subject = subject_of(scan);
  int32_t answer = run(grype, call, scan, subject);
  if (!answer)
    answer = read_report(grype, call, scan, subject, sink);
  return answer ? answer : sink->raw(sink, REPORT, "grype-json");
}
