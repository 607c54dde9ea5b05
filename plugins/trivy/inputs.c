/* SPDX-License-Identifier: Apache-2.0 */
/* What changes a result beside the image, the version and the database. */
#include "common/inputs.h"
#include "common/cleanup.h"
#include "common/fail.h"
#include "trivy/trivy.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define VEX_MAX (256u << 20)

static int32_t add_vex(const struct artm_host *host, struct artm_call *call, const char *path,
                       struct inputs *inputs) {
  struct stat st;
  if (stat(path, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size > VEX_MAX))
    return fail(host, call, ARTM_E_LOCAL, path, NULL, "the VEX file is %s",
                S_ISREG(st.st_mode) ? "larger than 256 MiB" : "no plain file");
  if (!inputs_add_file(inputs, path))
    return fail(host, call, ARTM_E_LOCAL, path, NULL, "can't read the VEX file: %s",
                strerror(errno));
  return 0;
}

/* The values of options; false: none of them is set. */
static bool add_options(const struct trivy *trivy, struct inputs *inputs) {
  static const char *const options[] = {"server", "db_repository"};
  const struct artm_host *host = trivy->host;
  bool found = host->config_number(trivy->options, "offline", 0) != 0;
  inputs_add(inputs, found ? "offline" : "");
  for (size_t k = 0; k < sizeof options / sizeof options[0]; k++) {
    uint32_t count = host->config_count(trivy->options, options[k]);
    inputs_add(inputs, options[k]);
    for (uint32_t i = 0; i < count; i++)
      inputs_add(inputs, host->config_text(trivy->options, options[k], i));
    found |= count > 0;
  }
  return found;
}

int32_t inputs_digest(const struct trivy *trivy, struct artm_call *call, const char *server_version,
                      char ret[80]) {
  const struct artm_host *host = trivy->host;
  uint32_t count = host->config_count(trivy->options, "vex");
  struct inputs *inputs = inputs_new();
  bool found = add_options(trivy, inputs);
  inputs_add(inputs, server_version ? server_version : "");
  for (uint32_t i = 0; i < count; i++) {
    int32_t answer = add_vex(host, call, host->config_text(trivy->options, "vex", i), inputs);
    if (answer) {
      inputs_free(inputs);
      return answer;
    }
  }
  auto_free char *digest = inputs_end(inputs);
  snprintf(ret, 80, "%s", found || server_version || count ? digest : "");
  return 0;
}
